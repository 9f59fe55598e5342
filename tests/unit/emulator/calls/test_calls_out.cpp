// Outgoing voice calls: how they come out, and what the host hears of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {
namespace {

const std::string NO_CARRIER = line("NO CARRIER");

std::string clcc(CallFixture& fixture) { return fixture.ask("AT+CLCC"); }

}  // namespace

TEST_CASE("calls: dialling answers OK at once, then the far end decides") {
  struct Row {
    const char* number;
    Duration until;
    std::string said;
  };
  for (const Row& row : {Row{"100", 2s, ""}, Row{"101", 7s, NO_CARRIER}, Row{"102", 0s, line("BUSY")},
                         Row{"103", 60s, line("NO ANSWER")}, Row{"104", 0s, NO_CARRIER}, Row{"555", 0s, NO_CARRIER}}) {
    CAPTURE(row.number);
    CallFixture fixture;
    std::string said = fixture.ask("ATD" + std::string(row.number) + ";");
    if (row.until > 0s) said += fixture.wait(row.until - 1ms);
    CHECK(said == (row.until > 0s ? OK : OK + row.said));
    if (row.until > 0s) CHECK(fixture.wait(1ms) == row.said);
    CHECK(fixture.wait(10min) == "");
  }
}

TEST_CASE("calls: ATX decides what is told of busy and of no dial tone") {
  for (const int x : {0, 1, 2, 3, 4}) {
    CAPTURE(x);
    CallFixture fixture;
    fixture.ask("ATX" + std::to_string(x));
    CHECK(fixture.ask("ATD102;") == OK + (x >= 3 ? line("BUSY") : NO_CARRIER));
    CHECK(fixture.ask_for("ATD103;", 60s) == OK + line("NO ANSWER"));
    fixture.modem.network->set_registration(Registration::denied);
    fixture.wait(1s);
    CHECK(fixture.ask("ATD100;") == (x == 2 || x == 4 ? line("NO DIALTONE") : NO_CARRIER));
  }
}

TEST_CASE("calls: the states of an outgoing call in +CLCC, +CPAS and the URCs of MORING and CLCC") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.setup"] = 1s;
  CallFixture fixture(world);
  CHECK(clcc(fixture) == OK);
  CHECK(fixture.ask("AT+CPAS") == lines({"+CPAS: 0"}));
  fixture.ask("AT+MORING=1;+CLCC=1;+CDRIND=1");
  CHECK(fixture.ask("ATD101;") == OK + line(R"(+CLCC: 1,0,2,0,0,"101",129,"")"));
  CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,2,0,0,"101",129,"")"}));
  CHECK(fixture.ask("AT+CPAS") == lines({"+CPAS: 4"}));
  CHECK(fixture.wait(1s) == line(R"(+CLCC: 1,0,3,0,0,"101",129,"")") + line("MO RING"));
  CHECK(fixture.wait(2s) == line(R"(+CLCC: 1,0,0,0,0,"101",129,"")") + line("MO CONNECTED"));
  CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,0,0,0,"101",129,"")"}));
  CHECK(fixture.wait(5s) == line(R"(+CLCC: 1,0,6,0,0,"101",129,"")") + NO_CARRIER + line("+CDRIND: 0"));
  CHECK(clcc(fixture) == OK);
}

TEST_CASE("calls: an international number has type 145, a number of the phone book its name") {
  World world = CallFixture::with_people();
  world.sim.phonebook = {{.index = 3, .number = "+49105", .type = 145, .name = "Bob"}};
  CallFixture fixture(world);
  fixture.talk_to("+49105");
  CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,0,0,0,"+49105",145,"Bob")"}));
}

TEST_CASE("calls: with COLP=1 the result waits for the far end") {
  CallFixture fixture;
  fixture.ask("AT+COLP=1");
  CHECK(fixture.ask("ATD100;") == "");
  CHECK(fixture.wait(1999ms) == "");
  CHECK(fixture.wait(1ms) == lines({R"(+COLP: "100",129,"",0,"")"}));
  CHECK(fixture.ask("ATH") == OK);
  CHECK(fixture.ask("ATD102;") == line("BUSY"));
  CHECK(fixture.ask_for("ATD103;", 60s) == line("NO ANSWER"));
  CHECK(fixture.ask("ATD104;") == NO_CARRIER);
  fixture.ask("AT+MORING=1");
  CHECK(fixture.ask("ATD100;") == line("MO RING"));
  CHECK(fixture.wait(2s) == line("MO CONNECTED") + lines({R"(+COLP: "100",129,"",0,"")"}));
}

TEST_CASE("calls: with COLP=1 the lines of a call come when it changes, not with the result") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.setup"] = 4s;
  CallFixture fixture(world);
  fixture.ask("AT+COLP=1;+CLCC=1");
  CHECK(fixture.ask("ATD100;") == line(R"(+CLCC: 1,0,2,0,0,"100",129,"")"));
  CHECK(fixture.wait(3999ms) == "");
  CHECK(fixture.wait(1ms) == line(R"(+CLCC: 1,0,3,0,0,"100",129,"")"));
  CHECK(fixture.wait(1999ms) == "");
  CHECK(fixture.wait(1ms) == line(R"(+CLCC: 1,0,0,0,0,"100",129,"")") + lines({R"(+COLP: "100",129,"",0,"")"}));
  // A second call holds the first, by the same command.
  CHECK(fixture.ask("ATD101;") == line(R"(+CLCC: 1,0,1,0,0,"100",129,"")") + line(R"(+CLCC: 2,0,2,0,0,"101",129,"")"));
  CHECK(fixture.wait(4s) == line(R"(+CLCC: 2,0,3,0,0,"101",129,"")"));
  CHECK(fixture.say("x") == line(R"(+CLCC: 2,0,6,0,0,"101",129,"")") + NO_CARRIER);
  CHECK(fixture.ask("ATH") == line(R"(+CLCC: 1,0,6,0,0,"100",129,"")") + OK);
  // A refusal: the end of the call precedes its result.
  CHECK(fixture.ask("ATD102;") == line(R"(+CLCC: 1,0,2,0,0,"102",129,"")"));
  CHECK(fixture.wait(4s) == line(R"(+CLCC: 1,0,6,0,0,"102",129,"")") + line("BUSY"));
}

TEST_CASE("calls: what others cause waits for the result of a dialling that waits") {
  CallFixture fixture;
  fixture.ask("AT+COLP=1;+CLCC=1;+CCWA=1;+CRC=1");
  fixture.ask("ATD100;");
  REQUIRE(fixture.modem.calls->receive("200", 0));
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.wait(1s) == line(R"(+CLCC: 1,0,0,0,0,"100",129,"")") + lines({R"(+COLP: "100",129,"",0,"")"}) +
                                line(R"(+CLCC: 2,1,5,0,0,"200",129,"")") + line("+CRING: VOICE") +
                                line(R"(+CCWA: "200",129,1,"")"));
}

TEST_CASE("calls: hanging up says so at once, its result comes later") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.end"] = 300ms;
  CallFixture fixture(world);
  fixture.ask("AT+CLCC=1");
  fixture.talk_to("100");
  CHECK(fixture.ask("ATH") == line(R"(+CLCC: 1,0,6,0,0,"100",129,"")"));
  CHECK(fixture.wait(299ms) == "");
  CHECK(fixture.wait(1ms) == OK);
}

TEST_CASE("calls: names are escaped, and hidden by CCPD=0") {
  World world = CallFixture::with_people();
  world.sim.phonebook = {{.index = 3, .number = "100", .type = 129, .name = "a\"b\\c"}};
  CallFixture fixture(world);
  fixture.ask("AT+COLP=1;+CLIP=1;+CCWA=1");
  const std::string shown = R"("a\22b\5Cc")";
  for (const bool hidden : {false, true}) {
    const std::string name = hidden ? "\"\"" : shown;
    fixture.ask(hidden ? "AT+CCPD=0" : "AT+CCPD=1");
    CHECK(fixture.ask_for("ATD100;", 2s) == lines({R"(+COLP: "100",129,"",0,)" + name}));
    CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,0,0,0,"100",129,)" + name}));
    REQUIRE(fixture.modem.calls->receive("100", 1));
    CHECK(fixture.wait(0s) == line("RING") + line(R"(+CCWA: "100",129,1,)" + name));
    fixture.wait(5s);
    fixture.ask("ATH");
    REQUIRE(fixture.modem.calls->receive("100", 1));
    CHECK(fixture.wait(0s) == line("RING") + line(R"(+CLIP: "100",129,"",0,)" + name + ",0"));
    fixture.wait(5s);
  }
  // The phone book itself shows them.
  CHECK(fixture.ask("AT+CPBR=3") == lines({R"(+CPBR: 3,"100",129,)" + shown}));
}

TEST_CASE("calls: any character ends a dialling that waits, and is taken") {
  CallFixture fixture;
  fixture.ask("AT+COLP=1");
  CHECK(fixture.ask("ATD100;") == "");
  CHECK(fixture.say("x") == NO_CARRIER);
  CHECK(clcc(fixture) == OK);
  CHECK(fixture.wait(10min) == "");
  // A host that ends its lines with CR LF does not end its own call.
  fixture.say("AT\r\n");
  CHECK(fixture.say("ATD100;\r\n") == "");
  CHECK(fixture.wait(3s) == lines({R"(+COLP: "100",129,"",0,"")"}));
}

TEST_CASE("calls: hanging up is OK and nothing more") {
  for (const char* command : {"ATH", "ATH0", "AT+CHUP", "AT+HVOIC"}) {
    CAPTURE(command);
    CallFixture fixture;
    for (const Duration span : {0s, 1s, 3s}) {
      fixture.ask_for("ATD100;", span);
      CHECK(fixture.ask(command) == OK);
      CHECK(fixture.wait(10min) == "");
    }
    fixture.ask("AT+CLCC=1;+CDRIND=1");
    fixture.talk_to("100");
    CHECK(fixture.ask(command) == line(R"(+CLCC: 1,0,6,0,0,"100",129,"")") + OK + line("+CDRIND: 0"));
  }
}

TEST_CASE("calls: what ATD takes for a number, and what it refuses") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  for (const char* line :
       {"ATD 1-0 0;", "ATDT100;", "ATDP,1W0!0@;", "atd100;", "ATD100I;", "ATD100i;", "ATD100G;", "ATD100Ig;"}) {
    CAPTURE(line);
    CHECK(fixture.ask_for(line, 3s) == OK);
    CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"")"}));
    fixture.ask("ATH");
  }
  for (const char* line :
       {"ATD", "ATD;", "ATDxyz;", "ATD1D;", "ATD1+2;", "ATD+;", "ATD*1#I;", "ATD1IGI;", "ATD>;", "ATD>\"x;", "ATDL"}) {
    CAPTURE(line);
    if (std::string_view(line) == "ATDL") {
      ModuleFixture fresh;
      CHECK(fresh.ask(line) == ERROR);
    } else {
      CHECK(fixture.ask(line) == ERROR);
    }
  }
  CHECK(fixture.ask("ATD" + std::string(41, '1') + ";") == line("+CME ERROR: 26"));
}

TEST_CASE("calls: dialling from the phone book and again") {
  World world = CallFixture::with_people();
  world.sim.phonebook = {{.index = 5, .number = "100", .type = 129, .name = "Ann; B"}};
  Nvram nvram;
  {
    CallFixture fixture(world, &nvram);
    fixture.ask("AT+CMEE=1");
    for (const char* line : {"ATD>5;", "ATD>\"Ann; B\";", "ATD> 5 I;", "ATD>\"Ann; B\"i;"}) {
      CAPTURE(line);
      CHECK(fixture.ask_for(line, 3s) == OK);
      CHECK(clcc(fixture) == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"Ann; B")"}));
      fixture.ask("ATH");
    }
    CHECK(fixture.ask("ATD>6;") == line("+CME ERROR: 22"));
    CHECK(fixture.ask("ATD>251;") == line("+CME ERROR: 21"));
    CHECK(fixture.ask("ATD>0;") == line("+CME ERROR: 21"));
    CHECK(fixture.ask("ATD>\"Nobody\";") == line("+CME ERROR: 22"));
    CHECK(fixture.ask("AT+CPBW=7,\"\",129,\"Nobody\"") == OK);  // has no number
    CHECK(fixture.ask("ATD>7;") == line("+CME ERROR: 22"));
    CHECK(fixture.ask("ATD>\"Nobody\";") == line("+CME ERROR: 22"));
    CHECK(fixture.ask("ATD102;") == OK + line("BUSY"));
    CHECK(fixture.ask("ATDL") == OK + line("BUSY"));
  }
  CallFixture again(world, &nvram);
  CHECK(again.ask("ATDL;") == OK + line("BUSY"));  // the card remembers
}

TEST_CASE("calls: without service there is none") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1;+CFUN=4");
  CHECK(fixture.ask("ATD100;") == line("+CME ERROR: 797"));
  CHECK(fixture.ask("ATD112;") == line("+CME ERROR: 797"));
  fixture.ask("AT+CFUN=1;+CFUN=0");
  CHECK(fixture.ask("ATD>1;") == line("+CME ERROR: 797"));
  World no_card = CallFixture::with_people();
  no_card.sim.present = false;
  CallFixture without(no_card);
  without.ask("AT+CMEE=1");
  for (const char* dialled : {"ATD100;", "ATD>1;", "ATD>\"Ann\";"})
    CHECK(without.ask(dialled) == line("+CME ERROR: 10"));
  World locked = CallFixture::with_people();
  locked.sim.pin = "1234";
  CallFixture asks(locked);
  asks.ask("AT+CMEE=1");
  for (const char* dialled : {"ATD100;", "ATD>1;", "ATD>\"Ann\";"}) CHECK(asks.ask(dialled) == line("+CME ERROR: 11"));
  CHECK(asks.ask_for("ATD112;", 3s) == OK);
  CHECK(clcc(asks) == lines({R"(+CLCC: 1,0,0,0,0,"112",129,"")"}));
}

TEST_CASE("calls: emergency numbers need no card") {
  World no_card = CallFixture::with_people();
  no_card.sim.present = false;
  CallFixture fixture(no_card);
  for (const char* number : {"112", "911", "08", "999"}) {
    CAPTURE(number);
    CHECK(fixture.ask_for("ATD" + std::string(number) + ";", 3s) == OK);
    CHECK(fixture.ask("ATH") == OK);
  }
  CallFixture with_card;
  CHECK(with_card.ask("ATD999;") == OK + NO_CARRIER);
  CHECK(with_card.ask("AT+CEMNL=1,2,\"999\",\"08\"") == OK);
  CHECK(with_card.ask_for("ATD999;", 3s) == OK);
  with_card.ask("ATH");
  CHECK(with_card.ask("AT+CEMNL=0") == OK);
  CHECK(with_card.ask("ATD999;") == OK + NO_CARRIER);
}

TEST_CASE("AT+CEMNL keeps the list of emergency numbers") {
  Nvram nvram;
  {
    CallFixture fixture(CallFixture::with_people(), &nvram);
    CHECK(fixture.ask("AT+CEMNL=?") == lines({R"(+CEMNL: (0-1),(1-11),("0"-"999")...)"}));
    CHECK(fixture.ask("AT+CEMNL?") == lines({"+CEMNL: 0"}));
    CHECK(fixture.ask("AT+CEMNL=1") == OK);
    CHECK(fixture.ask("AT+CEMNL?") == lines({R"(+CEMNL: 1,2,"112","119")"}));
    CHECK(fixture.ask("AT+CEMNL=1,11,\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"") == OK);
    for (const char* line : {"AT+CEMNL=2", "AT+CEMNL=1,2,\"112\"", "AT+CEMNL=1,1,\"112\",\"119\"", "AT+CEMNL=1,0",
                             "AT+CEMNL=1,1,\"1234\"", "AT+CEMNL=1,1,\"x\"", "AT+CEMNL=1,1", "AT+CEMNL=1,12"}) {
      CAPTURE(line);
      CHECK(fixture.ask(line) == ERROR);
    }
  }
  CallFixture again(CallFixture::with_people(), &nvram);
  CHECK(again.ask("AT+CEMNL?") == lines({R"(+CEMNL: 1,11,"1","2","3","4","5","6","7","8","9","10","11")"}));
}

TEST_CASE("calls: a data call finds nobody") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.setup"] = 4s;
  for (const char* number : {"100", "*97#"}) {
    CallFixture fixture(world);
    CHECK(fixture.ask("ATD" + std::string(number)) == "");
    CHECK(fixture.wait(4s) == NO_CARRIER);
    CHECK(fixture.ask("ATD" + std::string(number)) == "");
    CHECK(fixture.say("\r") == NO_CARRIER);
  }
}

TEST_CASE("calls: whatever takes the network away ends them") {
  SUBCASE("CFUN") {
    CallFixture fixture;
    fixture.talk_to("100");
    CHECK(fixture.ask("AT+CFUN=4") == OK + NO_CARRIER);
    CHECK(clcc(fixture) == OK);
  }
  SUBCASE("registration") {
    CallFixture fixture;
    fixture.talk_to("100");
    fixture.modem.network->set_registration(Registration::searching);
    CHECK(fixture.wait(1s) == NO_CARRIER);
  }
  SUBCASE("card") {
    CallFixture fixture;
    fixture.talk_to("100");
    fixture.modem.remove_sim();
    CHECK(fixture.wait(1s).find(NO_CARRIER) != std::string::npos);
    CHECK(clcc(fixture) == OK);
  }
  SUBCASE("COLP: the command that waits says it") {
    CallFixture fixture;
    fixture.ask("AT+COLP=1");
    fixture.ask("ATD100;");
    fixture.modem.network->set_registration(Registration::searching);
    CHECK(fixture.wait(1s) == NO_CARRIER);
    CHECK(fixture.ask("AT") == OK);
  }
  SUBCASE("reset and power key, while one dials") {
    for (const bool colp : {false, true}) {
      CallFixture fixture;
      fixture.ask(colp ? "AT+COLP=1" : "AT+COLP=0");
      fixture.ask("ATD100;");
      fixture.modem.press_power_key();
      CHECK(fixture.wait(10s).ends_with(line("NORMAL POWER DOWN")));
      fixture.modem.press_power_key();
      CHECK(fixture.wait(60s).find("NO CARRIER") == std::string::npos);
      CHECK(fixture.ask("ATE0").ends_with(OK));
      CHECK(clcc(fixture) == OK);
    }
  }
}

TEST_CASE("calls: hanging up on another channel ends a dialling that waits") {
  CallFixture fixture;
  RecordingPort other_port;
  Channel& other = fixture.modem.attach(other_port, "other");
  fixture.ask("AT+COLP=1");
  fixture.ask("ATD100;");
  other.receive("ATE0H\r");
  CHECK(fixture.wait(1s) == NO_CARRIER);
  CHECK(other_port.take().ends_with(OK));
}

}  // namespace sim800::test
