// SPDX-License-Identifier: MIT
// AT+CMGS, AT+CMGW, AT+CMSS: the prompt, what is sent, what is refused.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/sms/sms_service.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

namespace {

const std::string PROMPT = "\r\n> ";

World everybody_answers() {
  World world = ModuleFixture::instant();
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}, {"+CMGF", {"1"}}};
  world.network.numbers["+4911"].sms = Subscriber::Sms::reject;
  world.network.numbers["+4922"].sms = Subscriber::Sms::lost;
  return world;
}

/// Without echo, CMEE=1, text mode.
struct SmsFixture : ModuleFixture {
  explicit SmsFixture(World given = everybody_answers()) : ModuleFixture(std::move(given)) {
    ask("AT");  // the next line shows that this host ends lines with CR alone: its prompts come at once
    ask("AT");
    wait(1s);
  }
  /// The answer to a line that prompts, and to what is typed there.
  std::string send(std::string_view line, std::string_view typed) {
    CHECK(ask(line) == PROMPT);
    return say(std::string(typed) + '\x1A');
  }
  std::string cms(int number) const { return "\r\n+CMS ERROR: " + std::to_string(number) + "\r\n"; }
  std::string sent(int reference) const { return "\r\n+CMGS: " + std::to_string(reference) + "\r\n\r\nOK\r\n"; }
};

}  // namespace

TEST_CASE("CMGS in text mode: the prompt is CR LF > blank, and the answer its reference") {
  SmsFixture fixture;
  CHECK(fixture.send("AT+CMGS=\"+491701234567\"", "Hello") == fixture.sent(0));
  CHECK(fixture.send("AT+CMGS=\"10086\",129", "Hello") == fixture.sent(1));
  CHECK(fixture.ask("AT+CMGS=?") == OK);
}

TEST_CASE("the prompt: echo, CR, backspace, ESC") {
  SmsFixture fixture;
  // Without echo nothing comes back, whatever is typed.
  CHECK(fixture.ask("AT+CMGS=\"123\"") == PROMPT);
  CHECK(fixture.say("two\r\nlines\b\b") == "");
  CHECK(fixture.say("\x1B") == OK);
  CHECK(fixture.ask("AT+CMGS=\"123\"") == PROMPT);
  CHECK(fixture.say("\x1A") == fixture.sent(0));  // an empty text is one
  fixture.say("ATE1\r");
  CHECK(fixture.say("AT+CMGS=\"123\"\r") == "AT+CMGS=\"123\"\r" + PROMPT);
  CHECK(fixture.say("one\rtwo") == "one\r" + PROMPT + "two");
  CHECK(fixture.say("\x1A") == fixture.sent(1));
  // The LF of the line end is no text, also if it comes late.
  CHECK(fixture.say("AT+CMGW\r\n") == "AT+CMGW\r" + PROMPT);
  CHECK(fixture.say("x\b\by\x1A") == "x\b\by\r\n+CMGW: 1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMGR=1") == "\r\n+CMGR: \"STO UNSENT\",\"\",\"\"\r\ny\r\n" + OK);
}

TEST_CASE("a prompt ends with the client that left it") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CMGS=\"123\"") == PROMPT);
  fixture.say("half a te");
  fixture.channel->client_left();
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("what arrives at the prompt waits until the message is sent") {
  SmsFixture fixture;
  CHECK(fixture.ask("AT+CMGS=\"123\"") == PROMPT);
  fixture.modem.sms->receive("+49170", "now");
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.say("text\x1A") == fixture.sent(0) + "\r\n+CMTI: \"SM\",1\r\n");
}

TEST_CASE("CMGS: who refuses") {
  SmsFixture fixture;
  CHECK(fixture.send("AT+CMGS=\"+4911\"", "no") == fixture.cms(38));
  CHECK(fixture.send("AT+CMGS=\"+4922\"", "gone") == fixture.sent(1));
  for (const char* bad : {"AT+CMGS=12", "AT+CMGS=\"xyz\"", "AT+CMGS=\"\"", "AT+CMGS=\"123\",5",
                          "AT+CMGS=", "AT+CMGS=\"123\"text", "AT+CMGS=\"123\",129,1"}) {
    CAPTURE(bad);
    CHECK(fixture.ask(bad) == fixture.cms(305));
  }
  CHECK(fixture.ask("AT+CMGS?") == "\r\n+CME ERROR: 100\r\n");
  CHECK(fixture.ask("AT+CMGF=0") == OK);
  for (const char* bad : {"AT+CMGS=\"+49170\"", "AT+CMGS=0", "AT+CMGS=177", "AT+CMGS=x", "AT+CMGS=10,1"}) {
    CAPTURE(bad);
    CHECK(fixture.ask(bad) == fixture.cms(325));
  }
  fixture.ask("AT+CMEE=2");
  CHECK(fixture.ask("AT+CMGS=\"+49170\"") == "\r\n+CMS ERROR: invalid input value\r\n");
  fixture.ask("AT+CMEE=0");
  CHECK(fixture.ask("AT+CMGS=\"+49170\"") == ERROR);
}

TEST_CASE("CMGS without a network, or a service centre") {
  World world = everybody_answers();
  world.network.registration = Registration::denied;
  SmsFixture fixture(world);
  CHECK(fixture.send("AT+CMGS=\"+49170\"", "x") == fixture.cms(331));
}

TEST_CASE("CMGS in PDU mode") {
  SmsFixture fixture;
  fixture.ask("AT+CMGF=0");
  const std::string pdu = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37";
  CHECK(fixture.send("AT+CMGS=23", pdu) == fixture.sent(0));
  CHECK(fixture.send("AT+CMGS=23", pdu + "\r\n") == fixture.sent(1));
  CHECK(fixture.send("AT+CMGS=23", "0791947101670000" + pdu.substr(2)) == fixture.sent(2));
  CHECK(fixture.send("AT+CMGS=22", pdu) == fixture.cms(304));  // another length
  CHECK(fixture.send("AT+CMGS=23", "zz" + pdu) == fixture.cms(304));
  CHECK(fixture.send("AT+CMGS=23", pdu.substr(1)) == fixture.cms(304));
  CHECK(fixture.send("AT+CMGS=23", "") == fixture.cms(304));
  // Of the right length, but not a message: another code, as logs of R14.18 have it.
  CHECK(fixture.send("AT+CMGS=23", "0011000B916407281553F80000AA0CE8329BFD4697D9EC37") == fixture.cms(325));
  CHECK(fixture.send("AT+CMGS=23", "0013000B916407281553F80000AA0AE8329BFD4697D9EC37") == fixture.cms(325));
  CHECK(fixture.send("AT+CMGS=23", std::string(5000, '0')) == fixture.cms(304));
  CHECK(fixture.ask("AT+CMGS=23") == PROMPT);
  CHECK(fixture.say("00\x1B") == OK);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("a message to oneself comes back") {
  World world = everybody_answers();
  world.timing.profile = TimingProfile::typical;
  SmsFixture fixture(world);
  fixture.channel->receive("AT+CMGS=\"+8613800138000\"\r\n");
  CHECK(fixture.wait(15ms) == PROMPT);
  CHECK(fixture.say("This is a test\x1A") == "");
  CHECK(fixture.wait(2499ms) == "");
  CHECK(fixture.wait(1ms) == fixture.sent(0));
  CHECK(fixture.wait(2999ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CMTI: \"SM\",1\r\n");
  fixture.channel->receive("AT+CMGR=1\r");
  CHECK(fixture.wait(1s) ==
        "\r\n+CMGR: \"REC UNREAD\",\"+8613800138000\",\"\",\"26/01/01,08:00:23+32\"\r\nThis is a test\r\n" + OK);
}

TEST_CASE("a message to oneself is a DELIVER: it has no validity, in any form") {
  SmsFixture fixture;
  const std::string own = "AT+CMGS=\"+8613800138000\"";
  fixture.ask("AT+CSDH=1;+CNMI=2,2");
  const std::string shown = "\r\n+CMT: \"+8613800138000\",\"\",\"26/01/01,08:00:21+32\",145,";
  const std::string end = ",\"+8613800100500\",145,1\r\nx\r\n";
  fixture.ask("AT+CSMP=17,167,0,0");
  CHECK(fixture.send(own, "x") == fixture.sent(0) + shown + "4,0,0" + end);
  fixture.ask("AT+CSMP=25,\"26/11/22,10:00:00+04\",65,0");
  CHECK(fixture.send(own, "x") == fixture.sent(1) + shown + "4,65,0" + end);
  fixture.ask("AT+CNMI=2,1");
  fixture.send(own, "x");
  CHECK(fixture.ask("AT+CMGR=1").find(",145,4,65,0,\"+8613800100500\",145,1\r\nx\r\n") != std::string::npos);
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.ask("AT+CMGR=1") ==
        "\r\n+CMGR: 1,\"\",21\r\n0891683108100005F0040D91683108108300F04100"
        "621010800012230178\r\n" +
            OK);
}

TEST_CASE("text by alphabet and character set") {
  SmsFixture fixture;
  const std::string own = "AT+CMGS=\"+8613800138000\"";
  fixture.ask("AT+CNMI=2,2");
  const auto text_of = [](const std::string& urc) {
    const auto start = urc.find("\r\n", 2) + 2;
    return urc.substr(start, urc.size() - start - 2);
  };
  const auto echo_of = [&](const std::string& typed) {
    fixture.ask(own);
    const std::string answer = fixture.say(typed + '\x1A');
    const auto urc = answer.find("\r\n+CMT:");
    return urc == answer.npos ? answer : text_of(answer.substr(urc));
  };
  CHECK(echo_of("a@$_{}") == "a@$_{}");  // IRA
  fixture.ask("AT+CSCS=\"8859-1\"");
  CHECK(echo_of("\xE4\xB5") == "\xE4?");
  fixture.ask("AT+CSCS=\"HEX\"");
  CHECK(echo_of("0061\r\n7F") == "00617F");
  CHECK(echo_of("006") == fixture.cms(305));
  fixture.ask("AT+CSCS=\"GSM\"");
  CHECK(echo_of("a@") == "a@");
  fixture.ask("AT+CSCS=\"UCS2\"");
  fixture.ask("AT+CSMP=17,167,0,8");
  const std::string ucs2_own = "AT+CMGS=\"002B0038003600310033003800300030003100330038003000300030\"";
  CHECK(fixture.ask("AT+CMGS=\"+8613800138000\"") == fixture.cms(305));
  CHECK(fixture.ask(ucs2_own) == PROMPT);
  CHECK(fixture.say("4E014E50\x1A").find("\r\n4E014E50\r\n") != std::string::npos);
  CHECK(fixture.ask(ucs2_own) == PROMPT);
  CHECK(fixture.say("no digits\x1A") == fixture.cms(305));
  fixture.ask("AT+CSCS=\"HEX\"");  // numbers stay numbers
  CHECK(echo_of("04100442") == "04100442");
  fixture.ask("AT+CSMP=,,,4");
  CHECK(echo_of("00FF") == "00FF");
}

TEST_CASE("CMGHEX: any character of the alphabet but Ctrl-Z and ESC") {
  SmsFixture fixture;
  fixture.ask("AT+CSCS=\"GSM\"");
  const std::string typed("\x00\x02\x08\x11 ok", 7);
  fixture.send("AT+CMGW=\"1\"", typed);
  CHECK(fixture.ask("AT+CMGR=1") == "\r\n+CMGR: \"STO UNSENT\",\"1\",\"\"\r\n ok\r\n" + OK);
  fixture.ask("AT+CMGHEX=1");
  fixture.send("AT+CMGW=\"1\"", typed);
  CHECK(fixture.ask("AT+CMGR=2") == "\r\n+CMGR: \"STO UNSENT\",\"1\",\"\"\r\n" + typed + "\r\n" + OK);
}

TEST_CASE("long texts go in parts, up to 1024 characters") {
  SmsFixture fixture;
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(160, 'a')) == fixture.sent(0));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(161, 'a')) == fixture.sent(2));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(1024, 'a')) == fixture.sent(9));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(1025, 'a')) == fixture.cms(513));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(10000, 'a')) == fixture.cms(513));
  CHECK(fixture.send("AT+CMGW=\"123\"", std::string(161, 'a')) == fixture.cms(513));
  fixture.ask("AT+CSMP=17,167,0,8");
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(4 * 70, '0')) == fixture.sent(10));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(4 * 71, '0')) == fixture.sent(12));
  CHECK(fixture.send("AT+CMGS=\"123\"", std::string(4 * 470, '0')) == fixture.cms(513));
}

TEST_CASE("status reports") {
  SmsFixture fixture;
  fixture.ask("AT+CSMP=49,167,0,0");
  fixture.ask("AT+CNMI=2,1,0,1");
  CHECK(fixture.send("AT+CMGS=\"+49170\"", "x") ==
        fixture.sent(0) + "\r\n+CDS: 6,0,\"+49170\",145,\"26/01/01,08:00:21+32\",\"26/01/01,08:00:21+32\",0\r\n");
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.send("AT+CMGS=16", "00310005919471F00000AA05E8329BFD06").find("\r\n+CDS: 22\r\n0891683108100005F0") !=
        std::string::npos);
  fixture.ask("AT+CNMI=2,1,0,0");
  CHECK(fixture.send("AT+CMGS=16", "00310005919471F00000AA05E8329BFD06") == fixture.sent(2));
}

TEST_CASE("CMGW and CMSS") {
  SmsFixture fixture;
  CHECK(fixture.send("AT+CMGW=\"+49170\"", "later") == "\r\n+CMGW: 1\r\n\r\nOK\r\n");
  CHECK(fixture.send("AT+CMGW=\"+49170\",145,\"STO SENT\"", "done") == "\r\n+CMGW: 2\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMGW=\"+49170\",145,\"REC READ\"") == fixture.cms(305));
  CHECK(fixture.ask("AT+CMGW=\"+49170\",145,\"UNSENT\"") == fixture.cms(305));
  CHECK(fixture.ask("AT+CMSS=1") == "\r\n+CMSS: 0\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMGR=1") == "\r\n+CMGR: \"STO SENT\",\"+49170\",\"\"\r\nlater\r\n" + OK);
  CHECK(fixture.ask("AT+CMSS=1,\"+4911\"") == fixture.cms(38));
  CHECK(fixture.ask("AT+CMSS=1,\"x\"") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMSS=3") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMSS=200") == fixture.cms(321));
  CHECK(fixture.ask("AT+CMSS=256") == fixture.cms(325));
  CHECK(fixture.send("AT+CMGW", "nobody") == "\r\n+CMGW: 3\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMSS=3") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMSS=3,\"+49170\",145") == "\r\n+CMSS: 2\r\n\r\nOK\r\n");
  fixture.ask("AT+CMGF=0");
  // A received one may be written too; it cannot be sent.
  CHECK(fixture.send("AT+CMGW=28,1", "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37") ==
        "\r\n+CMGW: 4\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMSS=4") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGW=28,4") == fixture.cms(325));
  CHECK(fixture.ask("AT+CMGW") == fixture.cms(325));
  CHECK(fixture.send("AT+CMGW=28", "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37") ==
        fixture.cms(325));  // of the other direction
  fixture.ask("AT+CMGF=1");
  CHECK(fixture.ask("AT+CMGR=4") ==
        "\r\n+CMGR: \"REC READ\",\"27838890001\",\"\",\"99/03/29,15:16:59+08\"\r\nhellohello\r\n" + OK);
  for (int i = 5; i <= 50; ++i) fixture.send("AT+CMGW=\"1\"", "x");
  CHECK(fixture.send("AT+CMGW=\"1\"", "x") == fixture.cms(322));
}

TEST_CASE("status reports and commands in a memory") {
  SmsFixture fixture;
  fixture.ask("AT+CMGF=0");
  CHECK(fixture.send("AT+CMGW=25,1", "00062E0B916407281553F8621122010000406211220100504000") ==
        "\r\n+CMGW: 1\r\n" + OK);
  CHECK(fixture.send("AT+CMGW=16",
                     "000205000102"
                     "0B916407281553F8020A0B") == "\r\n+CMGW: 2\r\n" + OK);
  fixture.ask("AT+CMGF=1");
  const std::string report = "6,46,\"+46708251358\",145,\"26/11/22,10:00:00+04\",\"26/11/22,10:00:05+04\",0\r\n";
  CHECK(fixture.ask("AT+CMGR=1") == "\r\n+CMGR: \"REC READ\"," + report + OK);
  CHECK(fixture.ask("AT+CMGR=2") == "\r\n+CMGR: \"STO UNSENT\",2,1\r\n" + OK);
  CHECK(fixture.ask("AT+CMGL=\"ALL\"") ==
        "\r\n+CMGL: 1,\"REC READ\"," + report + "\r\n+CMGL: 2,\"STO UNSENT\",2,1\r\n" + OK);
  fixture.ask("AT+CSDH=1");
  CHECK(fixture.ask("AT+CMGR=2") == "\r\n+CMGR: \"STO UNSENT\",2,1,0,2,\"+46708251358\",145,2\r\n0A0B\r\n" + OK);
}

TEST_CASE("CSMP: what is sent follows it") {
  SmsFixture fixture;
  fixture.ask("AT+CSDH=1");
  const auto written = [&](const char* csmp) {
    CHECK(fixture.ask(csmp) == OK);
    fixture.send("AT+CMGW=\"+49170\"", "x");
    const std::string answer = fixture.ask("AT+CMGR=1");
    fixture.ask("AT+CMGD=1");
    return answer.substr(0, answer.find("\r\nx\r\n"));
  };
  const std::string start = "\r\n+CMGR: \"STO UNSENT\",\"+49170\",\"\",145,";
  const std::string end = ",\"+8613800100500\",145,1";
  CHECK(written("AT+CSMP=17,167,0,0") == start + "17,0,0,167" + end);
  CHECK(written("AT+CSMP=1") == start + "1,0,0" + end);
  CHECK(written("AT+CSMP=25,\"26/11/22,10:00:00+04\",65,0") == start + "25,65,0,\"26/11/22,10:00:00+04\"" + end);
  CHECK(fixture.ask("AT+CSMP?") == "\r\n+CSMP: 25,\"26/11/22,10:00:00+04\",65,0\r\n" + OK);
  CHECK(written("AT+CSMP=17,255,0,0") == start + "17,0,0,255" + end);
  for (const char* bad : {"AT+CSMP=256", "AT+CSMP=17,256", "AT+CSMP=17,\"tomorrow\"", "AT+CSMP=17,167,0,0,0"})
    CHECK(fixture.ask(bad) == "\r\n+CME ERROR: 765\r\n");
}

}  // namespace sim800::test
