// The TCP/IP toolkit: contexts, state, names, settings (AT manual chapter 8, SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/commands/tcpip.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/network/gprs.hpp"

#include "protocol/at/ip_address.hpp"

#include "emulator/ip/ip_settings.hpp"

namespace sim800 {
namespace {

using namespace tcpip;
using enum Support;
using enum Saved;

// --- 8.2.1 CIPMUX, 8.2.22 CIPMODE

Result set_multi(Invocation& cmd) { return in(*cmd.modem.ip, {State::initial}) ? keep_setting(cmd) : not_allowed; }

/// Transparent mode has one connection.
Result set_mode(Invocation& cmd) {
  return cmd.number(0) == 1 && cmd.modem.ip->multi() ? not_allowed : keep_setting(cmd);
}

// --- 8.2.9, 8.2.10, 8.2.11, 8.2.7 CSTT, CIICR, CIFSR, CIPSHUT

Result show_access(Invocation& cmd) {
  const PdpContexts::Access& access = cmd.modem.ip->access();
  cmd.print("+CSTT: \"{}\",\"{}\",\"{}\"", access.apn, access.user, access.password);
  return ok;
}

/// AT+CSTT[=<apn>[,<user name>[,<password>]]]
Result start_task(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  if (!in(ip, {State::initial})) return not_allowed;
  if (cmd.has(0)) ip.access() = {cmd.text(0), cmd.text(1), cmd.text(2)};
  ip.start();
  return ok;
}

/// Without AT+CSTT the first access point of AT+CGDCONT will do (log); where there is none either, nothing does (log).
void start_defined(Invocation& cmd) {
  for (unsigned cid = 1; cid <= Gprs::count; ++cid) {
    const std::optional<Gprs::Definition>& defined = cmd.modem.gprs->definition(cid);
    if (!defined || defined->apn.empty()) continue;
    cmd.modem.ip->access() = {defined->apn, "", ""};
    return cmd.modem.ip->start();
  }
}

Task<Result> bring_up(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  if (in(ip, {State::initial})) start_defined(cmd);
  if (!in(ip, {State::start})) co_return not_allowed;
  const Result result = co_await ip.activate();
  if (in(ip, {State::deactivated})) cmd.modem.urc("+PDP: DEACT", &cmd.channel);
  co_return result;
}

/// The address alone, without an OK.
Result show_address(Invocation& cmd) {
  IpStack& ip = *cmd.modem.ip;
  if (!ip.active()) return not_allowed;
  cmd.line(ip.address());
  ip.address_shown();
  return Result::answered();
}

Task<Result> shut(Invocation& cmd) {
  co_await cmd.modem.ip->shut();
  cmd.line("SHUT OK");
  co_return Result::answered();
}

// --- 8.2.20 CIPCSGP

Result show_bearer(Invocation& cmd) {
  const Settings& settings = cmd.modem.settings;
  const PdpContexts::Access& access = cmd.modem.ip->access();
  if (settings.number(key::cipcsgp) == 1) {
    cmd.print("+CIPCSGP: 1,\"{}\",\"{}\",\"{}\"", access.apn, access.user, access.password);
  } else {
    const IpStack::Dialled& csd = cmd.modem.ip->dialled;
    cmd.print("+CIPCSGP: 0,\"{}\",\"{}\",\"{}\",{}", csd.number, csd.user, csd.password, csd.rate);
  }
  return ok;
}

/// AT+CIPCSGP=1[,<apn>,<user>,<password>]: shared with AT+CSTT. AT+CIPCSGP=0,<number>,<user>,<password>,<rate>: stored.
Result set_bearer(Invocation& cmd) {
  const bool dialled = cmd.number(0) == 0;
  const std::size_t count = cmd.arguments.size();
  if (dialled ? count != 5 : count > 4) return not_allowed;
  cmd.modem.settings.set(key::cipcsgp, dialled ? 0 : 1);
  if (dialled) cmd.modem.ip->dialled = {cmd.text(1), cmd.text(2), cmd.text(3), cmd.number(4)};
  if (!dialled && cmd.has(1)) cmd.modem.ip->access() = {cmd.text(1), cmd.text(2), cmd.text(3)};
  return ok;
}

// --- 8.2.29 CIPSGTXT

Result select_context(Invocation& cmd) {
  if (!cmd.modem.ip->multi()) return not_allowed;
  cmd.modem.ip->select(cmd.number(0));
  return ok;
}

// --- 8.2.12 CIPSTATUS

std::string status_row(const IpStack& ip, unsigned n) {
  const IpConnection& connection = ip.connection(n);
  if (connection.state() == IpConnection::State::initial) return fmt::format(R"({},,"","","","INITIAL")", n);
  return fmt::format(R"({},{},"{}","{}","{}","{}")", n, connection.context, connection.datagrams() ? "UDP" : "TCP",
                     connection.remote.host, connection.remote.port, word(connection.state()));
}

/// OK comes first. With several connections their six rows follow the state, preceded by the server's.
Result show_status(Invocation& cmd) {
  const IpStack& ip = *cmd.modem.ip;
  cmd.channel.line_behind(fmt::format("STATE: {}", ip.state_name()));
  if (!ip.multi()) return ok;
  std::string rows;
  if (ip.listening()) rows = fmt::format("S: 0,0,\"{}\",\"LISTENING\"\r\n", ip.server_port());
  for (unsigned n = 0; n < IpStack::connection_count; ++n) {
    if (n > 0) rows += "\r\n";
    rows += "C: " + status_row(ip, n);
  }
  cmd.channel.line_behind(rows);
  return ok;
}

/// AT+CIPSTATUS=<n>, with several connections only.
Result show_one_status(Invocation& cmd) {
  if (!cmd.modem.ip->multi()) return not_allowed;
  cmd.print("+CIPSTATUS: {}", status_row(*cmd.modem.ip, cmd.number(0)));
  return ok;
}

// --- 8.2.13, 8.2.14 CDNSCFG, CDNSGIP

Result show_name_servers(Invocation& cmd) {
  const auto& servers = cmd.settings.values_of(cmd.command.name);
  cmd.print("PrimaryDns: {}", servers[0]);
  cmd.print("SecondaryDns: {}", servers[1]);
  return ok;
}

Result set_name_servers(Invocation& cmd) {
  for (std::size_t i = 0; i < cmd.arguments.size(); ++i) {
    if (!is_ip_address(cmd.arguments[i].text)) return not_allowed;
  }
  return keep_setting(cmd);
}

Result look_up(Invocation& cmd) {
  if (!cmd.modem.ip->active()) return not_allowed;
  cmd.modem.ip->resolve(cmd.text(0), cmd.channel);
  return ok;
}

// --- 8.2.17 CIPATS

/// AT+CIPATS=<mode>[,<time>]: switching on needs the time.
Result set_auto_send(Invocation& cmd) {
  return cmd.number(0) == 1 && cmd.number(1) == 0 ? not_allowed : keep_setting(cmd);
}

// --- 8.2.27 CIPSCONT

/// The manual's order; the second value of +CIPSPRT says that SEND OK is not shown.
Result show_context(Invocation& cmd) {
  const Settings& settings = cmd.modem.settings;
  const PdpContexts::Access& access = cmd.modem.ip->access();
  cmd.print("+CIPSCONT: {}", cmd.modem.ip->context_saved() ? 0 : 1);
  cmd.print("+CIPCSGP: {}", settings.number(key::cipcsgp));
  cmd.print("Gprs Config APN: {}", access.apn);
  cmd.print("Gprs Config UserId: {}", access.user);
  cmd.print("Gprs Config Password: {}", access.password);
  for (const std::string_view name : {"+CIPHEAD", "+CIPSHOWTP", "+CIPSRIP", "+CIPATS"}) cmd.line(settings.print(name));
  cmd.print("+CIPSPRT: {},{}", settings.number(key::cipsprt), settings.number(key::cipsprt) == 2 ? 1 : 0);
  for (const std::string_view name :
       {"+CIPQSEND", "+CIPMODE", "+CIPCCFG", "+CIPMUX", "+CIPDPDP", "+CIPRXGET", "+CIPRDTIMER"})
    cmd.line(settings.print(name));
  return ok;
}

Result save_context(Invocation& cmd) { return cmd.modem.ip->save_context() ? ok : error; }

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    row({.name = "+CIPMUX", .section = "8.2.1", .parameters = {number("0,1", "0")},
         .test = show_ranges, .read = show_setting, .write = set_multi, .context = &ip_context}),
    row(in_context(ip_context, setting("+CIPQSEND", "8.2.4", full, never, {number("0,1", "0")}))),
    row({.name = "+CIPSHUT", .section = "8.2.7", .test = "", .execute = shut, .seconds = 65}),
    // No row(): a log has 765 for what does not fit.
    {.name = "+CSTT", .section = "8.2.9", .parameters = {text(50), optional(text(50)), optional(text(50))},
     .test = R"(+CSTT: "APN","USER","PWD")", .read = show_access, .write = start_task, .execute = start_task},
    row({.name = "+CIICR", .section = "8.2.10", .test = "", .execute = bring_up, .seconds = 85}),
    row({.name = "+CIFSR", .section = "8.2.11", .test = "", .execute = show_address}),
    row({.name = "+CIPSTATUS", .section = "8.2.12", .parameters = {number("0-5")},
         .test = "", .write = show_one_status, .execute = show_status}),
    row({.name = "+CDNSCFG", .section = "8.2.13", .parameters = {text(15, "0.0.0.0"), optional(text(15, "0.0.0.0"))},
         .test = R"(+CDNSCFG: ("Primary DNS"),("Secondary DNS"))", .read = show_name_servers, .write = set_name_servers}),
    row({.name = "+CDNSGIP", .section = "8.2.14", .parameters = {text(100)}, .test = "", .write = look_up}),
    row(in_context(ip_context, setting("+CIPHEAD", "8.2.15", full, never, {number("0,1", "0")}))),
    row({.name = "+CIPATS", .section = "8.2.16", .parameters = {number("0,1", "0"), optional(number("1-100", "0"))},
         .test = "+CIPATS: (0,1),(1-100)", .read = show_setting, .write = set_auto_send, .context = &ip_context}),
    row(in_context(ip_context, setting("+CIPSPRT", "8.2.17", full, never, {number("0-2", "1")}))),
    row({.name = "+CIPCSGP", .section = "8.2.19",
         .parameters = {number("0,1", "1"), optional(text(50)), optional(text(50)), optional(text(50)), optional(number("0-3"))},
         .test = "+CIPCSGP:0-CSD,DIALNUMBER,USER NAME,PASSWORD,RATE(0-3)\r\n+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD",
         .read = show_bearer, .write = set_bearer, .context = &ip_context}),
    row(in_context(ip_context, setting("+CIPSRIP", "8.2.20", full, never, {number("0,1", "0")}))),
    row(in_context(ip_context, setting("+CIPDPDP", "8.2.21", full, never, {number("0,1", "1"), optional(number("1-180", "10")), optional(number("1-10", "3"))}))),
    row({.name = "+CIPMODE", .section = "8.2.22", .parameters = {number("0,1", "0")},
         .test = "+CIPMODE: (0-NORMAL MODE,1-TRANSPARENT MODE)", .read = show_setting, .write = set_mode, .context = &ip_context}),
    row({.name = "+CIPCCFG", .section = "8.2.23",
         .parameters = {number("3-8", "5"), number("1-10", "2"), number("1-1460", "1024"), number("0,1", "1"),
                        optional(number("0,1", "0")), optional(number("50-1460", "1460")), optional(number("20-1000", "50"))},
         .test = "+CIPCCFG: (NmRetry:3-8),(WaitTm:1-10),(SendSz:1-1460),(esc:0,1),(Rxmode:0,1),(RxSize:50-1460),(Rxtimer:20-1000)",
         .read = show_setting, .write = keep_setting, .context = &ip_context}),
    row(in_context(ip_context, setting("+CIPSHOWTP", "8.2.24", full, never, {number("0,1", "0")}))),
    row({.name = "+CIPSCONT", .section = "8.2.27", .read = show_context, .execute = save_context}),
    row({.name = "+CIPSGTXT", .section = "8.2.29", .parameters = {number("0,1")}, .test = show_ranges, .write = select_context}),
    row(setting("+CIPSSL", "", full, never, {number("0-1", "0")})),
};
// clang-format on

}  // namespace

std::span<const Command> tcpip_commands() { return table; }

}  // namespace sim800
