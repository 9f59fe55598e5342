// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/mail_bench.hpp"

namespace sim800::test {
namespace {

std::string body_of(const std::string& written) { return written.substr(written.find("\r\n\r\n") + 4); }

}  // namespace

TEST_CASE("smtp: settings are read back as they were set") {
  MailBench bench;
  CHECK(bench.ask("AT+EMAILCID?") == urc("+EMAILCID: 1") + OK);
  CHECK(bench.ask("AT+EMAILCID=?") == urc("+EMAILCID: (1-3)") + OK);
  CHECK(bench.ask("AT+EMAILCID=4") == invalid);
  CHECK(bench.ask("AT+EMAILTO?") == urc("+EMAILTO: 30") + OK);
  CHECK(bench.ask("AT+EMAILTO=?") == urc("+EMAILTO: (10-120)") + OK);
  CHECK(bench.ask("AT+EMAILTO=9") == invalid);
  CHECK(bench.ask("AT+EMAILTO=121") == invalid);
  CHECK(bench.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",25") + OK);
  CHECK(bench.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 0,\"\",\"\"") + OK);
  CHECK(bench.ask("AT+SMTPAUTH=1,\"u\",\"p\"") == OK);
  CHECK(bench.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 1,\"u\",\"p\"") + OK);
  CHECK(bench.ask("AT+SMTPAUTH=0,\"u\",\"p\"") == invalid);
  CHECK(bench.ask("AT+SMTPAUTH=1") == invalid);
  CHECK(bench.ask("AT+SMTPAUTH=1,\"u\"") == invalid);
  CHECK(bench.ask("AT+SMTPAUTH=0") == OK);
  CHECK(bench.ask("AT+SMTPAUTH?") == urc("+SMTPAUTH: 0,\"\",\"\"") + OK);
  CHECK(bench.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"me@example.org\",\"me\"") + OK);
  CHECK(bench.ask("AT+SMTPFROM=\"a@b\"") == OK);
  CHECK(bench.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"a@b\",\"\"") + OK);
  CHECK(bench.ask("AT+SMTPFROM=a@b,me") == OK);  // without quotes, as drivers do it
  CHECK(bench.ask("AT+SMTPFROM?") == urc("+SMTPFROM: \"a@b\",\"me\"") + OK);
  CHECK(bench.ask("AT+SMTPSUB?") == urc("+SMTPSUB: \"Test\"") + OK);
  CHECK(bench.ask("AT+SMTPCS?") == urc("+SMTPCS: \"ASCII\"") + OK);
}

TEST_CASE("smtp: a port that is not given follows AT+EMAILSSL") {
  MailBench bench;
  CHECK(bench.ask("AT+EMAILSSL=?") == urc("+EMAILSSL: (0-2)") + OK);
  CHECK(bench.ask("AT+EMAILSSL=1") == OK);
  CHECK(bench.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",465") + OK);
  CHECK(bench.ask("AT+POP3SRV?") == urc("+POP3SRV: \"mail.example.org\",\"me\",\"secret\",995") + OK);
  CHECK(bench.ask("AT+EMAILSSL=2") == OK);
  CHECK(bench.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",25") + OK);
  CHECK(bench.ask("AT+EMAILSSL=3") == invalid);
  CHECK(bench.ask("AT+SMTPSRV=\"mail.example.org\",587") == OK);
  CHECK(bench.ask("AT+EMAILSSL=1") == OK);
  CHECK(bench.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"mail.example.org\",587") + OK);
  CHECK(bench.ask("AT+SMTPSRV=\"mail.example.org\",0") == invalid);
}

TEST_CASE("smtp: recipients are set, listed, and deleted one by one or by kind") {
  MailBench bench;
  CHECK(bench.ask("AT+SMTPRCPT=0,1,\"a@b\"") == OK);
  CHECK(bench.ask("AT+SMTPRCPT=1,4,\"c@d\",\"c\"") == OK);
  CHECK(bench.ask("AT+SMTPRCPT=2,0,\"e@f\"") == OK);
  CHECK(bench.ask("AT+SMTPRCPT?") ==
        "\r\n+SMTPRCPT: 0,0,\"john@example.org\",\"john\"\r\n+SMTPRCPT: 0,1,\"a@b\",\"\"\r\n"
        "+SMTPRCPT: 1,4,\"c@d\",\"c\"\r\n+SMTPRCPT: 2,0,\"e@f\",\"\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+SMTPRCPT=0,1") == OK);
  CHECK(bench.ask("AT+SMTPRCPT=1") == OK);
  CHECK(bench.ask("AT+SMTPRCPT?") ==
        "\r\n+SMTPRCPT: 0,0,\"john@example.org\",\"john\"\r\n"
        "+SMTPRCPT: 2,0,\"e@f\",\"\"\r\n\r\nOK\r\n");
  CHECK(bench.ask("AT+SMTPRCPT=3,0,\"a@b\"") == invalid);
  CHECK(bench.ask("AT+SMTPRCPT=0,5,\"a@b\"") == invalid);
  CHECK(bench.ask("AT+SMTPRCPT=0,,\"a@b\"") == invalid);
  CHECK(bench.ask("AT+SMTPRCPT=0,0,\"\"") == invalid);
}

TEST_CASE("smtp: AT+SMTPBODY takes just so many bytes, or gives up") {
  MailBench bench;
  CHECK(bench.ask("AT+SMTPBODY=4") == urc("DOWNLOAD"));
  CHECK(bench.say("a\r\n") == "");
  CHECK(bench.say(".") == OK);
  CHECK(bench.modem.smtp.body == "a\r\n.");
  CHECK(bench.ask("AT+SMTPBODY=4") == urc("DOWNLOAD"));
  bench.say("abc");
  CHECK(bench.wait(29s) == "");
  CHECK(bench.wait(1s) == not_allowed);
  CHECK(bench.modem.smtp.body == "a\r\n.");  // as it was
  CHECK(bench.ask("AT+SMTPBODY=0") == urc("DOWNLOAD") + OK);
  CHECK(bench.modem.smtp.body.empty());
  CHECK(bench.ask("AT+SMTPBODY=10241") == invalid);
  CHECK(bench.ask("AT+SMTPBODY?") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("smtp: a text file goes in 7bit, a binary one in base64") {
  MailBench bench;
  CHECK(bench.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 0,\"\",0") + OK);
  CHECK(bench.ask("AT+SMTPFILE=1,\"f.txt\",0") == OK);
  CHECK(bench.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 1,\"f.txt\",0") + OK);
  CHECK(bench.ask("AT+SMTPFILE=2,\"f.jpg\",1") == OK);
  CHECK(bench.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 2,\"f.jpg\",1") + OK);
  for (const char* bad : {"=1,\"f\",1", "=2,\"f\",0", "=1", "=1,\"f\"", "=2,\"\",1", "=0,\"f\",0", "=3,\"f\",0"}) {
    CAPTURE(bad);
    CHECK(bench.ask("AT+SMTPFILE" + std::string(bad)) == invalid);
  }
  CHECK(bench.ask("AT+SMTPFILE=0") == OK);
  CHECK(bench.ask("AT+SMTPFILE?") == urc("+SMTPFILE: 0,\"\",0") + OK);
}

TEST_CASE("smtp: a mail, line by line") {
  World world = Bench::instant();
  MailBench bench(world);
  bench.ask("AT+CCLK=\"26/11/22,21:00:00+08\"");
  bench.ask("AT+SMTPAUTH=1,\"account\",\"password\"");
  bench.ask("AT+SMTPRCPT=1,0,\"c@d\"");
  bench.ask("AT+SMTPRCPT=2,0,\"e@f\"");
  CHECK(bench.ask("AT+SMTPSEND") == OK);
  CHECK(bench.mail.login.protocol == MailProtocol::smtp);
  CHECK(bench.mail.login.host == "mail.example.org");
  CHECK(bench.mail.login.port == 25);
  CHECK(bench.mail.login.tls == MailTls::off);
  REQUIRE(bench.mail.login.account);
  CHECK(bench.mail.login.account->user == "account");
  CHECK(bench.mail.login.account->password == "password");
  bench.enter();
  CHECK(bench.mail.take() == "MAIL FROM:<me@example.org>\r\n");
  bench.reply("250 ok\r\n");
  CHECK(bench.mail.take() == "RCPT TO:<john@example.org>\r\n");
  bench.reply("250-first\r\n");
  CHECK(bench.mail.take() == "");
  bench.reply("250 ok\r\n");
  CHECK(bench.mail.take() == "RCPT TO:<c@d>\r\n");
  bench.reply("251 elsewhere\r\n");
  CHECK(bench.mail.take() == "RCPT TO:<e@f>\r\n");
  bench.reply("250 ok\r\n");
  CHECK(bench.mail.take() == "DATA\r\n");
  bench.reply("354 go\r\n");
  CHECK(bench.mail.take() ==
        "Date: Sun, 22 Nov 2026 21:00:00 +0200\r\nFrom: \"me\" <me@example.org>\r\nTo: \"john\" <john@example.org>\r\n"
        "Cc: <c@d>\r\nSubject: Test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=US-ASCII\r\n"
        "Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n.\r\n");
  CHECK(bench.reply("250 queued\r\n") == urc("+SMTPSEND: 1"));
  CHECK(bench.mail.take() == "QUIT\r\n");
  CHECK(bench.mail.running == 0);
  CHECK(bench.modem.at_rest());
}

TEST_CASE("smtp: +SMTPSEND keeps its distance to OK") {
  MailBench bench{World{}};
  bench.ask("AT+SAPBR=1,1");
  bench.wait(5s);
  bench.ask("AT+SMTPSEND");
  bench.wait(15ms);
  bench.mail.enter(mail_code::connect_error);
  CHECK(bench.wait(1499ms) == "");
  CHECK(bench.wait(1ms) == urc("+SMTPSEND: 63"));
}

TEST_CASE("smtp: what is missing or under way is refused") {
  MailBench bench;
  CHECK(bench.ask("AT+SMTPFT=10") == not_allowed);
  bench.ask("AT+SMTPRCPT=0");
  CHECK(bench.ask("AT+SMTPSEND") == not_allowed);
  bench.ask("AT+SMTPRCPT=2,0,\"a@b\"");  // one in Bcc will do
  CHECK(bench.ask("AT+SMTPSEND") == OK);
  CHECK_FALSE(bench.modem.at_rest());
  for (const char* line :
       {"AT+SMTPSEND", "AT+POP3IN", "AT+EMAILCID=1", "AT+EMAILTO=30", "AT+EMAILSSL=0", "AT+SMTPSRV=\"a\"",
        "AT+SMTPAUTH=0", "AT+SMTPFROM=\"a\"", "AT+SMTPRCPT=0", "AT+SMTPSUB=\"a\"", "AT+SMTPBODY=1", "AT+SMTPFILE=0",
        "AT+SMTPCS=\"ASCII\"", "AT+SMTPFT=0"}) {
    CAPTURE(line);
    CHECK(bench.ask(line) == not_allowed);
  }
}

TEST_CASE("smtp: without server or sender nothing is sent") {
  for (const char* name : {"+SMTPSRV", "+SMTPFROM"}) {
    MailBench bench;
    bench.modem.settings.set(name, 0, "");
    CHECK(bench.ask("AT+SMTPSEND") == not_allowed);
  }
}

TEST_CASE("smtp: codes of the way in") {
  MailBench bench;
  for (const int code : {61, 62, 63, 65, 66, 67, 71, 72}) {
    CHECK(bench.ask("AT+SMTPSEND") == OK);
    bench.mail.enter(code);
    CHECK(bench.wait(0s) == urc("+SMTPSEND: " + std::to_string(code)));
    CHECK(bench.mail.running == 0);
  }
}

TEST_CASE("smtp: 61 without a bearer, and where it goes away") {
  MailBench bench;
  bench.ask("AT+EMAILCID=2");
  CHECK(bench.ask("AT+SMTPSEND") == OK + urc("+SMTPSEND: 61"));
  bench.ask("AT+EMAILCID=1");
  CHECK(bench.ask("AT+SMTPSEND") == OK);
  bench.enter();
  CHECK(bench.ask("AT+SAPBR=0,1") == OK + urc("+SMTPSEND: 61"));
}

TEST_CASE("smtp: 61 where the server goes, 64 where it is silent") {
  MailBench bench;
  bench.ask("AT+SMTPSEND");
  bench.enter();
  bench.mail.close();
  CHECK(bench.wait(0s) == urc("+SMTPSEND: 61"));
  bench.ask("AT+EMAILTO=10");
  bench.ask("AT+SMTPSEND");
  CHECK(bench.wait(9999ms) == "");
  CHECK(bench.wait(1ms) == urc("+SMTPSEND: 64"));
  bench.ask("AT+SMTPSEND");
  bench.wait(9s);
  bench.enter();
  bench.wait(9s);
  bench.reply("250-wait\r\n");
  CHECK(bench.wait(9s) == "");  // each word counts
  CHECK(bench.wait(1s) == urc("+SMTPSEND: 64"));
}

TEST_CASE("smtp: codes of what the server says to each line") {
  MailBench bench;
  const auto run = [&](std::initializer_list<const char*> replies) {
    bench.ask("AT+SMTPSEND");
    std::string said = bench.enter();
    for (const char* text : replies) said += bench.reply(std::string(text) + "\r\n");
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
  MailBench bench;
  bench.ask("AT+SMTPBODY=14");
  bench.say(".a\nb\r.\r\n..\xe9\n\r\n");
  bench.send_to_data();
  const std::string mail = bench.mail.take();
  CHECK(mail.find("Content-Transfer-Encoding: 8bit\r\n") != std::string::npos);
  CHECK(body_of(mail) == "..a\r\nb\r\n..\r\n...\xe9\r\n\r\n.\r\n");
}

TEST_CASE("smtp: with another charset, subject and body are hexadecimal") {
  MailBench bench;
  CHECK(bench.ask("AT+SMTPCS=\"UTF-8\"") == OK);
  CHECK(bench.ask("AT+SMTPSEND") == not_allowed);  // "Test"
  bench.ask("AT+SMTPSUB=\"C3A4C3B6\"");
  CHECK(bench.ask("AT+SMTPSEND") == not_allowed);  // "Hello"
  bench.ask("AT+SMTPBODY=8");
  bench.say("54455354");
  bench.send_to_data();
  const std::string mail = bench.mail.take();
  CHECK(mail.find("Subject: =?UTF-8?B?w6TDtg==?=\r\n") != std::string::npos);
  CHECK(mail.find("charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nVEVTVA==\r\n.\r\n") != std::string::npos);
}

TEST_CASE("smtp: an attachment goes as the host gives it, block by block") {
  MailBench bench;
  bench.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  bench.ask("AT+SMTPSEND");
  bench.enter();
  bench.reply("250 ok\r\n");
  bench.reply("250 ok\r\n");
  CHECK(bench.reply("354 go\r\n") == urc("+SMTPFT: 1,1360"));
  const std::string head = bench.mail.take();
  const auto at = head.find("boundary=\"");
  const std::string boundary = head.substr(at + 10, head.find('"', at + 10) - at - 10);
  CHECK(
      head.ends_with("Content-Type: application/octet-stream; name=\"f.jpg\"\r\nContent-Transfer-Encoding: base64\r\n"
                     "Content-Disposition: attachment; filename=\"f.jpg\"\r\n\r\n"));
  CHECK(bench.ask("AT+SMTPFT=1361") == invalid);
  CHECK(bench.ask("AT+SMTPFT=80") == urc("+SMTPFT: 2,80"));
  CHECK(bench.say(std::string(80, 'A')) == OK + urc("+SMTPFT: 1,1360"));
  CHECK(bench.mail.take() == std::string(76, 'A') + "\r\nAAAA");
  CHECK(bench.ask("AT+SMTPFT=4") == urc("+SMTPFT: 2,4"));
  bench.say("BBB");
  CHECK(bench.wait(30s) == not_allowed);  // and nothing is sent of it
  CHECK(bench.ask("AT+SMTPFT=4") == urc("+SMTPFT: 2,4"));
  CHECK(bench.say("BBB=") == OK + urc("+SMTPFT: 1,1360"));
  CHECK(bench.ask("AT+SMTPFT=0") == OK);
  CHECK(bench.mail.take() == "BBB=\r\n--" + boundary + "--\r\n.\r\n");
  CHECK(bench.ask("AT+SMTPFT=1") == not_allowed);
  CHECK(bench.reply("250 ok\r\n") == urc("+SMTPSEND: 1"));
}

TEST_CASE("smtp: a text attachment obeys the rules of lines") {
  MailBench bench;
  bench.ask("AT+SMTPFILE=1,\"f.txt\",0");
  bench.send_to_data();
  bench.mail.take();
  bench.ask("AT+SMTPFT=6");
  bench.say("a\n.b\r\n");
  bench.ask("AT+SMTPFT=2");
  bench.say(".c");
  CHECK(bench.mail.take() == "a\r\n..b\r\n..c");
  bench.ask("AT+SMTPFT=0");
  CHECK(bench.mail.take().starts_with("\r\n--=_SIM800_"));
}

TEST_CASE("smtp: the next block is asked for when the server has room for it") {
  MailBench bench;
  bench.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  bench.send_to_data();
  bench.mail.free_room = 2000;
  bench.ask("AT+SMTPFT=1360");
  CHECK(bench.say(std::string(1360, 'A')) == OK);
  CHECK(bench.wait(5s) == "");
  bench.mail.make_room(2721);
  CHECK(bench.wait(0s) == "");
  bench.mail.make_room(2722);
  CHECK(bench.wait(0s) == urc("+SMTPFT: 1,1360"));
}

TEST_CASE("smtp: the server may go, or be silent, in the midst of an attachment") {
  MailBench bench;
  bench.ask("AT+SMTPFILE=2,\"f.jpg\",1");
  bench.send_to_data();
  CHECK(bench.wait(10min) == "");  // it is the host's turn
  bench.mail.close();
  CHECK(bench.wait(0s) == urc("+SMTPSEND: 61"));
  bench.send_to_data();
  bench.mail.free_room = 1360;
  bench.ask("AT+SMTPFT=1300");
  bench.say(std::string(1300, 'A'));
  CHECK(bench.wait(29s) == "");
  CHECK(bench.wait(1s) == urc("+SMTPSEND: 64"));
}

TEST_CASE("smtp: a reset ends everything without a word, and forgets it") {
  MailBench bench;
  bench.ask("AT+SMTPSEND");
  bench.enter();
  bench.modem.reset();
  bench.wait(1s);
  CHECK(bench.mail.running == 0);
  bench.wait(20s);
  bench.port.take();
  CHECK(bench.ask("AT+SMTPRCPT?") == OK);
  CHECK(bench.ask("AT+SMTPSRV?") == urc("+SMTPSRV: \"\",25") + OK);
  CHECK(bench.modem.smtp.body.empty());
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

}  // namespace sim800::test
