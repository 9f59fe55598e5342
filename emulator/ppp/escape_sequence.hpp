// +++ between two seconds of silence (V.250 6.2.9; AT manual 2.2.12), found in what a host sends in data mode.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "emulator/core/clock.hpp"

namespace sim800 {

class EscapeSequence {
 public:
  static constexpr Duration guard = std::chrono::seconds(1);  ///< before and after the plus signs, and less between

  struct Acts {
    std::function<void(std::string_view bytes)> data;  ///< what is not an escape
    std::function<void()> escape;
  };
  EscapeSequence(Clock& clock, Acts acts) : clock_(clock), acts_(std::move(acts)) {}

  /// Data mode begins: what comes now is not preceded by silence of its own.
  void begin();
  void feed(std::string_view bytes);
  /// Plus signs that are no escape so far are data: something else follows them, or data mode is over.
  void end();

 private:
  Clock& clock_;
  Acts acts_;
  TimePoint last_input_{};
  std::size_t pluses_ = 0;
  Timer silence_;
};

}  // namespace sim800
