// A module in text mode with some messages on its card.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "emulator/core/world.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

inline World in_text_mode() {
  World world = ModuleFixture::instant();
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}, {"+CMGF", {"1"}}};
  world.sim.messages = {{1, "REC READ", "+8613900000000", "02/01/30,20:40:31+00", "This is a test"},
                        {2, "REC UNREAD", "INFO", "02/01/30,20:45:12-24", "Test again"},
                        {4, "STO SENT", "+49170", "", "привет"}};
  return world;
}

struct SmsFixture : ModuleFixture {
  explicit SmsFixture(World given = in_text_mode(), Nvram* kept = nullptr)
      : ModuleFixture(std::move(given), true, kept) {}
  std::string arrives(std::string_view from, std::string_view text) {
    modem.sms->receive(from, text);
    return wait(0s);
  }
  std::string info(std::string_view text) const { return "\r\n" + std::string(text) + "\r\n" + OK; }
  std::string cms(int number) const { return "\r\n+CMS ERROR: " + std::to_string(number) + "\r\n"; }
};

inline const std::string FIRST = "\"+8613900000000\",\"\",\"02/01/30,20:40:31+00\"";

}  // namespace sim800::test
