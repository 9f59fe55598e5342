// SPDX-License-Identifier: MIT
// What of the host's characters comes back, and when: in field time a line's echo leaves with what answers it.
#include <doctest/doctest.h>

#include "emulator/at/serial_line.hpp"
#include "emulator/core/world.hpp"
#include "protocol/mux_frame.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// In field time, with echo.
struct Typical : ModuleFixture {
  explicit Typical(World given = World{}) : ModuleFixture(std::move(given)) { port.writes = 0; }
  void send(std::string_view bytes) { channel->receive(bytes); }
};

World with_profile(TimingProfile profile) {
  World world;
  world.timing.profile = profile;
  return world;
}

const std::string CSQ = "\r\n+CSQ: 21,0\r\n" + OK;

}  // namespace

TEST_CASE("echo: a line comes back in one write with its answer, 15 ms after its end") {
  for (const TimingProfile profile : {TimingProfile::typical, TimingProfile::maximum}) {
    Typical fixture(with_profile(profile));
    for (const char* end : {"\r", "\r\n"}) {
      CHECK(fixture.say(std::string("AT+CSQ") + end) == "");
      CHECK(fixture.wait(14ms) == "");
      fixture.port.writes = 0;
      CHECK(fixture.wait(1ms) == "AT+CSQ\r" + CSQ);
      CHECK(fixture.port.writes == 1);
    }
    CHECK(fixture.say("at+csq\n") == "");
    CHECK(fixture.wait(15ms) == "at+csq" + CSQ);
  }
}

TEST_CASE("echo: a line sent in pieces, as by a driver that empties its receiver after the last of them") {
  Typical fixture;
  for (const char* piece : {"AT+SAPBR=3,1,\"APN\",", "\"", "internet", "\"", "\r\n"}) {
    CHECK(fixture.say(piece) == "");
    CHECK(fixture.wait(10ms) == "");
  }
  CHECK(fixture.wait(5ms) == "AT+SAPBR=3,1,\"APN\",\"internet\"\r" + OK);
}

TEST_CASE("echo: instant is as fast as the bytes") {
  Typical fixture(ModuleFixture::instant());
  CHECK(fixture.say("AT+C") == "AT+C");
  CHECK(fixture.say("SQ\rAT\r") == "SQ\r" + CSQ + "AT\r" + OK);
}

TEST_CASE("echo: a prompt comes with it, whichever line end the host uses") {
  for (const char* end : {"\r", "\r\n"}) {
    Typical fixture;
    fixture.say("AT+CMGF=1\r");
    fixture.wait(100ms);
    const std::string line = "AT+CMGS=\"+420123456789\"";
    CHECK(fixture.say(line + end) == "");
    fixture.port.writes = 0;
    CHECK(fixture.wait(15ms) == line + "\r\r\n> ");
    CHECK(fixture.port.writes <= 2);  // at one instant
    CHECK(fixture.say("Hi\x1a") == "Hi");
    fixture.wait(10s);
    fixture.say("AT+HTTPINIT\r");
    fixture.wait(100ms);
    fixture.say(std::string("AT+HTTPDATA=3,10000") + end);
    CHECK(fixture.wait(15ms) == "AT+HTTPDATA=3,10000\r\r\nDOWNLOAD\r\n");
    CHECK(fixture.say("abc") == OK);
  }
}

TEST_CASE("echo: of a slow command at once, its answer in its own time") {
  Typical fixture;
  fixture.say("AT+SAPBR=1,1\r");
  CHECK(fixture.wait(15ms) == "AT+SAPBR=1,1\r");
  CHECK(fixture.wait(1499ms) == "");
  CHECK(fixture.wait(1ms) == OK);
}

TEST_CASE("echo: somebody who types sees each letter after 30 ms of silence") {
  Typical fixture;
  for (const char* key : {"A", "T", "+", "C"}) {
    CHECK(fixture.say(key) == "");
    CHECK(fixture.wait(29ms) == "");
    CHECK(fixture.wait(1ms) == key);
    CHECK(fixture.wait(200ms) == "");
  }
  fixture.say("S");
  CHECK(fixture.wait(29ms) == "");
  fixture.say("Q");
  CHECK(fixture.wait(29ms) == "");
  CHECK(fixture.wait(1ms) == "SQ");
  CHECK(fixture.say("\r") == "");
  CHECK(fixture.wait(15ms) == "\r" + CSQ);
}

TEST_CASE("echo: text that is no command comes back too, once it is idle") {
  Typical fixture;
  CHECK(fixture.say("hello\r\n") == "");
  CHECK(fixture.wait(30ms) == "hello\r");
  CHECK(fixture.say("\r\r\nAT\r") == "");
  CHECK(fixture.wait(15ms) == "\r\rAT\r" + OK);
}

TEST_CASE("echo: what is longer than any line is not held") {
  Typical fixture;
  const std::string junk(1000, 'x');
  CHECK(fixture.say(junk) == junk);
  CHECK(fixture.say("AT" + junk + "\r") == "");
  CHECK(fixture.wait(15ms) == "AT" + junk + "\r" + ERROR);
}

TEST_CASE("echo: lines sent in one go come back before the first answer") {
  Typical fixture;
  CHECK(fixture.say("AT+CSQ\r\nAT+CREG?\r\nAT\r\n") == "");
  CHECK(fixture.wait(15ms) == "AT+CSQ\rAT+CREG?\rAT\r" + CSQ);
  CHECK(fixture.wait(15ms) == "\r\n+CREG: 0,1\r\n" + OK);
  CHECK(fixture.wait(15ms) == OK);
  CHECK(fixture.wait(1s) == "");
}

TEST_CASE("echo: a line that arrives while the one before is being handled counts as sent with it") {
  Typical fixture;
  fixture.say("AT+CSQ\r");
  fixture.wait(10ms);
  fixture.say("AT\r");
  CHECK(fixture.wait(5ms) == "AT+CSQ\rAT\r" + CSQ);
  CHECK(fixture.wait(15ms) == OK);
}

TEST_CASE("echo: a line that comes during a slow command comes back in its turn") {
  Typical fixture;
  fixture.say("AT+SAPBR=1,1\r");
  CHECK(fixture.wait(500ms) == "AT+SAPBR=1,1\r");
  CHECK(fixture.say("AT\rAT+C") == "");
  CHECK(fixture.wait(1015ms) == OK);
  CHECK(fixture.wait(15ms) == "AT\r" + OK);
  CHECK(fixture.wait(30ms) == "AT+C");
}

TEST_CASE("echo: half a line behind a whole one waits for the rest of it") {
  Typical fixture;
  fixture.say("AT+CSQ\rAT+CR");
  CHECK(fixture.wait(15ms) == "AT+CSQ\r" + CSQ);
  fixture.say("EG?\r");
  CHECK(fixture.wait(15ms) == "AT+CREG?\r\r\n+CREG: 0,1\r\n" + OK);
}

TEST_CASE("echo: what a line sent ahead gets is settled before the first one runs") {
  Typical fixture;
  fixture.say("ATE0\rAT+CMGF=1\r");
  CHECK(fixture.wait(15ms) == "ATE0\rAT+CMGF=1\r" + OK);
  CHECK(fixture.wait(15ms) == OK);
  fixture.say("AT\r");
  CHECK(fixture.wait(15ms) == OK);
  fixture.say("ATE1\rAT\rAT\r");
  CHECK(fixture.wait(100ms) == OK + OK + OK);
  fixture.say("AT\r");
  CHECK(fixture.wait(100ms) == "AT\r" + OK);
  fixture.say("ATE0;+CSQ\rA/AT\r");
  CHECK(fixture.wait(100ms) == "ATE0;+CSQ\rA/AT\r" + CSQ + CSQ + OK);
}

TEST_CASE("echo: nothing comes back early behind a command that takes what follows") {
  const std::string number = "+420123456789";
  Typical fixture;
  fixture.say("AT+CMGF=1\rAT+CMGS=\"" + number +
              "\"\rHi\x1a"
              "AT\r");
  // The second line is echoed ahead, the text behind it is not; it is echoed at the prompt.
  CHECK(fixture.wait(15ms) == "AT+CMGF=1\rAT+CMGS=\"" + number + "\"\r" + OK);
  CHECK(fixture.wait(15ms) == "\r\n> Hi");
  CHECK(fixture.wait(2500ms) == "\r\n+CMGS: 0\r\n" + OK);
  CHECK(fixture.wait(15ms) == "AT\r" + OK);

  fixture.say("AT+HTTPINIT\rAT+HTTPDATA=4,10000\rAT\r\nAT+CSQ\r");
  CHECK(fixture.wait(15ms) == "AT+HTTPINIT\rAT+HTTPDATA=4,10000\r" + OK);
  CHECK(fixture.wait(15ms) == "\r\nDOWNLOAD\r\n" + OK);
  CHECK(fixture.wait(15ms) == "AT+CSQ\r" + CSQ);

  fixture.say("ATD123\rAT\r");
  CHECK(fixture.wait(15ms) == "ATD123\r\r\nNO CARRIER\r\n");  // the A of the next line has aborted it
  CHECK(fixture.wait(30ms) == "T\r");

  fixture.say("AT+COPS=?\rxAT\r");
  CHECK(fixture.wait(15ms) == "AT+COPS=?\r" + ERROR);
  CHECK(fixture.wait(15ms) == "AT\r" + OK);
  fixture.say("AT+COPS?\rAT\r");  // other forms are ordinary
  CHECK(fixture.wait(15ms) == "AT+COPS?\rAT\r\r\n+COPS: 0,0,\"CHINA MOBILE\"\r\n" + OK);
}

TEST_CASE("echo: half a line goes with its client") {
  Typical fixture;
  fixture.send("AT+CSQ\rAT+CR");
  fixture.channel->client_left();
  CHECK(fixture.wait(1s) == "AT+CSQ\r" + CSQ);
  fixture.send("AT");
  fixture.channel->client_left();
  CHECK(fixture.wait(1s) == "");
  fixture.say("AT\r");
  CHECK(fixture.wait(15ms) == "AT\r" + OK);
}

TEST_CASE("echo: control characters that are thrown away do not come back") {
  for (const World& world : {World{}, ModuleFixture::instant()}) {
    Typical fixture(world);
    const auto ask = [&fixture](const std::string& typed) {
      const std::string at_once = fixture.say(typed);
      return at_once + fixture.wait(100ms);
    };
    CHECK(ask("\x1a"
              "AT\r\n") == "AT\r" + OK);
    CHECK(ask("\x1b\rAT\r") == "\rAT\r" + OK);
    CHECK(ask(std::string("\0\0AT\0\r", 6)) == "AT\r" + OK);
    CHECK(ask("\x11\x13\t\x7f\bAT\r") == "AT\r" + OK);
    CHECK(ask("A\x1b\x1a"
              "AT\r") == "AAT\r" + OK);
    CHECK(ask("\x1a\x1b\x1a") == "");
    CHECK(ask("hello\x1a\r") == "hello\r");
    CHECK(ask("AT+CSX\bQ\r") == "AT+CSX\bQ\r" + CSQ);  // this one was heeded
  }
}

TEST_CASE("echo: nor do those that a prompt throws away") {
  ModuleFixture fixture;
  fixture.ask("AT+CMGF=1");
  fixture.ask("AT+CMGS=\"123\"");
  CHECK(fixture.say(std::string("a\0\x01"
                                "b\bc",
                                6)) == "ab\bc");
  CHECK(fixture.say("\x1b") == OK);
}

TEST_CASE("echo: the Backspace key of a terminal deletes, and shows it") {
  ModuleFixture fixture;
  CHECK(fixture.say("AT+CSX\x7fQ\r") == "AT+CSX\b \bQ\r" + CSQ);
  CHECK(fixture.say("A\x7f\x7f"
                    "AT\r") == "A\b \bAT\r" + OK);
  fixture.ask("ATS5=127");
  CHECK(fixture.say("AT+CSX\x7fQ\r") == "AT+CSX\b \bQ\r" + CSQ);
  fixture.ask("ATS5=8");

  fixture.ask("AT+CMGF=1");
  fixture.ask("AT+CMGW=\"123\"");
  CHECK(fixture.say("Hello\x7f\x7fp\x1a") == "Hello\b \b\b \bp\r\n+CMGW: 1\r\n" + OK);
  CHECK(fixture.ask("AT+CMGR=1").find("\r\nHelp\r\n") != std::string::npos);

  // In the GSM alphabet it is a letter, and as such part of a text.
  fixture.ask("AT+CSCS=\"GSM\"");
  CHECK(fixture.ask("AT+CPBW=1,\"123\",129,\"Voil\x7f\"") == OK);
  CHECK(fixture.ask("AT+CPBR=1") == "\r\n+CPBR: 1,\"123\",129,\"Voil\x7f\"\r\n" + OK);
  CHECK(fixture.say("AT+CSX\x7fQ\r") == "AT+CSX\b \bQ\r" + CSQ);
}

TEST_CASE("echo: each link of the multiplexer holds its own") {
  Typical fixture;
  fixture.say("AT+CMUX=0\r");
  fixture.wait(100ms);
  for (const std::uint8_t dlci : {0, 1, 2}) fixture.say(encode({dlci, true, MuxType::sabm, true, {}}));
  const auto type = [&fixture](std::uint8_t dlci, std::string_view text) {
    CHECK(fixture.say(encode({dlci, true, MuxType::uih, false, text})) == "");
  };
  const auto frame = [](std::uint8_t dlci, std::string_view text) { return encode({.dlci = dlci, .info = text}); };
  type(1, "AT+CS");
  type(2, "AT+CREG?\r");
  CHECK(fixture.wait(15ms) == frame(2, "AT+CREG?\r\r\n+CREG: 0,1\r\n" + OK));
  type(2, "A");
  CHECK(fixture.wait(15ms) == frame(1, "AT+CS"));
  type(1, "Q\r");
  CHECK(fixture.wait(15ms) == frame(2, "A") + frame(1, "Q\r" + CSQ));
}

TEST_CASE("echo: on a line with a rate it follows the same rule, and takes its time") {
  VirtualClock clock;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  const World world;
  Modem modem({world, command_table, clock, nvram, files, http, ftp, sockets, pinger, mail});
  SerialLine line(clock, {.baud = 1200, .paced = true}, nullptr, port);
  line.attach(modem.attach(line, "test"));
  modem.power_on();
  clock.advance(20s);
  port.take();
  line.receive("AT\r");  // 8 ms a byte: the line is not idle in between
  clock.advance(47ms);   // 25 for the line, 15 for its answer, 7 of the first byte
  CHECK(port.take() == "");
  clock.advance(2ms);
  CHECK(port.take() == "A");
  clock.advance(8 * 8334us);
  CHECK(port.take() == "T\r" + OK);
}

TEST_CASE("echo: a latency of its own") {
  World world = ModuleFixture::instant();
  world.timing.overrides = {{"echo.idle", 1s}};
  Typical fixture(world);
  CHECK(fixture.say("AT+C") == "");
  CHECK(fixture.wait(999ms) == "");
  CHECK(fixture.wait(1ms) == "AT+C");
  CHECK(fixture.say("SQ\r") == "SQ\r" + CSQ);
}

}  // namespace sim800::test
