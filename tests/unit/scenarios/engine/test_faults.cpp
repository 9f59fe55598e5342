// SPDX-License-Identifier: MIT
// What sets faults off, how often, and what they make of commands.
#include <doctest/doctest.h>

#include <algorithm>

#include <string>

#include "tests/support/fault_fixture.hpp"

namespace sim800::test {
namespace {

/// What "AT+CSQ" asked `count` times comes to: one letter each, E for ERROR, O for OK.
std::string results(FaultFixture& fixture, int count, std::string_view line = "AT+CSQ") {
  std::string letters;
  for (int i = 0; i < count; ++i) letters += fixture.ask(line).ends_with(ERROR) ? 'E' : 'O';
  return letters;
}

std::string results(std::string_view on, std::string_view rest, int count = 6) {
  FaultFixture fixture(FaultFixture::with("{\"on\": " + std::string(on) + ", \"do\": {\"result\": \"ERROR\"}" +
                                          std::string(rest) + "}"));
  return results(fixture, count);
}

}  // namespace

TEST_CASE("faults: how often") {
  const char* csq = R"({"command": "AT+CSQ"})";
  CHECK(results(csq, "") == "EEEEEE");
  CHECK(results(R"({"command": "AT+CSQ", "nth": 2})", "") == "OEOOOO");
  CHECK(results(R"({"command": "AT+CSQ", "every_nth": 2})", "") == "OEOEOE");
  CHECK(results(R"({"command": "AT+CSQ", "every_nth": 2})", R"(, "times": 1)") == "OEOOOO");
  CHECK(results(csq, R"(, "times": 2)") == "EEOOOO");
  CHECK(results(csq, R"(, "probability": 0)") == "OOOOOO");
  CHECK(results(csq, R"(, "probability": 1)") == "EEEEEE");
  CHECK(results(R"({"line": "^AT\\+CSQ$"})", "") == "EEEEEE");
  CHECK(results(R"({"command": "AT+CREG"})", "") == "OOOOOO");
}

TEST_CASE("faults: lines sent together with the one that triggers a fault do not overtake it") {
  struct Case {
    std::string action, asks;
  };
  for (const auto& [action, asks] :
       {Case{R"({"sim": "removed"})", "AT+CPIN?"}, Case{R"({"sim": "removed"})", "AT+CREG?"},
        Case{R"({"sim": "removed"})", "AT+SAPBR=2,1"}, Case{R"({"registration": "denied"})", "AT+CREG?"},
        Case{R"({"registration": "denied"})", "AT+SAPBR=2,1"}, Case{R"({"registration": "roaming"})", "AT+COPS?"},
        Case{R"({"bearer": "lost"})", "AT+SAPBR=2,1"}, Case{R"({"pdp": "deactivated"})", "AT+CGACT?"},
        Case{R"({"signal": {"rssi": 3}})", "AT+CSQ"}, Case{R"({"supply": "under-voltage"})", "AT+CBC"},
        Case{R"({"call": {"from": "+420123"}})", "AT+CLCC"},
        Case{R"({"sms": {"from": "+420123", "text": "x"}})", "AT+CPMS?"}, Case{R"({"power": "loss"})", "AT+CSQ"},
        Case{R"({"freeze": true})", "AT+CSQ"}, Case{R"({"silence": "1s"})", "AT+CSQ"}}) {
    const std::string scenario =
        FaultFixture::with(R"({"on": {"command": "AT+CREG"}, "do": )" + action + R"(, "times": 1})");
    FaultFixture one_by_one(scenario), together(scenario);
    for (FaultFixture* fixture : {&one_by_one, &together}) {
      for (const char* line : {"ATE0", "AT+SAPBR=1,1"}) fixture->ask(line);
    }
    CAPTURE(action);
    CAPTURE(asks);
    const std::string first = one_by_one.say("AT+CREG?\r"), then = one_by_one.say(asks + "\r");
    CHECK(together.say("AT+CREG?\r" + asks + "\r") == first + then);
  }
  FaultFixture chained(FaultFixture::with(R"({"on": {"command": "AT+CSQ"}, "do": {"sim": "removed"}, "times": 1})"));
  CHECK(chained.ask("AT+CSQ;+CPIN?") == CSQ + ERROR + "\r\n+CPIN: NOT READY\r\n");
}

TEST_CASE("faults: times counts what fired, nth what matched, whatever the state") {
  FaultFixture fixture(R"({"faults": [
    {"on": {"command": "AT+CSQ", "nth": 2}, "do": {"cme": 3}, "when_state": "bad"},
    {"on": {"command": "AT+CREG"}, "do": {"state": "bad"}}]})");
  CHECK(results(fixture, 2) == "OO");
  fixture.ask("AT+CREG?");
  CHECK(results(fixture, 2) == "OO");  // the second match was before
  CHECK(fixture.faults.never_fired() == std::vector<std::string>{"/faults/0: command AT+CSQ nth 2"});
}

TEST_CASE("faults: after and before count from the start of the run") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}, "after": "10s", "before": "20s"})"));
  CHECK(results(fixture, 1) == "O");
  fixture.wait(10s);
  CHECK(results(fixture, 1) == "E");
  fixture.wait(9999ms);
  CHECK(results(fixture, 1) == "E");
  fixture.wait(1ms);
  CHECK(results(fixture, 1) == "O");
}

TEST_CASE("faults: named states; all that match see the state as it was") {
  FaultFixture fixture(R"({"faults": [
    {"on": {"command": "AT+CSQ"}, "do": [{"result": "ERROR"}, {"state": "broken"}], "when_state": "start"},
    {"on": {"command": "AT+CSQ"}, "do": {"state": "start"}, "when_state": "broken"}]})");
  CHECK(results(fixture, 6) == "EOEOEO");
}

TEST_CASE("faults: probability follows the seed, fault by fault") {
  const std::string csq = R"({"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}, "probability": 0.5})";
  const std::string ati = R"({"on": {"command": "ATI"}, "do": {"result": "ERROR"}, "probability": 0.5})";
  FaultFixture one(FaultFixture::with(csq), true, 1), same(FaultFixture::with(csq), true, 1),
      other(FaultFixture::with(csq), true, 2), more(FaultFixture::with(csq + "," + ati), true, 1);
  const std::string expected = results(one, 64);
  CHECK(results(same, 64) == expected);
  CHECK(results(other, 64) != expected);
  CHECK(std::ranges::count(expected, 'E') > 16);
  CHECK(std::ranges::count(expected, 'O') > 16);
  std::string between;
  for (int i = 0; i < 64; ++i) between += results(more, 1) + results(more, 1, "ATI").substr(1);
  CHECK(between == expected);
}

TEST_CASE("command triggers: any form, any place in a line, unknown names, bare AT, dialling") {
  FaultFixture fixture(R"({"module": {"settings": {"+CMEE": 1}}, "faults": [
    {"on": {"command": "AT+creg"}, "do": {"cme": 30}},
    {"on": {"command": "AT&W"}, "do": {"cme": 14}},
    {"on": {"command": "ATS0"}, "do": {"cme": 15}},
    {"on": {"command": "ATD"}, "do": {"result": "NO CARRIER"}},
    {"on": {"command": "AT+VENDOR"}, "do": {"result": "OK", "lines": ["+VENDOR: 1", "+VENDOR: 2"]}},
    {"on": {"command": "AT"}, "do": {"cms": 500}}]})");
  for (const char* line : {"AT+CREG", "AT+CREG?", "AT+CREG=?", "AT+CREG=1", "at+creg=9"})
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 30\r\n");
  CHECK(fixture.ask("AT&W") == "\r\n+CME ERROR: 14\r\n");
  CHECK(fixture.ask("ATS0=3") == "\r\n+CME ERROR: 15\r\n");
  CHECK(fixture.ask("ATS3?") == "\r\n13\r\n\r\nOK\r\n");
  CHECK(fixture.ask("ATD123;") == "\r\nNO CARRIER\r\n");
  CHECK(fixture.ask("AT+VENDOR=1,2") == "\r\n+VENDOR: 1\r\n+VENDOR: 2\r\n" + OK);
  CHECK(fixture.ask("AT") == "\r\n+CMS ERROR: 500\r\n");
  CHECK(fixture.ask("AT+CSQ;+CREG?;+CSQ") == CSQ + "\r\n+CME ERROR: 30\r\n");
  CHECK(fixture.ask("AT+CSQ;+VENDOR;+CSQ") == CSQ + "\r\n+VENDOR: 1\r\n+VENDOR: 2\r\n" + CSQ + OK);
}

TEST_CASE("line triggers: the whole line at once, also one that nobody understands") {
  FaultFixture fixture(R"({"faults": [
    {"on": {"line": ";\\+CSQ$"}, "do": {"result": "OK", "lines": ["+ALL"]}},
    {"on": {"line": "(;A){39}"}, "do": {"result": "BUSY"}}]})");
  CHECK(fixture.ask("AT+CREG?;+CSQ") == "\r\n+ALL\r\n" + OK);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  std::string long_line = "ATA";
  for (int i = 0; i < 39; ++i) long_line += ";A";
  CHECK(fixture.ask(long_line) == "\r\nBUSY\r\n");
}

TEST_CASE("line triggers: no line keeps a pattern busy for ever") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"line": "(A*)*B"}, "do": {"result": "BUSY"}})"));
  CHECK(fixture.ask("AT" + std::string(550, 'A')).find("BUSY") == std::string::npos);
  CHECK(fixture.ask("AT" + std::string(550, 'A') + "B") == "\r\nBUSY\r\n");
}

TEST_CASE("results obey V, Q and CMEE") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"command": "AT+CSQ"}, "do": {"cme": 30, "lines": ["+X: 1"]}})"));
  CHECK(fixture.ask("AT+CSQ") == "\r\n+X: 1\r\n" + ERROR);
  fixture.ask("AT+CMEE=2");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+X: 1\r\n\r\n+CME ERROR: no network service\r\n");
  fixture.ask("AT+CMEE=0;V0");
  CHECK(fixture.ask("AT+CSQ") == "+X: 1\r\n4\r");
  fixture.ask("ATV1Q1");
  CHECK(fixture.ask("AT+CSQ") == "\r\n+X: 1\r\n");
}

TEST_CASE("delay: a late answer; delays add up") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"command": "AT+CSQ"}, "do": {"delay": "2s"}},
                                       {"on": {"command": "AT+CSQ"}, "do": {"delay": "3s"}})"));
  CHECK(fixture.ask("AT+CREG?;+CSQ") == "\r\n+CREG: 0,1\r\n");
  CHECK(fixture.wait(4999ms) == "");
  fixture.line.receive("AT\r");
  CHECK(fixture.wait(1ms) == CSQ + OK + "AT\r" + OK);
}

TEST_CASE("silence: never answered, and nothing heard or said meanwhile") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"command": "AT+CSQ"}, "do": {"silence": "10s"}})"));
  CHECK(fixture.say("AT+CSQ\rAT\r") == "AT+CSQ\r");
  fixture.line.receive("AT+CREG?\rAT");
  fixture.modem.urc("RING");
  CHECK(fixture.wait(9999ms) == "");
  fixture.wait(1ms);
  CHECK(fixture.ask("AT") == OK);
  fixture.modem.urc("RING");
  CHECK(fixture.wait(0s) == "\r\nRING\r\n");
}

TEST_CASE("silence for good ends with the power") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"command": "AT+CSQ"}, "do": {"silence": true}, "times": 1})"));
  fixture.say("AT+CSQ\r");
  CHECK(fixture.wait(1h) == "");
  CHECK(fixture.say("AT\r") == "");
  fixture.modem.reset();
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
}

TEST_CASE("urc: before, inside, after the response") {
  for (const auto& [place, answer] :
       std::initializer_list<std::pair<std::string, std::string>>{{R"(, "place": "before")", "\r\nRING\r\n" + CSQ + OK},
                                                                  {R"(, "place": "inside")", CSQ + "\r\nRING\r\n" + OK},
                                                                  {R"(, "place": "after")", CSQ + OK + "\r\nRING\r\n"},
                                                                  {"", CSQ + OK + "\r\nRING\r\n"}}) {
    CAPTURE(place);
    FaultFixture fixture(FaultFixture::with("{\"on\": {\"command\": \"AT+CSQ\"}, \"do\": {\"urc\": \"RING\"" + place +
                                            "}, \"times\": 1}"));
    RecordingPort second;
    fixture.modem.attach(second, "second");
    CHECK(fixture.ask("AT+CSQ") == answer);
    CHECK(second.take() == "\r\nRING\r\n");
    CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  }
}

TEST_CASE("urc inside the answer of a command that talks back and forth") {
  FaultFixture fixture(FaultFixture::with(
      R"({"on": {"command": "AT+HTTPDATA"}, "do": [{"delay": "1s"}, {"urc": "+CMTI: \"SM\",1", "place": "inside"}]})"));
  fixture.ask("AT+HTTPINIT");
  CHECK(fixture.ask("AT+HTTPDATA=3,1000") == "");
  CHECK(fixture.wait(1s) == "\r\nDOWNLOAD\r\n");
  CHECK(fixture.say("abc") == "\r\n+CMTI: \"SM\",1\r\n" + OK);
}

TEST_CASE("urc triggers; what a fault says does not set itself off") {
  FaultFixture fixture(R"({"faults": [
    {"on": {"urc": "^RING$"}, "do": [{"urc": "RING"}, {"state": "rung"}], "times": 5},
    {"on": {"command": "AT+CSQ"}, "do": {"result": "ERROR"}, "when_state": "rung"}]})");
  CHECK(results(fixture, 1) == "O");
  fixture.modem.urc("+RING: 1");
  CHECK(results(fixture, 1) == "O");
  fixture.modem.urc(Code::ring);
  CHECK(fixture.wait(0s).starts_with("\r\nRING\r\n\r\nRING\r\n"));
  CHECK(fixture.faults.fired(0) == 5);
  CHECK(results(fixture, 1) == "E");
}

TEST_CASE("time triggers, and events with after and period") {
  FaultFixture fixture(R"({"faults": [{"on": {"time": "30s"}, "do": {"urc": "T30"}}],
    "events": [{"after": "5s", "do": [{"urc": "A5"}, {"urc": "A5b"}]}, {"period": "20s", "do": {"urc": "P20"}},
               {"after": "1s", "period": "1min", "do": {"urc": "AP"}}]})");
  CHECK(fixture.wait(1s) == "\r\nAP\r\n");
  CHECK(fixture.wait(4s) == "\r\nA5\r\n\r\nA5b\r\n");
  CHECK(fixture.wait(24s) == "\r\nP20\r\n");
  CHECK(fixture.wait(1s) == "\r\nT30\r\n");
  CHECK(fixture.wait(31s) == "\r\nP20\r\n\r\nP20\r\n\r\nAP\r\n");
}

TEST_CASE("faults that cause each other without end stop until a second has passed") {
  const auto count = [](std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
  };
  FaultFixture fixture(R"({"faults": [{"on": {"urc": "PING"}, "do": {"urc": "PONG"}},
                                      {"on": {"urc": "PONG"}, "do": {"urc": "PING"}}],
                           "events": [{"after": "10s", "do": {"urc": "PING"}}, {"after": "20s", "do": {"urc": "PING"}}]})");
  CHECK(count(fixture.wait(10s), "P") == 1001);  // a second's 1000 lines, and the one that began it
  CHECK(fixture.wait(9s).empty());
  CHECK(fixture.ask("AT+CSQ") == CSQ + OK);
  CHECK(count(fixture.wait(1s), "P") == 1001);

  FaultFixture resets(FaultFixture::with(R"({"on": {"event": "boot"}, "do": {"reset": true}})"), false);
  resets.wait(0s);
  CHECK(resets.faults.fired(0) == 1000);
  CHECK(resets.ask("AT").ends_with(OK));
}

TEST_CASE("an event that cannot keep its period is made up for within limits") {
  struct SlowClock final : Clock {
    TimePoint now() const override { return at; }
    void rearm() override {}
    void run() { run_due(at); }
    TimePoint at{};
  };
  const Scenario scenario = parse_scenario(R"({"timing": {"profile": "instant"},
      "events": [{"period": "1ms", "do": {"urc": "TICK"}}]})",
                                           "f");
  SlowClock clock;
  FaultEngine faults({scenario, clock, nullptr, 1});
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem({scenario.world, command_table, clock, nvram, files, http, ftp, sockets, pinger, mail, nullptr, 1});
  modem.attach(port, "test");
  faults.start(modem);
  modem.power_on();
  const auto ticks = [&port] {
    std::size_t found = 0;
    const std::string said = port.take();
    for (auto at = said.find("TICK"); at != said.npos; at = said.find("TICK", at + 1)) ++found;
    return found;
  };
  clock.run();
  ticks();
  for (const auto& [pause, made_up] :
       {std::pair(1ms, 1U), std::pair(50ms, 50U), std::pair(10'000ms, 102U), std::pair(1ms, 1U)}) {
    clock.at += pause;
    for (int i = 0; i < 3; ++i) clock.run();  // what an event does is due behind it
    CHECK(ticks() == made_up);
  }
}

TEST_CASE("delays add up to 1000h and no further") {
  std::string delay = R"({"delay": "1000h"})";
  for (int i = 0; i < 99; ++i) delay += R"(,{"delay": "1000h"})";
  std::string faults;
  for (int i = 0; i < 50; ++i)
    faults += std::string(i == 0 ? "" : ",") + R"({"on": {"command": "AT+CSQ"}, "do": [)" + delay + "]}";
  FaultFixture fixture(FaultFixture::with(faults));
  fixture.ask("AT+CSQ");
  CHECK(fixture.wait(1000h - 1s).empty());
  CHECK(fixture.wait(1s) == CSQ + OK);
}

TEST_CASE("event triggers") {
  FaultFixture fixture(R"({"faults": [
    {"on": {"event": "boot"}, "do": {"urc": "on boot"}, "times": 1},
    {"on": {"event": "sim_ready"}, "do": {"urc": "on sim_ready"}, "times": 1},
    {"on": {"event": "registered"}, "do": {"urc": "on registered"}},
    {"on": {"event": "unregistered"}, "do": {"urc": "on unregistered"}},
    {"on": {"event": "bearer_open"}, "do": {"urc": "on bearer_open"}},
    {"on": {"event": "bearer_closed"}, "do": {"urc": "on bearer_closed"}},
    {"on": {"event": "power_off"}, "do": {"state": "gone"}}]})",
                       false);
  const std::string boot = fixture.wait(0s);
  for (const char* text : {"on boot", "on sim_ready", "on registered"}) CHECK(boot.find(text) != std::string::npos);
  CHECK(fixture.ask("AT+SAPBR=1,1").find("on bearer_open") != std::string::npos);
  CHECK(fixture.ask("AT+SAPBR=0,1").find("on bearer_closed") != std::string::npos);
  CHECK(fixture.ask("AT+COPS=2").find("on unregistered") != std::string::npos);
  fixture.ask("AT+CPOWD=1");
  fixture.wait(10s);
  CHECK(fixture.faults.never_fired().empty());
}

TEST_CASE("a run without command or URC triggers asks nobody") {
  FaultFixture fixture(FaultFixture::with(R"({"on": {"time": "30s"}, "do": {"urc": "T30"}})"));
  CHECK(fixture.modem.faults == nullptr);
  CHECK(fixture.faults.watch({}) == nullptr);
  CHECK_FALSE(fixture.faults.needs_relay());
  CHECK_FALSE(fixture.faults.needs_serial_line());
}

}  // namespace sim800::test
