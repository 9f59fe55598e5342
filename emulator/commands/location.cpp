// Position and time from the network's cells (AT manual V1.09 chapter 13; GSM location application note).
// SPDX-License-Identifier: MIT
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

/// AT+CIPGSMLOC=<type>,<cid> +CIPGSMLOC: <locationcode>[,<longitude>,<latitude>],<date>,<time>   For an error only the
/// code.
Task<Result> find_by_cell(Invocation& cmd) {
  constexpr std::uint32_t with_position = 1;
  const int code = co_await cmd.modem.locator->locate(cmd.number(1));
  const auto [date, time] = utc(cmd.modem);
  constexpr Location nowhere{.longitude = 0, .latitude = 0};
  const Location& place = cmd.modem.world.module.quirks.location_server_gone ? nowhere : cmd.modem.locator->place();
  if (code != Locator::success) {
    cmd.print("+CIPGSMLOC: {}", code);
  } else if (cmd.number(0) == with_position) {
    cmd.print("+CIPGSMLOC: 0,{:.6f},{:.6f},{},{}", place.longitude, place.latitude, date, time);
  } else {
    cmd.print("+CIPGSMLOC: 0,{},{}", date, time);
  }
  co_return ok;
}

enum Kind : std::uint8_t { position = 1, times_used = 3, position_and_time = 4 };

/// AT+CLBS=<type>,<cid>
/// +CLBS: <code>,<longitude>,<latitude>,<accuracy>[,<date>,<time>]   The year has two digits here.
Task<Result> find_by_server(Invocation& cmd) {
  const int code = co_await cmd.modem.locator->locate(cmd.number(1));
  const auto [date, time] = utc(cmd.modem);
  const Location& place = cmd.modem.locator->place();
  if (code != Locator::success) {
    cmd.print("+CLBS: {}", code);
    co_return ok;
  }
  if (cmd.number(0) == times_used) {
    cmd.print("+CLBS: 0,{}", cmd.modem.locator->used);
    co_return ok;
  }
  ++cmd.modem.locator->used;
  const std::string moment = cmd.number(0) == position_and_time ? "," + date.substr(2) + "," + time : "";
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
    {.name = "+CLBS", .section = "", .parameters = {number("1,3,4"), number("1-3")},
     .test = show_ranges, .write = find_by_server, .seconds = 60},
    {.name = "+CLBSCFG", .section = "", .parameters = {number("0,1"), number("1-3"), optional(text(64))},
     .test = "+CLBSCFG: (0,1),(1-3)", .write = configure},
};
// clang-format on

}  // namespace

std::span<const Command> location_commands() { return table; }

}  // namespace sim800
