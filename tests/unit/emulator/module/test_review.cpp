// SPDX-License-Identifier: MIT
// What a second look found: last words, type-ahead before a reset, order of SSL and HTTP set-up, odd spellings.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

TEST_CASE("a channel whose command still runs hears the last words too") {
  ModuleFixture fixture(World{});
  fixture.say("ATE0\rAT+COPS=?\r");
  fixture.wait(1s);
  fixture.modem.press_power_key();
  CHECK(fixture.wait(5s).ends_with("\r\nNORMAL POWER DOWN\r\n"));
  CHECK_FALSE(fixture.modem.answers());
}

TEST_CASE("what is typed ahead of a reset or a power-off is lost with it, however it is split") {
  for (const World& world : {World{}, ModuleFixture::instant()}) {
    for (const char* line : {"AT+CFUN=1,1\r", "AT+CPOWD=0\r"}) {
      CAPTURE(line);
      ModuleFixture whole(world), split(world);
      whole.say("ATE0\r");
      split.say("ATE0\r");
      whole.wait(1s);
      split.wait(1s);
      whole.channel->receive(std::string(line) + "AT+CSQ\r");
      split.channel->receive(line);
      split.channel->receive("AT+CSQ\r");
      const std::string answers = whole.wait(30s);
      CHECK(answers.find("+CSQ") == std::string::npos);
      CHECK(split.wait(30s) == answers);
    }
  }
}

TEST_CASE("AT+HTTPSSL outside a session is refused; its read and test forms answer") {
  ModuleFixture fixture;
  for (int sessions = 0; sessions < 2; ++sessions) {
    CHECK(fixture.ask("AT+HTTPSSL=1") == ERROR);
    CHECK(fixture.ask("AT+HTTPSSL=0") == ERROR);
    CHECK(fixture.ask("AT+HTTPSSL?") == answered("+HTTPSSL: 0"));
    CHECK(fixture.ask("AT+HTTPSSL=?") == answered("+HTTPSSL: (0-1)"));
    CHECK(fixture.ask("AT+CIPSSL=1") == OK);
    CHECK(fixture.ask("AT+HTTPINIT") == OK);
    CHECK(fixture.ask("AT+HTTPSSL=1") == OK);
    CHECK(fixture.ask("AT+HTTPTERM") == OK);
  }
}

TEST_CASE("slowest timing: +HTTPACTION comes 1 s before TIMEOUT at the latest") {
  World world;
  world.timing.profile = TimingProfile::maximum;
  ModuleFixture fixture(world);
  for (const char* line : {"AT+SAPBR=1,1\r", "AT+HTTPINIT\r", "AT+HTTPPARA=\"URL\",\"x\";+HTTPPARA=\"TIMEOUT\",30\r",
                           "AT+HTTPACTION=0\r"}) {
    fixture.say(line);
    fixture.wait(line[3] == 'S' ? 100s : 15ms);
  }
  fixture.http.answer({.status = 200, .head = {}, .body = "x"});
  CHECK(fixture.wait(28'999ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+HTTPACTION: 0,200,1\r\n");
}

TEST_CASE("ATH and AT+HVOIC end a call that is being set up: no NO CARRIER later") {
  for (const char* line : {"ATH", "AT+HVOIC"}) {
    ModuleFixture fixture(World{});
    fixture.say("ATE0\rATD123;\r");
    CHECK(fixture.wait(1s) == "ATE0\rATD123;\r" + OK + OK);
    fixture.say(std::string(line) + "\r");
    CHECK(fixture.wait(60s) == OK);
  }
}

TEST_CASE("what stands behind a form is no part of another command's name") {
  ModuleFixture fixture;
  for (const char* line : {"AT+CRE?G", "AT+CGM R", "AT+CSQ Q", "AT+CREG?G", "AT+CMEE=?E"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
}

TEST_CASE("a bearer that was lost and opened anew is not closed by the command that closed the old one") {
  World world;
  world.timing.overrides["bearer.close"] = 60s;
  ModuleFixture fixture(world);
  RecordingPort second_port;
  Channel& second = fixture.modem.attach(second_port, "second");
  fixture.say("AT+SAPBR=1,1\r");
  fixture.wait(3s);
  fixture.say("AT+SAPBR=0,1\r");
  fixture.wait(1s);
  for (const char* line : {"AT+CGATT=0\r", "AT+SAPBR=1,1\r"}) {
    second.receive(line);
    fixture.clock.advance(3s);
  }
  fixture.wait(60s);
  second_port.take();
  second.receive("AT+SAPBR=2,1\r");
  fixture.clock.advance(1s);
  CHECK(second_port.take().find("+SAPBR: 1,1,") != std::string::npos);
}

TEST_CASE("a long answer to a slow reader: the rest of the line waits, nothing is lost") {
  ModuleFixture fixture;
  for (const char* line : {"ATE0", "AT+HTTPINIT", "AT+SAPBR=1,1", "AT+HTTPPARA=\"URL\",\"x\"", "AT+HTTPACTION=0"})
    fixture.ask(line);
  fixture.http.answer({.status = 200, .head = {}, .body = std::string(100'000, 'x')});
  fixture.wait(1s);
  struct SlowPort final : Port {
    void send(std::string_view bytes) override { queue.append(bytes); }
    std::size_t unsent() const override { return queue.size(); }
    void input_wanted() override {}
    std::string queue;
  } port;
  Channel& channel = fixture.modem.attach(port, "slow");
  channel.receive("ATE0\rAT+HTTPREAD;+HTTPREAD;+HTTPREAD\r");
  std::string taken;
  for (int reads = 0; reads < 3; ++reads) {
    CHECK(port.queue.size() < 110'000);
    taken += std::exchange(port.queue, {});
    channel.drained();
    fixture.clock.advance(1s);
  }
  CHECK(taken.size() > 300'000);
  CHECK(taken.ends_with("\r\nOK\r\n"));
}

TEST_CASE("any character ends dialling for data and a scan for operators; an LF of the line end does not") {
  ModuleFixture fixture(World{});
  fixture.say("ATE0+CMEE=1\r\n");
  fixture.wait(1s);
  fixture.say("ATD123\r\n");
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.say("x") == "\r\nNO CARRIER\r\n");
  fixture.say("AT+COPS=?\r\n");
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.say("\r") == "\r\n+CME ERROR: 609\r\n");
  fixture.say("AT+COPS=?\r\n");
  CHECK(fixture.wait(60s).starts_with("\r\n+COPS: (2,"));
}

TEST_CASE("a client that left before its prompt leaves no prompt to the next") {
  ModuleFixture fixture(World{});
  fixture.say("ATE0+HTTPINIT\r");
  fixture.wait(1s);
  fixture.say("AT+HTTPDATA=10,5000\r");
  fixture.channel->client_left();
  CHECK(fixture.wait(10s) == "");
  fixture.say("AT\r");
  CHECK(fixture.wait(1s) == OK);
}

TEST_CASE("a module that left the network on purpose stays away after a restart") {
  ModuleFixture fixture;
  fixture.ask("AT+COPS=2;+CFUN=1,1");
  fixture.wait(60s);
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
}

}  // namespace sim800::test
