// The TCP/IP toolkit: contexts, state, names, settings (AT manual chapter 8, SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/commands/tcpip.hpp"

#include <arpa/inet.h>

namespace sim800 {

bool tcpip::is_address(std::string_view text) {
  in_addr address{};
  return ::inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

namespace {

using namespace tcpip;
using enum Support;
using enum Saved;

// --- 8.2.1 CIPMUX, 8.2.22 CIPMODE

Result set_multi(Call& call) { return in(call.modem.ip, {State::initial}) ? keep_setting(call) : not_allowed; }

/// The transparent mode has one connection.
Result set_mode(Call& call) { return call.number(0) == 1 && call.modem.ip.multi() ? not_allowed : keep_setting(call); }

// --- 8.2.9, 8.2.10, 8.2.11, 8.2.7 CSTT, CIICR, CIFSR, CIPSHUT

Result show_access(Call& call) {
  const PdpContexts::Access& access = call.modem.ip.access();
  call.print("+CSTT: \"{}\",\"{}\",\"{}\"", access.apn, access.user, access.password);
  return ok;
}

/// AT+CSTT[=<apn>[,<user name>[,<password>]]]
Result start_task(Call& call) {
  IpStack& ip = call.modem.ip;
  if (!in(ip, {State::initial})) return not_allowed;
  if (call.has(0)) ip.access() = {call.text(0), call.text(1), call.text(2)};
  ip.start();
  return ok;
}

Task<Result> bring_up(Call& call) {
  IpStack& ip = call.modem.ip;
  if (!in(ip, {State::start})) co_return not_allowed;
  const Result result = co_await ip.activate();
  if (in(ip, {State::deactivated})) call.modem.urc("+PDP: DEACT", &call.channel);
  co_return result;
}

/// The address alone, without an OK.
Result show_address(Call& call) {
  IpStack& ip = call.modem.ip;
  if (!ip.active()) return not_allowed;
  call.line(ip.address());
  ip.address_shown();
  return Result::answered();
}

Task<Result> shut(Call& call) {
  co_await call.modem.ip.shut();
  call.line("SHUT OK");
  co_return Result::answered();
}

// --- 8.2.20 CIPCSGP

Result show_bearer(Call& call) {
  const Settings& settings = call.modem.settings;
  const PdpContexts::Access& access = call.modem.ip.access();
  if (settings.number("+CIPCSGP") == 1) {
    call.print("+CIPCSGP: 1,\"{}\",\"{}\",\"{}\"", access.apn, access.user, access.password);
  } else {
    const IpStack::Dialled& csd = call.modem.ip.dialled;
    call.print("+CIPCSGP: 0,\"{}\",\"{}\",\"{}\",{}", csd.number, csd.user, csd.password, csd.rate);
  }
  return ok;
}

/// AT+CIPCSGP=1[,<apn>,<user>,<password>]: shared with AT+CSTT.  AT+CIPCSGP=0,<number>,<user>,<password>,<rate>: kept.
Result set_bearer(Call& call) {
  const bool dialled = call.number(0) == 0;
  const std::size_t count = call.arguments.size();
  if (dialled ? count != 5 : count > 4) return not_allowed;
  call.modem.settings.set("+CIPCSGP", 0, dialled ? "0" : "1");
  if (dialled) call.modem.ip.dialled = {call.text(1), call.text(2), call.text(3), call.number(4)};
  if (!dialled && call.has(1)) call.modem.ip.access() = {call.text(1), call.text(2), call.text(3)};
  return ok;
}

// --- 8.2.29 CIPSGTXT

Result select_context(Call& call) {
  if (!call.modem.ip.multi()) return not_allowed;
  call.modem.ip.select(call.number(0));
  return ok;
}

// --- 8.2.12 CIPSTATUS

std::string status_row(const IpStack& ip, unsigned n) {
  const IpLink& link = ip.link(n);
  if (link.state() == IpLink::State::initial) return fmt::format(R"({},,"","","","INITIAL")", n);
  return fmt::format(R"({},{},"{}","{}","{}","{}")", n, link.context, link.datagrams() ? "UDP" : "TCP",
                     link.remote.host, link.remote.port, word(link.state()));
}

/// OK comes first.  With several connections their six rows follow the state, and the server's before them.
Result show_status(Call& call) {
  const IpStack& ip = call.modem.ip;
  call.channel.line_behind(fmt::format("STATE: {}", ip.state_name()));
  if (!ip.multi()) return ok;
  std::string rows;
  if (ip.listening()) rows = fmt::format("S: 0,0,\"{}\",\"LISTENING\"\r\n", ip.server_port());
  for (unsigned n = 0; n < IpStack::link_count; ++n) {
    if (n > 0) rows += "\r\n";
    rows += "C: " + status_row(ip, n);
  }
  call.channel.line_behind(rows);
  return ok;
}

/// AT+CIPSTATUS=<n>, with several connections only.
Result show_one_status(Call& call) {
  if (!call.modem.ip.multi()) return not_allowed;
  call.print("+CIPSTATUS: {}", status_row(call.modem.ip, call.number(0)));
  return ok;
}

// --- 8.2.13, 8.2.14 CDNSCFG, CDNSGIP

Result show_name_servers(Call& call) {
  const auto& servers = call.modem.settings.values("+CDNSCFG");
  call.print("PrimaryDns: {}", servers[0]);
  call.print("SecondaryDns: {}", servers[1]);
  return ok;
}

Result set_name_servers(Call& call) {
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (!is_address(call.arguments[i].text)) return not_allowed;
  }
  return keep_setting(call);
}

Result look_up(Call& call) {
  if (!call.modem.ip.active()) return not_allowed;
  call.modem.ip.resolve(call.text(0));
  return ok;
}

// --- 8.2.17 CIPATS

/// AT+CIPATS=<mode>[,<time>]: the time is needed to switch it on.
Result set_auto_send(Call& call) {
  return call.number(0) == 1 && call.number(1) == 0 ? not_allowed : keep_setting(call);
}

// --- 8.2.27 CIPSCONT

/// The manual's order; the second value of +CIPSPRT says that SEND OK is not shown.
Result show_context(Call& call) {
  const Settings& settings = call.modem.settings;
  const PdpContexts::Access& access = call.modem.ip.access();
  call.print("+CIPSCONT: {}", call.modem.ip.context_saved() ? 0 : 1);
  call.print("+CIPCSGP: {}", settings.number("+CIPCSGP"));
  call.print("Gprs Config APN: {}", access.apn);
  call.print("Gprs Config UserId: {}", access.user);
  call.print("Gprs Config Password: {}", access.password);
  for (const std::string_view name : {"+CIPHEAD", "+CIPSHOWTP", "+CIPSRIP", "+CIPATS"}) call.line(settings.print(name));
  call.print("+CIPSPRT: {},{}", settings.number("+CIPSPRT"), settings.number("+CIPSPRT") == 2 ? 1 : 0);
  for (const std::string_view name :
       {"+CIPQSEND", "+CIPMODE", "+CIPCCFG", "+CIPMUX", "+CIPDPDP", "+CIPRXGET", "+CIPRDTIMER"})
    call.line(settings.print(name));
  return ok;
}

Result save_context(Call& call) { return call.modem.ip.save_context() ? ok : error; }

// --- SSL application note: SSLSETCERT

/// AT+SSLSETCERT=<file>[,<password>]: +SSLSETCERT: 0 when the certificate is taken, 1 where it is none.
Result set_certificate(Call& call) {
  const bool taken = call.modem.ip.import_certificate(call.text(0), call.text(1));
  call.channel.urc(taken ? "+SSLSETCERT: 0" : "+SSLSETCERT: 1");
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    row({.name = "+CIPMUX", .section = "8.2.1", .parameters = {number("0,1", "0")},
         .test = show_ranges, .read = show_setting, .write = set_multi}),
    row(setting("+CIPQSEND", "8.2.4", full, never, {number("0,1", "0")})),
    row({.name = "+CIPSHUT", .section = "8.2.7", .test = "", .execute = shut, .seconds = 65}),
    row({.name = "+CSTT", .section = "8.2.9", .parameters = {text(50), optional(text(50)), optional(text(50))},
         .test = R"(+CSTT: "APN","USER","PWD")", .read = show_access, .write = start_task, .execute = start_task}),
    row({.name = "+CIICR", .section = "8.2.10", .test = "", .execute = bring_up, .seconds = 85}),
    row({.name = "+CIFSR", .section = "8.2.11", .test = "", .execute = show_address}),
    row({.name = "+CIPSTATUS", .section = "8.2.12", .parameters = {number("0-5")},
         .test = "", .write = show_one_status, .execute = show_status}),
    row({.name = "+CDNSCFG", .section = "8.2.13", .parameters = {text(15, "0.0.0.0"), optional(text(15, "0.0.0.0"))},
         .test = R"(+CDNSCFG: ("Primary DNS"),("Secondary DNS"))", .read = show_name_servers, .write = set_name_servers}),
    row({.name = "+CDNSGIP", .section = "8.2.14", .parameters = {text(100)}, .test = "", .write = look_up}),
    row(setting("+CIPHEAD", "8.2.15", full, never, {number("0,1", "0")})),
    row({.name = "+CIPATS", .section = "8.2.16", .parameters = {number("0,1", "0"), optional(number("1-100", "0"))},
         .test = "+CIPATS: (0,1),(1-100)", .read = show_setting, .write = set_auto_send}),
    row(setting("+CIPSPRT", "8.2.17", full, never, {number("0-2", "1")})),
    row({.name = "+CIPCSGP", .section = "8.2.19",
         .parameters = {number("0,1", "1"), optional(text(50)), optional(text(50)), optional(text(50)), optional(number("0-3"))},
         .test = "+CIPCSGP:0-CSD,DIALNUMBER,USER NAME,PASSWORD,RATE(0-3)\r\n+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD",
         .read = show_bearer, .write = set_bearer}),
    row(setting("+CIPSRIP", "8.2.20", full, never, {number("0,1", "0")})),
    row(setting("+CIPDPDP", "8.2.21", full, never, {number("0,1", "1"), optional(number("1-180", "10")), optional(number("1-10", "3"))})),
    row({.name = "+CIPMODE", .section = "8.2.22", .parameters = {number("0,1", "0")},
         .test = "+CIPMODE: (0-NORMAL MODE,1-TRANSPARENT MODE)", .read = show_setting, .write = set_mode}),
    row({.name = "+CIPCCFG", .section = "8.2.23",
         .parameters = {number("3-8", "5"), number("1-10", "2"), number("1-1460", "1024"), number("0,1", "1"),
                        optional(number("0,1", "0")), optional(number("50-1460", "1460")), optional(number("20-1000", "50"))},
         .test = "+CIPCCFG: (NmRetry:3-8),(WaitTm:1-10),(SendSz:1-1460),(esc:0,1),(Rxmode:0,1),(RxSize:50-1460),(Rxtimer:20-1000)",
         .read = show_setting, .write = keep_setting}),
    row(setting("+CIPSHOWTP", "8.2.24", full, never, {number("0,1", "0")})),
    row({.name = "+CIPSCONT", .section = "8.2.27", .read = show_context, .execute = save_context}),
    row({.name = "+CIPSGTXT", .section = "8.2.29", .parameters = {number("0,1")}, .test = show_ranges, .write = select_context}),
    row(setting("+CIPSSL", "", full, never, {number("0-1", "0")})),
    row({.name = "+SSLSETCERT", .section = "", .parameters = {text(100), optional(text(32))},
         .test = "+SSLSETCERT: 100,32", .write = set_certificate}),
};
// clang-format on

}  // namespace

std::span<const Command> tcpip_commands() { return table; }

}  // namespace sim800
