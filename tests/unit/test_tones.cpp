// Keys pressed and heard in a call, tones the module plays.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/call_bench.hpp"

namespace sim800::test {

TEST_CASE("AT+VTS sends keys, and takes as long as they sound") {
  CallBench bench;
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask("AT+VTS=?") == lines({"+VTS: (0-9,*,#,A,B,C,D),(1-255)"}));
  CHECK(bench.ask("AT+VTS=1") == line("+CME ERROR: 3"));
  bench.talk_to("100");
  struct Row {
    const char* keys;
    Duration length;
  };
  for (const Row row :
       {Row{"1", 100ms}, Row{"\"1\"", 100ms}, Row{"\"1,2,{3,10},#\"", 1300ms}, Row{"{5,2}", 200ms}, Row{"d", 100ms}}) {
    CAPTURE(row.keys);
    CHECK(bench.ask("AT+VTS=" + std::string(row.keys)) == "");
    CHECK(bench.wait(row.length - 1ms) == "");
    CHECK(bench.wait(1ms) == OK);
  }
  bench.ask("AT+VTD=3");
  CHECK(bench.ask("AT+VTS=*") == "");
  CHECK(bench.wait(300ms) == OK);
  for (const char* keys : {"", "x", "12", "\"12\"", "1,2", "\"1,\"", "{1,0}", "{1,256}", "{1", "\"{1 2}\"", "E"}) {
    CAPTURE(keys);
    CHECK(bench.ask("AT+VTS=" + std::string(keys)) == line("+CME ERROR: 765"));
  }
}

TEST_CASE("AT+CMUT: in a call only, and no longer than that") {
  CallBench bench;
  CHECK(bench.ask("AT+CMUT=1") == ERROR);
  bench.talk_to("100");
  CHECK(bench.ask("AT+CMUT=1;+CMUT?") == lines({"+CMUT: 1"}));
  bench.ask("ATH");
  CHECK(bench.ask("AT+CMUT?") == lines({"+CMUT: 0"}));
}

TEST_CASE("AT+DDET tells the keys the far end presses") {
  CallBench bench;
  CHECK(bench.ask("AT+DDET=?") == lines({"+DDET: (0,1),(0-10000),(0,1),(0,1)"}));
  CHECK(bench.ask("AT+DDET?") == lines({"+DDET: 0,0,0,0"}));
  bench.modem.calls.remote_digits("1");
  bench.talk_to("100");
  bench.modem.calls.remote_digits("2");
  CHECK(bench.wait(1s) == "");
  CHECK(bench.ask("AT+DDET=1") == OK);
  bench.modem.calls.remote_digits("1*");
  bench.modem.calls.remote_digits("#E");
  CHECK(bench.wait(2s) == line("+DTMF: 1") + line("+DTMF: *") + line("+DTMF: #"));
  CHECK(bench.ask("AT+DDET=1,1000,1,1") == OK);
  CHECK(bench.ask("AT+DDET?") == lines({"+DDET: 1,1000,1,1"}));
  bench.modem.calls.remote_digits("112E1F");
  CHECK(bench.wait(2s) == line("+DTMF: 1,100") + line("+DTMF: 2,100") + line("+DTMF: 1400,100") + line("+DTMF: 1,100") +
                              line("+DTMF: 2300,100"));
  for (const char* line : {"AT+DDET=2", "AT+DDET=1,10001", "AT+DDET=1,0,2", "AT+DDET=1,0,0,2", "AT+DDET="})
    CHECK(bench.ask(line) == ERROR);
  bench.modem.calls.remote_digits("123");
  CHECK(bench.ask("ATH") == OK);
  CHECK(bench.wait(10s) == "");
}

TEST_CASE("tones: they tell their end") {
  CallBench bench;
  CHECK(bench.ask("AT+STTONE=1,5,2000") == OK);
  CHECK(bench.wait(1999ms) == "");
  CHECK(bench.wait(1ms) == line("+STTONE: 0"));
  CHECK(bench.ask("AT+STTONE=1,5,2000") == OK);
  CHECK(bench.ask("AT+STTONE=0") == OK + line("+STTONE: 0"));
  CHECK(bench.ask("AT+STTONE=0") == OK);
  CHECK(bench.ask("AT+SIMTONE=1,1000,200,0,500") == OK);
  CHECK(bench.wait(500ms) == line("+SIMTONE: 0"));
  CHECK(bench.ask("AT+SIMTONE=1,1000,200,0") == OK);
  CHECK(bench.wait(10min) == "");
  CHECK(bench.ask("AT+SIMTONE=0,1000,200,0") == OK + line("+SIMTONE: 0"));
  CHECK(bench.ask("AT+SIMTONEX=1,10000,800,0,500,100,2,2000,0,500,100,0") == OK);
  CHECK(bench.wait(10s) == line("+SIMTONEX: 0"));
  CHECK(bench.ask("AT+CLDTMF=2,\"1,2,3,4,5\"") == OK);
  CHECK(bench.ask("AT+CLDTMF=2,\"A,B,C,D,E,F\",50") == OK);
  CHECK(bench.ask("AT+CLDTMF") == OK);
  for (const char* line :
       {"AT+STTONE=1", "AT+STTONE=1,9,100", "AT+STTONE=1,5", "AT+STTONE=1,5,9", "AT+SIMTONE=1,1000",
        "AT+SIMTONE=1,19,200,0", "AT+SIMTONE=1,1000,250,0", "AT+SIMTONE=1,1000,200,50", "AT+SIMTONEX=1,100",
        "AT+SIMTONEX=1,100,800,0,500,100", "AT+SIMTONEX=1,100,800,0,550,100,0", "AT+SIMTONEX=1,100,800,0,500,100,5",
        "AT+CLDTMF=0,\"1\"", "AT+CLDTMF=2,\"12\"", "AT+CLDTMF=2,\"G\"", "AT+CLDTMF=2,\"\"", "AT+CLDTMF=2,\"1\",5"}) {
    CAPTURE(line);
    CHECK(bench.ask(line) == ERROR);
  }
}

}  // namespace sim800::test
