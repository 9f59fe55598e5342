// SPDX-License-Identifier: MIT
// The modem lines of a port: what the module does with its own, and what the host's do to it.
#include <doctest/doctest.h>

#include <string>

#include "emulator/calls/call_service.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/fault_fixture.hpp"
#include "tests/support/ip_fixture.hpp"

namespace sim800::test {
namespace {

using enum ModemLine;

bool is_on(const ModuleFixture& fixture, ModemLine line) { return fixture.port.lines.is_on(line); }

}  // namespace

TEST_CASE("lines: DSR and CTS are on while the module is, DCD by AT&C") {
  ModuleFixture fixture;
  CHECK(is_on(fixture, dsr));
  CHECK(is_on(fixture, cts));
  CHECK_FALSE(is_on(fixture, dcd));
  CHECK_FALSE(is_on(fixture, ri));
  CHECK(fixture.ask("AT&C0") == OK);
  CHECK(is_on(fixture, dcd));
  CHECK(fixture.ask("AT&C1") == OK);
  CHECK_FALSE(is_on(fixture, dcd));
  fixture.ask("AT&C0");
  fixture.modem.lose_power();
  fixture.wait(0s);
  for (const ModemLine line : {dcd, cts, dsr, ri}) CHECK_FALSE(is_on(fixture, line));
}

TEST_CASE("lines: DCD is on in data mode") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPMODE=1");
  fixture.connect();
  CHECK(is_on(fixture, dcd));
  fixture.wait(2s);
  fixture.say("+++");
  fixture.wait(1s);
  CHECK_FALSE(is_on(fixture, dcd));
}

TEST_CASE("lines: DTR falls in transparent mode") {
  struct Row {
    const char* setting;
    const char* said;
    bool online, connected;
  };
  for (const Row& row : {Row{"AT&D0", "", true, true},
                         {"AT&D1", "\r\nOK\r\n", false, true},
                         {"AT&D2", "\r\nCLOSED\r\n", false, false}}) {
    CAPTURE(row.setting);
    IpFixture fixture;
    fixture.bring_up();
    fixture.ask("AT+CIPMODE=1");
    fixture.ask(row.setting);
    fixture.connect();
    fixture.wait(2s);
    fixture.channel->host_line(dtr, false);
    CHECK(fixture.wait(0s) == row.said);
    CHECK(fixture.channel->online() == row.online);
    CHECK(is_on(fixture, dcd) == row.online);
    fixture.channel->host_line(dtr, true);
    if (!row.online) CHECK(fixture.ask("ATO") == (row.connected ? "\r\nCONNECT\r\n" : ERROR));
  }
}

TEST_CASE("lines: DTR does nothing in command mode, also with AT&D2") {
  ModuleFixture fixture;
  fixture.ask("ATE0&D2");
  fixture.channel->host_line(dtr, false);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("AT+CSCLK=1: asleep while DTR is off, and for 50 ms after it is on again") {
  ModuleFixture fixture;
  CHECK(fixture.ask("ATE0+CSCLK=1") == OK);
  fixture.wait(1h);
  CHECK(fixture.ask("AT") == OK);
  fixture.channel->host_line(dtr, false);
  CHECK(fixture.ask("AT") == "");
  fixture.modem.urc("+X: 1");
  CHECK(fixture.wait(0s) == "\r\n+X: 1\r\n");
  CHECK(fixture.ask("AT") == "");
  fixture.channel->host_line(dtr, true);
  CHECK(fixture.ask("AT") == "");
  fixture.wait(49ms);
  CHECK(fixture.ask("AT") == "");
  fixture.wait(1ms);
  CHECK(fixture.ask("AT") == OK);
  fixture.ask("AT+CSCLK=0");
  fixture.channel->host_line(dtr, false);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("AT+CSCLK=1: a command that runs is finished first") {
  World world = ModuleFixture::instant();
  world.timing.overrides["operator.scan"] = {Duration(10s), Duration(10s)};
  ModuleFixture fixture(world);
  fixture.ask("ATE0+CSCLK=1");
  fixture.say("AT+COPS=?\r");
  fixture.channel->host_line(dtr, false);
  const std::string said = fixture.wait(1min);
  CHECK(said.find("+COPS: ") != said.npos);
  CHECK(fixture.ask("AT") == "");
}

TEST_CASE("RI: on while a call asks to be answered") {
  ModuleFixture fixture;
  fixture.modem.calls->receive("200", 2);
  CHECK(is_on(fixture, ri));
  fixture.wait(5s);
  CHECK(is_on(fixture, ri));
  fixture.wait(2s);  // the caller has given up
  CHECK_FALSE(is_on(fixture, ri));
  fixture.modem.calls->receive("200", 0);
  CHECK(is_on(fixture, ri));
  fixture.ask("ATA");
  fixture.wait(5s);
  CHECK_FALSE(is_on(fixture, ri));
  fixture.ask("ATH");
  fixture.modem.calls->receive("200", 0);
  fixture.ask("ATH");
  CHECK_FALSE(is_on(fixture, ri));
  fixture.modem.calls->receive("200", 0);
  fixture.modem.lose_power();
  fixture.wait(0s);
  CHECK_FALSE(is_on(fixture, ri));
}

TEST_CASE("RI: 120 ms with a message") {
  ModuleFixture fixture;
  fixture.modem.sms->receive("+49170", "hi");
  fixture.wait(0s);
  CHECK(is_on(fixture, ri));
  fixture.wait(119ms);
  CHECK(is_on(fixture, ri));
  fixture.wait(1ms);
  CHECK_FALSE(is_on(fixture, ri));
}

TEST_CASE("RI: with URCs as AT+CFGRI has it, after AT+DLYRI") {
  struct Row {
    const char* setting;
    const char* urc;
    bool rings;
  };
  for (const Row& row : {Row{"AT+CFGRI=0", "+CREG: 1", false},
                         {"AT+CFGRI=0", "CLOSED", false},
                         {"AT+CFGRI=0", "+FTPGET: 1,1", false},
                         {"AT+CFGRI=1", "+CREG: 1", true},
                         {"AT+CFGRI=1", "CLOSED", true},
                         {"AT+CFGRI=1", "+FTPGET: 1,1", true},
                         {"AT+CFGRI=2", "+CREG: 1", false},
                         {"AT+CFGRI=2", "+FTPGET: 1,1", false},
                         {"AT+CFGRI=2", "0, CLOSED", true},
                         {"AT+CFGRI=2", "+PDP: DEACT", true},
                         {"AT+CFGRI=2", "REMOTE IP: 10.0.0.1", true},
                         {"AT+CFGRI=2", "+CIPRXGET: 1,0", true},
                         {"AT+CFGRI=0", "+CMTI: \"SM\",1", true}}) {
    CAPTURE(row.setting);
    CAPTURE(row.urc);
    ModuleFixture fixture;
    fixture.ask(row.setting);
    fixture.modem.urc(row.urc);
    CHECK(is_on(fixture, ri) == row.rings);
    fixture.wait(1s);
    CHECK_FALSE(is_on(fixture, ri));
    fixture.ask("AT+DLYRI=100");
    fixture.modem.urc(row.urc);
    fixture.wait(99ms);
    CHECK_FALSE(is_on(fixture, ri));
    fixture.wait(1ms);
    CHECK(is_on(fixture, ri) == row.rings);
  }
}

TEST_CASE("RI: 120 ms with URCs, and with answers that come later") {
  ModuleFixture fixture;
  fixture.ask("AT+CFGRI=1");
  for (const bool answers : {false, true}) {
    CAPTURE(answers);
    answers ? fixture.modem.answer("+FTPGET: 1,1", fixture.channel) : fixture.modem.urc("+CREG: 1");
    CHECK(is_on(fixture, ri));
    fixture.wait(119ms);
    CHECK(is_on(fixture, ri));
    fixture.wait(1ms);
    CHECK_FALSE(is_on(fixture, ri));
  }
}

TEST_CASE("RI: 120 ms with data that are pushed to the host, unless AT+CFGRI=0") {
  for (const char* const setting : {"AT+CFGRI=0", "AT+CFGRI=1", "AT+CFGRI=2"}) {
    CAPTURE(setting);
    const bool pulses = setting != std::string_view("AT+CFGRI=0");
    IpFixture fixture;
    fixture.bring_up();
    fixture.ask(setting);
    HeldSockets::Peer& peer = fixture.connect();
    fixture.wait(1s);
    CHECK_FALSE(is_on(fixture, ri));
    peer.send("x");
    CHECK(is_on(fixture, ri) == pulses);
    fixture.wait(119ms);
    CHECK(is_on(fixture, ri) == pulses);
    fixture.wait(1ms);
    CHECK_FALSE(is_on(fixture, ri));
  }
}

TEST_CASE("AT+IFC=2,2: RTS holds up what the module says, and nothing of it is lost") {
  ModuleFixture fixture;
  fixture.ask("ATE0");
  fixture.channel->host_line(rts, false);
  CHECK(fixture.ask("AT") == OK);  // not asked for
  fixture.ask("AT+IFC=2,2");
  CHECK(fixture.ask("AT+CSQ") == "");
  fixture.modem.urc("+X: 1");
  CHECK(fixture.wait(1s) == "");
  fixture.channel->host_line(rts, true);
  CHECK(fixture.wait(0s) == "\r\nOK\r\n\r\n+CSQ: 21,0\r\n\r\nOK\r\n\r\n+X: 1\r\n");
}

TEST_CASE("AT+IFC=2,2: while RTS is off the module runs commands until it has 64 KiB to say") {
  ModuleFixture fixture;
  fixture.ask("ATE0+IFC=2,2");
  fixture.channel->host_line(rts, false);
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "AT&V\r";
  fixture.channel->receive(lines);
  CHECK(fixture.channel->unsent() > Port::congested_at);
  CHECK(fixture.channel->unsent() < Port::congested_at + 8192);
  fixture.channel->host_line(rts, true);
  std::string said;
  for (int i = 0; i < 10; ++i) said += fixture.wait(0s);
  std::size_t results = 0;
  for (std::size_t at = said.find(OK); at != said.npos; at = said.find(OK, at + 1)) ++results;
  CHECK(results == 200);
}

TEST_CASE("AT+IFC: the module stops a host while 4 KiB of its input wait") {
  World world = ModuleFixture::instant();
  world.timing.overrides["answer"] = 1s;
  for (const bool by_lines : {true, false}) {
    CAPTURE(by_lines);
    ModuleFixture fixture(world);
    fixture.say("ATE0\r");
    fixture.wait(1s);
    fixture.say(by_lines ? "AT+IFC=0,2\r" : "AT+IFC=0,1\r");
    fixture.wait(1s);
    std::string lines;
    while (lines.size() < InputQueue::limit) lines += "AT+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ;+CSQ\r";
    const std::string said = fixture.say("AT\r" + lines);
    CHECK(is_on(fixture, cts) != by_lines);
    CHECK(said == (by_lines ? "" : "\x13"));
    std::string later;
    for (int second = 0; second < 100; ++second) later += fixture.wait(1s);
    CHECK(is_on(fixture, cts));
    CHECK((later.find('\x11') == std::string::npos) == by_lines);
    CHECK(fixture.channel->input_waiting() == 0);
  }
}

TEST_CASE("AT+IFC=1,1: XOFF and XON from the host, and they are no input") {
  ModuleFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+IFC=1,1") == OK);
  CHECK(fixture.say("A\x13T+C\x11SQ\r") == CSQ + OK);
  CHECK(fixture.say("\x13"
                    "AT+CSQ\r") == "");
  CHECK(fixture.wait(1min) == "");
  CHECK(fixture.say("\x11") == CSQ + OK);
  // In command mode without flow control they are control characters like others.
  fixture.ask("AT+IFC=0,0");
  CHECK(fixture.say("\x13"
                    "AT\r") == OK);
}

TEST_CASE("AT+IFC=1,1: a client that leaves takes its XOFF with it") {
  ModuleFixture fixture;
  fixture.ask("ATE0+IFC=1,1");
  CHECK(fixture.say("\x13"
                    "AT\r") == "");
  fixture.channel->client_left();
  fixture.channel->client_arrived();
  CHECK(fixture.ask("AT").ends_with(OK));
}

TEST_CASE("level: a scenario moves any line, for a while or until it leaves it") {
  FaultFixture fixture(R"x({"faults": [
      {"on": {"command": "AT+CREG"}, "do": {"level": {"DTR": "low"}, "for": "1s"}},
      {"on": {"command": "AT+CBC"}, "do": {"level": {"RI": "high", "CTS": "low"}}},
      {"on": {"command": "AT+CCLK"}, "do": {"level": {"RI": "own", "CTS": "own"}}},
      {"on": {"level": {"RTS": "low"}}, "do": {"urc": "RTS"}},
      {"on": {"level": {"RI": "high"}}, "do": {"urc": "RI"}}]})x");
  fixture.ask("ATE0+CSCLK=1");
  fixture.ask("AT+CREG?");
  CHECK_FALSE(fixture.channel->is_on(dtr));
  CHECK(fixture.ask("AT") == "");
  fixture.wait(1s);
  CHECK(fixture.channel->is_on(dtr));
  fixture.wait(50ms);
  CHECK(fixture.ask("AT+CBC").ends_with("\r\nRI\r\n"));
  CHECK(fixture.port.lines.is_on(ri));
  CHECK_FALSE(fixture.port.lines.is_on(cts));
  fixture.ask("AT+CCLK?");
  CHECK_FALSE(fixture.port.lines.is_on(ri));
  CHECK(fixture.port.lines.is_on(cts));
  fixture.line.host_line(rts, false);
  CHECK(fixture.wait(0s) == "\r\nRTS\r\n");
}

TEST_CASE("AT+IPR and AT+ICF: the UART follows behind the result, AT+IPR=0 at the next start") {
  ModuleFixture fixture;
  CHECK(fixture.port.framing == Framing{});
  CHECK(fixture.ask("ATE0+IPR=9600") == OK);
  CHECK(fixture.port.framing.baud == 9600);
  fixture.ask("AT+ICF=2,1");
  CHECK(fixture.port.framing.parity == Framing::Parity::even);
  CHECK(fixture.port.framing.bits() == 11);
  fixture.ask("AT+ICF=3;+IPR=0;&W");
  CHECK(fixture.port.framing.baud == 9600);
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.port.framing.baud == 0);
}

}  // namespace sim800::test
