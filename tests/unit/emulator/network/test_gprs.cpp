// SPDX-License-Identifier: MIT
// Chapter 7: contexts that the host defines and activates, and how they share the network with the bearers.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/network/gprs.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
TEST_CASE("AT+CGDCONT: defined, listed, kept, undefined") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CGDCONT=?") == answered("+CGDCONT: (1-3),\"IP\",,,(0),(0)"));
    CHECK(fixture.ask("AT+CGDCONT?") == OK);
    CHECK(fixture.ask("AT+CGDCONT=1, \"IP\", \"CMNET\"") == OK);
    CHECK(fixture.ask("AT+CGDCONT=3,\"IP\",\"\",\"10.0.0.1\",0,0") == OK);
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CGDCONT?") ==
        "\r\n+CGDCONT: 1,\"IP\",\"CMNET\",\"0.0.0.0\",0,0\r\n+CGDCONT: 3,\"IP\",\"\",\"10.0.0.1\",0,0\r\n" + OK);
  CHECK(fixture.ask("AT+CGPADDR=?") == answered("+CGPADDR: (1,3)"));
  CHECK(fixture.ask("AT+CGDCONT=1") == OK);
  CHECK(fixture.ask("AT+CGPADDR=1") == cme(765));
  for (const char* typed :
       {"=0,\"IP\"", "=4,\"IP\"", "=1,\"PPP\"", "=1,\"IP\",\"a\",\"256.1.1.1\"", "=1,\"IP\",\"a\",\"1.1.1\"",
        "=1,\"IP\",\"a\",\"1.1.1.1.1\"", "=1,\"IP\",\"a\",,1", "=", "=4,\"IPV4V6\",\"a\"", "=1,\"IPV4V6\",\"a\""})
    CHECK(fixture.ask(std::string("AT+CGDCONT") + typed) == cme(3));
  // The module has three contexts, for every command.
  for (const char* typed : {"AT+CGDCONT=4", "AT+CGACT=1,4", "AT+CGACT=0,0", "AT+CGPADDR=4", "AT+CGQREQ=4",
                            "AT+CGQMIN=0", "AT+CGDATA=\"PPP\",4"})
    CHECK(fixture.ask(typed) == cme(3));
}

TEST_CASE("AT+CGACT: three lines, addresses, refusals") {
  Numbers fixture;
  const std::string none = "\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK;
  CHECK(fixture.ask("AT+CGACT?") == none);
  CHECK(fixture.ask("AT+CGACT=?") == answered("+CGACT: (0,1)"));
  CHECK(fixture.ask("AT+CGACT=1,1") == cme(133));
  CHECK(fixture.ask("AT+CGACT=0,1") == cme(133));
  fixture.ask("AT+CGDCONT=2,\"IP\",\"CMNET\"");
  CHECK(fixture.ask("AT+CGPADDR=2") == answered("+CGPADDR: 2,\"0.0.0.0\""));
  CHECK(fixture.ask("AT+CGACT=1") == OK);  // the first one defined
  CHECK(fixture.ask("AT+CGACT?") == "\r\n+CGACT: 1,0\r\n+CGACT: 2,1\r\n+CGACT: 3,0\r\n" + OK);
  CHECK(fixture.ask("AT+CGPADDR=2").starts_with("\r\n+CGPADDR: 2,\"10."));
  CHECK(fixture.ask("AT+CGACT=1,2") == OK);
  CHECK(fixture.ask("AT+CGDCONT=2") == cme(3));
  CHECK(fixture.ask("AT+CGACT=0,2") == OK);
  CHECK(fixture.ask("AT+CGACT?") == none);
  for (const char* typed : {"AT+CGACT=2,1", "AT+CGACT=1,256", "AT+CGACT="}) CHECK(fixture.ask(typed) == cme(765));
  fixture.modem.network->set_registration(Registration::denied);
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CGACT=1,2") == cme(148));
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.ask("AT+CGACT=1,2") == cme(797));
}

TEST_CASE("AT+CGACT without a context: the first one, with the subscription's own access point if none is defined") {
  Numbers fixture;
  const std::string none = "\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK;
  CHECK(fixture.ask("AT+CGACT=0") == OK);  // nothing is active
  fixture.ask("AT+CGATT=0");
  CHECK(fixture.ask("AT+CGACT=1") == OK);
  CHECK(fixture.modem.network->attached());
  CHECK(fixture.ask("AT+CGACT?") == "\r\n+CGACT: 1,1\r\n+CGACT: 2,0\r\n+CGACT: 3,0\r\n" + OK);
  CHECK(fixture.ask("AT+CGACT=1") == OK);
  CHECK(fixture.ask("AT+CGACT=1,1") == OK);  // active already
  CHECK(fixture.ask("AT+CGACT=1,2") == cme(133));
  CHECK(fixture.ask("AT+CGPADDR=?") == answered("+CGPADDR: (1)"));
  CHECK(fixture.ask("AT+CGPADDR=1").starts_with("\r\n+CGPADDR: 1,\"10."));
  CHECK(fixture.ask("AT+CGDCONT?") == OK);
  CHECK(fixture.ask("AT+CGDCONT=1") == cme(3));
  CHECK(fixture.ask("AT+CGDCONT=1,\"IP\",\"a\"") == OK);
  CHECK(fixture.ask("AT+CGACT=0") == OK);
  CHECK(fixture.ask("AT+CGDCONT=1") == OK);
  CHECK(fixture.ask("AT+CGACT?") == none);
  CHECK(fixture.ask("AT+CGACT=0") == OK);
  CHECK(fixture.ask("AT+CGACT=0,1") == cme(133));
  // The first defined one, which is not active: nothing to do.
  fixture.ask("AT+CGDCONT=2,\"IP\",\"a\";+CGDCONT=3,\"IP\",\"b\";+CGACT=1,3");
  CHECK(fixture.ask("AT+CGACT=0") == OK);
  CHECK(fixture.ask("AT+CGACT?") == "\r\n+CGACT: 1,0\r\n+CGACT: 2,0\r\n+CGACT: 3,1\r\n" + OK);

  World choosy = ModuleFixture::instant();
  choosy.network.apns.emplace()["open"] = {};
  Numbers refused(choosy);
  CHECK(refused.ask("AT+CGACT=1") == cme(133));
  CHECK(refused.ask("AT+CGACT=0") == OK);
  refused.ask("AT+CGDCONT=1,\"IP\",\"\"");
  CHECK(refused.ask("AT+CGACT=1,1") == cme(133));
  choosy.network.apns.emplace()[""] = {};
  CHECK(Numbers(choosy).ask("AT+CGACT=1") == OK);
}

TEST_CASE("AT+CGACT takes its time, and attaches by itself") {
  ModuleFixture fixture{World{}};
  fixture.say("ATE0+CGATT=0;+CGDCONT=1,\"IP\",\"a\"\r");
  fixture.wait(5s);
  fixture.say("AT+CGACT=1,1\r");
  CHECK(fixture.wait(1514ms) == "");
  CHECK(fixture.wait(1ms) == OK);
  CHECK(fixture.modem.network->attached());
}

TEST_CASE("two PDP contexts in all: bearers and AT+CGACT share those of the same APN") {
  Numbers fixture;
  fixture.ask("AT+CGDCONT=1,\"IP\",\"one\";+CGDCONT=2,\"IP\",\"two\"");
  fixture.ask("AT+SAPBR=3,1,\"APN\",\"ONE\";+SAPBR=3,2,\"APN\",\"three\"");
  CHECK(fixture.ask("AT+SAPBR=1,1;+CGACT=1,1;+CGACT=1,2") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,2") == cme(148));
  CHECK(fixture.ask("AT+SAPBR=0,1") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,2") == cme(148));  // AT+CGACT still holds "one"
  CHECK(fixture.ask("AT+CGACT=0,1") == OK);
  CHECK(fixture.ask("AT+SAPBR=1,2") == OK);
  fixture.modem.lose_bearers();
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CGACT=1,1;+CGACT=1,2") == OK);
}

TEST_CASE("a context needs an APN that the network knows, and credentials cannot be given") {
  World world = ModuleFixture::instant();
  world.network.apns = {{"open", {}}, {"closed", Apn{.user = "u", .password = "p", .ip = {}}}};
  Numbers fixture(world);
  fixture.ask("AT+CGDCONT=1,\"IP\",\"OPEN\";+CGDCONT=2,\"IP\",\"closed\";+CGDCONT=3,\"IP\",\"x\"");
  CHECK(fixture.ask("AT+CGACT=1,1") == OK);
  CHECK(fixture.ask("AT+CGACT=1,2") == cme(149));
  CHECK(fixture.ask("AT+CGACT=1,3") == cme(148));
}

TEST_CASE("AT+CGEREP=1: detached by the host and by the network, contexts taken away") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CGEREP=1;+CGDCONT=1,\"IP\",\"a\"") == OK);
  fixture.open_bearer();
  CHECK(fixture.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\n+CGEV: ME DETACH\r\n" + OK);
  CHECK(fixture.ask("AT+CGACT=1,1") == OK);
  const std::string address = fixture.modem.gprs->address(1);
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(0s) == "\r\n+CGEV: NW DEACT \"IP\",\"" + address + "\",1\r\n");
  fixture.modem.network->set_registration(Registration::denied);
  CHECK(fixture.wait(0s) == "\r\n+CGEV: NW DETACH\r\n");
  CHECK(fixture.ask("AT+CGEREP?") == answered("+CGEREP: 1"));
  CHECK(fixture.ask("AT+CGEREP=2") == cme(765));
}

TEST_CASE("AT+CGATT=0 holds: the module does not attach by itself when the network comes back") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CGATT=0") == OK);
  fixture.modem.network->set_registration(Registration::denied);
  fixture.modem.network->set_registration(Registration::home);
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CGATT?") == answered("+CGATT: 0"));
  CHECK(fixture.ask("AT+CGREG?") == answered("+CGREG: 0,0"));
  fixture.ask("AT+CGREG=1");
  CHECK(fixture.ask("AT+CGATT=1") == "\r\n+CGREG: 1\r\n" + OK);  // the command's own line precedes its result
  CHECK(fixture.ask("AT+CGATT=2") == cme(765));
}

TEST_CASE("AT+CGQREQ and AT+CGQMIN") {
  Nvram kept;
  {
    Numbers fixture(ModuleFixture::instant(), &kept);
    CHECK(fixture.ask("AT+CGQREQ?") ==
          "\r\n+CGQREQ: 1,0,0,3,0,0\r\n+CGQREQ: 2,0,0,3,0,0\r\n+CGQREQ: 3,0,0,3,0,0\r\n" + OK);
    CHECK(fixture.ask("AT+CGQREQ=2,1,4,5,9,31;+CGQMIN=1,3") == OK);
    CHECK(fixture.ask("AT+CGQREQ=1") == OK);
  }
  Numbers fixture(ModuleFixture::instant(), &kept);
  CHECK(fixture.ask("AT+CGQREQ?") ==
        "\r\n+CGQREQ: 1,0,0,3,0,0\r\n+CGQREQ: 2,1,4,5,9,31\r\n+CGQREQ: 3,0,0,3,0,0\r\n" + OK);
  CHECK(fixture.ask("AT+CGQMIN?") ==
        "\r\n+CGQMIN: 1,3,0,3,0,0\r\n+CGQMIN: 2,0,0,3,0,0\r\n+CGQMIN: 3,0,0,3,0,0\r\n" + OK);
  CHECK(fixture.ask("AT+CGQMIN=?") == answered("+CGQMIN: \"IP\",(0-3),(0-4),(0-5),(0-9),(0-18,31)"));
  for (const char* typed : {"AT+CGQREQ=256", "AT+CGQREQ=1,4", "AT+CGQMIN=1,0,5", "AT+CGQREQ=1,0,0,0,0,19"})
    CHECK(fixture.ask(typed) == cme(765));
}

TEST_CASE("AT+CGDATA: what is refused; see test_ppp.cpp for the rest") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CGDATA=?") == answered("+CGDATA: (\"PPP\")"));
  CHECK(fixture.ask("AT+CGDATA=\"PPP\",1") == cme(133));
  CHECK(fixture.ask("AT+CGDATA=\"X25\"") == cme(765));
  fixture.modem.network->set_registration(Registration::searching);
  CHECK(fixture.ask("AT+CGDATA=\"PPP\"") == cme(148));
}

TEST_CASE("AT+CGCLASS and AT+CGSMS") {
  Numbers fixture;
  CHECK(fixture.ask("AT+CGCLASS?;+CGSMS?") == "\r\n+CGCLASS: \"B\"\r\n\r\n+CGSMS: 1\r\n" + OK);
  CHECK(fixture.ask("AT+CGCLASS=?") == answered("+CGCLASS: (\"B\",\"CG\",\"CC\")"));
  CHECK(fixture.ask("AT+CGSMS=?") == answered("+CGSMS: (0-3)"));
  CHECK(fixture.ask("AT+CGCLASS=\"A\"") == cme(765));
  CHECK(fixture.ask("AT+CGSMS=4") == cme(765));
}

}  // namespace sim800::test
