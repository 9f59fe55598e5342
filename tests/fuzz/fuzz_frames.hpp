// Frames of a host that uses the serial multiplexer, or thinks it does.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "protocol/mux_frame.hpp"
#include "tests/fuzz/fuzz_lines.hpp"

namespace sim800::test {

/// Some valid frames, some out of order, some broken.
inline std::string hostile_frames(Chance& chance, LineMaker& maker) {
  using enum MuxType;
  static constexpr MuxType types[] = {sabm, sabm, disc, uih, uih, uih, uih, ui, ua, dm};
  std::string bytes;
  for (std::uint8_t dlci = 0; dlci <= 4 && chance.percent(80); ++dlci) bytes += encode({dlci, true, sabm, true, {}});
  for (std::size_t i = chance.below(10); i > 0; --i) {
    const auto dlci = static_cast<std::uint8_t>(chance.below(7));
    const std::string info = chance.percent(50) ? maker.line() + "\r" : chance.bytes(chance.below(20));
    std::string frame = encode({dlci, chance.percent(80), chance.one_of<MuxType>(types), chance.percent(50), info});
    if (chance.percent(10)) frame[chance.below(frame.size())] = chance.byte();
    bytes += frame;
  }
  return bytes;
}

/// Ends the multiplexer in any state: flags to end a frame of any length, then DISC on the control DLC, which may have
/// to be opened first.
inline std::string end_of_frames() {
  return std::string(2000, '\xf9') + encode({0, true, MuxType::sabm, true, {}}) +
         encode({0, true, MuxType::disc, true, {}});
}

}  // namespace sim800::test
