// The multiplexer's frames: however a stream is divided, the same frames are in it.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "protocol/mux_frame.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

constexpr std::size_t longest = 127;

/// The frames of a stream that arrives in pieces of this size, written again. After each frame the receiver may stop.
std::string frames(std::string_view stream, std::size_t piece, bool stops) {
  MuxDecoder decoder(longest);
  std::string seen;
  while (!stream.empty()) {
    std::string_view part = stream.substr(0, piece);
    stream.remove_prefix(part.size());
    while (!part.empty()) {
      const std::size_t before = part.size();
      part = decoder.feed(part, [&](const MuxFrame& frame) {
        require(frame.info.size() <= longest, "a frame that is too long");
        require(frame.dlci < 64, "a DLC that cannot be");
        seen += encode(frame);
        return !stops;
      });
      require(part.size() < before, "decoding stands still");
    }
  }
  return seen;
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  std::string_view input = text_of(data, size);
  const std::size_t piece = 1 + take_byte(input) % 32;
  const std::string whole = frames(input, std::max<std::size_t>(input.size(), 1), false);
  require(frames(input, piece, false) == whole, "frames depend on how the stream is divided");
  require(frames(input, piece, true) == whole, "frames are lost when the receiver stops");
  // What was understood is understood again.
  require(frames(whole, piece, false) == whole, "a frame that was written is not understood");
  return 0;
}
