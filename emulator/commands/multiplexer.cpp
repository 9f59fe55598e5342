// AT+CMUX: several channels on one serial line (27.010; AT manual 3.2.38).
// SPDX-License-Identifier: MIT
#include "emulator/at/multiplexer.hpp"

#include <chrono>

#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

/// AT+CMUX=<mode>[,<subset>[,<port_speed>[,<N1>[,<T1>[,<N2>[,<T2>[,<T3>[,<k>]]]]]]]]   Omitted values get their first
/// value. OK, then frames.
Result multiplex(Invocation& cmd) {
  constexpr std::size_t n1 = 3, n2 = 5, t2 = 6;
  const MuxSettings settings{.frame_size = cmd.number(n1, 127),
                             .patience = std::chrono::milliseconds(10) * cmd.number(t2, 30),
                             .repeats = cmd.number(n2, 3)};
  const Result result = cmd.modem.multiplex(cmd.channel, settings);
  if (!result.is_ok()) return result;
  for (std::size_t i = 0; i < cmd.command.kept(); ++i) {
    const auto first = parse_number(cmd.command.parameters[i].initial).value_or(0);
    cmd.settings.set_value_of(cmd.command.name, i, std::to_string(cmd.number(i, first)));
  }
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CMUX", .section = "3.2.38",
     .parameters = {number("0", "0"), optional(number("0", "0")), optional(number("1-6", "5")), optional(number("16-1510", "127")),
                    optional(number("1-255", "10")), optional(number("0-100", "3")), optional(number("2-255", "30")),
                    optional(number("1-255", "10")), optional(number("1-7", "2"))},
     .test = show_ranges, .read = show_setting, .write = with_input(multiplex)},
};
// clang-format on

}  // namespace

std::span<const Command> multiplexer_commands() { return table; }

}  // namespace sim800
