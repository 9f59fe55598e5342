// Supplementary services: forwarding, waiting, number presentation, USSD (AT manual chapter 3).
// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/commands/delayed.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

/// Why the network cannot be reached.
std::optional<Result> unreachable(Invocation& cmd) {
  if (cmd.modem.functionality() != 1) return Cme::cfun_off;
  if (const auto refused = cmd.modem.sim->refusal()) return refused;
  if (!cmd.modem.network->registered()) return Cme::no_network_service;
  return std::nullopt;
}

enum Mode : std::uint8_t { disable, enable, query, registration, erasure };
constexpr unsigned all_classes = 7;

// --- 3.2.5 AT+CCFC

/// +CCFC: <status>,<class>[,<number>,<type>[,<subaddr>,<satype>,<time>]]   one line for each class
void show_forwarding(Invocation& cmd, std::size_t reason) {
  const Forwarding& kept = cmd.modem.calls->services.forwarding(reason);
  if (!kept.active) return cmd.line("+CCFC: 0,7");
  for (const unsigned one : {1U, 2U, 4U}) {
    if ((kept.classes & one) == 0) continue;
    const std::string time = reason == SupplementaryServices::no_reply ? fmt::format(",\"\",0,{}", kept.seconds) : "";
    cmd.print("+CCFC: 1,{},\"{}\",{}{}", one, kept.number, type_of_number(kept.number), time);
  }
}

/// Registers, switches or erases one reason; false if there is nothing to switch on.
bool change_forwarding(Forwarding& kept, Mode mode, const Forwarding& wanted) {
  switch (mode) {
    case registration: kept = wanted; return true;
    case erasure: kept = {}; return true;
    case disable: kept.active = false; return true;
    case enable: kept.active = !kept.number.empty(); return kept.active;
    case query: break;
  }
  return false;
}

/// AT+CCFC=<reason>,<mode>[,<number>[,<type>[,<class>[,<subaddr>[,<satype>[,<time>]]]]]]
Task<Result> forward(Invocation& cmd) {
  const std::uint32_t reason = cmd.number(0);
  const Mode mode = static_cast<Mode>(cmd.number(1));
  const std::string number = cmd.text(2);
  if (mode == registration && (number.empty() || !is_phone_number(number))) co_return Cme::invalid_input;
  if (mode == query && reason > 3) co_return Cme::not_allowed;  // manual: only for single reasons
  if (const auto refused = unreachable(cmd)) co_return *refused;
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::supplementary]);
  if (const auto refused = unreachable(cmd)) co_return *refused;
  if (mode == query) {
    show_forwarding(cmd, reason);
    co_return ok;
  }
  const bool international = cmd.number(3) == 145 && !number.starts_with('+');
  const Forwarding wanted{.number = (international ? "+" : "") + number,
                          .classes = cmd.number(4, all_classes),
                          .active = true,
                          .seconds = cmd.number(7, 20)};
  const std::uint32_t first = reason == 4 ? 0 : reason == 5 ? 1 : reason;
  const std::uint32_t last = reason >= 4 ? 3 : reason;
  SupplementaryServices& services = cmd.modem.calls->services;
  SupplementaryServices::Kept kept = services.kept();
  bool changed = true;
  for (std::uint32_t i = first; i <= last; ++i)
    changed = change_forwarding(kept.forwarding.at(i), mode, wanted) && changed;
  if (!services.keep(std::move(kept))) co_return kept_if(false);
  co_return changed ? ok : Result{Cme::not_allowed};
}

// --- 3.2.6 AT+CCWA

/// AT+CCWA=<n>[,<mode>[,<class>]]   Any character aborts the query.
Task<Result> let_wait(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (cmd.has(1)) {
    if (const auto refused = unreachable(cmd)) co_return *refused;
    if (cmd.number(1) == query) {
      if (co_await cmd.channel.interrupted_within(modem.latency[Latency::supplementary])) co_return error;
    } else {
      co_await modem.clock.sleep(modem.latency[Latency::supplementary]);
    }
    if (const auto refused = unreachable(cmd)) co_return *refused;
  }
  if (!cmd.has(1)) {
    co_await modem.clock.sleep(modem.latency[Latency::supplementary_set]);
    co_return kept_if(modem.settings.set(key::ccwa, cmd.number(0)));
  }
  SupplementaryServices::Kept kept = modem.calls->services.kept();
  unsigned& waiting = kept.waiting_classes;
  const unsigned classes = cmd.number(2, all_classes);
  if (cmd.number(1) == enable) waiting |= classes;
  if (cmd.number(1) == disable) waiting &= ~classes;
  if (cmd.number(1) != query && !modem.calls->services.keep(kept)) co_return kept_if(false);
  modem.settings.set(key::ccwa, cmd.number(0));
  if (cmd.number(1) != query) co_return ok;
  for (const unsigned one : {1U, 2U, 4U}) {
    if ((waiting & classes & one) != 0) cmd.print("+CCWA: 1,{}", one);
  }
  if ((waiting & classes) == 0) cmd.line("+CCWA: 0,7");
  co_return ok;
}

Result show_waiting(Invocation& cmd) {
  cmd.print("+CCWA: {}", cmd.modem.settings.number(key::ccwa));
  return ok;
}

// --- 3.2.18 AT+CLIP, 3.2.19 AT+CLIR, 3.2.21 AT+COLP

/// "+CLIP: <n>,<m>": the host's setting, and what the network provides: `provided`, or 2 if it cannot be reached.
Task<Result> show_presentation(Invocation& cmd, int provided) {
  const bool asked = !unreachable(cmd);
  if (asked) co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::supplementary]);
  cmd.print("{},{}", cmd.modem.settings.print(cmd.command.name), asked ? provided : 2);
  co_return ok;
}
Task<Result> show_provisioned(Invocation& cmd) { return show_presentation(cmd, 1); }
/// Presentation can be restricted call by call, and is allowed otherwise.
Task<Result> show_restriction(Invocation& cmd) { return show_presentation(cmd, 4); }

// --- 3.2.53 AT+CUSD

Result show_ussd(Invocation& cmd) {
  cmd.print("+CUSD: {}", cmd.modem.settings.number(key::cusd));
  return ok;
}

/// AT+CUSD=<n>[,<str>[,<dcs>]]   OK at once; the network's answer is a URC.
Result send_ussd(Invocation& cmd) {
  constexpr std::uint32_t cancel = 2;
  UssdService& ussd = *cmd.modem.ussd;
  if (cmd.number(0) == cancel) {
    ussd.cancel();
    return ok;
  }
  cmd.modem.settings.set(key::cusd, cmd.number(0));
  if (!cmd.has(1)) return ok;
  if (const auto refused = unreachable(cmd)) return *refused;
  const auto code = code_from_host(cmd.modem.settings, cmd.text(1));
  if (code && (code->empty() || code->size() > UssdService::max_length)) return Cme::invalid_input;
  return code ? ussd.send(*code, cmd.channel) : ussd.send_rubbish(cmd.channel);
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CCFC", .section = "3.2.5",
     .parameters = {number("0-5"), number("0-4"), optional(text(40)), optional(number("129,145,161,177")), optional(number("1-7")),
                    optional(text(40)), optional(number("0-255")), optional(number("5,10,15,20,25,30"))},
     .test = "+CCFC: (0-5)", .write = forward, .seconds = 15},
    {.name = "+CCWA", .section = "3.2.6", .parameters = {flag("0"), optional(number("0-2")), optional(number("1-7"))},
     .test = "+CCWA: (0,1)", .read = show_waiting, .write = with_input(let_wait), .seconds = 15},
    {.name = "+CLIP", .section = "3.2.18", .parameters = {flag("0")},
     .test = show_ranges, .read = show_provisioned, .write = delayed<Latency::supplementary_set, keep_setting>, .seconds = 15},
    {.name = "+CLIR", .section = "3.2.19", .parameters = {number("0-2", "0")},
     .test = show_ranges, .read = show_restriction, .write = delayed<Latency::supplementary_set, keep_setting>, .seconds = 15},
    {.name = "+COLP", .section = "3.2.21", .parameters = {flag("0")},
     .test = show_ranges, .read = show_provisioned, .write = keep_setting},
    {.name = "+CUSD", .section = "3.2.53", .parameters = {number("0-2", "0"), optional(text(800)), optional(number("0-255"))},
     .test = "+CUSD: (0-2)", .read = show_ussd, .write = send_ussd},
    setting("+CSSN", "3.2.54", state, never, {flag("0"), optional(flag("0"))}),
};
// clang-format on

}  // namespace

std::span<const Command> supplementary_commands() { return table; }

}  // namespace sim800
