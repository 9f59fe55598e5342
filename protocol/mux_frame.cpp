// SPDX-License-Identifier: MIT
#include "protocol/mux_frame.hpp"

#include <array>
#include <optional>

namespace sim800 {
namespace {

constexpr unsigned char flag = 0xf9;
constexpr unsigned char poll_bit = 0x10;
constexpr unsigned char good_check = 0xcf;
constexpr std::size_t longest_short = 127;

/// CRC-8, x^8 + x^2 + x + 1, bits reversed (27.010 5.2.1.6 and annex B).
constexpr auto crc_table = [] {
  std::array<unsigned char, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    unsigned value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? value >> 1 ^ 0xe0U : value >> 1;
    table[i] = static_cast<unsigned char>(value);
  }
  return table;
}();

unsigned char crc(std::string_view bytes, unsigned char start = 0xff) {
  unsigned char value = start;
  for (const char c : bytes) value = crc_table[value ^ static_cast<unsigned char>(c)];
  return value;
}

std::optional<MuxType> type_of(unsigned char control) {
  using enum MuxType;
  for (const MuxType known : {sabm, ua, dm, disc, uih, ui}) {
    if ((control & ~poll_bit) == static_cast<unsigned char>(known)) return known;
  }
  return std::nullopt;
}

}  // namespace

std::string encode(const MuxFrame& frame) {
  std::string bytes;
  bytes.reserve(frame.info.size() + 7);
  bytes += static_cast<char>(flag);
  bytes += static_cast<char>(frame.dlci << 2 | (frame.cr ? 2 : 0) | 1);
  bytes += static_cast<char>(static_cast<unsigned char>(frame.type) | (frame.poll ? poll_bit : 0));
  const std::size_t size = frame.info.size();
  if (size <= longest_short) {
    bytes += static_cast<char>(size << 1 | 1);
  } else {
    bytes += static_cast<char>((size & 0x7f) << 1);
    bytes += static_cast<char>(size >> 7);
  }
  // The check covers the information of UI frames only.
  unsigned char check = crc(std::string_view(bytes).substr(1));
  if (frame.type == MuxType::ui) check = crc(frame.info, check);
  bytes += frame.info;
  bytes += static_cast<char>(0xff - check);
  bytes += static_cast<char>(flag);
  return bytes;
}

void MuxDecoder::reset() {
  state_ = State::hunting;
  whole_ = false;
  taken_ = 0;
}

void MuxDecoder::skip(std::size_t count) {
  lost_ += count;
  taken_ = 0;
}

std::string_view MuxDecoder::feed(std::string_view bytes, const std::function<bool(const MuxFrame&)>& take) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const State before = state_;
    octet(static_cast<unsigned char>(bytes[i]));
    if (whole_) {
      whole_ = false;
      if (!complete()) {
        skip(taken_);
      } else {
        taken_ = 0;
        if (!take(frame())) return bytes.substr(i + 1);
      }
    } else if (state_ == State::hunting) {
      skip(taken_ + 1);
    } else if (state_ != State::address) {
      ++taken_;
    } else if (before == State::control) {
      skip(taken_);  // a flag where a frame had begun
    }
  }
  return {};
}

void MuxDecoder::octet(unsigned char value) {
  const bool is_flag = value == flag;
  switch (state_) {
    case State::hunting:
      if (is_flag) state_ = State::address;
      return;
    case State::address:
      if (is_flag) return;  // any number of flags may separate frames
      header_.assign(1, static_cast<char>(value));
      info_.clear();
      state_ = (value & 1) != 0 ? State::control : State::hunting;  // address of one octet
      return;
    case State::control:
      header_ += static_cast<char>(value);
      state_ = type_of(value) ? State::length : is_flag ? State::address : State::hunting;
      return;
    case State::length:
      header_ += static_cast<char>(value);
      wanted_ = value >> 1;
      if ((value & 1) == 0) {
        state_ = State::long_length;
        return;
      }
      return length_known();
    case State::long_length:
      header_ += static_cast<char>(value);
      wanted_ += std::size_t{value} << 7;
      return length_known();
    case State::info:
      info_ += static_cast<char>(value);
      if (info_.size() == wanted_) state_ = State::check;
      return;
    case State::check:
      check_ = value;
      state_ = State::end;
      return;
    case State::end:
      whole_ = is_flag;
      state_ = is_flag ? State::address : State::hunting;  // the flag may also start the next frame
      return;
  }
}

void MuxDecoder::length_known() {
  state_ = wanted_ > longest_ ? State::hunting : wanted_ > 0 ? State::info : State::check;
}

bool MuxDecoder::complete() const {
  unsigned char check = crc(header_);
  if (type_of(static_cast<unsigned char>(header_[1])) == MuxType::ui) check = crc(info_, check);
  const char last = static_cast<char>(check_);
  return crc({&last, 1}, check) == good_check;
}

MuxFrame MuxDecoder::frame() const {
  const auto address = static_cast<unsigned char>(header_[0]), control = static_cast<unsigned char>(header_[1]);
  return {static_cast<std::uint8_t>(address >> 2), (address & 2) != 0, *type_of(control), (control & poll_bit) != 0,
          info_};
}

}  // namespace sim800
