// SPDX-License-Identifier: MIT
#include "emulator/board/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "emulator/core/world.hpp"

namespace sim800 {
namespace {

BoardConfig config_of(const World& world) { return world.board != nullptr ? *world.board : BoardConfig{}; }

}  // namespace

Board::Board(const Environment& environment, const Settings& settings)
    : antenna(environment, config_of(environment.world).antenna),
      adc_mv(config_of(environment.world).adc_mv),
      around_(environment),
      settings_(settings) {
  if (const auto given = config_of(environment.world).battery) battery.emplace(environment.clock, *given);
}

void Board::watch_antenna(Channel* asker) {
  antenna.stop();
  const std::uint32_t period = settings_.number(key::cant_timer);
  const bool reports = settings_.number(key::cant_mode) == 1 && settings_.number(key::cant_urc) == 1 && period > 0;
  if (reports) antenna.watch(asker, std::chrono::seconds(period));
}

void Board::press(unsigned number, bool down) {
  if (settings_.number(key::skpd) == 1) around_.urc(fmt::format("+SKPD: {},{}", number, down ? 1 : 0), nullptr);
}

double Board::celsius() const {
  if (around_.world.board == nullptr || around_.world.board->temperature.empty()) return room_temperature;
  const auto& course = around_.world.board->temperature;
  const Duration now = around_.clock.now() - around_.origin;
  const auto next = std::ranges::upper_bound(course, now, {}, &TemperaturePoint::at);
  if (next == course.begin()) return course.front().celsius;
  if (next == course.end()) return course.back().celsius;
  const TemperaturePoint& last = *std::prev(next);
  const double share = static_cast<double>((now - last.at).count()) / static_cast<double>((next->at - last.at).count());
  return last.celsius + share * (next->celsius - last.celsius);
}

void Board::follow_temperature() {
  const auto& course = around_.world.board->temperature;
  if (course.empty()) return;
  on_temperature();
  if (around_.clock.now() - around_.origin >= course.back().at) return;
  next_look_ = around_.clock.after(1s, [this] { follow_temperature(); });
}

void Board::power_on() {
  if (battery) battery->power_on();
  if (around_.world.board != nullptr) follow_temperature();
  watch_antenna(nullptr);
}

void Board::power_off() {
  if (battery) battery->power_off();
  antenna.stop();
  next_look_.cancel();
}

}  // namespace sim800
