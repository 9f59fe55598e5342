// SPDX-License-Identifier: MIT
// Recording, playing and speech: files, ends, refusals (AT manual 6.2.70, chapters 16 and 17).
#include <doctest/doctest.h>

#include "emulator/board/audio_file.hpp"
#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

World talking() {
  World world = ModuleFixture::instant();
  world.module.model = "SIM800C";
  world.module.revision = "1418B08SIM800C32";  // with less flash there is no speech
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  return world;
}

}  // namespace

TEST_CASE("a recording is a file, and its end is told") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask("AT+CREC=?") == answered("+CREC: (1-8),(1-10)"));
  CHECK(fixture.ask("AT+CREC?") == answered("+CREC: 0"));
  CHECK(fixture.ask("AT+CREC=1,1,0") == OK);
  CHECK(fixture.ask("AT+CREC?") == answered("+CREC: 1"));
  fixture.wait(15610ms);
  CHECK(fixture.ask("AT+CREC=2") == OK + "\r\n+CREC: 2,1,0,15,16386\r\n");
  CHECK(fixture.files.size(R"(C:\Record\1.amr)") == 16386);
  CHECK(fixture.ask("AT+CREC=1,2,1,1") == OK);
  CHECK(fixture.wait(5s) == "\r\n+CREC: 2,2,1,1,16044\r\n");
  CHECK(fixture.ask("AT+CREC=7") == answered("+CREC: 7,1,16386,0\r\n+CREC: 7,2,16044,1"));
  CHECK(fixture.ask("AT+CREC=7,2") == answered("+CREC: 7,2,16044,1"));
  CHECK(fixture.ask("AT+CREC=7,3") == cme(5008));
  CHECK(fixture.ask("AT+CREC=6,1,8,0") == answered("+CREC: 6,1,8\r\n2321414D520A2C00"));
  CHECK(fixture.ask("AT+CREC=6,1,100,16384") == answered("+CREC: 6,1,2\r\n0000"));
  CHECK(fixture.ask("AT+CREC=6,1,1,16386") == cme(5007));
  CHECK(fixture.ask("AT+CREC=8") == answered("+CREC: 8," + std::to_string(fixture.files.free_bytes())));
  CHECK(fixture.ask("AT+CREC=3,1") == OK);
  CHECK(fixture.ask("AT+CREC=3,1") == cme(5008));
  CHECK(fixture.ask("AT+CREC=9,0") == OK);
}

TEST_CASE("a recording by path; forms and qualities") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask(R"(AT+CREC=1,"C:\User\a.wav",1,2)") == OK);
  CHECK(fixture.wait(3s) == "\r\n+CREC: 2,\"C:\\User\\a.wav\",1,2,32044\r\n");
  for (const char* unfit : {R"("C:\User\a.mid",0)", R"("C:\User\a.wav",0)", R"("C:\User\a.amr",1)", R"("x",0)"})
    CHECK(fixture.ask("AT+CREC=1," + std::string(unfit)) == cme(5004));
  CHECK(fixture.ask(R"(AT+CREC=1,"C:\User\a.amr")") == cme(765));  // the form is not optional
  for (const char* nowhere : {R"("C:\none\a.amr",0)", R"("D:\a.amr",0)", R"("none\a.amr",0)"})
    CHECK(fixture.ask("AT+CREC=1," + std::string(nowhere)) == cme(5005));
  CHECK(fixture.ask(R"(AT+CREC=6,"C:\User\a.wav",4,0)") == answered("+CREC: 6,\"C:\\User\\a.wav\",4\r\n52494646"));
  const struct {
    const char* command;
    const char* report;
  } rows[] = {{"AT+CREC=1,3,0,1,0,0", "+CREC: 2,3,0,1,656"},
              {"AT+CREC=1,3,0,1,0,1", "+CREC: 2,3,0,1,806"},
              {"AT+CREC=1,3,0,1,0,3", "+CREC: 2,3,0,1,1606"},
              {"AT+CREC=1,4,2,2", "+CREC: 2,4,2,2,7996"}};
  for (const auto& row : rows) {
    CHECK(fixture.ask(row.command) == OK);
    CHECK(fixture.wait(5s) == "\r\n" + std::string(row.report) + "\r\n");
  }
  CHECK(fixture.ask("AT+CREC=7,4") == answered("+CREC: 7,4,7996,2"));
}

TEST_CASE("a recording without a drive in its name lies in C:\\") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask(R"(AT+CREC=1,"1.amr",0,1)") == OK);
  CHECK(fixture.wait(2s) == "\r\n+CREC: 2,\"1.amr\",0,1,1056\r\n");
  CHECK(fixture.ask("AT+FSLS") == answered("User\\\r\n1.amr"));
  for (const char* name : {"1.amr", R"(\1.amr)", R"(C:\1.amr)"}) {
    CHECK(fixture.ask("AT+CREC=4,\"" + std::string(name) + "\",0,100") == OK);
    CHECK(fixture.wait(2s) == "\r\n+CREC: 0\r\n");
    CHECK(fixture.ask("AT+CMEDPLAY=1,\"" + std::string(name) + "\",0,100") == OK);
    CHECK(fixture.wait(2s) == "\r\n+CMEDPLAY: 0\r\n");
  }
  CHECK(fixture.ask(R"(AT+CREC=3,"1.amr")") == OK);
}

TEST_CASE("a recording ends before the drive is full") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask("AT+CREC=1,1,1") == OK);
  const std::string report = fixture.wait(60s);
  CHECK(report == "\r\n+CREC: 2,1,1,9,145324\r\n");
  CHECK(fixture.files.free_bytes() >= 40 * 1024);
  CHECK(fixture.ask("AT+CREC=1,2,1") == cme(5003));
  CHECK(fixture.ask("AT+CREC=1,1,1,1") == OK);  // may replace the one of its id
  CHECK(fixture.wait(2s) == "\r\n+CREC: 2,1,1,1,16044\r\n");
  CHECK(fixture.ask("AT+CREC=1,2,1") == OK);
  fixture.wait(5s);
  fixture.files.put(R"(C:\User\rest)", std::string(fixture.files.free_bytes(), 'x'));
  CHECK(fixture.ask("AT+CREC=2") == cme(5003));  // full in the meantime
  CHECK(fixture.ask("AT+CREC?") == answered("+CREC: 0"));
}

TEST_CASE("playing a recording ends by itself or by hand") {
  ModuleFixture fixture(talking());
  fixture.ask("AT+CREC=1,1,0,3");
  fixture.wait(4s);
  CHECK(fixture.ask("AT+CREC=4,1,0,80") == OK);
  CHECK(fixture.ask("AT+CREC?") == answered("+CREC: 2"));
  for (const char* other : {"AT+CREC=1,2,0", "AT+CREC=2", "AT+CREC=3,1", "AT+CREC=4,1,0,80", "AT+CREC=6,1,1,0",
                            "AT+CREC=7", "AT+CREC=8", "AT+CREC=9,0"})
    CHECK(fixture.ask(other) == cme(5001));
  CHECK(fixture.wait(2900ms) == "");
  CHECK(fixture.wait(200ms) == "\r\n+CREC: 0\r\n");
  CHECK(fixture.ask("AT+CREC=4,\"1\",1,100,1") == OK);  // endlessly
  CHECK(fixture.wait(1h) == "");
  CHECK(fixture.ask("AT+CREC=5") == answered("+CREC: 0"));
  CHECK(fixture.ask("AT+CREC=5") == cme(3));
  CHECK(fixture.ask("AT+CREC=2") == cme(3));
  CHECK(fixture.ask("AT+CREC=4,2,0,80") == cme(5008));
  fixture.files.put(R"(C:\User\empty.amr)", "");
  fixture.files.put(R"(C:\User\text.amr)", "no sound");
  CHECK(fixture.ask(R"(AT+CREC=4,"C:\User\empty.amr",0,80)") == cme(5006));
  CHECK(fixture.ask(R"(AT+CREC=4,"C:\User\text.amr",0,80)") == cme(5004));
}

TEST_CASE("AT+CREC refuses what does not fit its mode") {
  ModuleFixture fixture(talking());
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
                          "AT+CREC=1,\"x?\",0"}) {
    CAPTURE(bad);
    CHECK(fixture.ask(bad) == cme(765));
  }
  CHECK(fixture.ask("AT+CREC=1,1,0,1,1") == cme(3));  // no card
}

TEST_CASE("AT+CRECORD streams until the host types") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask("AT+CRECORD=0") == OK);
  CHECK(fixture.ask("AT+CRECORD=1,2") == "");
  const std::string first = fixture.wait(40ms);
  CHECK(first.starts_with("\r\n+CRECORD: \x04"));
  CHECK(first.size() == 2 + 10 + 26 + 2);
  CHECK(fixture.say("x") == OK);
  CHECK(fixture.ask("AT+CRECORD=1,1,1") == "");
  CHECK(fixture.wait(20ms).starts_with("\r\n+CRECORD: \x7E\x04"));
  CHECK(fixture.say("x") == OK);
  for (const char* bad : {"AT+CRECORD=2", "AT+CRECORD=1,0", "AT+CRECORD=1,51", "AT+CRECORD=1,1,3"})
    CHECK(fixture.ask(bad) == cme(765));
}

TEST_CASE("AT+CMEDPLAY plays, pauses and goes on") {
  ModuleFixture fixture(talking());
  fixture.ask(R"(AT+CREC=1,"C:\User\a.wav",1,4)");
  fixture.wait(5s);
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == OK);
  CHECK(fixture.ask("AT+CMEDPLAY?") == answered("+CMEDPLAY: 1"));
  CHECK(fixture.ask("AT+CREC=1,1,0") == cme(5002));
  fixture.wait(1s);
  CHECK(fixture.ask("AT+CMEDPLAY=2") == OK);
  CHECK(fixture.ask("AT+CMEDPLAY?") == answered("+CMEDPLAY: 2"));
  CHECK(fixture.wait(60s) == "");
  CHECK(fixture.ask("AT+CMEDPLAY=3") == OK);
  CHECK(fixture.wait(2900ms) == "");
  CHECK(fixture.wait(200ms) == "\r\n+CMEDPLAY: 0\r\n");
  for (const char* idle : {"AT+CMEDPLAY=0", "AT+CMEDPLAY=2", "AT+CMEDPLAY=3"}) CHECK(fixture.ask(idle) == cme(3));
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == OK);
  CHECK(fixture.ask("AT+CMEDPLAY=0") == answered("+CMEDPLAY: 0"));
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\b.wav",0,50)") == cme(5008));
  for (const char* bad :
       {"AT+CMEDPLAY=4", "AT+CMEDPLAY=1", R"(AT+CMEDPLAY=1,"C:\User\a.wav",0)", R"(AT+CMEDPLAY=1,"C:\User\a.wav",2,1)",
        R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,101)", "AT+CMEDPLAY=2,1", "AT+CMEDIAVOL=101"})
    CHECK(fixture.ask(bad) == cme(765));
  fixture.files.put(R"(C:\User\m.mp3)", std::string(16'000, 'x'));
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\m.mp3",0,50)") == OK);
  CHECK(fixture.wait(1s) == "\r\n+CMEDPLAY: 0\r\n");
}

TEST_CASE("in a call AMR and 16-bit WAV are played only, from its answer on") {
  World world = talking();
  world.network.numbers["100"] = {.call = Subscriber::Call::answer, .after = 2s};
  ModuleFixture fixture(world);
  fixture.ask(R"(AT+CREC=1,"C:\User\a.wav",1,4)");
  fixture.wait(5s);
  fixture.ask("AT+CREC=1,3,2,1");  // ADPCM
  fixture.wait(2s);
  fixture.files.put(R"(C:\User\m.mp3)", std::string(16'000, 'x'));
  fixture.ask("ATD100;");
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == cme(3));
  fixture.wait(3s);
  for (const char* line : {R"(AT+CMEDPLAY=1,"C:\User\m.mp3",0,50)", "AT+CREC=4,3,0,50"})
    CHECK(fixture.ask(line) == cme(5004));
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\b.wav",0,50)") == cme(5008));
  CHECK(fixture.ask(R"(AT+CREC=4,"C:\User\a.wav",0,50)") == OK);
  CHECK(fixture.wait(4s) == "\r\n+CREC: 0\r\n");
  CHECK(fixture.ask(R"(AT+CMEDPLAY=1,"C:\User\a.wav",0,50)") == OK);
  CHECK(fixture.ask("AT+CMEDPLAY=2") == cme(3));
  CHECK(fixture.ask("AT+CMEDPLAY=0") == answered("+CMEDPLAY: 0"));
}

TEST_CASE("speech takes its time") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask("AT+CTTS=?") == OK);
  CHECK(fixture.ask("AT+CTTS=1,\"6B228FCE\"") == OK);
  CHECK(fixture.ask("AT+CTTS?") == answered("+CTTS: 1"));
  CHECK(fixture.ask("AT+CTTS=2,\"hello\"") == cme(3));
  CHECK(fixture.ask("AT+CREC=1,1,0") == cme(5002));
  CHECK(fixture.wait(400ms) == "\r\n+CTTS: 0\r\n");
  CHECK(fixture.ask("AT+CTTSPARAM=50,0,50,25,1") == OK);
  CHECK(fixture.ask("AT+CTTSPARAM?") == answered("+CTTSPARAM: 50,0,50,25,1"));
  CHECK(fixture.ask("AT+CTTS=2,\"hello\"") == OK);
  CHECK(fixture.wait(600ms) == "");
  CHECK(fixture.ask("AT+CTTS=0") == OK);
  CHECK(fixture.wait(10s) == "");
  for (const char* bad :
       {"AT+CTTS=1", "AT+CTTS=0,\"x\"", "AT+CTTS=1,\"6B2\"", "AT+CTTS=1,\"XYZA\"", "AT+CTTS=4,\"x\"", "AT+CTTS=2,\"\""})
    CHECK(fixture.ask(bad) == cme(765));
  CHECK(fixture.ask("AT+CTTS=2,\"" + std::string(957, 'x') + "\"") == ERROR);  // longer than any line
  World loud = talking();
  loud.module.model = "SIM800V";
  CHECK(ModuleFixture(loud).ask("AT+CTTSPARAM?") == answered("+CTTSPARAM: 50,0,50,50,1"));
  loud.module.model = "SIM800L";
  for (const char* absent : {"AT+CTTS=?", "AT+CRECORD=?", "AT+CTTSPARAM?"})
    CHECK(ModuleFixture(loud).ask(absent) == cme(100));
  CHECK(ModuleFixture(loud).ask("AT+CREC=?").ends_with(OK));
}

TEST_CASE("a reset ends what is recorded; nothing is said of it") {
  ModuleFixture fixture(talking());
  CHECK(fixture.ask("AT+CREC=1,1,0") == OK);
  fixture.ask("AT+CFUN=1,1");
  CHECK(fixture.wait(60s).find("+CREC") == std::string::npos);
  CHECK(fixture.ask("AT+CREC=7,1") == cme(5008));
}

}  // namespace sim800::test
