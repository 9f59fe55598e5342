// SPDX-License-Identifier: MIT
// Messages that arrive, and the settings of the message service.
#include <doctest/doctest.h>

#include "tests/support/sms_fixture.hpp"

namespace sim800::test {

TEST_CASE("arrival: CNMI mt") {
  SmsFixture fixture;
  CHECK(fixture.arrives("+49170", "one") == "\r\n+CMTI: \"SM\",3\r\n");
  fixture.ask("AT+CNMI=2,0");
  CHECK(fixture.arrives("+49170", "two") == "");
  fixture.ask("AT+CNMI=2,2");
  CHECK(fixture.arrives("10086", "three\nlines") ==
        "\r\n+CMT: \"10086\",\"\",\"26/01/01,08:00:20+32\"\r\nthree\nlines\r\n");
  CHECK(fixture.arrives("Credit Ltd 24", "é") == "\r\n+CMT: \"Credit Ltd \",\"\",\"26/01/01,08:00:20+32\"\r\n?\r\n");
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.arrives("+49170", "hi") ==
        "\r\n+CMT: \"\",18\r\n0891683108100005F0040591"
        "9471F000006210108000022302E834\r\n");
  fixture.ask("AT+CNMI=2,3");
  CHECK(fixture.arrives("+49170", "four") == "\r\n+CMTI: \"SM\",6\r\n");
}

TEST_CASE("arrival: a URC waits for the running command, and mode 0 for another mode") {
  SmsFixture fixture;
  fixture.ask("AT+CNMI=0,1");
  CHECK(fixture.arrives("+49170", "one") == "");
  CHECK(fixture.ask("AT+CNMI=2,1") == OK + "\r\n+CMTI: \"SM\",3\r\n");
  fixture.ask("AT+CNMI=0,1");
  CHECK(fixture.arrives("+49170", "two") == "");
  CHECK(fixture.ask("AT+CNMI=2,1,0,0,1") == OK);
  CHECK(fixture.ask("AT+CNMI?") == fixture.info("+CNMI: 2,1,0,0,1"));
  CHECK(fixture.ask("AT+CNMI=?") == fixture.info("+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)"));
  CHECK(fixture.ask("AT+CNMI=2,1,0,2") == "\r\n+CME ERROR: 765\r\n");
}

TEST_CASE("arrival: classes") {
  World world = in_text_mode();
  world.sim.number = "+49170";
  SmsFixture fixture(world);
  const auto sent = [&](int dcs) {
    fixture.ask("AT+CSMP=17,167,0," + std::to_string(dcs));
    fixture.ask("AT+CMGS=\"+49170\"");
    const std::string all = fixture.say("x\x1A");
    return all.substr(all.find("OK\r\n") + 4);
  };
  const std::string shown = "\r\n+CMT: \"+49170\",\"\",\"26/01/01,08:00:20+32\"\r\nx\r\n";
  CHECK(sent(0xF0) == shown);  // a flash message is not stored
  fixture.ask("AT+SCLASS0=1");
  CHECK(sent(0xF0) == "\r\n+CMTI: \"SM\",3\r\n");
  fixture.ask("AT+CNMI=2,3");
  CHECK(sent(0xF3) == shown);
  CHECK(sent(0xF1) == "\r\n+CMTI: \"SM\",5\r\n");
  fixture.ask("AT+CNMI=2,2");
  CHECK(sent(0xF2) == "\r\n+CMTI: \"SM\",6\r\n");  // class 2 belongs into the card
  CHECK(sent(0xF1) == shown);
  fixture.ask("AT+SCLASS0=0;+CNMI=2,0");
  CHECK(sent(0xF0) == "");
}

TEST_CASE("arrival: time stamps are the network's, whatever the module's clock says") {
  World world = in_text_mode();
  world.network.time = "26/11/22,23:59:50-06";
  SmsFixture fixture(world);
  fixture.ask("AT+CNMI=2,2,0,1;+CSMP=49,167,0,0");
  CHECK(fixture.ask("AT+CCLK=\"30/05/05,05:05:05+08\"") == OK);
  CHECK(fixture.arrives("+49170", "hi") == "\r\n+CMT: \"+49170\",\"\",\"26/11/23,00:00:10-06\"\r\nhi\r\n");
  fixture.wait(1min);
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.arrives("+49170", "hi").find("62113200100168") != std::string::npos);
  fixture.ask("AT+CMGF=1");
  fixture.ask("AT+CMGS=\"+49171\"");
  CHECK(fixture.say("x\x1A").find(R"(+CDS: 6,0,"+49171",145,"26/11/23,00:01:10-06","26/11/23,00:01:10-06",0)") !=
        std::string::npos);
}

TEST_CASE("arrival: a long text comes in parts, each readable") {
  World world = in_text_mode();
  world.module.model = "SIM800C";  // SIM800L has no CCONCINDEX
  SmsFixture fixture(world);
  CHECK(fixture.ask("AT+CCONCINDEX") == fixture.info("+CCONCINDEX: 0"));
  CHECK(fixture.arrives("+49170", std::string(161, 'a')) == "\r\n+CMTI: \"SM\",3\r\n\r\n+CMTI: \"SM\",5\r\n");
  const std::string time = "\"26/01/01,08:00:20+32\"", centre = "\"+8613800100500\",145,";
  fixture.ask("AT+CSDH=1");
  CHECK(fixture.ask("AT+CMGR=3") == fixture.info("+CMGR: \"REC UNREAD\",\"+49170\",\"\"," + time + ",145,68,0,0," +
                                                 centre + "153\r\n" + std::string(153, 'a')));
  CHECK(fixture.ask("AT+CMGL=\"REC UNREAD\"").find(",145,8\r\naaaaaaaa\r\n") != std::string::npos);
  CHECK(fixture.ask("AT+CCONCINDEX") == fixture.info("+CCONCINDEX: 2,3,5"));
  // What has no readable form is digits, also without the header.
  fixture.ask("AT+CNMI=2,2;+CSDH=0");
  std::string cyrillic;
  for (int i = 0; i < 71; ++i) cyrillic += "я";
  fixture.modem.sms->receive("+49170", cyrillic);
  const std::string shown = fixture.wait(0s);
  CHECK(shown.find("32\"\r\n044F044F") != std::string::npos);
  CHECK(shown.ends_with("\r\n044F044F044F044F\r\n"));
}

TEST_CASE("quirk: a part of a long text is shown in hexadecimal with its header") {
  World world = in_text_mode();
  world.module.quirks.sms_header_hex = true;
  SmsFixture fixture(world);
  fixture.arrives("+49170", std::string(161, 'a'));
  fixture.ask("AT+CSDH=1");
  CHECK(fixture.ask("AT+CMGR=5") ==
        fixture.info("+CMGR: \"REC UNREAD\",\"+49170\",\"\",\"26/01/01,08:00:20+32\",145,68,0,0,"
                     "\"+8613800100500\",145,15\r\n050003010202C2E170381C0E8701"));
}

TEST_CASE("before SMS Ready, without a card, with a locked one") {
  World world;
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  ModuleFixture fixture(world, false);
  const auto ask = [&](std::string_view line) {
    fixture.channel->receive(std::string(line) + "\r");
    return fixture.wait(25ms);
  };
  fixture.modem.power_on();
  fixture.wait(6900ms);
  for (const char* line : {"AT+CMGF=1", "AT+CMGL", "AT+CMGS=\"1\"", "AT+CMGW", "AT+CMSS=1", "AT+CPMS?", "AT+CNMI=2,1",
                           "AT+CSCA?", "AT+CSMP=17", "AT+CMGD=1,4", "AT+CMGDA=6", "AT+CMGR=1"}) {
    CAPTURE(line);
    CHECK(ask(line) == "\r\n+CME ERROR: 3\r\n");
  }
  CHECK(ask("AT+CMGF?") == "\r\n+CMGF: 0\r\n" + OK);
  fixture.wait(2s);
  CHECK(ask("AT+CMGF=1") == OK);

  world = ModuleFixture::instant();
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  world.sim.present = false;
  ModuleFixture without(world);
  CHECK(without.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 310\r\n");
  for (const char* line : {"AT+CSCA=\"+49\"", "AT+CSCA?"}) CHECK(without.ask(line) == "\r\n+CME ERROR: 10\r\n");
  world.sim.present = true;
  world.sim.pin = "1234";
  ModuleFixture locked(world);
  CHECK(locked.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 311\r\n");
  for (int i = 0; i < 3; ++i) locked.ask("AT+CPIN=9999");
  CHECK(locked.ask("AT+CMGF=1") == "\r\n+CMS ERROR: 316\r\n");
}

TEST_CASE("messages wait while the module is off or without a network") {
  SmsFixture fixture;
  fixture.ask("AT+CFUN=0");
  CHECK(fixture.arrives("+49170", "one") == "");
  CHECK(fixture.ask("AT+CMGR=1") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CFUN=1").ends_with("SMS Ready\r\n\r\nCall Ready\r\n\r\n+CMTI: \"SM\",3\r\n"));
  fixture.ask("AT+CFUN=4");
  CHECK(fixture.arrives("+49170", "two") == "");
  CHECK(fixture.ask("AT+CMGR=3").starts_with("\r\n+CMGR: \"REC UNREAD\""));
  CHECK(fixture.ask("AT+CFUN=1").ends_with("\r\n+CMTI: \"SM\",5\r\n"));
}

TEST_CASE("CSMS=1: CMT is acknowledged by CNMA, or shown no more") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CNMA") == fixture.cms(340));
  CHECK(fixture.ask("AT+CSMS=1") == fixture.info("+CSMS: 1,1,1"));
  CHECK(fixture.ask("AT+CSMS?") == fixture.info("+CSMS: 1,1,1,1"));
  fixture.ask("AT+CNMI=2,2");
  CHECK(fixture.arrives("+49170", "one").find("+CMT: ") != std::string::npos);
  CHECK(fixture.arrives("+49170", "two") == "");
  CHECK(fixture.ask("AT+CNMA").starts_with(OK + "\r\n+CMT: "));
  CHECK(fixture.wait(14s) == "");
  CHECK(fixture.wait(2s) == "");  // the network sends it again, and it is stored
  CHECK(fixture.ask("AT+CNMI?") == fixture.info("+CNMI: 2,0,0,0,0"));
  CHECK(fixture.ask("AT+CMGR=3").find("two") != std::string::npos);
  CHECK(fixture.ask("AT+CNMA") == fixture.cms(340));
}

TEST_CASE("CNMA in PDU mode: a report is typed at the prompt, and 2 refuses the message") {
  SmsFixture fixture;
  const auto shown = [&](std::string_view text) {
    CHECK(fixture.arrives("+49170", text).find("+CMT: ") != std::string::npos);
  };
  const auto taken = [&] { CHECK(fixture.ask("AT+CNMA") == fixture.cms(340)); };
  fixture.ask("AT+CSMS=1;+CNMI=2,2");
  shown("text mode");
  CHECK(fixture.ask("AT+CNMA=1,3") == fixture.cms(305));
  CHECK(fixture.ask("AT+CNMA=0") == OK);
  taken();
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.ask("AT+CNMA=?") == fixture.info("+CNMA: (0-2)"));
  CHECK(fixture.ask("AT+CNMA=1,3") == fixture.cms(340));
  for (const char* bad : {"AT+CNMA=3", "AT+CNMA=1,0", "AT+CNMA=1,177", "AT+CNMA=1,3,1", "AT+CNMA=x"})
    CHECK(fixture.ask(bad) == fixture.cms(325));
  shown("0 needs no report");
  CHECK(fixture.ask("AT+CNMA=0,3") == fixture.cms(325));
  CHECK(fixture.ask("AT+CNMA=0") == OK);
  taken();
  shown("with a report");
  CHECK(fixture.ask("AT+CNMA=1,3") == "\r\n> ");
  CHECK(fixture.say("000000\x1A") == OK);
  taken();
  shown("in quotes");
  CHECK(fixture.ask("AT+CNMA=1,3") == "\r\n> ");
  CHECK(fixture.say("\"000000\"\x1A") == OK);
  taken();
  shown("not so long, and no digits");
  for (const char* typed : {"0000\x1A", "00000\x1A", "hello!\x1A"}) {
    CHECK(fixture.ask("AT+CNMA=2,3") == "\r\n> ");
    CHECK(fixture.say(typed) == fixture.cms(304));
  }
  CHECK(fixture.ask("AT+CNMA=2,3") == "\r\n> ");
  CHECK(fixture.say("00\x1B") == OK);
  taken();
  shown("refused");
  CHECK(fixture.ask("AT+CNMA=2") == OK);
  CHECK(fixture.wait(1h) == "");  // not sent again
  CHECK(fixture.ask("AT+CNMI?") == fixture.info("+CNMI: 2,2,0,0,0"));
}

TEST_CASE("CNMA=0 in PDU mode prompts on a SIM800C, or if a scenario says so") {
  for (const bool by_model : {true, false}) {
    World world = in_text_mode();
    if (by_model) world.module.model = "SIM800C";
    if (!by_model) world.module.quirks.cnma_prompt = true;
    SmsFixture fixture(world);
    fixture.ask("AT+CMGF=0;+CSMS=1;+CNMI=2,2");
    for (const char* end : {"\x1B", "\x1A"}) {
      fixture.arrives("+49170", "x");
      CHECK(fixture.ask("AT+CNMA=0") == "\r\n> ");
      CHECK(fixture.say(end) == OK);
      CHECK(fixture.ask("AT+CNMA=0") == fixture.cms(340));
    }
    fixture.arrives("+49170", "x");
    CHECK(fixture.ask("AT+CNMA") == OK);
  }
  World world = in_text_mode();
  world.module.model = "SIM800C";
  world.module.quirks.cnma_prompt = false;
  SmsFixture fixture(world);
  fixture.ask("AT+CMGF=0;+CSMS=1;+CNMI=2,2");
  fixture.arrives("+49170", "x");
  CHECK(fixture.ask("AT+CNMA=0") == OK);
}

namespace {

/// A host in data mode.
struct DataHost final : DataUser {
  std::size_t from_host(std::string_view bytes) override { return bytes.size(); }
};

}  // namespace

TEST_CASE("CNMI mode: what becomes of a message while the line is in data mode") {
  SmsFixture fixture;
  DataHost host;
  const auto online = [&](std::string_view cnmi, std::string_view text) {
    fixture.ask("AT+CNMI=" + std::string(cnmi));
    fixture.channel->go_online(host);
    return fixture.arrives("+49170", text);
  };
  const auto offline = [&] {
    fixture.channel->go_offline();
    return fixture.wait(0s);
  };
  const std::string third = "\r\n+CMTI: \"SM\",3\r\n";
  // 0 buffers in any case, 2 while in data mode, 1 discards, 3 embeds.
  CHECK(online("0,1", "zero") == "");
  CHECK(offline() == "");
  CHECK(fixture.ask("AT+CNMI=2,1") == OK + third);
  fixture.ask("AT+CMGD=3");
  CHECK(online("1,1", "one") == "");
  CHECK(offline() == "");
  CHECK(fixture.ask("AT+CMGR=3").find("one") != std::string::npos);  // stored all the same
  fixture.ask("AT+CMGD=3");
  CHECK(online("2,1", "two") == "");
  CHECK(offline() == third);
  fixture.ask("AT+CMGD=3");
  CHECK(online("3,1", "three") == third);
  CHECK(offline() == "");
  fixture.ask("AT+CMGD=3");

  // The message itself: with 1 the network has to send it again.
  CHECK(online("1,2", "later") == "");
  CHECK(offline() == "");
  CHECK(fixture.wait(59s) == "");
  CHECK(fixture.wait(1s).ends_with("\r\nlater\r\n"));
  CHECK(online("2,2", "two") == "");
  CHECK(offline().ends_with("\r\ntwo\r\n"));
  CHECK(online("3,2", "three").ends_with("\r\nthree\r\n"));
  CHECK(offline() == "");

  // In command mode 1, 2 and 3 are alike.
  for (const char* mode : {"1,2", "2,2", "3,2"}) {
    fixture.ask("AT+CNMI=" + std::string(mode));
    CHECK(fixture.arrives("+49170", "now").ends_with("\r\nnow\r\n"));
  }
}

TEST_CASE("a page of a broadcast that was not told, because the line is in data mode, may come again") {
  SmsFixture fixture;
  DataHost host;
  const BroadcastPage page = pages_of({.identifier = 50, .text = u"Flood"}).front();
  fixture.ask("AT+CNMI=1,1,2;+CSCB=0,\"50\"");
  fixture.channel->go_online(host);
  fixture.modem.sms->broadcast(page);
  CHECK(fixture.wait(0s) == "");
  fixture.channel->go_offline();
  fixture.modem.sms->broadcast(page);
  CHECK(fixture.wait(0s) == "\r\n+CBM: 0,50,15,1,1\r\nFlood\r\n");
  fixture.modem.sms->broadcast(page);
  CHECK(fixture.wait(0s) == "");
}

TEST_CASE("CNMI mode 1: a channel in command mode still hears of it") {
  SmsFixture fixture;
  DataHost host;
  RecordingPort other_port;
  fixture.modem.attach(other_port, "other");
  fixture.ask("AT+CNMI=1,2");
  other_port.take();
  fixture.channel->go_online(host);
  CHECK(fixture.arrives("+49170", "hi") == "");
  CHECK(other_port.take().ends_with("\r\nhi\r\n"));
  fixture.channel->go_offline();
  CHECK(fixture.wait(1h) == "");
}

TEST_CASE("service centre, profiles, broadcasts") {
  Nvram kept;
  {
    SmsFixture fixture(in_text_mode(), &kept);
    CHECK(fixture.ask("AT+CSCA?") == fixture.info("+CSCA: \"+8613800100500\",145"));
    CHECK(fixture.ask("AT+CSAS") == OK);
    CHECK(fixture.ask("AT+CSCA=\"+491710760000\"") == OK);
    CHECK(fixture.ask("AT+CSCA=\"x\"") == "\r\n+CME ERROR: 765\r\n");
    CHECK(fixture.ask("AT+CSMP=25,\"26/11/22,10:00:00+04\",65,4") == OK);
    CHECK(fixture.ask("AT+CSMP=") == OK);
    CHECK(fixture.ask("AT+CSMP?") == fixture.info("+CSMP: 17,167,0,0"));
    CHECK(fixture.ask("AT+CSMP=49,12,1,8") == OK);
    CHECK(fixture.ask("AT+CSAS=1") == OK);
    CHECK(fixture.ask("AT+CRES") == OK);
    CHECK(fixture.ask("AT+CSMP?") == fixture.info("+CSMP: 17,167,0,0"));
    CHECK(fixture.ask("AT+CSCA?") == fixture.info("+CSCA: \"+8613800100500\",145"));
    CHECK(fixture.ask("AT+CRES=1") == OK);
    CHECK(fixture.ask("AT+CSMP?") == fixture.info("+CSMP: 49,12,1,8"));
    CHECK(fixture.ask("AT+CRES=3") == OK);
    CHECK(fixture.ask("AT+CSAS=4") == fixture.cms(325));
    CHECK(fixture.ask("AT+CSAS=?") == fixture.info("+CSAS: (0-3)"));

    CHECK(fixture.ask("AT+CSCB?") == fixture.info("+CSCB: 0,\"\",\"\""));
    CHECK(fixture.ask("AT+CSCB=0,\"50,919\"") == OK);
    CHECK(fixture.ask("AT+CSCB=0,\"919,4370\",\"0,5\"") == OK);
    CHECK(fixture.ask("AT+CSCB?") == fixture.info("+CSCB: 0,\"50,919,4370\",\"0,5\""));
    CHECK(fixture.ask("AT+CSCB=0,\"100-200\"") == fixture.cms(325));
    CHECK(fixture.ask("AT+CSCB=0,\"1,2,3,4,5,6,7,8,9,10,11,12,13\"") == OK);
    CHECK(fixture.ask("AT+CSCB=1") == OK);
    CHECK(fixture.ask("AT+CSCB?") == fixture.info("+CSCB: 1,\"50,919,4370,1,2,3,4,5,6,7,8,9,10,11,12\",\"0-255\""));
    CHECK(fixture.ask("AT+CDSCB") == OK);
    CHECK(fixture.ask("AT+CSCB=0,\"50\"") == OK);
    fixture.ask("AT+CNMI=2,1,2");
    for (const std::uint16_t channel : {51, 50}) {
      Broadcast message;
      message.identifier = channel;
      message.coding = 0;
      message.text = u"221";
      fixture.modem.sms->broadcast(pages_of(message).front());
    }
    CHECK(fixture.wait(0s) == "\r\n+CBM: 0,50,0,1,1\r\n221\r\n");
  }
  SmsFixture later(in_text_mode(), &kept);
  CHECK(later.ask("AT+CSCA?") == later.info("+CSCA: \"+491710760000\",145"));
  CHECK(later.ask("AT+CSMP?") == later.info("+CSMP: 49,167,0,0"));  // <fo> is kept, the others are not
  CHECK(later.ask("AT+CSCB?") == later.info("+CSCB: 0,\"50\",\"\""));
}

TEST_CASE("the other settings of messages") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CMGF=?") == fixture.info("+CMGF: (0,1)"));
  CHECK(fixture.ask("AT+CMGF?") == fixture.info("+CMGF: 1"));
  CHECK(fixture.ask("AT+CMGF=2") == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CMGF=") == OK);
  CHECK(fixture.ask("AT+CMGF?") == fixture.info("+CMGF: 0"));
  CHECK(fixture.ask("AT+CSDH=?") == fixture.info("+CSDH: (0,1)"));
  CHECK(fixture.ask("AT+CSMP=?") == fixture.info("+CSMP: (0-255),(0-255),(0-255),(0-255)"));
  CHECK(fixture.ask("AT+CSMP?") == fixture.info("+CSMP: 17,167,0,0"));
  CHECK(fixture.ask("AT+SCLASS0=?") == fixture.info("+SCLASS0: (0, 1)"));
  CHECK(fixture.ask("AT+CMGHEX?") == fixture.info("+CMGHEX: 0"));
  CHECK(fixture.ask("AT+CSCS=?") ==
        fixture.info("+CSCS: (\"IRA\",\"GSM\",\"UCS2\",\"HEX\",\"PCCP\",\"PCDN\",\"8859-1\")"));
  CHECK(fixture.ask("AT+CSCS=\"TEST\"") == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CSCA=?") == OK);
  fixture.ask("AT+CSCS=\"UCS2\"");
  CHECK(fixture.ask("AT+CSCA?") ==
        fixture.info("+CSCA: \"002B0038003600310033003800300030003100300030003500300030\",145"));
}

}  // namespace sim800::test
