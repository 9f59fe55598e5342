// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/internet/mail_settings.hpp"
#include "emulator/internet/pop3_service.hpp"
#include "tests/support/mail_fixture.hpp"

namespace sim800::test {
namespace {

const std::vector<std::string> questions = {"AT+POP3NUM",   "AT+POP3LIST=1", "AT+POP3UIDL=1",
                                            "AT+POP3CMD=1", "AT+POP3DEL=1",  "AT+POP3RSET"};

}  // namespace

TEST_CASE("pop3: the server's settings") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+POP3SRV?") == urc("+POP3SRV: \"mail.example.org\",\"me\",\"secret\",110") + OK);
  CHECK(fixture.ask("AT+POP3SRV=\"s\",\"u\",\"p\",1100") == OK);
  CHECK(fixture.ask("AT+POP3SRV?") == urc("+POP3SRV: \"s\",\"u\",\"p\",1100") + OK);
  CHECK(fixture.ask("AT+POP3SRV=\"s\",\"u\"") == invalid);
  CHECK(fixture.ask("AT+POP3SRV=\"s\",\"u\",\"p\",0") == invalid);
}

TEST_CASE("pop3: a session") {
  MailFixture fixture;
  CHECK(fixture.ask("AT+POP3IN") == OK);
  CHECK(fixture.mail.login.protocol == MailProtocol::pop3);
  CHECK(fixture.mail.login.port == 110);
  CHECK_FALSE(fixture.mail.login.account);
  CHECK(fixture.enter() == "");
  CHECK(fixture.mail.take() == "USER me\r\n");
  CHECK(fixture.reply("+OK\r\n") == "");
  CHECK(fixture.mail.take() == "PASS secret\r\n");
  CHECK(fixture.reply("+OK in\r\n") == urc("+POP3IN: 1"));
  CHECK(fixture.ask_server("AT+POP3NUM", "+OK 2 11124\r\n") == OK + urc("+POP3NUM: 1,2,11124"));
  CHECK(fixture.mail.take() == "STAT\r\n");
  CHECK(fixture.ask_server("AT+POP3LIST=1", "+OK 1 5556 octets\r\n") == OK + urc("+POP3LIST: 1,1,5556"));
  CHECK(fixture.mail.take() == "LIST 1\r\n");
  CHECK(fixture.ask_server("AT+POP3UIDL=2", "+OK 2 whqtswO00WBw418f9t5JxYwZ\r\n") ==
        OK + urc("+POP3UIDL: 1,2,whqtswO00WBw418f9t5JxYwZ"));
  CHECK(fixture.mail.take() == "UIDL 2\r\n");
  CHECK(fixture.ask_server("AT+POP3DEL=1", "+OK\r\n") == OK + urc("+POP3DEL: 1"));
  CHECK(fixture.mail.take() == "DELE 1\r\n");
  CHECK(fixture.ask_server("AT+POP3RSET", "+OK\r\n") == OK + urc("+POP3RSET: 1"));
  CHECK(fixture.mail.take() == "RSET\r\n");
  CHECK_FALSE(fixture.modem.at_rest());
  CHECK(fixture.ask_server("AT+POP3OUT", "+OK bye\r\n") == OK + urc("+POP3OUT: 1"));
  CHECK(fixture.mail.take() == "QUIT\r\n");
  CHECK(fixture.mail.running == 0);
  CHECK(fixture.modem.at_rest());
}

TEST_CASE("pop3: what the server refuses, or says no values to, is 0") {
  MailFixture fixture;
  fixture.log_in();
  CHECK(fixture.ask_server("AT+POP3NUM", "-ERR\r\n") == OK + urc("+POP3NUM: 0"));
  CHECK(fixture.ask_server("AT+POP3NUM", "+OK\r\n") == OK + urc("+POP3NUM: 0"));
  CHECK(fixture.ask_server("AT+POP3NUM", "+OK 2\r\n") == OK + urc("+POP3NUM: 0"));
  CHECK(fixture.ask_server("AT+POP3LIST=9", "-ERR no such message\r\n") == OK + urc("+POP3LIST: 0"));
  CHECK(fixture.ask_server("AT+POP3UIDL=9", "-ERR no such message\r\n") == OK + urc("+POP3UIDL: 0"));
  CHECK(fixture.ask_server("AT+POP3DEL=9", "-ERR no such message\r\n") == OK + urc("+POP3DEL: 0"));
  CHECK(fixture.ask_server("AT+POP3RSET", "-ERR\r\n") == OK + urc("+POP3RSET: 0"));
  CHECK(fixture.ask_server("AT+POP3CMD=4,9", "-ERR no such message\r\n") == OK + urc("+POP3CMD: 0"));
  CHECK(fixture.ask("AT+POP3READ=1") == NOT_ALLOWED);
}

TEST_CASE("pop3: codes of a log-in that fails") {
  MailFixture fixture;
  for (const int code : {61, 62, 63, 65, 66, 71, 72}) {
    CHECK(fixture.ask("AT+POP3IN") == OK);
    fixture.mail.enter(code);
    CHECK(fixture.wait(0s) == urc("+POP3IN: " + std::to_string(code)));
    CHECK(fixture.mail.running == 0);
  }
  const auto run = [&](const char* to_user, const char* to_password) {
    fixture.ask("AT+POP3IN");
    fixture.enter();
    const std::string said = fixture.reply(to_user);
    return *to_password == '\0' ? said : said + fixture.reply(to_password);
  };
  CHECK(run("-ERR nobody\r\n", "") == urc("+POP3IN: 67"));
  CHECK(run("what\r\n", "") == urc("+POP3IN: 65"));
  CHECK(run("+OK\r\n", "-ERR wrong\r\n") == urc("+POP3IN: 68"));
  CHECK(run("+OK\r\n", "-ERR [IN-USE] locked\r\n") == urc("+POP3IN: 66"));
  fixture.ask("AT+POP3IN");
  fixture.enter();
  fixture.mail.close();
  CHECK(fixture.wait(0s) == urc("+POP3IN: 61"));
  fixture.ask("AT+POP3IN");
  CHECK(fixture.wait(30s) == urc("+POP3IN: 64"));
  fixture.ask("AT+EMAILCID=3");
  CHECK(fixture.ask("AT+POP3IN") == OK + urc("+POP3IN: 61"));
  fixture.modem.settings.set(key::pop3srv_server, "");
  CHECK(fixture.ask("AT+POP3IN") == NOT_ALLOWED);
}

TEST_CASE("pop3: commands in the wrong state are refused") {
  MailFixture fixture;
  std::vector<std::string> all = questions;
  all.insert(all.end(), {"AT+POP3READ=1", "AT+POP3OUT"});
  const auto refuse = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      CAPTURE(line);
      CHECK(fixture.ask(line) == NOT_ALLOWED);
    }
  };
  refuse(all);
  fixture.ask("AT+POP3IN");
  refuse(all);  // while logging in
  refuse({"AT+POP3IN", "AT+SMTPSEND", "AT+POP3SRV=\"a\",\"b\",\"c\""});
  fixture.enter();
  fixture.reply("+OK\r\n");
  fixture.reply("+OK\r\n");
  refuse({"AT+POP3READ=1", "AT+POP3IN", "AT+SMTPSEND"});
  fixture.ask("AT+POP3NUM");
  refuse(all);  // while the server is asked
  fixture.reply("+OK 0 0\r\n");
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n");
  refuse(questions);  // while there is something to read
  CHECK(fixture.ask("AT+CSQ") == urc("+CSQ: 21,0") + OK);
  CHECK(fixture.ask("AT+POP3OUT") == OK);
  refuse(all);  // while logging out
}

TEST_CASE("pop3: AT+POP3CMD takes the parameters of its kind") {
  MailFixture fixture;
  fixture.log_in();
  for (const char* bad : {"=0", "=5", "=1,1", "=2,1", "=3", "=3,1", "=3,1,2,3", "=3,,1", "=4", "=4,1,1", "=4,0", "="}) {
    CAPTURE(bad);
    CHECK(fixture.ask("AT+POP3CMD" + std::string(bad)) == invalid);
  }
  const std::pair<const char*, const char*> good[] = {{"AT+POP3CMD=1", "LIST\r\n"},
                                                      {"AT+POP3CMD=2", "UIDL\r\n"},
                                                      {"AT+POP3CMD=3,1,0", "TOP 1 0\r\n"},
                                                      {"AT+POP3CMD=4,7", "RETR 7\r\n"}};
  for (const auto& [line, sent] : good) {
    CHECK(fixture.ask_server(line, "+OK\r\n.\r\n") == OK + urc("+POP3CMD: 1"));
    CHECK(fixture.mail.take() == sent);
    CHECK(fixture.ask("AT+POP3READ=1460") == "\r\n+POP3READ: 2,3\r\n.\r\n\r\nOK\r\n");
  }
}

TEST_CASE("pop3: a response is read piece by piece, as the server has sent it") {
  MailFixture fixture;
  fixture.log_in();
  CHECK(fixture.ask_server("AT+POP3CMD=4,1", "+OK 20 octets\r\nA: b\r\n\r\n..dot\r\n.\r\n") == OK + urc("+POP3CMD: 1"));
  CHECK(fixture.ask("AT+POP3READ=0") == invalid);
  CHECK(fixture.ask("AT+POP3READ=1461") == invalid);
  CHECK(fixture.ask("AT+POP3READ=8") == "\r\n+POP3READ: 1,8\r\nA: b\r\n\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+POP3READ=8") == "\r\n+POP3READ: 1,8\r\n..dot\r\n.\r\nOK\r\n");
  CHECK(fixture.ask("AT+POP3READ=8") == "\r\n+POP3READ: 2,2\r\n\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+POP3READ=8") == NOT_ALLOWED);
  CHECK(fixture.ask_server("AT+POP3NUM", "+OK 1 20\r\n") == OK + urc("+POP3NUM: 1,1,20"));
}

TEST_CASE("pop3: who reads faster than the server sends is told of more") {
  MailFixture fixture;
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n");
  CHECK(fixture.ask("AT+POP3READ=100") == urc("+POP3READ: 1,0") + OK);
  CHECK(fixture.wait(5s) == "");
  CHECK(fixture.reply("1 100\r\n") == urc("+POP3READ: 3,7"));
  CHECK(fixture.reply("2 200\r\n") == "");
  CHECK(fixture.wait(29s) == "");
  CHECK(fixture.wait(1s) == urc("+POP3READ: 3,14"));
  CHECK(fixture.ask("AT+POP3READ=14") == "\r\n+POP3READ: 1,14\r\n1 100\r\n2 200\r\n\r\nOK\r\n");
  CHECK(fixture.reply(".\r\n") == "");  // it has got what it wanted
  CHECK(fixture.ask("AT+POP3READ=14") == "\r\n+POP3READ: 2,3\r\n.\r\n\r\nOK\r\n");
}

TEST_CASE("pop3: 69 where the response is left unread") {
  MailFixture fixture;
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n1 100\r\n.\r\n");
  CHECK(fixture.wait(30s) == urc("+POP3READ: 3,10"));
  CHECK(fixture.wait(30s) == urc("+POP3READ: 3,10"));
  CHECK(fixture.wait(14s) == "");
  CHECK(fixture.wait(1s) == urc("+POP3OUT: 69"));
  CHECK(fixture.mail.running == 0);
  CHECK(fixture.wait(10min) == "");
}

TEST_CASE("pop3: 64 and 61 in the midst of things") {
  MailFixture fixture;
  fixture.log_in();
  CHECK(fixture.wait(10min) == "");  // nobody's turn
  fixture.ask("AT+POP3NUM");
  CHECK(fixture.wait(30s) == urc("+POP3OUT: 64"));
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n");
  CHECK(fixture.wait(30s) == urc("+POP3OUT: 64"));
  fixture.log_in();
  fixture.mail.close();
  CHECK(fixture.wait(0s) == urc("+POP3OUT: 61"));
  fixture.log_in();
  fixture.ask("AT+POP3UIDL=1");
  fixture.mail.close();
  CHECK(fixture.wait(0s) == urc("+POP3OUT: 61"));
  fixture.log_in();
  CHECK(fixture.ask("AT+SAPBR=0,1") == OK + urc("+POP3OUT: 61"));
  fixture.open_bearer();
  fixture.log_in();
  fixture.ask("AT+POP3OUT");
  CHECK(fixture.wait(30s) == urc("+POP3OUT: 64"));
}

TEST_CASE("pop3: what came before the server went is still read") {
  MailFixture fixture;
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n1 100\r\n2 2");
  fixture.mail.close();
  CHECK(fixture.wait(0s) == "");
  CHECK(fixture.ask("AT+POP3READ=7") == "\r\n+POP3READ: 1,7\r\n1 100\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+POP3READ=7") == "\r\n+POP3READ: 1,3\r\n2 2\r\nOK\r\n" + urc("+POP3OUT: 61"));
}

TEST_CASE("pop3: what came before the bearer went is still read, or left, or dropped") {
  MailFixture fixture;
  const auto lose = [&fixture] {
    fixture.open_bearer();
    fixture.log_in();
    fixture.ask_server("AT+POP3CMD=4,1", "+OK\r\n1 100\r\n2 2");
    CHECK(fixture.ask("AT+SAPBR=0,1") == OK);
    CHECK(fixture.mail.running == 0);
  };
  lose();
  CHECK(fixture.ask("AT+POP3READ=7") == "\r\n+POP3READ: 1,7\r\n1 100\r\n\r\nOK\r\n");
  CHECK(fixture.wait(30s) == urc("+POP3READ: 3,3"));
  CHECK(fixture.ask("AT+POP3READ=7") == "\r\n+POP3READ: 1,3\r\n2 2\r\nOK\r\n" + urc("+POP3OUT: 61"));
  CHECK(fixture.modem.at_rest());
  lose();
  fixture.wait(74s);
  CHECK(fixture.wait(1s) == urc("+POP3OUT: 61"));
  CHECK(fixture.modem.at_rest());
  lose();
  CHECK(fixture.ask("AT+POP3OUT") == OK + urc("+POP3OUT: 61"));
  lose();
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.modem.at_rest());
}

TEST_CASE("pop3: a whole response outlives the bearer") {
  MailFixture fixture;
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=1", "+OK\r\n1 100\r\n.\r\n");
  CHECK(fixture.ask("AT+SAPBR=0,1") == OK);
  CHECK(fixture.ask("AT+POP3READ=99") == "\r\n+POP3READ: 2,10\r\n1 100\r\n.\r\n\r\nOK\r\n" + urc("+POP3OUT: 61"));
}

TEST_CASE("pop3: nothing in a user's name becomes a command") {
  MailFixture fixture;
  fixture.modem.settings.set(key::pop3srv_user, "me\r\nDELE 1");
  fixture.modem.settings.set(key::pop3srv_password, std::string("a\nb\0c", 5));
  fixture.ask("AT+POP3IN");
  fixture.enter();
  CHECK(fixture.mail.take() == "USER me  DELE 1\r\n");
  fixture.reply("+OK\r\n");
  CHECK(fixture.mail.take() == "PASS a b c\r\n");
}

TEST_CASE("pop3: AT+POP3OUT in the midst of a response drops the rest of it") {
  MailFixture fixture;
  fixture.log_in();
  fixture.ask_server("AT+POP3CMD=4,1", "+OK\r\n+OK this is text\r\n");
  CHECK(fixture.ask("AT+POP3OUT") == OK);
  fixture.mail.take();
  CHECK(fixture.reply("more\r\n") == "");
  CHECK(fixture.mail.take() == "");
  CHECK(fixture.reply(".\r\n") == "");
  CHECK(fixture.mail.take() == "QUIT\r\n");
  CHECK(fixture.reply("+OK bye\r\n") == urc("+POP3OUT: 1"));
}

TEST_CASE("pop3: a log-out that the server refuses is 61") {
  MailFixture fixture;
  fixture.log_in();
  CHECK(fixture.ask_server("AT+POP3OUT", "-ERR some deleted messages not removed\r\n") == OK + urc("+POP3OUT: 61"));
}

TEST_CASE("pop3: a reset ends the session without a word") {
  MailFixture fixture;
  fixture.log_in();
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.mail.running == 0);
  CHECK(fixture.modem.pop3->state() == Pop3Service::State::off);
}

TEST_CASE("pop3: of what a server says, only numbers and identifiers reach the host") {
  MailFixture fixture;
  fixture.log_in();
  for (const std::string rest :
       {"two 320", "2 <320>", "2 320\x01", "-1 5", "2 99999999999", "\"2 320", "\x1b[2J 1", "2,3 320"}) {
    CAPTURE(rest);
    CHECK(fixture.ask_server("AT+POP3NUM", "+OK " + rest + "\r\n") == OK + urc("+POP3NUM: 0"));
    CHECK(fixture.ask_server("AT+POP3LIST=1", "+OK " + rest + "\r\n") == OK + urc("+POP3LIST: 0"));
  }
  CHECK(fixture.ask_server("AT+POP3NUM", "+OK 2 320 and so on\r\n") == OK + urc("+POP3NUM: 1,2,320"));
  const std::string longest(70, 'x');
  CHECK(fixture.ask_server("AT+POP3UIDL=1", "+OK 1 " + longest + "\r\n") == OK + urc("+POP3UIDL: 1,1," + longest));
  for (const std::string& id : {longest + "x", std::string("a\rb"), std::string("\x07"), std::string("\xc3\xa9")}) {
    CHECK(fixture.ask_server("AT+POP3UIDL=1", "+OK 1 " + id + "\r\n") == OK + urc("+POP3UIDL: 0"));
  }
}

TEST_CASE("pop3: leaving a mail without end takes no longer than AT+EMAILTO") {
  MailFixture fixture;
  fixture.ask("AT+EMAILTO=10");
  fixture.log_in();
  fixture.ask("AT+POP3CMD=4,1");
  fixture.reply("+OK\r\nfor ever ");
  CHECK(fixture.ask("AT+POP3OUT") == OK);
  std::string said;
  for (int number = 0; number < 10; ++number) {
    CHECK(said == "");
    fixture.mail.say("and ever ");
    said = fixture.wait(1s);
  }
  CHECK(said == urc("+POP3OUT: 64"));
  CHECK(fixture.mail.running == 0);
  CHECK(fixture.modem.at_rest());
}

TEST_CASE("pop3: a status line that comes byte by byte has to come in time") {
  MailFixture fixture;
  fixture.ask("AT+EMAILTO=10");
  fixture.log_in();
  fixture.ask("AT+POP3NUM");
  std::string said;
  for (int number = 0; number < 10; ++number) {
    CHECK(said == "");
    fixture.mail.say("+");
    said = fixture.wait(1s);
  }
  CHECK(said == urc("+POP3OUT: 64"));
}

}  // namespace sim800::test
