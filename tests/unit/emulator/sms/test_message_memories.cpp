// SPDX-License-Identifier: MIT
// The memories: how messages are read, listed and deleted, and what becomes of them when one is full.
#include <doctest/doctest.h>

#include "tests/support/sms_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800::test {

TEST_CASE("CMGR: a message is unread until it was read") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CMGR=1") == fixture.info("+CMGR: \"REC READ\"," + FIRST + "\r\nThis is a test"));
  const std::string second = ",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again";
  CHECK(fixture.ask("AT+CMGR=2,1") == fixture.info("+CMGR: \"REC UNREAD\"" + second));
  CHECK(fixture.ask("AT+CMGR=2") == fixture.info("+CMGR: \"REC UNREAD\"" + second));
  CHECK(fixture.ask("AT+CMGR=2") == fixture.info("+CMGR: \"REC READ\"" + second));
  CHECK(fixture.ask("AT+CMGR=4") == fixture.info("+CMGR: \"STO SENT\",\"+49170\",\"\"\r\n043F04400438043204350442"));
  CHECK(fixture.ask("AT+CMGR=3") == OK);  // an empty place
  CHECK(fixture.ask("AT+CMGR=50") == OK);
  CHECK(fixture.ask("AT+CMGR=51") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMGR=0") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMGR=x") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGR=1,2") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGR=?") == OK);
  CHECK(fixture.ask("AT+CMGR") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("CSDH=1 shows the details") {
  SmsFixture fixture;
  fixture.ask("AT+CSDH=1");
  CHECK(fixture.ask("AT+CMGR=1") ==
        fixture.info("+CMGR: \"REC READ\"," + FIRST + ",145,4,0,0,\"+8613800100500\",145,14\r\nThis is a test"));
  CHECK(fixture.ask("AT+CMGL=\"STO SENT\"") ==
        fixture.info("+CMGL: 4,\"STO SENT\",\"+49170\",\"\",145,12\r\n043F04400438043204350442"));
  fixture.ask("AT+CNMI=2,2");
  CHECK(fixture.arrives("+49170", "hi") ==
        "\r\n+CMT: \"+49170\",\"\",\"26/01/01,08:00:20+32\",145,4,0,0,\"+8613800100500\",145,2\r\nhi\r\n");
}

TEST_CASE("CMGR in PDU mode") {
  SmsFixture fixture;
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.ask("AT+CMGR=1") ==
        fixture.info("+CMGR: 1,\"\",33\r\n0891683108100005F0040D91683109000000F0000020100302041300"
                     "0E54747A0E4ACF416110BD3CA703"));
}

TEST_CASE("CMGL: a blank line between messages, and what was unread is read") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CMGL=\"ALL\",1") ==
        "\r\n+CMGL: 1,\"REC READ\"," + FIRST + "\r\nThis is a test\r\n" +
            "\r\n+CMGL: 2,\"REC UNREAD\",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again\r\n" +
            "\r\n+CMGL: 4,\"STO SENT\",\"+49170\",\"\"\r\n043F04400438043204350442\r\n" + OK);
  CHECK(fixture.ask("AT+CMGL") ==
        fixture.info("+CMGL: 2,\"REC UNREAD\",\"INFO\",\"\",\"02/01/30,20:45:12-24\"\r\nTest again"));
  CHECK(fixture.ask("AT+CMGL") == OK);
  CHECK(fixture.ask("AT+CMGL=\"STO UNSENT\"") == OK);
  for (const char* bad : {"AT+CMGL=ALL", "AT+CMGL=4", "AT+CMGL=\"all\"", "AT+CMGL=\"UNREAD\""})
    CHECK(fixture.ask(bad) == fixture.cms(305));
  CHECK(fixture.ask("AT+CMGL=\"ALL\",2") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGL=?") ==
        fixture.info("+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"));
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.ask("AT+CMGL=3") == fixture.info("+CMGL: 4,3,\"\",22\r\n0891683108100005F001000591"
                                                 "9471F000080C043F04400438043204350442"));
  CHECK(fixture.ask("AT+CMGL=\"ALL\"") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGL=5") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGL=?") == fixture.info("+CMGL: (0-4)"));
}

TEST_CASE("CMGD and CMGDA") {
  const auto left_after = [](SmsFixture& module, std::string_view line) {
    CHECK(module.ask(line) == OK);
    const std::string places = module.ask("AT+CMGD=?");
    return places.substr(2, places.find("),") - 1);
  };
  SmsFixture fixture;
  const auto left = [&](std::string_view line) { return left_after(fixture, line); };
  CHECK(left("AT+CMGD=3") == "+CMGD: (1,2,4)");
  CHECK(left("AT+CMGD=1") == "+CMGD: (2,4)");
  CHECK(left("AT+CMGD=1,1") == "+CMGD: (2,4)");
  CHECK(left("AT+CMGD=1,2") == "+CMGD: (2)");
  CHECK(left("AT+CMGD=1,3") == "+CMGD: (2)");
  CHECK(left("AT+CMGD=0,4") == "+CMGD: ()");
  CHECK(fixture.ask("AT+CMGD=?") == fixture.info("+CMGD: (),(0-4)"));
  CHECK(fixture.ask("AT+CMGD=51") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMGD=0") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMGD=1,5") == fixture.cms(325));

  SmsFixture other;
  const auto kind = [&](std::string_view line) { return left_after(other, line); };
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

TEST_CASE("a full memory: the network keeps what does not fit") {
  SmsFixture fixture;
  for (int i = 0; i < 47; ++i) fixture.modem.sms->receive("+49170", "fill");
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CPMS?") == fixture.info("+CPMS: \"SM_P\",50,50,\"SM_P\",50,50,\"SM_P\",50,50"));
  CHECK(fixture.arrives("+49170", "waits") == "");
  CHECK(fixture.arrives("+49170", "waits too") == "");
  fixture.modem.clock.sleep(0s);
  CHECK(fixture.ask("AT+CMGD=7") == OK + "\r\n+CMTI: \"SM\",7\r\n");
  CHECK(fixture.ask("AT+CMGDA=\"DEL ALL\"") == OK + "\r\n+CMTI: \"SM\",1\r\n");
  // Both memories as one.
  fixture.ask("AT+CPMS=\"MT\",\"MT\",\"MT\"");
  for (int i = 0; i < 49; ++i) fixture.modem.sms->receive("+49170", "fill");
  fixture.wait(0s);
  CHECK(fixture.arrives("+49170", "over") == "\r\n+CMTI: \"ME\",1\r\n");
  CHECK(fixture.ask("AT+CMGR=51").find("over") != std::string::npos);
  CHECK(fixture.ask("AT+CMGR=100") == OK);
  CHECK(fixture.ask("AT+CMGR=101") == fixture.cms(321));
  CHECK(fixture.ask("AT+CPMS?") == fixture.info("+CPMS: \"MT\",51,100,\"MT\",51,100,\"MT\",51,100"));
}

TEST_CASE("a storm is bounded") {
  SmsFixture fixture;
  for (int i = 0; i < 5000; ++i) fixture.modem.sms->receive("+49170", std::string(300, 'x'));
  fixture.wait(1h);
  CHECK(fixture.ask("AT+CPMS?").starts_with("\r\n+CPMS: \"SM_P\",50,50,"));
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("CPMS") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CPMS=?") ==
        fixture.info("+CPMS: (\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\"),(\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\"),"
                     "(\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\")"));
  CHECK(fixture.ask("AT+CPMS?") == fixture.info("+CPMS: \"SM_P\",3,50,\"SM_P\",3,50,\"SM_P\",3,50"));
  CHECK(fixture.ask("AT+CPMS=\"ME\"") == fixture.info("+CPMS: 0,50,3,50,3,50"));
  CHECK(fixture.ask("AT+CPMS=\"SM\",\"ME\"") == fixture.info("+CPMS: 3,50,0,50,3,50"));
  CHECK(fixture.ask("AT+CPMS=\"SM\",\"SM\",\"ME\"") == fixture.info("+CPMS: 3,50,3,50,0,50"));
  CHECK(fixture.arrives("+49170", "x") == "\r\n+CMTI: \"ME\",1\r\n");
  for (const char* bad : {"AT+CPMS=\"XX\"", "AT+CPMS=SM", "AT+CPMS="}) CHECK(fixture.ask(bad) == fixture.cms(325));
}

TEST_CASE("CCONCINDEX: the parts of one message, also where another's lie between them") {
  World world = in_text_mode();
  world.module.model = "SIM800C";
  SmsFixture fixture(world);
  fixture.ask("AT+CMGF=0");
  for (const char* part : {"AA0201", "BB0301", "AA0202", "BB0303"}) {
    fixture.ask("AT+CMGW=23,0");
    CHECK(fixture.say("004405812143F500046210108000002307050003" + std::string(part) + "41\x1A").ends_with(OK));
  }
  CHECK(fixture.ask("AT+CCONCINDEX") == fixture.info("+CCONCINDEX: 3,5,7"));
  fixture.ask("AT+CMGD=5");
  CHECK(fixture.ask("AT+CCONCINDEX") == fixture.info("+CCONCINDEX: 3,7"));
  fixture.ask("AT+CMGD=7");
  CHECK(fixture.ask("AT+CCONCINDEX") == fixture.info("+CCONCINDEX: 2,3,6"));
}

TEST_CASE("messages outlive the process with the card they are on") {
  const TemporaryDirectory directory;
  {
    Nvram kept(directory.path());
    SmsFixture fixture(in_text_mode(), &kept);
    fixture.arrives("+49170", "new");
    fixture.ask("AT+CMGD=1");
    fixture.ask("AT+CMGR=2");
  }
  Nvram kept(directory.path());
  SmsFixture fixture(in_text_mode(), &kept);
  CHECK(fixture.ask("AT+CMGD=?") == fixture.info("+CMGD: (2,3,4),(0-4)"));
  CHECK(fixture.ask("AT+CMGR=2").starts_with("\r\n+CMGR: \"REC READ\""));
  World other_card = in_text_mode();
  other_card.sim.iccid = "89860000000000000000";
  SmsFixture with_other(other_card, &kept);
  CHECK(with_other.ask("AT+CMGD=?") == with_other.info("+CMGD: (1,2,4),(0-4)"));
}

}  // namespace sim800::test
