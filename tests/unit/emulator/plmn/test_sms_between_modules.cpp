// Messages from one module to another.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/two_modules.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

/// Text mode; B shows messages as they come.
struct TwoWriters : TwoModules {
  explicit TwoWriters(World given = ModuleFixture::instant()) : TwoModules(std::move(given)) {
    for (Party* party : {&a, &b, &c}) party->ask("AT+CMGF=1");
    b.ask("AT+CNMI=2,2,0,1");
    a.ask("AT+CNMI=2,2,0,1");
    for (Party* party : {&a, &b, &c}) party->heard();
  }
  std::string send(Party& from, std::string_view number, std::string_view text) {
    from.ask("AT+CMGS=\"" + std::string(number) + "\"");
    from.heard();
    from.channel.receive(std::string(text) + "\x1a");
    clock.advance(0s);
    return from.heard();
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("two modules: a message arrives with its sender's number, for the international and the national number") {
  for (const auto* number : {"+8613800138001", "13800138001"}) {
    CAPTURE(number);
    TwoWriters two;
    two.send(two.a, number, "hello");
    two.clock.advance(10s);
    const std::string heard = two.b.heard();
    CHECK(heard.starts_with("\r\n+CMT: \"+8613800138000\",\"\",\"26/01/01,08:0"));
    CHECK(heard.ends_with("\r\nhello\r\n"));
    CHECK(two.a.heard().empty());
  }
}

TEST_CASE("two modules: a long message in parts keeps their order and header") {
  TwoWriters two;
  two.a.ask("AT+CMGF=0");
  two.b.ask("AT+CMGF=0");
  two.b.heard();
  const auto submit = [&](int number) {
    const std::string udh = "0500030702" + std::string(number == 1 ? "01" : "02");
    const std::string tpdu =
        "4100"
        "0D91683108108300F1"
        "0004"
        "08" +
        udh + (number == 1 ? "4142" : "4344");
    two.a.ask("AT+CMGS=" + std::to_string(tpdu.size() / 2));
    two.a.channel.receive("00" + tpdu + "\x1a");
    two.clock.advance(10s);
    CHECK(has(two.a.heard(), "+CMGS: "));
  };
  submit(1);
  submit(2);
  const std::string heard = two.b.heard();
  const std::size_t first = heard.find("0500030702014142"), second = heard.find("0500030702024344");
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(first < second);
}

TEST_CASE("two modules: the status report comes when the message is delivered, not before") {
  TwoWriters two;
  two.a.ask("AT+CSMP=49,167,0,0");
  two.a.heard();
  two.b.ask("AT+CPOWD=0", 5s);
  CHECK(two.send(two.a, "+8613800138001", "later") == answered("+CMGS: 0"));
  two.clock.advance(std::chrono::minutes(10));
  CHECK(two.a.heard().empty());
  two.b.heard();
  two.b.modem.press_power_key();
  two.clock.advance(30s);
  CHECK(has(two.b.heard(), "+CMTI: \"SM\",1"));
  const std::string report = two.a.heard();
  CHECK(report.starts_with("\r\n+CDS: 6,0,\"+8613800138001\",145,"));
  CHECK(report.ends_with(",0\r\n"));
}

TEST_CASE("two modules: a message whose time is up is not delivered, and its sender hears so") {
  TwoWriters two;
  two.a.ask("AT+CSMP=49,0,0,0");  // five minutes
  two.a.heard();
  two.b.modem.network->set_registration(Registration::denied);
  two.clock.advance(1s);
  two.send(two.a, "+8613800138001", "too late");
  two.clock.advance(std::chrono::minutes(4));
  CHECK(two.a.heard().empty());
  two.clock.advance(std::chrono::minutes(2));
  CHECK(has(two.a.heard(), ",70\r\n"));
  two.b.modem.network->set_registration(Registration::home);
  two.clock.advance(30s);
  CHECK_FALSE(has(two.b.heard(), "+CMT"));
}

TEST_CASE("two modules: what waits behind a message whose time is up is delivered then") {
  TwoWriters two;
  two.b.ask("AT+CNMI=2,1");
  for (int i = 0; i < 50; ++i) two.b.modem.sms->receive("+49170", "fill");
  two.clock.advance(10s);
  CHECK(has(two.b.ask("AT+CPMS?"), ",50,50"));
  two.b.heard();
  two.a.ask("AT+CSMP=17,0,0,0");  // five minutes
  two.send(two.a, "+8613800138001", "too late");
  two.a.ask("AT+CSMP=17,167,0,16");  // class 0: shown, not stored
  two.send(two.a, "+8613800138001", "at last");
  two.clock.advance(std::chrono::minutes(4));
  CHECK_FALSE(has(two.b.heard(), "at last"));
  two.clock.advance(std::chrono::minutes(2));
  CHECK(has(two.b.heard(), "\r\nat last\r\n"));
}

TEST_CASE("two modules: a message within its time waits for the network") {
  TwoWriters two;
  two.b.modem.network->set_registration(Registration::denied);
  two.clock.advance(1s);
  two.send(two.a, "+8613800138001", "in time");
  two.clock.advance(std::chrono::minutes(4));
  two.b.heard();
  two.b.modem.network->set_registration(Registration::home);
  two.clock.advance(30s);
  CHECK(has(two.b.heard(), "\r\nin time\r\n"));
}

TEST_CASE("two modules: the host refuses a message, and the sender hears so") {
  TwoWriters two;
  two.b.ask("AT+CSMS=1");
  two.b.ask("AT+CMGF=0");
  two.a.ask("AT+CSMP=49,167,0,0");
  two.a.heard();
  two.send(two.a, "+8613800138001", "no");
  two.clock.advance(1s);
  CHECK(two.a.heard().empty());
  two.b.ask("AT+CNMA=2", 5s);
  CHECK(has(two.a.heard(), ",64\r\n"));
}

TEST_CASE("two modules: other numbers are the scenario's, one's own comes back") {
  World world = ModuleFixture::instant();
  world.network.numbers["*"].sms = Subscriber::Sms::reject;
  TwoWriters two(world);
  two.a.ask("AT+CMEE=1");
  CHECK(has(two.send(two.a, "+491234567", "x"), "+CMS ERROR: 38"));
  CHECK(has(two.send(two.a, "+8613800138001", "x"), "+CMGS: "));
  two.clock.advance(5s);
  CHECK(has(two.b.heard(), "+CMT: "));
}
