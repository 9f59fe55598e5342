// The TCP/IP toolkit's contexts: which command is allowed where, and where it leads (AT manual chapter 8).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "emulator/core/world.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/ip_fixture.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

/// Leads a fresh module, single connection, into each state by name.
const std::map<std::string, std::function<void(IpFixture&)>>& ways() {
  static const std::map<std::string, std::function<void(IpFixture&)>> all{
      {"IP INITIAL", [](IpFixture& b) { b.ask("ATE0"); }},
      {"IP START", [](IpFixture& b) { b.ask("ATE0"), b.ask("AT+CSTT"); }},
      {"IP GPRSACT", [](IpFixture& b) { b.ask("ATE0"), b.ask("AT+CSTT"), b.ask("AT+CIICR"); }},
      {"IP STATUS", [](IpFixture& b) { b.bring_up(); }},
      {"TCP CONNECTING",
       [](IpFixture& b) {
         b.bring_up();
         b.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)");
       }},
      {"CONNECT OK",
       [](IpFixture& b) {
         b.bring_up();
         b.connect();
       }},
      {"TCP CLOSED",
       [](IpFixture& b) {
         b.bring_up();
         b.connect();
         b.ask("AT+CIPCLOSE=1");
       }},
      {"SERVER LISTENING",
       [](IpFixture& b) {
         b.bring_up();
         b.ask("AT+CIPSERVER=1,8888");
       }},
      {"PDP DEACT",
       [](IpFixture& b) {
         b.bring_up();
         b.modem.lose_bearers();
         b.wait(0s);
       }},
  };
  return all;
}

struct Rule {
  std::string line;
  std::vector<std::string> allowed;  ///< states
  std::string refusal = ERROR;
};

const std::vector<std::string> with_address{"IP GPRSACT", "IP STATUS",  "TCP CONNECTING",
                                            "CONNECT OK", "TCP CLOSED", "SERVER LISTENING"};
const std::vector<std::string> everywhere{"IP INITIAL", "IP START",   "IP GPRSACT",       "IP STATUS", "TCP CONNECTING",
                                          "CONNECT OK", "TCP CLOSED", "SERVER LISTENING", "PDP DEACT"};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"AT+CIPMUX=1", {"IP INITIAL"}},
      {"AT+CIPMUX=0", {"IP INITIAL"}},
      {"AT+CSTT", {"IP INITIAL"}},
      {"AT+CSTT=\"internet\"", {"IP INITIAL"}},
      {"AT+CIICR", {"IP START"}},
      {"AT+CIFSR", with_address},
      {"AT+CIPSTART=\"TCP\",\"10.1.2.3\",80", {"IP INITIAL", "IP STATUS", "TCP CLOSED"}},
      {"AT+CIPSERVER=1,8888", {"IP INITIAL", "IP STATUS", "TCP CLOSED"}},
      {"AT+CIPSERVER=0", {"SERVER LISTENING"}},
      {"AT+CIPSEND=4", {"CONNECT OK"}},
      {"AT+CIPSEND", {"CONNECT OK"}},
      {"AT+CIPCLOSE=1", {"TCP CONNECTING", "CONNECT OK", "SERVER LISTENING"}},
      {"AT+CIPACK", {"CONNECT OK", "TCP CLOSED"}},
      {"AT+CDNSGIP=\"a.example\"", with_address},
      {"AT+CIPSHUT", everywhere},
      {"AT+CIPSTATUS", everywhere},
      {"AT+CIPRXGET=1", everywhere},
      {"AT+CIPRXGET=2,10", {"CONNECT OK"}},
      {"AT+CIPSSL=0", everywhere},
      {"AT+CIPQSEND=1", everywhere},
      {"AT+CDNSCFG=\"8.8.8.8\",\"8.8.4.4\"", everywhere},
      {"AT+CIPMODE=0", everywhere},
      {"AT+CIPSGTXT=0", {}},
      {"AT+CIPSTATUS=0", {}},
      {"ATO", {}},
  };
  return all;
}

}  // namespace

TEST_CASE("ip: which command is allowed in which state of a single connection") {
  for (const auto& [state, lead] : ways()) {
    for (const Rule& rule : rules()) {
      CAPTURE(state);
      CAPTURE(rule.line);
      IpFixture fixture;
      lead(fixture);
      CHECK(fixture.state() == state);
      const std::string answer = fixture.ask(rule.line);
      const bool allowed = std::ranges::find(rule.allowed, state) != rule.allowed.end();
      if (!allowed) {
        CHECK(answer.starts_with(rule.refusal));
        CHECK(fixture.state() == state);
      } else {
        CHECK_FALSE(answer.starts_with(rule.refusal));
        CHECK(answer.find("ERROR") == answer.npos);
        CHECK_FALSE(answer.empty());
      }
    }
  }
}

TEST_CASE("ip: where the commands lead") {
  IpFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CIPSTATUS") == OK + framed("STATE: IP INITIAL"));
  CHECK(fixture.ask("AT+CSTT?") == "\r\n+CSTT: \"CMNET\",\"\",\"\"\r\n" + OK);
  CHECK(fixture.ask("AT+CSTT=\"internet\",\"u\",\"p\"") == OK);
  CHECK(fixture.ask("AT+CSTT?") == "\r\n+CSTT: \"internet\",\"u\",\"p\"\r\n" + OK);
  CHECK(fixture.state() == "IP START");
  CHECK(fixture.ask("AT+CIICR") == OK);
  CHECK(fixture.state() == "IP GPRSACT");
  const std::string address = fixture.ask("AT+CIFSR");
  CHECK(address.starts_with("\r\n10."));
  CHECK(address.ends_with("\r\n"));
  CHECK(address.find("OK") == address.npos);
  CHECK(fixture.state() == "IP STATUS");
  CHECK(fixture.ask("AT+CIFSR;E0") == address + OK);
  CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
  CHECK(fixture.state() == "IP INITIAL");
  CHECK(fixture.ask("AT+CSTT?") == "\r\n+CSTT: \"internet\",\"u\",\"p\"\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
}

TEST_CASE("ip: AT+CIICR without AT+CSTT takes the first access point of AT+CGDCONT, if there is one") {
  World world = IpFixture::instant();
  world.network.apns.emplace();
  (*world.network.apns)["iot"].ip = "10.1.1.1";
  (*world.network.apns)["CMNET"].ip = "10.2.2.2";
  IpFixture fixture(world);
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CIICR") == ERROR);
  CHECK(fixture.ask("AT+CGDCONT=1,\"IP\",\"\"") == OK);
  CHECK(fixture.ask("AT+CIICR") == ERROR);
  CHECK(fixture.ask("AT+CGDCONT=2,\"IP\",\"iot\"") == OK);
  CHECK(fixture.ask("AT+CIICR") == OK);
  CHECK(fixture.ask("AT+CIFSR") == "\r\n10.1.1.1\r\n");
  CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
  CHECK(fixture.ask("AT+CSTT=\"CMNET\"") == OK);
  CHECK(fixture.ask("AT+CIICR") == OK);
  CHECK(fixture.ask("AT+CIFSR") == "\r\n10.2.2.2\r\n");
}

TEST_CASE("ip: bringing up takes its time, and none where somebody else has the context open") {
  World world;
  IpFixture fixture(world);
  fixture.ask("ATE0");
  fixture.wait(1s);
  fixture.ask("AT+CSTT");
  fixture.wait(1s);
  fixture.ask("AT+CIICR");
  CHECK(fixture.wait(600ms).empty());
  CHECK(fixture.wait(15ms) == OK);
  fixture.ask("AT+CIPSHUT");
  CHECK(fixture.wait(800ms).empty());
  CHECK(fixture.wait(100ms) == framed("SHUT OK"));
  fixture.ask("AT+SAPBR=3,1,\"APN\",\"CMNET\"");
  fixture.wait(1s);
  fixture.ask("AT+SAPBR=1,1");
  fixture.wait(5s);
  fixture.ask("AT+CSTT");
  fixture.wait(1s);
  fixture.ask("AT+CIICR");
  CHECK(fixture.wait(20ms) == OK);
}

TEST_CASE("ip: an access point that is refused leaves PDP DEACT, no network IP START") {
  World world = ModuleFixture::instant();
  world.network.apns = {{"CMNET", Apn{.user = "me", .password = "secret", .ip = std::nullopt}}};
  IpFixture fixture(world);
  fixture.ask("ATE0");
  fixture.ask("AT+CSTT=\"wrong\"");
  CHECK(fixture.ask("AT+CIICR") == framed("+PDP: DEACT") + ERROR);
  CHECK(fixture.state() == "PDP DEACT");
  CHECK(fixture.ask("AT+CIICR") == ERROR);
  fixture.ask("AT+CIPSHUT");
  fixture.ask("AT+CMEE=1");
  fixture.ask("AT+CSTT=\"CMNET\",\"me\",\"guess\"");
  CHECK(fixture.ask("AT+CIICR") == framed("+PDP: DEACT") + framed("+CME ERROR: 149"));
  fixture.ask("AT+CIPSHUT");
  fixture.ask("AT+CSTT=\"CMNET\",\"me\",\"secret\"");
  fixture.ask("AT+CGATT=0");
  CHECK(fixture.ask("AT+CIICR") == framed("+CME ERROR: 148"));
  CHECK(fixture.state() == "IP START");
  fixture.ask("AT+CGATT=1");
  CHECK(fixture.ask("AT+CIICR") == OK);
}

TEST_CASE("ip: strings of more than 50 bytes are refused") {
  IpFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CSTT=\"" + std::string(51, 'a') + "\"") == ERROR);
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CSTT=1,2,3,4") == "\r\n+CME ERROR: 765\r\n");  // a log; the other commands say 3
  CHECK(fixture.ask("AT+CSTT=\"" + std::string(50, 'a') + "\"") == OK);
}

TEST_CASE("ip: the network ends the contexts, a command does, a reset does") {
  SUBCASE("the network, several connections") {
    IpFixture fixture;
    fixture.bring_up(true);
    fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
    fixture.modem.lose_bearers();
    CHECK(fixture.wait(0s) == framed("+PDP: DEACT"));
    CHECK(fixture.ask("AT+CIPSEND=0,4") == ERROR);
    CHECK(fixture.ask("AT+CIPSTATUS") ==
          OK + framed("STATE: PDP DEACT") +
              framed("C: 0,0,\"TCP\",\"10.1.2.3\",\"80\",\"CLOSED\"\r\nC: 1,,\"\",\"\",\"\",\"INITIAL\"\r\n"
                     "C: 2,,\"\",\"\",\"\",\"INITIAL\"\r\nC: 3,,\"\",\"\",\"\",\"INITIAL\"\r\n"
                     "C: 4,,\"\",\"\",\"\",\"INITIAL\"\r\nC: 5,,\"\",\"\",\"\",\"INITIAL\""));
    CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
    CHECK(fixture.state() == "IP INITIAL");
  }
  SUBCASE("AT+CGATT=0, with a bearer beside it") {
    IpFixture fixture;
    fixture.open_bearer();
    fixture.bring_up();
    CHECK(fixture.ask("AT+CGATT=0") == framed("+SAPBR 1: DEACT") + framed("+PDP: DEACT") + OK);
    CHECK(fixture.state() == "PDP DEACT");
  }
  SUBCASE("AT+CFUN=0") {
    IpFixture fixture;
    fixture.bring_up();
    CHECK(fixture.ask("AT+CFUN=0").find("+PDP: DEACT\r\n") != std::string::npos);
    CHECK(fixture.state() == "PDP DEACT");
  }
  SUBCASE("closing the bearer does not disturb it, nor the other way round") {
    IpFixture fixture;
    fixture.open_bearer();
    fixture.bring_up();
    CHECK(fixture.ask("AT+SAPBR=0,1") == OK);
    CHECK(fixture.state() == "IP STATUS");
    fixture.open_bearer();
    fixture.ask("AT+CIPSHUT");
    CHECK(fixture.ask("AT+SAPBR=2,1").find("+SAPBR: 1,1,") != std::string::npos);
  }
  SUBCASE("nothing is up: nothing is said") {
    IpFixture fixture;
    fixture.ask("ATE0");
    CHECK(fixture.ask("AT+CGATT=0") == OK);
  }
}

TEST_CASE("ip: AT+CIPDPDP says when the loss of the network is found out") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPDPDP=1,5,2");
  HeldSockets::Peer& peer = fixture.connect();
  fixture.modem.network->set_registration(Registration::searching);
  CHECK(fixture.wait(9s).find("+PDP: DEACT") == std::string::npos);
  peer.send("not through");
  CHECK(fixture.wait(0s).empty());
  CHECK(fixture.wait(1s) == framed("+PDP: DEACT"));
  CHECK_FALSE(peer.alive);

  fixture.ask("AT+CIPSHUT");
  fixture.modem.network->set_registration(Registration::home);
  fixture.wait(60s);
  fixture.bring_up();
  HeldSockets::Peer& other = fixture.connect();
  fixture.modem.network->set_registration(Registration::searching);
  fixture.wait(1s);
  fixture.modem.network->set_registration(Registration::home);
  other.send("late");
  CHECK(fixture.wait(60s).find("late") != std::string::npos);
  CHECK(fixture.state() == "CONNECT OK");
}

TEST_CASE("ip: AT+CIPSCONT keeps the context over power-off") {
  Nvram nvram;
  {
    IpFixture fixture(ModuleFixture::instant(), true, &nvram);
    fixture.ask("ATE0");
    CHECK(fixture.ask("AT+CIPSCONT?") ==
          "\r\n+CIPSCONT: 1\r\n+CIPCSGP: 1\r\nGprs Config APN: CMNET\r\nGprs Config UserId: \r\n"
          "Gprs Config Password: \r\n+CIPHEAD: 0\r\n+CIPSHOWTP: 0\r\n+CIPSRIP: 0\r\n+CIPATS: 0,0\r\n+CIPSPRT: 1,0\r\n"
          "+CIPQSEND: 0\r\n+CIPMODE: 0\r\n+CIPCCFG: 5,2,1024,1,0,1460,50\r\n+CIPMUX: 0\r\n+CIPDPDP: 1,10,3\r\n"
          "+CIPRXGET: 0\r\n+CIPRDTIMER: 2000,3500\r\n" +
              OK);
    fixture.ask("AT+CIPHEAD=1");
    fixture.ask("AT+CIPRXGET=1");
    fixture.ask("AT+CIPCSGP=1,\"internet\",\"u\",\"p\"");
    fixture.ask("AT+CIPSPRT=2");
    CHECK(fixture.ask("AT+CIPSCONT") == OK);
    CHECK(fixture.ask("AT+CIPSCONT?").find("+CIPSCONT: 0\r\n") != std::string::npos);
    fixture.ask("AT+CIPATS=1,9");
    CHECK(fixture.ask("AT+CIPSCONT?").find("+CIPSCONT: 1\r\n") != std::string::npos);
  }
  IpFixture fixture(ModuleFixture::instant(), true, &nvram);
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CIPHEAD?") == "\r\n+CIPHEAD: 1\r\n" + OK);
  CHECK(fixture.ask("AT+CIPRXGET?") == "\r\n+CIPRXGET: 1\r\n" + OK);
  CHECK(fixture.ask("AT+CSTT?") == "\r\n+CSTT: \"internet\",\"u\",\"p\"\r\n" + OK);
  CHECK(fixture.ask("AT+CIPATS?") == "\r\n+CIPATS: 0,0\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSCONT?").find("+CIPSPRT: 2,1\r\n") != std::string::npos);
}

TEST_CASE("ip: settings go back to their defaults at a reset") {
  IpFixture fixture;
  fixture.ask("ATE0");
  fixture.ask("AT+CIPMUX=1");
  fixture.ask("AT+CLPORT=3,\"UDP\",5000");
  CHECK(fixture.ask("AT+CLPORT?").find("+CLPORT: 3,0,5000\r\n") != std::string::npos);
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.ask("ATE0").ends_with(OK));
  CHECK(fixture.ask("AT+CIPMUX?") == "\r\n+CIPMUX: 0\r\n" + OK);
  CHECK(fixture.ask("AT+CLPORT?") == "\r\n+CLPORT: 0,0\r\n" + OK);
}

TEST_CASE("ip: two contexts, each with its own state") {
  IpFixture fixture;
  fixture.bring_up(true);
  CHECK(fixture.ask("AT+CIPSGTXT=?") == "\r\n+CIPSGTXT: (0,1)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSGTXT=1") == OK);
  CHECK(fixture.state() == "IP INITIAL");
  fixture.ask("AT+CSTT=\"second\"");
  fixture.ask("AT+CIICR");
  fixture.ask("AT+CIFSR");
  fixture.connect(R"(AT+CIPSTART=4,"UDP","10.1.2.3",53)");
  CHECK(fixture.state() == "IP PROCESSING");
  CHECK(fixture.ask("AT+CIPSTATUS=4") == "\r\n+CIPSTATUS: 4,1,\"UDP\",\"10.1.2.3\",\"53\",\"CONNECTED\"\r\n" + OK);
  fixture.ask("AT+CIPSGTXT=0");
  CHECK(fixture.state() == "IP STATUS");
  fixture.ask("AT+CIPSHUT");
  fixture.ask("AT+CIPSGTXT=1");
  CHECK(fixture.state() == "IP PROCESSING");
}

TEST_CASE("ip: AT+CDNSGIP") {
  IpFixture fixture;
  fixture.bring_up();
  CHECK(fixture.ask("AT+CDNSGIP=www.example.org") == OK);
  CHECK(fixture.sockets.asked.back() == "www.example.org");
  fixture.sockets.answer({"10.9.8.7", "10.9.8.6", "10.9.8.5"});
  CHECK(fixture.wait(0s) == framed("+CDNSGIP: 1,\"www.example.org\",\"10.9.8.7\",\"10.9.8.6\",\"10.9.8.5\""));
  fixture.ask("AT+CDNSGIP=\"nowhere\"");
  fixture.sockets.answer({});
  CHECK(fixture.wait(0s) == framed("+CDNSGIP: 0,8"));
  fixture.ask("AT+CDNSGIP=\"silence\"");
  CHECK(fixture.wait(29s).empty());
  CHECK(fixture.wait(1s) == framed("+CDNSGIP: 0,8"));
  CHECK(fixture.ask("AT+CDNSGIP=\"10.1.2.3\"") == OK + framed("+CDNSGIP: 1,\"10.1.2.3\",\"10.1.2.3\""));
}

TEST_CASE("ip: AT+CDNSGIP shows as many addresses as an answer of DNS can hold") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CDNSGIP=www.example.org");
  std::vector<std::string> many;
  std::string shown = "+CDNSGIP: 1,\"www.example.org\"";
  for (int number = 0; number < 4000; ++number) {
    many.push_back("10.9." + std::to_string(number / 256) + "." + std::to_string(number % 256));
    shown += ",\"" + many.back() + "\"";
  }
  fixture.sockets.answer(many);
  CHECK(fixture.wait(0s) == framed(shown));
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("ip: ranges and forms of the settings") {
  IpFixture fixture;
  fixture.ask("ATE0");
  for (const char* line : {"AT+CIPMUX=2",
                           "AT+CIPQSEND=2",
                           "AT+CIPHEAD=2",
                           "AT+CIPSHOWTP=2",
                           "AT+CIPSRIP=2",
                           "AT+CIPATS=1,101",
                           "AT+CIPATS=1",
                           "AT+CIPATS=1,0",
                           "AT+CIPSPRT=3",
                           "AT+CIPSERVER=1",
                           "AT+CIPSERVER=1,0",
                           "AT+CIPSERVER=1,65536",
                           "AT+CIPCSGP=2",
                           "AT+CIPCSGP=0,\"123\",\"u\",\"p\",4",
                           "AT+CIPDPDP=1,181,3",
                           "AT+CIPDPDP=1,10,11",
                           "AT+CIPMODE=2",
                           "AT+CIPCCFG=2,2,1024,1",
                           "AT+CIPCCFG=5,11,1024,1",
                           "AT+CIPCCFG=5,2,1461,1",
                           "AT+CIPCCFG=5,2,1024",
                           "AT+CIPUDPMODE=3",
                           "AT+CIPUDPMODE=2",
                           "AT+CIPUDPMODE=1,\"1.2.3\",80",
                           "AT+CIPRXGET=5",
                           "AT+CIPRDTIMER=99,3500",
                           "AT+CIPTKA=1,29",
                           "AT+CLPORT=\"SCTP\",1",
                           "AT+CLPORT=\"TCP\",65536",
                           "AT+CDNSCFG=\"8.8.8\"",
                           "AT+CIPSSL=2",
                           "AT+CIPSSL=1,1",
                           "AT+CIPSENDHEX=0",
                           "AT+CIPHEXS=0",
                           "AT+CIFSREX",
                           "AT+CIPCLOSE=9"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
  CHECK(fixture.ask("AT+CIPCCFG=3,1,100,0") == OK);
  CHECK(fixture.ask("AT+CIPCCFG?") == "\r\n+CIPCCFG: 3,1,100,0,0,1460,50\r\n" + OK);
  CHECK(fixture.ask("AT+CIPTKA?") == "\r\n+CIPTKA: 1,7200,75,9\r\n" + OK);
  CHECK(fixture.ask("AT+CIPCSGP?") == "\r\n+CIPCSGP: 1,\"CMNET\",\"\",\"\"\r\n" + OK);
  CHECK(fixture.ask("AT+CIPCSGP=0,\"123\",\"u\",\"p\",2") == OK);
  CHECK(fixture.ask("AT+CIPCSGP?") == "\r\n+CIPCSGP: 0,\"123\",\"u\",\"p\",2\r\n" + OK);
  CHECK(fixture.ask("AT+CDNSCFG?") == "\r\nPrimaryDns: 0.0.0.0\r\nSecondaryDns: 0.0.0.0\r\n" + OK);
  CHECK(fixture.ask("AT+CDNSCFG=8.8.8.8") == OK);
  CHECK(fixture.ask("AT+CDNSCFG?") == "\r\nPrimaryDns: 8.8.8.8\r\nSecondaryDns: 0.0.0.0\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSERVER?") == "\r\n+CIPSERVER: 0\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSSL?") == "\r\n+CIPSSL: 0\r\n" + OK);
  CHECK(fixture.ask("AT+CIPMUX=1;+CIPMODE=1") == ERROR);
}

TEST_CASE("ip: the forms that the number of connections changes") {
  IpFixture fixture;
  fixture.ask("ATE0");
  const std::string quad = "(\"(0-255).(0-255).(0-255).(0-255)\")";
  CHECK(fixture.ask("AT+CIPSTART=?") ==
        "\r\n+CIPSTART: (\"TCP\",\"UDP\"),(\"(0,255).(0,255).(0,255).(0,255)\"),(1,65535)\r\n"
        "+CIPSTART: (\"TCP\",\"UDP\"),(\"DOMAIN NAME\"),(1,65535)\r\n" +
            OK);
  CHECK(fixture.ask("AT+CIPSEND=?") == "\r\n+CIPSEND: (1-1460)\r\n" + OK);
  CHECK(fixture.ask("AT+CLPORT=?") == "\r\n+CLPORT: (\"TCP\",\"UDP\"),(0-65535)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=?") == "\r\n+CIPRXGET: (0-4),(1-1460)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPUDPMODE=?") == "\r\n+CIPUDPMODE: (0-2)," + quad + ",(1-65535)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPCSGP=?") ==
        "\r\n+CIPCSGP:0-CSD,DIALNUMBER,USER NAME,PASSWORD,RATE(0-3)\r\n+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD\r\n" +
            OK);
  fixture.ask("AT+CIPMUX=1");
  CHECK(fixture.ask("AT+CIPSTART=?").starts_with("\r\n+CIPSTART: (0-5),(\"TCP\",\"UDP\"),"));
  CHECK(fixture.ask("AT+CIPSEND=?") == "\r\n+CIPSEND: (0-5),(1-1460)\r\n" + OK);
  CHECK(fixture.ask("AT+CLPORT=?") == "\r\n+CLPORT: (0-5),(\"TCP\",\"UDP\"),(0-65535)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=?") == "\r\n+CIPRXGET: (0-4),(0-5),(1-1460)\r\n" + OK);
  CHECK(fixture.ask("AT+CIPUDPMODE?").starts_with("\r\n+CIPUDPMODE: 0,0\r\n+CIPUDPMODE: 1,0\r\n"));
}
