// The clock, its alarms, and the network's time (AT manual 3.2.43, 6.2.5, 6.2.6, 6.2.12).
// SPDX-License-Identifier: MIT
#include "emulator/board/alarms.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

Result show_clock(Invocation& cmd) {
  cmd.print("+CCLK: \"{}\"", cmd.modem.rtc.text());
  return ok;
}
Result set_clock(Invocation& cmd) {
  const auto setting = Rtc::parse(cmd.text(0));
  return setting ? kept_if(cmd.modem.rtc.set(*setting)) : Result{Cme::invalid_input};
}

/// +CALA: <time>,<n>[,<recurr>]   one line per alarm; none: OK alone.
Result show_alarms(Invocation& cmd) {
  for (unsigned n = 1; n <= Alarms::count; ++n) {
    const auto& alarm = cmd.modem.alarms->alarm(n);
    if (!alarm) continue;
    cmd.print("+CALA: \"{}\",{}{}{}", alarm->time, n, alarm->days.empty() ? "" : ",", alarm->days);
  }
  return ok;
}

constexpr Result memory_full{static_cast<Cme>(20)};

/// AT+CALA=<time>[,<n>[,<recurr>]]   the days may be separate arguments, or one in quotes.
Result set_alarm(Invocation& cmd) {
  Alarms& alarms = *cmd.modem.alarms;
  Alarms::Alarm alarm{cmd.text(0), {}};
  for (std::size_t i = 2; i < cmd.arguments.size(); ++i) alarm.days += (i > 2 ? "," : "") + cmd.text(i);
  for (std::size_t i = 0; i < alarm.days.size(); ++i) {
    if (i % 2 == 0 ? alarm.days[i] < '0' || alarm.days[i] > '7' : alarm.days[i] != ',') return Cme::invalid_input;
  }
  const std::optional<unsigned> n = cmd.has(1) ? cmd.number(1) : alarms.free();
  return n ? alarms.set(*n, alarm) : memory_full;
}

constexpr Result not_found{static_cast<Cme>(22)};

Result delete_alarm(Invocation& cmd) {
  if (!cmd.modem.alarms->alarm(cmd.number(0))) return not_found;
  return cmd.modem.alarms->remove(cmd.number(0));
}

constexpr Parameter days = optional(text(15)), day = optional(text(1));

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CCLK", .section = "3.2.43", .saved = automatic, .parameters = {text(20)},
     .test = "", .read = show_clock, .write = set_clock},
    {.name = "+CALA", .section = "6.2.5", .saved = automatic,
     .parameters = {text(17), optional(number("1-5")), days, day, day, day, day, day, day},
     .test = "+CALA: (\"yy/mm/dd,hh:mm:ss\",\"hh:mm:ss\"),(1-5),(0-7)", .read = show_alarms, .write = set_alarm},
    {.name = "+CALD", .section = "6.2.6", .parameters = {number("1-5")}, .test = show_ranges, .write = delete_alarm},
    {.name = "+CLTS", .section = "6.2.12", .saved = profile, .parameters = {number("0,1", "0")},
     .test = "+CLTS: \"yy/MM/dd,hh:mm:ss+/-zz\"", .read = show_setting, .write = keep_setting, .profile_line = 17},
};
// clang-format on

}  // namespace

std::span<const Command> clock_commands() { return table; }

}  // namespace sim800
