// SPDX-License-Identifier: MIT
// Recording, playing and speech: files, ends, refusals (AT manual 6.2.70, chapters 16 and 17).
#include <doctest/doctest.h>

#include "emulator/audio_file.hpp"
#include "tests/unit/test_bench.hpp"

namespace sim800::test {
namespace {

World talking() {
  World world = Bench::instant();
  world.module.model = "SIM800C";
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  return world;
}

}  // namespace

TEST_CASE("a recording is a file, and its end is told") {
  Bench bench(talking());
  CHECK(bench.ask("AT+CREC=?") == answered("+CREC: (1-8),(1-10)"));
  CHECK(bench.ask("AT+CREC?") == answered("+CREC: 0"));
  CHECK(bench.ask("AT+CREC=1,1,0") == OK);
  CHECK(bench.ask("AT+CREC?") == answered("+CREC: 1"));
  bench.wait(15610ms);
  CHECK(bench.ask("AT+CREC=2") == OK + "\r\n+CREC: 2,1,0,15,16386\r\n");
  CHECK(bench.files.size(R"(C:\Record\1.amr)") == 16386);
  CHECK(bench.ask("AT+CREC=1,2,1,1") == OK);
  CHECK(bench.wait(5s) == "\r\n+CREC: 2,2,1,1,16044\r\n");
  CHECK(bench.ask("AT+CREC=7") == answered("+CREC: 7,1,16386,0\r\n+CREC: 7,2,16044,1"));
  CHECK(bench.ask("AT+CREC=7,2") == answered("+CREC: 7,2,16044,1"));
  CHECK(bench.ask("AT+CREC=7,3") == cme(5008));
  CHECK(bench.ask("AT+CREC=6,1,8,0") == answered("+CREC: 6,1,8\r\n2321414D520A2C00"));
  CHECK(bench.ask("AT+CREC=6,1,100,16384") == answered("+CREC: 6,1,2\r\n0000"));
  CHECK(bench.ask("AT+CREC=6,1,1,16386") == cme(5007));
  CHECK(bench.ask("AT+CREC=8") == answered("+CREC: 8," + std::to_string(bench.files.free_bytes())));
  CHECK(bench.ask("AT+CREC=3,1") == OK);
  CHECK(bench.ask("AT+CREC=3,1") == cme(5008));
  CHECK(bench.ask("AT+CREC=9,0") == OK);
}

TEST_CASE("a recording by path; forms and qualities") {
  Bench bench(talking());
  CHECK(bench.ask(R"(AT+CREC=1,"C:\User\a.wav",0,2)") == OK);
  CHECK(bench.wait(3s) == "\r\n+CREC: 2,\"C:\\User\\a.wav\",1,2,32044\r\n");
  CHECK(bench.ask(R"(AT+CREC=1,"C:\User\a.mid",0)") == cme(5004));
  CHECK(bench.ask(R"(AT+CREC=6,"C:\User\a.wav",4,0)") == answered("+CREC: 6,\"C:\\User\\a.wav\",4\r\n52494646"));
  const struct {
    const char* command;
    const char* report;
  } rows[] = {{"AT+CREC=1,3,0,1,0,0", "+CREC: 2,3,0,1,656"},
              {"AT+CREC=1,3,0,1,0,1", "+CREC: 2,3,0,1,806"},
              {"AT+CREC=1,3,0,1,0,3", "+CREC: 2,3,0,1,1606"},
              {"AT+CREC=1,4,2,2", "+CREC: 2,4,2,2,7996"}};
  for (const auto& row : rows) {
    CHECK(bench.ask(row.command) == OK);
    CHECK(bench.wait(5s) == "\r\n" + std::string(row.report) + "\r\n");
  }
  CHECK(bench.ask("AT+CREC=7,4") == answered("+CREC: 7,4,7996,2"));
}

TEST_CASE("a recording ends before the drive is full") {
  Bench bench(talking());
  CHECK(bench.ask("AT+CREC=1,1,1") == OK);
  const std::string report = bench.wait(60s);
  CHECK(report == "\r\n+CREC: 2,1,1,9,145324\r\n");
  CHECK(bench.files.free_bytes() >= 40 * 1024);
  CHECK(bench.ask("AT+CREC=1,2,1") == cme(5003));
  CHECK(bench.ask("AT+CREC=1,1,1,1") == OK);  // may replace the one of its id
  CHECK(bench.wait(2s) == "\r\n+CREC: 2,1,1,1,16044\r\n");
}

TEST_CASE("playing a recording ends by itself or by hand") {
  Bench bench(talking());
  bench.ask("AT+CREC=1,1,0,3");
  bench.wait(4s);
  CHECK(bench.ask("AT+CREC=4,1,0,80") == OK);
  CHECK(bench.ask("AT+CREC?") == answered("+CREC: 2"));
  for (const char* other : {"AT+CREC=1,2,0", "AT+CREC=2", "AT+CREC=3,1", "AT+CREC=4,1,0,80", "AT+CREC=6,1,1,0",
                            "AT+CREC=7", "AT+CREC=8", "AT+CREC=9,0"})
    CHECK(bench.ask(other) == cme(5001));
  CHECK(bench.wait(2900ms) == "");
  CHECK(bench.wait(200ms) == "\r\n+CREC: 0\r\n");
  CHECK(bench.ask("AT+CREC=4,1,1,100,1") == OK);  // endlessly
  CHECK(bench.wait(1h) == "");
  CHECK(bench.ask("AT+CREC=5") == answered("+CREC: 0"));
  CHECK(bench.ask("AT+CREC=5") == cme(3));
  CHECK(bench.ask("AT+CREC=2") == cme(3));
  CHECK(bench.ask("AT+CREC=4,2,0,80") == cme(5008));
  bench.files.put(R"(C:\User\empty.amr)", "");
  bench.files.put(R"(C:\User\text.amr)", "no sound");
  CHECK(bench.ask(R"(AT+CREC=4,"C:\User\empty.amr",0,80)") == cme(5006));
  CHECK(bench.ask(R"(AT+CREC=4,"C:\User\text.amr",0,80)") == cme(5004));
}

TEST_CASE("AT+CREC refuses what does not fit its mode") {
  Bench bench(talking());
  for (const char* bad : {"AT+CREC=0",
                          "AT+CREC=10",
                          "AT+CREC=1",
                          "AT+CREC=1,0,0",
                          "AT+CREC=1,11,0",
                          "AT+CREC=1,1",
                          "AT+CREC=1,1,3",
                          "AT+CREC=1,1,0,x",
                          "AT+CREC=1,1,0,1,2",
                          "AT+CREC=1,1,0,1,0,4",
                          "AT+CREC=1,1,0,1,0,0,2",
                          "AT+CREC=2,1",
                          "AT+CREC=4,1,0",
                          "AT+CREC=4,1,2,0",
                          "AT+CREC=4,1,0,101",
                          "AT+CREC=4,1,0,1,2",
                          "AT+CREC=6,1,32769,0",
                          "AT+CREC=6,1,1",
                          "AT+CREC=7,\"C:\\User\\x.amr\"",
                          "AT+CREC=9,1",
                          "AT+CREC=9",
                          "AT+CREC=1,\"x\",0"}) {
    CAPTURE(bad);
    CHECK(bench.ask(bad) == cme(765));
  }
  CHECK(bench.ask("AT+CREC=1,1,0,1,1") == cme(3));  // no card
}

TEST_CASE("AT+CRECORD streams until the host types") {
  Bench bench(talking());
  CHECK(bench.ask("AT+CRECORD=0") == OK);
  CHECK(bench.ask("AT+CRECORD=1,2") == "");
  const std::string first = bench.wait(40ms);
  CHECK(first.starts_with("\r\n+CRECORD: \x04"));
  CHECK(first.size() == 2 + 10 + 26 + 2);
  CHECK(bench.say("x") == OK);
  CHECK(bench.ask("AT+CRECORD=1,1,1") == "");
  CHECK(bench.wait(20ms).starts_with("\r\n+CRECORD: \x7E\x04"));
  CHECK(bench.say("x") == OK);
  for (const char* bad : {"AT+CRECORD=2", "AT+CRECORD=1,0", "AT+CRECORD=1,51", "AT+CRECORD=1,1,3"})
    CHECK(bench.ask(bad) == cme(765));
}

TEST_CASE("AT+CMEDPLAY plays, pauses and goes on") {
  Bench bench(talking());
  bench.ask(R"(AT+CREC=1,"C:\User\a.wav",1,4)");
  bench.wait(5s);
  CHECK(bench.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == OK);
  CHECK(bench.ask("AT+CMEDPLAY?") == answered("+CMEDPLAY: 1"));
  CHECK(bench.ask("AT+CREC=1,1,0") == cme(5002));
  bench.wait(1s);
  CHECK(bench.ask("AT+CMEDPLAY=2") == OK);
  CHECK(bench.ask("AT+CMEDPLAY?") == answered("+CMEDPLAY: 2"));
  CHECK(bench.wait(60s) == "");
  CHECK(bench.ask("AT+CMEDPLAY=3") == OK);
  CHECK(bench.wait(2900ms) == "");
  CHECK(bench.wait(200ms) == "\r\n+CMEDPLAY: 0\r\n");
  for (const char* idle : {"AT+CMEDPLAY=0", "AT+CMEDPLAY=2", "AT+CMEDPLAY=3"}) CHECK(bench.ask(idle) == cme(3));
  CHECK(bench.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == OK);
  CHECK(bench.ask("AT+CMEDPLAY=0") == answered("+CMEDPLAY: 0"));
  CHECK(bench.ask(R"(AT+CMEDPLAY=1,"C:\User\b.wav",0,50)") == cme(5008));
  for (const char* bad :
       {"AT+CMEDPLAY=4", "AT+CMEDPLAY=1", R"(AT+CMEDPLAY=1,"C:\User\a.wav",0)", R"(AT+CMEDPLAY=1,"C:\User\a.wav",2,1)",
        R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,101)", "AT+CMEDPLAY=2,1", "AT+CMEDIAVOL=101"})
    CHECK(bench.ask(bad) == cme(765));
  bench.files.put(R"(C:\User\m.mp3)", std::string(16'000, 'x'));
  CHECK(bench.ask(R"(AT+CMEDPLAY=1,"C:\User\m.mp3",0,50)") == OK);
  CHECK(bench.wait(1s) == "\r\n+CMEDPLAY: 0\r\n");
}

TEST_CASE("speech takes its time") {
  Bench bench(talking());
  CHECK(bench.ask("AT+CTTS=?") == OK);
  CHECK(bench.ask("AT+CTTS=1,\"6B228FCE\"") == OK);
  CHECK(bench.ask("AT+CTTS?") == answered("+CTTS: 1"));
  CHECK(bench.ask("AT+CTTS=2,\"hello\"") == cme(3));
  CHECK(bench.ask("AT+CREC=1,1,0") == cme(5002));
  CHECK(bench.wait(400ms) == "\r\n+CTTS: 0\r\n");
  CHECK(bench.ask("AT+CTTSPARAM=50,0,50,25,1") == OK);
  CHECK(bench.ask("AT+CTTSPARAM?") == answered("+CTTSPARAM: 50,0,50,25,1"));
  CHECK(bench.ask("AT+CTTS=2,\"hello\"") == OK);
  CHECK(bench.wait(600ms) == "");
  CHECK(bench.ask("AT+CTTS=0") == OK);
  CHECK(bench.wait(10s) == "");
  for (const char* bad :
       {"AT+CTTS=1", "AT+CTTS=0,\"x\"", "AT+CTTS=1,\"6B2\"", "AT+CTTS=1,\"XYZA\"", "AT+CTTS=4,\"x\"", "AT+CTTS=2,\"\""})
    CHECK(bench.ask(bad) == cme(765));
  CHECK(bench.ask("AT+CTTS=2,\"" + std::string(957, 'x') + "\"") == ERROR);  // longer than any line
  World loud = talking();
  loud.module.model = "SIM800V";
  CHECK(Bench(loud).ask("AT+CTTSPARAM?") == answered("+CTTSPARAM: 50,0,50,50,1"));
  loud.module.model = "SIM800L";
  for (const char* absent : {"AT+CTTS=?", "AT+CREC=?", "AT+CRECORD=?", "AT+CTTSPARAM?"})
    CHECK(Bench(loud).ask(absent) == cme(100));
}

TEST_CASE("a reset ends what is recorded; nothing is said of it") {
  Bench bench(talking());
  CHECK(bench.ask("AT+CREC=1,1,0") == OK);
  bench.ask("AT+CFUN=1,1");
  CHECK(bench.wait(60s).find("+CREC") == std::string::npos);
  CHECK(bench.ask("AT+CREC=7,1") == cme(5008));
}

}  // namespace sim800::test
