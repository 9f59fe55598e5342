// SPDX-License-Identifier: MIT
// AT+FS…: bytes on the wire, and every refusal.
#include <doctest/doctest.h>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

const std::string refused = "\r\n+CME ERROR: 3\r\n", invalid = "\r\n+CME ERROR: 765\r\n";

struct Drive : ModuleFixture {
  Drive() {
    ask("ATE0+CMEE=1");
    for (const char* line :
         {R"(AT+FSCREATE=C:\User\x.txt)", R"(AT+FSCREATE=C:\User\empty)", R"(AT+FSMKDIR=C:\User\sub\)"})
      ask(line);
    files.put(R"(C:\User\x.txt)", "0123456789");
  }
};

}  // namespace

TEST_CASE("the drive and its room") {
  ModuleFixture fixture;
  CHECK(fixture.ask("AT+FSDRIVE=0") == "\r\n+FSDRIVE: C\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+FSDRIVE=1") == ERROR);
  CHECK(fixture.ask("AT+FSDRIVE=?") == "\r\n+FSDRIVE: (0,1)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+FSMEM") == "\r\n+FSMEM: C:186368bytes\r\n\r\nOK\r\n");
  CHECK(fixture.files.put(R"(C:\User\f)", std::string(1000, 'x')));
  CHECK(fixture.ask("AT+FSMEM") == "\r\n+FSMEM: C:185368bytes\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+FSHEX=1") == OK);
  CHECK(fixture.ask("AT+FSHEX?") == "\r\n+FSHEX: 1\r\n\r\nOK\r\n");
}

TEST_CASE("listing") {
  ModuleFixture fixture;
  CHECK(fixture.ask(R"(AT+FSLS=C:\)") == "\r\nUser\\\r\n\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSLS=C:\User\)") == OK);
  fixture.files.create(R"(C:\User\alarm.amr)");
  fixture.files.create(R"(C:\User\error.amr)");
  fixture.files.make_directory(R"(C:\User\FTP)");
  for (const char* path : {R"(C:\User\)", R"(C:\User)", R"(c:\USER\)", R"("C:\User\")", R"( C:\User\ )"}) {
    CAPTURE(path);
    CHECK(fixture.ask(std::string("AT+FSLS=") + path) == "\r\nalarm.amr\r\nerror.amr\r\nFTP\\\r\n\r\nOK\r\n");
  }
}

TEST_CASE("a file from making to removing, as drivers do it") {
  ModuleFixture fixture;
  CHECK(fixture.ask(R"(AT+FSCREATE=C:\User\Test.txt)") == OK);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\test.txt,0,5,10)") == "\r\n> ");
  CHECK(fixture.say("hello") == OK);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\Test.txt, 1, 6, 10)") == "\r\n> ");
  CHECK(fixture.say(" world") == OK);
  CHECK(fixture.ask(R"(AT+FSFLSIZE=C:\User\test.txt)") == "\r\n+FSFLSIZE: 11\r\n\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\Test.txt,0,1024,0)") == "\r\nhello world\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\Test.txt,1,3,6)") == "\r\nwor\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSRENAME=C:\User\Test.txt, C:\User\b.bin)") == OK);
  CHECK(fixture.ask(R"(AT+FSLS=C:\User\)") == "\r\nb.bin\r\n\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSDEL=C:\User\b.bin)") == OK);
  CHECK(fixture.ask(R"(AT+FSLS=C:\User\)") == OK);
  CHECK(fixture.ask(R"(AT+FSMKDIR=C:\User\d)") == OK);
  CHECK(fixture.ask(R"(AT+FSRMDIR=C:\User\d\)") == OK);
}

TEST_CASE("reading") {
  Drive fixture;
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,0,4,7)") ==
        "\r\n0123\r\nOK\r\n");  // mode 0: the position is not looked at
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,0,4)") == "\r\n0123\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,1,4,8)") == "\r\n89\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,1,4,10)") == refused);
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,1,4,0)") == refused);  // mode 1 goes on from there
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,1,4,4294967295)") == refused);
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\empty,0,4,0)") == refused);
  std::string bytes;
  for (int i = 0; i < 12'000; ++i) bytes.push_back(static_cast<char>(i));
  REQUIRE(fixture.files.put(R"(C:\User\all)", bytes));
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\all,0,10240,0)") == "\r\n" + bytes.substr(0, 10240) + OK);
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\all,1,10240,10240)") == "\r\n" + bytes.substr(10240) + OK);
  CHECK(fixture.ask(R"(AT+FSREAD=C:\User\x.txt,0,1,0;+FSMEM)") == "\r\n0\r\n+FSMEM: C:174358bytes\r\n\r\nOK\r\n");
}

TEST_CASE("reading: mode 1 with position 0 goes on where the last read ended") {
  Drive fixture;
  const auto read = [&](std::string_view rest) {
    return fixture.ask(R"(AT+FSREAD=C:\User\x.txt,)" + std::string(rest));
  };
  const auto bytes = [](std::string_view text) { return "\r\n" + std::string(text) + OK; };
  CHECK(read("1,4,0") == bytes("0123"));
  CHECK(read("1,4,0") == bytes("4567"));
  CHECK(read("1,4") == bytes("89"));
  CHECK(read("1,4,0") == refused);
  CHECK(read("1,4,0") == refused);
  CHECK(read("0,3,0") == bytes("012"));  // as drivers begin
  CHECK(read("1,3,0") == bytes("345"));
  CHECK(read("1,2,1") == bytes("12"));  // any other position is absolute
  CHECK(read("1,2,0") == bytes("34"));
  CHECK(fixture.ask(R"(AT+FSREAD=c:\USER\X.TXT,1,2,0)") == bytes("56"));  // the same file
  CHECK(fixture.ask(R"(AT+FSREAD=\User\x.txt,1,1,0)") == bytes("7"));
  // Another file, and whatever changes one, begin anew.
  REQUIRE(fixture.ask(R"(AT+FSCREATE=C:\y)") == OK);
  CHECK(read("1,2,0") == bytes("01"));
  REQUIRE(fixture.ask(R"(AT+FSWRITE=C:\y,0,2,10)") == "\r\n> ");
  REQUIRE(fixture.say("yz") == OK);
  CHECK(read("1,2,0") == bytes("01"));
  CHECK(fixture.ask(R"(AT+FSREAD=C:\y,1,1,0)") == bytes("y"));
  CHECK(read("1,2,0") == bytes("01"));
  REQUIRE(fixture.ask(R"(AT+FSDEL=C:\y)") == OK);
  CHECK(read("1,2,0") == bytes("01"));
  REQUIRE(fixture.ask(R"(AT+FSRENAME=C:\User\empty,C:\User\z)") == OK);
  CHECK(read("1,2,0") == bytes("01"));
  CHECK(fixture.ask(R"(AT+FSREAD=C:\none,1,1,0)") == refused);
  CHECK(read("1,2,0") == bytes("23"));
  // So does a reset.
  fixture.ask("AT+CFUN=1,1");
  fixture.wait(20s);
  fixture.ask("ATE0");
  CHECK(read("1,2,0") == bytes("01"));
}

TEST_CASE("names without a drive lie in C:\\, in all commands") {
  Drive fixture;
  CHECK(fixture.ask("AT+FSCREATE=1.amr") == OK);
  CHECK(fixture.ask("AT+FSCREATE=\"2.amr\",3") == OK);
  CHECK(fixture.ask(R"(AT+FSCREATE=\3.amr)") == OK);
  CHECK(fixture.ask(R"(AT+FSCREATE=User\4.amr)") == OK);
  CHECK(fixture.ask("AT+FSWRITE=1.amr,0,4,10") == "\r\n> ");
  CHECK(fixture.say("abcd") == OK);
  CHECK(fixture.ask("AT+FSREAD=1.amr,0,4,0") == "\r\nabcd" + OK);
  CHECK(fixture.ask("AT+FSFLSIZE=1.amr") == answered("+FSFLSIZE: 4"));
  CHECK(fixture.files.size(R"(C:\1.amr)") == 4);
  CHECK(fixture.ask("AT+FSMKDIR=logs") == OK);
  CHECK(fixture.ask(R"(AT+FSRENAME=1.amr,logs\1.amr)") == OK);
  CHECK(fixture.ask("AT+FSLS=logs") == answered("1.amr"));
  for (const char* root : {"AT+FSLS", R"(AT+FSLS=\)", R"(AT+FSLS="\")", R"(AT+FSLS=C:\)"}) {
    CAPTURE(root);
    CHECK(fixture.ask(root) == answered("User\\\r\n2.amr\r\n3.amr\r\nlogs\\"));
  }
  CHECK(fixture.ask(R"(AT+FSLS=\User)") == answered("x.txt\r\nempty\r\nsub\\\r\n4.amr"));
  CHECK(fixture.ask(R"(AT+FSDEL=logs\1.amr)") == OK);
  CHECK(fixture.ask("AT+FSRMDIR=logs") == OK);
  CHECK(fixture.ask("AT+FSDEL=none") == refused);
  CHECK(fixture.ask("AT+FSREAD=none,0,1,0") == refused);
  // C:\ counts.
  CHECK(fixture.ask("AT+FSCREATE=" + std::string(125, 'x')) == OK);
  CHECK(fixture.ask("AT+FSCREATE=" + std::string(126, 'x')) == invalid);
}

TEST_CASE("writing: bytes are raw, counted, and not echoed") {
  Drive fixture;
  fixture.ask("ATE1");
  const std::string bytes("\0\r\n\x1a\x1b+++\xff", 9);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,9,10)") == "\r\n> ");
  CHECK(fixture.say(bytes + "AT\r") == "\r\nOK\r\nAT\r\r\nOK\r\n");
  CHECK(fixture.files.read(R"(C:\User\x.txt)", 0, 100) == "0123456789" + bytes);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,0,2,10)") == "\r\n> ");
  CHECK(fixture.say("ab") == OK);
  CHECK(fixture.files.read(R"(C:\User\x.txt)", 0, 100) == "ab23456789" + bytes);  // mode 0 does not cut off
  // The LF of a line's CR LF is no payload.
  CHECK(fixture.say("AT+FSWRITE=C:\\User\\empty,1,10240,10\r\n") == "AT+FSWRITE=C:\\User\\empty,1,10240,10\r\r\n> ");
  CHECK(fixture.say(std::string(10239, 'x')) == "");
  CHECK(fixture.say("y") == OK);
  CHECK(fixture.files.read(R"(C:\User\empty)", 0, 20'000) == std::string(10239, 'x') + "y");
}

TEST_CASE("writing: too few bytes in time, and nothing is written") {
  Drive fixture;
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,5,10)") == "\r\n> ");
  CHECK(fixture.say("four") == "");
  CHECK(fixture.wait(9'999ms) == "");
  CHECK(fixture.wait(1ms) == refused);
  CHECK(fixture.files.size(R"(C:\User\x.txt)") == 10);
  CHECK(fixture.say("AT\r") == OK);
}

TEST_CASE("writing: the client leaves") {
  Drive fixture;
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,5,10)") == "\r\n> ");
  fixture.say("four");
  fixture.channel->client_left();
  CHECK(fixture.wait(20s) == "");
  CHECK(fixture.files.size(R"(C:\User\x.txt)") == 10);
  CHECK(fixture.say("AT\r") == OK);
}

TEST_CASE("writing: no prompt where the bytes cannot fit") {
  Drive fixture;
  const std::size_t room = fixture.files.free_bytes();
  REQUIRE(fixture.files.put(R"(C:\User\big)", std::string(room - 5, 'b')));
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,6,10)") == refused);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,0,16,10)") == refused);
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,0,15,10)") == "\r\n> ");
  CHECK(fixture.say("fifteen bytes..") == OK);
  CHECK(fixture.ask("AT+FSMEM") == "\r\n+FSMEM: C:0bytes\r\n\r\nOK\r\n");
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,1,10)") == refused);
  CHECK(fixture.ask(R"(AT+FSCREATE=C:\User\none)") == OK);
}

TEST_CASE("writing: what was there at the prompt is looked at again") {
  Drive fixture;
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,2,10)") == "\r\n> ");
  REQUIRE(fixture.files.put(R"(C:\User\x.txt)", "other"));
  CHECK(fixture.say("ab") == OK);
  CHECK(fixture.files.read(R"(C:\User\x.txt)", 0, 100) == "otherab");
  CHECK(fixture.ask(R"(AT+FSWRITE=C:\User\x.txt,1,2,10)") == "\r\n> ");
  REQUIRE(fixture.files.remove(R"(C:\User\x.txt)"));
  CHECK(fixture.say("ab") == refused);
}

TEST_CASE("refusals of state: 3") {
  Drive fixture;
  for (const char* line : {R"(AT+FSDRIVE=1)",
                           R"(AT+FSLS=C:\none\)",
                           R"(AT+FSLS=C:\User\x.txt)",
                           R"(AT+FSLS=D:\)",
                           R"(AT+FSMKDIR=C:\User)",
                           R"(AT+FSMKDIR=C:\none\d)",
                           R"(AT+FSMKDIR=D:\d)",
                           R"(AT+FSRMDIR=C:\User\)",
                           R"(AT+FSRMDIR=C:\none)",
                           R"(AT+FSRMDIR=C:\User\x.txt)",
                           R"(AT+FSRMDIR=C:\)",
                           R"(AT+FSCREATE=C:\User\X.TXT)",
                           R"(AT+FSCREATE=C:\User\sub)",
                           R"(AT+FSCREATE=C:\none\x)",
                           R"(AT+FSCREATE=C:\User\x\)",
                           R"(AT+FSCREATE=D:\x)",
                           R"(AT+FSCREATE=E:\x)",
                           R"(AT+FSREAD=C:\User\none,0,10,0)",
                           R"(AT+FSREAD=C:\User\sub,0,10,0)",
                           R"(AT+FSREAD=D:\x,0,10,0)",
                           R"(AT+FSWRITE=C:\User\none,0,10,10)",
                           R"(AT+FSWRITE=C:\User\sub,0,10,10)",
                           R"(AT+FSWRITE=D:\x,0,10,10)",
                           R"(AT+FSDEL=C:\User\none)",
                           R"(AT+FSDEL=C:\User\sub)",
                           R"(AT+FSDEL=D:\x)",
                           R"(AT+FSFLSIZE=C:\User\none)",
                           R"(AT+FSFLSIZE=C:\User\sub)",
                           R"(AT+FSFLSIZE=D:\x)",
                           R"(AT+FSRENAME=C:\User\x.txt,C:\User\empty)",
                           R"(AT+FSRENAME=C:\User\none,C:\User\y)",
                           R"(AT+FSRENAME=C:\User\x.txt,D:\y)",
                           R"(AT+FSRENAME=C:\User,C:\User\sub\u)"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == refused);
  }
  CHECK(fixture.ask(R"(AT+FSLS=C:\User\)") == "\r\nx.txt\r\nempty\r\nsub\\\r\n\r\nOK\r\n");
}

TEST_CASE("arguments that do not fit: 765") {
  Drive fixture;
  const std::string longest = R"(C:\)" + std::string(125, 'x');
  CHECK(fixture.ask("AT+FSCREATE=" + longest) == OK);
  CHECK(fixture.ask("AT+FSDEL=" + longest) == OK);
  for (const std::string& path :
       {longest + "x", std::string(R"(\\x)"), std::string(R"(C:)"), std::string(R"(C:/User/x.txt)"),
        std::string(R"(C:\..\x)"), std::string(R"(C:\User\..\..\x)"), std::string(R"(..\x)"),
        std::string(R"(/etc/passwd)"), std::string(R"(C:\NUL)"), std::string(R"(C:\com1.txt)"),
        std::string(R"(C:\User\*)"), std::string(R"(C:\x.)"), std::string(R"(C:\\x)"), std::string(R"("")"),
        std::string("")}) {
    CAPTURE(path);
    for (const char* command : {"FSLS", "FSMKDIR", "FSRMDIR", "FSCREATE", "FSDEL", "FSFLSIZE"}) {
      CAPTURE(command);
      CHECK(fixture.ask("AT+" + std::string(command) + "=" + path) == invalid);
    }
    CHECK(fixture.ask("AT+FSREAD=" + path + ",0,10,0") == invalid);
    CHECK(fixture.ask("AT+FSWRITE=" + path + ",0,10,10") == invalid);
    CHECK(fixture.ask("AT+FSRENAME=" + path + R"(,C:\User\y)") == invalid);
    CHECK(fixture.ask(R"(AT+FSRENAME=C:\User\x.txt,)" + path) == invalid);
  }
  for (const char* line :
       {"AT+FSDRIVE=2", "AT+FSDRIVE=", "AT+FSDRIVE=0,0", R"(AT+FSLS=C:\,1)", R"(AT+FSREAD=C:\User\x.txt,2,10,0)",
        R"(AT+FSREAD=C:\User\x.txt,0,0,0)", R"(AT+FSREAD=C:\User\x.txt,0,10241,0)",
        R"(AT+FSREAD=C:\User\x.txt,0,10,-1)", R"(AT+FSREAD=C:\User\x.txt,0)", R"(AT+FSREAD=C:\User\x.txt)",
        R"(AT+FSREAD=C:\User\x.txt,0,10,0,0)", R"(AT+FSWRITE=C:\User\x.txt,2,10,10)",
        R"(AT+FSWRITE=C:\User\x.txt,0,0,10)", R"(AT+FSWRITE=C:\User\x.txt,0,10241,10)",
        R"(AT+FSWRITE=C:\User\x.txt,0,10,0)", R"(AT+FSWRITE=C:\User\x.txt,0,10)",
        R"(AT+FSWRITE=C:\User\x.txt,0,10,10,1)", R"(AT+FSRENAME=C:\User\x.txt)", "AT+FSHEX=2"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == invalid);
  }
  CHECK(fixture.files.size(R"(C:\User\x.txt)") == 10);
}

TEST_CASE("forms: every test form is OK, others there are none") {
  Drive fixture;
  for (const char* name :
       {"FSLS", "FSMKDIR", "FSRMDIR", "FSCREATE", "FSREAD", "FSWRITE", "FSDEL", "FSRENAME", "FSFLSIZE", "FSMEM"}) {
    CAPTURE(name);
    CHECK(fixture.ask("AT+" + std::string(name) + "=?") == OK);
    CHECK(fixture.ask("AT+" + std::string(name) + "?") == "\r\n+CME ERROR: 100\r\n");
    const bool executes = std::string(name) == "FSMEM" || std::string(name) == "FSLS";
    if (!executes) CHECK(fixture.ask("AT+" + std::string(name)) == "\r\n+CME ERROR: 100\r\n");
  }
  CHECK(fixture.ask("AT+FSMEM=1") == "\r\n+CME ERROR: 100\r\n");
  CHECK(fixture.ask("AT+FSATTRI=C:\\User\\x.txt") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("names of other alphabets come through the line") {
  Drive fixture;
  const std::string name = "\u0161\xff.txt";
  CHECK(fixture.ask("AT+FSCREATE=C:\\User\\sub\\" + name) == OK);
  CHECK(fixture.ask(R"(AT+FSLS=C:\User\sub)") == "\r\n" + name + "\r\n\r\nOK\r\n");
}

TEST_CASE("files outlive a reset, and C:\\User is there again") {
  ModuleFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask(R"(AT+FSRMDIR=C:\User)") == OK);
  CHECK(fixture.ask(R"(AT+FSCREATE=C:\kept)") == OK);
  fixture.ask("AT+CFUN=1,1");
  fixture.wait(20s);
  CHECK(fixture.say("ATE0\r").ends_with(OK));
  CHECK(fixture.ask(R"(AT+FSLS=C:\)") == "\r\nkept\r\nUser\\\r\n\r\nOK\r\n");
}

}  // namespace sim800::test
