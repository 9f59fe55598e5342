// Calls from one module to another: every state on both sides.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/two_modules.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

const std::string no_carrier = line("NO CARRIER"), busy = line("BUSY"), ring = line("RING");

}  // namespace

TEST_CASE("two modules: a call rings with the caller's number, is answered, and ends on either side") {
  TwoModules two;
  two.b.ask("AT+CLIP=1");
  two.b.heard();
  CHECK(two.a.ask("ATD+8613800138001;", 4s) == OK);
  CHECK(two.b.heard() == ring + line(R"(+CLIP: "+8613800138000",145,"",0,"",0)") + ring +
                             line(R"(+CLIP: "+8613800138000",145,"",0,"",0)"));
  CHECK(two.a.ask("AT+CLCC") == answered(R"(+CLCC: 1,0,3,0,0,"+8613800138001",145,"")"));
  CHECK(two.b.ask("AT+CLCC") == answered(R"(+CLCC: 1,1,4,0,0,"+8613800138000",145,"")"));
  CHECK(two.b.ask("ATA", 1s) == OK);
  CHECK(two.a.ask("AT+CLCC") == answered(R"(+CLCC: 1,0,0,0,0,"+8613800138001",145,"")"));
  CHECK(two.b.ask("AT+CLCC") == answered(R"(+CLCC: 1,1,0,0,0,"+8613800138000",145,"")"));
  SUBCASE("the caller hangs up") {
    CHECK(two.a.ask("ATH", 1s) == OK);
    CHECK(two.b.heard() == no_carrier);
  }
  SUBCASE("the called one does") {
    CHECK(two.b.ask("AT+CHUP", 1s) == OK);
    CHECK(two.a.heard() == no_carrier);
  }
  CHECK(two.a.ask("AT+CLCC") == OK);
  CHECK(two.b.ask("AT+CLCC") == OK);
}

TEST_CASE("two modules: the caller waits for the answer with AT+COLP=1, and hears MO RING with AT+MORING=1") {
  TwoModules two;
  two.a.ask("AT+COLP=1;+MORING=1");
  two.a.heard();
  CHECK(two.a.ask("ATD13800138001;", 1s) == line("MO RING"));
  two.b.ask("ATA", 1s);
  CHECK(two.a.heard() == line("MO CONNECTED") + answered(R"(+COLP: "13800138001",129,"",0,"")"));
}

TEST_CASE("two modules: a national number leads to the same module") {
  TwoModules two;
  two.a.ask("ATD13800138001;", 1s);
  CHECK(two.b.heard() == ring);
}

TEST_CASE("two modules: nobody answers") {
  TwoModules two;
  two.a.ask("ATD+8613800138001;", 59s);
  two.a.heard();
  two.b.heard();
  two.clock.advance(3s);
  CHECK(two.a.heard() == line("NO ANSWER"));
  CHECK(two.b.heard().ends_with(no_carrier));
}

TEST_CASE("two modules: the caller gives up") {
  TwoModules two;
  two.a.ask("ATD+8613800138001;", 1s);
  CHECK(two.b.heard() == ring);
  CHECK(two.a.ask("ATH", 1s) == OK);
  CHECK(two.b.heard() == no_carrier);
}

TEST_CASE("two modules: who rejects a call is busy to the caller") {
  for (const auto* how : {"ATH", "AT+CHUP", "AT+CHLD=0", "AT+CHLD=11"}) {
    CAPTURE(how);
    TwoModules two;
    two.a.ask("ATD+8613800138001;", 1s);
    two.b.heard();
    CHECK(two.b.ask(how, 1s) == OK);
    CHECK(two.a.heard() == busy);
    CHECK(two.b.ask("AT+CLCC") == OK);
  }
}

TEST_CASE("two modules: a module that talks is busy, or lets the call wait") {
  TwoModules two;
  two.talk();
  SUBCASE("busy") {
    CHECK(two.c.ask("ATD+8613800138001;", 1s) == OK + busy);
    CHECK(two.b.heard().empty());
  }
  SUBCASE("it waits, and takes the place of the first, which is held") {
    two.b.ask("AT+CCWA=1");
    two.c.ask("AT+CSSN=1,1");
    two.a.ask("AT+CSSN=1,1");
    for (Party* party : {&two.a, &two.b, &two.c}) party->heard();
    CHECK(two.c.ask("ATD+8613800138001;", 1s) == OK + line("+CSSI: 3"));
    CHECK(two.b.heard() == ring + line(R"(+CCWA: "+8613800138002",145,1,"")"));
    CHECK(two.b.ask("AT+CHLD=2", 1s) == OK);
    CHECK(two.a.heard() == line("+CSSU: 2"));
    CHECK(two.c.ask("AT+CLCC") == answered(R"(+CLCC: 1,0,0,0,0,"+8613800138001",145,"")"));
    CHECK(two.b.ask("AT+CHLD=1", 1s) == OK);
    CHECK(two.c.heard() == no_carrier);
    CHECK(two.a.heard() == line("+CSSU: 3"));
  }
}

TEST_CASE("two modules: who is off, or has left the network, is not reached") {
  TwoModules two;
  SUBCASE("off") { two.b.ask("AT+CPOWD=0", 5s); }
  SUBCASE("AT+CFUN=4") { two.b.ask("AT+CFUN=4", 10s); }
  SUBCASE("registration lost") { two.b.modem.network->set_registration(Registration::denied); }
  two.clock.advance(1s);
  CHECK(two.a.ask("ATD+8613800138001;", 1s) == OK + no_carrier);
}

TEST_CASE("two modules: a call ends with the module") {
  TwoModules two;
  two.talk();
  SUBCASE("supply") { two.b.modem.lose_power(); }
  SUBCASE("network") { two.b.modem.network->set_registration(Registration::denied); }
  SUBCASE("reset") { two.b.ask("AT+CFUN=1,1"); }
  two.clock.advance(1s);
  CHECK(two.a.heard() == no_carrier);
}

TEST_CASE("two modules: keys pressed on one side are heard on the other") {
  TwoModules two;
  two.talk();
  two.a.ask("AT+DDET=1");
  two.b.ask("AT+DDET=1");
  two.a.heard();
  two.b.heard();
  CHECK(two.a.ask("AT+VTS=\"1,#,{d,5}\"", 2s) == OK);
  CHECK(two.b.heard() == line("+DTMF: 1") + line("+DTMF: #") + line("+DTMF: D"));
  CHECK(two.b.ask("AT+VTS=9", 2s) == OK);
  CHECK(two.a.heard() == line("+DTMF: 9"));
  SUBCASE("not by a party on hold") {
    two.b.ask("AT+CHLD=2", 1s);
    two.b.heard();
    CHECK(two.a.ask("AT+VTS=5", 2s) == OK);
    CHECK(two.b.heard().empty());
  }
}

TEST_CASE("two modules: AT+CLDTMF is heard by the far end where AT+DTAM says so, at its own pace") {
  TwoModules two;
  two.talk();
  two.b.ask("AT+DDET=1");
  CHECK(two.a.ask("AT+CLDTMF=1,\"1,2\"", 2s) == OK);
  CHECK(two.b.heard().empty());
  two.a.ask("AT+DTAM=2");
  CHECK(two.a.ask("AT+CLDTMF=9,\"1,2,e,4\"", 500ms) == OK);  // each 900 ms and a pause of 100
  CHECK(two.b.heard() == line("+DTMF: 1"));
  two.clock.advance(1s);
  CHECK(two.b.heard() == line("+DTMF: 2"));
  CHECK(two.a.ask("AT+CLDTMF", 3s) == OK);
  CHECK(two.b.heard().empty());
  two.b.ask("AT+DDET=1,0,0,1");
  two.b.heard();
  CHECK(two.a.ask("AT+CLDTMF=1,\"E,4\",10;+CLDTMF=1,\"5\"", 1s) == OK);  // the second ends the first
  CHECK(two.b.heard() == line("+DTMF: 1400") + line("+DTMF: 5"));
}

TEST_CASE("two modules: keys that were not heard when a call ends, or is put on hold, are lost") {
  TwoModules two;
  two.b.ask("AT+DDET=1;+CCWA=1");
  two.talk();
  for (const char key : {'1', '2', '3'}) two.a.modem.calls->press(key);
  two.clock.advance(0s);
  two.b.ask("ATH", 0s);
  two.a.ask("ATD+8613800138001;", 0s);
  two.clock.advance(0s);
  two.b.ask("ATA", 0s);
  two.b.heard();
  two.a.modem.calls->press('9');
  two.clock.advance(5s);
  CHECK(two.b.heard() == line("+DTMF: 9"));
  for (const char key : {'1', '2'}) two.a.modem.calls->press(key);
  two.clock.advance(0s);
  CHECK(two.b.ask("AT+CHLD=2") == OK);
  CHECK(two.b.ask("AT+CHLD=2", 5s) == OK);
  two.a.modem.calls->press('9');
  two.clock.advance(5s);
  CHECK(two.b.heard() == line("+DTMF: 9"));
}

TEST_CASE("two modules: who rejects a call sends it where calls go that find the module busy") {
  TwoModules two;
  two.b.ask("AT+CCFC=1,3,\"+8613800138002\"", 1s);
  two.a.ask("ATD+8613800138001;", 1s);
  CHECK(two.b.ask("ATH", 1s).ends_with(OK));
  CHECK(two.c.heard().starts_with(line("RING")));
}

TEST_CASE("two modules: a withheld number") {
  TwoModules two;
  two.b.ask("AT+CLIP=1");
  two.a.ask("AT+CLIR=1");
  two.b.heard();
  two.a.ask("ATD+8613800138001;", 1s);
  CHECK(two.b.heard() == ring + line(R"(+CLIP: "",128,"",0,"",1)"));
}

TEST_CASE("two modules: it answers by itself with ATS0=1") {
  TwoModules two;
  two.b.ask("ATS0=1");
  two.a.ask("ATD+8613800138001;", 1s);
  CHECK(two.a.ask("AT+CPAS").find("+CPAS: 4") != std::string::npos);
}

TEST_CASE("two modules: a forwarded call rings elsewhere") {
  TwoModules two;
  std::string reason;
  SUBCASE("unconditionally") { reason = "0"; }
  SUBCASE("busy") {
    reason = "1";
    two.b.ask("AT+GSMBUSY=1");
  }
  SUBCASE("no reply") { reason = "2"; }
  two.b.ask("AT+CCFC=" + reason + R"(,3,"+8613800138002",145,1)" + (reason == "2" ? ",\"\",,5" : ""), 5s);
  two.a.ask("AT+CSSN=1");
  two.a.heard();
  two.c.ask("AT+CLIP=1");
  two.c.heard();
  const std::string heard = two.a.ask("ATD+8613800138001;", 12s);
  CHECK(heard.find("+CSSI: 2") != std::string::npos);
  CHECK(two.c.heard().starts_with(ring + line(R"(+CLIP: "+8613800138000",145,"",0,"",0)")));
  two.b.heard();
  CHECK(two.b.ask("AT+CLCC") == OK);
  two.c.ask("ATA", 1s);
  CHECK(two.a.ask("AT+CPAS").find("+CPAS: 4") != std::string::npos);
}

TEST_CASE("two modules: forwarding in a circle ends as busy, after five times") {
  TwoModules two;
  two.b.ask(R"(AT+CCFC=0,3,"+8613800138002",145,1)", 5s);
  two.c.ask(R"(AT+CCFC=0,3,"+8613800138001",145,1)", 5s);
  CHECK(two.a.ask("ATD+8613800138001;", 5s) == OK + busy);
  two.a.ask("AT+CSSN=1");
  const std::string heard = two.a.ask("ATD+8613800138001;", 5s);
  const std::string forwarded = line("+CSSI: 2");
  CHECK(heard == OK + forwarded + forwarded + forwarded + forwarded + forwarded + busy);
}

TEST_CASE("two modules: two parties are connected with each other (AT+CHLD=4)") {
  TwoModules two;
  two.talk();
  two.a.ask("ATD+8613800138002;", 1s);
  two.c.ask("ATA", 1s);
  two.b.ask("AT+DDET=1");
  for (Party* party : {&two.a, &two.b, &two.c}) party->heard();
  CHECK(two.a.ask("AT+CHLD=4", 1s) == OK);
  CHECK(two.a.ask("AT+CLCC") == OK);
  CHECK(two.c.ask("AT+VTS=7", 1s) == OK);
  CHECK(two.b.heard() == line("+DTMF: 7"));
  CHECK(two.b.ask("ATH", 1s) == OK);
  CHECK(two.c.heard() == no_carrier);
}

TEST_CASE("two modules: all other numbers are the scenario's") {
  TwoModules two(CallFixture::with_people());
  CHECK(two.a.ask("ATD102;", 1s) == OK + busy);
  two.a.ask("ATD100;", 3s);
  CHECK(two.a.ask("AT+CPAS").find("+CPAS: 4") != std::string::npos);
  CHECK(two.b.heard().empty());
}

TEST_CASE("two modules: a number is unassigned once its module has gone") {
  VirtualClock clock;
  Plmn plmn(clock, 1);
  World world = ModuleFixture::instant();
  Party a(world, clock, plmn, 0);
  a.modem.power_on();
  {
    Party b(world, clock, plmn, 1);
    b.modem.power_on();
    clock.advance(20s);
    a.ask("ATE0");
    a.heard();
    CHECK(a.ask("ATD+8613800138001;", 1s) == OK);
  }
  clock.advance(1s);
  CHECK(a.heard() == no_carrier);
  CHECK(a.ask("ATD+8613800138001;", 1s) == OK + no_carrier);
}
