// URCs that wait behind something that does not end.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/at/channel.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("urcs behind an open prompt: a thousand wait, and of more the oldest are lost") {
  Numbers fixture;
  fixture.ask("AT+CMGF=1");
  CHECK(fixture.ask("AT+CMGS=\"+420123456789\"") == "\r\n> ");
  for (int number = 0; number < 5000; ++number) fixture.channel->urc("+TEST: " + std::to_string(number));
  CHECK(fixture.port.take() == "");
  const std::string said = fixture.say("\x1b");
  CHECK(said.starts_with(OK + "\r\n+TEST: 4000\r\n"));
  CHECK(said.ends_with("\r\n+TEST: 4999\r\n"));
  CHECK(count_of(said, "+TEST: ") == 1000);
}

}  // namespace sim800::test
