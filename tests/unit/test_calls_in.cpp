// Incoming calls, several calls at a time.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/call_bench.hpp"

namespace sim800::test {
namespace {

const std::string RING = line("RING"), NO_CARRIER = line("NO CARRIER");

std::string clcc(CallBench& bench) { return bench.ask("AT+CLCC"); }
std::string call(int id, int dir, int stat, int mpty, std::string_view number) {
  return fmt::format("+CLCC: {},{},{},0,{},\"{}\",129,\"\"", id, dir, stat, mpty, number);
}
std::string clcc_of(const std::vector<std::string>& calls) {
  std::string all = calls.empty() ? "" : "\r\n";
  for (const std::string& one : calls) all += one + "\r\n";
  return all + OK;
}
/// 100 is active, 200 waits.
void wait_in_line(CallBench& bench) {
  bench.ask("AT+CCWA=1");
  bench.talk_to("100");
  REQUIRE(bench.modem.calls.receive("200", 10));
  REQUIRE(bench.wait(0s) == RING + line(R"(+CCWA: "200",129,1,"")"));
}
/// 100 is held, 200 active.
void hold_one(CallBench& bench) {
  wait_in_line(bench);
  REQUIRE(bench.ask("AT+CHLD=2") == OK);
  REQUIRE(clcc(bench) == clcc_of({call(1, 0, 1, 0, "100"), call(2, 1, 0, 0, "200")}));
}

}  // namespace

TEST_CASE("calls: RING every three seconds until the caller gives up") {
  CallBench bench;
  CHECK(bench.modem.calls.receive("200", 3));
  CHECK(bench.wait(0s) == RING);
  CHECK(clcc(bench) == clcc_of({call(1, 1, 4, 0, "200")}));
  CHECK(bench.ask("AT+CPAS") == lines({"+CPAS: 3"}));
  CHECK(bench.wait(2999ms) == "");
  CHECK(bench.wait(1ms) == RING);
  CHECK(bench.wait(3s) == RING);
  CHECK(bench.wait(2999ms) == "");
  CHECK(bench.wait(1ms) == NO_CARRIER);
  CHECK(bench.wait(10min) == "");
  bench.ask("AT+CPBS=\"MC\"");
  CHECK(bench.ask("AT+CPBR=1,10") == lines({R"(+CPBR: 1,"200",129,"")"}));
}

TEST_CASE("calls: +CLIP follows each ring, +CRING takes its place") {
  World world = CallBench::with_people();
  world.sim.phonebook = {{.index = 1, .number = "+49200", .type = 145, .name = "Bob"}};
  CallBench bench(world);
  bench.ask("AT+CLIP=1");
  bench.modem.calls.receive("200", 2);
  CHECK(bench.wait(3s) == RING + line(R"(+CLIP: "200",129,"",0,"",0)") + RING + line(R"(+CLIP: "200",129,"",0,"",0)"));
  CHECK(bench.wait(3s) == NO_CARRIER);
  bench.ask("AT+CRC=1");
  bench.modem.calls.receive("+49200", 1);
  CHECK(bench.wait(0s) == line("+CRING: VOICE") + line(R"(+CLIP: "+49200",145,"",0,"Bob",0)"));
  bench.wait(10s);
  bench.modem.calls.receive("", 1);
  CHECK(bench.wait(0s) == line("+CRING: VOICE") + line(R"(+CLIP: "",128,"",0,"",1)"));
  bench.ask("ATH;V0Q0+CRC=0;+CLIP=0");
  bench.modem.calls.receive("200", 1);
  CHECK(bench.wait(0s) == "2\r");
  bench.ask("ATHQ1");
  bench.modem.calls.receive("200", 1);
  CHECK(bench.wait(0s) == "");
}

TEST_CASE("calls: answering, rejecting, hanging up") {
  CallBench bench;
  CHECK(bench.ask("ATA") == NO_CARRIER);
  bench.modem.calls.receive("200", 0);
  CHECK(bench.wait(5min).size() == 101 * RING.size());
  CHECK(bench.ask("ATA") == OK);
  CHECK(clcc(bench) == clcc_of({call(1, 1, 0, 0, "200")}));
  CHECK(bench.ask("AT+CPAS") == lines({"+CPAS: 4"}));
  CHECK(bench.wait(10min) == "");
  CHECK(bench.ask("ATA") == NO_CARRIER);
  CHECK(bench.ask("ATH") == OK);
  bench.modem.calls.receive("201", 3);
  bench.wait(1s);
  CHECK(bench.ask("AT+CHUP") == OK);
  CHECK(bench.wait(10min) == "");
  bench.ask("AT+CPBS=\"RC\"");
  CHECK(bench.ask("AT+CPBR=1,10") == lines({R"(+CPBR: 1,"201",129,"")", R"(+CPBR: 2,"200",129,"")"}));
}

TEST_CASE("calls: while a call is being answered it does not ring, and a character ends it") {
  World world = CallBench::with_people();
  world.timing.overrides["call.answer"] = 5s;
  CallBench bench(world);
  bench.modem.calls.receive("200", 2);
  bench.wait(1s);
  CHECK(bench.ask("ATA") == "");
  CHECK(bench.wait(4999ms) == "");
  CHECK(bench.wait(1ms) == OK);
  bench.ask("ATH");
  bench.modem.calls.receive("200", 2);
  bench.wait(1s);
  bench.ask("ATA");
  CHECK(bench.say("x") == NO_CARRIER);
  CHECK(clcc(bench) == OK);
  bench.modem.calls.receive("200", 2);
  bench.wait(1s);
  bench.ask("ATA");
  bench.modem.network.set_registration(Registration::unknown);
  CHECK(bench.wait(10s) == NO_CARRIER);
}

TEST_CASE("calls: the caller hangs up as the scenario says") {
  World world = CallBench::with_people();
  world.network.numbers["200"].hangs_up_after = 7s;
  CallBench bench(world);
  bench.modem.calls.receive("200", 3);
  bench.ask("ATA");
  bench.port.take();
  CHECK(bench.wait(6999ms) == "");
  CHECK(bench.wait(1ms) == NO_CARRIER);
}

TEST_CASE("calls: S0 answers after so many rings") {
  CallBench bench;
  bench.ask("ATS0=2;+CLCC=1");
  bench.modem.calls.receive("200", 5);
  CHECK(bench.wait(2999ms) == line(call(1, 1, 4, 0, "200")) + RING);
  CHECK(bench.wait(1ms) == RING + line(call(1, 1, 0, 0, "200")));
  CHECK(bench.wait(10min) == "");
}

TEST_CASE("calls: rings wait for a command that runs, and keep together") {
  CallBench bench;
  bench.ask("AT+CLIP=1;+HTTPINIT");
  bench.say("AT+HTTPDATA=5,5000\r");
  bench.modem.calls.receive("200", 2);
  CHECK(bench.wait(0s) == "");
  CHECK(bench.say("abcde") == OK + RING + line(R"(+CLIP: "200",129,"",0,"",0)"));
}

TEST_CASE("calls: who does not get through") {
  CallBench bench;
  SUBCASE("GSMBUSY") {
    CHECK(bench.ask("AT+GSMBUSY=1") == OK);
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
    CHECK(bench.ask("AT+GSMBUSY=2;+GSMBUSY?") == lines({"+GSMBUSY: 2"}));
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
  }
  SUBCASE("no network") {
    bench.ask("AT+CFUN=4");
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
  }
  SUBCASE("off") {
    bench.ask("AT+CPOWD=0");
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
  }
  SUBCASE("busy: no waiting") {
    bench.talk_to("100");
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
    bench.ask("AT+CCWA=1,0");
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
  }
  SUBCASE("two at a time") {
    CHECK(bench.modem.calls.receive("200", 0));
    CHECK_FALSE(bench.modem.calls.receive("201", 3));
    CHECK(bench.ask("ATD100;") == RING + ERROR);
    return;
  }
  SUBCASE("white list") {
    CHECK(bench.ask("AT+CWHITELIST=1,2,\"201\"") == OK);
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
    CHECK_FALSE(bench.modem.calls.receive("", 3));
    CHECK(bench.modem.calls.receive("201", 1));
    CHECK(bench.wait(10s) == RING + NO_CARRIER);
    bench.ask("AT+CWHITELIST=2");
    CHECK(bench.modem.calls.receive("200", 1));
    return;
  }
  SUBCASE("forwarded") {
    CHECK(bench.ask("AT+CCFC=0,3,\"300\"") == OK);
    CHECK_FALSE(bench.modem.calls.receive("200", 3));
  }
  CHECK(bench.wait(10min) == "");
}

TEST_CASE("calls: none gets through while a message is being sent") {
  World world = CallBench::with_people();
  world.timing.overrides["sms.send"] = 5s;
  CallBench bench(world);
  bench.ask("AT+CMGF=1");
  bench.say("AT+CMGS=\"200\"\r");
  bench.wait(1s);
  bench.say("Hello\x1a");
  CHECK_FALSE(bench.modem.calls.receive("200", 1));
  bench.wait(5s);
  CHECK(bench.modem.calls.receive("200", 1));
}

TEST_CASE("AT+CWHITELIST keeps thirty numbers, given one at a time") {
  Nvram nvram;
  {
    CallBench bench(CallBench::with_people(), &nvram);
    CHECK(bench.ask("AT+CWHITELIST=?") == lines({"+CWHITELIST: (0-3)"}));
    CHECK(bench.ask("AT+CWHITELIST?") == lines({"+CWHITELIST: 0"}));
    CHECK(bench.ask("AT+CWHITELIST=1,3,\"+49123\"") == OK);
    CHECK(bench.ask("AT+CWHITELIST=1,1,\"5\"") == OK);
    CHECK(bench.ask("AT+CWHITELIST=3") == OK);
    for (const char* line :
         {"AT+CWHITELIST=4", "AT+CWHITELIST=1,0,\"5\"", "AT+CWHITELIST=1,31,\"5\"", "AT+CWHITELIST=1,1",
          "AT+CWHITELIST=2,1,\"5\"", "AT+CWHITELIST=1,1,\"x\"", "AT+CWHITELIST"}) {
      CAPTURE(line);
      CHECK(bench.ask(line) == ERROR);
    }
  }
  CallBench again(CallBench::with_people(), &nvram);
  CHECK(again.ask("AT+CWHITELIST?") == lines({R"(+CWHITELIST: 3,"5","","+49123")"}));
}

TEST_CASE("calls: a second call waits, and CHLD chooses") {
  CallBench bench;
  const std::string first = call(1, 0, 0, 0, "100"), second_waits = call(2, 1, 5, 0, "200"),
                    second = call(2, 1, 0, 0, "200"), first_held = call(1, 0, 1, 0, "100");
  wait_in_line(bench);
  CHECK(clcc(bench) == clcc_of({first, second_waits}));
  CHECK(bench.wait(5s) == "");
  SUBCASE("0: busy to who waits") {
    CHECK(bench.ask("AT+CHLD=0") == OK);
    CHECK(clcc(bench) == clcc_of({first}));
  }
  SUBCASE("1: ends the first, takes the second") {
    CHECK(bench.ask("AT+CHLD=1") == OK);
    CHECK(clcc(bench) == clcc_of({second}));
  }
  SUBCASE("2: holds the first, takes the second; then 1 goes back") {
    CHECK(bench.ask("AT+CHLD=2") == OK);
    CHECK(clcc(bench) == clcc_of({first_held, second}));
    CHECK(bench.ask("AT+CHLD=1") == OK);
    CHECK(clcc(bench) == clcc_of({first}));
  }
  SUBCASE("12: ends the one who waits") {
    CHECK(bench.ask("AT+CHLD=12") == OK);
    CHECK(clcc(bench) == clcc_of({first}));
  }
  SUBCASE("ATH ends the first; then the second rings") {
    CHECK(bench.ask("ATH") == OK);
    CHECK(clcc(bench) == clcc_of({call(2, 1, 4, 0, "200")}));
    CHECK(bench.wait(3s) == RING);
    CHECK(bench.ask("ATA") == OK);
    CHECK(clcc(bench) == clcc_of({second}));
  }
  SUBCASE("the caller gives up") {
    CHECK(bench.wait(60s) == "");
    CHECK(clcc(bench) == clcc_of({first}));
  }
  CHECK(bench.wait(10min) == "");
}

TEST_CASE("calls: one active, one held") {
  CallBench bench;
  hold_one(bench);
  const std::string first = call(1, 0, 0, 0, "100"), second = call(2, 1, 0, 0, "200"),
                    first_held = call(1, 0, 1, 0, "100"), second_held = call(2, 1, 1, 0, "200");
  SUBCASE("2 and 2x change places") {
    CHECK(bench.ask("AT+CHLD=2") == OK);
    CHECK(clcc(bench) == clcc_of({first, second_held}));
    CHECK(bench.ask("AT+CHLD=22") == OK);
    CHECK(clcc(bench) == clcc_of({first_held, second}));
    CHECK(bench.ask("AT+CHLD=21") == OK);
    CHECK(clcc(bench) == clcc_of({first, second_held}));
  }
  SUBCASE("0 ends the held one") {
    CHECK(bench.ask("AT+CHLD=0") == OK);
    CHECK(clcc(bench) == clcc_of({second}));
    CHECK(bench.ask("AT+CHLD=0") == ERROR);
  }
  SUBCASE("1x ends one; the other stays as it is") {
    CHECK(bench.ask("AT+CHLD=12") == OK);
    CHECK(clcc(bench) == clcc_of({first_held}));
    CHECK(bench.ask("AT+CHLD=2") == OK);
    CHECK(clcc(bench) == clcc_of({first}));
    CHECK(bench.ask("AT+CHLD=11") == OK);
    CHECK(clcc(bench) == OK);
  }
  SUBCASE("3 joins them, 2x talks to one alone") {
    CHECK(bench.ask("AT+CHLD=3") == OK);
    CHECK(clcc(bench) == clcc_of({call(1, 0, 0, 1, "100"), call(2, 1, 0, 1, "200")}));
    CHECK(bench.ask("AT+CHLD=2") == OK);
    CHECK(clcc(bench) == clcc_of({call(1, 0, 1, 1, "100"), call(2, 1, 1, 1, "200")}));
    CHECK(bench.ask("AT+CHLD=2") == OK);
    CHECK(bench.ask("AT+CHLD=22") == OK);
    CHECK(clcc(bench) == clcc_of({first_held, second}));
    CHECK(bench.ask("AT+CHLD=3") == OK);
    CHECK(bench.ask("AT+CHLD=11") == OK);
    CHECK(clcc(bench) == clcc_of({second}));
  }
  SUBCASE("4 leaves the two to each other") {
    CHECK(bench.ask("AT+CHLD=4") == OK);
    CHECK(clcc(bench) == OK);
  }
  SUBCASE("a third may wait, but not be taken as well") {
    REQUIRE(bench.modem.calls.receive("201", 10));
    bench.wait(0s);
    CHECK(bench.ask("AT+CHLD=2") == ERROR);
    CHECK(bench.ask("AT+CHLD=1") == OK);
    CHECK(clcc(bench) == clcc_of({first_held, call(3, 1, 0, 0, "201")}));
  }
  SUBCASE("no third can be called") { CHECK(bench.ask("ATD100;") == ERROR); }
  SUBCASE("ATH ends both") {
    CHECK(bench.ask("ATH") == OK);
    CHECK(clcc(bench) == OK);
  }
  CHECK(bench.wait(10min) == "");
}

TEST_CASE("calls: dialling a second number holds the first") {
  CallBench bench;
  bench.talk_to("100");
  bench.talk_to("+49105");
  CHECK(clcc(bench) == lines({call(1, 0, 1, 0, "100"), R"(+CLCC: 2,0,0,0,0,"+49105",145,"")"}));
}

TEST_CASE("AT+CHLD refuses what there is not") {
  CallBench bench;
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask("AT+CHLD=?") == lines({"+CHLD: (0,1,1x,2,2x,3,4)"}));
  for (const char* n : {"0", "1", "2", "3", "4", "11", "21"})
    CHECK(bench.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 3"));
  bench.talk_to("100");
  for (const char* n : {"0", "3", "4", "12", "22"})
    CHECK(bench.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 3"));
  for (const char* n : {"5", "10", "18", "20", "30", "x", ""})
    CHECK(bench.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 765"));
  CHECK(bench.ask("AT+CHLD=2") == OK);
  CHECK(bench.ask("AT+CHLD=2") == OK);
  CHECK(bench.ask("AT+CHLD=1") == OK);
  CHECK(clcc(bench) == OK);
}

}  // namespace sim800::test
