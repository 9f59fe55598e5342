// Sound files as AT+CREC writes them and AT+CREC and AT+CMEDPLAY play them.  What is recorded is silence.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// <form> of AT+CREC (AT manual 16.2.1).
enum class AudioForm : std::uint8_t { amr = 0, wav = 1, adpcm = 2 };

/// The form a path's end stands for: .amr, .wav.
std::optional<AudioForm> form_of_path(std::string_view path);

/// How a recording grows: a head, then one block after the other.  `quality` 0-3 chooses AMR's rate: 4.75, 5.9, 7.95 or
/// 12.2 kbit/s; WAV is 8 kHz, 16 bit, mono; ADPCM is IMA's, 4 bit.
class AudioWriter {
 public:
  AudioWriter(AudioForm form, std::uint32_t quality);
  Duration block_time() const { return block_time_; }
  /// Bytes of a file of that length.
  std::uint64_t size(Duration length) const;
  /// The longest recording that fits into so many bytes.
  Duration longest(std::uint64_t bytes) const;
  /// The file.
  std::string file(Duration length) const;
  /// One block of silence.
  const std::string& block() const { return block_; }

 private:
  std::string head(std::size_t blocks) const;
  AudioForm form_;
  std::size_t head_size_;
  std::string block_;
  Duration block_time_;
};

/// What a file holds, by its first bytes; nothing if that is no sound we know.
std::optional<AudioForm> form_of(std::string_view bytes);

/// How long a file plays; nothing for what cannot be played.  MP3 (by the path's end) counts as 16 KB a second, raw PCM
/// as WAV does.
std::optional<Duration> play_time(std::string_view path, std::string_view bytes);

}  // namespace sim800
