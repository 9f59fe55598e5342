// SIM Application Toolkit (AT manual chapter 5). The card has no toolkit application and sends no proactive commands,
// so there is nothing to answer or to start, and the menu is empty.
// SPDX-License-Identifier: MIT
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

/// An answer to a command that the card has not sent, or a call of an application it does not have.
Result nothing_pending(Invocation& cmd) { return cmd.modem.sim->refusal().value_or(error); }

/// The answer to one kind of proactive command.
constexpr Command answer_to(std::string_view name, std::string_view section, std::string_view answers) {
  return {.name = name,
          .section = section,
          .support = accepts,
          .parameters = {number(answers)},
          .test = "",
          .write = nothing_pending};
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+STKTRS", .section = "5.2.1", .support = accepts, .parameters = {text(4), optional(text(512))},
     .test = "+STKTRS: 4,512", .read = "", .write = nothing_pending},
    {.name = "+STKENVS", .section = "5.2.2", .support = accepts, .parameters = {text(2), optional(text(2))},
     .test = "+STKENVS: 2,2", .read = "", .write = nothing_pending},
    answer_to("+STKCALL", "5.2.3", "0,4,16,18,32,34,50"),
    answer_to("+STKSMS", "5.2.4", "0,4"),
    answer_to("+STKSS", "5.2.5", "0,4,50"),
    answer_to("+STKUSSD", "5.2.6", "0,4,50"),
    answer_to("+STKDTMF", "5.2.7", "0,4,32"),
    {.name = "+STKMENU", .section = "5.2.9", .support = accepts, .test = "", .read = ""},
    {.name = "+STKPCIS", .section = "5.2.10", .support = state, .saved = profile, .parameters = {number("0,1", "0")},
     .test = "+STKPCIS: (0-1)", .read = show_setting, .write = keep_setting, .profile_line = 25},
};
// clang-format on

}  // namespace

std::span<const Command> toolkit_commands() { return table; }

}  // namespace sim800
