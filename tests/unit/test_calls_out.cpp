// Outgoing voice calls: how they come out, and what the host hears of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/call_bench.hpp"

namespace sim800::test {
namespace {

const std::string NO_CARRIER = line("NO CARRIER");

std::string clcc(CallBench& bench) { return bench.ask("AT+CLCC"); }

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
    CallBench bench;
    std::string said = bench.ask("ATD" + std::string(row.number) + ";");
    if (row.until > 0s) said += bench.wait(row.until - 1ms);
    CHECK(said == (row.until > 0s ? OK : OK + row.said));
    if (row.until > 0s) CHECK(bench.wait(1ms) == row.said);
    CHECK(bench.wait(10min) == "");
  }
}

TEST_CASE("calls: ATX decides what is told of busy and of no dial tone") {
  for (const int x : {0, 1, 2, 3, 4}) {
    CAPTURE(x);
    CallBench bench;
    bench.ask("ATX" + std::to_string(x));
    CHECK(bench.ask("ATD102;") == OK + (x >= 3 ? line("BUSY") : NO_CARRIER));
    CHECK(bench.ask_for("ATD103;", 60s) == OK + line("NO ANSWER"));
    bench.modem.network.set_registration(Registration::denied);
    bench.wait(1s);
    CHECK(bench.ask("ATD100;") == (x == 2 || x == 4 ? line("NO DIALTONE") : NO_CARRIER));
  }
}

TEST_CASE("calls: the states of an outgoing call in +CLCC, +CPAS and the URCs of MORING and CLCC") {
  World world = CallBench::with_people();
  world.timing.overrides["call.setup"] = 1s;
  CallBench bench(world);
  CHECK(clcc(bench) == OK);
  CHECK(bench.ask("AT+CPAS") == lines({"+CPAS: 0"}));
  bench.ask("AT+MORING=1;+CLCC=1;+CDRIND=1");
  CHECK(bench.ask("ATD101;") == OK + line(R"(+CLCC: 1,0,2,0,0,"101",129,"")"));
  CHECK(clcc(bench) == lines({R"(+CLCC: 1,0,2,0,0,"101",129,"")"}));
  CHECK(bench.ask("AT+CPAS") == lines({"+CPAS: 4"}));
  CHECK(bench.wait(1s) == line(R"(+CLCC: 1,0,3,0,0,"101",129,"")") + line("MO RING"));
  CHECK(bench.wait(2s) == line(R"(+CLCC: 1,0,0,0,0,"101",129,"")") + line("MO CONNECTED"));
  CHECK(clcc(bench) == lines({R"(+CLCC: 1,0,0,0,0,"101",129,"")"}));
  CHECK(bench.wait(5s) == line(R"(+CLCC: 1,0,6,0,0,"101",129,"")") + NO_CARRIER + line("+CDRIND: 0"));
  CHECK(clcc(bench) == OK);
}

TEST_CASE("calls: an international number has type 145, a number of the phone book its name") {
  World world = CallBench::with_people();
  world.sim.phonebook = {{.index = 3, .number = "+49105", .type = 145, .name = "Bob"}};
  CallBench bench(world);
  bench.talk_to("+49105");
  CHECK(clcc(bench) == lines({R"(+CLCC: 1,0,0,0,0,"+49105",145,"Bob")"}));
}

TEST_CASE("calls: with COLP=1 the result waits for the far end") {
  CallBench bench;
  bench.ask("AT+COLP=1");
  CHECK(bench.ask("ATD100;") == "");
  CHECK(bench.wait(1999ms) == "");
  CHECK(bench.wait(1ms) == lines({R"(+COLP: "100",129,"",0,"")"}));
  CHECK(bench.ask("ATH") == OK);
  CHECK(bench.ask("ATD102;") == line("BUSY"));
  CHECK(bench.ask_for("ATD103;", 60s) == line("NO ANSWER"));
  CHECK(bench.ask("ATD104;") == NO_CARRIER);
  bench.ask("AT+MORING=1");
  CHECK(bench.ask("ATD100;") == line("MO RING"));
  CHECK(bench.wait(2s) == line("MO CONNECTED") + lines({R"(+COLP: "100",129,"",0,"")"}));
}

TEST_CASE("calls: any character ends a dialling that waits, and is taken") {
  CallBench bench;
  bench.ask("AT+COLP=1");
  CHECK(bench.ask("ATD100;") == "");
  CHECK(bench.say("x") == NO_CARRIER);
  CHECK(clcc(bench) == OK);
  CHECK(bench.wait(10min) == "");
  // A host that ends its lines with CR LF does not end its own call.
  bench.say("AT\r\n");
  CHECK(bench.say("ATD100;\r\n") == "");
  CHECK(bench.wait(3s) == lines({R"(+COLP: "100",129,"",0,"")"}));
}

TEST_CASE("calls: hanging up is OK and nothing more") {
  for (const char* command : {"ATH", "ATH0", "AT+CHUP", "AT+HVOIC"}) {
    CAPTURE(command);
    CallBench bench;
    for (const Duration span : {0s, 1s, 3s}) {
      bench.ask_for("ATD100;", span);
      CHECK(bench.ask(command) == OK);
      CHECK(bench.wait(10min) == "");
    }
    bench.ask("AT+CLCC=1;+CDRIND=1");
    bench.talk_to("100");
    CHECK(bench.ask(command) == line(R"(+CLCC: 1,0,6,0,0,"100",129,"")") + OK + line("+CDRIND: 0"));
  }
}

TEST_CASE("calls: what ATD takes for a number, and what it refuses") {
  CallBench bench;
  bench.ask("AT+CMEE=1");
  for (const char* line :
       {"ATD 1-0 0;", "ATDT100;", "ATDP,1W0!0@;", "atd100;", "ATD100I;", "ATD100i;", "ATD100G;", "ATD100Ig;"}) {
    CAPTURE(line);
    CHECK(bench.ask_for(line, 3s) == OK);
    CHECK(clcc(bench) == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"")"}));
    bench.ask("ATH");
  }
  for (const char* line :
       {"ATD", "ATD;", "ATDxyz;", "ATD1D;", "ATD1+2;", "ATD+;", "ATD*1#I;", "ATD1IGI;", "ATD>;", "ATD>\"x;", "ATDL"}) {
    CAPTURE(line);
    if (std::string_view(line) == "ATDL") {
      Bench fresh;
      CHECK(fresh.ask(line) == ERROR);
    } else {
      CHECK(bench.ask(line) == ERROR);
    }
  }
  CHECK(bench.ask("ATD" + std::string(41, '1') + ";") == line("+CME ERROR: 26"));
}

TEST_CASE("calls: dialling from the phone book and again") {
  World world = CallBench::with_people();
  world.sim.phonebook = {{.index = 5, .number = "100", .type = 129, .name = "Ann; B"}};
  Nvram nvram;
  {
    CallBench bench(world, &nvram);
    bench.ask("AT+CMEE=1");
    for (const char* line : {"ATD>5;", "ATD>\"Ann; B\";", "ATD> 5 I;", "ATD>\"Ann; B\"i;"}) {
      CAPTURE(line);
      CHECK(bench.ask_for(line, 3s) == OK);
      CHECK(clcc(bench) == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"Ann; B")"}));
      bench.ask("ATH");
    }
    CHECK(bench.ask("ATD>6;") == line("+CME ERROR: 22"));
    CHECK(bench.ask("ATD>251;") == line("+CME ERROR: 21"));
    CHECK(bench.ask("ATD>0;") == line("+CME ERROR: 21"));
    CHECK(bench.ask("ATD>\"Nobody\";") == line("+CME ERROR: 22"));
    CHECK(bench.ask("ATD102;") == OK + line("BUSY"));
    CHECK(bench.ask("ATDL") == OK + line("BUSY"));
  }
  CallBench again(world, &nvram);
  CHECK(again.ask("ATDL;") == OK + line("BUSY"));  // the card remembers
}

TEST_CASE("calls: without service there is none") {
  CallBench bench;
  bench.ask("AT+CMEE=1;+CFUN=4");
  CHECK(bench.ask("ATD100;") == line("+CME ERROR: 797"));
  CHECK(bench.ask("ATD112;") == line("+CME ERROR: 797"));
  World no_card = CallBench::with_people();
  no_card.sim.present = false;
  CallBench without(no_card);
  without.ask("AT+CMEE=1");
  CHECK(without.ask("ATD100;") == line("+CME ERROR: 10"));
  World locked = CallBench::with_people();
  locked.sim.pin = "1234";
  CallBench asks(locked);
  asks.ask("AT+CMEE=1");
  CHECK(asks.ask("ATD100;") == line("+CME ERROR: 11"));
  CHECK(asks.ask_for("ATD112;", 3s) == OK);
  CHECK(clcc(asks) == lines({R"(+CLCC: 1,0,0,0,0,"112",129,"")"}));
}

TEST_CASE("calls: emergency numbers need no card") {
  World no_card = CallBench::with_people();
  no_card.sim.present = false;
  CallBench bench(no_card);
  for (const char* number : {"112", "911", "08", "999"}) {
    CAPTURE(number);
    CHECK(bench.ask_for("ATD" + std::string(number) + ";", 3s) == OK);
    CHECK(bench.ask("ATH") == OK);
  }
  CallBench with_card;
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
    CallBench bench(CallBench::with_people(), &nvram);
    CHECK(bench.ask("AT+CEMNL=?") == lines({R"(+CEMNL: (0-1),(1-11),("0"-"999")...)"}));
    CHECK(bench.ask("AT+CEMNL?") == lines({"+CEMNL: 0"}));
    CHECK(bench.ask("AT+CEMNL=1") == OK);
    CHECK(bench.ask("AT+CEMNL?") == lines({R"(+CEMNL: 1,2,"112","119")"}));
    CHECK(bench.ask("AT+CEMNL=1,11,\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"") == OK);
    for (const char* line : {"AT+CEMNL=2", "AT+CEMNL=1,2,\"112\"", "AT+CEMNL=1,1,\"112\",\"119\"", "AT+CEMNL=1,0",
                             "AT+CEMNL=1,1,\"1234\"", "AT+CEMNL=1,1,\"x\"", "AT+CEMNL=1,1", "AT+CEMNL=1,12"}) {
      CAPTURE(line);
      CHECK(bench.ask(line) == ERROR);
    }
  }
  CallBench again(CallBench::with_people(), &nvram);
  CHECK(again.ask("AT+CEMNL?") == lines({R"(+CEMNL: 1,11,"1","2","3","4","5","6","7","8","9","10","11")"}));
}

TEST_CASE("calls: a data call finds nobody") {
  World world = CallBench::with_people();
  world.timing.overrides["call.setup"] = 4s;
  for (const char* number : {"100", "*99#", "*99***1#"}) {
    CallBench bench(world);
    CHECK(bench.ask("ATD" + std::string(number)) == "");
    CHECK(bench.wait(4s) == NO_CARRIER);
    CHECK(bench.ask("ATD" + std::string(number)) == "");
    CHECK(bench.say("\r") == NO_CARRIER);
  }
}

TEST_CASE("calls: whatever takes the network away ends them") {
  SUBCASE("CFUN") {
    CallBench bench;
    bench.talk_to("100");
    CHECK(bench.ask("AT+CFUN=4") == OK + NO_CARRIER);
    CHECK(clcc(bench) == OK);
  }
  SUBCASE("registration") {
    CallBench bench;
    bench.talk_to("100");
    bench.modem.network.set_registration(Registration::searching);
    CHECK(bench.wait(1s) == NO_CARRIER);
  }
  SUBCASE("card") {
    CallBench bench;
    bench.talk_to("100");
    bench.modem.remove_sim();
    CHECK(bench.wait(1s).find(NO_CARRIER) != std::string::npos);
    CHECK(clcc(bench) == OK);
  }
  SUBCASE("COLP: the command that waits says it") {
    CallBench bench;
    bench.ask("AT+COLP=1");
    bench.ask("ATD100;");
    bench.modem.network.set_registration(Registration::searching);
    CHECK(bench.wait(1s) == NO_CARRIER);
    CHECK(bench.ask("AT") == OK);
  }
  SUBCASE("reset and power key, while one dials") {
    for (const bool colp : {false, true}) {
      CallBench bench;
      bench.ask(colp ? "AT+COLP=1" : "AT+COLP=0");
      bench.ask("ATD100;");
      bench.modem.press_power_key();
      CHECK(bench.wait(10s).ends_with(line("NORMAL POWER DOWN")));
      bench.modem.press_power_key();
      CHECK(bench.wait(60s).find("NO CARRIER") == std::string::npos);
      CHECK(bench.ask("ATE0").ends_with(OK));
      CHECK(clcc(bench) == OK);
    }
  }
}

TEST_CASE("calls: hanging up on another channel ends a dialling that waits") {
  CallBench bench;
  RecordingPort other_port;
  Channel& other = bench.modem.attach(other_port, "other");
  bench.ask("AT+COLP=1");
  bench.ask("ATD100;");
  other.receive("ATE0H\r");
  CHECK(bench.wait(1s) == NO_CARRIER);
  CHECK(other_port.take().ends_with(OK));
}

}  // namespace sim800::test
