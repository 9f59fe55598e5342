// SPDX-License-Identifier: MIT
// Start-up as logs of hardware show it: power-on, AT+CFUN=1,1, AT+CFUN=0 and 1, without a card, locked, under autobaud.
#include <doctest/doctest.h>

#include <utility>

#include "emulator/core/personality.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// In field time, switched on; echo off.
struct Booting : ModuleFixture {
  explicit Booting(World given = quiet()) : ModuleFixture(std::move(given), false) { modem.power_on(); }

  static World quiet() {
    World world;
    world.module.settings["E"] = {"0"};
    return world;
  }
  /// The answer to a command that comes at once.
  std::string answer(std::string_view line) {
    const std::string at_once = say(std::string(line) + "\r");
    return at_once + wait(40ms);
  }
  /// The lines that come within `span`, each with its time since power-on in milliseconds.
  std::vector<std::pair<int, std::string>> lines(Duration span) {
    std::vector<std::pair<int, std::string>> heard;
    const TimePoint end = clock.now() + span;
    while (clock.now() < end) {
      std::string text = wait(1ms);
      for (std::size_t at = 0; at + 2 < text.size();) {
        const std::size_t next = text.find("\r\n", at + 2);
        heard.emplace_back(clock.now() / 1ms, text.substr(at + 2, next - at - 2));
        at = next + 2;
      }
    }
    return heard;
  }
};

using Lines = std::vector<std::pair<int, std::string>>;

}  // namespace

TEST_CASE("power-on: AT is answered from one second on, RDY comes after more than three") {
  Booting fixture;
  bool ready = false;
  fixture.modem.on_ready = [&ready] { ready = true; };
  CHECK(fixture.answer("AT") == "");
  fixture.wait(959ms);
  CHECK(fixture.answer("AT") == "");  // its CR came before the UART listened
  for (const char* line : {"AT", "AT&FZ", "ATE0", "AT+CMEE=0", "AT+IPR?"}) CHECK(fixture.answer(line).ends_with(OK));
  CHECK(fixture.answer("AT+CPIN?") == ERROR);
  CHECK(fixture.answer("AT+CMEE=2") == OK);
  CHECK(fixture.answer("AT+CPIN?") == "\r\n+CME ERROR: SIM busy\r\n");
  CHECK(fixture.answer("AT+CIMI;+CREG?") == "\r\n+CME ERROR: SIM busy\r\n");
  CHECK(fixture.answer("AT+CFUN?") == answered("+CFUN: 1"));
  CHECK(fixture.answer("AT+CREG?;+CSQ") == "\r\n+CREG: 0,0\r\n\r\n+CSQ: 99,99\r\n" + OK);
  CHECK_FALSE(ready);
  CHECK(fixture.lines(14s) ==
        Lines{{3400, "RDY"}, {3410, "+CFUN: 1"}, {3900, "+CPIN: READY"}, {6500, "Call Ready"}, {7300, "SMS Ready"}});
  CHECK(ready);
}

TEST_CASE("registration after power-on, by +CREG and +CGREG: 2, then 1") {
  World world = Booting::quiet();
  world.module.settings["+CREG"] = {"1"};
  world.module.settings["+CGREG"] = {"1"};
  Booting fixture(world);
  fixture.wait(3500ms);
  CHECK(fixture.lines(1min) == Lines{{3900, "+CPIN: READY"},
                                     {3900, "+CREG: 2"},
                                     {3900, "+CGREG: 2"},
                                     {6500, "Call Ready"},
                                     {7300, "SMS Ready"},
                                     {10500, "+CREG: 1"},
                                     {12900, "+CGREG: 1"}});
}

TEST_CASE("AT+CFUN=1,1: OK, then AT is answered a second later, RDY comes after more than three") {
  Booting fixture;
  fixture.wait(1min);
  CHECK(fixture.answer("AT+CFUN=1,1") == OK);
  std::string heard;
  for (int i = 0; i < 25; ++i) {  // as a driver that waits for RDY
    heard += fixture.say("AT\r");
    heard += fixture.wait(150ms);
  }
  CHECK(heard.starts_with(OK + OK));
  CHECK(heard.find("\r\nRDY\r\n") > 10 * OK.size());
  CHECK(heard.find("\r\nRDY\r\n") != heard.npos);
  CHECK(heard.ends_with(OK));
}

TEST_CASE("what is typed before RDY is kept: echo, profile, a CFUN level") {
  Booting fixture{World{}};
  fixture.wait(1s);
  CHECK(fixture.answer("ATE0") == "ATE0\r" + OK);
  CHECK(fixture.answer("AT+CMEE=1") == OK);
  fixture.say("AT+CFUN=0\r");
  CHECK(fixture.wait(2s) == OK);
  CHECK(fixture.lines(5s) == Lines{{3400, "RDY"}, {3410, "+CFUN: 0"}});
  CHECK(fixture.answer("AT+CMEE?") == answered("+CMEE: 1"));
  fixture.say("AT+CFUN=1\r");
  CHECK(fixture.wait(2s) == "\r\n+CPIN: READY\r\n" + OK);
  CHECK(fixture.wait(10s) == "\r\nSMS Ready\r\n\r\nCall Ready\r\n");
}

TEST_CASE("AT+CFUN=0 before RDY and 1 soon after it start the SIM once") {
  Booting fixture;
  fixture.wait(1s);
  fixture.say("AT+CFUN=0\r");
  CHECK(fixture.wait(2430ms) == OK + "\r\nRDY\r\n\r\n+CFUN: 0\r\n");
  fixture.say("AT+CFUN=1\r");
  CHECK(fixture.wait(10s) == "\r\n+CPIN: READY\r\n" + OK + "\r\nSMS Ready\r\n\r\nCall Ready\r\n");
}

TEST_CASE("a reset, a power-down and the power key before RDY") {
  Booting fixture;
  fixture.wait(2s);
  CHECK(fixture.answer("AT+CFUN=1,1") == OK);
  CHECK(fixture.lines(5s).front().second == "RDY");
  fixture.modem.reset();
  fixture.wait(2s);
  fixture.say("AT+CPOWD=1\r");
  CHECK(fixture.wait(1min) == "\r\nNORMAL POWER DOWN\r\n");
  fixture.modem.press_power_key();
  fixture.wait(2s);
  fixture.modem.press_power_key();
  CHECK(fixture.wait(1min) == "\r\nNORMAL POWER DOWN\r\n");
}

TEST_CASE("what the module notices before RDY it tells after it") {
  Booting fixture;
  fixture.wait(2s);
  fixture.modem.set_supply(Supply::under_voltage);
  fixture.modem.remove_sim();
  CHECK(fixture.wait(2s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\nUNDER-VOLTAGE WARNNING\r\n\r\n+CPIN: NOT INSERTED\r\n");
}

TEST_CASE("AT+CFUN=0 and 1 at the distances of a log of 1418B04SIM800L24") {
  World world = Booting::quiet();
  world.module.settings["+CLTS"] = {"1"};
  Booting fixture(world);
  fixture.wait(1min);
  fixture.say("AT+CSTT;+CIICR\r");
  fixture.wait(5s);
  const TimePoint off = fixture.clock.now();
  CHECK(fixture.answer("AT+CFUN=0") == "\r\n+PDP: DEACT\r\n");
  const Lines heard = fixture.lines(10s);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0] == std::pair{static_cast<int>((off + 265ms) / 1ms), std::string("+CPIN: NOT READY")});
  CHECK(heard[1] == std::pair{static_cast<int>((off + 5015ms) / 1ms), std::string("OK")});
  CHECK(fixture.answer("AT+CCALR?").find("+CCALR: 0") != std::string::npos);
  const TimePoint on = fixture.clock.now();
  fixture.say("AT+CFUN=1\r");
  const auto at = [on](Duration after) { return static_cast<int>((on + 15ms + after) / 1ms); };
  const Lines again = fixture.lines(10s);
  REQUIRE(again.size() == 7);
  CHECK(Lines(again.begin(), again.begin() + 4) ==
        Lines{{at(1150ms), "+CPIN: READY"}, {at(1150ms), "OK"}, {at(3235ms), "SMS Ready"}, {at(3270ms), "Call Ready"}});
  CHECK(again[4].first == at(7750ms));  // registered
  CHECK(again[4].second.starts_with("*PSUTTZ: "));
  CHECK(fixture.answer("AT+CCALR?").find("+CCALR: 1") != std::string::npos);
  CHECK(again[5].second == "DST: 0");
  CHECK(again[6].second.starts_with("+CIEV: 10,"));
}

TEST_CASE("AT+CFUN: 4 and back says OK only; without a network to leave it is quick") {
  Booting fixture;
  fixture.wait(1min);
  fixture.say("AT+CFUN=4\r");
  CHECK(fixture.wait(4s) == "");
  CHECK(fixture.wait(2s) == OK);
  fixture.say("AT+CFUN=1\r");
  CHECK(fixture.wait(2s) == OK);
  fixture.say("AT+CFUN=4\r");  // not yet registered
  CHECK(fixture.wait(2s) == OK);
  CHECK(fixture.wait(1min) == "");
}

TEST_CASE("the order of the last two lines is a quirk") {
  World world = ModuleFixture::instant();
  world.module.quirks.boot_sms_ready_first = world.module.quirks.cfun_call_ready_first = true;
  for (const bool typical : {false, true}) {
    if (typical) world.timing.profile = TimingProfile::typical;
    ModuleFixture fixture(world, false);
    fixture.modem.power_on();
    CHECK(fixture.wait(1min).ends_with("\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n\r\nCall Ready\r\n"));
    fixture.say("ATE0\r");
    fixture.wait(1s);
    fixture.say("AT+CFUN=0\r");
    fixture.wait(10s);
    const std::string at_once = fixture.say("AT+CFUN=1\r");
    CHECK(at_once + fixture.wait(10s) == "\r\n+CPIN: READY\r\n" + OK + "\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  }
}

TEST_CASE("a SIM868 says Call Ready twice at power-on, and not after AT+CFUN=1") {
  World world = ModuleFixture::instant();
  world.timing.profile = TimingProfile::typical;
  world.module = module_of(Model::sim868);
  CHECK(world.module.quirks.second_call_ready);
  ModuleFixture fixture(world, false);
  fixture.modem.power_on();
  CHECK(fixture.wait(1min).ends_with("\r\nCall Ready\r\n\r\nSMS Ready\r\n\r\nCall Ready\r\n"));
  fixture.say("ATE0\r");
  fixture.wait(1s);
  fixture.say("AT+CFUN=0\r");
  fixture.wait(10s);
  const std::string at_once = fixture.say("AT+CFUN=1\r");
  CHECK(at_once + fixture.wait(1min) == "\r\n+CPIN: READY\r\n" + OK + "\r\nSMS Ready\r\n\r\nCall Ready\r\n");
}

TEST_CASE("the size of the drive is the module's") {
  World world = ModuleFixture::instant();
  world.module = module_of(Model::sim800c, "1418B08SIM800C24");
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+FSMEM").ends_with("+FSMEM: C:92160bytes\r\n" + OK));
  world.module.quirks.drive_bytes = 1024;
  ModuleFixture small(world);
  small.ask("AT+FSCREATE=C:\\a.txt");
  CHECK(small.ask("AT+FSWRITE=C:\\a.txt,0,1025,10").ends_with(ERROR));
  small.say("AT+FSWRITE=C:\\a.txt,0,1024,10\r");
  CHECK(small.say(std::string(1024, 'x')).ends_with(OK));
  CHECK(small.ask("AT+FSMEM").ends_with("+FSMEM: C:0bytes\r\n" + OK));
}

TEST_CASE("instant: AT+CFUN=0 and 1, with SMS Ready first") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CFUN=0") == "\r\n+CPIN: NOT READY\r\n" + OK);
  CHECK(fixture.ask("AT+CFUN=1") == "\r\n+CPIN: READY\r\n" + OK + "\r\nSMS Ready\r\n\r\nCall Ready\r\n");
}

TEST_CASE("autobaud: no RDY and no +CFUN, but +CPIN once the host has sent a line") {
  for (const char* state : {"READY", "SIM PIN"}) {
    World world = Booting::quiet();
    world.module.settings["+IPR"] = {"0"};
    if (std::string_view(state) == "SIM PIN") world.sim.pin = "1234";
    Booting fixture(world);
    bool ready = false;
    fixture.modem.on_ready = [&ready] { ready = true; };
    fixture.wait(2s);
    CHECK(fixture.answer("ATE0") == OK);
    const std::string rest = world.sim.pin ? "" : "\r\nCall Ready\r\n\r\nSMS Ready\r\n";
    CHECK(fixture.wait(1min) == "\r\n+CPIN: " + std::string(state) + "\r\n" + rest);
    CHECK(ready);
  }
}

TEST_CASE("without a card: 2 for a while, then 0 for good; +CGREG stays 0") {
  World world = Booting::quiet();
  world.sim.present = false;
  world.module.settings["+CREG"] = {"1"};
  world.module.settings["+CGREG"] = {"1"};
  Booting fixture(world);
  fixture.wait(3500ms);
  CHECK(fixture.lines(1min) ==
        Lines{{3900, "+CPIN: NOT INSERTED"}, {3900, "+CREG: 2"}, {6500, "Call Ready"}, {10500, "+CREG: 0"}});
  CHECK(fixture.wait(1h) == "");
  CHECK(fixture.answer("AT+CREG?;+CGREG?") == "\r\n+CREG: 1,0\r\n\r\n+CGREG: 1,0\r\n" + OK);
  CHECK(fixture.answer("AT+CSQ") == answered("+CSQ: 21,0"));  // there is a cell, for emergency calls
}

TEST_CASE("with a PIN: 2 for a while, then 0 until it is given; then as at power-on") {
  World world = Booting::quiet();
  world.sim.pin = "1234";
  world.module.settings["+CREG"] = {"1"};
  world.module.settings["+CGREG"] = {"1"};
  Booting fixture(world);
  fixture.wait(3500ms);
  CHECK(fixture.lines(1min) == Lines{{3900, "+CPIN: SIM PIN"}, {3900, "+CREG: 2"}, {10500, "+CREG: 0"}});
  fixture.say("AT+CPIN=1234\r");
  CHECK(fixture.wait(1min) ==
        OK + "\r\n+CPIN: READY\r\n\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n"
             "\r\n+CREG: 1\r\n\r\n+CGREG: 1\r\n");
}

TEST_CASE("without service: 2 and 0 in turn, until there is one") {
  World world = Booting::quiet();
  world.network.registration = Registration::searching;
  world.module.settings["+CREG"] = {"1"};
  Booting fixture(world);
  fixture.wait(8s);
  CHECK(fixture.lines(82s) == Lines{{40500, "+CREG: 0"}, {50500, "+CREG: 2"}, {80500, "+CREG: 0"}});
  CHECK(fixture.lines(1s) == Lines{{90500, "+CREG: 2"}});
  fixture.wait(30s);
  CHECK(fixture.answer("AT+CREG?") == answered("+CREG: 1,0"));
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(1min) == "\r\n+CREG: 2\r\n\r\n+CREG: 1\r\n");
  fixture.modem.network->set_registration(Registration::searching);
  CHECK(fixture.wait(35s) == "\r\n+CREG: 2\r\n\r\n+CREG: 0\r\n");
  fixture.modem.network->set_registration(Registration::denied);
  CHECK(fixture.wait(1h) == "\r\n+CREG: 3\r\n");
}

TEST_CASE("no service does not keep a module that is off, or has left the network, from being quiet") {
  World world = ModuleFixture::instant();
  world.network.registration = Registration::searching;
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CREG=1;+CREG?") == answered("+CREG: 1,2"));
  CHECK(fixture.ask("AT+COPS=2") == "\r\n+CREG: 0\r\n" + OK);
  CHECK(fixture.wait(1h) == "");
  CHECK(fixture.ask("AT+COPS=0") == "\r\n+CREG: 2\r\n" + cme(30));
  fixture.ask("AT+CPOWD=1");
  CHECK(fixture.wait(1h) == "");
}

TEST_CASE("+CGREG: nothing is looked for where the host has detached it, or the network has no packet service") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CGREG=1;+CGATT=0") == "\r\n+CGREG: 0\r\n" + OK);
  fixture.modem.network->set_registration(Registration::denied);
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(1min) == "");
  CHECK(fixture.ask("AT+CGREG?") == answered("+CGREG: 1,0"));
  CHECK(fixture.ask("AT+CGATT=1") == answered("+CGREG: 1"));
  World world = Booting::quiet();
  world.network.gprs = false;
  world.module.settings["+CGREG"] = {"1"};
  Booting without(world);
  without.wait(8s);
  CHECK(without.lines(1min) == Lines{{12900, "+CGREG: 0"}});
}

TEST_CASE("AT+CPOWD=1: the last word comes well within a second") {
  Booting fixture;
  fixture.wait(1min);
  fixture.say("AT+CPOWD=1\r");
  CHECK(fixture.wait(700ms) == "\r\nNORMAL POWER DOWN\r\n");
}

}  // namespace sim800::test
