// SPDX-License-Identifier: MIT
// The card: PIN1, PIN2, call barring, what it holds, and access to its files.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
TEST_CASE("AT+CLCK=\"SC\": asking for PIN1 is switched with PIN1, and kept") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 0"));
    CHECK(fixture.ask("AT+CLCK=\"SC\",1") == cme(16));
    CHECK(fixture.ask("AT+CLCK=\"SC\",1,\"1111\"") == cme(16));
    CHECK(fixture.ask("AT+SPIC") == answered("+SPIC: 2,3,10,10"));
    CHECK(fixture.ask("AT+CPWD=\"SC\",\"1234\",\"4321\"") == cme(3));  // not while it is not asked for
    CHECK(fixture.ask("AT+CLCK=SC,1,1234") == OK);
    CHECK(fixture.ask("AT+SPIC") == answered("+SPIC: 3,3,10,10"));
    CHECK(fixture.ask("AT+CPWD=\"SC\",\"1234\",\"12\"") == cme(16));
    CHECK(fixture.ask("AT+CPWD=\"SC\",\"1234\",\"4321\"") == OK);
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CLCK=\"SC\",2") == cme(11));
  CHECK(fixture.ask("AT+CPIN=1234") == cme(16));
  CHECK(fixture.ask("AT+CPIN=4321").starts_with(OK + "\r\n+CPIN: READY\r\n"));
  CHECK(fixture.ask("AT+CLCK=\"SC\",0,\"4321\"") == OK);
  CHECK(fixture.ask("AT+CLCK=\"SC\",2") == answered("+CLCK: 0"));
}

TEST_CASE("a card in use that is given three wrong PINs blocks itself: PUK, network lost") {
  Numbers fixture;
  fixture.ask("AT+CREG=1");
  CHECK(fixture.ask("AT+CLCK=\"SC\",1,\"1111\"") == cme(16));
  CHECK(fixture.ask("AT+CLCK=\"SC\",1,\"1111\"") == cme(16));
  CHECK(fixture.ask("AT+CLCK=\"SC\",1,\"1111\"") == cme(12) + "\r\n+CPIN: SIM PUK\r\n\r\n+CREG: 2\r\n\r\n+CREG: 0\r\n");
  CHECK(fixture.ask("AT+CIMI") == cme(12));
  CHECK(fixture.ask("AT+SPIC") == answered("+SPIC: 0,3,10,10"));
  CHECK(fixture.ask("AT+CPIN=\"12345678\",\"1234\"").starts_with(OK + "\r\n+CPIN: READY\r\n"));
  CHECK(fixture.ask("AT+CREG?") == answered("+CREG: 1,1"));
}

TEST_CASE("a card that blocks itself does so before the next line, also if that was sent together with the wrong PIN") {
  Numbers fixture;
  const std::string wrong = "AT+CLCK=\"SC\",1,\"1111\"\r";
  CHECK(fixture.say(wrong + wrong + wrong + "AT+CPIN=\"12345678\",\"1234\"\rAT+CPIN?\r") ==
        cme(16) + cme(16) + cme(12) + "\r\n+CPIN: SIM PUK\r\n" + OK +
            "\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n" + answered("+CPIN: READY"));
}

TEST_CASE("fixed dialling: PIN2 once a session, PUK2 after three wrong ones, AT+CPIN after 17 and 18") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CLCK=\"FD\",2") == answered("+CLCK: 0"));
  CHECK(fixture.ask("AT+CLCK=\"FD\",1") == cme(17));
  CHECK(fixture.ask("AT+CPIN?") == answered("+CPIN: SIM PIN2"));
  CHECK(fixture.ask("AT+CPIN=1234") == OK);
  CHECK(fixture.ask("AT+CPIN?") == answered("+CPIN: READY"));
  CHECK(fixture.ask("AT+CLCK=\"FD\",1") == OK);
  CHECK(fixture.ask("AT+CLCK=\"FD\",2") == answered("+CLCK: 1"));
  fixture.ask("AT+CFUN=1,1");
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CLCK=\"FD\",2") == answered("+CLCK: 1"));
  CHECK(fixture.ask("AT+CLCK=\"FD\",0,\"9999\"") == cme(16));
  CHECK(fixture.ask("AT+CPWD=\"P2\",\"9999\",\"5678\"") == cme(16));
  CHECK(fixture.ask("AT+CLCK=\"FD\",0,\"9999\"") == cme(18));
  CHECK(fixture.ask("AT+CPIN?") == answered("+CPIN: SIM PUK2"));
  CHECK(fixture.ask("AT+SPIC") == answered("+SPIC: 3,0,10,10"));
  CHECK(fixture.ask("AT+CPIN=\"1234\"") == cme(18));
  CHECK(fixture.ask("AT+CPIN=\"11112222\",\"5678\"") == cme(16));
  CHECK(fixture.ask("AT+SPIC") == answered("+SPIC: 3,0,10,9"));
  CHECK(fixture.ask("AT+CPIN=\"12345678\",\"5678\"") == OK);
  CHECK(fixture.ask("AT+CLCK=\"FD\",0") == OK);
  CHECK(fixture.ask("AT+CPWD=\"P2\",\"5678\",\"1234\"") == OK);
  CHECK(fixture.ask("AT+CPIN=1234") == cme(3));
}

TEST_CASE("AT+CLCK=\"FD\": fixed dialling is kept by the card, as long as it is on") {
  Nvram kept;
  Numbers(ModuleFixture::instant(), &kept).ask("AT+CLCK=\"FD\",1,\"1234\"");
  for (const char* expected : {"+CLCK: 1", "+CLCK: 0"}) {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CLCK=\"FD\",2") == answered(expected));
    CHECK(fixture.ask("AT+CLCK=\"FD\",0,\"1234\"") == OK);
  }
}

TEST_CASE("call barring: by class, with the network's password, kept by the network") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CLCK=\"AO\",2") == answered("+CLCK: 0,7"));
    CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"1111\"") == cme(16));
    CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\",5") == OK);
    CHECK(fixture.ask("AT+CLCK=\"ao\",2") == "\r\n+CLCK: 1,1\r\n+CLCK: 1,4\r\n" + OK);
    CHECK(fixture.ask("AT+CLCK=\"AO\",2,,2") == answered("+CLCK: 0,2"));
    CHECK(fixture.ask("AT+CPWD=\"AB\",\"0000\",\"123\"") == cme(16));
    CHECK(fixture.ask("AT+CPWD=\"AB\",\"0000\",\"1230\"") == OK);
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CLCK=\"AO\",0,\"1230\",1") == OK);
  CHECK(fixture.ask("AT+CLCK=\"AO\",2") == answered("+CLCK: 1,4"));
  fixture.ask("AT+COPS=2");
  CHECK(fixture.ask("AT+CLCK=\"AO\",2") == cme(30));
  CHECK(fixture.ask("AT+CPWD=\"AO\",\"0000\",\"1230\"") == cme(30));
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.ask("AT+CLCK=\"AI\",2") == cme(797));
  CHECK(fixture.ask("AT+CPWD=\"AB\",\"1230\",\"0000\"") == cme(797));
}

TEST_CASE("AT+CLCK and AT+CPWD: lists and refusals") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CLCK=?") == answered(R"(+CLCK: ("AO","OI","OX","AI","IR","FD","SC","PN","PU","PP"))"));
  CHECK(fixture.ask("AT+CPWD=?") ==
        answered(R"(+CPWD: ("AO",4),("OI",4),("OX",4),("AI",4),("IR",4),("AB",4),("P2",8),("SC",8))"));
  CHECK(fixture.ask("AT+CLCK=\"PN\",2") == answered("+CLCK: 0"));
  CHECK(fixture.ask("AT+CLCK=\"PN\",1,\"12345678\"") == cme(3));
  for (const char* typed : {"AT+CLCK=\"XX\",2", "AT+CLCK=\"SC\"", "AT+CLCK=\"SC\",3", "AT+CPWD=\"FD\",\"1\",\"2\"",
                            "AT+CPWD=\"SC\",\"1234\"", "AT+CLCK=\"SC\",1,\"123456789\""})
    CHECK(fixture.ask(typed) == cme(765));
  for (const char* typed : {"AT+CLCK?", "AT+CLCK", "AT+CPWD?", "AT+SPIC?", "AT+SPIC=?"})
    CHECK(fixture.ask(typed) == cme(100));
}

TEST_CASE("no card: everything about it is refused with 10") {
  World world = ModuleFixture::instant();
  world.sim.present = false;
  Numbers fixture(world);
  for (const char* typed : {"AT+CLCK=\"SC\",2", "AT+CPWD=\"SC\",\"1234\",\"4321\"", "AT+SPIC", "AT+CNUM", "AT+CSPN?",
                            "AT+CIMI", "AT+CCID", "AT+CRSM=242", "AT+CSIM=10,\"A0A4000002\"", "AT+CPIN=1234"}) {
    CAPTURE(typed);
    CHECK(fixture.ask(typed) == cme(10));
  }
}

TEST_CASE("what the card holds: own number, provider") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CNUM") == answered("+CNUM: \"\",\"+8613800138000\",145,0,4"));
  CHECK(fixture.ask("AT+CSPN?") == answered("+CSPN: \"CHINA MOBILE\",0"));
  World world = ModuleFixture::instant();
  world.sim.number = "";
  CHECK(Numbers(world).ask("AT+CNUM") == OK);
  world.sim.number = "123";
  CHECK(Numbers(world).ask("AT+CNUM") == answered("+CNUM: \"\",\"123\",129,0,4"));
}

TEST_CASE("EF_AD: the length of the MNC is the card's, whatever network serves it") {
  const auto ad = [](const char* imsi, const char* plmn) {
    World world = ModuleFixture::instant();
    world.sim.imsi = imsi;
    world.network.plmn = plmn;
    Numbers fixture(world);
    return fixture.ask("AT+CRSM=176,28589,0,3,1");
  };
  const std::string two = answered(R"(+CRSM: 144,0,"02")"), three = answered(R"(+CRSM: 144,0,"03")");
  CHECK(ad("460001234567890", "310410") == two);
  CHECK(ad("310410123456789", "46000") == three);
  CHECK(ad("310410123456789", "310410") == three);
  CHECK(ad("230010123456789", "230010") == three);  // as the scenario says it
  CHECK(ad("230010123456789", "23003") == two);
  CHECK(ad("722070123456789", "23003") == three);
}

TEST_CASE("AT+CRSM: files and what the card says of them") {
  Numbers fixture;
  for (const auto& [typed, answer] : {std::pair{"176,12258,0,0,10", R"(144,0,"98680021436587092143")"},
                                      {"176,28423,0,0,9", R"(144,0,"084906002143658709")"},
                                      {"176,28486,0,0,17", R"(144,0,"004348494E41204D4F42494C45FFFFFFFF")"},
                                      {"176,28589,0,0,4", R"(144,0,"00000002")"},
                                      {"176,28589,0,3,1", R"(144,0,"02")"},
                                      {"192,12258,0,0,15", R"(144,0,"0000000A2FE204000FF04401020000")"},
                                      {"242", R"(144,0,"000000003F00010000000000098002020400838A838A")"},
                                      {"176,28589,0,0,5", "103,4"},
                                      {"176,28589,0,4,1", "148,2"},
                                      {"176,28480,0,0,10", "148,8"},
                                      {"176,28416,0,0,10", "148,4"},
                                      {"178,12258,1,4,10", "148,8"},
                                      {"176,32528,0,0,1", "148,0"},
                                      {"214,28486,0,0,1,\"00\"", "152,4"}}) {
    CAPTURE(typed);
    const std::string wanted = std::string("+CRSM: ") + answer;
    CHECK(fixture.ask(std::string("AT+CRSM=") + typed) == answered(wanted));
  }
  for (const auto& [typed, code] : {std::pair{"177,1", 754},
                                    {"176", 753},
                                    {"176,65536", 755},
                                    {"176,12258", 756},
                                    {"176,12258,0,0", 756},
                                    {"176,12258,0,0,256", 757},
                                    {"214,28486,0,0,1", 758},
                                    {"214,28486,0,0,1,\"0x\"", 759},
                                    {"\"176\"", 753}}) {
    CAPTURE(typed);
    CHECK(fixture.ask(std::string("AT+CRSM=") + typed) == cme(code));
  }
  CHECK(fixture.ask("AT+CRSM=?") == OK);
}

TEST_CASE("a locked card gives its number, and nothing else") {
  World world = ModuleFixture::instant();
  world.sim.pin = "1234";
  Numbers fixture(world);
  CHECK(fixture.ask("AT+CRSM=176,12258,0,0,2") == answered(R"(+CRSM: 144,0,"9868")"));
  CHECK(fixture.ask("AT+CRSM=176,28423,0,0,9") == answered("+CRSM: 152,4"));
}

TEST_CASE("AT+CSIM: SELECT, GET RESPONSE, READ BINARY") {
  Numbers fixture;
  for (const auto& [typed, answer] : {std::pair{R"(14,"A0A40000022FE2")", R"(4,"9F0F")"},
                                      {R"(10,"A0C000000F")", R"(34,"0000000A2FE204000FF044010200009000")"},
                                      {R"(10,"a0b000000a")", R"(24,"986800214365870921439000")"},
                                      {R"(10,"A0B000000B")", R"(4,"670A")"},
                                      {R"(14,"A0A40000026F40")", R"(4,"9404")"},
                                      {R"(10,"A020000108")", R"(4,"6700")"},
                                      {R"(10,"00A4000002")", R"(4,"6E00")"},
                                      {R"(14,"A0A40000027F20")", R"(4,"9F16")"},
                                      {R"(10,"A0F2000002")", R"(8,"00009000")"}}) {
    CAPTURE(typed);
    CHECK(fixture.ask(std::string("AT+CSIM=") + typed) == answered(std::string("+CSIM: ") + answer));
  }
  for (const char* typed :
       {"AT+CSIM=12,\"A0A40000022FE2\"", "AT+CSIM=4,\"A0A4\"", "AT+CSIM=10,\"A0A400000Z\"", "AT+CSIM=10"})
    CHECK(fixture.ask(typed) == cme(765));
}

}  // namespace sim800::test
