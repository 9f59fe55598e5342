// Sound files: those that AT+CREC writes, and those that AT+CREC and AT+CMEDPLAY play. Recordings are silent.
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

/// The form for the extension of a path: .amr, .wav.
std::optional<AudioForm> form_of_path(std::string_view path);

/// Structure of a recording: a header, then one block after the other. `quality` 0-3 selects AMR's rate: 4.75, 5.9,
/// 7.95 or 12.2 kbit/s; WAV is 8 kHz, 16 bit, mono; ADPCM is IMA's, 4 bit.
class AudioWriter {
 public:
  AudioWriter(AudioForm form, std::uint32_t quality);
  Duration block_time() const { return block_time_; }
  /// Bytes of a file of this duration.
  std::uint64_t size(Duration length) const;
  /// The longest recording that fits into this many bytes.
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

/// The contents of a file, from its first bytes; nothing if they are not a known sound format.
std::optional<AudioForm> form_of(std::string_view bytes);

/// Duration of a file; nothing if it cannot be played. MP3 (by the extension) counts as 16 KB per second, raw PCM like
/// WAV.
std::optional<Duration> play_time(std::string_view path, std::string_view bytes);

}  // namespace sim800
