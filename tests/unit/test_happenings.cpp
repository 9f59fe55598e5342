// SPDX-License-Identifier: MIT
// What happens to a module from outside: network, signal, card, supply, temperature, reset, freeze, power loss.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/test_bench.hpp"

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
  Bench bench(Bench::instant(), false);
  const Listener listener(bench.modem);
  bench.modem.power_on();
  bench.clock.advance(0s);
  bench.open_bearer();
  bench.ask("AT+SAPBR=0,1");
  bench.ask("AT+COPS=2");
  bench.ask("AT+CPOWD=1");
  CHECK(listener.heard ==
        std::vector{boot, sim_ready, registered, bearer_open, bearer_closed, unregistered, power_off});
}

TEST_CASE("registration goes: URCs, bearers, events; and comes back") {
  Bench bench;
  const Listener listener(bench.modem);
  bench.ask("ATE0+CREG=1;+CGREG=2");
  bench.open_bearer();
  bench.modem.network.set_registration(Registration::denied);
  CHECK(bench.ask("AT+CREG?;+CGATT?;+CGREG?") ==
        "\r\n+CREG: 3\r\n\r\n+CGREG: 3\r\n\r\n+CREG: 1,3\r\n\r\n+CGATT: 0\r\n\r\n+CGREG: 2,3\r\n\r\nOK\r\n"
        "\r\n+SAPBR 1: DEACT\r\n");
  CHECK(bench.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n" + OK);
  CHECK(bench.ask("AT+SAPBR=1,1") == ERROR);
  bench.modem.network.set_registration(Registration::searching);
  CHECK(bench.wait(0s) == "\r\n+CREG: 2\r\n\r\n+CGREG: 2\r\n");
  bench.modem.network.set_registration(Registration::roaming);
  CHECK(bench.wait(0s) == "\r\n+CREG: 5\r\n\r\n+CGREG: 0\r\n\r\n+CGREG: 5,\"1816\",\"F9A1\"\r\n");
  bench.modem.network.set_registration(Registration::home);
  CHECK(bench.wait(0s) == "\r\n+CREG: 1\r\n\r\n+CGREG: 1,\"1816\",\"F9A1\"\r\n");
  CHECK(bench.ask("AT+SAPBR=1,1") == OK);
  CHECK(listener.heard == std::vector{bearer_open, unregistered, bearer_closed, registered, bearer_open});
}

TEST_CASE("registration takes its time to come back, and may be denied on the way") {
  Bench bench{World{}};
  bench.say("AT+CREG=1\r");
  bench.wait(15ms);
  bench.modem.network.set_registration(Registration::searching);
  CHECK(bench.wait(0s) == "\r\n+CREG: 2\r\n");
  bench.modem.network.set_registration(Registration::home);
  CHECK(bench.wait(6s) == "");
  bench.modem.network.set_registration(Registration::denied);
  CHECK(bench.wait(0s) == "\r\n+CREG: 3\r\n");
  CHECK(bench.wait(1min) == "");
  bench.modem.network.set_registration(Registration::home);
  CHECK(bench.wait(0s) == "\r\n+CREG: 2\r\n");
  CHECK(bench.wait(6799ms) == "");
  CHECK(bench.wait(1ms) == "\r\n+CREG: 1\r\n");
  CHECK_FALSE(bench.modem.network.attached());
  bench.wait(1s);
  CHECK(bench.modem.network.attached());
}

TEST_CASE("registration that changes while the radio is off shows when it is on again") {
  Bench bench;
  bench.ask("AT+CFUN=4");
  bench.modem.network.set_registration(Registration::denied);
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,0\r\n" + OK);
  bench.ask("AT+CFUN=1");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,3\r\n" + OK);
}

TEST_CASE("the network may go from within any event, also while a bearer opens") {
  Bench bench{World{}};
  bench.modem.on_event = [&](ModuleEvent event) {
    if (event == bearer_open) bench.modem.network.set_registration(Registration::denied);
    if (event == bearer_closed) bench.modem.remove_sim();
    if (event == unregistered) bench.modem.lose_bearers();
  };
  bench.say("AT+SAPBR=1,1\r");
  bench.wait(15ms);
  CHECK(bench.wait(1500ms) == OK + "\r\n+SAPBR 1: DEACT\r\n\r\n+CPIN: NOT READY\r\n");
}

TEST_CASE("an HTTP request ends with its bearer, also when its own callback brings that about") {
  Bench bench;
  bench.open_bearer();
  bench.ask("AT+HTTPINIT;+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"http://a/\"");
  bench.ask("AT+HTTPACTION=0");
  REQUIRE(bench.http.running == 1);
  bench.modem.network.set_registration(Registration::unknown);
  CHECK(bench.http.running == 1);  // what follows waits until the caller has returned
  bench.wait(0s);
  CHECK(bench.http.running == 0);
}

TEST_CASE("a PDP context the network takes away") {
  Bench bench;
  bench.open_bearer();
  bench.modem.lose_bearers();
  CHECK(bench.wait(0s) == "\r\n+SAPBR 1: DEACT\r\n");
  CHECK(bench.ask("AT+CGATT?") == "\r\n+CGATT: 1\r\n" + OK);
}

TEST_CASE("signal: by the scenario's list, counted from power-on, then as told") {
  World world = Bench::instant();
  world.network.signal = {{.at = 30s, .rssi = 5, .ber = 3}, {.at = 60s, .rssi = 99, .ber = 99}};
  Bench bench(world);
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 21,0\r\n" + OK);
  bench.wait(10s);
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 5,3\r\n" + OK);
  bench.wait(1min);
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 99,99\r\n" + OK);
  bench.modem.network.set_signal(31, 7);
  CHECK(bench.ask("AT+CSQ") == "\r\n+CSQ: 31,7\r\n" + OK);
}

TEST_CASE("the card is pulled out and put in again") {
  Bench bench;
  const Listener listener(bench.modem);
  bench.ask("AT+CSMINS=1;+CREG=1;+CMEE=1");
  bench.open_bearer();
  bench.modem.remove_sim();
  CHECK(bench.wait(0s) == "\r\n+CPIN: NOT READY\r\n\r\n+CSMINS: 1,0\r\n\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 2\r\n");
  CHECK(bench.ask("AT+CPIN?") == "\r\n+CME ERROR: 10\r\n");
  CHECK(bench.ask("AT+CIMI") == "\r\n+CME ERROR: 10\r\n");
  CHECK(bench.ask("AT+CSMINS?") == "\r\n+CSMINS: 1,0\r\n" + OK);
  bench.modem.remove_sim();
  CHECK(bench.wait(0s) == "");
  bench.modem.insert_sim();
  CHECK(bench.wait(0s) ==
        "\r\n+CPIN: READY\r\n\r\n+CSMINS: 1,1\r\n\r\n+CREG: 1\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(bench.ask("AT+CIMI") == "\r\n460001234567890\r\n" + OK);
  CHECK(listener.heard == std::vector{bearer_open, bearer_closed, unregistered, sim_ready, registered});
}

TEST_CASE("the card goes while the module boots, and in CFUN 0") {
  Bench bench(World{}, false);
  bench.modem.power_on();
  bench.wait(3s);
  bench.modem.remove_sim();
  CHECK(bench.wait(200ms) == "\r\n+CPIN: NOT INSERTED\r\n");
  bench.modem.insert_sim();
  CHECK(bench.wait(1ms) == "\r\n+CPIN: READY\r\n");
  bench.wait(1min);
  bench.say("AT+CFUN=0\r");
  bench.wait(5s);
  bench.modem.remove_sim();
  CHECK(bench.wait(1s) == "");
  bench.say("AT+CFUN=1\r");
  CHECK(bench.wait(15ms) == "\r\n+CPIN: NOT INSERTED\r\n");
}

TEST_CASE("the card asks for its PIN") {
  Bench bench;
  bench.modem.lock_sim();
  CHECK(bench.wait(0s) == "\r\n+CPIN: SIM PIN\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,2\r\n" + OK);
  CHECK(bench.ask("AT+CPIN=1234") == "\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(bench.ask("AT+CREG?") == "\r\n+CREG: 0,1\r\n" + OK);
}

TEST_CASE("supply: warnings spelt as the module spells them, power-down beyond") {
  Bench bench;
  bench.modem.set_supply(Supply::under_voltage);
  CHECK(bench.wait(0s) == "\r\nUNDER-VOLTAGE WARNNING\r\n");
  CHECK(bench.ask("AT+CBC") == "\r\n+CBC: 0,5,3450\r\n" + OK);
  bench.modem.set_supply(Supply::over_voltage);
  CHECK(bench.wait(0s) == "\r\nOVER-VOLTAGE WARNNING\r\n");
  bench.modem.set_supply(Supply::over_voltage_off);
  CHECK(bench.wait(0s) == "\r\nOVER-VOLTAGE POWER DOWN\r\n");
  CHECK(bench.say("AT\r") == "");
  bench.modem.press_power_key();
  CHECK(bench.wait(0s).ends_with("\r\nOVER-VOLTAGE POWER DOWN\r\n"));
  bench.modem.set_supply(Supply::normal);
  bench.modem.press_power_key();
  bench.wait(0s);
  CHECK(bench.ask("AT+CBATCHK=0") == OK);
  bench.modem.set_supply(Supply::under_voltage_off);
  CHECK(bench.wait(0s) == "");
  CHECK(bench.ask("AT+CBATCHK=1") == OK);
  bench.modem.set_supply(Supply::under_voltage_off);
  CHECK(bench.wait(0s) == "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
}

TEST_CASE("temperature: told with AT+CMTE=1 only") {
  Bench bench;
  CHECK(bench.ask("AT+CMTE?") == "\r\n+CMTE: 0,25.00\r\n" + OK);
  bench.modem.set_temperature(90);
  CHECK(bench.wait(0s) == "");
  CHECK(bench.ask("AT+CMTE=1") == OK);
  CHECK(bench.ask("AT+CMTE?") == "\r\n+CMTE: 1,90.00\r\n" + OK);
  for (const auto& [celsius, said] : {std::pair{80, "\r\n+CMTE: 1\r\n"},
                                      {79, ""},
                                      {-30, "\r\n+CMTE: -1\r\n"},
                                      {-40, "\r\n+CMTE: -1\r\n"},
                                      {85, "\r\n+CMTE: 1\r\n"},
                                      {-41, "\r\n+CMTE: -2\r\n"}}) {
    bench.modem.set_temperature(celsius);
    CHECK(bench.wait(0s) == said);
  }
  CHECK(bench.say("AT\r") == "");
}

TEST_CASE("reset: nothing is said, what was not saved is lost") {
  Bench bench;
  const Listener listener(bench.modem);
  bench.ask("AT+CMEE=2;+CREG=1");
  bench.open_bearer();
  bench.modem.reset();
  CHECK(bench.wait(0s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
  CHECK(bench.ask("AT+CMEE?;+CREG?") == "\r\n+CMEE: 0\r\n\r\n+CREG: 0,1\r\n" + OK);
  CHECK_FALSE(listener.heard_of(power_off));
}

TEST_CASE("reset, freeze and power loss end whatever runs: a prompt, a waiting command, a booting module") {
  for (const auto& happens : {&Modem::reset, &Modem::freeze, &Modem::lose_power}) {
    for (const char* line : {"AT+SAPBR=1,1\r", "AT+COPS=?\r", "AT+CFUN=0\r", "AT+CPOWD=1\r", "AT+CFUN=1,1\r", "AT"}) {
      for (const Duration when : {0ms, 15ms, 1000ms}) {
        CAPTURE(line);
        Bench bench{World{}};
        bench.say(line);
        bench.wait(when);
        (bench.modem.*happens)();
        bench.wait(1min);
        bench.modem.lose_power();
        bench.wait(1s);
        bench.modem.press_power_key();
        CHECK(bench.wait(1min).starts_with("\r\nRDY\r\n"));
        bench.say("AT+CCLK?\r");
        CHECK(bench.wait(15ms) == "\r\n+CCLK: \"04/01/01,00:01:01+00\"\r\n" + OK);
      }
    }
  }
}

TEST_CASE("frozen: deaf and dumb until the power key is pressed") {
  Bench bench;
  bench.modem.freeze();
  bench.wait(0s);
  CHECK(bench.say("AT\r") == "");
  bench.modem.network.set_registration(Registration::denied);
  bench.modem.remove_sim();
  bench.modem.set_supply(Supply::under_voltage);
  CHECK(bench.wait(1min) == "");
  bench.modem.press_power_key();
  CHECK(bench.wait(0s).starts_with("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: NOT INSERTED\r\n"));
}

TEST_CASE("a module that is off stays off whatever happens") {
  Bench bench(Bench::instant(), false);
  bench.modem.reset();
  bench.modem.freeze();
  bench.modem.lose_power();
  bench.modem.set_supply(Supply::under_voltage_off);
  bench.modem.set_temperature(100);
  bench.modem.lock_sim();
  CHECK(bench.wait(1min) == "");
  CHECK_FALSE(bench.modem.answers());
}

}  // namespace sim800::test
