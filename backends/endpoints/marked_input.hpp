// What a terminal marks in its input (PARMRK of termios(3)): a break is 0xff 0 0, a byte 0xff comes twice.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

class MarkedInput {
 public:
  struct Heard {
    std::string bytes;
    std::vector<std::size_t> breaks;  ///< each came behind so many of the bytes
  };

  /// What `bytes` are without the marks, wherever these were cut.
  Heard take(std::string_view bytes) {
    Heard heard;
    std::string& plain = heard.bytes;
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
          if (byte == '\0') heard.breaks.push_back(plain.size());
          if (byte != '\0') plain += byte;  // without a stop bit, as it was read
          state_ = State::plain;
          break;
      }
    }
    return heard;
  }
  void reset() { state_ = State::plain; }

 private:
  static constexpr char mark = '\xff';
  enum class State : std::uint8_t { plain, marked, spoilt };
  State state_ = State::plain;
};

}  // namespace sim800
