// SIMCom's commands for pins, LEDs, radio hardware and board wiring (AT manual chapter 6).
// SPDX-License-Identifier: MIT
#include "emulator/board/pins.hpp"
#include "emulator/board/board.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/jamming.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_settings.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;
using namespace models;

constexpr std::uint32_t query = 1, output = 1;

/// AT+SGPIO, AT+CGPIO=<operation>,<pin>,<function>,<level>   Only an input can be read.
Result drive_pin(Invocation& cmd, Pins& pins) {
  const std::uint32_t pin = cmd.number(1);
  if (cmd.number(0) == query) {
    const auto level = pins.read(pin);
    if (!level) return Cme::not_allowed;
    cmd.print("{}: {}", cmd.command.name, *level ? 1 : 0);
  } else if (cmd.number(2) == output) {
    pins.set_output(pin, cmd.number(3) == 1);
  } else {
    pins.set_input(pin);
  }
  return ok;
}

Result drive_module_pin(Invocation& cmd) { return drive_pin(cmd, *cmd.modem.pins); }

/// GPIO4 and GPIO5 are inputs on the models without SIM800V's pins; SIM800 and similar models have no GPIO1 (20.5).
Result drive_gpio(Invocation& cmd) {
  const std::uint32_t gpio = cmd.number(1);
  const Model model = cmd.modem.model;
  const bool input_only = pcm.has(model) && (gpio == 4 || gpio == 5);
  if (input_only && cmd.number(0) != query && cmd.number(2) == output) return Cme::invalid_input;
  if (gpio == 1 && Models{Model::sim800, sim800m64, sim808}.has(model)) return Cme::invalid_input;
  return drive_pin(cmd, *cmd.modem.gpios);
}

constexpr Command gpio_row(Models on_models, std::string_view gpios) {
  return on(on_models, {.name = "+SGPIO",
                        .section = "6.2.39",
                        .parameters = {number("0-1"), number(gpios), number("0-1"), number("0-1")},
                        .test = show_ranges,
                        .write = drive_gpio});
}

/// AT+SPWM=<index>,<freq>,<level>   The pulses are not visible anywhere.
Result start_pulses(Invocation&) { return ok; }

/// +SLEDS: <mode>,<timer_on>,<timer_off>   one line per mode.
Result show_light(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  for (std::size_t mode = 0; mode < 3; ++mode) cmd.print("+SLEDS: {},{},{}", mode + 1, values[mode], values[mode + 3]);
  return ok;
}

/// AT+CANT=<mode>,<UrcEnable>,<timer>   With URCs the state follows at once.
Result detect_antenna(Invocation& cmd) {
  if (const Result kept = keep_setting(cmd); !kept.is_ok()) return kept;
  cmd.modem.board->watch_antenna(&cmd.channel);
  return ok;
}

/// +CEGPRS: <switch>[,<class>]
Result show_edge(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  if (values[0] == "0") {
    cmd.line("+CEGPRS: 0");
  } else {
    cmd.print("+CEGPRS: 1,{}", values[1]);
  }
  return ok;
}

/// AT+CEGPRS=<switch>[,<class>]   Switching on needs the class.
Result set_edge(Invocation& cmd) {
  return cmd.number(0) == 1 && !cmd.has(1) ? Result{Cme::invalid_input} : keep_setting(cmd);
}

/// *CELLLOCK: <mode>[,<amount>,<arfcn>…]
Result show_cell_lock(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  std::string text = "*CELLLOCK: " + values[0];
  const std::size_t amount = values[0] == "0" ? 0 : parse_number(values[1]).value_or(0);
  for (std::size_t i = 1; amount > 0 && i < 2 + amount; ++i) text += "," + values[i];
  cmd.line(text);
  return ok;
}

/// AT*CELLLOCK=<mode>[,<amount>,<arfcn>…]   <amount> numbers follow.
Result lock_cells(Invocation& cmd) {
  const std::size_t numbers = cmd.arguments.size() < 2 ? 0 : cmd.arguments.size() - 2;
  if (cmd.number(0) == 1 && (!cmd.has(1) || numbers != cmd.number(1))) return Cme::invalid_input;
  const Result kept = keep_setting(cmd);
  cmd.modem.network->bands_changed(&cmd.channel);
  return kept;
}

// --- 6.2.57 AT+SJDR

/// +SJDR: <status>[,<mode>,<var>,<display>,<result>]
Result show_jamming(Invocation& cmd) {
  if (cmd.settings.number(key::sjdr_status) == 0) {
    cmd.line("+SJDR: 0");
  } else {
    cmd.print("{},{}", cmd.settings.print(cmd.command.name), static_cast<int>(cmd.modem.jamming->result()));
  }
  return ok;
}

/// AT+SJDR=<status>,<mode>[,<var>[,<display>]]   Mode 1 and 3 report every 3 s, or once on a change (<display> 1).
Result detect_jamming(Invocation& cmd) {
  if (cmd.number(0) == 1 && !cmd.modem.network->registered()) return Cme::no_network_service;
  const Result kept = keep_setting(cmd);
  cmd.modem.jamming->apply();
  return kept;
}

/// AT+CBATCHK=<mode>
Result watch_supply(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  cmd.modem.supply_watched();
  return kept;
}

constexpr Command battery_check(Models on_models, std::string_view factory) {
  Command row = setting("+CBATCHK", "6.2.81", full, never, {flag(factory)});
  row.write = watch_supply;
  return on(on_models, row);
}

constexpr Parameter arfcn = number("0-124,128-251,512-885,975-1023", "0");
constexpr Models ri_for_data = caf | Models{sim808, sim868};           // 20.12
constexpr Models no_battery_check = caf | Models{sim868, sim800c_ds};  // 20.14

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    listed(22, on(Models::all() - ri_for_data, setting("+CFGRI", "6.2.11", full, profile, {number("0-2", "0")}))),
    listed(22, on(ri_for_data, setting("+CFGRI", "6.2.11", full, profile, {number("0-2", "2")}))),
    gpio_row(vw, "1-11"),
    gpio_row(Models::all() - vw, "1-7"),
    {.name = "+SPWM", .section = "6.2.40", .support = accepts, .parameters = {number("0-2"), number("0-100000"), number("0-100")},
     .test = show_ranges, .write = start_pulses},
    {.name = "*CELLLOCK", .section = "6.2.46", .saved = automatic,
     .parameters = {flag("0"), optional(number("1-3", "1")), optional(arfcn), optional(arfcn), optional(arfcn)},
     .test = show_ranges, .read = show_cell_lock, .write = lock_cells},
    {.name = "+SLEDS", .section = "6.2.47", .saved = profile,
     .parameters = {number("1-3"), number("0,40-65535"), number("0,40-65535")},
     .test = show_ranges, .read = show_light, .write = keep_part, .list = "64,64,64,800,3000,300", .profile_line = 41},
    listed(40, setting("+CNETLIGHT", "6.2.50", full, profile, {flag("1")})),
    listed(39, setting("+CSGS", "6.2.54", full, profile, {number("0-2", "1")})),
    {.name = "+SJDR", .section = "6.2.57", .parameters = {flag("0"), number("0-3", "0"), optional(number("1-255", "255")), optional(flag("0"))},
     .test = "+SJDR: (0,1)", .read = show_jamming, .write = detect_jamming},
    {.name = "+CANT", .section = "6.2.60", .saved = profile, .parameters = {flag("0"), flag("0"), number("0-3600", "10")},
     .test = show_ranges, .read = show_setting, .write = detect_antenna, .profile_line = 24},
    setting("+SD2PCM", "6.2.62", state, profile, {flag("0")}),
    setting("+SKPD", "6.2.63", full, never, {number("0-1", "0")}),
    setting("+CMNRP", "6.2.67", state, profile_uart, {number("0-1", "0")}),
    {.name = "+CEGPRS", .section = "6.2.68", .support = state, .saved = automatic,
     .parameters = {flag("0"), optional(number("2,4,8,9,10,12", "12"))},
     .test = show_ranges, .read = show_edge, .write = set_edge},
    {.name = "+CGPIO", .section = "6.2.69", .parameters = {number("0-1"), number("1-88"), number("0-1"), number("0-1")},
     .test = show_ranges, .write = drive_module_pin},
    setting("+ECHARGE", "6.2.73", full, profile, {number("0-1", "0")}),
    setting("+SIMTIMER", "6.2.74", state, profile, {number("1-26", "26")}),
    setting("+SDMODE", "6.2.77", state, profile, {number("0-1", "0")}),
    battery_check(Models::all() - no_battery_check, "1"),
    battery_check(no_battery_check, "0"),
    setting("+DLYRI", "6.2.82", full, never, {number("0,10-1000", "0")}),
};
// clang-format on

}  // namespace

std::span<const Command> pin_commands() { return table; }

}  // namespace sim800
