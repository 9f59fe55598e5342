// Data of the TCP/IP toolkit's connections (AT manual 8.2.3, 8.2.5, 8.2.26).
// SPDX-License-Identifier: MIT
#include "emulator/commands/tcpip.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

using namespace tcpip;

constexpr std::size_t hex_block = 730;  ///< most bytes of one AT+CIPRXGET=3

// --- 8.2.3 CIPSEND

Result show_lengths(Invocation& cmd) {
  cmd.print("+CIPSEND: {}(1-{})", cmd.modem.ip->multi() ? "(0-5)," : "", IpStack::block);
  return ok;
}

/// How much can be sent at once: one line for each open connection.
Result show_room(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  if (!ip.multi()) {
    cmd.print("+CIPSEND: {}", std::min(IpStack::block, ip.connection(0).room()));
    return ok;
  }
  for (unsigned n = 0; n < IpStack::connection_count; ++n) {
    if (ip.connection(n).up()) cmd.print("+CIPSEND: {},{}", n, std::min(IpStack::block, ip.connection(n).room()));
  }
  return ok;
}

/// AT+CIPSEND, AT+CIPSEND=<length>, AT+CIPSEND=<n>[,<length>]: a prompt, the data, and the outcome.
Task<Result> send(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  const Settings& settings = cmd.modem.settings;
  const std::size_t length_at = ip.multi() ? 1 : 0;
  const auto n = connection_number(cmd, 0);
  const bool has_length = cmd.has(length_at);
  const std::uint32_t length = cmd.number(length_at);
  if (!n || cmd.arguments.size() > length_at + 1 || (has_length && (length < 1 || length > IpStack::block)))
    co_return not_allowed;
  if (ip.connection(*n).state() != IpConnection::State::connected || ip.connection(*n).transmitting() ||
      ip.transparent(*n))
    co_return not_allowed;

  std::string data;
  PromptOptions how{.limit = IpStack::block, .controls = true, .edits = true, .repeat_prompt = false};
  const std::uint32_t prompting = settings.number(key::cipsprt);
  how.prompt = prompting == 1;
  if (has_length) how.exactly = length;
  if (settings.number(key::cipats_mode) == 1) how.time = std::chrono::seconds(settings.number(key::cipats_time));
  const PromptResult typed = co_await cmd.channel.take_text(data, how);
  if (typed == PromptResult::gone) co_return Result::silent();
  if (typed == PromptResult::cancelled) co_return ok;
  if (data.empty() || data.size() > IpStack::block) co_return not_allowed;
  if (ip.connection(*n).transmitting()) co_return not_allowed;  // another channel has been quicker

  const std::string number = ip.multi() ? fmt::format("{}, ", *n) : "";
  if (!co_await ip.send(*n, data)) {
    cmd.print("{}SEND FAIL", number);
  } else if (settings.number(key::cipqsend) == 1) {
    cmd.print("DATA ACCEPT:{}{}", ip.multi() ? fmt::format("{},", *n) : "", data.size());
  } else if (prompting != 2) {
    cmd.print("{}SEND OK", number);
  }
  co_return Result::answered();
}

// --- 8.2.5 CIPACK

/// +CIPACK: <txlen>,<acklen>,<nacklen>, counted since the connection was opened.
Result show_acknowledged(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  const auto n = connection_number(cmd, 0);
  if (!n || cmd.arguments.size() > (ip.multi() ? 1U : 0U)) return not_allowed;
  const IpConnection& connection = ip.connection(*n);
  if (!connection.up() && connection.state() != IpConnection::State::closed) return not_allowed;
  const std::uint64_t acknowledged = std::min(connection.acknowledged(), connection.sent());
  cmd.print("+CIPACK: {},{},{}", connection.sent(), acknowledged, connection.sent() - acknowledged);
  return ok;
}

// --- 8.2.26 CIPRXGET

Result show_receive_ranges(Invocation& cmd) {
  cmd.print("+CIPRXGET: (0-4),{}(1-{})", cmd.modem.ip->multi() ? "(0-5)," : "", IpStack::block);
  return ok;
}

/// AT+CIPRXGET=2 and 3: +CIPRXGET: <mode>,[<id>,]<read>,<left>[,<address>:<port>], then the bytes, or their hexadecimal
/// digits.
Result read_received(Invocation& cmd, unsigned n, std::uint32_t mode, std::uint32_t wanted) {
  IpStack& ip = *cmd.modem.ip;
  if (!ip.connection(n).has_socket()) return not_allowed;
  const bool datagrams = ip.connection(n).datagrams();
  const SocketAddress source = ip.connection(n).source();
  const bool names = cmd.modem.settings.number(key::cipsrip) == 1;
  const std::string from =
      names ? fmt::format(",{}:{}", datagrams ? source.host : ip.connection(n).remote.host, source.port) : "";
  const std::string bytes = ip.take(n, wanted);
  const std::string number = ip.multi() ? fmt::format("{},", n) : "";
  cmd.print("+CIPRXGET: {},{}{},{}{}", mode, number, bytes.size(), ip.readable(n), from);
  cmd.response.raw(mode == 3 ? to_hex(bytes) : bytes);
  return ok;
}

/// AT+CIPRXGET=<mode>[,<id>][,<reqlength>]: 0 off, 1 on (for connections opened afterwards), 2 read, 3 read as
/// hexadecimal digits, 4 number of waiting bytes.
Result receive(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  const std::uint32_t mode = cmd.number(0);
  if (mode <= 1) {
    if (cmd.arguments.size() > 1) return not_allowed;
    cmd.modem.settings.set(key::ciprxget, mode);
    return ok;
  }
  const std::size_t length_at = ip.multi() ? 2 : 1;
  const auto n = connection_number(cmd, 1);
  if (!n || cmd.arguments.size() > length_at + (mode == 4 ? 0 : 1)) return not_allowed;
  const IpConnection& connection = ip.connection(*n);
  if (!connection.up() && connection.state() != IpConnection::State::closed) return not_allowed;
  if (mode == 4) {
    cmd.print("+CIPRXGET: 4,{}{}", ip.multi() ? fmt::format("{},", *n) : "", ip.readable(*n));
    return ok;
  }
  const std::uint32_t most = mode == 2 ? IpStack::block : hex_block;
  const std::uint32_t wanted = cmd.number(length_at, most);
  if (wanted < 1 || wanted > IpStack::block) return not_allowed;
  return read_received(cmd, *n, mode, std::min(wanted, most));
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    row({.name = "+CIPSEND", .section = "8.2.3", .parameters = {number("0-1460"), optional(number("1-1460"))},
         .test = show_lengths, .read = show_room, .write = with_input(send), .execute = with_input(send), .seconds = 645}),
    row({.name = "+CIPACK", .section = "8.2.5", .parameters = {number("0-5")},
         .test = "", .write = show_acknowledged, .execute = show_acknowledged}),
    row({.name = "+CIPRXGET", .section = "8.2.26",
         .parameters = {number("0-4", "0"), optional(number("0-1460")), optional(number("1-1460"))},
         .test = show_receive_ranges, .read = show_setting, .write = receive, .context = &ip_context}),
};
// clang-format on

}  // namespace

std::span<const Command> tcpip_data_commands() { return table; }

}  // namespace sim800
