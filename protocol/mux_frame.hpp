// Frames of the serial multiplexer, basic option (27.010 5.2).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace sim800 {

/// Control octets without the poll/final bit.
enum class MuxType : std::uint8_t { sabm = 0x2f, ua = 0x63, dm = 0x0f, disc = 0x43, uih = 0xef, ui = 0x03 };

struct MuxFrame {
  std::uint8_t dlci = 0;  ///< 0 to 63
  bool cr = false;        ///< as in the address: set in the host's commands and the module's responses
  MuxType type = MuxType::uih;
  bool poll = false;
  std::string_view info{};
};

std::string encode(const MuxFrame& frame);

/// Extracts frames from a stream of bytes, split in any way. Anything that is not a frame (a wrong check sequence, an
/// unknown type, too long, no closing flag) is skipped up to the next flag, and counted.
class MuxDecoder {
 public:
  /// `longest`: maximum octets of information.
  explicit MuxDecoder(std::size_t longest) : longest_(longest) {}

  /// Calls `take` for each frame; false stops. Returns the bytes after the last frame taken.
  std::string_view feed(std::string_view bytes, const std::function<bool(const MuxFrame&)>& take);
  void reset();
  /// Bytes that were skipped since it was last asked; flags between frames are none of them.
  std::size_t take_lost() { return std::exchange(lost_, 0); }

 private:
  enum class State : std::uint8_t { hunting, address, control, length, long_length, info, check, end };
  void octet(unsigned char value);
  void skip(std::size_t count);
  void length_known();
  bool complete() const;
  MuxFrame frame() const;

  std::size_t longest_;
  State state_ = State::hunting;
  std::string header_;  ///< address, control, length
  std::string info_;
  std::size_t wanted_ = 0;
  unsigned char check_ = 0;
  bool whole_ = false;     ///< the closing flag of a frame has just arrived
  std::size_t taken_ = 0;  ///< bytes since the last frame or flag
  std::size_t lost_ = 0;
};

}  // namespace sim800
