// Incoming calls, several calls at a time.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {
namespace {

const std::string RING = line("RING"), NO_CARRIER = line("NO CARRIER");

std::string clcc(CallFixture& fixture) { return fixture.ask("AT+CLCC"); }
std::string call(int id, int dir, int stat, int mpty, std::string_view number) {
  return fmt::format("+CLCC: {},{},{},0,{},\"{}\",129,\"\"", id, dir, stat, mpty, number);
}
std::string clcc_of(const std::vector<std::string>& calls) {
  std::string all = calls.empty() ? "" : "\r\n";
  for (const std::string& one : calls) all += one + "\r\n";
  return all + OK;
}
/// 100 is active, 200 waits.
void wait_in_line(CallFixture& fixture) {
  fixture.ask("AT+CCWA=1");
  fixture.talk_to("100");
  REQUIRE(fixture.modem.calls->receive("200", 10));
  REQUIRE(fixture.wait(0s) == RING + line(R"(+CCWA: "200",129,1,"")"));
}
/// 100 is held, 200 active.
void hold_one(CallFixture& fixture) {
  wait_in_line(fixture);
  REQUIRE(fixture.ask("AT+CHLD=2") == OK);
  REQUIRE(clcc(fixture) == clcc_of({call(1, 0, 1, 0, "100"), call(2, 1, 0, 0, "200")}));
}

}  // namespace

TEST_CASE("calls: RING every three seconds until the caller gives up") {
  CallFixture fixture;
  CHECK(fixture.modem.calls->receive("200", 3));
  CHECK(fixture.wait(0s) == RING);
  CHECK(clcc(fixture) == clcc_of({call(1, 1, 4, 0, "200")}));
  CHECK(fixture.ask("AT+CPAS") == lines({"+CPAS: 3"}));
  CHECK(fixture.wait(2999ms) == "");
  CHECK(fixture.wait(1ms) == RING);
  CHECK(fixture.wait(3s) == RING);
  CHECK(fixture.wait(2999ms) == "");
  CHECK(fixture.wait(1ms) == NO_CARRIER);
  CHECK(fixture.wait(10min) == "");
  fixture.ask("AT+CPBS=\"MC\"");
  CHECK(fixture.ask("AT+CPBR=1,10") == lines({R"(+CPBR: 1,"200",129,"")"}));
}

TEST_CASE("calls: +CLIP follows each ring, +CRING takes its place") {
  World world = CallFixture::with_people();
  world.sim.phonebook = {{.index = 1, .number = "+49200", .type = 145, .name = "Bob"}};
  CallFixture fixture(world);
  fixture.ask("AT+CLIP=1");
  fixture.modem.calls->receive("200", 2);
  CHECK(fixture.wait(3s) ==
        RING + line(R"(+CLIP: "200",129,"",0,"",0)") + RING + line(R"(+CLIP: "200",129,"",0,"",0)"));
  CHECK(fixture.wait(3s) == NO_CARRIER);
  fixture.ask("AT+CRC=1");
  fixture.modem.calls->receive("+49200", 1);
  CHECK(fixture.wait(0s) == line("+CRING: VOICE") + line(R"(+CLIP: "+49200",145,"",0,"Bob",0)"));
  fixture.wait(10s);
  fixture.modem.calls->receive("", 1);
  CHECK(fixture.wait(0s) == line("+CRING: VOICE") + line(R"(+CLIP: "",128,"",0,"",1)"));
  fixture.ask("ATH;V0Q0+CRC=0;+CLIP=0");
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(0s) == "2\r");
  fixture.ask("ATHQ1");
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(0s) == "");
}

TEST_CASE("calls: answering, rejecting, hanging up") {
  CallFixture fixture;
  CHECK(fixture.ask("ATA") == NO_CARRIER);
  fixture.modem.calls->receive("200", 0);
  CHECK(fixture.wait(5min).size() == 101 * RING.size());
  CHECK(fixture.ask("ATA") == OK);
  CHECK(clcc(fixture) == clcc_of({call(1, 1, 0, 0, "200")}));
  CHECK(fixture.ask("AT+CPAS") == lines({"+CPAS: 4"}));
  CHECK(fixture.wait(10min) == "");
  CHECK(fixture.ask("ATA") == NO_CARRIER);
  CHECK(fixture.ask("ATH") == OK);
  fixture.modem.calls->receive("201", 3);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CHUP") == OK);
  CHECK(fixture.wait(10min) == "");
  fixture.ask("AT+CPBS=\"RC\"");
  CHECK(fixture.ask("AT+CPBR=1,10") == lines({R"(+CPBR: 1,"201",129,"")", R"(+CPBR: 2,"200",129,"")"}));
}

TEST_CASE("calls: while a call is being answered it does not ring, and a character ends it") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.answer"] = 5s;
  CallFixture fixture(world);
  fixture.modem.calls->receive("200", 2);
  fixture.wait(1s);
  CHECK(fixture.ask("ATA") == "");
  CHECK(fixture.wait(4999ms) == "");
  CHECK(fixture.wait(1ms) == OK);
  fixture.ask("ATH");
  fixture.modem.calls->receive("200", 2);
  fixture.wait(1s);
  fixture.ask("ATA");
  CHECK(fixture.say("x") == NO_CARRIER);
  CHECK(clcc(fixture) == OK);
  fixture.modem.calls->receive("200", 2);
  fixture.wait(1s);
  fixture.ask("ATA");
  fixture.modem.network->set_registration(Registration::unknown);
  CHECK(fixture.wait(10s) == NO_CARRIER);
}

TEST_CASE("calls: with CLCC=1 the answer's own line precedes its OK") {
  CallFixture fixture;
  fixture.ask("AT+CLCC=1;+CCWA=1");
  fixture.modem.calls->receive("200", 0);
  CHECK(fixture.wait(0s) == line(call(1, 1, 4, 0, "200")) + RING);
  CHECK(fixture.ask("ATA") == line(call(1, 1, 0, 0, "200")) + OK);
  fixture.modem.calls->receive("201", 0);
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CHLD=2") == line(call(1, 1, 1, 0, "200")) + line(call(2, 1, 0, 0, "201")) + OK);
  fixture.modem.calls->receive("202", 0);
  fixture.wait(0s);
  CHECK(fixture.ask("ATH") ==
        line(call(1, 1, 6, 0, "200")) + line(call(2, 1, 6, 0, "201")) + line(call(3, 1, 4, 0, "202")) + OK);
}

TEST_CASE("calls: the caller hangs up as the scenario says") {
  World world = CallFixture::with_people();
  world.network.numbers["200"].hangs_up_after = 7s;
  CallFixture fixture(world);
  fixture.modem.calls->receive("200", 3);
  fixture.ask("ATA");
  fixture.port.take();
  CHECK(fixture.wait(6999ms) == "");
  CHECK(fixture.wait(1ms) == NO_CARRIER);
}

TEST_CASE("calls: S0 answers after so many rings") {
  CallFixture fixture;
  fixture.ask("ATS0=2;+CLCC=1");
  fixture.modem.calls->receive("200", 5);
  CHECK(fixture.wait(2999ms) == line(call(1, 1, 4, 0, "200")) + RING);
  CHECK(fixture.wait(1ms) == RING + line(call(1, 1, 0, 0, "200")));
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("calls: rings wait for a command that runs, and keep together") {
  CallFixture fixture;
  fixture.ask("AT+CLIP=1;+HTTPINIT");
  fixture.say("AT+HTTPDATA=5,5000\r");
  fixture.modem.calls->receive("200", 2);
  CHECK(fixture.wait(0s) == "");
  CHECK(fixture.say("abcde") == OK + RING + line(R"(+CLIP: "200",129,"",0,"",0)"));
}

TEST_CASE("calls: one that is over does not ring any more, where its rings have waited") {
  CallFixture fixture;
  fixture.ask("AT+CLIP=1;+HTTPINIT");
  fixture.say("AT+HTTPDATA=5,60000\r");
  fixture.modem.calls->receive("200", 2);
  CHECK(fixture.wait(30s) == "");
  CHECK(fixture.say("abcde") == OK + NO_CARRIER);
  fixture.ask("AT+CRC=1");
  fixture.say("AT+HTTPDATA=5,60000\r");
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(30s) == "");
  CHECK(fixture.say("abcde") == OK + NO_CARRIER);
}

TEST_CASE("calls: the network says what kind of number a caller has") {
  World world = CallFixture::with_people();
  world.network.number_type = 161;
  CallFixture fixture(world);
  fixture.ask("AT+CLIP=1");
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(0s) == RING + line(R"(+CLIP: "200",161,"",0,"",0)"));
  CHECK(fixture.ask("AT+CLCC") == lines({R"(+CLCC: 1,1,4,0,0,"200",161,"")"}));
  fixture.wait(10s);
  fixture.modem.calls->receive("+49200", 1);
  CHECK(fixture.wait(0s) == RING + line(R"(+CLIP: "+49200",145,"",0,"",0)"));
  fixture.wait(10s);
  fixture.talk_to("100");  // typed here
  CHECK(fixture.ask("AT+CLCC") == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"")"}));
}

TEST_CASE("calls: who does not get through") {
  CallFixture fixture;
  SUBCASE("GSMBUSY") {
    CHECK(fixture.ask("AT+GSMBUSY=1") == OK);
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
    CHECK(fixture.ask("AT+GSMBUSY=2;+GSMBUSY?") == lines({"+GSMBUSY: 2"}));
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
  }
  SUBCASE("no network") {
    fixture.ask("AT+CFUN=4");
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
  }
  SUBCASE("off") {
    fixture.ask("AT+CPOWD=0");
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
  }
  SUBCASE("busy: no waiting") {
    fixture.talk_to("100");
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
    fixture.ask("AT+CCWA=1,0");
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
  }
  SUBCASE("two at a time") {
    CHECK(fixture.modem.calls->receive("200", 0));
    CHECK_FALSE(fixture.modem.calls->receive("201", 3));
    CHECK(fixture.ask("ATD100;") == RING + ERROR);
    return;
  }
  SUBCASE("white list") {
    CHECK(fixture.ask("AT+CWHITELIST=1,2,\"201\"") == OK);
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
    CHECK_FALSE(fixture.modem.calls->receive("", 3));
    CHECK(fixture.modem.calls->receive("201", 1));
    CHECK(fixture.wait(10s) == RING + NO_CARRIER);
    fixture.ask("AT+CWHITELIST=2");
    CHECK(fixture.modem.calls->receive("200", 1));
    return;
  }
  SUBCASE("forwarded") {
    CHECK(fixture.ask("AT+CCFC=0,3,\"300\"") == OK);
    CHECK_FALSE(fixture.modem.calls->receive("200", 3));
  }
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("calls: none gets through while a message is being sent") {
  World world = CallFixture::with_people();
  world.timing.overrides["sms.send"] = 5s;
  CallFixture fixture(world);
  fixture.ask("AT+CMGF=1");
  fixture.say("AT+CMGS=\"200\"\r");
  fixture.wait(1s);
  fixture.say("Hello\x1a");
  CHECK_FALSE(fixture.modem.calls->receive("200", 1));
  fixture.wait(5s);
  CHECK(fixture.modem.calls->receive("200", 1));
}

TEST_CASE("AT+CWHITELIST keeps thirty numbers, given one at a time") {
  Nvram nvram;
  {
    CallFixture fixture(CallFixture::with_people(), &nvram);
    CHECK(fixture.ask("AT+CWHITELIST=?") == lines({"+CWHITELIST: (0-3)"}));
    CHECK(fixture.ask("AT+CWHITELIST?") == lines({"+CWHITELIST: 0"}));
    CHECK(fixture.ask("AT+CWHITELIST=1,3,\"+49123\"") == OK);
    CHECK(fixture.ask("AT+CWHITELIST=1,1,\"5\"") == OK);
    CHECK(fixture.ask("AT+CWHITELIST=3") == OK);
    for (const char* line :
         {"AT+CWHITELIST=4", "AT+CWHITELIST=1,0,\"5\"", "AT+CWHITELIST=1,31,\"5\"", "AT+CWHITELIST=1,1",
          "AT+CWHITELIST=2,1,\"5\"", "AT+CWHITELIST=1,1,\"x\"", "AT+CWHITELIST"}) {
      CAPTURE(line);
      CHECK(fixture.ask(line) == ERROR);
    }
  }
  CallFixture again(CallFixture::with_people(), &nvram);
  CHECK(again.ask("AT+CWHITELIST?") == lines({R"(+CWHITELIST: 3,"5","","+49123")"}));
}

TEST_CASE("calls: a second call waits, and CHLD chooses") {
  CallFixture fixture;
  const std::string first = call(1, 0, 0, 0, "100"), second_waits = call(2, 1, 5, 0, "200"),
                    second = call(2, 1, 0, 0, "200"), first_held = call(1, 0, 1, 0, "100");
  wait_in_line(fixture);
  CHECK(clcc(fixture) == clcc_of({first, second_waits}));
  CHECK(fixture.wait(5s) == "");
  SUBCASE("0: busy to who waits") {
    CHECK(fixture.ask("AT+CHLD=0") == OK);
    CHECK(clcc(fixture) == clcc_of({first}));
  }
  SUBCASE("1: ends the first, takes the second") {
    CHECK(fixture.ask("AT+CHLD=1") == OK);
    CHECK(clcc(fixture) == clcc_of({second}));
  }
  SUBCASE("2: holds the first, takes the second; then 1 goes back") {
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(clcc(fixture) == clcc_of({first_held, second}));
    CHECK(fixture.ask("AT+CHLD=1") == OK);
    CHECK(clcc(fixture) == clcc_of({first}));
  }
  SUBCASE("12: ends the one who waits") {
    CHECK(fixture.ask("AT+CHLD=12") == OK);
    CHECK(clcc(fixture) == clcc_of({first}));
  }
  SUBCASE("ATH ends the first; then the second rings") {
    CHECK(fixture.ask("ATH") == OK);
    CHECK(clcc(fixture) == clcc_of({call(2, 1, 4, 0, "200")}));
    CHECK(fixture.wait(3s) == RING);
    CHECK(fixture.ask("ATA") == OK);
    CHECK(clcc(fixture) == clcc_of({second}));
  }
  SUBCASE("the caller gives up") {
    CHECK(fixture.wait(60s) == "");
    CHECK(clcc(fixture) == clcc_of({first}));
  }
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("calls: one active, one held") {
  CallFixture fixture;
  hold_one(fixture);
  const std::string first = call(1, 0, 0, 0, "100"), second = call(2, 1, 0, 0, "200"),
                    first_held = call(1, 0, 1, 0, "100"), second_held = call(2, 1, 1, 0, "200");
  SUBCASE("2 and 2x change places") {
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(clcc(fixture) == clcc_of({first, second_held}));
    CHECK(fixture.ask("AT+CHLD=22") == OK);
    CHECK(clcc(fixture) == clcc_of({first_held, second}));
    CHECK(fixture.ask("AT+CHLD=21") == OK);
    CHECK(clcc(fixture) == clcc_of({first, second_held}));
  }
  SUBCASE("0 ends the held one") {
    CHECK(fixture.ask("AT+CHLD=0") == OK);
    CHECK(clcc(fixture) == clcc_of({second}));
    CHECK(fixture.ask("AT+CHLD=0") == ERROR);
  }
  SUBCASE("1x ends one; the other stays as it is") {
    CHECK(fixture.ask("AT+CHLD=12") == OK);
    CHECK(clcc(fixture) == clcc_of({first_held}));
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(clcc(fixture) == clcc_of({first}));
    CHECK(fixture.ask("AT+CHLD=11") == OK);
    CHECK(clcc(fixture) == OK);
  }
  SUBCASE("3 joins them, 2x talks to one alone") {
    CHECK(fixture.ask("AT+CHLD=3") == OK);
    CHECK(clcc(fixture) == clcc_of({call(1, 0, 0, 1, "100"), call(2, 1, 0, 1, "200")}));
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(clcc(fixture) == clcc_of({call(1, 0, 1, 1, "100"), call(2, 1, 1, 1, "200")}));
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(fixture.ask("AT+CHLD=22") == OK);
    CHECK(clcc(fixture) == clcc_of({first_held, second}));
    CHECK(fixture.ask("AT+CHLD=3") == OK);
    fixture.ask("AT+CLCC=1");
    CHECK(fixture.ask("AT+CHLD=22") == line(call(1, 0, 1, 0, "100")) + OK);  // one is no conference any more
    fixture.ask("AT+CHLD=3;+CLCC=0");
    CHECK(fixture.ask("AT+CHLD=11") == OK);
    CHECK(clcc(fixture) == clcc_of({second}));
  }
  SUBCASE("beside a conference of two a third is held: nobody of the two can be held, too") {
    CHECK(fixture.ask("AT+CHLD=3") == OK);
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    fixture.talk_to("+49105");
    const std::string held =
        clcc_of({call(1, 0, 1, 1, "100"), call(2, 1, 1, 1, "200"), R"(+CLCC: 3,0,0,0,0,"+49105",145,"")"});
    CHECK(clcc(fixture) == held);
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(fixture.ask("AT+CHLD=21") == ERROR);
    CHECK(fixture.ask("AT+CHLD=2") == OK);
    CHECK(clcc(fixture) == held);
    CHECK(fixture.ask("AT+CHLD=23") == OK);
    CHECK(clcc(fixture) == held);
  }
  SUBCASE("4 leaves the two to each other") {
    CHECK(fixture.ask("AT+CHLD=4") == OK);
    CHECK(clcc(fixture) == OK);
  }
  SUBCASE("a third may wait, but not be taken as well") {
    REQUIRE(fixture.modem.calls->receive("201", 10));
    fixture.wait(0s);
    CHECK(fixture.ask("AT+CHLD=2") == ERROR);
    CHECK(fixture.ask("AT+CHLD=1") == OK);
    CHECK(clcc(fixture) == clcc_of({first_held, call(3, 1, 0, 0, "201")}));
  }
  SUBCASE("no third can be called") { CHECK(fixture.ask("ATD100;") == ERROR); }
  SUBCASE("ATH ends both") {
    CHECK(fixture.ask("ATH") == OK);
    CHECK(clcc(fixture) == OK);
  }
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("calls: dialling a second number holds the first") {
  CallFixture fixture;
  fixture.talk_to("100");
  fixture.talk_to("+49105");
  CHECK(clcc(fixture) == lines({call(1, 0, 1, 0, "100"), R"(+CLCC: 2,0,0,0,0,"+49105",145,"")"}));
}

TEST_CASE("AT+CHLD refuses what there is not") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CHLD=?") == lines({"+CHLD: (0,1,1x,2,2x,3,4)"}));
  for (const char* n : {"0", "1", "2", "3", "4", "11", "21"})
    CHECK(fixture.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 3"));
  fixture.talk_to("100");
  for (const char* n : {"0", "3", "4", "12", "22"})
    CHECK(fixture.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 3"));
  for (const char* n : {"5", "10", "18", "20", "30", "x", ""})
    CHECK(fixture.ask("AT+CHLD=" + std::string(n)) == line("+CME ERROR: 765"));
  CHECK(fixture.ask("AT+CHLD=2") == OK);
  CHECK(fixture.ask("AT+CHLD=2") == OK);
  CHECK(fixture.ask("AT+CHLD=1") == OK);
  CHECK(clcc(fixture) == OK);
}

}  // namespace sim800::test
