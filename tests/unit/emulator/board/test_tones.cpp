// Keys pressed and heard in a call, tones the module plays.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/calls/call_service.hpp"
#include "tests/support/call_fixture.hpp"

namespace sim800::test {

TEST_CASE("AT+VTS sends keys, and takes as long as they sound") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+VTS=?") == lines({"+VTS: (0-9,*,#,A,B,C,D),(1-255)"}));
  CHECK(fixture.ask("AT+VTS=1") == line("+CME ERROR: 3"));
  fixture.talk_to("100");
  struct Row {
    const char* keys;
    Duration length;
  };
  for (const Row row :
       {Row{"1", 100ms}, Row{"\"1\"", 100ms}, Row{"\"1,2,{3,10},#\"", 1300ms}, Row{"{5,2}", 200ms}, Row{"d", 100ms},
        // 27.007 C.2.11: a duration for all, and keys without commas
        Row{"\"1\",5", 500ms}, Row{"1,5", 500ms}, Row{"\"123\",5", 1500ms}, Row{"\"123\"", 300ms},
        Row{"\"1,2\" , 10", 2000ms}, Row{"\"1{2,3}4\",2", 700ms}, Row{"#,255", 25500ms}}) {
    CAPTURE(row.keys);
    CHECK(fixture.ask("AT+VTS=" + std::string(row.keys)) == "");
    CHECK(fixture.wait(row.length - 1ms) == "");
    CHECK(fixture.wait(1ms) == OK);
  }
  fixture.ask("AT+VTD=3");
  CHECK(fixture.ask("AT+VTS=*") == "");
  CHECK(fixture.wait(300ms) == OK);
  for (const char* keys : {"",
                           "x",
                           "12",
                           "12,5",
                           "1,0",
                           "1,256",
                           "\"1\",0",
                           "\"1\",256",
                           "\"1\",x",
                           "\"1\",",
                           "\"1\"5",
                           "\"1\",5,5",
                           "\"123456789012345678901\"",
                           "\"\"",
                           "\"\",5",
                           "\"1",
                           "\"1,\"",
                           "{1,0}",
                           "{1,256}",
                           "{1",
                           "\"{1 2}\"",
                           "E"}) {
    CAPTURE(keys);
    CHECK(fixture.ask("AT+VTS=" + std::string(keys)) == line("+CME ERROR: 765"));
  }
}

TEST_CASE("AT+VTS ends with the call") {
  CallFixture fixture;
  fixture.ask("AT+CMEE=1");
  fixture.talk_to("101");  // hangs up after 5 s
  CHECK(fixture.ask("AT+VTS=\"123\",15") == "");
  CHECK(fixture.wait(10s) == line("+CME ERROR: 3") + line("NO CARRIER"));
}

TEST_CASE("AT+CMUT: in a call only, and no longer than that") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+CMUT=1") == ERROR);
  fixture.talk_to("100");
  CHECK(fixture.ask("AT+CMUT=1;+CMUT?") == lines({"+CMUT: 1"}));
  fixture.ask("ATH");
  CHECK(fixture.ask("AT+CMUT?") == lines({"+CMUT: 0"}));
}

TEST_CASE("AT+DDET tells the keys the far end presses") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+DDET=?") == lines({"+DDET: (0,1),(0-10000),(0,1),(0,1)"}));
  CHECK(fixture.ask("AT+DDET?") == lines({"+DDET: 0,0,0,0"}));
  fixture.modem.calls->remote_digits("1");
  fixture.talk_to("100");
  fixture.modem.calls->remote_digits("2");
  CHECK(fixture.wait(1s) == "");
  CHECK(fixture.ask("AT+DDET=1") == OK);
  fixture.modem.calls->remote_digits("1*");
  fixture.modem.calls->remote_digits("#E");
  CHECK(fixture.wait(2s) == line("+DTMF: 1") + line("+DTMF: *") + line("+DTMF: #"));
  CHECK(fixture.ask("AT+DDET=1,1000,1,1") == OK);
  CHECK(fixture.ask("AT+DDET?") == lines({"+DDET: 1,1000,1,1"}));
  fixture.modem.calls->remote_digits("112E1F");
  CHECK(fixture.wait(2s) == line("+DTMF: 1,100") + line("+DTMF: 2,100") + line("+DTMF: 1400,100") +
                                line("+DTMF: 1,100") + line("+DTMF: 2300,100"));
  for (const char* line : {"AT+DDET=2", "AT+DDET=1,10001", "AT+DDET=1,0,2", "AT+DDET=1,0,0,2", "AT+DDET="})
    CHECK(fixture.ask(line) == ERROR);
  fixture.modem.calls->remote_digits("123");
  CHECK(fixture.ask("ATH") == OK);
  CHECK(fixture.wait(10s) == "");
}

TEST_CASE("tones: they tell their end") {
  CallFixture fixture;
  CHECK(fixture.ask("AT+STTONE=1,5,2000") == OK);
  CHECK(fixture.wait(1999ms) == "");
  CHECK(fixture.wait(1ms) == line("+STTONE: 0"));
  CHECK(fixture.ask("AT+STTONE=1,5,2000") == OK);
  CHECK(fixture.ask("AT+STTONE=0") == OK + line("+STTONE: 0"));
  CHECK(fixture.ask("AT+STTONE=0") == OK);
  CHECK(fixture.ask("AT+SIMTONE=1,1000,200,0,500") == OK);
  CHECK(fixture.wait(500ms) == line("+SIMTONE: 0"));
  CHECK(fixture.ask("AT+SIMTONE=1,1000,200,0") == OK);
  CHECK(fixture.wait(10min) == "");
  CHECK(fixture.ask("AT+SIMTONE=0,1000,200,0") == OK + line("+SIMTONE: 0"));
  CHECK(fixture.ask("AT+SIMTONEX=1,10000,800,0,500,100,2,2000,0,500,100,0") == OK);
  CHECK(fixture.wait(10s) == line("+SIMTONEX: 0"));
  CHECK(fixture.ask("AT+CLDTMF=2,\"1,2,3,4,5\"") == OK);
  CHECK(fixture.ask("AT+CLDTMF=2,\"A,B,C,D,E,F\",50") == OK);
  CHECK(fixture.ask("AT+CLDTMF") == OK);
  for (const char* line :
       {"AT+STTONE=1", "AT+STTONE=1,9,100", "AT+STTONE=1,5", "AT+STTONE=1,5,9", "AT+SIMTONE=1,1000",
        "AT+SIMTONE=1,19,200,0", "AT+SIMTONE=1,1000,250,0", "AT+SIMTONE=1,1000,200,50", "AT+SIMTONEX=1,100",
        "AT+SIMTONEX=1,100,800,0,500,100", "AT+SIMTONEX=1,100,800,0,550,100,0", "AT+SIMTONEX=1,100,800,0,500,100,5",
        "AT+CLDTMF=0,\"1\"", "AT+CLDTMF=2,\"12\"", "AT+CLDTMF=2,\"G\"", "AT+CLDTMF=2,\"\"", "AT+CLDTMF=2,\"1\",5"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask("AT+CLDTMF=2,\"1,\"") == cme(765));
}

}  // namespace sim800::test
