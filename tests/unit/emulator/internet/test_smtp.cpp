// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/internet/mail_settings.hpp"
#include "emulator/internet/smtp_service.hpp"
#include "protocol/text/base64.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/mail_fixture.hpp"

namespace sim800::test {
namespace {

std::string body_of(const std::string& written) { return written.substr(written.find("\r\n\r\n") + 4); }

}  // namespace

TEST_CASE("smtp: settings are read back as they were set") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+EMAILCID?") == urc("+EMAILCID: 1") + OK);
  CHECK(fixture.ask("AT+EMAILCID=?") == urc("+EMAILCID: (1-3)") + OK);
  CHECK(fixture.ask("AT+EMAILCID=4") == invalid);
  CHECK(fixture.ask("AT+EMAILTO?") == urc("+EMAILTO: 30") + OK);
  CHECK(fixture.ask("AT+EMAILTO=?") == urc("+EMAILTO: (10-120)") + OK);
  CHECK(fixture.ask("AT+EMAILTO=9") == invalid);
  CHECK(fixture.ask("AT+EMAILTO=121") == invalid);
  CHECK(fixture.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",25") + OK);
  CHECK(fixture.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 0,\"\",\"\"") + OK);
  CHECK(fixture.ask("AT+SMTPAUTH=1,\"u\",\"p\"") == OK);
  CHECK(fixture.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 1,\"u\",\"p\"") + OK);
  CHECK(fixture.ask("AT+SMTPAUTH=0,\"u\",\"p\"") == invalid);
  CHECK(fixture.ask("AT+SMTPAUTH=1") == invalid);
  CHECK(fixture.ask("AT+SMTPAUTH=1,\"u\"") == invalid);
  CHECK(fixture.ask("AT+SMTPAUTH=0") == OK);
  CHECK(fixture.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 0,\"\",\"\"") + OK);
  CHECK(fixture.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"me@example.org\",\"me\"") + OK);
  CHECK(fixture.ask("AT+SMTPFROM=\"a@b\"") == OK);
  CHECK(fixture.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"a@b\",\"\"") + OK);
  CHECK(fixture.ask("AT+SMTPFROM=a@b,me") == OK);  // without quotes, as drivers do it
  CHECK(fixture.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"a@b\",\"me\"") + OK);
  CHECK(fixture.ask("AT+SMTPSUB?") == urc("+SMTPSUB: \"Test\"") + OK);
  CHECK(fixture.ask("AT+SMTPCS?") == urc("+SMTPCS: \"ASCII\"") + OK);
}

TEST_CASE("smtp: a port that is not given follows AT+EMAILSSL") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+EMAILSSL=?") == urc("+EMAILSSL: (0-2)") + OK);
  CHECK(fixture.ask("AT+EMAILSSL=1") == OK);
  CHECK(fixture.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",465") + OK);
  CHECK(fixture.ask("AT+POP3SRV?") == urc("+POP3SRV: \"mail.example.org\",\"me\",\"secret\",995") + OK);
  CHECK(fixture.ask("AT+EMAILSSL=2") == OK);
  CHECK(fixture.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",25") + OK);
  CHECK(fixture.ask("AT+EMAILSSL=3") == invalid);
  CHECK(fixture.ask("AT+SMTPSRV=\"mail.example.org\",587") == OK);
  CHECK(fixture.ask("AT+EMAILSSL=1") == OK);
  CHECK(fixture.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",587") + OK);
  CHECK(fixture.ask("AT+SMTPSRV=\"mail.example.org\",0") == invalid);
}

TEST_CASE("smtp: recipients are set, listed, and deleted one by one or by kind") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+SMTPRCPT=0,1,\"a@b\"") == OK);
  CHECK(fixture.ask("AT+SMTPRCPT=1,4,\"c@d\",\"c\"") == OK);
  CHECK(fixture.ask("AT+SMTPRCPT=2,0,\"e@f\"") == OK);
  CHECK(fixture.ask("AT+SMTPRCPT?") ==
        "\r\n+SMTPRCPT: 0,0,\"john@example.org\",\"john\"\r\n+SMTPRCPT: 0,1,\"a@b\",\"\"\r\n"
        "+SMTPRCPT: 1,4,\"c@d\",\"c\"\r\n+SMTPRCPT: 2,0,\"e@f\",\"\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SMTPRCPT=0,1") == OK);
  CHECK(fixture.ask("AT+SMTPRCPT=1") == OK);
  CHECK(fixture.ask("AT+SMTPRCPT?") ==
        "\r\n+SMTPRCPT: 0,0,\"john@example.org\",\"john\"\r\n"
        "+SMTPRCPT: 2,0,\"e@f\",\"\"\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+SMTPRCPT=3,0,\"a@b\"") == invalid);
  CHECK(fixture.ask("AT+SMTPRCPT=0,5,\"a@b\"") == invalid);
  CHECK(fixture.ask("AT+SMTPRCPT=0,,\"a@b\"") == invalid);
  CHECK(fixture.ask("AT+SMTPRCPT=0,0,\"\"") == invalid);
}

TEST_CASE("smtp: AT+SMTPBODY takes just so many bytes, or gives up") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+SMTPBODY=4") == urc("DOWNLOAD"));
  CHECK(fixture.say("a\r\n") == "");
  CHECK(fixture.say(".") == OK);
  CHECK(fixture.modem.smtp->body == "a\r\n.");
  CHECK(fixture.ask("AT+SMTPBODY=4") == urc("DOWNLOAD"));
  fixture.say("abc");
  CHECK(fixture.wait(29s) == "");
  CHECK(fixture.wait(1s) == NOT_ALLOWED);
  CHECK(fixture.modem.smtp->body == "a\r\n.");  // as it was
  CHECK(fixture.ask("AT+SMTPBODY=0") == urc("DOWNLOAD") + OK);
  CHECK(fixture.modem.smtp->body.empty());
  CHECK(fixture.ask("AT+SMTPBODY=10241") == invalid);
  CHECK(fixture.ask("AT+SMTPBODY?") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("smtp: a text file goes in 7bit, a binary one in base64") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 0,\"\",0") + OK);
  CHECK(fixture.ask("AT+SMTPFILE=1,\"f.txt\",0") == OK);
  CHECK(fixture.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 1,\"f.txt\",0") + OK);
  CHECK(fixture.ask("AT+SMTPFILE=2,\"f.jpg\",1") == OK);
  CHECK(fixture.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 2,\"f.jpg\",1") + OK);
  for (const char* bad : {"=1,\"f\",1", "=2,\"f\",0", "=1", "=1,\"f\"", "=2,\"\",1", "=0,\"f\",0", "=3,\"f\",0"}) {
    CAPTURE(bad);
    CHECK(fixture.ask("AT+SMTPFILE" + std::string(bad)) == invalid);
  }
  CHECK(fixture.ask("AT+SMTPFILE=0") == OK);
  CHECK(fixture.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 0,\"\",0") + OK);
}

TEST_CASE("smtp: a mail, line by line") {
  World world = ModuleFixture::instant();
  MailFixture fixture(world);
  fixture.ask("AT+CCLK=\"26/11/22,21:00:00+08\"");
  fixture.ask("AT+SMTPAUTH=1,\"account\",\"password\"");
  fixture.ask("AT+SMTPRCPT=1,0,\"c@d\"");
  fixture.ask("AT+SMTPRCPT=2,0,\"e@f\"");
  CHECK(fixture.ask("AT+SMTPSEND") == OK);
  CHECK(fixture.mail.login.protocol == MailProtocol::smtp);
  CHECK(fixture.mail.login.host == "mail.example.org");
  CHECK(fixture.mail.login.port == 25);
  CHECK(fixture.mail.login.tls == MailTls::off);
  REQUIRE(fixture.mail.login.account);
  CHECK(fixture.mail.login.account->user == "account");
  CHECK(fixture.mail.login.account->password == "password");
  fixture.enter();
  CHECK(fixture.mail.take() == "MAIL FROM:<me@example.org>\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "RCPT TO:<john@example.org>\r\n");
  fixture.reply("250-first\r\n");
  CHECK(fixture.mail.take() == "");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "RCPT TO:<c@d>\r\n");
  fixture.reply("251 elsewhere\r\n");
  CHECK(fixture.mail.take() == "RCPT TO:<e@f>\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "DATA\r\n");
  fixture.reply("354 go\r\n");
  CHECK(fixture.mail.take() ==
        "Date: Sun, 22 Nov 2026 21:00:00 +0200\r\nFrom: \"me\" <me@example.org>\r\nTo: \"john\" <john@example.org>\r\n"
        "Cc: <c@d>\r\nSubject: Test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=US-ASCII\r\n"
        "Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n.\r\n");
  CHECK(fixture.reply("250 queued\r\n") == urc("+SMTPSEND: 1"));
  CHECK(fixture.mail.take() == "QUIT\r\n");
  CHECK(fixture.mail.running == 0);
  CHECK(fixture.modem.at_rest());
}

TEST_CASE("smtp: +SMTPSEND keeps its distance to OK") {
  MailFixture fixture{World{}};
  fixture.ask("AT+SAPBR=1,1");
  fixture.wait(5s);
  fixture.ask("AT+SMTPSEND");
  fixture.wait(15ms);
  fixture.mail.enter(mail_code::connect_error);
  CHECK(fixture.wait(1499ms) == "");
  CHECK(fixture.wait(1ms) == urc("+SMTPSEND: 63"));
}

TEST_CASE("smtp: what is missing or under way is refused") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+SMTPFT=10") == NOT_ALLOWED);
  fixture.ask("AT+SMTPRCPT=0");
  CHECK(fixture.ask("AT+SMTPSEND") == NOT_ALLOWED);
  fixture.ask("AT+SMTPRCPT=2,0,\"a@b\"");  // one in Bcc will do
  CHECK(fixture.ask("AT+SMTPSEND") == OK);
  CHECK_FALSE(fixture.modem.at_rest());
  for (const char* line :
       {"AT+SMTPSEND", "AT+POP3IN", "AT+EMAILCID=1", "AT+EMAILTO=30", "AT+EMAILSSL=0", "AT+SMTPSRV=\"a\"",
        "AT+SMTPAUTH=0", "AT+SMTPFROM=\"a\"", "AT+SMTPRCPT=0", "AT+SMTPSUB=\"a\"", "AT+SMTPBODY=1", "AT+SMTPFILE=0",
        "AT+SMTPCS=\"ASCII\"", "AT+SMTPFT=0"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == NOT_ALLOWED);
  }
}

TEST_CASE("smtp: without server or sender nothing is sent") {
  for (const TextKey missing : {key::smtpsrv_server, key::smtpfrom_address}) {
    MailFixture fixture;
    fixture.modem.settings.set(missing, "");
    CHECK(fixture.ask("AT+SMTPSEND") == NOT_ALLOWED);
  }
}

TEST_CASE("smtp: codes of the way in") {
  MailFixture fixture;
  for (const int code : {61, 62, 63, 65, 66, 67, 71, 72}) {
    CHECK(fixture.ask("AT+SMTPSEND") == OK);
    fixture.mail.enter(code);
    CHECK(fixture.wait(0s) == urc("+SMTPSEND: " + std::to_string(code)));
    CHECK(fixture.mail.running == 0);
  }
}

TEST_CASE("smtp: 61 without a bearer, and where it goes away") {
  MailFixture fixture;
  fixture.ask("AT+EMAILCID=2");
  CHECK(fixture.ask("AT+SMTPSEND") == OK + urc("+SMTPSEND: 61"));
  fixture.ask("AT+EMAILCID=1");
  CHECK(fixture.ask("AT+SMTPSEND") == OK);
  fixture.enter();
  CHECK(fixture.ask("AT+SAPBR=0,1") == OK + urc("+SMTPSEND: 61"));
}

TEST_CASE("smtp: 61 where the server goes, 64 where it is silent") {
  MailFixture fixture;
  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  fixture.mail.close();
  CHECK(fixture.wait(0s) == urc("+SMTPSEND: 61"));
  fixture.ask("AT+EMAILTO=10");
  fixture.ask("AT+SMTPSEND");
  CHECK(fixture.wait(9999ms) == "");
  CHECK(fixture.wait(1ms) == urc("+SMTPSEND: 64"));
  fixture.ask("AT+SMTPSEND");
  fixture.wait(9s);
  fixture.enter();
  fixture.wait(9s);
  fixture.reply("250-wait\r\n");
  CHECK(fixture.wait(999ms) == "");
  CHECK(fixture.wait(1ms) == urc("+SMTPSEND: 64"));  // a part of a reply is none
}

TEST_CASE("smtp: codes of what the server says to each line") {
  MailFixture fixture;
  const auto run = [&](std::initializer_list<const char*> replies) {
    fixture.ask("AT+SMTPSEND");
    std::string said = fixture.enter();
    for (const char* text : replies) said += fixture.reply(std::string(text) + "\r\n");
    return said;
  };
  CHECK(run({"530 authentication required"}) == urc("+SMTPSEND: 66"));
  CHECK(run({"550 no"}) == urc("+SMTPSEND: 65"));
  CHECK(run({"what"}) == urc("+SMTPSEND: 65"));
  CHECK(run({"250 ok", "550 nobody"}) == urc("+SMTPSEND: 68"));
  CHECK(run({"250 ok", "530 authentication required"}) == urc("+SMTPSEND: 66"));
  CHECK(run({"250 ok", "250 ok", "451 later"}) == urc("+SMTPSEND: 65"));
  CHECK(run({"250 ok", "250 ok", "354 go", "554 spam"}) == urc("+SMTPSEND: 65"));
  CHECK(run({"250 ok", "250 ok", "354 go", "250 ok"}) == urc("+SMTPSEND: 1"));
}

TEST_CASE("smtp: dots and line ends of a body") {
  MailFixture fixture;
  fixture.ask("AT+SMTPBODY=14");
  fixture.say(".a\nb\r.\r\n..\xe9\n\r\n");
  fixture.send_to_data();
  const std::string mail = fixture.mail.take();
  CHECK(mail.find("Content-Transfer-Encoding: 8bit\r\n") != std::string::npos);
  CHECK(body_of(mail) == "..a\r\nb\r\n..\r\n...\xe9\r\n\r\n.\r\n");
}

TEST_CASE("smtp: with another charset, subject and body are hexadecimal") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+SMTPCS=\"UTF-8\"") == OK);
  CHECK(fixture.ask("AT+SMTPSEND") == NOT_ALLOWED);  // "Test"
  fixture.ask("AT+SMTPSUB=\"C3A4C3B6\"");
  CHECK(fixture.ask("AT+SMTPSEND") == NOT_ALLOWED);  // "Hello"
  fixture.ask("AT+SMTPBODY=8");
  fixture.say("54455354");
  fixture.send_to_data();
  const std::string mail = fixture.mail.take();
  CHECK(mail.find("Subject: =?UTF-8?B?w6TDtg==?=\r\n") != std::string::npos);
  CHECK(mail.find("charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nVEVTVA==\r\n.\r\n") != std::string::npos);
}

TEST_CASE("smtp: nothing that the host gives becomes a command or a header line") {
  const std::string evil = "a\r\n.\r\nRCPT TO:<x@y>\r\n\n.\n\r.\rQUIT";
  MailFixture fixture;
  fixture.ask("AT+SMTPCS=\"UTF-8\"");
  fixture.modem.settings.set(key::smtpsub, to_hex(evil));
  fixture.modem.smtp->body = to_hex(evil);
  fixture.modem.settings.set(key::smtpfrom_address, "me@here" + evil);
  fixture.modem.settings.set(key::smtpfrom_name, evil);
  fixture.modem.smtp->recipients[SmtpService::to][0] = {"to" + evil, evil};
  fixture.modem.smtp->recipients[SmtpService::cc][0] = {"cc" + evil, evil};
  fixture.modem.settings.set(key::smtpfile_type, 1);
  fixture.modem.settings.set(key::smtpfile_name, "\"" + evil);
  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  const std::string flat = "a  .  RCPT TO:<x@y>   .  . QUIT";
  CHECK(fixture.mail.take() == "MAIL FROM:<me@here" + flat + ">\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "RCPT TO:<to" + flat + ">\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "RCPT TO:<cc" + flat + ">\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.mail.take() == "DATA\r\n");
  fixture.reply("354 go\r\n");
  fixture.ask("AT+SMTPFT=" + std::to_string(evil.size()));
  fixture.say(evil);
  fixture.ask("AT+SMTPFT=0");
  const std::string data = fixture.mail.take();
  // A line of the protocol ends at CR LF, for lax servers also at LF: the only one with a single dot is the last.
  CHECK(data.find("\r\n.\r\n") == data.size() - 5);
  for (std::size_t at = 0; (at = data.find("\n.", at)) != data.npos; ++at)
    CHECK((data[at + 2] == '.' || at + 4 == data.size()));  // all other dots at the start of a line are doubled
  for (std::size_t at = 0; (at = data.find('\n', at)) != data.npos; ++at) CHECK(data[at - 1] == '\r');
  for (std::size_t at = 0; (at = data.find('\r', at)) != data.npos; ++at) CHECK(data[at + 1] == '\n');
  const std::string head = data.substr(0, data.find("\r\n\r\n"));
  CHECK(head.find("\r\nRCPT") == head.npos);
  CHECK(head.find("\r\nSubject: =?UTF-8?B?" + to_base64(evil) + "?=\r\n") != head.npos);
  CHECK(head.find("From: \"" + flat + "\" <me@here" + flat + ">\r\n") != head.npos);
  CHECK(data.find("filename=\"\\\"" + flat + "\"\r\n") != data.npos);
  CHECK(data.find("\r\n\r\na\r\n..\r\nRCPT TO:<x@y>\r\n\r\n..\r\n\r\n..\r\nQUIT\r\n--=_SIM800_") != data.npos);
  CHECK(fixture.reply("250 ok\r\n") == urc("+SMTPSEND: 1"));
}

TEST_CASE("smtp: a base64 file whose lines begin with dots does not end the mail") {
  MailFixture fixture;
  fixture.ask("AT+SMTPFILE=2,\"f\",1");
  fixture.send_to_data();
  fixture.mail.take();
  fixture.ask("AT+SMTPFT=77");
  fixture.say(std::string(76, 'A') + ".");
  fixture.ask("AT+SMTPFT=0");
  CHECK(fixture.mail.take().starts_with(std::string(76, 'A') + "\r\n..\r\n--=_SIM800_"));
}

TEST_CASE("smtp: an ASCII subject with control characters is encoded") {
  MailFixture fixture;
  fixture.modem.settings.set(key::smtpsub, "one\r\nBcc: two\t");
  fixture.send_to_data();
  CHECK(fixture.mail.take().find("\r\nSubject: =?US-ASCII?B?" + to_base64("one\r\nBcc: two\t") + "?=\r\n") !=
        std::string::npos);
}

TEST_CASE("smtp: an attachment goes as the host gives it, block by block") {
  MailFixture fixture;
  fixture.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  fixture.reply("250 ok\r\n");
  fixture.reply("250 ok\r\n");
  CHECK(fixture.reply("354 go\r\n") == urc("+SMTPFT: 1,1360"));
  const std::string head = fixture.mail.take();
  const auto at = head.find("boundary=\"");
  const std::string boundary = head.substr(at + 10, head.find('"', at + 10) - at - 10);
  CHECK(
      head.ends_with("Content-Type: application/octet-stream; name=\"f.jpg\"\r\nContent-Transfer-Encoding: base64\r\n"
                     "Content-Disposition: attachment; filename=\"f.jpg\"\r\n\r\n"));
  CHECK(fixture.ask("AT+SMTPFT=1361") == invalid);
  CHECK(fixture.ask("AT+SMTPFT=80") == urc("+SMTPFT: 2,80"));
  CHECK(fixture.say(std::string(80, 'A')) == OK + urc("+SMTPFT: 1,1360"));
  CHECK(fixture.mail.take() == std::string(76, 'A') + "\r\nAAAA");
  CHECK(fixture.ask("AT+SMTPFT=4") == urc("+SMTPFT: 2,4"));
  fixture.say("BBB");
  CHECK(fixture.wait(30s) == NOT_ALLOWED);  // and nothing is sent of it
  CHECK(fixture.ask("AT+SMTPFT=4") == urc("+SMTPFT: 2,4"));
  CHECK(fixture.say("BBB=") == OK + urc("+SMTPFT: 1,1360"));
  CHECK(fixture.ask("AT+SMTPFT=0") == OK);
  CHECK(fixture.mail.take() == "BBB=\r\n--" + boundary + "--\r\n.\r\n");
  CHECK(fixture.ask("AT+SMTPFT=1") == NOT_ALLOWED);
  CHECK(fixture.reply("250 ok\r\n") == urc("+SMTPSEND: 1"));
}

TEST_CASE("smtp: a text attachment obeys the rules of lines") {
  MailFixture fixture;
  fixture.ask("AT+SMTPFILE=1,\"f.txt\",0");
  fixture.send_to_data();
  fixture.mail.take();
  fixture.ask("AT+SMTPFT=6");
  fixture.say("a\n.b\r\n");
  fixture.ask("AT+SMTPFT=2");
  fixture.say(".c");
  CHECK(fixture.mail.take() == "a\r\n..b\r\n..c");
  fixture.ask("AT+SMTPFT=0");
  CHECK(fixture.mail.take().starts_with("\r\n--=_SIM800_"));
}

TEST_CASE("smtp: the next block is asked for when the server has room for it") {
  MailFixture fixture;
  fixture.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  fixture.send_to_data();
  fixture.mail.free_room = 2000;
  fixture.ask("AT+SMTPFT=1360");
  CHECK(fixture.say(std::string(1360, 'A')) == OK);
  CHECK(fixture.wait(5s) == "");
  fixture.mail.make_room(2721);
  CHECK(fixture.wait(0s) == "");
  fixture.mail.make_room(2722);
  CHECK(fixture.wait(0s) == urc("+SMTPFT: 1,1360"));
}

TEST_CASE("smtp: the server may go, or be silent, in the midst of an attachment") {
  MailFixture fixture;
  fixture.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  fixture.send_to_data();
  CHECK(fixture.wait(10min) == "");  // it is the host's turn
  fixture.mail.close();
  CHECK(fixture.wait(0s) == urc("+SMTPSEND: 61"));
  fixture.send_to_data();
  fixture.mail.free_room = 1360;
  fixture.ask("AT+SMTPFT=1300");
  fixture.say(std::string(1300, 'A'));
  CHECK(fixture.wait(29s) == "");
  CHECK(fixture.wait(1s) == urc("+SMTPSEND: 64"));
}

TEST_CASE("smtp: a reset ends everything without a word, and forgets it") {
  MailFixture fixture;
  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  fixture.modem.reset();
  fixture.wait(1s);
  CHECK(fixture.mail.running == 0);
  fixture.wait(20s);
  fixture.port.take();
  CHECK(fixture.ask("AT+SMTPRCPT?") == OK);
  CHECK(fixture.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"\",25") + OK);
  CHECK(fixture.modem.smtp->body.empty());
}

TEST_CASE("smtp: long subjects are folded between characters") {
  MailMessage message;
  message.charset = "UTF-8";
  for (int i = 0; i < 40; ++i) message.subject += "\xc3\xa4";
  const std::string head = message.head();
  const auto from = head.find("Subject:");
  const std::string line = head.substr(from, head.find("\r\nMIME") - from);
  CHECK(line.find("?=\r\n =?UTF-8?B?") != std::string::npos);
  CHECK(line.size() < 160);
}

TEST_CASE("smtp: a reply without end is given up, by its time or its size") {
  MailFixture fixture;
  fixture.ask("AT+EMAILTO=10");
  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  std::string said;
  for (int number = 0; number < 10; ++number) {
    CHECK(said == "");
    fixture.mail.say("250-more to come\r\n");
    said = fixture.wait(1s);
  }
  CHECK(said == urc("+SMTPSEND: 64"));
  CHECK(fixture.mail.running == 0);

  fixture.ask("AT+SMTPSEND");
  fixture.enter();
  int lines = 0;
  while (fixture.mail.running > 0 && lines < 100'000) {
    fixture.reply("250-more to come\r\n");
    ++lines;
  }
  CHECK(lines == 64 * 1024 / 18 + 1);
  CHECK(fixture.modem.at_rest());
}

TEST_CASE("smtp: a server that takes a mail slowly is waited for, one that only talks is not") {
  MailFixture fixture;
  fixture.ask("AT+EMAILTO=10");
  fixture.send_to_data();
  for (std::size_t room = 100; room < 1000; room += 100) {
    fixture.mail.make_room(room);
    CHECK(fixture.wait(9s) == "");
  }
  fixture.mail.say("2");
  CHECK(fixture.wait(1s) == urc("+SMTPSEND: 64"));
}

}  // namespace sim800::test
