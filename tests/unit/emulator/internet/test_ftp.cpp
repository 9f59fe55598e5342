// SPDX-License-Identifier: MIT
// The FTP commands and their sessions, on a virtual clock; real servers are in tests/acceptance.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/ftp_fixture.hpp"

namespace sim800::test {

TEST_CASE("parameters: read bare, check, default") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+FTPTIMEOUT=?") == ERROR);  // its own line of FTPSCONT? is all that the manual says of it
  CHECK(fixture.ask("AT+FTPTIMEOUT?") == "\r\n+FTPTIMEOUT: 75\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+FTPTIMEOUT=256") == ERROR);
  CHECK(fixture.ask("AT+FTPTIMEOUT=3") == OK);
  CHECK(fixture.ask("AT+FTPTIMEOUT?") == "\r\n+FTPTIMEOUT: 3\r\n\r\nOK\r\n");
  const struct {
    const char* name;
    const char* initial;
    const char* good;
    const char* bad;
  } rows[] = {{"FTPPORT", "21", "65535", "0"},
              {"FTPMODE", "1", "0", "2"},
              {"FTPTYPE", "I", "A", "B"},
              {"FTPTYPE", "A", "\"I\"", "\"\""},
              {"FTPPUTOPT", "STOR", "\"APPE\"", "\"X\""},
              {"FTPCID", "1", "3", "4"},
              {"FTPREST", "0", "1000000", "-1"},
              {"FTPSERV", "", "\"a.b\"", ""},
              {"FTPUN", "", "name", ""},
              {"FTPGETPATH", "", "\"/x y/\"", ""}};
  for (const auto& row : rows) {
    const std::string name = row.name, good = row.good;
    CAPTURE(name);
    CHECK(fixture.ask("AT+" + name + "=?") == OK);
    CHECK(fixture.ask("AT+" + name + "?") == "\r\n+" + name + ": " + row.initial + "\r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+" + name + "=" + row.bad) == ERROR);
    CHECK(fixture.ask("AT+" + name + "=" + good) == OK);
    std::string bare = good;
    std::erase(bare, '"');
    CHECK(fixture.ask("AT+" + name + "?") == "\r\n+" + name + ": " + bare + "\r\n\r\nOK\r\n");
  }
  for (const auto& [name, length] : {std::pair{"FTPSERV", 49},
                                     {"FTPUN", 49},
                                     {"FTPPW", 49},
                                     {"FTPGETNAME", 99},
                                     {"FTPPUTNAME", 99},
                                     {"FTPGETPATH", 255},
                                     {"FTPPUTPATH", 255}}) {
    const std::string start = "AT+" + std::string(name) + "=\"" + std::string(static_cast<std::size_t>(length), 'x');
    CHECK(fixture.ask(start + "\"") == OK);
    CHECK(fixture.ask(start + "x\"") == ERROR);
  }
  for (const auto& [start, length] :
       {std::pair{"AT+FTPGETTOFS=0,\"", 64}, {"AT+FTPPUTFRMFS=\"", 128}, {"AT+FTPEXTGET=2,\"", 64}}) {
    const std::string name(static_cast<std::size_t>(length), 'x');
    CHECK(fixture.ask("AT+CMEE=1;" + std::string(start + 2) + name + "\"") != "\r\n+CME ERROR: 765\r\n");
    CHECK(fixture.ask(start + name + "x\"") == "\r\n+CME ERROR: 765\r\n");
  }
  fixture.ask("AT+CMEE=0");
  for (const char* name : {"FTPGET", "FTPPUT", "FTPSCONT", "FTPDELE", "FTPSIZE", "FTPSTATE", "FTPEXTPUT", "FTPMKD",
                           "FTPRMD", "FTPLIST", "FTPGETTOFS", "FTPPUTFRMFS", "FTPEXTGET", "FTPFILEPUT", "FTPQUIT"}) {
    CAPTURE(name);
    CHECK(fixture.ask("AT+" + std::string(name) + "=?") == OK);
  }
  for (const char* line : {"AT+FTPRENAME", "AT+FTPMDTM", "AT+FTPSHUT", "AT+FTPSTATE?", "AT+FTPDELE?"})
    CHECK(fixture.ask(line) == ERROR);
}

TEST_CASE("GET: announce, read, nothing yet, announce again, end") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPGET=1") == OK);
  CHECK(session.ask("AT+FTPGET=2,1024") == ERROR);  // 1,1 has not been shown
  CHECK(session.ftp.request.host == "ftp.sim.com");
  CHECK(session.ftp.request.path == "/");
  CHECK(session.ftp.request.name == "1K.txt");
  CHECK(session.ask("AT+FTPSTATE") == "\r\n+FTPSTATE: 1\r\n\r\nOK\r\n");
  CHECK(session.after([&] { session.ftp.data("0123456789"); }) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.ask("AT+FTPGET=2,4") == "\r\n+FTPGET: 2,4\r\n0123\r\nOK\r\n");
  CHECK(session.ask("AT+FTPGET=2,1024") == "\r\n+FTPGET: 2,6\r\n456789\r\nOK\r\n");
  CHECK(session.ask("AT+FTPGET=2,1024") == "\r\n+FTPGET: 2,0\r\n\r\nOK\r\n");
  CHECK(session.after([&] { session.ftp.data("abc"); }) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.after([&] { session.ftp.done(0); }) == "");
  CHECK(session.ask("AT+FTPGET=2,1460") == "\r\n+FTPGET: 2,3\r\nabc\r\nOK\r\n\r\n+FTPGET: 1,0\r\n");
  CHECK(session.ask("AT+FTPGET=2,1") == ERROR);
  CHECK(session.ask("AT+FTPSTATE") == "\r\n+FTPSTATE: 0\r\n\r\nOK\r\n");
  CHECK(session.ftp.running == 0);
  for (const char* bad :
       {"AT+FTPGET=0", "AT+FTPGET=3", "AT+FTPGET=2", "AT+FTPGET=1,5", "AT+FTPGET=2,0", "AT+FTPGET=2,1461"})
    CHECK(session.ask(bad) == ERROR);
}

TEST_CASE("PUT: a host is waited for, also if the server takes its last block late") {
  FtpFixture session;
  session.ask("AT+FTPPUT=1");
  CHECK(session.after([&] { session.ftp.accept(); }) == "\r\n+FTPPUT: 1,1,1360\r\n");
  session.ask("AT+FTPPUT=2,3");
  session.port.take();
  CHECK(session.ask("abc").ends_with("+FTPPUT: 1,1,1360\r\n"));
  session.ftp.events.heard();
  CHECK(session.wait(1h) == "");
  CHECK(session.ask("AT+FTPPUT=2,0") == OK);
  CHECK(session.wait(75s) == "\r\n+FTPPUT: 1,64\r\n");
}

TEST_CASE("active mode: a server that never connects is 76, before it would be a silence") {
  for (const std::string name : {"FTPGET", "FTPPUT", "FTPLIST"}) {
    CAPTURE(name);
    FtpFixture session;
    session.ask("AT+FTPMODE=0;+" + name + "=1");
    session.ftp.awaits_connection = true;
    session.ftp.events.heard();
    CHECK(session.wait(59s) == "");
    CHECK(session.wait(1s) == "\r\n+" + name + ": 1,76\r\n");
    CHECK(session.ftp.running == 0);
  }
  FtpFixture session;
  session.ask("AT+FTPMODE=0;+FTPGET=1");
  session.ftp.awaits_connection = true;
  session.ftp.events.heard();
  CHECK(session.wait(59s) == "");
  session.ftp.awaits_connection = false;
  session.ftp.events.heard();
  CHECK(session.wait(74s) == "");
  CHECK(session.wait(1s) == "\r\n+FTPGET: 1,64\r\n");
}

TEST_CASE("AT+FTPTIMEOUT is the longest silence of a server") {
  for (const bool limits : {true, false}) {
    World world = ModuleFixture::instant();
    world.module.quirks.ftp_timeout = limits;
    FtpFixture session(world);
    session.ask("AT+FTPTIMEOUT=10;+FTPGET=1");
    CHECK(session.wait(9s) == "");
    session.ftp.events.heard();
    CHECK(session.wait(9999ms) == "");
    CHECK(session.wait(1ms) == (limits ? "\r\n+FTPGET: 1,64\r\n" : ""));
  }
  FtpFixture session;
  session.ask("AT+FTPTIMEOUT=255;+FTPSIZE");
  CHECK(session.wait(254s) == "");
  CHECK(session.wait(1s) == "\r\n+FTPSIZE: 1,64\r\n");
  session.ask("AT+FTPTIMEOUT=0;+FTPSIZE");  // the manual's limit
  CHECK(session.wait(74s) == "");
  CHECK(session.wait(1s) == "\r\n+FTPSIZE: 1,64\r\n");
  session.ask("AT+FTPTIMEOUT=5;+FTPMODE=0;+FTPGET=1");
  session.ftp.awaits_connection = true;
  session.ftp.events.heard();
  CHECK(session.wait(5s) == "\r\n+FTPGET: 1,76\r\n");
}

TEST_CASE("an empty file ends without an announcement; an error comes as its code") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPGET: 1,0\r\n");
  session.ask("AT+FTPGET=1");
  CHECK(session.after([&] { session.ftp.done(72); }) == "\r\n+FTPGET: 1,72\r\n");
  session.ask("AT+FTPLIST=1");
  CHECK(session.ftp.request.verb == FtpVerb::list);
  session.ftp.data("total 0\r\n");
  session.ftp.done(0);
  session.wait(0s);
  CHECK(session.ask("AT+FTPGET=2,100") == ERROR);  // another session's data
  CHECK(session.ask("AT+FTPLIST=2,100") == "\r\n+FTPLIST: 2,9\r\ntotal 0\r\n\r\nOK\r\n\r\n+FTPLIST: 1,0\r\n");
}

TEST_CASE("unread data: three announcements, then 64") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  CHECK(session.after([&] { session.ftp.data("x"); }) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.wait(30s) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.wait(30s) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.wait(14999ms) == "");
  CHECK(session.wait(1ms) == "\r\n+FTPGET: 1,64\r\n");
  CHECK(session.ftp.running == 0);
}

TEST_CASE("what came before a cut is announced and read; its code comes behind") {
  for (const std::string name : {"FTPGET", "FTPLIST"}) {
    for (const int code : {65, 77, 78, 79}) {
      CAPTURE(name);
      CAPTURE(code);
      const std::string end = "\r\n+" + name + ": 1," + std::to_string(code) + "\r\n";
      FtpFixture session;
      session.ask("AT+" + name + "=1");
      session.ftp.data("0123456789");
      CHECK(session.after([&] { session.ftp.done(code); }) == "\r\n+" + name + ": 1,1\r\n");
      CHECK(session.ask("AT+FTPSTATE") == "\r\n+FTPSTATE: 1\r\n\r\nOK\r\n");
      CHECK(session.ask("AT+" + name + "=2,4") == "\r\n+" + name + ": 2,4\r\n0123\r\nOK\r\n");
      CHECK(session.wait(30s) == "\r\n+" + name + ": 1,1\r\n");
      CHECK(session.ask("AT+" + name + "=2,1460") == "\r\n+" + name + ": 2,6\r\n456789\r\nOK\r\n" + end);
      CHECK(session.ask("AT+" + name + "=2,1460") == ERROR);
      CHECK(session.ftp.running == 0);
    }
  }
}

TEST_CASE("data and cut before the first announcement is due, in field time") {
  FtpFixture session{World{}};
  session.ask("AT+FTPGET=1");
  CHECK(session.wait(15ms) == OK);
  session.ftp.data("abc");
  session.ftp.done(79);
  CHECK(session.wait(1499ms) == "");
  CHECK(session.wait(1ms) == "\r\n+FTPGET: 1,1\r\n");
  session.ask("AT+FTPGET=2,1460");
  CHECK(session.wait(15ms) == "\r\n+FTPGET: 2,3\r\nabc\r\nOK\r\n");
  CHECK(session.wait(599ms) == "");
  CHECK(session.wait(1ms) == "\r\n+FTPGET: 1,79\r\n");
}

TEST_CASE("a download goes on behind the cut by FTPREST") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  session.ftp.data("01234");
  session.after([&] { session.ftp.done(79); });
  session.ask("AT+FTPGET=2,1460");
  session.ask("AT+FTPREST=5;+FTPGET=1");
  CHECK(session.ftp.request.offset == 5);
  session.ftp.data("56789");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.ask("AT+FTPGET=2,1460") == "\r\n+FTPGET: 2,5\r\n56789\r\nOK\r\n\r\n+FTPGET: 1,0\r\n");
}

TEST_CASE("a lost bearer takes the session, not what it has received") {
  for (const std::string name : {"FTPGET", "FTPLIST"}) {
    FtpFixture session;
    session.ask("AT+" + name + "=1");
    session.after([&] { session.ftp.data("abcdef"); });
    CHECK(session.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n");
    CHECK(session.ftp.running == 0);
    CHECK(session.ask("AT+" + name + "=2,2") == "\r\n+" + name + ": 2,2\r\nab\r\nOK\r\n");
    CHECK(session.ask("AT+" + name + "=2,9") == "\r\n+" + name + ": 2,4\r\ncdef\r\nOK\r\n\r\n+" + name + ": 1,61\r\n");
  }
}

TEST_CASE("a cut session that is left unread ends with its own code, one that is quit with 86") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  session.ftp.data("x");
  session.after([&] { session.ftp.done(65); });
  CHECK(session.wait(30s) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.wait(30s) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.wait(15s) == "\r\n+FTPGET: 1,65\r\n");
  session.ask("AT+FTPGET=1");
  session.ftp.data("x");
  session.after([&] { session.ftp.done(65); });
  CHECK(session.ask("AT+FTPQUIT") == "\r\nOK\r\n\r\n+FTPGET: 1,86\r\n");
  session.ask("AT+FTPGET=1");
  CHECK(session.after([&] { session.ftp.done(77); }) == "\r\n+FTPGET: 1,77\r\n");  // nothing is left over
}

TEST_CASE("EXTGET keeps in RAM what came before a cut") {
  for (const bool bearer : {false, true}) {
    FtpFixture session;
    session.ask("AT+FTPEXTGET=1");
    session.ftp.data("hello");
    const std::string end = bearer ? session.ask("AT+CGATT=0") : session.after([&] { session.ftp.done(79); });
    CHECK(end.ends_with(bearer ? "\r\n+FTPEXTGET: 1,61\r\n" : "\r\n+FTPEXTGET: 1,79\r\n"));
    CHECK(session.ask("AT+FTPEXTGET=3,0,99") == "\r\n+FTPEXTGET: 3,5\r\nhello\r\nOK\r\n");
    CHECK(session.ask("AT+FTPEXTGET=2,\"part\"") == "\r\n+FTPEXTGET: 2,5\r\n\r\nOK\r\n");
  }
}

TEST_CASE("in field time the end comes a round trip behind the last read, and until then there is nothing to read") {
  FtpFixture session{World{}};
  session.ask("AT+FTPGET=1");
  session.wait(2s);
  session.ftp.data("abc");
  session.ftp.done(0);
  CHECK(session.wait(0s) == "\r\n+FTPGET: 1,1\r\n");
  session.ask("AT+FTPGET=2,1460");
  CHECK(session.wait(15ms) == "\r\n+FTPGET: 2,3\r\nabc\r\nOK\r\n");
  for (int reads = 0; reads < 3; ++reads) {
    session.ask("AT+FTPGET=2,1460");
    CHECK(session.wait(15ms) == "\r\n+FTPGET: 2,0\r\n\r\nOK\r\n");
  }
  CHECK(session.wait(554ms) == "");
  CHECK(session.wait(1ms) == "\r\n+FTPGET: 1,0\r\n");
  session.ask("AT+FTPGET=2,1460");
  CHECK(session.wait(15ms) == ERROR);
}

TEST_CASE("the round trip behind the last read is not added to the server's own time") {
  FtpFixture session{World{}};
  session.ask("AT+FTPGET=1");
  session.wait(2s);
  session.ftp.data("abc");
  session.wait(0s);
  session.ask("AT+FTPGET=2,1460");
  session.wait(3s);
  session.ftp.done(0);
  CHECK(session.wait(0s) == "\r\n+FTPGET: 1,0\r\n");
}

TEST_CASE("a host that has read less than it asked for hears of the rest within 30 s") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  session.after([&] { session.ftp.data("abc"); });
  session.ask("AT+FTPGET=2,1460");
  session.ftp.data("def");
  CHECK(session.after([&] { session.ftp.done(0); }) == "");
  CHECK(session.wait(30s) == "\r\n+FTPGET: 1,1\r\n");
  CHECK(session.ask("AT+FTPGET=2,3") == "\r\n+FTPGET: 2,3\r\ndef\r\nOK\r\n\r\n+FTPGET: 1,0\r\n");
}

TEST_CASE("a silent server: 64 after 75 s, counted from what it said last") {
  FtpFixture session;
  session.ask("AT+FTPGET=1");
  session.wait(70s);
  session.ftp.events.heard();
  CHECK(session.wait(74999ms) == "");
  CHECK(session.wait(1ms) == "\r\n+FTPGET: 1,64\r\n");
}

TEST_CASE("in field time the first URC keeps its distance to OK") {
  FtpFixture session{World{}};
  session.ask("AT+FTPGET=1");
  CHECK(session.wait(15ms) == OK);
  session.ftp.data("x");
  CHECK(session.wait(1100ms) == "");
  CHECK(session.wait(1s) == "\r\n+FTPGET: 1,1\r\n");
}

TEST_CASE("PUT: ready, block, ready, end") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPPUT=1") == OK);
  CHECK(session.ask("AT+FTPPUT=2,10") == ERROR);
  CHECK(session.ftp.request.verb == FtpVerb::put);
  CHECK(session.ftp.request.path == "/in");
  CHECK(session.after([&] { session.ftp.accept(); }) == "\r\n+FTPPUT: 1,1,1360\r\n");
  CHECK(session.ask("AT+FTPPUT=2,1361") == ERROR);
  CHECK(session.say("AT+FTPPUT=2,3\r") == "\r\n+FTPPUT: 2,3\r\n");
  CHECK(session.say("a\rb") == "\r\nOK\r\n\r\n+FTPPUT: 1,1,1360\r\n");
  CHECK(session.ftp.written == "a\rb");
  CHECK(session.ask("AT+FTPPUT=2,0") == OK);
  CHECK(session.ftp.finished);
  CHECK(session.ask("AT+FTPPUT=2,3") == ERROR);
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPPUT: 1,0\r\n");
}

TEST_CASE("PUT: a server that takes no more holds the next block back; a pausing host is waited for") {
  FtpFixture session;
  session.ask("AT+FTPPUT=1");
  session.after([&] { session.ftp.accept(1500); });
  CHECK(session.wait(600s) == "");  // it is the host's turn
  session.say("AT+FTPPUT=2,1000\r" + std::string(1000, 'x'));
  CHECK(session.wait(1s) == "");
  CHECK(session.after([&] { session.ftp.accept(); }) == "\r\n+FTPPUT: 1,1,1360\r\n");
}

TEST_CASE("PUT: a block that does not come in time ends the session") {
  FtpFixture session;
  session.ask("AT+FTPPUT=1");
  session.after([&] { session.ftp.accept(); });
  session.say("AT+FTPPUT=2,10\rabc");
  CHECK(session.wait(75s) == "\r\nERROR\r\n\r\n+FTPPUT: 1,64\r\n");
}

TEST_CASE("one session at a time: 66 for the next, and the first goes on") {
  FtpFixture session;
  session.ask("AT+FTPPUT=1");
  CHECK(session.ask("AT+FTPPUT=1") == "\r\nOK\r\n\r\n+FTPPUT: 1,66\r\n");
  CHECK(session.ask("AT+FTPGET=1") == "\r\nOK\r\n\r\n+FTPGET: 1,66\r\n");
  CHECK(session.ask("AT+FTPSIZE") == "\r\nOK\r\n\r\n+FTPSIZE: 1,66\r\n");
  CHECK(session.ask("AT+FTPGETTOFS=0,\"x\"") == "\r\nOK\r\n\r\n+FTPGETTOFS: 66\r\n");
  CHECK(session.after([&] { session.ftp.accept(); }) == "\r\n+FTPPUT: 1,1,1360\r\n");
}

TEST_CASE("without a name 64 at once, by quirk 66; without a bearer 61; nothing is connected") {
  FtpFixture session;
  session.ask("AT+FTPGETNAME=\"\"");
  CHECK(session.ask("AT+FTPGET=1") == "\r\nOK\r\n\r\n+FTPGET: 1,64\r\n");
  CHECK(session.ask("AT+FTPMKD") == OK);  // goes by the path
  session.ask("AT+FTPQUIT");
  World world = ModuleFixture::instant();
  world.module.quirks.ftp_empty_name = 66;
  FtpFixture quirky(world);
  quirky.ask("AT+FTPGETNAME=\"\"");
  CHECK(quirky.ask("AT+FTPGET=1") == "\r\nOK\r\n\r\n+FTPGET: 1,66\r\n");
  CHECK(quirky.ftp.requests.empty());
  quirky.ask("AT+SAPBR=0,1");
  CHECK(quirky.ask("AT+FTPPUT=1") == "\r\nOK\r\n\r\n+FTPPUT: 1,61\r\n");
}

TEST_CASE("QUIT ends the session with 86; a lost bearer with 61") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPQUIT") == ERROR);
  session.ask("AT+FTPGET=1");
  CHECK(session.ask("AT+FTPQUIT") == "\r\nOK\r\n\r\n+FTPGET: 1,86\r\n");
  CHECK(session.ftp.running == 0);
  session.ask("AT+FTPGET=1");
  CHECK(session.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n\r\n+FTPGET: 1,61\r\n");
}

TEST_CASE("SIZE, DELE, MKD, RMD") {
  FtpFixture session;
  session.ask("AT+FTPSIZE");
  CHECK(session.after([&] { session.ftp.done(0, 1024); }) == "\r\n+FTPSIZE: 1,0,1024\r\n");
  session.ask("AT+FTPSIZE");
  CHECK(session.after([&] { session.ftp.done(77); }) == "\r\n+FTPSIZE: 1,77\r\n");
  for (const char* name : {"FTPDELE", "FTPMKD", "FTPRMD"}) {
    session.ask("AT+" + std::string(name));
    CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+" + std::string(name) + ": 1,0\r\n");
  }
}

TEST_CASE("FTPSCONT keeps the parameters over a restart") {
  Nvram nvram;
  {
    ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
    fixture.ask("AT+FTPSERV=\"kept\";+FTPPORT=2121;+FTPTYPE=\"A\";+FTPTIMEOUT=3");
    CHECK(fixture.ask("AT+FTPSCONT?")
              .starts_with("\r\n+FTPSCONT: 1\r\n+FTPSERV: kept\r\n+FTPPORT: 2121\r\n+FTPUN: \r\n"));
    CHECK(fixture.ask("AT+FTPSCONT") == OK);
    CHECK(fixture.ask("AT+FTPSCONT?").ends_with("+FTPPUTPATH: \r\n+FTPTIMEOUT: 3\r\n\r\nOK\r\n"));
  }
  ModuleFixture again(ModuleFixture::instant(), true, &nvram);
  CHECK(again.ask("AT+FTPSERV?") == "\r\n+FTPSERV: kept\r\n\r\nOK\r\n");
  CHECK(again.ask("AT+FTPTYPE?") == "\r\n+FTPTYPE: A\r\n\r\nOK\r\n");
  CHECK(again.ask("AT+FTPTIMEOUT?") == "\r\n+FTPTIMEOUT: 3\r\n\r\nOK\r\n");
  CHECK(again.ask("AT+FTPSCONT?").starts_with("\r\n+FTPSCONT: 0\r\n"));
}

}  // namespace sim800::test
