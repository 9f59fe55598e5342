// SIMCom's own commands (AT manual chapter 6).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/commands/command_list.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

/// AT+CPOWD=<n>   0: off at once; 1: detaches, says NORMAL POWER DOWN; no OK in either case (6.2.2).
Task<Result> power_down(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (cmd.number(0) == 1) {
    modem.detach_for_good();
    co_await modem.clock.sleep(modem.latency[Latency::power_down]);
    modem.urc("NORMAL POWER DOWN", &cmd.channel);
  }
  modem.power_off_soon();
  co_return Result::silent();
}

Result show_call_ready(Invocation& cmd) {
  cmd.print("+CCALR: {}", cmd.modem.call_ready() ? 1 : 0);
  return ok;
}

/// Manufacturer, model, revision (6.2.38).
Result show_product_information(Invocation& cmd) {
  const ModuleConfig& module = cmd.modem.world.module;
  cmd.line("SIMCOM_Ltd");
  cmd.print("SIMCOM_{}", module.model);
  cmd.print("Revision:{}", module.revision);
  return ok;
}

/// AT+EXUNSOL="SQ",<mode>   2 queries.
Result report_signal(Invocation& cmd) {
  if (cmd.number(1) != 2) {
    cmd.modem.settings.set(key::exunsol, cmd.number(1));
  } else {
    cmd.print("+EXUNSOL: \"SQ\",{}", cmd.modem.settings.number(key::exunsol));
  }
  return ok;
}

/// AT+CPSPWD=<oldpwd>,<newpwd>   Not supported, according to its page.
Result set_super_password(Invocation&) { return static_cast<Cme>(4); }

Result show_multislot_class(Invocation& cmd) {
  cmd.print("MULTISLOT CLASS: {}", cmd.modem.settings.number(key::cgmsclass));
  return ok;
}

// --- 6.2.80 AT+CLIST

struct CommandGroup {
  std::string_view name, chapters;
};
/// The manual gives these names as examples without their contents: chapters, one character each.
constexpr CommandGroup groups[] = {{"SAT", "5"},         {"NT", "4"},         {"CALL_EXT", "3"},
                                   {"NETWORK_EXT", "7"}, {"SIMCOM_ALL", "6"}, {"PLATFORM", "2"}};

/// AT+CLIST=<module>: "+CLIST:", then four numbered names per line.
Result list_commands(Invocation& cmd) {
  const auto* const group = std::ranges::find(groups, cmd.arguments[0].text, &CommandGroup::name);
  if (group == std::end(groups)) return Cme::invalid_input;
  cmd.line("+CLIST:");
  std::string row;
  int number = 0;
  for (const Command* command : all_commands()) {
    const bool belongs = command->section.size() > 1 && command->section[1] == '.' &&
                         group->chapters.find(command->section[0]) != std::string_view::npos;
    if (!belongs || command->basic() || cmd.modem.commands.find(command->name) != command) continue;
    row += fmt::format("{}{:03}: {}", row.empty() ? "" : " ", ++number, command->name.substr(1));
    if (number % 4 != 0) continue;
    cmd.line(row);
    row.clear();
  }
  if (!row.empty()) cmd.line(row);
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CPOWD", .section = "6.2.2", .parameters = {number("0,1")}, .write = power_down},
    listed(38, setting("+CSNS", "6.2.8", state, profile, {number("0,2,4", "0")})),
    setting("+CMOD", "6.2.10", state, never, {optional(number("0", "0"))}),
    listed(49, on(Models::all() - Models{Model::sim808}, setting("+CSCLK", "6.2.20", full, profile_uart, {number("0-2", "0")}))),
    listed(49, on({Model::sim808}, setting("+CSCLK", "6.2.20", full, profile_uart, {number("0-1", "0")}))),
    listed(37, setting("+CCPD", "6.2.27", full, profile, {flag("1")})),
    setting("+CCODE", "6.2.31", state, never, {flag("0")}),
    listed(21, setting("+CIURC", "6.2.32", full, profile, {flag("1")})),
    {.name = "+CPSPWD", .section = "6.2.33", .parameters = {text(8), text(8)}, .write = set_super_password},
    {.name = "+EXUNSOL", .section = "6.2.34", .saved = profile, .parameters = {words("\"SQ\""), number("0-2")},
     .test = "+EXUNSOL: (\"SQ\")", .write = report_signal, .list = "0", .profile_line = 44},
    {.name = "+CGMSCLASS", .section = "6.2.35", .support = state, .saved = automatic, .parameters = {number("2,4,8,9,10,12", "12")},
     .test = "MULTISLOT CLASS: (2,4,8,9,10,12)", .read = show_multislot_class, .write = keep_setting},
    {.name = "+CDEVICE", .section = "6.2.36", .read = "Device Name:SERIAL_FLASH_MTKSIP_6261_SF_24_01"},
    {.name = "+CCALR", .section = "6.2.37", .test = "+CCALR: (0,1)", .read = show_call_ready},
    {.name = "+GSV", .section = "6.2.38", .execute = show_product_information},
    {.name = "+CLIST", .section = "6.2.80", .parameters = {text(20)},
     .test = "+CLIST: SAT,NT,CALL_EXT,NETWORK_EXT,SIMCOM_ALL,PLATFORM", .write = list_commands},
};
// clang-format on

}  // namespace

std::span<const Command> simcom_commands() { return table; }

}  // namespace sim800
