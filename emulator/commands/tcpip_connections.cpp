// The TCP/IP toolkit: connections and the server (AT manual 8.2.2, 8.2.6, 8.2.8, 8.2.18, 8.2.25).
// SPDX-License-Identifier: MIT
#include "emulator/commands/tcpip.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "protocol/at/ip_address.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using namespace tcpip;
using enum Support;
using enum Saved;

std::optional<SocketRequest::Kind> kind_of(std::string_view word) {
  if (same_word(word, "TCP")) return SocketRequest::Kind::tcp;
  if (same_word(word, "UDP")) return SocketRequest::Kind::udp;
  return std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text, unsigned least) {
  const auto port = parse_number(text);
  return port && *port >= least && *port <= 65'535 ? std::optional(static_cast<std::uint16_t>(*port)) : std::nullopt;
}

// --- 8.2.2 CIPSTART

/// The ranges have commas, as in a log of R14.18.
Result show_connection_forms(Invocation& cmd) {
  const std::string_view n = cmd.modem.ip->multi() ? "(0-5)," : "";
  cmd.print("+CIPSTART: {}(\"TCP\",\"UDP\"),(\"(0,255).(0,255).(0,255).(0,255)\"),(1,65535)", n);
  cmd.print("+CIPSTART: {}(\"TCP\",\"UDP\"),(\"DOMAIN NAME\"),(1,65535)", n);
  return ok;
}

bool may_connect(const IpStack& ip, unsigned n) {
  if (ip.multi()) return in(ip, {State::status, State::processing}) && !ip.connection(n).used();
  return in(ip, {State::initial, State::status, State::closed});
}

/// AT+CIPSTART=[<n>,]<mode>,<address>,<port>. For a connection in use it answers ERROR and says so.
Result open_connection(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  const std::size_t first = ip.multi() ? 1 : 0;
  if (cmd.arguments.size() != first + 3) return not_allowed;
  const auto n = connection_number(cmd, 0);
  const auto kind = kind_of(cmd.arguments[first].text);
  const auto port = port_of(cmd.arguments[first + 2].text, 1);
  const std::string host = cmd.text(first + 1);
  if (!n || !kind || !port || host.empty()) return not_allowed;
  if (ip.connection(*n).up()) {
    cmd.channel.line_behind(numbered(ip, *n, "ALREADY CONNECT"));
    return not_allowed;
  }
  if (!may_connect(ip, *n)) return not_allowed;
  SocketRequest request;
  request.kind = *kind;
  request.host = host;
  request.port = *port;
  ip.connect(*n, std::move(request), cmd.channel);
  return ok;
}

// --- 8.2.6 CIPCLOSE

/// AT+CIPCLOSE[=[<id>,]<n>]: <n> 1 does not wait for the peer.  No OK follows.
Task<Result> close_connection(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  if (cmd.arguments.size() > (ip.multi() ? 2U : 1U)) co_return not_allowed;
  const auto n = connection_number(cmd, 0);
  const std::uint32_t how = cmd.number(ip.multi() ? 1 : 0);
  if (!n || how > 1) co_return not_allowed;
  const IpConnection& connection = ip.connection(*n);
  if (connection.up() || connection.state() == IpConnection::State::connecting) {
    co_await ip.close(*n, how == 1);
  } else if (in(ip, {State::listening})) {
    ip.stop_listening();
  } else {
    co_return not_allowed;
  }
  cmd.line(numbered(ip, *n, "CLOSE OK"));
  co_return Result::answered();
}

// --- 8.2.8 CLPORT

Result show_port_ranges(Invocation& cmd) {
  cmd.print("+CLPORT: {}(\"TCP\",\"UDP\"),(0-65535)", cmd.modem.ip->multi() ? "(0-5)," : "");
  return ok;
}

Result show_local_ports(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  if (!ip.multi()) {
    cmd.print("+CLPORT: {},{}", ip.local_ports[0].tcp, ip.local_ports[0].udp);
    return ok;
  }
  for (unsigned n = 0; n < IpStack::connection_count; ++n)
    cmd.print("+CLPORT: {},{},{}", n, ip.local_ports[n].tcp, ip.local_ports[n].udp);
  return ok;
}

/// AT+CLPORT=[<n>,]<mode>,<port>
Result set_local_port(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  const std::size_t first = ip.multi() ? 1 : 0;
  if (cmd.arguments.size() != first + 2) return not_allowed;
  const auto n = connection_number(cmd, 0);
  const auto kind = kind_of(cmd.arguments[first].text);
  const auto port = port_of(cmd.arguments[first + 1].text, 0);
  if (!n || !kind || !port) return not_allowed;
  (*kind == SocketRequest::Kind::tcp ? ip.local_ports[*n].tcp : ip.local_ports[*n].udp) = *port;
  return ok;
}

// --- 8.2.19 CIPSERVER

Result show_server(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  if (ip.listening()) {
    cmd.print("+CIPSERVER: 1,{},0,0", ip.server_port());
  } else {
    cmd.line("+CIPSERVER: 0");
  }
  return ok;
}

/// AT+CIPSERVER=<mode>[,<port>]
Result control_server(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  if (cmd.number(0) == 0) {
    if (!ip.listening()) return not_allowed;
    ip.stop_listening();
    cmd.modem.answer("SERVER CLOSE", &cmd.channel);
    return ok;
  }
  const bool allowed =
      ip.multi() ? in(ip, {State::status, State::processing}) : in(ip, {State::initial, State::status, State::closed});
  if (!allowed || ip.listening() || !cmd.has(1)) return not_allowed;
  ip.listen(static_cast<std::uint16_t>(cmd.number(1)), cmd.channel);
  return ok;
}

// --- 8.2.25 CIPUDPMODE

constexpr std::string_view udp_ranges = "(0-2),(\"(0-255).(0-255).(0-255).(0-255)\"),(1-65535)";

Result show_udp_ranges(Invocation& cmd) {
  cmd.print("+CIPUDPMODE: {}{}", cmd.modem.ip->multi() ? "(0-5)," : "", udp_ranges);
  return ok;
}

Result show_udp_modes(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  for (unsigned n = 0; n < (ip.multi() ? IpStack::connection_count : 1); ++n) {
    const SocketAddress& there = ip.udp_peer(n);
    const std::string number = ip.multi() ? fmt::format("{},", n) : "";
    const std::string peer = there.host.empty() ? "" : fmt::format(",\"{}\",{}", there.host, there.port);
    cmd.print("+CIPUDPMODE: {}{}{}", number, ip.udp_mode(n), peer);
  }
  return ok;
}

/// AT+CIPUDPMODE=[<n>,]<mode>[,<IP address>,<port>]: 0 only the peer, 1 anyone, 2 another destination; 2 reads as 1.
Result set_udp_mode(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  const std::size_t first = ip.multi() ? 1 : 0;
  const auto n = connection_number(cmd, 0);
  const auto mode = parse_number(cmd.arguments[first].text);
  const std::size_t count = cmd.arguments.size();
  if (!n || !mode || *mode > 2 || (count != first + 1 && count != first + 3)) return not_allowed;
  SocketAddress there;
  if (count == first + 3) {
    const auto port = port_of(cmd.arguments[first + 2].text, 1);
    if (!port || !is_ip_address(cmd.arguments[first + 1].text)) return not_allowed;
    there = {cmd.text(first + 1), *port};
  }
  if (*mode == 2 && there.host.empty()) return not_allowed;
  ip.set_udp_mode(*n, std::min(*mode, 1U), *mode == 0 ? SocketAddress{} : there);
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    row({.name = "+CIPSTART", .section = "8.2.2", .parameters = {text(100), text(100), text(100), optional(text(100))},
         .test = show_connection_forms, .write = open_connection, .seconds = 160}),
    row({.name = "+CIPCLOSE", .section = "8.2.6", .parameters = {number("0-5"), optional(number("0,1"))},
         .test = "", .write = close_connection, .execute = close_connection}),
    row({.name = "+CLPORT", .section = "8.2.8", .parameters = {text(5), text(5), optional(text(5))},
         .test = show_port_ranges, .read = show_local_ports, .write = set_local_port}),
    row({.name = "+CIPSERVER", .section = "8.2.18", .parameters = {number("0,1"), optional(number("1-65535"))},
         .test = "+CIPSERVER: (0-CLOSE SERVER,1-OPEN SERVER),(1-65535)", .read = show_server, .write = control_server}),
    row({.name = "+CIPUDPMODE", .section = "8.2.25", .parameters = {text(1), optional(text(15)), optional(text(15)), optional(text(5))},
         .test = show_udp_ranges, .read = show_udp_modes, .write = set_udp_mode}),
    row(in_context(ip_context, setting("+CIPRDTIMER", "8.2.28", full, never, {number("100-4000", "2000"), number("100-7000", "3500")}))),
    row(setting("+CIPTKA", "8.2.30", full, never,
                {number("0,1", "1"), optional(number("30-7200", "7200")), optional(number("30-600", "75")), optional(number("1-9", "9"))})),
};
// clang-format on

}  // namespace

std::span<const Command> tcpip_connection_commands() { return table; }

}  // namespace sim800
