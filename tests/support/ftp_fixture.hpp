// A module with an open bearer and an FTP server's parameters, on a virtual clock.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {

struct FtpFixture : ModuleFixture {
  explicit FtpFixture(World given = instant()) : ModuleFixture(std::move(given)) {
    ask("ATE0");
    wait(1s);
    ask("AT+SAPBR=1,1");
    wait(3s);
    ask("AT+FTPSERV=\"ftp.sim.com\";+FTPUN=\"user\";+FTPPW=\"secret\"");
    ask("AT+FTPGETNAME=\"1K.txt\";+FTPGETPATH=\"/\";+FTPPUTNAME=\"up.txt\";+FTPPUTPATH=\"/in\"");
    wait(1s);
  }
  std::string after(const std::function<void()>& act) {
    act();
    clock.advance(0s);
    return port.take();
  }
};

}  // namespace sim800::test
