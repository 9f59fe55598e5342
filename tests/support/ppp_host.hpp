// A host's end of PPP, played by the test frame by frame.
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/ppp/control_packet.hpp"
#include "protocol/ppp/frame.hpp"

namespace sim800::test {

/// "7e ff 7d" as bytes.
inline std::string from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<char>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (!text.empty()) text.push_back(' ');
    text.push_back(digits[static_cast<unsigned char>(c) >> 4U]);
    text.push_back(digits[static_cast<unsigned char>(c) & 15U]);
  }
  return text;
}

/// A control packet with options or other data in hexadecimal.
inline std::string packet(std::uint8_t code, std::uint8_t id, std::string_view hex = "") {
  return ppp::encode(ppp::ControlPacket{code, id, from_hex(hex)});
}

class PppHost {
 public:
  void receive(std::string_view bytes) {
    decoder_.feed(bytes, [this](PppFrame frame) { frames.push_back(std::move(frame)); });
  }
  /// The next frame, as protocol and content in hexadecimal; "" if there is none.
  std::string next() {
    if (frames.empty()) return "";
    const PppFrame frame = std::move(frames.front());
    frames.pop_front();
    const char number[2] = {static_cast<char>(frame.protocol >> 8U), static_cast<char>(frame.protocol & 0xffU)};
    return to_hex({number, 2}) + ": " + to_hex(frame.info);
  }
  bool bad() const { return decoder_.bad() > 0; }

  std::deque<PppFrame> frames;

 private:
  PppDecoder decoder_;
};

/// A frame of the host, with nothing shortened.
inline std::string framed(std::uint16_t protocol, std::string_view info) {
  return encode(PppFrame{protocol, std::string(info)});
}

}  // namespace sim800::test
