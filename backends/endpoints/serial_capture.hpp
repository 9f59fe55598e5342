// What passes a serial line, for Wireshark: pcapng with packets of link type RTAC_SERIAL (250), which say the direction
// and the level of each modem line.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/at/modem_lines.hpp"

namespace sim800::serial_capture {

enum class Event : std::uint8_t {
  line_moved = 0,
  from_module = 1,  ///< "TX"
  to_module = 2,    ///< "RX"
  lost = 5,         ///< packets before this one
  broken = 9,       ///< the host holds its data line low
};

struct Packet {
  std::size_t line;  ///< index of its name in the header
  std::chrono::microseconds since_epoch;
  Event event;
  LineLevels levels;
  std::string_view bytes{};
  std::uint64_t lost = 0;
};

/// With an interface for each line.
std::string header(const std::vector<std::string>& lines);
std::string encoded(const Packet& packet);

}  // namespace sim800::serial_capture
