// What the trace has of a line between host and module: all of it, in its order.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <variant>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// The bytes of a channel and what is said of it, as a trace has them: ">AT\r <\r\nOK\r\n".
struct Traced : ModuleFixture {
  Traced() : ModuleFixture(instant(), false) {
    trace.listener = [this](std::string_view event, Trace::Fields fields) { note(event, fields); };
    traced.attach(port, "test");
    channel = &traced.attach(wire, "wire");
    traced.power_on();
    clock.advance(20s);
    log.clear();
  }

  void note(std::string_view event, Trace::Fields fields) {
    std::string_view data;
    std::int64_t count = 0;
    bool here = false, present = false;
    for (const auto& [key, value] : fields) {
      if (key == "channel") here = std::get<std::string_view>(value) == "wire";
      if (key == "data") data = std::get<std::string_view>(value);
      if (key == "bytes") count = std::get<std::int64_t>(value);
      if (key == "present") present = std::get<bool>(value);
    }
    if (!here) return;
    if (event == "rx") log += ">" + std::string(data);
    if (event == "tx") log += "<" + std::string(data);
    if (event == "lost") log += "!" + std::to_string(count);
    if (event == "client") log += present ? "+" : "-";
  }
  std::string take() { return std::exchange(log, {}); }

  Trace trace{clock};
  RecordingPort wire;
  std::string log;
  Modem traced{{world, command_table, clock, own_nvram, files, http, ftp, sockets, pinger, mail, &trace, 1}};
};

TEST_CASE_FIXTURE(Traced, "trace: what the host sends stands before the echo it causes") {
  channel->receive("AT");
  CHECK(take() == ">AT<AT");
  channel->receive("+CSQ\r");
  clock.advance(0s);
  CHECK(take() == ">+CSQ\r<+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
}

TEST_CASE_FIXTURE(Traced, "trace: half a line is there although nothing comes of it") {
  channel->receive("ATE0\r");
  clock.advance(0s);
  take();
  channel->client_arrived();
  channel->receive("AT+C");
  channel->client_left();
  CHECK(take() == "+>AT+C-");
  channel->receive("AT+CP");
  traced.press_power_key();
  clock.advance(20s);
  CHECK(take() == ">AT+CP<\r\nNORMAL POWER DOWN\r\n");
  channel->receive("AT\r");  // to a module that is off
  CHECK(take() == ">AT\r!3");
}

TEST_CASE_FIXTURE(Traced, "trace: what comes while a command runs is there when it comes, also if it is lost then") {
  channel->receive("ATE0\r");
  channel->receive("AT+HTTPINIT\r");
  channel->receive("AT+HTTPDATA=5,1000\r");
  clock.advance(0s);
  take();
  channel->receive("12");
  CHECK(take() == ">12");
  traced.lose_power();
  clock.advance(0s);
  channel->receive("345");
  CHECK(take() == ">345!3");
}

}  // namespace
}  // namespace sim800::test
