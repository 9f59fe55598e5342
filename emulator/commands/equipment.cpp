// 27.007 commands about the module itself (AT manual chapter 3).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/board/board.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/commands/delayed.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/plmn/call_cause.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

// --- 3.2.42 AT+CFUN

Result show_functionality(Invocation& cmd) {
  cmd.print("+CFUN: {}", cmd.modem.functionality());
  return ok;
}

/// AT+CFUN=<fun>[,<rst>]   0 and 4 cannot follow each other; <rst> 1 resets the module first.
Task<Result> set_functionality(Invocation& cmd) {
  Modem& modem = cmd.modem;
  const std::uint32_t fun = cmd.number(0), before = modem.functionality();
  if (cmd.number(1) == 1) {
    if (fun != 0 && !modem.settings.set(key::cfun, fun)) co_return kept_if(false);
    const bool ok_last = modem.world.module.quirks.cfun_reset_ok_last;
    modem.reset_soon(ok_last ? &cmd.channel : nullptr);
    co_return ok_last ? Result::silent() : ok;
  }
  if (fun == before) co_return ok;
  if (fun + before == 4) co_return Cme::not_allowed;
  if (fun != 0 && !modem.settings.set(key::cfun, fun)) co_return kept_if(false);
  const Duration answer = modem.set_functionality(fun, &cmd.channel);
  cmd.channel.flush();
  co_await modem.clock.sleep(answer);
  co_return ok;
}

// --- 3.2.52 AT+CBC

/// +CBC: <bcs>,<bcl>,<mV>   of the battery, else of a supply that cannot be charged.
Result show_battery(Invocation& cmd) {
  if (cmd.modem.board.made() && cmd.modem.board->battery) {
    Battery& battery = *cmd.modem.board->battery;
    cmd.print("+CBC: {},{},{}", static_cast<int>(battery.charging()), battery.level(), battery.millivolts());
    return ok;
  }
  switch (cmd.modem.supply()) {
    case Supply::normal: cmd.line("+CBC: 0,93,4147"); break;
    case Supply::under_voltage: cmd.line("+CBC: 0,5,3450"); break;
    case Supply::under_voltage_off: cmd.line("+CBC: 0,1,3350"); break;
    case Supply::over_voltage: cmd.line("+CBC: 0,100,4350"); break;
    case Supply::over_voltage_off: cmd.line("+CBC: 0,100,4450"); break;
  }
  return ok;
}

// --- 3.2.7 AT+CEER

/// +CEER: <report>   why the last call ended.
Result show_release_cause(Invocation& cmd) {
  const int number = cmd.modem.calls->last_cause();
  const std::string_view text = text_of_cause(number);
  if (cmd.modem.settings.number(key::ceer) == 1 || text.empty()) {
    cmd.print("+CEER: Cause:{}", number);
  } else {
    cmd.print("+CEER: {}", text);
  }
  return ok;
}

// --- 6.2.7 AT+CADC

/// +CADC: <status>,<value>   in mV; the SIM808 has two ADCs (20.6).
Result show_adc(Invocation& cmd) {
  const auto& inputs = cmd.modem.board->adc_mv;
  cmd.print("+CADC: 1,{}", inputs[0]);
  if (cmd.modem.model == Model::sim808) cmd.print("+CADC: 1,{}", inputs[1]);
  return ok;
}

// --- AT+CMTE, which manuals of 2015 have

/// +CMTE: <mode>,<temperature>
Result show_temperature(Invocation& cmd) {
  cmd.print("+CMTE: {},{:.2f}", cmd.modem.settings.number(key::cmte), cmd.modem.temperature());
  return ok;
}

Result watch_temperature(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  cmd.modem.temperature_watched();
  return kept;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CEER", .section = "3.2.7", .parameters = {number("0,1", "0")},
     .test = show_ranges, .read = show_setting, .write = keep_setting, .execute = show_release_cause},
    listed(20, setting("+CMEE", "3.2.20", full, profile, {optional(number("0-2", "0"))})),
    {.name = "+CFUN", .section = "3.2.42", .saved = automatic, .parameters = {number("0,1,4", "1"), optional(number("0,1", "0"))},
     .test = show_ranges, .read = show_functionality, .write = set_functionality, .seconds = 10},
    {.name = "+CBC", .section = "3.2.52", .test = "+CBC: (0-2),(1-100),(voltage)", .execute = show_battery},
    {.name = "+CADC", .section = "6.2.7", .test = "+CADC: (0,1),(0-2800)", .read = delayed<Latency::sensor, show_adc>, .seconds = 2},
    {.name = "+CMTE", .section = "", .saved = profile, .parameters = {number("0,1", "0")},
     .read = delayed<Latency::sensor, show_temperature>, .write = delayed<Latency::sensor, watch_temperature>, .seconds = 2, .profile_line = 23},
};
// clang-format on

}  // namespace

std::span<const Command> equipment_commands() { return table; }

}  // namespace sim800
