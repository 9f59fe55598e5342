// What a terminal marks in its input (PARMRK of termios(3)): a break is 0xff 0 0, a byte 0xff comes twice.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sim800 {

/// Takes the marks out of `bytes`, wherever they were cut, and calls `on_break` for each break.
class MarkedInput {
 public:
  std::string take(std::string_view bytes, const std::function<void()>& on_break) {
    std::string plain;
    plain.reserve(bytes.size());
    for (const char byte : bytes) {
      switch (state_) {
        case State::plain:
          if (byte != mark) plain += byte;
          if (byte == mark) state_ = State::marked;
          break;
        case State::marked:
          if (byte != '\0') plain += byte;
          state_ = byte == '\0' ? State::spoilt : State::plain;
          break;
        case State::spoilt:
          if (byte == '\0') on_break();
          if (byte != '\0') plain += byte;  // without a stop bit, as it was read
          state_ = State::plain;
          break;
      }
    }
    return plain;
  }
  void reset() { state_ = State::plain; }

 private:
  static constexpr char mark = '\xff';
  enum class State : std::uint8_t { plain, marked, spoilt };
  State state_ = State::plain;
};

}  // namespace sim800
