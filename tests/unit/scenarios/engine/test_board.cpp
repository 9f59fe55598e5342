// SPDX-License-Identifier: MIT
// What a scenario wires to the module: a battery, an antenna, an ADC, keys, inputs and outputs.
#include "emulator/board/board.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>

#include "emulator/board/pins.hpp"
#include "tests/support/fault_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {
namespace {

std::string cbc(const std::string& state) { return "\r\n+CBC: " + state + "\r\n" + OK; }
std::string battery(const std::string& keys, const std::string& events = "") {
  return R"({"network": {"numbers": {"*": {"call": "answer"}}}, "board": {"battery": {)" + keys + "}}, \"events\": [" +
         events + "]}";
}
std::string board_at_1s(const std::string& action) {
  return "{\"events\": [{\"after\": \"1s\", \"do\": " + action + "}]}";
}

}  // namespace

TEST_CASE("a battery discharges by load and time") {
  FaultFixture fixture(battery(R"("level": 50, "capacity_mah": 1000, "idle_ma": 100, "busy_ma": 500)"));
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CBC") == cbc("0,50,3830"));
  fixture.wait(1h);
  CHECK(fixture.ask("AT+CBC") == cbc("0,40,3787"));
  fixture.ask("ATD123;");
  fixture.wait(72s);  // 10 mAh more, not 2
  fixture.ask("ATH");
  fixture.wait(1h);
  CHECK(fixture.ask("AT+CBC") == cbc("0,29,3739"));
}

TEST_CASE("a charger charges it, says so, and has finished in the end") {
  FaultFixture fixture(battery(R"("level": 90, "capacity_mah": 1000, "idle_ma": 0, "charge_ma": 100)",
                               R"({"after": "1min", "do": {"battery": {"charger": true}}},
                                  {"after": "3h", "do": {"battery": {"charger": false, "level": 10}}})"));
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CBC").starts_with("\r\n+CBC: 0,90,"));
  fixture.wait(31min);
  CHECK(fixture.ask("AT+CBC").starts_with("\r\n+CBC: 1,95,"));
  fixture.wait(1h);
  CHECK(fixture.ask("AT+CBC") == cbc("2,100,4200"));
  fixture.wait(2h);
  CHECK(fixture.ask("AT+CBC") == cbc("0,10,3600"));
}

TEST_CASE("a SIM808 charges only if AT+ECHARGE allows it") {
  FaultFixture fixture(R"({"module": {"model": "SIM808"}, "board": {"battery": {"level": 50, "charger": true}}})");
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CBC").starts_with("\r\n+CBC: 0,50,"));
  CHECK(fixture.ask("AT+ECHARGE=1") == OK);
  CHECK(fixture.ask("AT+CBC").starts_with("\r\n+CBC: 1,50,"));
}

TEST_CASE("a battery that runs down warns, and switches the module off") {
  FaultFixture fixture(battery(R"("level": 8, "capacity_mah": 1000, "idle_ma": 100)"));
  fixture.ask("ATE0");
  std::string said = fixture.wait(10min);
  CHECK(said == "\r\nUNDER-VOLTAGE WARNNING\r\n");
  CHECK(fixture.wait(1h) == "\r\nUNDER-VOLTAGE POWER DOWN\r\n");
  CHECK_FALSE(fixture.modem.answers());
}

TEST_CASE("a load peak takes the voltage below the limit for as long as it lasts") {
  FaultFixture fixture(battery(R"("level": 10, "sag_mv": 150)"));
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CBC") == cbc("0,10,3600"));
  CHECK(fixture.ask("ATD123;") == OK + "\r\nUNDER-VOLTAGE WARNNING\r\n");
  CHECK(fixture.ask("AT+CBC").find(",3450\r\n") != std::string::npos);
  fixture.ask("ATH");
  CHECK(fixture.ask("AT+CBC") == cbc("0,10,3600"));
  CHECK(fixture.wait(10s) == "");
}

TEST_CASE("without AT+CBATCHK nobody is warned, and an empty battery is the end") {
  FaultFixture fixture(battery(R"("level": 1, "capacity_mah": 100, "idle_ma": 100)"));
  fixture.wait(10s);
  FaultFixture quiet(battery(R"("level": 6, "capacity_mah": 100, "idle_ma": 100)"));
  quiet.ask("ATE0;+CBATCHK=0");
  CHECK(quiet.wait(10s) == "");
  CHECK(quiet.modem.answers());
  CHECK(quiet.wait(4min) == "");
  CHECK_FALSE(quiet.modem.answers());
  CHECK_FALSE(fixture.modem.answers());
}

TEST_CASE("a battery's range is looked at each second") {
  FaultFixture fixture(battery(R"("level": 5, "capacity_mah": 10, "idle_ma": 500)"));
  fixture.ask("ATE0");
  CHECK(fixture.wait(1s).find("UNDER-VOLTAGE POWER DOWN") == std::string::npos);
  CHECK(fixture.wait(1s).find("UNDER-VOLTAGE POWER DOWN") != std::string::npos);
}

TEST_CASE("a temperature over time: told when it comes into another range") {
  FaultFixture fixture(R"({"board": {"temperature": [{"at": "10s", "celsius": 20}, {"at": "1min", "celsius": 70},
    {"at": "80s", "celsius": 90}]}})");
  fixture.ask("ATE0;+CMTE=1");
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 1,20.00\r\n" + OK);
  fixture.wait(35500ms);
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 1,45.50\r\n" + OK);
  CHECK(fixture.wait(34s) == "");
  CHECK(fixture.wait(1s) == "\r\n+CMTE: 1\r\n");
  CHECK(fixture.wait(5s) == "");
  CHECK(fixture.wait(1s) == "\r\n+CMTE: 2\r\n");
  CHECK_FALSE(fixture.modem.answers());
}

TEST_CASE("an action's temperature takes the place of the scenario's, for as long as it lasts") {
  FaultFixture fixture(R"({"board": {"temperature": -5.5},
    "events": [{"after": "1s", "do": {"temperature": -35, "for": "5s"}}]})");
  fixture.ask("ATE0;+CMTE=1");
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 1,-5.50\r\n" + OK);
  CHECK(fixture.wait(2s) == "\r\n+CMTE: -1\r\n");
  fixture.wait(5s);
  CHECK(fixture.ask("AT+CMTE?") == "\r\n+CMTE: 1,-5.50\r\n" + OK);
}

TEST_CASE("voltages at the ADC, at first and later") {
  FaultFixture fixture(R"({"board": {"adc": 603}, "events": [{"after": "1s", "do": {"adc": 900, "for": "10s"}}]})");
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CADC?") == "\r\n+CADC: 1,603\r\n" + OK);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CADC?") == "\r\n+CADC: 1,900\r\n" + OK);
  fixture.wait(10s);
  CHECK(fixture.ask("AT+CADC?") == "\r\n+CADC: 1,603\r\n" + OK);
  FaultFixture two(R"({"module": {"model": "SIM808"}, "board": {"adc": [958, 2223]}})");
  two.ask("ATE0");
  CHECK(two.ask("AT+CADC?") == "\r\n+CADC: 1,958\r\n+CADC: 1,2223\r\n" + OK);
}

TEST_CASE("the antenna's states, and detection that was stored goes on after a restart") {
  FaultFixture fixture(R"({"board": {"antenna": "powered"},
    "events": [{"after": "15s", "do": {"antenna": "open", "for": "10s"}}]})");
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CANT=1,1,10") == OK + "\r\n+CANT: 2\r\n");
  CHECK(fixture.wait(10s) == "\r\n+CANT: 2\r\n");
  CHECK(fixture.wait(10s) == "\r\n+CANT: 3\r\n");
  CHECK(fixture.wait(10s) == "\r\n+CANT: 2\r\n");
  fixture.ask("AT&W");
  fixture.ask("AT+CFUN=1,1");
  CHECK(fixture.wait(15s).find("+CANT: 2\r\n") != std::string::npos);
}

TEST_CASE("jamming: told every 3 s or on a change, judged by its variance") {
  FaultFixture fixture(R"({"events": [
    {"after": "10s", "do": {"jamming": "detected", "for": "10s"}},
    {"after": "30s", "do": {"jamming": {"variance": 30}}},
    {"after": "40s", "do": {"jamming": "interference"}},
    {"after": "50s", "do": {"jamming": "none"}}]})");
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+SJDR=1,1,20,1") == OK);
  CHECK(fixture.wait(9s) == "\r\n+SJDR: NO JAMMING\r\n");
  CHECK(fixture.wait(6s) == "\r\n+SJDR: JAMMING DETECTED\r\n");
  CHECK(fixture.ask("AT+SJDR?") == "\r\n+SJDR: 1,1,20,1,1\r\n" + OK);
  CHECK(fixture.wait(14s) == "\r\n+SJDR: NO JAMMING\r\n");
  CHECK(fixture.wait(6s) == "\r\n+SJDR: INTERFERENCE DETECTED\r\n");
  CHECK(fixture.ask("AT+SJDR=1,1,40,0") == OK);
  CHECK(fixture.wait(3s) == "\r\n+SJDR: JAMMING DETECTED\r\n");
  CHECK(fixture.wait(6s) == "\r\n+SJDR: INTERFERENCE DETECTED\r\n\r\n+SJDR: INTERFERENCE DETECTED\r\n");
  CHECK(fixture.wait(9s).ends_with("\r\n+SJDR: NO JAMMING\r\n"));
}

TEST_CASE("jamming that comes and goes does not put its report off") {
  FaultFixture fixture(R"({"events": [{"period": "2s", "do": {"jamming": "detected", "for": "1900ms"}}]})");
  fixture.ask("ATE0");
  fixture.wait(500ms);
  fixture.ask("AT+SJDR=1,1,255,1");
  CHECK(fixture.wait(10s) == "\r\n+SJDR: JAMMING DETECTED\r\n");
}

TEST_CASE("jamming: the pin does not stay high when nothing looks for jamming any more") {
  FaultFixture fixture(R"({"events": [{"after": "1s", "do": {"jamming": "detected"}}]})");
  fixture.ask("ATE0;+SJDR=1,2");
  const auto& pins = fixture.modem.pins->outputs();
  REQUIRE(pins.contains(5));
  CHECK_FALSE(pins.at(5));
  fixture.wait(2s);
  CHECK(pins.at(5));
  fixture.ask("AT+SJDR=0,0");
  CHECK_FALSE(pins.at(5));
  fixture.ask("AT+SJDR=1,3");
  CHECK(pins.at(5));
  fixture.ask("AT+SJDR=1,1");
  CHECK_FALSE(pins.at(5));
}

TEST_CASE("keys of the key pad are told with AT+SKPD=1") {
  const std::string scenario = board_at_1s(R"({"key_pad": {"5": "down"}, "for": "200ms"})");
  FaultFixture fixture(scenario);
  fixture.ask("ATE0");
  fixture.ask("AT+SKPD=1");
  CHECK(fixture.wait(1s) == "\r\n+SKPD: 5,1\r\n");
  CHECK(fixture.wait(1s) == "\r\n+SKPD: 5,0\r\n");
  FaultFixture off(scenario);
  off.ask("ATE0");
  CHECK(off.wait(2s) == "");
}

TEST_CASE("inputs have the levels that they are given; outputs are noticed") {
  FaultFixture fixture(R"({"board": {"pins": {"GPIO3": "high"}},
    "events": [{"after": "1s", "do": {"pins": {"GPIO3": "low", "PIN29": "high"}, "for": "1s"}}],
    "faults": [{"on": {"level": {"GPIO2": "high"}}, "do": {"urc": "LAMP"}}]})");
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+SGPIO=1,3,0,0") == "\r\n+SGPIO: 1\r\n" + OK);
  CHECK(fixture.ask("AT+CGPIO=1,29,0,0") == "\r\n+CGPIO: 0\r\n" + OK);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+SGPIO=1,3,0,0") == "\r\n+SGPIO: 0\r\n" + OK);
  CHECK(fixture.ask("AT+CGPIO=1,29,0,0") == "\r\n+CGPIO: 1\r\n" + OK);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+SGPIO=1,3,0,0") == "\r\n+SGPIO: 1\r\n" + OK);
  CHECK(fixture.ask("AT+SGPIO=0,2,1,0") == OK);
  CHECK(fixture.ask("AT+SGPIO=0,2,1,1") == OK + "\r\nLAMP\r\n");
  CHECK(fixture.ask("AT+SGPIO=0,2,1,1") == OK);
}

TEST_CASE("an output that is none any more, or whose module is off, has fallen") {
  const TemporaryDirectory directory;
  FaultFixture fixture("{}", true, 1, directory.path() / "trace");
  std::string levels;
  fixture.trace->listener = [&levels](std::string_view name, Trace::Fields fields) {
    if (name != "pin") return;
    for (const Trace::Field& field : fields) {
      if (const auto* pin = std::get_if<std::string_view>(&field.value)) levels += *pin;
      if (const auto* high = std::get_if<bool>(&field.value)) levels += *high ? "+ " : "- ";
    }
  };
  fixture.ask("ATE0");
  fixture.ask("AT+SGPIO=0,2,1,1;+CGPIO=0,29,1,1;+SGPIO=0,2,0,0;+SGPIO=0,3,1,0");
  CHECK(std::exchange(levels, {}) == "GPIO2+ PIN29+ GPIO2- GPIO3- ");
  fixture.ask("AT+CPOWD=0");
  CHECK(levels == "PIN29- ");
}

}  // namespace sim800::test
