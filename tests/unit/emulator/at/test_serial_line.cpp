// SPDX-License-Identifier: MIT
// The line between endpoint and channel: how long bytes take.
#include <doctest/doctest.h>

#include <string>

#include "emulator/at/serial_line.hpp"
#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

struct Listener final : PortUser {
  void receive(std::string_view bytes) override { heard.append(bytes); }
  bool wants_input() const override { return wants; }
  void client_arrived() override { heard += "<in>"; }
  void client_left() override { heard += "<out>"; }
  void drained() override { ++drains; }
  void output_lost(std::size_t count) override { lost += count; }
  std::string heard;
  bool wants = true;
  int drains = 0;
  std::size_t lost = 0;
};

struct Wire {
  explicit Wire(unsigned baud, bool paced = true) : line(clock, {.baud = baud, .paced = paced}, nullptr, port) {
    line.attach(module);
  }
  VirtualClock clock;
  RecordingPort port;
  Listener module;
  SerialLine line;
};

}  // namespace

TEST_CASE("a serial line without pacing passes bytes at once, a response in one write") {
  Wire wire(9600, false);
  wire.line.receive("AT\r");
  CHECK(wire.module.heard == "AT\r");
  wire.line.send("\r\nOK\r\n");
  CHECK(wire.port.sent == "\r\nOK\r\n");
  CHECK(wire.port.writes == 1);
}

TEST_CASE("a paced line: ten bits a byte, byte by byte where that is slow, both ways at once") {
  Wire wire(1200);
  wire.line.receive("AT\r");
  wire.line.send("OK");
  wire.clock.advance(8333us);
  CHECK(wire.module.heard == "");
  wire.clock.advance(1us);
  CHECK(wire.module.heard == "A");
  CHECK(wire.port.sent == "O");
  wire.clock.advance(16'666us);
  CHECK(wire.module.heard == "AT\r");
  CHECK(wire.port.sent == "OK");
  CHECK(wire.line.idle());
  CHECK(wire.line.unsent() == 0);
  wire.clock.advance(1s);
  wire.line.receive("X");  // the line was idle: no credit is left from then
  wire.clock.advance(8ms);
  CHECK(wire.module.heard == "AT\r");
  wire.clock.advance(1ms);
  CHECK(wire.module.heard == "AT\rX");
}

TEST_CASE("a paced line: exactly its rate over a long text") {
  Wire wire(115'200);
  wire.line.send(std::string(11'520, 'x'));
  wire.clock.advance(999ms);
  CHECK(wire.port.sent.size() == 11'506);  // eleven arrive at once
  wire.clock.advance(1ms);
  CHECK(wire.port.sent.size() == 11'520);
}

TEST_CASE("a paced line holds the host back, and lets it go on") {
  Wire wire(9600);
  CHECK(wire.line.wants_input());
  wire.line.receive(std::string(5000, 'x'));
  CHECK_FALSE(wire.line.wants_input());
  wire.clock.advance(2s);
  CHECK(wire.line.wants_input());
  CHECK(wire.port.wanted > 0);
  wire.module.wants = false;
  CHECK_FALSE(wire.line.wants_input());
}

TEST_CASE("a paced line: what is not carried yet counts as unsent; the module hears when there is room again") {
  Wire wire(115'200);
  wire.line.send(std::string(Port::congested_at + 1000, 'x'));
  CHECK(wire.line.unsent() == Port::congested_at + 1000);
  wire.clock.advance(50ms);
  CHECK(wire.module.drains == 0);
  wire.clock.advance(50ms);
  CHECK(wire.module.drains == 1);
  wire.port.stuck = Port::congested_at;
  wire.line.send("x");
  wire.line.drained();
  CHECK(wire.module.drains == 1);
  wire.port.stuck = 0;
  wire.line.drained();
  CHECK(wire.module.drains == 2);
}

TEST_CASE("a client that leaves: what it has sent comes first") {
  Wire wire(1200);
  wire.line.client_arrived();
  wire.line.receive("AT+CSQ\rAT");
  wire.line.client_left();
  CHECK(wire.module.heard == "<in>AT+CSQ\rAT<out>");
  wire.clock.advance(1s);
  CHECK(wire.module.heard == "<in>AT+CSQ\rAT<out>");
  wire.line.output_lost(7);
  CHECK(wire.module.lost == 7);
}

TEST_CASE("a UART that stops: what it had still to send is lost") {
  Wire wire(1200);
  wire.line.send("0123456789");
  wire.clock.advance(30ms);
  CHECK(wire.line.cut() == 7);
  wire.clock.advance(1s);
  CHECK(wire.port.sent == "012");
  wire.line.send("x");
  wire.clock.advance(9ms);
  CHECK(wire.port.sent == "012x");
}

TEST_CASE("a module on a paced line") {
  World world = ModuleFixture::instant();
  VirtualClock clock;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem({world, command_table, clock, nvram, files, http, ftp, sockets, pinger, mail});
  SerialLine line(clock, {.baud = 9600, .paced = true}, nullptr, port);
  line.attach(modem.attach(line, "test"));
  modem.power_on();
  clock.advance(10s);
  port.take();
  line.receive("AT\r");
  clock.advance(12ms);
  CHECK(port.take() == "AT\r\r\nOK\r\n");  // echo with each byte, the answer 6.25 ms after the CR
}

TEST_CASE("a paced line loses what is said faster than it carries, and counts it") {
  Wire wire(1200);
  const std::size_t limit = std::size_t{1024} * 1024;
  for (int number = 0; number < 3; ++number) wire.line.send(std::string(limit, static_cast<char>('a' + number)));
  CHECK(wire.line.unsent() == limit);
  CHECK(wire.module.lost == 2 * limit);
  wire.clock.advance(9ms);
  CHECK(wire.port.sent == "a");
}

TEST_CASE("a strict line: a host at another rate sends and gets garbage, until both agree") {
  Wire wire(115'200, false);
  wire.line.mind_framing();
  wire.line.set_framing({.baud = 115'200});
  wire.line.receive("AT\r");  // nothing is known of the host
  CHECK(std::exchange(wire.module.heard, {}) == "AT\r");
  wire.line.host_framing({.baud = 9600});
  wire.line.receive("AT\r");
  CHECK(std::exchange(wire.module.heard, {}).find("AT") == std::string::npos);
  wire.line.send("\r\nOK\r\n");
  CHECK(wire.port.take().find("OK") == std::string::npos);
  wire.line.set_framing({.baud = 9600});
  CHECK(wire.port.framing.baud == 9600);
  wire.line.receive("AT\r");
  CHECK(wire.module.heard == "AT\r");
  wire.line.send("\r\nOK\r\n");
  CHECK(wire.port.take() == "\r\nOK\r\n");
  wire.line.host_framing({.baud = 9600, .data_bits = 7, .parity = Framing::Parity::even});
  wire.module.heard.clear();
  wire.line.receive("AT\r");
  CHECK(wire.module.heard != "AT\r");
}

TEST_CASE("a strict line: a module without a rate finds the host's by AT or at") {
  Wire wire(115'200, false);
  wire.line.mind_framing();
  wire.line.set_framing({.baud = 0});
  wire.line.host_framing({.baud = 19'200});
  wire.line.send("\r\n+X: 1\r\n");
  CHECK(wire.port.take().empty());
  wire.line.receive("xAx aTAt\r");
  CHECK(wire.module.heard.empty());
  wire.line.receive("A");
  wire.line.receive("T\r");
  CHECK(std::exchange(wire.module.heard, {}) == "AT\r");
  wire.line.send("OK");
  CHECK(wire.port.take() == "OK");
  wire.line.host_framing({.baud = 230'400});
  wire.line.receive("AT\r");
  CHECK(wire.module.heard.empty());  // too fast to be found
  wire.line.host_framing({.baud = 1200});
  wire.line.receive("at\r");
  CHECK(wire.module.heard == "at\r");
}

TEST_CASE("a strict line: what a module without a rate does not hear is counted, and the host can go on") {
  Wire wire(115'200);
  wire.line.mind_framing();
  wire.line.set_framing({.baud = 0});
  wire.line.host_framing({.baud = 230'400});
  const std::string much(5000, 'x');
  wire.line.receive(much);
  CHECK_FALSE(wire.line.wants_input());
  const int before = wire.port.wanted;
  wire.clock.advance(1s);
  CHECK(wire.module.heard.empty());
  CHECK(wire.module.lost == much.size());
  CHECK(wire.port.wanted > before);
}

TEST_CASE("a paced line follows the module's rate and framing") {
  Wire wire(115'200);
  wire.line.set_framing({.baud = 115'200});
  wire.line.set_framing({.baud = 1200});
  wire.line.send("O");
  wire.clock.advance(8333us);
  CHECK(wire.port.sent.empty());
  wire.clock.advance(1us);
  CHECK(wire.port.take() == "O");
  wire.line.set_framing({.baud = 1200, .data_bits = 8, .parity = Framing::Parity::even, .stop_bits = 1});
  wire.line.send("O");
  wire.clock.advance(9166us);
  CHECK(wire.port.sent.empty());
  wire.clock.advance(1us);
  CHECK(wire.port.take() == "O");
}

}  // namespace sim800::test
