// Supplementary services: forwarding, waiting, number presentation, USSD (AT manual chapter 3).
// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/commands/delayed.hpp"
#include "emulator/commands/network_services.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/phone_number.hpp"
#include "protocol/sms/cell_broadcast.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

enum Mode : std::uint8_t { disable, enable, query };
constexpr unsigned all_classes = 7;

// --- 3.2.5 AT+CCFC

/// AT+CCFC=<reason>,<mode>[,<number>[,<type>[,<class>[,<subaddr>[,<satype>[,<time>]]]]]]
Task<Result> forward(Invocation& cmd) {
  Modem& modem = cmd.modem;
  const std::uint32_t reason = cmd.number(0);
  const auto mode = static_cast<ForwardingMode>(cmd.number(1));
  const bool asks = mode == ForwardingMode::query;
  const std::string number = cmd.text(2);
  if (mode == ForwardingMode::registration && (number.empty() || !is_phone_number(number)))
    co_return Cme::invalid_input;
  if (asks && reason > 3) co_return Cme::not_allowed;  // manual: only for single reasons
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  co_await modem.clock.sleep(modem.latency[Latency::supplementary]);
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  if (asks) co_return show_forwarding(cmd, reason, cmd.number(4, all_classes));
  const bool international = cmd.number(3) == 145 && !number.starts_with('+');
  const Forwarding wanted{.number = (international ? "+" : "") + number, .active = true, .seconds = cmd.number(7, 20)};
  co_return change_forwarding(modem, reason, mode, wanted, cmd.number(4, all_classes));
}

// --- 3.2.6 AT+CCWA

/// AT+CCWA=<n>[,<mode>[,<class>]]   Any character aborts the query.
Task<Result> let_wait(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (cmd.has(1)) {
    if (const auto refused = network_unreachable(cmd.modem)) co_return *refused;
    if (cmd.number(1) == query) {
      if (co_await cmd.channel.interrupted_within(modem.latency[Latency::supplementary])) co_return error;
    } else {
      co_await modem.clock.sleep(modem.latency[Latency::supplementary]);
    }
    if (const auto refused = network_unreachable(cmd.modem)) co_return *refused;
  }
  if (!cmd.has(1)) {
    co_await modem.clock.sleep(modem.latency[Latency::supplementary_set]);
    co_return kept_if(modem.settings.set(key::ccwa, cmd.number(0)));
  }
  const unsigned classes = cmd.number(2, all_classes);
  if (cmd.number(1) != query) {
    const Result changed = let_calls_wait(modem, cmd.number(1) == enable, classes);
    if (!changed.is_ok()) co_return changed;
  }
  modem.settings.set(key::ccwa, cmd.number(0));
  co_return cmd.number(1) == query ? show_waiting_classes(cmd, classes) : ok;
}

Result show_waiting(Invocation& cmd) {
  cmd.print("+CCWA: {}", cmd.modem.settings.number(key::ccwa));
  return ok;
}

// --- 3.2.18 AT+CLIP, 3.2.19 AT+CLIR, 3.2.21 AT+COLP

/// "+CLIP: <n>,<m>": the host's setting, and what the network provides, 2 if it cannot be reached.
Task<Result> show_presentation(Invocation& cmd) {
  const bool asked = !network_unreachable(cmd.modem);
  if (asked) co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::supplementary]);
  const int provided = asked ? presentation_of(cmd.modem, cmd.command.name) : 2;
  cmd.print("{},{}", cmd.modem.settings.print(cmd.command.name), provided);
  co_return ok;
}

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
  if (const auto refused = network_unreachable(cmd.modem)) return *refused;
  const bool wide = broadcast_alphabet(static_cast<std::uint8_t>(cmd.number(2))) == SmsAlphabet::ucs2;
  const auto code = code_from_host(cmd.modem.settings, cmd.text(1), wide);
  if (code && (code->empty() || code->size() > UssdService::max_length)) return Cme::invalid_input;
  if (code && !ussd.open() && fixed_dialling_forbids(cmd.modem, *code)) return Cme::not_allowed;
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
     .test = show_ranges, .read = show_presentation, .write = delayed<Latency::supplementary_set, keep_setting>, .seconds = 15},
    {.name = "+CLIR", .section = "3.2.19", .parameters = {number("0-2", "0")},
     .test = show_ranges, .read = show_presentation, .write = delayed<Latency::supplementary_set, keep_setting>, .seconds = 15},
    {.name = "+COLP", .section = "3.2.21", .parameters = {flag("0")},
     .test = show_ranges, .read = show_presentation, .write = keep_setting},
    {.name = "+CUSD", .section = "3.2.53", .parameters = {number("0-2", "0"), optional(text(800)), optional(number("0-255"))},
     .test = "+CUSD: (0-2)", .read = show_ussd, .write = send_ussd},
    setting("+CSSN", "3.2.54", full, never, {flag("0"), optional(flag("0"))}),
};
// clang-format on

}  // namespace

std::span<const Command> supplementary_commands() { return table; }

}  // namespace sim800
