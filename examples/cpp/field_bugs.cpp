// Bugs from the field as tests in doctest: `sim800 exec --timing instant -- ./field_bugs` (docs/cpp.md).
// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "clients/cpp/sim800.hpp"

namespace {

/// What stands for the firmware under test here.
class Firmware {
 public:
  Firmware() : line_(::open(sim800::from_environment("SIM800_TTY").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~Firmware() { ::close(line_); }
  Firmware(const Firmware&) = delete;
  Firmware& operator=(const Firmware&) = delete;

  void send(const std::string& text) { REQUIRE(::write(line_, text.data(), text.size()) == ssize_t(text.size())); }
  /// What came up to the end of this text.
  std::string until(const std::string& text) {
    std::size_t found = 0;
    while ((found = input_.find(text)) == std::string::npos) {
      pollfd waits{line_, POLLIN, 0};
      REQUIRE_MESSAGE(::poll(&waits, 1, 60000) == 1, "no ", text, " after ", input_);
      char piece[4096];
      const ssize_t count = ::read(line_, piece, sizeof piece);
      REQUIRE(count > 0);
      input_.append(piece, static_cast<std::size_t>(count));
    }
    std::string taken = input_.substr(0, found + text.size());
    input_.erase(0, taken.size());
    return taken;
  }
  std::string ask(const std::string& command) {
    send(command + "\r");
    return until("\r\nOK\r\n");
  }

 private:
  int line_;
  std::string input_;
};

/// Each test begins at the start, and nothing may be said against it at its end.
struct Fixture {
  Fixture() {
    modem.reset();
    firmware.ask("ATE0");
  }
  ~Fixture() { CHECK(modem.complaints() == ""); }
  sim800::Modem modem;
  Firmware firmware;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a message arrives inside the answer of AT+CSQ") {
  firmware.ask("AT+CMGF=1");
  const sim800::Fault fault =
      modem.fault({{"on", {{"command", "AT+CSQ"}}},
                   {"do", {{"sms", {{"from", "+420777000000"}, {"text", "UPLOAD"}}}, {"place", "inside"}}},
                   {"times", 1}});
  CHECK(firmware.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n\r\n+CMTI: \"SM\",1\r\n\r\nOK\r\n");
  modem.wait_for(fault);
  CHECK(fault.fired() == 1);
  CHECK(firmware.ask("AT+CMGR=1").find("UPLOAD") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "the PDP context is deactivated every 90 seconds") {
  for (int i = 0; i < 3; ++i) {
    firmware.ask("AT+SAPBR=3,1,\"APN\",\"CMNET\"");
    firmware.ask("AT+SAPBR=1,1");
    modem.advance("90s");
    modem.act({{"pdp", "deactivated"}});
    firmware.until("+SAPBR 1: DEACT\r\n");
  }
  CHECK(modem.commands("SAPBR=1,1$").size() == 3);
  CHECK(modem.commands("SAPBR=1,1$").front().result == "OK");
}

TEST_CASE_FIXTURE(Fixture, "what arrives, and what the host sends") {
  firmware.ask("AT+CMGF=1");
  modem.sms("+420777000000", "UPLOAD");
  firmware.until("+CMTI: \"SM\",1\r\n");
  firmware.send("AT+CMGS=\"+420777000000\"\r");
  firmware.until("> ");
  firmware.send("done\x1a");
  firmware.until("\r\nOK\r\n");
  REQUIRE(modem.sent_sms().size() == 1);
  CHECK(modem.sent_sms().front().text == "done");
  modem.call("+420777000000");
  firmware.until("RING");
  modem.signal(3);
  CHECK(modem.at("AT+CSQ").lines == std::vector<std::string>{"+CSQ: 3,0"});
  modem.wait_for("registered");
}

TEST_CASE_FIXTURE(Fixture, "complaints and refusals are those of the program") {
  {
    const sim800::Fault fault = modem.fault({{"on", {{"command", "AT+CSQ"}}}, {"do", {{"cme", 3}}}});
    CHECK(modem.complaints() == "fault never fired: command AT+CSQ\n");
  }
  CHECK_THROWS_WITH_AS(modem.signal(77), doctest::Contains("expected an integer from 0 to 31, or 99, found 77"),
                       sim800::Refused);
  CHECK_THROWS_WITH_AS(modem.wait_for_trigger({{"command", "AT+CSQ"}}, "10ms"), doctest::Contains("found nothing"),
                       sim800::Refused);
  CHECK_THROWS_WITH_AS(sim800::Modem(sim800::Control("http://127.0.0.1:1")).get("/modem"),
                       doctest::Contains("cannot reach http://127.0.0.1:1"), sim800::Refused);
  CHECK_THROWS_AS(sim800::Modem(sim800::Control("nonsense")).get("/modem"), sim800::Refused);
}
