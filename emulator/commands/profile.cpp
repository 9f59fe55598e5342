// V.25ter commands that are settings of the line, and the profiles that store them (AT manual 2.2.7-2.2.32).
// SPDX-License-Identifier: MIT
#include "emulator/at/line_settings.hpp"
#include "emulator/board/board.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sms/sms_service.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

/// A basic command without its number takes 0 (V.250 5.3.1).
Result keep_basic(Invocation& cmd) {
  cmd.settings.set_value_of(cmd.command.name, 0, std::to_string(cmd.number(0)));
  cmd.modem.apply_line_settings();
  return ok;
}

Result set_echo(Invocation& cmd) {
  cmd.channel.format.echo = cmd.number(0) != 0;
  return ok;
}
Result set_quiet(Invocation& cmd) {
  cmd.channel.format.quiet = cmd.number(0) != 0;
  return ok;
}
Result set_verbose(Invocation& cmd) {
  cmd.channel.format.verbose = cmd.number(0) != 0;
  return ok;
}

/// ATS<n>? : the bare decimal value.
Result show_register(Invocation& cmd) {
  cmd.line(cmd.settings.values_of(cmd.command.name)[0]);
  return ok;
}

/// E, V and Q belong to the channel; the active profile is that of the issuing channel.
Settings& profile_of(Invocation& cmd) {
  Settings& settings = cmd.modem.settings;
  const Format& format = cmd.channel.format;
  settings.set(key::echo, format.echo ? 1 : 0);
  settings.set(key::verbose, format.verbose ? 1 : 0);
  settings.set(key::quiet, format.quiet ? 1 : 0);
  return settings;
}

/// What is going on follows the settings that have come back, as if each had been made by its command.
Result act_on_profile(Invocation& cmd) {
  Modem& modem = cmd.modem;
  modem.apply_line_settings();
  cmd.channel.load_format();
  if (modem.board.made() || modem.settings.number(key::cant_mode) == 1) modem.board->watch_antenna(nullptr);
  modem.temperature_watched();
  if (modem.sms.made()) modem.sms->indications_changed();
  return ok;
}

Result load_user_profile(Invocation& cmd) {
  cmd.modem.settings.load_user();
  return act_on_profile(cmd);
}

Result load_factory_profile(Invocation& cmd) {
  cmd.modem.settings.load_factory();
  return act_on_profile(cmd);
}

Result store_profile(Invocation& cmd) { return profile_of(cmd).store_user() ? ok : error; }

/// AT&V prints three blocks with the same layout, separated by an empty line.
Result show_profiles(Invocation& cmd) {
  static constexpr std::pair<std::string_view, Settings::Profile> blocks[] = {
      {"DEFAULT PROFILE", Settings::Profile::factory},
      {"USER PROFILE", Settings::Profile::user},
      {"ACTIVE PROFILE", Settings::Profile::active}};
  const Settings& settings = profile_of(cmd);
  const std::vector<const Command*> lines = cmd.modem.commands.profile_lines();
  for (const auto& [title, profile] : blocks) {
    if (title != blocks[0].first) cmd.line("");
    cmd.line(title);
    for (const Command* row : lines) cmd.line(settings.print(row->name, profile));
  }
  return ok;
}

constexpr Command basic_setting(std::string_view name, std::string_view section, Support support, Parameter parameter,
                                Handler write = keep_basic) {
  parameter.optional = true;
  return {.name = name,
          .section = section,
          .support = support,
          .saved = profile,
          .parameters = {parameter},
          .write = write};
}

constexpr Command s_register(std::string_view name, std::string_view section, Support support, Parameter parameter) {
  return {.name = name,
          .section = section,
          .support = support,
          .saved = profile,
          .parameters = {parameter},
          .read = show_register,
          .write = keep_basic};
}

/// Listed by AT&V; the command itself is not there yet.
constexpr Command only_shown(std::string_view name, std::string_view section, std::array<Parameter, 9> parameters) {
  return {.name = name, .section = section, .support = state, .saved = profile, .parameters = parameters};
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    listed(12, basic_setting("E", "2.2.7", full, number("0,1", "1"), set_echo)),
    listed(13, basic_setting("Q", "2.2.15", full, number("0,1", "0"), set_quiet)),
    listed(11, basic_setting("V", "2.2.25", full, number("0,1", "1"), set_verbose)),
    listed(14, basic_setting("X", "2.2.26", full, number("0-4", "4"))),
    listed(15, basic_setting("&C", "2.2.28", full, number("0,1", "1"))),
    listed(16, basic_setting("&D", "2.2.29", full, number("0-2", "1"))),
    listed(1, s_register("S0", "2.2.16", full, number("0-255", "0"))),
    listed(2, s_register("S3", "2.2.17", full, number("13", "13"))),
    listed(3, s_register("S4", "2.2.18", full, number("10", "10"))),
    listed(4, s_register("S5", "2.2.19", full, number("0-127", "8"))),
    listed(5, s_register("S6", "2.2.20", full, number("0-999", "2"))),
    listed(6, s_register("S7", "2.2.21", state, number("1-255", "60"))),
    listed(7, s_register("S8", "2.2.22", full, number("0-255", "2"))),
    listed(8, s_register("S10", "2.2.23", state, number("1-254", "15"))),
    {.name = "Z", .section = "2.2.27", .parameters = {optional(number("0"))}, .write = load_user_profile},
    {.name = "&F", .section = "2.2.30", .parameters = {optional(number("0"))}, .write = load_factory_profile},
    {.name = "&V", .section = "2.2.31", .parameters = {optional(number("0"))}, .write = show_profiles},
    {.name = "&W", .section = "2.2.32", .parameters = {optional(number("0"))}, .write = store_profile},
    listed(46, only_shown("+FSEXT", "", {number("0,1", "0")})),
};
// clang-format on

}  // namespace

std::span<const Command> profile_commands() { return table; }

}  // namespace sim800
