// Commands about the network: 27.007 registration, operator, signal (AT manual chapter 3), packet service (chapter 7).
// SPDX-License-Identifier: MIT
#include "emulator/modem.hpp"
#include "protocol/characters.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

bool radio_on(Call& call) { return call.modem.functionality() == 1; }

/// +CSQ: <rssi>,<ber>   99,99 until a cell has been found.
Result show_signal(Call& call) {
  const SignalPoint signal = call.modem.network.signal();
  call.print("+CSQ: {},{}", signal.rssi, signal.ber);
  return ok;
}

/// +CREG: <n>,<stat>[,<lac>,<ci>]
Result show_registration(Call& call) {
  call.print("+CREG: {}", call.modem.network.creg(call.modem.settings.number("+CREG"), true));
  return ok;
}
Result show_packet_registration(Call& call) {
  call.print("+CGREG: {}", call.modem.network.cgreg(call.modem.settings.number("+CGREG"), true));
  return ok;
}

// --- 3.2.22 AT+COPS

constexpr Result abort_cops{static_cast<Cme>(609)};
constexpr std::uint32_t automatically = 0, deregister = 2, format_only = 3, manual_then_automatic = 4;

std::string operator_in(Call& call, std::uint32_t format) {
  const NetworkConfig& network = call.modem.world.network;
  return format == 2 ? network.plmn : network.operator_name;
}

/// +COPS: <mode>[,<format>,"<oper>"]
Result show_operator(Call& call) {
  const Settings& settings = call.modem.settings;
  const std::uint32_t mode = settings.number("+COPS"), format = settings.number("+COPS", 1);
  if (call.modem.network.registered()) {
    call.print("+COPS: {},{},\"{}\"", mode, format, operator_in(call, format));
  } else {
    call.print("+COPS: {}", mode);
  }
  return ok;
}

/// +COPS: (<stat>,"<long>","<short>","<numeric>"),,(<mode>s),(<format>s)   at most 45 s; any character ends it.
Task<Result> scan_operators(Call& call) {
  if (!radio_on(call)) co_return Cme::cfun_off;
  if (co_await call.channel.interrupted_within(call.modem.latency[Latency::operator_scan])) co_return abort_cops;
  const std::string name = operator_in(call, 0);
  call.print("+COPS: ({},\"{}\",\"{}\",\"{}\"),,(0-4),(0-2)", call.modem.network.registered() ? 2 : 1, name, name,
             operator_in(call, 2));
  co_return ok;
}

/// AT+COPS=<mode>[,<format>[,"<oper>"]]
Task<Result> select_operator(Call& call) {
  Modem& modem = call.modem;
  const std::uint32_t mode = call.number(0), format = call.number(1);
  if (call.has(1)) modem.settings.set("+COPS", 1, std::to_string(format));
  if (mode == format_only) co_return call.has(1) ? ok : Result{Cme::invalid_input};
  if (!radio_on(call)) co_return Cme::cfun_off;
  if (const auto refused = modem.sim.refusal()) co_return *refused;
  if (mode == deregister) {
    modem.settings.set("+COPS", 0, std::to_string(mode));
    modem.network.leave(&call.channel);
    co_return ok;
  }
  const bool found = mode == automatically || same_word(call.text(2), operator_in(call, format));
  if (mode != automatically && !call.has(2)) co_return Cme::invalid_input;
  if (!found && mode != manual_then_automatic) {
    modem.network.leave(&call.channel);
    co_return Cme::no_network_service;
  }
  modem.settings.set("+COPS", 0, std::to_string(mode));
  if (modem.network.registered()) co_return ok;
  modem.network.search();
  co_await modem.clock.sleep(modem.network.registering_time());
  co_return modem.network.registered() ? ok : Result{Cme::no_network_service};
}

// --- 7.2.1 AT+CGATT

Result show_attachment(Call& call) {
  call.print("+CGATT: {}", call.modem.network.attached() ? 1 : 0);
  return ok;
}

/// AT+CGATT=<state>   Detaching takes the bearers away: +SAPBR 1: DEACT stands before the OK.
Task<Result> set_attachment(Call& call) {
  Modem& modem = call.modem;
  const bool attach = call.number(0) == 1;
  if (!radio_on(call)) co_return Cme::cfun_off;
  if (attach == modem.network.attached()) co_return ok;
  if (attach && !modem.network.registered()) co_return Cme::unknown;  // what hardware says when it comes too early
  co_await modem.clock.sleep(modem.latency[Latency::network_detach]);
  if (attach) {
    modem.network.attach();
    co_return modem.network.attached() ? ok : Result{Cme::unknown};
  }
  modem.network.detach(&call.channel);
  co_return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+COPS", .section = "3.2.22", .saved = automatic,
     .parameters = {number("0-4", "0"), optional(number("0-2", "0")), optional(text(32))},
     .test = scan_operators, .read = show_operator, .write = select_operator, .seconds = 120},
    {.name = "+CREG", .section = "3.2.32", .saved = profile, .parameters = {optional(number("0-2", "0"))},
     .test = show_ranges, .read = show_registration, .write = keep_setting},
    {.name = "+CSQ", .section = "3.2.35", .test = "+CSQ: (0-31,99),(0-7,99)", .execute = show_signal},
    {.name = "+CGATT", .section = "7.2.1", .parameters = {number("0,1")},
     .test = show_ranges, .read = show_attachment, .write = set_attachment, .seconds = 75},
    {.name = "+CGREG", .section = "7.2.10", .saved = profile, .parameters = {optional(number("0-2", "0"))},
     .test = show_ranges, .read = show_packet_registration, .write = keep_setting},
};
// clang-format on

}  // namespace

std::span<const Command> network_commands() { return table; }

}  // namespace sim800
