// SPDX-License-Identifier: MIT
#include "emulator/network/network_time.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

namespace sim800 {

NetworkTime::NetworkTime(const Environment& environment, const Network& network)
    : environment_(environment), network_(network), clock_(environment.clock) {
  if (const auto time = Rtc::parse(environment_.world.network.time)) clock_.set(*time);
}

void NetworkTime::announce(Rtc& own, Channel* cause) const {
  const bool new_zone = own.zone() != clock_.zone();
  own.set({clock_.now(), clock_.zone()});
  const auto day = std::chrono::floor<std::chrono::days>(utc());
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{utc() - day};
  const std::string stamp =
      fmt::format("*PSUTTZ: {},{},{},{},{},{},\"{:+}\",0", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                  time.minutes().count(), time.seconds().count(), clock_.zone());
  const Operator serving = network_.serving();
  const auto say = [&](const std::string& line) { environment_.urc(line, cause); };
  if (environment_.world.module.quirks.network_name_by_manual) {
    say(fmt::format("*PSNWID: \"{}\",\"{}\",\"{}\",0,\"{}\",0", serving.plmn.substr(0, 3), serving.plmn.substr(3),
                    serving.long_name, serving.short_name));
    say(stamp);
    if (new_zone) say(fmt::format("+CTZV: \"{:+}\"", clock_.zone()));
    return say("DST: 0");
  }
  if (new_zone) say(fmt::format("+CTZV: {:+},0", clock_.zone()));
  say(stamp);
  say("DST: 0");
  say(fmt::format("+CIEV: 10,\"{}\",\"{}\",\"{}\", 0, 0", serving.plmn, serving.long_name, serving.short_name));
}

}  // namespace sim800
