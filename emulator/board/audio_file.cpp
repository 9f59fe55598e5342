// SPDX-License-Identifier: MIT
#include "emulator/board/audio_file.hpp"

#include <algorithm>
#include <array>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view amr_head = "#!AMR\n";             // RFC 4867 5.1
constexpr std::size_t pcm_rate = 16'000, mp3_rate = 16'000;  // bytes per second
constexpr std::size_t wav_head = 44, adpcm_head = 60;
constexpr std::size_t adpcm_block = 256, adpcm_samples = 505;  // of 8000 per second
constexpr std::uint16_t pcm_tag = 1, adpcm_tag = 0x11;

/// Bytes of a 20 ms frame including its first byte, by the frame type in it (RFC 4867, table 1).
constexpr std::array<std::size_t, 9> amr_frames = {13, 14, 16, 18, 20, 21, 27, 32, 6};
constexpr std::array<std::size_t, 4> amr_types = {0, 2, 5, 7};  // by quality

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (; bytes > 0; --bytes, value >>= 8) text.push_back(static_cast<char>(value & 0xFF));
  return text;
}

std::uint16_t tag_of(std::string_view wav) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(wav[20]) | static_cast<unsigned char>(wav[21]) << 8);
}

bool ends_with_word(std::string_view path, std::string_view end) {
  return path.size() >= end.size() && same_word(path.substr(path.size() - end.size()), end);
}

Duration seconds_of(std::size_t bytes, std::size_t rate) { return std::chrono::milliseconds(bytes * 1000 / rate); }

std::string amr_block(std::uint32_t quality) {
  const std::size_t type = amr_types[std::min<std::size_t>(quality, 3)];
  std::string frame(amr_frames[type], '\0');
  frame[0] = static_cast<char>(type << 3 | 4);
  return frame;
}

}  // namespace

std::optional<AudioForm> form_of_path(std::string_view path) {
  if (ends_with_word(path, ".amr")) return AudioForm::amr;
  if (ends_with_word(path, ".wav")) return AudioForm::wav;
  return std::nullopt;
}

AudioWriter::AudioWriter(AudioForm form, std::uint32_t quality) : form_(form) {
  switch (form) {
    case AudioForm::amr:
      head_size_ = amr_head.size();
      block_ = amr_block(quality);
      block_time_ = std::chrono::milliseconds(20);
      break;
    case AudioForm::wav:
      head_size_ = wav_head;
      block_ = std::string(pcm_rate / 50, '\0');
      block_time_ = std::chrono::milliseconds(20);
      break;
    case AudioForm::adpcm:
      head_size_ = adpcm_head;
      block_ = std::string(adpcm_block, '\0');
      block_time_ = std::chrono::microseconds(adpcm_samples * 125);
      break;
  }
}

std::uint64_t AudioWriter::size(Duration length) const {
  return head_size_ + static_cast<std::uint64_t>(length / block_time_) * block_.size();
}

Duration AudioWriter::longest(std::uint64_t bytes) const {
  return bytes < head_size_ ? Duration::zero() : block_time_ * static_cast<int>((bytes - head_size_) / block_.size());
}

std::string AudioWriter::file(Duration length) const {
  const auto blocks = static_cast<std::size_t>(length / block_time_);
  std::string bytes = head(blocks);
  for (std::size_t i = 0; i < blocks; ++i) bytes += block_;
  return bytes;
}

std::string AudioWriter::head(std::size_t blocks) const {
  if (form_ == AudioForm::amr) return std::string(amr_head);
  const bool adpcm = form_ == AudioForm::adpcm;
  const std::size_t data = blocks * block_.size();
  const std::string format =
      adpcm ? little(adpcm_tag, 2) + little(1, 2) + little(8000, 4) + little(4055, 4) + little(adpcm_block, 2) +
                  little(4, 2) + little(2, 2) + little(adpcm_samples, 2)
            : little(pcm_tag, 2) + little(1, 2) + little(8000, 4) + little(pcm_rate, 4) + little(2, 2) + little(16, 2);
  const std::string fact = adpcm ? "fact" + little(4, 4) + little(blocks * adpcm_samples, 4) : "";
  return "RIFF" + little(head_size_ - 8 + data, 4) + "WAVEfmt " + little(format.size(), 4) + format + fact + "data" +
         little(data, 4);
}

std::optional<AudioForm> form_of(std::string_view bytes) {
  if (bytes.starts_with(amr_head)) return AudioForm::amr;
  if (bytes.size() < wav_head || !bytes.starts_with("RIFF") || bytes.substr(8, 4) != "WAVE") return std::nullopt;
  if (tag_of(bytes) == pcm_tag) return AudioForm::wav;
  if (tag_of(bytes) == adpcm_tag && bytes.size() >= adpcm_head) return AudioForm::adpcm;
  return std::nullopt;
}

std::optional<Duration> play_time(std::string_view path, std::string_view bytes) {
  if (ends_with_word(path, ".mp3")) return seconds_of(bytes.size(), mp3_rate);
  if (ends_with_word(path, ".pcm")) return seconds_of(bytes.size(), pcm_rate);
  const auto form = form_of(bytes);
  if (!form) return std::nullopt;
  if (form == AudioForm::wav) return seconds_of(bytes.size() - wav_head, pcm_rate);
  if (form == AudioForm::adpcm) return seconds_of(bytes.size() - adpcm_head, 4055);
  Duration length{};
  for (std::size_t at = amr_head.size(); at < bytes.size(); length += std::chrono::milliseconds(20)) {
    const auto type = static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]) >> 3 & 0x0F);
    at += type < amr_frames.size() ? amr_frames[type] : 1;
  }
  return length;
}

}  // namespace sim800
