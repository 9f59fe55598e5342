// SPDX-License-Identifier: MIT
#include "emulator/board/board.hpp"

#include <fmt/format.h>

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

void Board::power_on() {
  if (battery) battery->power_on();
  watch_antenna(nullptr);
}

void Board::power_off() {
  if (battery) battery->power_off();
  antenna.stop();
}

}  // namespace sim800
