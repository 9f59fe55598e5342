// A module with its TCP/IP toolkit in the state where a test begins.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {

inline const std::string CME3 = ERROR;  // AT+CMEE is 0 at power-on

inline std::string framed(std::string_view text) { return "\r\n" + std::string(text) + "\r\n"; }

struct IpFixture : ModuleFixture {
  using ModuleFixture::ModuleFixture;

  /// IP STATUS, without echo.
  void bring_up(bool multi = false) {
    ask("ATE0");
    if (multi) ask("AT+CIPMUX=1");
    ask("AT+CSTT");
    ask("AT+CIICR");
    ask("AT+CIFSR");
  }
  /// A connection that is up; what was said of it is taken away.
  HeldSockets::Peer& connect(std::string_view line = R"(AT+CIPSTART="TCP","10.1.2.3",80)") {
    ask(line);
    HeldSockets::Peer& peer = sockets.last();
    peer.connect();
    wait(0s);
    return peer;
  }
  std::string state() {
    const std::string answer = ask("AT+CIPSTATUS");
    const std::size_t at = answer.find("STATE: ");
    return at == answer.npos ? answer : answer.substr(at + 7, answer.find('\r', at) - at - 7);
  }
};

}  // namespace sim800::test
