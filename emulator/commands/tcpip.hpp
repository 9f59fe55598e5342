// What the command files of the TCP/IP toolkit share.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/ip/ip_stack.hpp"
#include "emulator/module/modem.hpp"

namespace sim800::tcpip {

using State = IpStack::State;

inline bool in(const IpStack& ip, std::initializer_list<State> states) {
  return std::ranges::find(states, ip.state()) != states.end();
}

/// "0, CLOSE OK" if there are several connections, "CLOSE OK" if there is one.
inline std::string numbered(const IpStack& ip, unsigned n, std::string_view text) {
  return ip.multi() ? fmt::format("{}, {}", n, text) : std::string(text);
}

/// The connection in argument `i` if there are several, else the only one.
inline std::optional<unsigned> connection_number(const Invocation& cmd, std::size_t i) {
  if (!cmd.modem.ip->multi()) return 0;
  const auto n = parse_number(cmd.arguments[i].text);
  return n && *n < IpStack::connection_count ? n : std::nullopt;
}

/// A wrong parameter is refused as a wrong state is (field logs).
constexpr Command row(Command command) {
  command.usage_error = not_allowed;
  return command;
}

}  // namespace sim800::tcpip
