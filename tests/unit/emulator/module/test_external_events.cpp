// SPDX-License-Identifier: MIT
// What happens to a module from outside: network, signal, card, supply, temperature, reset, freeze, power loss.
#include <doctest/doctest.h>

#include <algorithm>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// Events in the order they came, by their number.
struct Listener {
  explicit Listener(Modem& modem) {
    modem.on_event = [this](ModuleEvent event) { heard.push_back(event); };
  }
  bool heard_of(ModuleEvent event) const { return std::ranges::count(heard, event) > 0; }
  std::vector<ModuleEvent> heard;
};

}  // namespace

using enum ModuleEvent;

TEST_CASE("events of a life") {
  ModuleFixture fixture(ModuleFixture::instant(), false);
  const Listener listener(fixture.modem);
  fixture.modem.power_on();
  fixture.clock.advance(0s);
  fixture.open_bearer();
  fixture.ask("AT+SAPBR=0,1");
  fixture.ask("AT+COPS=2");
  fixture.ask("AT+CPOWD=1");
  CHECK(listener.heard ==
        std::vector{boot, sim_ready, registered, bearer_open, bearer_closed, unregistered, power_off});
}

TEST_CASE("registration goes: URCs, bearers, events; and comes back") {
  ModuleFixture fixture;
  const Listener listener(fixture.modem);
  fixture.ask("ATE0+CREG=1;+CGREG=2");
  fixture.open_bearer();
  fixture.modem.network->set_registration(Registration::denied);
  CHECK(fixture.ask("AT+CREG?;+CGATT?;+CGREG?") ==
        "\r\n+CREG: 3\r\n\r\n+CGREG: 3\r\n\r\n+CREG: 1,3\r\n\r\n+CGATT: 0\r\n\r\n+CGREG: 2,3\r\n\r\nOK\r\n"
        "\r\n+SAPBR 1: DEACT\r\n");
  CHECK(fixture.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n" + OK);
  CHECK(fixture.ask("AT+SAPBR=1,1") == ERROR);
  fixture.modem.network->set_registration(Registration::searching);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n");
  fixture.modem.network->set_registration(Registration::roaming);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 5\r\n\r\n+CGREG: 5,\"1816\",\"F9A1\"\r\n");
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 1\r\n\r\n+CGREG: 1,\"1816\",\"F9A1\"\r\n");
  CHECK(fixture.ask("AT+SAPBR=1,1") == OK);
  CHECK(listener.heard == std::vector{bearer_open, unregistered, bearer_closed, registered, bearer_open});
}

TEST_CASE("registration takes its time to come back, and may be denied on the way") {
  ModuleFixture fixture{World{}};
  fixture.say("AT+CREG=1\r");
  fixture.wait(100ms);
  fixture.modem.network->set_registration(Registration::searching);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 2\r\n");
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(6s) == "");
  fixture.modem.network->set_registration(Registration::denied);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 3\r\n");
  CHECK(fixture.wait(1min) == "");
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(0s) == "\r\n+CREG: 2\r\n");
  CHECK(fixture.wait(6599ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CREG: 1\r\n");
  CHECK_FALSE(fixture.modem.network->attached());
  fixture.wait(2400ms);
  CHECK(fixture.modem.network->attached());
}

TEST_CASE("registration that changes while the radio is off shows when it is on again") {
  ModuleFixture fixture;
  fixture.ask("AT+CFUN=4");
  fixture.modem.network->set_registration(Registration::denied);
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n" + OK);
  fixture.ask("AT+CFUN=1");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,3\r\n" + OK);
}

TEST_CASE("the network may go from within any event, also while a bearer opens") {
  ModuleFixture fixture{World{}};
  fixture.modem.on_event = [&](ModuleEvent event) {
    if (event == bearer_open) fixture.modem.network->set_registration(Registration::denied);
    if (event == bearer_closed) fixture.modem.remove_sim();
    if (event == unregistered) fixture.modem.lose_bearers();
  };
  fixture.say("AT+SAPBR=1,1\r");
  fixture.wait(15ms);
  CHECK(fixture.wait(1500ms) == OK);
  CHECK(fixture.wait(20ms) == "\r\n+SAPBR 1: DEACT\r\n\r\n+CPIN: NOT READY\r\n");
}

TEST_CASE("an HTTP request ends with its bearer, also when its own callback brings that about") {
  ModuleFixture fixture;
  fixture.open_bearer();
  fixture.ask("AT+HTTPINIT;+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"http://a/\"");
  fixture.ask("AT+HTTPACTION=0");
  REQUIRE(fixture.http.running == 1);
  fixture.modem.network->set_registration(Registration::unknown);
  CHECK(fixture.http.running == 1);  // what follows waits until the caller has returned
  fixture.wait(0s);
  CHECK(fixture.http.running == 0);
}

TEST_CASE("a PDP context the network takes away") {
  ModuleFixture fixture;
  fixture.open_bearer();
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(0s) == "\r\n+SAPBR 1: DEACT\r\n");
  CHECK(fixture.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n" + OK);
}

TEST_CASE("signal: by the scenario's list, counted from the start whatever happens, then as told") {
  World world = ModuleFixture::instant();
  world.network.signal = {{.at = 30s, .rssi = 5, .ber = 3}, {.at = 60s, .rssi = 99, .ber = 99}};
  ModuleFixture fixture(world);
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n" + OK);
  fixture.wait(10s);
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 5,3\r\n" + OK);
  fixture.modem.reset();
  fixture.wait(1s);
  CHECK(fixture.ask("ATE0+CSQ").ends_with("\r\n+CSQ: 5,3\r\n" + OK));
  fixture.wait(1min);
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 99,99\r\n" + OK);
  fixture.modem.network->set_signal(31, 7);
  CHECK(fixture.ask("AT+CSQ") == "\r\n+CSQ: 31,7\r\n" + OK);
}

TEST_CASE("the card is pulled out and put in again") {
  ModuleFixture fixture;
  const Listener listener(fixture.modem);
  fixture.ask("AT+CSMINS=1;+CREG=1;+CMEE=1");
  fixture.open_bearer();
  fixture.modem.remove_sim();
  CHECK(fixture.wait(0s) ==
        "\r\n+CPIN: NOT READY\r\n\r\n+CSMINS: 1,0\r\n\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 2\r\n\r\n+CREG: 0\r\n");
  CHECK(fixture.ask("AT+CPIN?") == "\r\n+CME ERROR: 10\r\n");
  CHECK(fixture.ask("AT+CIMI") == "\r\n+CME ERROR: 10\r\n");
  CHECK(fixture.ask("AT+CSMINS?") == "\r\n+CSMINS: 1,0\r\n" + OK);
  fixture.modem.remove_sim();
  CHECK(fixture.wait(0s) == "");
  fixture.modem.insert_sim();
  CHECK(fixture.wait(0s) ==
        "\r\n+CPIN: READY\r\n\r\n+CSMINS: 1,1\r\n\r\n+CREG: 2\r\n\r\n+CREG: 1\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(fixture.ask("AT+CIMI") == "\r\n460001234567890\r\n" + OK);
  CHECK(listener.heard == std::vector{bearer_open, bearer_closed, unregistered, sim_ready, registered});
}

TEST_CASE("the card goes while the module boots, and in CFUN 0") {
  ModuleFixture fixture(World{}, false);
  fixture.modem.power_on();
  fixture.wait(3500ms);
  fixture.modem.remove_sim();
  CHECK(fixture.wait(400ms) == "\r\n+CPIN: NOT INSERTED\r\n");
  fixture.modem.insert_sim();
  CHECK(fixture.wait(1ms) == "\r\n+CPIN: READY\r\n");
  fixture.wait(1min);
  fixture.say("ATE0+CFUN=0\r");
  fixture.wait(6s);
  fixture.modem.remove_sim();
  CHECK(fixture.wait(1s) == "");
  fixture.say("AT+CFUN=1\r");
  CHECK(fixture.wait(2s) == "\r\n+CPIN: NOT INSERTED\r\n" + OK);
}

TEST_CASE("the card asks for its PIN") {
  ModuleFixture fixture;
  fixture.modem.lock_sim();
  CHECK(fixture.wait(0s) == "\r\n+CPIN: SIM PIN\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n" + OK);
  CHECK(fixture.ask("AT+CPIN=1234") == "\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(fixture.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n" + OK);
}

TEST_CASE("supply: warnings spelt as the module spells them, power-down beyond") {
  ModuleFixture fixture;
  fixture.modem.set_supply(Supply::under_voltage);
  CHECK(fixture.wait(0s) == "\r\nUNDER-VOLTAGE WARNNING\r\n");
  CHECK(fixture.ask("AT+CBC") == "\r\n+CBC: 0,5,3450\r\n" + OK);
  fixture.modem.set_supply(Supply::over_voltage);
  CHECK(fixture.wait(0s) == "\r\nOVER-VOLTAGE WARNNING\r\n");
  fixture.modem.set_supply(Supply::over_voltage_off);
  CHECK(fixture.wait(0s) == "\r\nOVER-VOLTAGE POWER DOWN\r\n");
  CHECK(fixture.say("AT\r") == "");
  fixture.modem.press_power_key();
  CHECK(fixture.wait(0s).ends_with("\r\nOVER-VOLTAGE POWER DOWN\r\n"));
  fixture.modem.set_supply(Supply::normal);
  fixture.modem.press_power_key();
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CBATCHK=0") == OK);
  fixture.modem.set_supply(Supply::under_voltage_off);
  CHECK(fixture.wait(0s) == "");
  CHECK(fixture.ask("AT+CBATCHK=1") == OK + "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
}

TEST_CASE("temperature: told with AT+CMTE=1 only") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 0,25.00\r\n" + OK);
  fixture.modem.set_temperature(82);
  CHECK(fixture.wait(0s) == "");
  CHECK(fixture.ask("AT+CMTE=1") == OK + "\r\n+CMTE: 1\r\n");
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 1,82.00\r\n" + OK);
  for (const auto& [celsius, said] : {std::pair{80, "\r\n+CMTE: 1\r\n"},
                                      {79, ""},
                                      {-30, "\r\n+CMTE: -1\r\n"},
                                      {-40, "\r\n+CMTE: -1\r\n"},
                                      {85, "\r\n+CMTE: 1\r\n"},
                                      {-41, "\r\n+CMTE: -2\r\n"}}) {
    fixture.modem.set_temperature(celsius);
    CHECK(fixture.wait(0s) == said);
  }
  CHECK(fixture.say("AT\r") == "");
}

TEST_CASE("reset: nothing is said, what was not saved is lost") {
  ModuleFixture fixture;
  const Listener listener(fixture.modem);
  fixture.ask("AT+CMEE=2;+CREG=1");
  fixture.open_bearer();
  fixture.modem.reset();
  CHECK(fixture.wait(0s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(fixture.ask("AT+CMEE?;+CREG?") == "\r\n+CMEE: 0\r\n\r\n+CREG: 0,1\r\n" + OK);
  CHECK_FALSE(listener.heard_of(power_off));
}

TEST_CASE("reset, freeze and power loss end whatever runs: a prompt, a waiting command, a booting module") {
  for (const auto& happens : {&Modem::reset, &Modem::freeze, &Modem::lose_power}) {
    for (const char* line : {"AT+SAPBR=1,1\r", "AT+COPS=?\r", "AT+CFUN=0\r", "AT+CPOWD=1\r", "AT+CFUN=1,1\r", "AT"}) {
      for (const Duration when : {0ms, 15ms, 1000ms}) {
        CAPTURE(line);
        ModuleFixture fixture{World{}};
        fixture.say(line);
        fixture.wait(when);
        (fixture.modem.*happens)();
        fixture.wait(1min);
        fixture.modem.lose_power();
        fixture.wait(1s);
        fixture.modem.press_power_key();
        CHECK(fixture.wait(1min).starts_with("\r\nRDY\r\n"));
        fixture.say("AT+CCLK?\r");
        CHECK(fixture.wait(15ms) == "AT+CCLK?\r\r\n+CCLK: \"04/01/01,00:01:01+00\"\r\n" + OK);
      }
    }
  }
}

TEST_CASE("frozen: deaf and dumb until the power key is pressed") {
  ModuleFixture fixture;
  fixture.modem.freeze();
  fixture.wait(0s);
  CHECK(fixture.say("AT\r") == "");
  fixture.modem.network->set_registration(Registration::denied);
  fixture.modem.remove_sim();
  fixture.modem.set_supply(Supply::under_voltage);
  CHECK(fixture.wait(1min) == "");
  fixture.modem.press_power_key();
  CHECK(fixture.wait(0s).starts_with("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n"));
}

TEST_CASE("a module that is off stays off whatever happens") {
  ModuleFixture fixture(ModuleFixture::instant(), false);
  fixture.modem.reset();
  fixture.modem.freeze();
  fixture.modem.lose_power();
  fixture.modem.set_supply(Supply::under_voltage_off);
  fixture.modem.set_temperature(100);
  fixture.modem.lock_sim();
  CHECK(fixture.wait(1min) == "");
  CHECK_FALSE(fixture.modem.answers());
}

}  // namespace sim800::test
