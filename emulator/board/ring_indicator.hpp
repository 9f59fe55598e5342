// The RI line: on while a call rings, and for a moment with messages and URCs (hardware design guide; AT manual 6.2.11,
// 6.2.82).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "emulator/at/settings.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

namespace key {
inline constexpr NumberKey cfgri{"+CFGRI"};  ///< 6.2.11: 0 no URC, 1 all, 2 those of TCP/IP
inline constexpr NumberKey dlyri{"+DLYRI"};  ///< 6.2.82: milliseconds from a URC to its pulse
}  // namespace key

class RingIndicator final : public Service {
 public:
  /// `drive` moves the line.
  RingIndicator(Clock& clock, const Settings& settings, std::function<void(bool on)> drive);

  /// A call asks to be answered, or no longer.
  void ring(bool asks);
  /// Something for the host: see reacts_to() and reacts_to_data().
  void pulse();
  void power_off() override;

  /// Whether there is a pulse with this URC.
  static bool reacts_to(std::string_view urc, const Settings& settings);
  /// Whether there is one with data of a connection that are pushed to the host.
  static bool reacts_to_data(const Settings& settings);

 private:
  void show();

  Clock& clock_;
  const Settings& settings_;
  std::function<void(bool on)> drive_;
  Timer begin_, end_;
  bool rings_ = false, pulse_ = false;
};

}  // namespace sim800
