// The phone book: memories, limits, refusals, what it outlives.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {
namespace {

World with_entries() {
  World world = CallFixture::with_people();
  world.sim.phonebook = {{.index = 1, .number = "100", .type = 129, .name = "Ann"},
                         {.index = 3, .number = "491234", .type = 145, .name = "Bob"},
                         {.index = 250, .number = "*100#", .type = 129, .name = ""}};
  return world;
}

}  // namespace

TEST_CASE("phone book: what the scenario put on the card is read") {
  CallFixture fixture(with_entries());
  CHECK(fixture.ask("AT+CPBS=?") == lines({R"(+CPBS: ("SM","ME","ON","FD"))"}));
  CHECK(fixture.ask("AT+CPBS?") == lines({R"(+CPBS: "SM",3,250)"}));
  CHECK(fixture.ask("AT+CPBR=?") == lines({"+CPBR: (1-250),40,14"}));
  CHECK(fixture.ask("AT+CPBF=?") == lines({"+CPBF: 40,14"}));
  CHECK(fixture.ask("AT+CPBW=?") == lines({"+CPBW: (1-250),40,(129,145),14"}));
  CHECK(fixture.ask("AT+CPBR=1") == lines({R"(+CPBR: 1,"100",129,"Ann")"}));
  CHECK(fixture.ask("AT+CPBR=2") == OK);
  CHECK(fixture.ask("AT+CPBR=1,250") ==
        lines({R"(+CPBR: 1,"100",129,"Ann")", R"(+CPBR: 3,"+491234",145,"Bob")", R"(+CPBR: 250,"*100#",129,"")"}));
  CHECK(fixture.ask("AT+CPBF=\"o\"") == lines({R"(+CPBF: 3,"+491234",145,"Bob")"}));
  CHECK(fixture.ask("AT+CPBF=\"nobody\"") == OK);
  CHECK(fixture.ask("AT+CPBF=\"\"").size() == fixture.ask("AT+CPBR=1,250").size());
}

TEST_CASE("phone book: writing, finding a free place, erasing") {
  CallFixture fixture(with_entries());
  CHECK(fixture.ask(R"(AT+CPBW=,"1391818",129,"Daniel")") == OK);
  CHECK(fixture.ask("AT+CPBR=2") == lines({R"(+CPBR: 2,"1391818",129,"Daniel")"}));
  CHECK(fixture.ask(R"(AT+CPBW=3,"+4955")") == OK);
  CHECK(fixture.ask("AT+CPBR=3") == lines({R"(+CPBR: 3,"+4955",145,"")"}));
  CHECK(fixture.ask(R"(AT+CPBW= 4,"4955",145,"a\5Cb\22c")") == OK);
  CHECK(fixture.ask("AT+CPBR=4") == lines({R"(+CPBR: 4,"+4955",145,"a\5Cb\22c")"}));
  CHECK(fixture.ask(R"(AT+CPBF="\5Cb")") == lines({R"(+CPBF: 4,"+4955",145,"a\5Cb\22c")"}));
  CHECK(fixture.ask("AT+CPBW=2") == OK);
  CHECK(fixture.ask("AT+CPBR=2") == OK);
  CHECK(fixture.ask("AT+CPBW=2") == OK);
  CHECK(fixture.ask("AT+CPBS?") == lines({R"(+CPBS: "SM",4,250)"}));
  CHECK(fixture.ask(R"(AT+CPBW=4,"",129,"")") == OK);
  CHECK(fixture.ask("AT+CPBR=4") == OK);
  CHECK(fixture.ask(R"(AT+CPBW=3,"")") == OK);
  CHECK(fixture.ask("AT+CPBS?") == lines({R"(+CPBS: "SM",2,250)"}));
  CHECK(fixture.ask(R"(AT+CPBW=3,,129,"Eve")") == OK);
  CHECK(fixture.ask("AT+CPBR=3") == lines({R"(+CPBR: 3,"",129,"Eve")"}));
}

TEST_CASE("phone book: what it refuses") {
  CallFixture fixture(with_entries());
  fixture.ask("AT+CMEE=1");
  struct Row {
    std::string line;
    int code;
  };
  const std::string digits(41, '1'), name(15, 'n');
  for (const Row& row : {Row{"AT+CPBR=0", 21},
                         Row{"AT+CPBR=251", 21},
                         Row{"AT+CPBR=3,1", 21},
                         Row{"AT+CPBR=1,251", 21},
                         Row{"AT+CPBR=", 765},
                         Row{"AT+CPBR=x", 765},
                         Row{"AT+CPBW=251", 21},
                         Row{"AT+CPBW=0,\"1\"", 21},
                         Row{"AT+CPBW=1,\"" + digits + "\"", 26},
                         Row{"AT+CPBW=1,\"12x\"", 27},
                         Row{"AT+CPBW=1,\"1+2\"", 27},
                         Row{"AT+CPBW=1,\"1\",129,\"" + name + "\"", 24},
                         Row{"AT+CPBW=1,\"1\",127", 765},
                         Row{"AT+CPBW=", 765},
                         Row{"AT+CPBW=,\"\",129,\"\"", 765},
                         Row{"AT+CPBW=1,\"1\",129,\"a\",1", 765},
                         Row{"AT+CPBS=\"XX\"", 765},
                         Row{"AT+CPBS=SM", 765},
                         Row{"AT+CPBR", 100},
                         Row{"AT+CPBW?", 100},
                         Row{"AT+CNUM?", 100}}) {
    CAPTURE(row.line);
    CHECK(fixture.ask(row.line) == line("+CME ERROR: " + std::to_string(row.code)));
  }
  CHECK(fixture.ask("AT+CPBW=1,\"" + digits.substr(1) + "\",129,\"" + name.substr(1) + "\"") == OK);
}

TEST_CASE("phone book: names are in the character set of AT+CSCS") {
  World world = with_entries();
  world.sim.phonebook.push_back({.index = 4, .number = "5", .type = 129, .name = "Żofia"});
  CallFixture fixture(world);
  fixture.ask("AT+CMEE=1;+CSCS=\"UCS2\"");
  CHECK(fixture.ask("AT+CPBR=1") == lines({R"(+CPBR: 1,"100",129,"0041006E006E")"}));
  CHECK(fixture.ask("AT+CPBR=4") == lines({R"(+CPBR: 4,"5",129,"017B006F006600690061")"}));
  CHECK(fixture.ask(R"(AT+CPBF="006F0062")") == lines({R"(+CPBF: 3,"+491234",145,"0042006F0062")"}));
  CHECK(fixture.ask(R"(AT+CPBW=2,"002B00340039",145,"041804320430043D")") == OK);
  CHECK(fixture.ask("AT+CPBR=2") == lines({R"(+CPBR: 2,"+49",145,"041804320430043D")"}));
  CHECK(fixture.ask(R"(AT+CPBW=5,"1",129,"04180432043004180432043004")") == line("+CME ERROR: 25"));
  CHECK(fixture.ask(R"(AT+CPBW=5,"1",129,"0418043204300418043204300418")") == line("+CME ERROR: 24"));
  CHECK(fixture.ask(R"(AT+CPBF="x")") == line("+CME ERROR: 25"));
  fixture.ask("ATD>\"0041006E006E\";");
  fixture.wait(3s);
  CHECK(fixture.ask("AT+CLCC") == lines({R"(+CLCC: 1,0,0,0,0,"100",129,"0041006E006E")"}));
  fixture.ask("ATH;+CSCS=\"IRA\"");
  CHECK(fixture.ask("AT+CPBR=4") == lines({R"(+CPBR: 4,"5",129,"?ofia")"}));
  CHECK(fixture.ask(R"(AT+CPBW=6,"1",129,"[234567[")") == OK);
  CHECK(fixture.ask(R"(AT+CPBW=6,"1",129,"[[[[[[[]")") == line("+CME ERROR: 24"));  // two septets each
}

TEST_CASE("phone book: a full memory says so") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1;+CPBS=\"VM\"");
  CHECK(fixture.ask("AT+CPBW=,\"1\"") == OK);
  CHECK(fixture.ask("AT+CPBW=,\"2\"") == line("+CME ERROR: 20"));
  CHECK(fixture.ask("AT+CPBW=1,\"2\"") == OK);
}

TEST_CASE("phone book: the memories and what may be written there") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  struct Row {
    const char* memory;
    const char* state;
    const char* write;
    const char* erase;
  };
  const std::string refused = line("+CME ERROR: 3"), pin2 = line("+CME ERROR: 17");
  fixture.ask("ATD102;");
  for (const Row& row : {Row{"SM", "0,250", "OK", "OK"}, Row{"ME", "0,100", "OK", "OK"}, Row{"ON", "1,3", "OK", "OK"},
                         Row{"FD", "0,10", "17", "17"}, Row{"LD", "1,10", "3", "OK"}, Row{"RC", "0,10", "3", "OK"},
                         Row{"MC", "0,10", "3", "OK"}, Row{"EN", "2,5", "3", "3"}, Row{"VM", "0,1", "OK", "OK"},
                         Row{"BN", "0,10", "17", "17"}, Row{"SD", "0,10", "3", "3"}}) {
    CAPTURE(row.memory);
    const auto result = [](std::string_view said) {
      return said == "OK" ? OK : line("+CME ERROR: " + std::string(said));
    };
    CHECK(fixture.ask(fmt::format("AT+CPBS=\"{}\"", row.memory)) == OK);
    CHECK(fixture.ask("AT+CPBS?") == lines({fmt::format("+CPBS: \"{}\",{}", row.memory, row.state)}));
    CHECK(fixture.ask("AT+CPBW=1,\"123\"") == result(row.write));
    CHECK(fixture.ask("AT+CPBW=1") == result(row.erase));
  }
  CHECK(fixture.ask("AT+CPBS=\"DC\";+CPBS?") == lines({R"(+CPBS: "LD",0,10)"}));
}

TEST_CASE("phone book: own numbers and voice mail") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+CNUM") == lines({R"(+CNUM: "","+8613800138000",145,0,4)"}));
  fixture.ask(R"(AT+CPBS="ON";+CPBW=2,"555",129,"Fax")");
  CHECK(fixture.ask("AT+CNUM") == lines({R"(+CNUM: "","+8613800138000",145,0,4)", R"(+CNUM: "Fax","555",129,0,4)"}));
  CHECK(fixture.ask("AT+CCVM=?") == lines({"+CCVM: 40,14"}));
  CHECK(fixture.ask("AT+CCVM?") == OK);
  CHECK(fixture.ask("AT+CCVM=\"5000\",\"Box\"") == OK);
  CHECK(fixture.ask("AT+CCVM?") == lines({R"(+CCVM: "5000","Box")"}));
  CHECK(fixture.ask("AT+CCVM=\"5x00\"") == ERROR);
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CCVM=\"5x00\"") == cme(27));
  CHECK(fixture.ask("AT+CCVM=\"" + std::string(41, '5') + "\"") == cme(26));
  CHECK(fixture.ask("AT+CCVM=\"5000\",\"fifteen letters\"") == cme(24));
  CHECK(fixture.ask("AT+CSCS=\"UCS2\";+CCVM=\"00350030\",\"00420078\";+CCVM?") == lines({R"(+CCVM: "50","00420078")"}));
  CHECK(fixture.ask("AT+CCVM=\"\"") == OK);
  CHECK(fixture.ask("AT+CCVM?") == OK);
  World anonymous = ModuleFixture::instant();
  anonymous.sim.number = "";
  CHECK(CallFixture(anonymous).ask("AT+CNUM") == OK);
}

TEST_CASE("phone book: without a card, locked, or before Call Ready there is none") {
  World world = with_entries();
  world.sim.present = false;
  CallFixture without(world);
  without.ask("AT+CMEE=1");
  for (const char* line :
       {"AT+CPBS?", "AT+CPBS=\"ME\"", "AT+CPBR=1", "AT+CPBR=?", "AT+CPBF=\"\"", "AT+CPBW=1", "AT+CNUM", "AT+CCVM?"})
    CHECK(without.ask(line) == "\r\n+CME ERROR: 10\r\n");
  world.sim.present = true;
  world.sim.pin = "1234";
  CallFixture locked(world);
  locked.ask("AT+CMEE=1");
  CHECK(locked.ask("AT+CPBR=1") == line("+CME ERROR: 11"));
  World slow = with_entries();
  slow.timing.overrides["boot.call_ready"] = 60s;
  CallFixture early(slow);
  early.ask("AT+CMEE=1");
  CHECK(early.ask("AT+CPBR=1") == line("+CME ERROR: 14"));
  early.wait(60s);
  CHECK(early.ask("AT+CPBR=1") == lines({R"(+CPBR: 1,"100",129,"Ann")"}));
}

TEST_CASE("phone book: the card keeps its entries, the module its own") {
  Nvram nvram;
  World world = with_entries();
  {
    CallFixture fixture(world, &nvram);
    fixture.ask(R"(AT+CPBW=1;+CPBW=2,"2",129,"a b";+CPBS="ME";+CPBW=7,"7",129,"seven")");
  }
  {
    CallFixture fixture(world, &nvram);
    CHECK(fixture.ask("AT+CPBS?") == lines({R"(+CPBS: "SM",3,250)"}));  // the choice is not kept
    CHECK(fixture.ask("AT+CPBR=1,2") == lines({R"(+CPBR: 2,"2",129,"a b")"}));
    fixture.ask("AT+CPBS=\"ME\"");
    CHECK(fixture.ask("AT+CPBR=1,100") == lines({R"(+CPBR: 7,"7",129,"seven")"}));
  }
  world.sim.iccid = "89860099999999999999";
  CallFixture other_card(world, &nvram);
  CHECK(other_card.ask("AT+CPBR=1") == lines({R"(+CPBR: 1,"100",129,"Ann")"}));
  other_card.ask("AT+CPBS=\"ME\"");
  CHECK(other_card.ask("AT+CPBS?") == lines({R"(+CPBS: "ME",1,100)"}));
}

TEST_CASE("phone book: the last ten numbers dialled, the newest first, each once") {
  CallFixture fixture;
  for (int i = 0; i < 12; ++i) fixture.ask(fmt::format("ATD55{};", i));
  fixture.ask("ATD558;");
  fixture.ask("AT+CPBS=\"LD\"");
  CHECK(fixture.ask("AT+CPBS?") == lines({R"(+CPBS: "LD",10,10)"}));
  CHECK(fixture.ask("AT+CPBR=1,3") ==
        lines({R"(+CPBR: 1,"558",129,"")", R"(+CPBR: 2,"5511",129,"")", R"(+CPBR: 3,"5510",129,"")"}));
  fixture.ask("AT+CPBW=1");
  CHECK(fixture.ask("ATDL;") == OK + line("NO CARRIER"));
}

}  // namespace sim800::test
