// SPDX-License-Identifier: MIT
// Supplementary services that act: barring, forwarding, number presentation, closed user groups, codes of 22.030.
#include <doctest/doctest.h>

#include <functional>
#include <utility>

#include "emulator/calls/call_service.hpp"
#include "emulator/calls/service_code.hpp"
#include "emulator/core/world.hpp"
#include "emulator/sim/phone_book.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/call_fixture.hpp"
#include "tests/support/two_modules.hpp"

namespace sim800::test {
namespace {

const std::string no_carrier = line("NO CARRIER");

struct Services : CallFixture {
  explicit Services(World given = with_people(), Nvram* kept = nullptr) : CallFixture(std::move(given), kept) {
    ask("AT+CMEE=1;+CSSN=1,1");
  }
  std::string call(std::string_view number) { return ask_for("ATD" + std::string(number) + ";", 0s); }
};

World with(const std::function<void(NetworkConfig&)>& change) {
  World world = CallFixture::with_people();
  change(world.network);
  return world;
}

}  // namespace

TEST_CASE("barring: outgoing calls are refused with +CSSI: 5, by class and by where they lead") {
  Services fixture;
  CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\",2") == OK);
  CHECK(fixture.call("102") == OK + line("BUSY"));  // data calls only
  CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\"") == OK);
  CHECK(fixture.call("102") == OK + line("+CSSI: 5") + no_carrier);
  CHECK(fixture.ask("AT+CEER=1;+CEER").find("29") != std::string::npos);
  CHECK(fixture.call("112") == OK);  // never barred
  fixture.ask("ATH");
  CHECK(fixture.ask("AT+CLCK=\"OI\",1,\"0000\"") == OK);  // takes the place of AO
  CHECK(fixture.ask("AT+CLCK=\"AO\",2") == answered("+CLCK: 0,7"));
  CHECK(fixture.call("102") == OK + line("BUSY"));
  CHECK(fixture.call("+49105") == OK + line("+CSSI: 5") + no_carrier);
  CHECK(fixture.ask("AT+CLCK=\"AG\",0,\"0000\"") == OK);
  CHECK(fixture.call("+49105") == OK);
}

TEST_CASE("barring: incoming calls do not ring, all or those abroad") {
  Services fixture;
  CHECK(fixture.ask("AT+CLCK=\"IR\",1,\"0000\"") == OK);
  CHECK(fixture.modem.calls->receive("200", 1));
  fixture.wait(10s);
  CHECK(fixture.ask("AT+CLCK=\"AI\",1,\"0000\"") == OK);
  CHECK_FALSE(fixture.modem.calls->receive("200", 1));
  CHECK(fixture.wait(5s) == "");
  CHECK(fixture.ask("AT+CLCK=\"AC\",0,\"0000\"") == OK);
  CHECK(fixture.modem.calls->receive("200", 1));
  World abroad = CallFixture::with_people();
  abroad.network.plmn = "23001";
  abroad.network.registration = Registration::roaming;
  Services away(abroad);
  CHECK(away.ask("AT+CLCK=\"IR\",1,\"0000\"") == OK);
  CHECK_FALSE(away.modem.calls->receive("200", 1));
  CHECK(away.ask("AT+CLCK=\"OX\",1,\"0000\"") == OK);
  CHECK(away.call("+8613800138009") == OK + no_carrier);  // home: unassigned, but not barred
  CHECK(away.call("+49105") == OK + line("+CSSI: 5") + no_carrier);
}

TEST_CASE("barring: three wrong passwords, and a network without the service") {
  Services fixture;
  for (const char* none : {"AT+CLCK=\"AO\",1", "AT+CLCK=\"AO\",1,\"111\"", "AT+CLCK=\"AO\",0,\"12345\"",
                           "AT+CPWD=\"AB\",\"abcd\",\"1111\"", "ATD*33*12#;"}) {
    CAPTURE(none);
    CHECK(fixture.ask(none) == cme(16));  // and does not count
  }
  for (int i = 0; i < 3; ++i) CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"1111\"") == cme(16));
  CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\"") == cme(3));
  CHECK(fixture.ask("AT+CPWD=\"AB\",\"0000\",\"1111\"") == cme(3));
  Services other(with([](NetworkConfig& network) { network.services.barring = false; }));
  CHECK(other.ask("AT+CLCK=\"AO\",2") == cme(3));
  CHECK(other.ask("AT+CLCK=\"AO\",1,\"0000\"") == cme(3));
  CHECK(other.ask("AT+CPWD=\"AB\",\"0000\",\"1111\"") == cme(3));
}

TEST_CASE("barring and forwarding of all calls exclude each other") {
  Services fixture;
  CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\"") == OK);
  CHECK(fixture.ask("AT+CCFC=0,3,\"100\"") == cme(3));
  CHECK(fixture.ask("AT+CLCK=\"AO\",0,\"0000\"") == OK);
  CHECK(fixture.ask("AT+CCFC=0,3,\"100\"") == OK);
  CHECK(fixture.ask("AT+CLCK=\"AO\",1,\"0000\"") == cme(3));
}

TEST_CASE("forwarding: each class has a number of its own, kept over power-off") {
  Nvram kept;
  {
    Services fixture(CallFixture::with_people(), &kept);
    CHECK(fixture.ask("AT+CCFC=2,3,\"100\",129,1,,,10") == OK);
    CHECK(fixture.ask("AT+CCFC=2,3,\"+49105\",145,4") == OK);
  }
  Services fixture(CallFixture::with_people(), &kept);
  CHECK(fixture.ask("AT+CCFC=2,2") == lines({R"(+CCFC: 1,1,"100",129,"",0,10)", R"(+CCFC: 1,4,"+49105",145,"",0,20)"}));
  CHECK(fixture.ask("AT+CCFC=2,4,,,4") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == answered(R"(+CCFC: 1,1,"100",129,"",0,10)"));
  CHECK(fixture.ask("AT+CCFC=2,0") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == answered("+CCFC: 0,7"));
  CHECK(fixture.ask("AT+CCFC=3,1") == cme(3));  // no number
  CHECK(fixture.ask("AT+CCFC=0,3,\"112\"") == cme(3));
}

TEST_CASE("forwarding: a scripted number forwards, at once or once it has rung; +COLP shows where to") {
  const World world = with([](NetworkConfig& network) {
    using Call = Subscriber::Call;
    network.numbers["300"] = {.call = Call::busy, .forwards_to = "100"};
    network.numbers["301"] = {.call = Call::no_answer, .after = 10s, .forwards_to = "100"};
    network.numbers["302"] = {.call = Call::barred};
    network.numbers["303"] = {.call = Call::answer, .after = 1s, .waits = true, .hides_number = true};
    network.numbers["304"] = {.call = Call::busy, .forwards_to = "304"};
  });
  Services fixture(world);
  fixture.ask("AT+COLP=1");
  CHECK(fixture.ask_for("ATD300;", 3s) == lines({"+CSSI: 2"}).substr(0, 12) + answered(R"(+COLP: "100",129,"",0,"")"));
  fixture.ask("ATH");
  CHECK(fixture.ask_for("ATD301;", 9s) == "");
  CHECK(fixture.wait(4s).find("+CSSI: 2") != std::string::npos);
  fixture.ask("ATH");
  CHECK(fixture.ask_for("ATD302;", 1s) == line("+CSSI: 6") + no_carrier);
  CHECK(fixture.ask_for("ATD303;", 2s) == line("+CSSI: 3") + answered(R"(+COLP: "",128,"",0,"")"));
  fixture.ask("ATH");
  CHECK(fixture.ask_for("ATD304;", 1s).ends_with(line("BUSY")));
}

TEST_CASE("forwarding: without an answer after exactly the time that was set") {
  Services fixture;
  CHECK(fixture.ask("AT+CCFC=2,3,\"100\",129,7,,,5") == OK);
  CHECK(fixture.modem.calls->receive("200", 0));
  CHECK(fixture.wait(4999ms) == line("RING") + line("RING"));
  CHECK(fixture.wait(1ms) == no_carrier);
}

TEST_CASE("forwarding without an answer and S0: whichever time comes first, and only that") {
  Services fixture;
  const std::string RING = line("RING");
  fixture.ask("AT+CCFC=2,3,\"100\",129,7,,,5");
  fixture.ask("ATS0=2");
  CHECK(fixture.modem.calls->receive("200", 0));
  CHECK(fixture.wait(1min) == RING + RING);  // answered after 3 s
  CHECK(fixture.ask("ATH") == OK);
  fixture.ask("ATS0=3");
  CHECK(fixture.modem.calls->receive("200", 0));
  CHECK(fixture.wait(1min) == RING + RING + no_carrier);  // forwarded after 5
  fixture.ask("AT+CCFC=2,3,\"100\",129,7,,,15");
  fixture.ask("ATS0=6");
  CHECK(fixture.modem.calls->receive("200", 0));
  CHECK(fixture.wait(1min) == RING + RING + RING + RING + RING + no_carrier);  // both would be at 15 s
  CHECK(fixture.modem.calls->connections().empty());
}

TEST_CASE("forwarding without an answer counts from the offer, also of a call that waits at first") {
  Services fixture;
  fixture.ask("AT+CCWA=1;+CCFC=2,3,\"100\",129,7,,,20");
  fixture.talk_to("100");
  CHECK(fixture.modem.calls->receive("200", 0));
  fixture.wait(10s);
  CHECK(fixture.ask("ATH") == OK);
  CHECK(fixture.wait(10s).ends_with(no_carrier));
  CHECK(fixture.modem.calls->connections().empty());
}

TEST_CASE("forwarding without an answer leaves a call alone that is being answered") {
  World world = CallFixture::with_people();
  world.timing.overrides["call.answer"] = 5s;
  Services fixture(world);
  fixture.ask("AT+CCFC=2,3,\"100\",129,7,,,5");
  fixture.modem.calls->receive("200", 0);
  fixture.wait(4s);
  fixture.ask("ATA");
  CHECK(fixture.wait(5s) == OK);
  CHECK(fixture.wait(1min) == "");
}

TEST_CASE("incoming calls: forwarded, of the group, from outside it") {
  Services fixture(with([](NetworkConfig& network) {
    network.services.group = {.index = 7, .members = {"100"}, .outgoing_access = false, .incoming_access = false};
  }));
  CHECK_FALSE(fixture.modem.calls->receive("200", 1));
  CHECK(fixture.modem.calls->receive(CallOffer{.from = "100", .forwarded = true, .group = 7}, 1));
  CHECK(fixture.wait(0s) == line("RING") + line("+CSSU: 0") + line("+CSSU: 1,7"));
  CHECK(fixture.wait(9s) == no_carrier);
  CHECK(fixture.modem.calls->receive(CallOffer{.from = "100", .group = 7}, 2));
  CHECK(fixture.wait(3s) == line("RING") + line("+CSSU: 1,7") + line("RING") + line("+CSSU: 1,7"));  // 27.007 7.17
  fixture.wait(9s);
  fixture.ask("AT+HTTPINIT");
  fixture.say("AT+HTTPDATA=5,60000\r");
  CHECK(fixture.modem.calls->receive(CallOffer{.from = "100", .forwarded = true, .group = 7}, 1));
  CHECK(fixture.wait(30s) == "");
  CHECK(fixture.say("abcde") == OK + no_carrier);  // it is over, and nothing of it is said any more
  CHECK(fixture.ask_for("ATD100;", 1s) == OK + line("+CSSI: 4,7"));
  fixture.ask("ATH");
  CHECK(fixture.ask_for("ATD102;", 1s) == OK + no_carrier);  // not a member
  CHECK(fixture.ask("AT+CEER;+CEER=1;+CEER") == lines({"+CEER: user not member of CUG", "", "+CEER: Cause:87"}));
  CHECK(fixture.ask_for("ATD100g;", 1s) == OK + no_carrier);  // not as a call of the group
}

TEST_CASE("presentation: what the network provides is shown, and what it does not is not") {
  using Clir = Subscription::Clir;
  for (const auto& [clir, m] :
       {std::pair{Clir::not_provisioned, "0"}, {Clir::permanent, "1"}, {Clir::restricted, "3"}, {Clir::allowed, "4"}}) {
    Services fixture(with([which = clir](NetworkConfig& network) { network.services.clir = which; }));
    CHECK(fixture.ask("AT+CLIR?") == answered(std::string("+CLIR: 0,") + m));
    const bool rejected = fixture.ask("ATD*31#100;").find("+CSSI: 7") != std::string::npos;
    CHECK(rejected == (clir == Clir::permanent));
  }
  Services fixture(with([](NetworkConfig& network) { network.services.clip = network.services.colp = false; }));
  CHECK(fixture.ask("AT+CLIP=1;+COLP=1;+CLIP?;+COLP?") == lines({"+CLIP: 1,0", "", "+COLP: 1,0"}));
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(0s) == line("RING"));
  CHECK(fixture.ask("AT+CLCC") == answered(R"(+CLCC: 1,1,4,0,0,"",128,"")"));
  fixture.wait(9s);
  CHECK(fixture.ask_for("ATD100;", 3s) == OK);
  fixture.ask("AT+CCWA=1");
  fixture.modem.calls->receive("200", 1);
  CHECK(fixture.wait(0s) == line("RING") + line(R"(+CCWA: "",128,1,"")"));
}

TEST_CASE("two modules: the caller hears that calls are barred; number hiding by prefix and modifier") {
  TwoModules two;
  two.a.ask("AT+CSSN=1,1");
  two.b.ask("AT+CLIP=1");
  const std::string shown = R"(+CLIP: "+8613800138000")", hidden = R"(+CLIP: "",128,"",0,"",1)";
  const auto clip_of = [&](const std::string& dialled) {
    two.b.heard();
    two.a.ask("ATD" + dialled + ";", 1s);
    const std::string heard = two.b.heard();
    two.a.ask("ATH", 1s);
    return heard;
  };
  CHECK(clip_of("+8613800138001").find(shown) != std::string::npos);
  CHECK(clip_of("#31#+8613800138001").find(hidden) != std::string::npos);
  CHECK(clip_of("+8613800138001I").find(hidden) != std::string::npos);
  two.a.ask("AT+CLIR=1");
  CHECK(clip_of("+8613800138001").find(hidden) != std::string::npos);
  CHECK(clip_of("*31#+8613800138001").find(shown) != std::string::npos);
  CHECK(clip_of("+8613800138001i").find(shown) != std::string::npos);
  two.b.ask("AT+CLCK=\"AI\",1,\"0000\"", 1s);
  two.b.heard();
  two.a.heard();
  CHECK(two.a.ask("ATD+8613800138001;", 1s) == OK + line("+CSSI: 6") + no_carrier);
  CHECK(two.b.heard().empty());
}

TEST_CASE("fixed dialling: only numbers of the card's list, and emergency calls") {
  Services fixture;
  fixture.modem.phone_book->put("FD", 1, {"10", "ten"});
  CHECK(fixture.ask("AT+CLCK=\"FD\",1,\"1234\"") == OK);
  CHECK(fixture.call("102") == OK + line("BUSY"));
  CHECK(fixture.call("200") == cme(3));
  CHECK(fixture.ask("AT+CUSD=1,\"*100#\"") == cme(3));
  CHECK(fixture.ask("ATD*#21#;") == cme(3));
  CHECK(fixture.ask("ATD*#06#;") == answered("866104020304051"));  // asks nobody
  CHECK(fixture.call("112") == OK);
  fixture.ask("ATH");
  CHECK(fixture.ask("AT+CLCK=\"FD\",0,\"1234\"") == OK);
  CHECK(fixture.call("200") == OK + no_carrier);
}

TEST_CASE("fixed dialling: a message needs its service centre in the list, too") {
  Services fixture;
  fixture.modem.phone_book->put("FD", 1, {"102", "somebody"});
  fixture.ask("AT+CMGF=1;+CLCK=\"FD\",1,\"1234\"");
  fixture.say("AT+CMGS=\"102\"\r");
  CHECK(fixture.say("Hi\x1a") == line("+CMS ERROR: 302"));
  fixture.modem.phone_book->put("FD", 2, {"+8613800100500", "centre"});
  fixture.say("AT+CMGS=\"102\"\r");
  CHECK(fixture.say("Hi\x1a").starts_with(line("+CMGS: 0")));
}

TEST_CASE("a message that only the packet service may carry is not sent during a call, which suspends it") {
  Services fixture;
  const auto send = [&fixture](const char* service) {
    fixture.ask(std::string("AT+CMGF=1;+CGSMS=") + service);
    fixture.say("AT+CMGS=\"102\"\r");
    return fixture.say("Hi\x1a");
  };
  CHECK(send("0").starts_with(line("+CMGS: 0")));
  CHECK(fixture.call("100") == OK);
  CHECK(send("0") == line("+CMS ERROR: 530"));
  CHECK(send("2").starts_with(line("+CMGS: 1")));
  fixture.ask("ATH");
  CHECK(send("0").starts_with(line("+CMGS: 2")));
}

TEST_CASE("barring: incoming messages, by all classes or by their own") {
  Services fixture;
  const auto arrives = [&fixture] {
    fixture.modem.sms->receive("+49170", "Hi");
    return !fixture.wait(1s).empty();
  };
  CHECK(fixture.ask("AT+CLCK=\"AI\",1,\"0000\",1") == OK);
  CHECK(arrives());  // voice calls only
  CHECK(fixture.ask("ATD*35*0000*16#;") == OK);
  CHECK_FALSE(arrives());
  CHECK(fixture.ask("ATD#35*0000*16#;") == OK);
  CHECK(arrives());
  CHECK(fixture.ask("AT+CLCK=\"AI\",1,\"0000\"") == OK);
  CHECK_FALSE(arrives());
  CHECK(fixture.ask("AT+CLCK=\"AI\",0,\"0000\"") == OK);
  CHECK(fixture.wait(1h) == "");  // they are lost
}

// --- 22.030

TEST_CASE("codes of 22.030 are told from numbers and from USSD") {
  for (const char* other :
       {"100", "*100#", "*99#", "21#", "*21", "##", "*#", "**", "#", "*#9#", "*21*1*2*3*4*5#", "*06#", "**06#"})
    CHECK_FALSE(parse_service_code(other));
  using Act = ServiceCode::Act;
  const auto code = parse_service_code("**61*+49105*11*25#");
  REQUIRE(code);
  CHECK(code->act == Act::enter);
  CHECK(code->service == "61");
  CHECK(code->given[0] == "+49105");
  CHECK(code->given[1] == "11");
  CHECK(code->given[2] == "25");
}

TEST_CASE("codes of 22.030: forwarding, with and without a semicolon") {
  Services fixture;
  CHECK(fixture.ask("ATD*#21#") == answered("+CCFC: 0,7"));
  CHECK(fixture.ask("ATD*21*100#;") == OK);
  CHECK(fixture.ask("ATD*#21#;") ==
        lines({R"(+CCFC: 1,1,"100",129)", R"(+CCFC: 1,2,"100",129)", R"(+CCFC: 1,4,"100",129)"}));
  CHECK(fixture.ask("ATD#21#;") == OK);
  CHECK(fixture.ask("AT+CCFC=0,2") == answered("+CCFC: 0,7"));
  CHECK(fixture.ask("ATD*21#;") == OK);
  CHECK(fixture.ask("ATD##21#;") == OK);
  CHECK(fixture.ask("ATD*21#;") == cme(3));
  CHECK(fixture.ask("ATD**61*+49105*11*25#;") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == answered(R"(+CCFC: 1,1,"+49105",145,"",0,25)"));
  CHECK(fixture.ask("ATD##002#;") == OK);
  CHECK(fixture.ask("AT+CCFC=2,2") == answered("+CCFC: 0,7"));
  CHECK(fixture.ask("ATD**61*100*11*31#;") == cme(765));
  CHECK(fixture.ask("ATD**61*100*99#;") == cme(765));
}

TEST_CASE("codes of 22.030: waiting, barring and its password, presentation, IMEI") {
  Services fixture;
  CHECK(fixture.ask("ATD*#43#;") == answered("+CCWA: 1,1"));
  CHECK(fixture.ask("ATD#43#;") == OK);
  CHECK(fixture.ask("ATD*#43#;") == answered("+CCWA: 0,7"));
  CHECK(fixture.ask("ATD*43#;") == OK);
  CHECK(fixture.ask("ATD*33*0000#;") == OK);
  CHECK(fixture.ask("ATD*#33#;") == lines({"+CLCK: 1,1", "+CLCK: 1,2", "+CLCK: 1,4", "+CLCK: 1,8"}));
  CHECK(fixture.ask("ATD#33*1111#;") == cme(16));
  CHECK(fixture.ask("ATD#330*0000#;") == OK);
  CHECK(fixture.ask("AT+CLCK=\"AO\",2") == answered("+CLCK: 0,7"));
  CHECK(fixture.ask("ATD**03*330*0000*1111*1112#;") == cme(16));
  CHECK(fixture.ask("ATD**03*330*0000*1111*1111#;") == OK);
  CHECK(fixture.ask("ATD*35*1111*11#;") == OK);
  CHECK(fixture.ask("AT+CLCK=\"AI\",2") == answered("+CLCK: 1,1"));
  CHECK(fixture.ask("ATD*#30#;") == answered("+CLIP: 0,1"));
  CHECK(fixture.ask("ATD*#31#;") == answered("+CLIR: 0,4"));
  CHECK(fixture.ask("ATD*#76#;") == answered("+COLP: 0,1"));
  CHECK(fixture.ask("ATD*#06#;") == answered("866104020304051"));
  CHECK(fixture.ask("ATD*#06#") == answered("866104020304051"));
}

TEST_CASE("codes of 22.030: what is asked for one class, with and without the parts that are not needed") {
  Services fixture;
  CHECK(fixture.ask("ATD*35*0000*16#;") == OK);
  for (const char* asks : {"*#35**16#", "*#35*16#", "*#35*0000*16#"}) {
    CAPTURE(asks);
    CHECK(fixture.ask("ATD" + std::string(asks) + ";") == answered("+CLCK: 1,8"));
  }
  for (const char* asks : {"*#35**11#", "*#35*11#", "*#35*0000*11#"}) {
    CAPTURE(asks);
    CHECK(fixture.ask("ATD" + std::string(asks) + ";") == answered("+CLCK: 0,1"));
  }
  CHECK(fixture.ask("ATD*#35*0000#;") == answered("+CLCK: 1,8"));
  CHECK(fixture.ask("ATD*#33**16#;") == answered("+CLCK: 0,8"));
  CHECK(fixture.ask("ATD*21*100*11#;") == OK);
  for (const char* asks : {"*#21**11#", "*#21*11#", "*#21*100*11#"}) {
    CAPTURE(asks);
    CHECK(fixture.ask("ATD" + std::string(asks) + ";") == answered(R"(+CCFC: 1,1,"100",129)"));
  }
  CHECK(fixture.ask("ATD*#21**13#;") == answered("+CCFC: 0,4"));
  CHECK(fixture.ask("ATD#21**11#;") == OK);
  CHECK(fixture.ask("ATD*21**11#;") == OK);
  CHECK(fixture.ask("ATD*#43*11#;") == answered("+CCWA: 1,1"));
  CHECK(fixture.ask("ATD*03*35*0000*1111*1111#;") == OK);
  // What has no place for it, or does not exist.
  for (const char* wrong : {"*#35*99#", "*#35**99#", "*#35***16#", "*35*1111*16*1#", "**35*1111#", "##35*1111#",
                            "*#43**11#", "*#21*100*99#", "*#31*11#", "*43*99#"}) {
    CAPTURE(wrong);
    CHECK(fixture.ask("ATD" + std::string(wrong) + ";") == cme(765));
  }
  for (const char* refused : {"*#330#", "*#002#", "*30#", "##76#", "**77#"}) {
    CAPTURE(refused);
    CHECK(fixture.ask("ATD" + std::string(refused) + ";") == cme(3));
  }
}

TEST_CASE("codes of 22.030: PIN, PIN2 and their PUKs") {
  Services fixture;
  CHECK(fixture.ask("AT+CLCK=\"SC\",1,\"1234\"") == OK);
  CHECK(fixture.ask("ATD**04*1234*5555*5556#;") == cme(16));
  CHECK(fixture.ask("ATD**04*1234*5555*5555#;") == OK);
  CHECK(fixture.ask("AT+CLCK=\"SC\",0,\"5555\"") == OK);
  CHECK(fixture.ask("ATD**042*1234*6666*6666#;") == OK);
  CHECK(fixture.ask("AT+CACM=\"6666\"") == OK);
  CHECK(fixture.ask("ATD**052*12345678*7777*7777#;") == OK);
}

// --- advice of charge

TEST_CASE("AT+CPUC: three characters, however many bytes") {
  Services fixture;
  CHECK(fixture.ask("AT+CSCS=\"UCS2\"") == OK);
  CHECK(fixture.ask("AT+CPUC=\"20AC20AC20AC\",\"0.5\",\"1234\"") == OK);
  CHECK(fixture.ask("AT+CPUC?") == answered(R"(+CPUC: "20AC20AC20AC","0.5")"));
  CHECK(fixture.ask("AT+CPUC=\"0041004200430044\",\"0.5\",\"1234\"") == cme(765));
}

TEST_CASE("charges: set-up and periods, reported as they are counted, kept by the card") {
  Nvram kept;
  const World world = with([](NetworkConfig& network) { network.tariff = {.set_up = 2, .units = 3, .period = 10s}; });
  {
    Services fixture(world, &kept);
    fixture.ask("AT+CAOC=2");
    CHECK(fixture.ask_for("ATD100;", 2s) == OK + line("+CCCM: \"000005\""));
    CHECK(fixture.wait(9s) == "");
    CHECK(fixture.wait(1s) == line("+CCCM: \"000008\""));
    fixture.ask("ATH");
    CHECK(fixture.wait(30s) == "");
    CHECK(fixture.ask("AT+CAOC") == answered("+CAOC: \"000008\""));
    CHECK(fixture.ask_for("ATD102;", 1s) == OK + line("BUSY"));  // free
    fixture.modem.calls->receive("200", 0);
    fixture.ask("ATA");
    fixture.wait(30s);
    fixture.ask("ATH");
    CHECK(fixture.ask("AT+CACM?") == answered("+CACM: \"000008\""));
  }
  Services fixture(world, &kept);
  CHECK(fixture.ask("AT+CAOC;+CACM?") == lines({"+CAOC: \"000000\"", "", "+CACM: \"000008\""}));
  CHECK(fixture.ask("AT+CACM=\"9999\"") == cme(16));
  CHECK(fixture.ask("AT+CACM=\"1234\"") == OK);
  CHECK(fixture.ask("AT+CACM?") == answered("+CACM: \"000000\""));
}

TEST_CASE("charges: the limit is announced 5 s before, ends the call, and refuses the next") {
  Services fixture(with([](NetworkConfig& network) { network.tariff = {.set_up = 0, .units = 1, .period = 10s}; }));
  CHECK(fixture.ask("AT+CAMM=\"000003\",\"1234\"") == OK);
  CHECK(fixture.ask("AT+CCWE=1") == OK);
  CHECK(fixture.ask_for("ATD100;", 2s) == OK);
  CHECK(fixture.wait(14s) == "");
  CHECK(fixture.wait(1s) == line("+CCWV"));
  CHECK(fixture.wait(4s) == "");
  CHECK(fixture.wait(1s) == no_carrier);
  CHECK(fixture.ask("ATD100;") == no_carrier);
  CHECK(fixture.ask("AT+CEER=1;+CEER").find("68") != std::string::npos);
  CHECK(fixture.ask("ATD112;") == OK);
  fixture.ask("ATH");
  CHECK(fixture.ask("AT+CAMM=\"000000\"") == OK);
  CHECK(fixture.ask("ATD100;") == OK);
}

}  // namespace sim800::test
