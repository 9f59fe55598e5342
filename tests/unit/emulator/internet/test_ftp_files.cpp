// SPDX-License-Identifier: MIT
// FTP between a server and the module's memory or drive.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "tests/support/ftp_fixture.hpp"

namespace sim800::test {

TEST_CASE("EXTPUT: load at positions, send, leave") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPEXTPUT=2,0,3,1000") == ERROR);  // not in that method
  CHECK(session.ask("AT+FTPEXTPUT=1") == OK);
  CHECK(session.say("AT+FTPEXTPUT=2,0,3,1000\r") == "\r\n+FTPEXTPUT: 0,3\r\n");
  CHECK(session.say("abc") == OK);
  session.say("AT+FTPEXTPUT=2,3,2,1000\rde");
  CHECK(session.ask("AT+FTPEXTPUT=2,307200,1,1000") == ERROR);
  CHECK(session.ask("AT+FTPFILEPUT=1,\"c:\\x\"") == ERROR);
  CHECK(session.ask("AT+FTPEXTGET=1") == ERROR);
  session.ask("AT+FTPPUT=1");
  session.ftp.accept();
  CHECK(session.after([&] { session.ftp.events.changed(); }) == "");
  CHECK(session.ask("AT+FTPPUT=2,1") == ERROR);
  CHECK(session.ftp.written == "abcde");
  CHECK(session.ftp.finished);
  CHECK(session.ask("AT+FTPEXTPUT=0") == ERROR);  // in use
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPPUT: 1,0\r\n");
  CHECK(session.ask("AT+FTPEXTPUT=0") == OK);
}

TEST_CASE("EXTGET: fetch, print, save, leave; 300k are too much") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPEXTGET?") == "\r\n+FTPEXTGET: 0\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+FTPEXTGET=3,0,10") == ERROR);
  session.ask("AT+FTPEXTGET=1");
  session.ftp.data("hello");
  CHECK(session.ask("AT+FTPEXTGET?") == "\r\n+FTPEXTGET: 1,5\r\n\r\nOK\r\n");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPEXTGET: 1,0\r\n");
  CHECK(session.ask("AT+FTPEXTGET=3,1,3") == "\r\n+FTPEXTGET: 3,3\r\nell\r\nOK\r\n");
  CHECK(session.ask("AT+FTPEXTGET=2,\"t.txt\"") == "\r\n+FTPEXTGET: 2,5\r\n\r\nOK\r\n");
  CHECK(session.modem.files.read("C:\\User\\FTP\\t.txt", 0, 100) == "hello");
  CHECK(session.ask("AT+FTPEXTGET=0") == OK);
  session.ask("AT+FTPEXTGET=1");
  CHECK(session.after([&] { session.ftp.data(std::string(307'201, 'x')); }) == "\r\n+FTPEXTGET: 1,79\r\n");
  session.ask("AT+FTPEXTGET=1");
  session.ftp.data(std::string(200'000, 'x'));
  session.after([&] { session.ftp.done(0); });
  CHECK(session.ask("AT+FTPEXTGET=2,\"big\"") == "\r\n+FTPEXTGET: 2,85\r\n\r\nOK\r\n");
}

TEST_CASE("FILEPUT sends a file by way of RAM") {
  FtpFixture session;
  session.modem.files.make_directory(FileSystem::ftp_folder);
  session.modem.files.put("C:\\User\\FTP\\t.txt", "file data");
  CHECK(session.ask("AT+FTPFILEPUT=1,\"c:\\user\\ftp\\none\"") == ERROR);
  CHECK(session.ask("AT+FTPFILEPUT=1,\"c:\\user\\ftp\\t.txt\"") == OK);
  session.ask("AT+FTPPUT=1");
  session.ftp.accept();
  CHECK(session.ftp.written == "file data");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPPUT: 1,0\r\n");
  CHECK(session.ask("AT+FTPFILEPUT=0") == OK);
}

TEST_CASE("GETTOFS goes on from where it was cut; a refusal ends it") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPGETTOFS?") == "\r\n+FTPGETTOFS: 0\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+FTPGETTOFS=0,\"t.txt\",1,2") == OK);
  session.ftp.data("first ");
  CHECK(session.ask("AT+FTPGETTOFS?") == "\r\n+FTPGETTOFS: 1,6,0\r\n\r\nOK\r\n");
  session.ftp.done(79);
  CHECK(session.modem.files.read("c:\\user\\ftp\\t.txt", 0, 100) == "first ");
  CHECK(session.wait(2s) == "");
  CHECK(session.ftp.request.offset == 6);
  session.ftp.data("second");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPGETTOFS: 0,12\r\n");
  CHECK(session.modem.files.read("c:\\user\\ftp\\T.TXT", 0, 100) == "first second");
  session.ask("AT+FTPGETTOFS=0,\"t.txt\",1,2");
  session.ftp.done(79);
  session.wait(2s);
  CHECK(session.after([&] { session.ftp.done(79); }) == "\r\n+FTPGETTOFS: 79\r\n");
  CHECK(session.modem.files.size("c:\\user\\ftp\\t.txt") == 12);  // nothing has come to replace it
  session.ask("AT+FTPGETTOFS=0,\"t.txt\"");
  CHECK(session.after([&] { session.ftp.done(77); }) == "\r\n+FTPGETTOFS: 77\r\n");
  session.ask("AT+FTPGETTOFS=0,\"big\"");
  CHECK(session.after([&] { session.ftp.data(std::string(200'000, 'x')); }) == "\r\n+FTPGETTOFS: 85\r\n");
  session.ask("AT+FTPGETTOFS=0,\"C:\\User\\there.txt\"");  // a path is none in the FTP directory
  session.after([&] {
    session.ftp.data("abc");
    session.ftp.done(0);
  });
  CHECK_FALSE(session.files.size("there.txt"));
  CHECK(session.files.size("User\\there.txt") == 3);
  session.files.put("C:\\root.txt", "abc");
  CHECK(session.ask("AT+FTPFILEPUT=1,\"root.txt\"") == OK);
  CHECK(session.ask("AT+FTPFILEPUT=0") == OK);
  session.ask("AT+FTPPUTFRMFS=\"root.txt\"");
  session.ftp.accept();
  session.wait(0s);
  CHECK(session.ftp.written == "abc");
  session.after([&] { session.ftp.done(0); });
  session.ask("AT+FTPGETTOFS=1,\"card\"");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPGETTOFS: 85\r\n");
  session.ask("AT+FTPGETTOFS=0,\"t.txt\",1,2");
  CHECK(session.wait(76s) == "");  // silence: it tries again
  CHECK(session.wait(77s) == "\r\n+FTPGETTOFS: 64\r\n");
}

TEST_CASE("GETTOFS: the file grows while it is fetched, and the drive is a little behind") {
  FtpFixture session;
  const auto on_drive = [&session] { return session.modem.files.size("C:\\User\\FTP\\t.txt"); };
  session.ask("AT+FTPGETTOFS=0,\"t.txt\",0");
  session.ftp.data(std::string(5'000, 'a'));
  CHECK_FALSE(on_drive());
  session.ftp.data(std::string(20'000, 'b'));
  CHECK(session.ask("AT+FTPGETTOFS?") == "\r\n+FTPGETTOFS: 1,25000,20480\r\n\r\nOK\r\n");
  CHECK(on_drive() == 20'480);
  CHECK(session.ask("AT+FSFLSIZE=C:\\User\\FTP\\t.txt") == "\r\n+FSFLSIZE: 20480\r\n\r\nOK\r\n");
  session.ftp.data(std::string(5'000, 'c'));
  CHECK(session.after([&] { session.ftp.done(79); }) == "\r\n+FTPGETTOFS: 79\r\n");
  CHECK(session.modem.files.read("C:\\User\\FTP\\t.txt", 0, 100'000) ==
        std::string(5'000, 'a') + std::string(20'000, 'b') + std::string(5'000, 'c'));
  session.ask("AT+FTPGETTOFS=0,\"t.txt\",0");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPGETTOFS: 0,0\r\n");
  CHECK(on_drive() == 0);
}

TEST_CASE("PUTFRMFS asks how much the server has, and appends the rest") {
  FtpFixture session;
  CHECK(session.ask("AT+FTPPUTFRMFS=\"c:\\none\"") == "\r\nOK\r\n\r\n+FTPPUTFRMFS: 85\r\n");
  session.modem.files.make_directory(FileSystem::ftp_folder);
  session.modem.files.put("C:\\User\\FTP\\t.txt", "0123456789");
  session.ask("AT+FTPPUTFRMFS=\"c:\\user\\ftp\\t.txt\",3,1");
  session.ftp.accept(4);
  CHECK(session.ask("AT+FTPPUTFRMFS?") == "\r\n+FTPPUTFRMFS: 1,4\r\n\r\nOK\r\n");
  session.ftp.done(78);
  CHECK(session.ask("AT+FTPPUTFRMFS?") == "\r\n+FTPPUTFRMFS: 1,4\r\n\r\nOK\r\n");
  session.wait(1s);
  CHECK(session.ftp.request.verb == FtpVerb::size);
  session.ftp.done(0, 3);
  session.wait(0s);
  CHECK(session.ftp.request.put_option == FtpPutOption::append);
  CHECK(session.ask("AT+FTPPUTFRMFS?") == "\r\n+FTPPUTFRMFS: 1,3\r\n\r\nOK\r\n");
  session.ftp.accept();
  CHECK(session.ask("AT+FTPPUTFRMFS?") == "\r\n+FTPPUTFRMFS: 1,10\r\n\r\nOK\r\n");
  CHECK(session.ftp.written == "3456789");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPPUTFRMFS: 0,10\r\n");
}

TEST_CASE("PUTFRMFS starts where it did if the server does not say how much it has") {
  FtpFixture session;
  session.modem.files.make_directory(FileSystem::ftp_folder);
  session.modem.files.put("C:\\User\\FTP\\t.txt", "0123456789");
  session.ask("AT+FTPPUTFRMFS=\"c:\\user\\ftp\\t.txt\",3,1");
  session.ftp.accept(4);
  session.ftp.done(78);
  session.wait(1s);
  CHECK(session.ftp.request.verb == FtpVerb::size);
  CHECK(session.wait(75s) == "");  // silence
  CHECK(session.ftp.request.verb == FtpVerb::put);
  CHECK(session.ftp.request.put_option != FtpPutOption::append);
  session.ftp.written.clear();
  session.ftp.accept();
  session.wait(0s);
  CHECK(session.ftp.written == "0123456789");
  CHECK(session.after([&] { session.ftp.done(0); }) == "\r\n+FTPPUTFRMFS: 0,10\r\n");
}

}  // namespace sim800::test
