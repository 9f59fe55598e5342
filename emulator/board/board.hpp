// What is wired to the module: a battery, an antenna, voltages at its ADC, keys, inputs and outputs.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "emulator/at/settings.hpp"
#include "emulator/board/antenna.hpp"
#include "emulator/board/battery.hpp"
#include "emulator/core/board_config.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

inline constexpr double room_temperature = 25;

namespace key {
inline constexpr NumberKey cant_mode{"+CANT"};      ///< 6.2.60: 1 the antenna is looked at
inline constexpr NumberKey cant_urc{"+CANT", 1};    ///< 1 its state is told
inline constexpr NumberKey cant_timer{"+CANT", 2};  ///< seconds from one report to the next, 0 none
inline constexpr NumberKey skpd{"+SKPD"};           ///< 6.2.63: 1 keys are told
inline constexpr NumberKey echarge{"+ECHARGE"};     ///< 6.2.73: 1 the battery may be charged
}  // namespace key

class Board final : public Service {
 public:
  Board(const Environment& environment, const Settings& settings);

  std::optional<Battery> battery;  ///< nothing: a constant supply
  Antenna antenna;
  std::array<int, 2> adc_mv{};

  /// By the scenario's course.
  double celsius() const;
  /// Called each second while that course lasts.
  std::function<void()> on_temperature = [] {};

  /// AT+CANT was written by `asker`, or is restored at power-on (null).
  void watch_antenna(Channel* asker);
  /// A key of the key pad goes down or up: +SKPD.
  void press(unsigned number, bool down);

  void power_on() override;
  void power_off() override;

 private:
  void follow_temperature();

  const Environment& around_;
  const Settings& settings_;
  Timer next_look_;
};

}  // namespace sim800
