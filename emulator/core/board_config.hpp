// What is wired to the module, as a scenario's `board` describes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulator/core/duration.hpp"

namespace sim800 {

/// The supply voltage as the module classifies it (hardware design guide: warns at 3.5 and 4.3 V, switches off below
/// 3.4 and above 4.4 V).
enum class Supply : std::uint8_t { normal, under_voltage, under_voltage_off, over_voltage, over_voltage_off };

/// A battery and its charger. Without one in the scenario the supply is a constant one.
struct BatteryConfig {
  double level = 93;  ///< at the start, in per cent
  double capacity_mah = 1200;
  double idle_ma = 20;     ///< that the module draws when it does nothing
  double busy_ma = 300;    ///< while a service has something in progress
  double charge_ma = 400;  ///< from the charger
  double sag_mv = 0;       ///< how far the voltage falls while a service has something in progress
  bool charger = false;    ///< it is connected
};

/// <status> of AT+CANT.
enum class AntennaState : std::uint8_t { connected, grounded, powered, open };

/// The temperature at a time, counted from the start of the run.
struct TemperaturePoint {
  Duration at{};
  double celsius = 25;
};

struct BoardConfig {
  std::optional<BatteryConfig> battery;
  std::array<int, 2> adc_mv{};  ///< at the inputs of AT+CADC
  AntennaState antenna = AntennaState::connected;
  std::vector<TemperaturePoint> temperature;  ///< in order of time, and between two of them on the line; empty: 25
  /// Levels from outside by the name of the pin: "GPIO3" of AT+SGPIO, "PIN29" of AT+CGPIO. All others are low.
  std::map<std::string, bool, std::less<>> pins;
};

}  // namespace sim800
