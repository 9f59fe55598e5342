// Call charges, and how calls are set up by default (AT manual chapter 3).  This network charges nothing.
// SPDX-License-Identifier: MIT
#include "emulator/modem.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

constexpr std::uint32_t ask = 0;

Result show_call_meter(Call& call) {
  call.line(R"(+CAOC: "000000")");
  return ok;
}

/// AT+CAOC=<mode>   0 asks, 1 and 2 are kept.
Result advise_of_charge(Call& call) { return call.number(0) == ask ? show_call_meter(call) : keep_setting(call); }

/// AT+CACM=<passwd>   Resets the meter, which PIN2 guards, always.
Result reset_meter(Call& call) {
  const std::string pin2 = call.text(0);
  return call.modem.sim.give_pin2(pin2);
}

Result show_meter(Call& call) {
  if (const auto refused = call.modem.sim.refusal()) return *refused;
  call.line(R"(+CACM: "000000")");
  return ok;
}

/// What PIN2 guards, where argument `place` may give it.
Result keep_guarded(Call& call, std::size_t place) {
  const std::string typed = call.text(place);
  const auto pin2 = call.has(place) ? std::optional<std::string_view>(typed) : std::nullopt;
  if (const Result result = call.modem.sim.give_pin2(pin2); !result.is_ok()) return result;
  return keep_setting(call);
}

/// AT+CAMM=<acmmax>[,<passwd>]   Six hexadecimal digits.
Result set_maximum(Call& call) {
  const std::string_view text = call.arguments[0].text;
  if (text.size() != 6 || text.find_first_not_of("0123456789ABCDEFabcdef") != std::string_view::npos)
    return Cme::invalid_input;
  return keep_guarded(call, 1);
}

/// AT+CPUC=<currency>,<ppu>[,<passwd>]
Result set_price(Call& call) { return keep_guarded(call, 2); }

/// +CRLP: <iws>,<mws>,<T1>,<N2>,<T4>   T4 cannot be changed, and AT&V leaves it out.
Result show_radio_link(Call& call) {
  call.print("{},7", call.modem.settings.print("+CRLP"));
  return ok;
}

constexpr Parameter flag(std::string_view initial) { return number("0,1", initial); }

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CACM", .section = "3.2.1", .parameters = {text(8)}, .test = "", .read = show_meter, .write = reset_meter},
    {.name = "+CAMM", .section = "3.2.2", .support = state, .parameters = {text(6, "000000"), optional(text(8))},
     .test = "", .read = show_setting, .write = set_maximum},
    {.name = "+CAOC", .section = "3.2.3", .parameters = {number("0-2", "1")},
     .test = show_ranges, .read = show_setting, .write = advise_of_charge, .execute = show_call_meter},
    setting("+CBST", "3.2.4", state, profile,
            {number("0,4,5,6,7,12,14,68,70,71,75", "7"), optional(number("0,4", "0")), optional(number("0-3", "1"))}),
    setting("+CSTA", "3.2.13", state, never, {number("129,145,161,177", "129")}),
    setting("+CR", "3.2.30", state, never, {optional(flag("0"))}),
    {.name = "+CRLP", .section = "3.2.33", .support = state, .saved = profile,
     .parameters = {number("0-61", "61"), optional(number("0-61", "61")), optional(number("44-255", "48")),
                    optional(number("1-255", "6")), optional(number("7"))},
     .test = show_ranges, .read = show_radio_link, .write = keep_setting},
    {.name = "+CPUC", .section = "3.2.50", .support = state, .parameters = {text(3, ""), text(20, ""), optional(text(8))},
     .test = "", .read = show_setting, .write = set_price, .seconds = 5},
    setting("+CCWE", "3.2.51", state, never, {flag("0")}),
};
// clang-format on

}  // namespace

std::span<const Command> charge_commands() { return table; }

}  // namespace sim800
