// USSD, supplementary services, the toolkit of a card that has none.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {
namespace {

World with_codes() {
  World world = CallFixture::with_people();
  world.network.ussd = {{"*100#", {"Credit 5.30"}}, {"*111#", {"1) Credit\n2) Data", "Which?", "Done"}}, {"*0#", {}}};
  world.timing.overrides["ussd"] = 2s;
  return world;
}

}  // namespace

TEST_CASE("USSD: OK at once, the answer as a URC") {
  World world = with_codes();
  world.sim.phonebook = {{.index = 1, .number = "*100#", .type = 129, .name = "Credit"}};
  CallFixture fixture(world);
  CHECK(fixture.ask("AT+CUSD=?") == lines({"+CUSD: (0-2)"}));
  CHECK(fixture.ask("AT+CUSD?") == lines({"+CUSD: 0"}));
  CHECK(fixture.ask("AT+CUSD=1,\"*100#\"") == OK);
  CHECK(fixture.wait(1999ms) == "");
  CHECK(fixture.wait(1ms) == line("+CUSD: 0, \"Credit 5.30\", 15"));
  CHECK(fixture.ask("AT+CUSD?") == lines({"+CUSD: 1"}));
  CHECK(fixture.ask("AT+CUSD=1, \"*100#\", 15") == OK);
  CHECK(fixture.wait(2s) == line("+CUSD: 0, \"Credit 5.30\", 15"));
  for (const char* dialled : {"ATD*100#;", "ATD>1;", "ATD>\"Credit\";"}) {
    CHECK(fixture.ask(dialled) == OK);
    CHECK(fixture.wait(2s) == line("+CUSD: 0, \"Credit 5.30\", 15"));
  }
  CHECK(fixture.ask("AT+CUSD=1,\"*999#\"") == OK);
  CHECK(fixture.wait(2s) == line("+CUSD: 4"));
  CHECK(fixture.ask("AT+CUSD=1,\"*0#\"") == OK);  // the network does not answer
  CHECK(fixture.wait(59s) == "");
  CHECK(fixture.wait(1s) == line("+CUSD: 5"));
  CHECK(fixture.ask("AT+CUSD=0,\"*100#\"") == OK);
  CHECK(fixture.wait(10s) == "");  // sent, but not shown
  fixture.world.module.quirks.cusd_blanks = false;
  fixture.ask("AT+CUSD=1,\"*100#\"");
  CHECK(fixture.wait(2s) == line("+CUSD: 0,\"Credit 5.30\",15"));
}

TEST_CASE("USSD: texts are in the character set of AT+CSCS; what the GSM alphabet lacks is UCS-2") {
  World world = with_codes();
  world.network.ussd["*102#"] = {"2 \u20BD"};
  CallFixture fixture(world);
  fixture.ask("AT+CUSD=1");
  struct Row {
    const char* set;
    const char* code;
    const char* said;
  };
  for (const Row& row :
       {Row{"IRA", "*102#", R"(+CUSD: 0, "0032002020BD", 72)"}, Row{"GSM", "*102#", R"(+CUSD: 0, "0032002020BD", 72)"},
        Row{"UCS2", "002A0031003000320023", R"(+CUSD: 0, "0032002020BD", 72)"},
        Row{"UCS2", "*100#", R"(+CUSD: 0, "00430072006500640069007400200035002E00330030", 15)"},
        Row{"HEX", "2A31303023", R"(+CUSD: 0, "43726564697420352E3330", 15)"},
        // Under HEX a plain code is read as digits: rubbish, which the network refuses.
        Row{"HEX", "*100#", "+CUSD: 2"}, Row{"HEX", "*102#", "+CUSD: 2"}, Row{"HEX", "100", "+CUSD: 2"},
        Row{"HEX", "10", "+CUSD: 2"}, Row{"HEX", "1B3D", "+CUSD: 4"}, Row{"HEX", "7F", "+CUSD: 2"},
        Row{"HEX", "20", "+CUSD: 4"}, Row{"HEX", "1F", "+CUSD: 2"}}) {
    CAPTURE(row.set);
    CAPTURE(row.code);
    CHECK(fixture.ask(fmt::format("AT+CSCS=\"{}\"", row.set)) == OK);
    CHECK(fixture.ask(fmt::format("AT+CUSD=1,\"{}\"", row.code)) == OK);
    CHECK(fixture.wait(2s) == line(row.said));
  }
}

TEST_CASE("USSD: with the coding scheme of UCS2 a text is digits in any character set") {
  World world = with_codes();
  world.network.ussd["\u043A"] = {"seen"};
  CallFixture fixture(world);
  fixture.ask("AT+CUSD=1");
  struct Row {
    const char *set, *typed, *said;
  };
  for (const Row& row :
       {Row{"IRA", R"("0416",72)", "+CUSD: 4"},  // might be a number
        Row{"IRA", R"("043A",72)", R"(+CUSD: 0, "seen", 15)"},
        Row{"IRA", R"("002A0031003000300023",72)", R"(+CUSD: 0, "Credit 5.30", 15)"},
        Row{"GSM", R"("002A0031003000300023",17)", R"(+CUSD: 0, "Credit 5.30", 15)"},
        Row{"HEX", R"("002A0031003000300023",72)", R"(+CUSD: 0, "43726564697420352E3330", 15)"},
        Row{"IRA", R"("*100#",72)", R"(+CUSD: 0, "Credit 5.30", 15)"},
        Row{"IRA", R"("002A0031003000300023",15)", "+CUSD: 4"}, Row{"IRA", R"("002A0031003000300023")", "+CUSD: 4"}}) {
    CAPTURE(row.set);
    CAPTURE(row.typed);
    fixture.ask(fmt::format("AT+CSCS=\"{}\"", row.set));
    CHECK(fixture.ask(fmt::format("AT+CUSD=1,{}", row.typed)) == OK);
    CHECK(fixture.wait(2s) == line(row.said));
  }
}

TEST_CASE("USSD: a list of texts is a dialogue") {
  CallFixture fixture(with_codes());
  fixture.ask("AT+CUSD=1,\"*111#\"");
  CHECK(fixture.wait(2s) == line("+CUSD: 1, \"1) Credit\n2) Data\", 15"));
  CHECK(fixture.ask("AT+CUSD=1,\"1\"") == OK);
  CHECK(fixture.wait(2s) == line("+CUSD: 1, \"Which?\", 15"));
  SUBCASE("to its end") {
    fixture.ask("AT+CUSD=1,\"*100#\"");  // a reply, whatever it looks like
    CHECK(fixture.wait(2s) == line("+CUSD: 0, \"Done\", 15"));
    fixture.ask("AT+CUSD=1,\"*100#\"");
    CHECK(fixture.wait(2s) == line("+CUSD: 0, \"Credit 5.30\", 15"));
  }
  SUBCASE("cancelled by the host") {
    CHECK(fixture.ask("AT+CUSD=2") == OK);
    CHECK(fixture.ask("AT+CUSD?") == lines({"+CUSD: 1"}));
    CHECK(fixture.ask("AT+CUSD=1,\"1\"") == OK);
    CHECK(fixture.wait(2s) == line("+CUSD: 4"));
  }
  SUBCASE("the network loses patience") {
    CHECK(fixture.wait(59'999ms) == "");
    CHECK(fixture.wait(1ms) == line("+CUSD: 2"));
  }
  SUBCASE("registration is lost") {
    fixture.modem.network->set_registration(Registration::denied);
    CHECK(fixture.wait(1s) == line("+CUSD: 2"));
  }
  SUBCASE("the module resets") {
    fixture.modem.reset();
    CHECK(fixture.wait(20min).find("+CUSD") == std::string::npos);
  }
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("USSD: a plain reply under HEX ends the session") {
  CallFixture fixture(with_codes());
  fixture.ask("AT+CSCS=\"HEX\"");
  fixture.ask("AT+CUSD=1,\"2A31313123\"");
  CHECK(fixture.wait(2s).starts_with("\r\n+CUSD: 1, \""));
  CHECK(fixture.ask("AT+CUSD=1,\"*1#\"") == OK);
  CHECK(fixture.ask("AT+CUSD=1,\"*1#\"") == ERROR);  // an answer is on its way
  CHECK(fixture.wait(2s) == line("+CUSD: 2"));
  CHECK(fixture.ask("AT+CUSD=1,\"31\"") == OK);  // a code now, not a reply
  CHECK(fixture.wait(2s) == line("+CUSD: 4"));
}

TEST_CASE("USSD: what is refused") {
  CallFixture fixture(with_codes());
  fixture.ask("AT+CMEE=1");
  for (const char* command :
       {"AT+CUSD=3", "AT+CUSD=", "AT+CUSD=1,\"\"", "AT+CUSD=1,\"*1#\",256", "AT+CUSD=1,\"*1#\",15,1"}) {
    CAPTURE(command);
    CHECK(fixture.ask(command) == line("+CME ERROR: 765"));
  }
  CHECK(fixture.ask("AT+CUSD=1,\"" + std::string(183, '1') + "\"") == line("+CME ERROR: 765"));
  fixture.ask("AT+CUSD=1,\"*100#\"");
  CHECK(fixture.ask("AT+CUSD=1,\"*100#\"") == line("+CME ERROR: 3"));
  CHECK(fixture.ask("AT+CUSD=2") == OK);
  CHECK(fixture.wait(10s) == "");
  fixture.modem.network->set_registration(Registration::denied);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CUSD=1,\"*100#\"") == line("+CME ERROR: 30"));
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.ask("AT+CUSD=1,\"*100#\"") == line("+CME ERROR: 797"));
  CHECK(fixture.ask("AT+CUSD=1") == OK);
  World world = with_codes();
  world.sim.present = false;
  CallFixture without(world);
  without.ask("AT+CMEE=1");
  CHECK(without.ask("AT+CUSD=1,\"*100#\"") == line("+CME ERROR: 10"));
}

TEST_CASE("USSD: the network speaks up by itself, if the host wants to hear it") {
  CallFixture fixture(with_codes());
  fixture.modem.ussd->receive("Top up now");
  CHECK(fixture.wait(0s) == "");
  fixture.ask("AT+CUSD=1");
  fixture.modem.ussd->receive("Top up now");
  CHECK(fixture.wait(0s) == line("+CUSD: 0, \"Top up now\", 15"));
}

TEST_CASE("forwarding: registered, asked for, switched, erased") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CCFC=?") == lines({"+CCFC: (0-5)"}));
  for (const char* reason : {"0", "1", "2", "3"})
    CHECK(fixture.ask(fmt::format("AT+CCFC={},2", reason)) == lines({"+CCFC: 0,7"}));
  CHECK(fixture.ask("AT+CCFC=0,1") == line("+CME ERROR: 3"));  // none registered
  CHECK(fixture.ask("AT+CCFC=0,3,\"300\",129,1") == OK);
  CHECK(fixture.ask("AT+CCFC=0,2") == lines({R"(+CCFC: 1,1,"300",129)"}));
  CHECK(fixture.ask("AT+CCFC=0,0") == OK);
  CHECK(fixture.ask("AT+CCFC=0,2") == lines({"+CCFC: 0,7"}));
  CHECK(fixture.ask("AT+CCFC=0,1") == OK);
  CHECK(fixture.ask("AT+CCFC=0,4;+CCFC=0,1") == line("+CME ERROR: 3"));
  CHECK(fixture.ask("AT+CCFC=2,3,\"49300\",145,,,,15") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == lines({R"(+CCFC: 1,1,"+49300",145,"",0,15)", R"(+CCFC: 1,2,"+49300",145,"",0,15)",
                                             R"(+CCFC: 1,4,"+49300",145,"",0,15)"}));
  CHECK(fixture.ask("AT+CCFC=4,4") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == lines({"+CCFC: 0,7"}));
  CHECK(fixture.ask("AT+CCFC=1,3,\"300\";+CCFC=1,0") == OK);
  CHECK(fixture.ask("AT+CCFC=0,1") == line("+CME ERROR: 3"));
  CHECK(fixture.ask("AT+CCFC=4,1") == OK);  // what there is of all
  CHECK(fixture.ask("AT+CCFC=1,2,,,1") == lines({R"(+CCFC: 1,1,"300",129)"}));
  CHECK(fixture.ask("AT+CCFC=0,2;+CCFC=2,2") == lines({"+CCFC: 0,7"}).substr(0, 14) + lines({"+CCFC: 0,7"}));
  CHECK(fixture.ask("AT+CCFC=4,4") == OK);
  CHECK(fixture.ask("AT+CCFC=5,3,\"300\",129,1") == OK);
  CHECK(fixture.ask("AT+CCFC=0,2;+CCFC=3,2") ==
        lines({"+CCFC: 0,7"}).substr(0, 14) + lines({R"(+CCFC: 1,1,"300",129)"}));
  for (const char* command : {"AT+CCFC=6,2", "AT+CCFC=0,5", "AT+CCFC=0", "AT+CCFC=0,3", "AT+CCFC=0,3,\"x\"",
                              "AT+CCFC=2,3,\"1\",129,1,,,7", "AT+CCFC=0,3,\"1\",130", "AT+CCFC=0,3,\"1\",129,8"}) {
    CAPTURE(command);
    CHECK(fixture.ask(command) == line("+CME ERROR: 765"));
  }
  CHECK(fixture.ask("AT+CCFC=4,2") == line("+CME ERROR: 3"));
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.ask("AT+CCFC=0,2") == line("+CME ERROR: 797"));
}

TEST_CASE("forwarding: unanswered calls go on after their time, and CSSN tells of it when one dials") {
  CallFixture fixture;
  fixture.ask("AT+CCFC=2,3,\"300\",129,1,,,10");
  fixture.modem.calls->receive("200", 10);
  CHECK(fixture.wait(10min) == line("RING") + line("RING") + line("RING") + line("RING") + line("NO CARRIER"));
  CHECK(fixture.ask("AT+CSSN=1") == OK);
  CHECK(fixture.ask("AT+CSSN?") == lines({"+CSSN: 1,0"}));
  CHECK(fixture.ask("ATD104;") == OK + line("+CSSI: 1") + line("NO CARRIER"));
  fixture.ask("AT+CCFC=0,3,\"300\",129,1");
  CHECK(fixture.ask("ATD104;") == OK + line("+CSSI: 0") + line("+CSSI: 1") + line("NO CARRIER"));
  CHECK(fixture.ask("AT+CSSN=?") == lines({"+CSSN: (0,1),(0,1)"}));
}

TEST_CASE("waiting: the service and the URC are two things") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+CCWA=?") == lines({"+CCWA: (0,1)"}));
  CHECK(fixture.ask("AT+CCWA?") == lines({"+CCWA: 0"}));
  CHECK(fixture.ask("AT+CCWA=1,2") == lines({"+CCWA: 1,1"}));
  CHECK(fixture.ask("AT+CCWA?") == lines({"+CCWA: 1"}));
  CHECK(fixture.ask("AT+CCWA=1,0") == OK);
  CHECK(fixture.ask("AT+CCWA=1,2") == lines({"+CCWA: 0,7"}));
  CHECK(fixture.ask("AT+CCWA=0,1") == OK);
  CHECK(fixture.ask("AT+CCWA=0,2,2") == lines({"+CCWA: 1,2"}));
  for (const char* command : {"AT+CCWA=2", "AT+CCWA=1,3", "AT+CCWA=1,1,8", "AT+CCWA=", "AT+CCWA"})
    CHECK(fixture.ask(command) == ERROR);
  fixture.ask("AT+CMEE=1;+CFUN=4");
  CHECK(fixture.ask("AT+CCWA=1") == OK);
  CHECK(fixture.ask("AT+CCWA=1,2") == line("+CME ERROR: 797"));
}

TEST_CASE("waiting: any character ends the query") {
  World world = ModuleFixture::instant();
  world.timing.overrides["supplementary"] = 10s;
  CallFixture fixture(world);
  CHECK(fixture.ask("AT+CCWA=1,2") == "");
  CHECK(fixture.say(" ") == ERROR);
}

TEST_CASE("number presentation: what is set, and what the network provides") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+CLIP=?") == lines({"+CLIP: (0,1)"}));
  CHECK(fixture.ask("AT+CLIR=?") == lines({"+CLIR: (0-2)"}));
  CHECK(fixture.ask("AT+COLP=?") == lines({"+COLP: (0,1)"}));
  CHECK(fixture.ask("AT+CLIP?") == lines({"+CLIP: 0,1"}));
  CHECK(fixture.ask("AT+CLIR?") == lines({"+CLIR: 0,4"}));
  CHECK(fixture.ask("AT+COLP?") == lines({"+COLP: 0,1"}));
  CHECK(fixture.ask("AT+CLIP=1;+CLIR=2;+COLP=1") == OK);
  fixture.modem.network->set_registration(Registration::searching);
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CLIP?") == lines({"+CLIP: 1,2"}));
  CHECK(fixture.ask("AT+CLIR?") == lines({"+CLIR: 2,2"}));
  CHECK(fixture.ask("AT+COLP?") == lines({"+COLP: 1,2"}));
  for (const char* command :
       {"AT+CLIP=2", "AT+CLIR=3", "AT+COLP=2", "AT+CRC=2", "AT+CSSN=2", "AT+MORING=2", "AT+CDRIND=2", "AT+GSMBUSY=3"})
    CHECK(fixture.ask(command) == ERROR);
  CHECK(fixture.ask("AT+CRC=1;+CRC=;+CRC?") == lines({"+CRC: 1"}));
}

TEST_CASE("toolkit: the card has none") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+STKPCIS=?") == lines({"+STKPCIS: (0-1)"}));
  CHECK(fixture.ask("AT+STKPCIS=1;+STKPCIS?") == lines({"+STKPCIS: 1"}));
  CHECK(fixture.ask("AT+STKMENU?") == OK);
  for (const char* name : {"STKTRS", "STKENVS"}) CHECK(fixture.ask(fmt::format("AT+{}?", name)) == OK);
  for (const char* name : {"STKCALL", "STKSMS", "STKSS", "STKUSSD", "STKDTMF", "STKMENU"})
    CHECK(fixture.ask(fmt::format("AT+{}=?", name)) == OK);
  for (const char* line : {"AT+STKTRS=00", "AT+STKENVS=D3,01", "AT+STKCALL=0", "AT+STKSMS=0", "AT+STKSS=0",
                           "AT+STKUSSD=0", "AT+STKDTMF=0"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
}

}  // namespace sim800::test
