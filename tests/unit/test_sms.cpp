// SPDX-License-Identifier: MIT
// Messages that arrive, the memories, and the settings of the message service.
#include <doctest/doctest.h>

#include "tests/unit/temporary_directory.hpp"
#include "tests/unit/test_bench.hpp"

namespace sim800::test {

namespace {

World in_text_mode() {
  World world = Bench::instant();
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}, {"+CMGF", {"1"}}};
  world.sim.messages = {{1, "REC READ", "+8613900000000", "02/01/30,20:40:31+00", "This is a test"},
                        {2, "REC UNREAD", "INFO", "02/01/30,20:45:12-24", "Test again"},
                        {4, "STO SENT", "+49170", "", "привет"}};
  return world;
}

struct SmsBench : Bench {
  explicit SmsBench(World given = in_text_mode(), Nvram* kept = nullptr) : Bench(std::move(given), true, kept) {}
  std::string arrives(std::string_view from, std::string_view text) {
    modem.sms.receive(from, text);
    return wait(0s);
  }
  std::string info(std::string_view text) const { return "\r\n" + std::string(text) + "\r\n" + OK; }
  std::string cms(int number) const { return "\r\n+CMS ERROR: " + std::to_string(number) + "\r\n"; }
};

const std::string FIRST = "\"+8613900000000\",\"\",\"02/01/30,20:40:31+00\"";

}  // namespace

TEST_CASE("CMGR: a message is unread until it was read") {
  SmsBench bench;
  CHECK(bench.ask("AT+CMGR=1") == bench.info("+CMGR: \"REC READ\"," + FIRST + "\r\nThis is a test"));
  const std::string second = ",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again";
  CHECK(bench.ask("AT+CMGR=2,1") == bench.info("+CMGR: \"REC UNREAD\"" + second));
  CHECK(bench.ask("AT+CMGR=2") == bench.info("+CMGR: \"REC UNREAD\"" + second));
  CHECK(bench.ask("AT+CMGR=2") == bench.info("+CMGR: \"REC READ\"" + second));
  CHECK(bench.ask("AT+CMGR=4") == bench.info("+CMGR: \"STO SENT\",\"+49170\",\"\"\r\n043F04400438043204350442"));
  CHECK(bench.ask("AT+CMGR=3") == OK);  // an empty place
  CHECK(bench.ask("AT+CMGR=50") == OK);
  CHECK(bench.ask("AT+CMGR=51") == bench.cms(321));
  CHECK(bench.ask("AT+CMGR=0") == bench.cms(321));
  CHECK(bench.ask("AT+CMGR=x") == bench.cms(325));
  CHECK(bench.ask("AT+CMGR=1,2") == bench.cms(325));
  CHECK(bench.ask("AT+CMGR=?") == OK);
  CHECK(bench.ask("AT+CMGR") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("CSDH=1 shows the details") {
  SmsBench bench;
  bench.ask("AT+CSDH=1");
  CHECK(bench.ask("AT+CMGR=1") ==
        bench.info("+CMGR: \"REC READ\"," + FIRST + ",145,4,0,0,\"+8613800100500\",145,14\r\nThis is a test"));
  CHECK(bench.ask("AT+CMGL=\"STO SENT\"") ==
        bench.info("+CMGL: 4,\"STO SENT\",\"+49170\",\"\",145,12\r\n043F04400438043204350442"));
  bench.ask("AT+CNMI=2,2");
  CHECK(bench.arrives("+49170", "hi") ==
        "\r\n+CMT: \"+49170\",\"\",\"04/01/01,00:00:20+00\",145,4,0,0,\"+8613800100500\",145,2\r\nhi\r\n");
}

TEST_CASE("CMGR in PDU mode") {
  SmsBench bench;
  bench.ask("AT+CMGF=0");
  CHECK(bench.ask("AT+CMGR=1") ==
        bench.info("+CMGR: 1,\"\",33\r\n0891683108100005F0040D91683109000000F0000020100302041300"
                   "0E54747A0E4ACF416110BD3CA703"));
}

TEST_CASE("CMGL: a blank line between messages, and what was unread is read") {
  SmsBench bench;
  CHECK(bench.ask("AT+CMGL=\"ALL\",1") ==
        "\r\n+CMGL: 1,\"REC READ\"," + FIRST + "\r\nThis is a test\r\n" +
            "\r\n+CMGL: 2,\"REC UNREAD\",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again\r\n" +
            "\r\n+CMGL: 4,\"STO SENT\",\"+49170\",\"\"\r\n043F04400438043204350442\r\n" + OK);
  CHECK(bench.ask("AT+CMGL") ==
        bench.info("+CMGL: 2,\"REC UNREAD\",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again"));
  CHECK(bench.ask("AT+CMGL") == OK);
  CHECK(bench.ask("AT+CMGL=\"STO UNSENT\"") == OK);
  for (const char* bad : {"AT+CMGL=ALL", "AT+CMGL=4", "AT+CMGL=\"all\"", "AT+CMGL=\"UNREAD\""})
    CHECK(bench.ask(bad) == bench.cms(305));
  CHECK(bench.ask("AT+CMGL=\"ALL\",2") == bench.cms(325));
  CHECK(bench.ask("AT+CMGL=?") ==
        bench.info("+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"));
  bench.ask("AT+CMGF=0");
  CHECK(bench.ask("AT+CMGL=3") == bench.info("+CMGL: 4,3,\"\",22\r\n0891683108100005F001000591"
                                             "9471F000080C043F04400438043204350442"));
  CHECK(bench.ask("AT+CMGL=\"ALL\"") == bench.cms(325));
  CHECK(bench.ask("AT+CMGL=5") == bench.cms(325));
  CHECK(bench.ask("AT+CMGL=?") == bench.info("+CMGL: (0-4)"));
}

TEST_CASE("CMGD and CMGDA") {
  SmsBench bench;
  const auto left = [&](std::string_view line) {
    CHECK(bench.ask(line) == OK);
    const std::string places = bench.ask("AT+CMGD=?");
    return places.substr(2, places.find("),") - 1);
  };
  CHECK(left("AT+CMGD=3") == "+CMGD: (1,2,4)");
  CHECK(left("AT+CMGD=1") == "+CMGD: (2,4)");
  CHECK(left("AT+CMGD=1,1") == "+CMGD: (2,4)");
  CHECK(left("AT+CMGD=1,2") == "+CMGD: (2)");
  CHECK(left("AT+CMGD=1,3") == "+CMGD: (2)");
  CHECK(left("AT+CMGD=0,4") == "+CMGD: ()");
  CHECK(bench.ask("AT+CMGD=?") == bench.info("+CMGD: (),(0-4)"));
  CHECK(bench.ask("AT+CMGD=51") == bench.cms(321));
  CHECK(bench.ask("AT+CMGD=0") == bench.cms(321));
  CHECK(bench.ask("AT+CMGD=1,5") == bench.cms(325));

  SmsBench other;
  const auto kind = [&](std::string_view line) {
    CHECK(other.ask(line) == OK);
    const std::string places = other.ask("AT+CMGD=?");
    return places.substr(2, places.find("),") - 1);
  };
  CHECK(kind("AT+CMGDA=\"DEL UNSENT\"") == "+CMGD: (1,2,4)");
  CHECK(kind("AT+CMGDA=\"DEL READ\"") == "+CMGD: (2,4)");
  CHECK(kind("AT+CMGDA=\"DEL SENT\"") == "+CMGD: (2)");
  CHECK(kind("AT+CMGDA=\"DEL UNREAD\"") == "+CMGD: ()");
  for (const char* bad : {"AT+CMGDA=6", "AT+CMGDA=\"DEL\"", "AT+CMGDA=DEL ALL"})
    CHECK(other.ask(bad) == other.cms(305));
  CHECK(other.ask("AT+CMGDA=?") ==
        other.info("+CMGDA: (\"DEL READ\",\"DEL UNREAD\",\"DEL SENT\",\"DEL UNSENT\",\"DEL INBOX\",\"DEL ALL\")"));
  other.arrives("+49170", "one");
  other.ask("AT+CMGF=0");
  CHECK(other.ask("AT+CMGDA=?") == other.info("+CMGDA: (1-6)"));
  CHECK(other.ask("AT+CMGDA=\"DEL ALL\"") == other.cms(325));
  CHECK(other.ask("AT+CMGDA=7") == other.cms(325));
  CHECK(other.ask("AT+CMGDA=0") == other.cms(325));
  CHECK(kind("AT+CMGDA=5") == "+CMGD: ()");
}

TEST_CASE("arrival: CNMI mt") {
  SmsBench bench;
  CHECK(bench.arrives("+49170", "one") == "\r\n+CMTI: \"SM\",3\r\n");
  bench.ask("AT+CNMI=2,0");
  CHECK(bench.arrives("+49170", "two") == "");
  bench.ask("AT+CNMI=2,2");
  CHECK(bench.arrives("10086", "three\nlines") ==
        "\r\n+CMT: \"10086\",\"\",\"04/01/01,00:00:20+00\"\r\nthree\nlines\r\n");
  CHECK(bench.arrives("Credit Ltd 24", "é") == "\r\n+CMT: \"Credit Ltd \",\"\",\"04/01/01,00:00:20+00\"\r\n?\r\n");
  bench.ask("AT+CMGF=0");
  CHECK(bench.arrives("+49170", "hi") ==
        "\r\n+CMT: \"\",18\r\n0891683108100005F0040591"
        "9471F000004010100000020002E834\r\n");
  bench.ask("AT+CNMI=2,3");
  CHECK(bench.arrives("+49170", "four") == "\r\n+CMTI: \"SM\",6\r\n");
}

TEST_CASE("arrival: a URC waits for the running command, and mode 0 for another mode") {
  SmsBench bench;
  bench.ask("AT+CNMI=0,1");
  CHECK(bench.arrives("+49170", "one") == "");
  CHECK(bench.ask("AT+CNMI=2,1") == OK + "\r\n+CMTI: \"SM\",3\r\n");
  bench.ask("AT+CNMI=0,1");
  CHECK(bench.arrives("+49170", "two") == "");
  CHECK(bench.ask("AT+CNMI=2,1,0,0,1") == OK);
  CHECK(bench.ask("AT+CNMI?") == bench.info("+CNMI: 2,1,0,0,1"));
  CHECK(bench.ask("AT+CNMI=?") == bench.info("+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)"));
  CHECK(bench.ask("AT+CNMI=2,1,0,2") == "\r\n+CME ERROR: 765\r\n");
}

TEST_CASE("arrival: classes") {
  World world = in_text_mode();
  world.sim.number = "+49170";
  SmsBench bench(world);
  const auto sent = [&](int dcs) {
    bench.ask("AT+CSMP=17,167,0," + std::to_string(dcs));
    bench.ask("AT+CMGS=\"+49170\"");
    const std::string all = bench.say("x\x1A");
    return all.substr(all.find("OK\r\n") + 4);
  };
  const std::string shown = "\r\n+CMT: \"+49170\",\"\",\"04/01/01,00:00:20+00\"\r\nx\r\n";
  CHECK(sent(0xF0) == shown);  // a flash message is not stored
  bench.ask("AT+SCLASS0=1");
  CHECK(sent(0xF0) == "\r\n+CMTI: \"SM\",3\r\n");
  bench.ask("AT+CNMI=2,3");
  CHECK(sent(0xF3) == shown);
  CHECK(sent(0xF1) == "\r\n+CMTI: \"SM\",5\r\n");
  bench.ask("AT+CNMI=2,2");
  CHECK(sent(0xF2) == "\r\n+CMTI: \"SM\",6\r\n");  // class 2 belongs into the card
  CHECK(sent(0xF1) == shown);
  bench.ask("AT+SCLASS0=0;+CNMI=2,0");
  CHECK(sent(0xF0) == "");
}

TEST_CASE("arrival: a long text comes in parts, hexadecimal with its header") {
  World world = in_text_mode();
  world.module.model = "SIM800C";  // SIM800L has no CCONCINDEX
  SmsBench bench(world);
  CHECK(bench.ask("AT+CCONCINDEX") == bench.info("+CCONCINDEX: 0"));
  CHECK(bench.arrives("+49170", std::string(161, 'a')) == "\r\n+CMTI: \"SM\",3\r\n\r\n+CMTI: \"SM\",5\r\n");
  CHECK(bench.ask("AT+CMGR=5") ==
        bench.info("+CMGR: \"REC UNREAD\",\"+49170\",\"\",\"04/01/01,00:00:20+00\"\r\n050003010202C2E170381C0E8701"));
  CHECK(bench.ask("AT+CCONCINDEX") == bench.info("+CCONCINDEX: 2,3,5"));
}

TEST_CASE("a full memory: the network keeps what does not fit") {
  SmsBench bench;
  for (int i = 0; i < 47; ++i) bench.modem.sms.receive("+49170", "fill");
  bench.wait(0s);
  CHECK(bench.ask("AT+CPMS?") == bench.info("+CPMS: \"SM_P\",50,50,\"SM_P\",50,50,\"SM_P\",50,50"));
  CHECK(bench.arrives("+49170", "waits") == "");
  CHECK(bench.arrives("+49170", "waits too") == "");
  bench.modem.clock.sleep(0s);
  CHECK(bench.ask("AT+CMGD=7") == OK + "\r\n+CMTI: \"SM\",7\r\n");
  CHECK(bench.ask("AT+CMGDA=\"DEL ALL\"") == OK + "\r\n+CMTI: \"SM\",1\r\n");
  // Both memories as one.
  bench.ask("AT+CPMS=\"MT\",\"MT\",\"MT\"");
  for (int i = 0; i < 49; ++i) bench.modem.sms.receive("+49170", "fill");
  bench.wait(0s);
  CHECK(bench.arrives("+49170", "over") == "\r\n+CMTI: \"ME\",1\r\n");
  CHECK(bench.ask("AT+CMGR=51").find("over") != std::string::npos);
  CHECK(bench.ask("AT+CMGR=100") == OK);
  CHECK(bench.ask("AT+CMGR=101") == bench.cms(321));
  CHECK(bench.ask("AT+CPMS?") == bench.info("+CPMS: \"MT\",51,100,\"MT\",51,100,\"MT\",51,100"));
}

TEST_CASE("a storm is bounded") {
  SmsBench bench;
  for (int i = 0; i < 5000; ++i) bench.modem.sms.receive("+49170", std::string(300, 'x'));
  bench.wait(1h);
  CHECK(bench.ask("AT+CPMS?").starts_with("\r\n+CPMS: \"SM_P\",50,50,"));
  CHECK(bench.ask("AT") == OK);
}

TEST_CASE("CPMS") {
  SmsBench bench;
  CHECK(bench.ask("AT+CPMS=?") ==
        bench.info("+CPMS: (\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\"),(\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\"),"
                   "(\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\")"));
  CHECK(bench.ask("AT+CPMS?") == bench.info("+CPMS: \"SM_P\",3,50,\"SM_P\",3,50,\"SM_P\",3,50"));
  CHECK(bench.ask("AT+CPMS=\"ME\"") == bench.info("+CPMS: 0,50,3,50,3,50"));
  CHECK(bench.ask("AT+CPMS=\"SM\",\"ME\"") == bench.info("+CPMS: 3,50,0,50,3,50"));
  CHECK(bench.ask("AT+CPMS=\"SM\",\"SM\",\"ME\"") == bench.info("+CPMS: 3,50,3,50,0,50"));
  CHECK(bench.arrives("+49170", "x") == "\r\n+CMTI: \"ME\",1\r\n");
  for (const char* bad : {"AT+CPMS=\"XX\"", "AT+CPMS=SM", "AT+CPMS="}) CHECK(bench.ask(bad) == bench.cms(325));
}

TEST_CASE("before SMS Ready, without a card, with a locked one") {
  World world;
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  Bench bench(world, false);
  const auto ask = [&](std::string_view line) {
    bench.channel->receive(std::string(line) + "\r");
    return bench.wait(15ms);
  };
  bench.modem.power_on();
  bench.wait(8s);
  for (const char* line : {"AT+CMGF=1", "AT+CMGL", "AT+CMGS=\"1\"", "AT+CMGW", "AT+CMSS=1", "AT+CPMS?", "AT+CNMI=2,1",
                           "AT+CSCA?", "AT+CSMP=17", "AT+CMGD=1,4", "AT+CMGDA=6", "AT+CMGR=1"}) {
    CAPTURE(line);
    CHECK(ask(line) == "\r\n+CME ERROR: 3\r\n");
  }
  CHECK(ask("AT+CMGF?") == "\r\n+CMGF: 0\r\n" + OK);
  bench.wait(2s);
  CHECK(ask("AT+CMGF=1") == OK);

  world = Bench::instant();
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  world.sim.present = false;
  Bench without(world);
  CHECK(without.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 310\r\n");
  CHECK(without.ask("AT+CSCA=\"+49\"") == "\r\n+CME ERROR: 10\r\n");
  world.sim.present = true;
  world.sim.pin = "1234";
  Bench locked(world);
  CHECK(locked.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 311\r\n");
  for (int i = 0; i < 3; ++i) locked.ask("AT+CPIN=9999");
  CHECK(locked.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 316\r\n");
}

TEST_CASE("messages wait while the module is off or without a network") {
  SmsBench bench;
  bench.ask("AT+CFUN=0");
  CHECK(bench.arrives("+49170", "one") == "");
  CHECK(bench.ask("AT+CMGR=1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(bench.ask("AT+CFUN=1").ends_with("SMS Ready\r\n\r\n+CMTI: \"SM\",3\r\n"));
  bench.ask("AT+CFUN=4");
  CHECK(bench.arrives("+49170", "two") == "");
  CHECK(bench.ask("AT+CMGR=3").starts_with("\r\n+CMGR: \"REC UNREAD\""));
  CHECK(bench.ask("AT+CFUN=1").ends_with("\r\n+CMTI: \"SM\",5\r\n"));
}

TEST_CASE("CSMS=1: CMT is acknowledged by CNMA, or shown no more") {
  SmsBench bench;
  CHECK(bench.ask("AT+CNMA") == bench.cms(340));
  CHECK(bench.ask("AT+CSMS=1") == bench.info("+CSMS: 1,1,1"));
  CHECK(bench.ask("AT+CSMS?") == bench.info("+CSMS: 1,1,1,1"));
  bench.ask("AT+CNMI=2,2");
  CHECK(bench.arrives("+49170", "one").find("+CMT: ") != std::string::npos);
  CHECK(bench.arrives("+49170", "two") == "");
  CHECK(bench.ask("AT+CNMA").starts_with(OK + "\r\n+CMT: "));
  CHECK(bench.wait(14s) == "");
  CHECK(bench.wait(2s) == "");  // the network sends it again, and it is stored
  CHECK(bench.ask("AT+CNMI?") == bench.info("+CNMI: 2,0,0,0,0"));
  CHECK(bench.ask("AT+CMGR=3").find("two") != std::string::npos);
  CHECK(bench.ask("AT+CNMA") == bench.cms(340));
}

TEST_CASE("service centre, profiles, broadcasts") {
  Nvram kept;
  {
    SmsBench bench(in_text_mode(), &kept);
    CHECK(bench.ask("AT+CSCA?") == bench.info("+CSCA: \"+8613800100500\",145"));
    CHECK(bench.ask("AT+CSAS") == OK);
    CHECK(bench.ask("AT+CSCA=\"+491710760000\"") == OK);
    CHECK(bench.ask("AT+CSCA=\"x\"") == "\r\n+CME ERROR: 765\r\n");
    CHECK(bench.ask("AT+CSMP=49,12,1,8") == OK);
    CHECK(bench.ask("AT+CSAS=1") == OK);
    CHECK(bench.ask("AT+CRES") == OK);
    CHECK(bench.ask("AT+CSMP?") == bench.info("+CSMP: 17,167,0,0"));
    CHECK(bench.ask("AT+CSCA?") == bench.info("+CSCA: \"+8613800100500\",145"));
    CHECK(bench.ask("AT+CRES=1") == OK);
    CHECK(bench.ask("AT+CSMP?") == bench.info("+CSMP: 49,12,1,8"));
    CHECK(bench.ask("AT+CRES=3") == OK);
    CHECK(bench.ask("AT+CSAS=4") == bench.cms(325));
    CHECK(bench.ask("AT+CSAS=?") == bench.info("+CSAS: (0-3)"));

    CHECK(bench.ask("AT+CSCB?") == bench.info("+CSCB: 0,\"\",\"\""));
    CHECK(bench.ask("AT+CSCB=0,\"50,919\"") == OK);
    CHECK(bench.ask("AT+CSCB=0,\"919,4370\",\"0,5\"") == OK);
    CHECK(bench.ask("AT+CSCB?") == bench.info("+CSCB: 0,\"50,919,4370\",\"0,5\""));
    CHECK(bench.ask("AT+CSCB=0,\"100-200\"") == bench.cms(325));
    CHECK(bench.ask("AT+CSCB=0,\"1,2,3,4,5,6,7,8,9,10,11,12,13\"") == OK);
    CHECK(bench.ask("AT+CSCB=1") == OK);
    CHECK(bench.ask("AT+CSCB?") == bench.info("+CSCB: 1,\"50,919,4370,1,2,3,4,5,6,7,8,9,10,11,12\",\"0-255\""));
    CHECK(bench.ask("AT+CDSCB") == OK);
    CHECK(bench.ask("AT+CSCB=0,\"50\"") == OK);
    bench.ask("AT+CNMI=2,1,2");
    bench.modem.sms.broadcast(51, "no");
    bench.modem.sms.broadcast(50, "221");
    CHECK(bench.wait(0s) == "\r\n+CBM: 0,50,0,1,1\r\n221\r\n");
  }
  SmsBench later(in_text_mode(), &kept);
  CHECK(later.ask("AT+CSCA?") == later.info("+CSCA: \"+491710760000\",145"));
  CHECK(later.ask("AT+CSMP?") == later.info("+CSMP: 49,167,0,0"));  // <fo> is kept, the others are not
  CHECK(later.ask("AT+CSCB?") == later.info("+CSCB: 0,\"50\",\"\""));
}

TEST_CASE("messages outlive the process with the card they are on") {
  const TemporaryDirectory directory;
  {
    Nvram kept(directory.path());
    SmsBench bench(in_text_mode(), &kept);
    bench.arrives("+49170", "new");
    bench.ask("AT+CMGD=1");
    bench.ask("AT+CMGR=2");
  }
  Nvram kept(directory.path());
  SmsBench bench(in_text_mode(), &kept);
  CHECK(bench.ask("AT+CMGD=?") == bench.info("+CMGD: (2,3,4),(0-4)"));
  CHECK(bench.ask("AT+CMGR=2").starts_with("\r\n+CMGR: \"REC READ\""));
  World other_card = in_text_mode();
  other_card.sim.iccid = "89860000000000000000";
  SmsBench with_other(other_card, &kept);
  CHECK(with_other.ask("AT+CMGD=?") == with_other.info("+CMGD: (1,2,4),(0-4)"));
}

TEST_CASE("the other settings of messages") {
  SmsBench bench;
  CHECK(bench.ask("AT+CMGF=?") == bench.info("+CMGF: (0,1)"));
  CHECK(bench.ask("AT+CMGF?") == bench.info("+CMGF: 1"));
  CHECK(bench.ask("AT+CMGF=2") == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CMGF=") == OK);
  CHECK(bench.ask("AT+CMGF?") == bench.info("+CMGF: 0"));
  CHECK(bench.ask("AT+CSDH=?") == bench.info("+CSDH: (0,1)"));
  CHECK(bench.ask("AT+CSMP=?") == bench.info("+CSMP: (0-255),(0-255),(0-255),(0-255)"));
  CHECK(bench.ask("AT+CSMP?") == bench.info("+CSMP: 17,167,0,0"));
  CHECK(bench.ask("AT+SCLASS0=?") == bench.info("+SCLASS0: (0, 1)"));
  CHECK(bench.ask("AT+CMGHEX?") == bench.info("+CMGHEX: 0"));
  CHECK(bench.ask("AT+CSCS=?") == bench.info("+CSCS: (\"IRA\",\"GSM\",\"UCS2\",\"HEX\",\"PCCP\",\"PCDN\",\"8859-1\")"));
  CHECK(bench.ask("AT+CSCS=\"TEST\"") == "\r\n+CME ERROR: 765\r\n");
  CHECK(bench.ask("AT+CSCA=?") == OK);
  bench.ask("AT+CSCS=\"UCS2\"");
  CHECK(bench.ask("AT+CSCA?") == bench.info("+CSCA: \"002B0038003600310033003800300030003100300030003500300030\",145"));
}

}  // namespace sim800::test
