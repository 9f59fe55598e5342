// Call charges, and defaults for call set-up (AT manual chapter 3).
// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/commands/delayed.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

constexpr std::uint32_t ask = 0;

/// +CAOC: "<ccm>"   of the call in progress, or the last one
Result show_call_meter(Invocation& cmd) {
  cmd.print("+CAOC: \"{:06X}\"", cmd.modem.calls.made() ? cmd.modem.calls->meter.current() : 0);
  return ok;
}

/// AT+CAOC=<mode>   0 queries; 2 has +CCCM sent as the meter counts.
Result advise_of_charge(Invocation& cmd) { return cmd.number(0) == ask ? show_call_meter(cmd) : keep_setting(cmd); }

/// AT+CACM=<passwd>   Resets the meter; always protected by PIN2.
Result reset_meter(Invocation& cmd) {
  const std::string pin2 = cmd.text(0);
  if (const Result result = cmd.modem.sim->give_pin2(pin2); !result.is_ok()) return result;
  ChargeMeter& meter = cmd.modem.calls->meter;
  ChargeMeter::Kept kept = meter.kept();
  kept.total = 0;
  return kept_if(meter.keep(std::move(kept)));
}

Result show_meter(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  cmd.print("+CACM: \"{:06X}\"", cmd.modem.calls->meter.kept().total);
  return ok;
}

/// Protected by PIN2, which argument `place` may give.
Result guarded(Invocation& cmd, std::size_t place) {
  const std::string typed = cmd.text(place);
  const auto pin2 = cmd.has(place) ? std::optional<std::string_view>(typed) : std::nullopt;
  return cmd.modem.sim->give_pin2(pin2);
}

Result show_maximum(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  cmd.print("+CAMM: \"{:06X}\"", cmd.modem.calls->meter.kept().maximum);
  return ok;
}

/// AT+CAMM=<acmmax>[,<passwd>]   Six hexadecimal digits.
Result set_maximum(Invocation& cmd) {
  const std::string text = cmd.text(0);
  if (text.size() != 6 || text.find_first_not_of("0123456789ABCDEFabcdef") != std::string::npos)
    return Cme::invalid_input;
  if (const Result result = guarded(cmd, 1); !result.is_ok()) return result;
  ChargeMeter& meter = cmd.modem.calls->meter;
  ChargeMeter::Kept kept = meter.kept();
  kept.maximum = static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 16));
  return kept_if(meter.keep(std::move(kept)));
}

/// +CPUC: "<currency>","<ppu>"
Result show_price(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  const ChargeMeter::Kept& kept = cmd.modem.calls->meter.kept();
  cmd.print("+CPUC: \"{}\",\"{}\"", text_for_host(cmd.modem.settings, kept.currency), kept.price);
  return ok;
}

/// A price: digits, with one dot between them at most.
bool is_price(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos &&
         text.find('.') == text.rfind('.') && text != ".";
}

/// AT+CPUC=<currency>,<ppu>[,<passwd>]
Result set_price(Invocation& cmd) {
  const auto currency = text_from_host(cmd.modem.settings, cmd.text(0));
  constexpr std::size_t longest = 3;  // characters
  if (!currency || currency->empty() || from_utf8(*currency).size() > longest || !is_price(cmd.text(1)))
    return Cme::invalid_input;
  if (const Result result = guarded(cmd, 2); !result.is_ok()) return result;
  ChargeMeter& meter = cmd.modem.calls->meter;
  ChargeMeter::Kept kept = meter.kept();
  kept.currency = *currency;
  kept.price = cmd.text(1);
  return kept_if(meter.keep(std::move(kept)));
}

/// +CRLP: <iws>,<mws>,<T1>,<N2>,<T4>   T4 cannot be changed, and AT&V omits it.
Result show_radio_link(Invocation& cmd) {
  cmd.print("{},7", cmd.settings.print(cmd.command.name));
  return ok;
}

constexpr Command bearer_type =
    setting("+CBST", "3.2.4", state, profile,
            {number("0,4,5,6,7,12,14,68,70,71,75", "7"), optional(number("0,4", "0")), optional(number("0-3", "1"))});

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CACM", .section = "3.2.1", .parameters = {text(8)},
     .test = "", .read = show_meter, .write = reset_meter},
    {.name = "+CAMM", .section = "3.2.2", .parameters = {text(6), optional(text(8))},
     .test = "", .read = show_maximum, .write = set_maximum},
    {.name = "+CAOC", .section = "3.2.3", .parameters = {number("0-2", "1")},
     .test = show_ranges, .read = show_setting, .write = advise_of_charge, .execute = show_call_meter},
    on(Models::all() - Models{Model::sim808}, bearer_type),
    on({Model::sim808}, listed(9, bearer_type)),  // AT&V of the others leaves it out (field logs)
    setting("+CSTA", "3.2.13", state, never, {number("129,145,161,177", "129")}),
    setting("+CR", "3.2.30", full, never, {optional(flag("0"))}),
    {.name = "+CRLP", .section = "3.2.33", .support = state, .saved = profile,
     .parameters = {number("0-61", "61"), optional(number("0-61", "61")), optional(number("44-255", "48")),
                    optional(number("1-255", "6")), optional(number("7"))},
     .test = show_ranges, .read = show_radio_link, .write = keep_setting, .profile_line = 10},
    {.name = "+CPUC", .section = "3.2.50", .parameters = {text(12), text(20), optional(text(8))},
     .test = "", .read = show_price, .write = delayed<Latency::sim_write, set_price>, .seconds = 5},
    setting("+CCWE", "3.2.51", full, never, {flag("0")}),
};
// clang-format on

}  // namespace

std::span<const Command> charge_commands() { return table; }

}  // namespace sim800
