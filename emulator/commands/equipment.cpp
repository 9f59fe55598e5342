// 27.007 commands about the module itself (AT manual chapter 3).
// SPDX-License-Identifier: MIT
#include "emulator/modem.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

// --- 3.2.42 AT+CFUN

Result show_functionality(Call& call) {
  call.print("+CFUN: {}", call.modem.functionality());
  return ok;
}

/// AT+CFUN=<fun>[,<rst>]   0 and 4 cannot follow each other; <rst> 1 resets the module first.
Task<Result> set_functionality(Call& call) {
  Modem& modem = call.modem;
  const std::uint32_t fun = call.number(0), before = modem.functionality();
  if (call.number(1) == 1) {
    if (fun != 0) modem.settings.set("+CFUN", 0, std::to_string(fun));
    const bool ok_last = modem.world.module.quirks.cfun_reset_ok_last;
    modem.reset_soon(ok_last ? &call.channel : nullptr);
    co_return ok_last ? Result::silent() : ok;
  }
  if (fun == before) co_return ok;
  if (fun + before == 4) co_return Cme::not_allowed;
  modem.set_functionality(fun, &call.channel);
  call.channel.flush();
  co_await modem.clock.sleep(modem.latency[Latency::cfun]);
  co_return ok;
}

// --- 3.2.52 AT+CBC, 3.2.43 AT+CCLK

/// +CBC: <bcs>,<bcl>,<mV>   not charging.
Result show_battery(Call& call) {
  switch (call.modem.supply()) {
    case Supply::normal: call.line("+CBC: 0,93,4147"); break;
    case Supply::under_voltage: call.line("+CBC: 0,5,3450"); break;
    case Supply::under_voltage_off: call.line("+CBC: 0,1,3350"); break;
    case Supply::over_voltage: call.line("+CBC: 0,100,4350"); break;
    case Supply::over_voltage_off: call.line("+CBC: 0,100,4450"); break;
  }
  return ok;
}

Result show_clock(Call& call) {
  call.print("+CCLK: \"{}\"", call.modem.rtc.text());
  return ok;
}
Result set_clock(Call& call) { return call.modem.set_clock(call.text(0)); }

// --- AT+CMTE, which manuals of 2015 have

/// +CMTE: <mode>,<temperature>
Result show_temperature(Call& call) {
  call.print("+CMTE: {},{:.2f}", call.modem.settings.number("+CMTE"), static_cast<double>(call.modem.temperature()));
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    setting("+CMEE", "3.2.20", full, profile, {optional(number("0-2", "0"))}),
    {.name = "+CFUN", .section = "3.2.42", .saved = automatic, .parameters = {number("0,1,4", "1"), optional(number("0,1", "0"))},
     .test = show_ranges, .read = show_functionality, .write = set_functionality, .seconds = 10},
    {.name = "+CCLK", .section = "3.2.43", .saved = automatic, .parameters = {text(20)},
     .test = "", .read = show_clock, .write = set_clock},
    {.name = "+CBC", .section = "3.2.52", .test = "+CBC: (0-2),(1-100),(voltage)", .execute = show_battery},
    {.name = "+CMTE", .section = "", .saved = profile, .parameters = {number("0,1", "0")},
     .read = show_temperature, .write = keep_setting, .seconds = 2},
};
// clang-format on

}  // namespace

std::span<const Command> equipment_commands() { return table; }

}  // namespace sim800
