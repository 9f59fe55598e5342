// SIM Application Toolkit (AT manual chapter 5): the application is the card's, as the scenario has it.
// SPDX-License-Identifier: MIT
#include "emulator/commands/service_codes.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/module/toolkit_service.hpp"
#include "emulator/sim/sim.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

Result done_if(bool accepted) { return accepted ? ok : error; }

/// AT+STKTRS=<result>[,<text>]   the answer to a command of the card.
Result respond(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  const std::string text = cmd.text(1);
  return done_if(
      cmd.modem.toolkit->respond(cmd.text(0), cmd.has(1) ? std::optional<std::string_view>(text) : std::nullopt));
}

/// AT+STKENVS=<command>[,<data>]   D3: an item of the menu is chosen; D6: an event.
Result send_envelope(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  return done_if(cmd.modem.toolkit->envelope(cmd.text(0), cmd.text(1)));
}

/// AT+STKCALL=<command> and the like: the module does what the card wants, or the card hears why not.
template <ProactiveType type>
Result carry_out(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  return done_if(cmd.modem.toolkit->carry_out(type, cmd.number(0), cmd.channel, run_code_for_card));
}

/// +STKMENU: <index>,<id>,<text>   nothing while +STKPCI is off.
Result show_menu(Invocation& cmd) {
  if (cmd.modem.settings.number(key::stkpcis) == 0) return ok;
  const ToolkitService& toolkit = *cmd.modem.toolkit;
  int index = 0;
  for (const ToolkitItem& item : toolkit.menu())
    cmd.print("+STKMENU: {},{},\"{}\"", ++index, item.id, toolkit.shown(item.text));
  return ok;
}

template <ProactiveType type>
constexpr Command trigger(std::string_view name, std::string_view section, std::string_view codes) {
  return {.name = name, .section = section, .parameters = {number(codes)}, .test = "", .write = carry_out<type>};
}

using enum ProactiveType;

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+STKTRS", .section = "5.2.1", .parameters = {text(4), optional(text(512))},
     .test = "+STKTRS: 4,512", .read = "", .write = respond},
    {.name = "+STKENVS", .section = "5.2.2", .parameters = {text(2), optional(text(2))},
     .test = "+STKENVS: 2,2", .read = "", .write = send_envelope},
    trigger<set_up_call>("+STKCALL", "5.2.3", "0,4,16,18,32,34,50"),
    trigger<send_sms>("+STKSMS", "5.2.4", "0,4"),
    trigger<send_ss>("+STKSS", "5.2.5", "0,4,50"),
    trigger<send_ussd>("+STKUSSD", "5.2.6", "0,4,50"),
    trigger<send_dtmf>("+STKDTMF", "5.2.7", "0,4,32"),
    {.name = "+STKMENU", .section = "5.2.9", .test = "", .read = show_menu},
    {.name = "+STKPCIS", .section = "5.2.10", .saved = profile, .parameters = {number("0,1", "0")},
     .test = "+STKPCIS: (0-1)", .read = show_setting, .write = keep_setting, .profile_line = 25},
};
// clang-format on

}  // namespace

std::span<const Command> toolkit_commands() { return table; }

}  // namespace sim800
