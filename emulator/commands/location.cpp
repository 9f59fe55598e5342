// Position and time from the network's cells (AT manual V1.09 chapter 13; GSM location application note).
// SPDX-License-Identifier: MIT
#include <charconv>
#include <cmath>

#include "emulator/module/modem.hpp"
#include "emulator/network/locator.hpp"
#include "emulator/network/network_time.hpp"

namespace sim800 {
namespace {

struct UtcText {
  std::string date, time;  ///< "2011/01/04", "14:37:21"
};
UtcText utc(const Modem& modem) {
  const LocalTime now = modem.network_time->utc();
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{now - day};
  return {fmt::format("{:04}/{:02}/{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                      static_cast<unsigned>(date.day())),
          fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count())};
}

/// AT+CIPGSMLOC=<type>,<cid>
/// +CIPGSMLOC: <locationcode>[,<longitude>,<latitude>],<date>,<time>   For an error only the code.
Task<Result> find_by_cell(Invocation& cmd) {
  constexpr std::uint32_t with_position = 1;
  constexpr int network_error = 601;
  const bool found = co_await cmd.modem.locator->ask(cmd.number(1));
  const auto [date, time] = utc(cmd.modem);
  constexpr Location nowhere{.longitude = 0, .latitude = 0};
  const Location& place = cmd.modem.world.module.quirks.location_server_gone ? nowhere : cmd.modem.locator->place();
  if (!found) {
    cmd.print("+CIPGSMLOC: {}", network_error);
  } else if (cmd.number(0) == with_position) {
    cmd.print("+CIPGSMLOC: 0,{:.6f},{:.6f},{},{}", place.longitude, place.latitude, date, time);
  } else {
    cmd.print("+CIPGSMLOC: 0,{},{}", date, time);
  }
  co_return ok;
}

enum Kind : std::uint8_t { position = 1, times_used = 3, position_and_time = 4, report = 9 };

/// Degrees with at most six decimals, within +-`limit`.
bool is_degrees(const std::string& text, double limit) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const std::size_t point = text.find('.');
  const bool short_enough = point == std::string::npos || text.size() - point <= 7;
  return error == std::errc() && end == text.data() + text.size() && short_enough && std::abs(value) <= limit;
}

/// A report may name a place: longitude and latitude.
bool is_report(const Invocation& cmd) {
  if (!cmd.has(2) && !cmd.has(3)) return true;
  return is_degrees(cmd.text(2), 180) && is_degrees(cmd.text(3), 90);
}

/// Outcomes of AT+CLBS that need no order by the scenario; that orders the others (1 failed, 2 time-out, 4 DNS, 5
/// service over, 6 authentication, 7 other).
enum Outcome : std::uint8_t { network_error = 3, reported = 80, bad_report = 81, report_failed = 82 };

Outcome outcome_of_report(const Invocation& cmd) {
  if (!is_report(cmd)) return bad_report;
  return cmd.modem.locator->place().code == 0 ? reported : report_failed;
}

/// AT+CLBS=<type>,<cid>; AT+CLBS=9,<cid>[,<longitude>,<latitude>[,<0 WGS84, 1 GCJ02>]]
/// +CLBS: <code>,<longitude>,<latitude>,<accuracy>[,<date>,<time>]   The year has two digits here.
Task<Result> find_by_server(Invocation& cmd) {
  const std::uint32_t kind = cmd.number(0);
  if (kind != report && cmd.arguments.size() > 2) co_return Cme::invalid_input;
  Locator& locator = *cmd.modem.locator;
  const bool answered = co_await locator.ask(cmd.number(1));
  if (!answered) {
    cmd.print("+CLBS: {}", static_cast<int>(network_error));
    co_return ok;
  }
  if (kind == report) {
    cmd.print("+CLBS: {}", static_cast<int>(outcome_of_report(cmd)));
    co_return ok;
  }
  if (const int code = locator.place().code; code != 0) {
    cmd.print("+CLBS: {}", code);
    co_return ok;
  }
  if (kind == times_used) {
    cmd.print("+CLBS: 0,{}", locator.used);
    co_return ok;
  }
  ++locator.used;
  const auto [date, time] = utc(cmd.modem);
  const Location& place = locator.place();
  const std::string moment = kind == position_and_time ? "," + date.substr(2) + "," + time : "";
  cmd.print("+CLBS: 0,{:.6f},{:.6f},{}{}", place.longitude, place.latitude, place.accuracy, moment);
  co_return ok;
}

enum Entry : std::uint8_t { customer = 1, used = 2, server = 3 };

/// AT+CLBSCFG=<operate>,<para>[,<value>]   0 reads, 1 sets; the number of uses cannot be set.
Result configure(Invocation& cmd) {
  constexpr std::uint32_t read = 0;
  Locator& locator = *cmd.modem.locator;
  const std::uint32_t entry = cmd.number(1);
  const bool reads = cmd.number(0) == read;
  if (reads == cmd.has(2) || (!reads && entry == used)) return Cme::invalid_input;
  if (entry == used) {
    cmd.print("+CLBSCFG: 0,{},{}", entry, locator.used);
    return ok;
  }
  std::string& value = entry == customer ? locator.customer : locator.server;
  if (reads)
    cmd.print("+CLBSCFG: 0,{},\"{}\"", entry, value);
  else
    value = cmd.text(2);
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CIPGSMLOC", .section = "", .parameters = {number("1,2"), number("1-3")},
     .test = show_ranges, .write = find_by_cell, .seconds = 60},
    {.name = "+CLBS", .section = "",
     .parameters = {number("1,3,4,9"), number("1-3"), optional(text(11)), optional(text(10)), optional(number("0,1"))},
     .test = "+CLBS: (1,3,4,9),(1-3),(-180.000000-180.000000),(-90.000000-90.000000),(0,1)", .write = find_by_server,
     .seconds = 60},
    {.name = "+CLBSCFG", .section = "", .parameters = {number("0,1"), number("1-3"), optional(text(64))},
     .test = R"(+CLBSCFG: (0,1),(1-3),"ParamValue")", .write = configure},
};
// clang-format on

}  // namespace

std::span<const Command> location_commands() { return table; }

}  // namespace sim800
