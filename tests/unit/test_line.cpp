// SPDX-License-Identifier: MIT
// The line between host and module: echo, chaining, formats, errors, what waits for what.
#include <doctest/doctest.h>

#include "tests/unit/test_bench.hpp"

namespace sim800::test {

TEST_CASE("echo and framing, byte for byte") {
  Bench bench;
  CHECK(bench.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(bench.say("AT\r\n") == "AT\r\r\nOK\r\n");
  CHECK(bench.say("at+csq\n") == "at+csq\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(bench.say("ATE0\r") == "ATE0\r\r\nOK\r\n");
  CHECK(bench.say("AT+CSQ;+CREG?\r") == "\r\n+CSQ: 21,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  CHECK(bench.say("A/") == "\r\n+CSQ: 21,0\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("a response leaves in one write") {
  Bench bench;
  bench.port.writes = 0;
  bench.say("AT+CSQ\r");
  CHECK(bench.port.writes == 1);
}

TEST_CASE("the first failing command ends the line") {
  Bench bench;
  CHECK(bench.ask("AT+CSQ;+NONE;+CREG?") == "\r\n+CSQ: 21,0\r\n" + ERROR);
  CHECK(bench.ask("ATE0+NONE") == ERROR);
  CHECK(bench.say("AT\r") == OK);  // E0 had been done
}

TEST_CASE("AT+CMEE chooses how errors read; unknown is 100, a bad value 765") {
  Bench bench;
  CHECK(bench.ask("AT+NONE") == ERROR);
  CHECK(bench.ask("AT+CMEE=1") == OK);
  CHECK(bench.ask("AT+NONE") == "\r\n+CME ERROR: 100\r\n");
  CHECK(bench.ask("AT+CSQ?") == "\r\n+CME ERROR: 100\r\n");
  CHECK(bench.ask("AT+CREG=3") == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CREG=1,2") == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CREG=\"1\"") == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CMEE=2") == OK);
  CHECK(bench.ask("AT+NONE") == "\r\n+CME ERROR: unknown\r\n");
  CHECK(bench.ask("AT+CSCS=\"TEST\"") == "\r\n+CME ERROR: invalid input value\r\n");
  CHECK(bench.ask("AT+CSCS=GSM") == "\r\n+CME ERROR: invalid input value\r\n");
  CHECK(bench.ask("AT+CMEE=") == OK);
  CHECK(bench.ask("AT+NONE") == ERROR);
}

TEST_CASE("ATV0 and ATQ1") {
  Bench bench;
  CHECK(bench.ask("ATV0") == "0\r");
  CHECK(bench.ask("AT+CSQ") == "+CSQ: 21,0\r\n0\r");
  CHECK(bench.ask("AT+NONE") == "4\r");
  CHECK(bench.ask("AT+CMEE=1") == "0\r");
  CHECK(bench.ask("AT+NONE") == "+CME ERROR: 100\r\n");
  CHECK(bench.ask("ATA") == "3\r");
  CHECK(bench.ask("ATV1") == OK);
  CHECK(bench.ask("ATQ1") == "");
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n");
  CHECK(bench.ask("AT+NONE") == "");
  CHECK(bench.ask("ATQ0") == OK);
}

TEST_CASE("limits: 556 characters, 39 commands; nothing of such a line runs") {
  Bench bench;
  std::string many;
  for (int i = 0; i < 40; ++i) many += "E0";
  CHECK(bench.ask("AT" + many) == ERROR);
  CHECK(bench.ask("ATE0" + std::string(555, ' ')) == ERROR);
  CHECK(bench.say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(bench.ask("AT" + std::string(554, ' ') + "E0") == OK);
}

TEST_CASE("commands that come while another runs wait, and are answered in order") {
  Bench bench(World{});
  CHECK(bench.say("AT+CSQ\rAT+CREG?\r") == "AT+CSQ\r");
  CHECK(bench.wait(15ms) == "\r\n+CSQ: 21,0\r\n\r\nOK\r\nAT+CREG?\r");
  CHECK(bench.wait(15ms) == "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
}

TEST_CASE("URCs wait for the final result of the running command") {
  Bench bench(World{});
  bench.say("AT+CSQ\r");
  bench.modem.urc("+TEST: 1");
  CHECK(bench.port.take() == "");
  CHECK(bench.wait(15ms) == "\r\n+CSQ: 21,0\r\n\r\nOK\r\n\r\n+TEST: 1\r\n");
  bench.modem.urc("+TEST: 2");
  CHECK(bench.port.take() == "\r\n+TEST: 2\r\n");
}

TEST_CASE("each endpoint is a channel of its own; URCs go to all") {
  Bench bench;
  RecordingPort second_port;
  Channel& second = bench.modem.attach(second_port, "second");
  CHECK(bench.ask("ATE0") == OK);
  second.receive("AT\r");
  CHECK(second_port.take() == "AT\r\r\nOK\r\n");
  bench.modem.urc("+TEST: 1");
  CHECK(bench.port.take() == "\r\n+TEST: 1\r\n");
  CHECK(second_port.take() == "\r\n+TEST: 1\r\n");
}

TEST_CASE("a half-typed line goes with its client; whole ones before it are answered") {
  Bench bench;
  bench.ask("ATE0");
  bench.channel->receive("AT+CSQ\rAT+CR");
  bench.channel->client_left();
  CHECK(bench.port.take() == "\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
  CHECK(bench.say("EG?\rAT\r") == OK);
}

TEST_CASE("input stops while it is not wanted, and goes on") {
  Bench bench(World{});
  bench.channel->receive("AT+CSQ\r" + std::string(5000, 'x'));
  CHECK_FALSE(bench.channel->wants_input());
  bench.wait(15ms);
  CHECK(bench.channel->wants_input());
  CHECK(bench.port.wanted >= 1);
}

TEST_CASE("a congested wire starts no further command") {
  Bench bench;
  bench.port.stuck = Port::congested_at;
  CHECK(bench.say("AT\r") == "");
  bench.port.stuck = 0;
  bench.channel->drained();
  CHECK(bench.port.take() == "AT\r\r\nOK\r\n");
}

}  // namespace sim800::test
