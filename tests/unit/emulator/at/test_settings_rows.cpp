// SPDX-License-Identifier: MIT
// Settings that are more than a value with a range: lists, coupled values, reports.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

World verbose(std::string_view model = "SIM800L") {
  World world = ModuleFixture::instant();
  world.module.model = model;
  world.module.settings = {{"+CMEE", {"1"}}};
  return world;
}

const std::string bad_input = "\r\n+CME ERROR: 765\r\n";
const std::string NOT_ALLOWED = "\r\n+CME ERROR: 3\r\n";

}  // namespace

TEST_CASE("AT+SLEDS keeps on and off times of three modes") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+SLEDS=?") == answered("+SLEDS: (1-3),(0,40-65535),(0,40-65535)"));
  CHECK(fixture.ask("AT+SLEDS?") == answered("+SLEDS: 1,64,800\r\n+SLEDS: 2,64,3000\r\n+SLEDS: 3,64,300"));
  CHECK(fixture.ask("AT+SLEDS=2,40,65535") == OK);
  CHECK(fixture.ask("AT+SLEDS?") == answered("+SLEDS: 1,64,800\r\n+SLEDS: 2,40,65535\r\n+SLEDS: 3,64,300"));
  CHECK(fixture.ask("AT&V").find("+SLEDS: 64,40,64,800,65535,300\r\n") != std::string::npos);
  for (const char* bad : {"=0,64,64", "=4,64,64", "=1,39,64", "=1,64,65536", "=1,64", "=1,64,64,64", "=1,a,64"})
    CHECK(fixture.ask("AT+SLEDS" + std::string(bad)) == bad_input);
  CHECK(fixture.ask("ATZ") == OK);
  CHECK(fixture.ask("AT+SLEDS?").find("+SLEDS: 2,64,3000\r\n") != std::string::npos);
}

TEST_CASE("gains are kept by channel and at once") {
  Nvram nvram;
  {
    ModuleFixture fixture(verbose(), true, &nvram);
    CHECK(fixture.ask("AT+SIDET=3,16") == OK);
    CHECK(fixture.ask("AT+SIDET?") == answered("+SIDET: (0,10),(1,10),(2,10),(3,16)"));
    CHECK(fixture.ask("AT+ECHO=1,1,2,3,4,0") == OK);
    CHECK(fixture.ask("AT+ECHO?") == answered("+ECHO: (0,96,253,16388,57351),(1,1,2,3,4)"));
    CHECK(fixture.ask("AT+ECHO=?") == answered("+ECHO: (0,1),(0-65535),(0-65535),(0-65535),(0-65535),(0,1)"));
    CHECK(fixture.ask("AT+SNDLEVEL=1,100") == OK);
    CHECK(fixture.ask("AT+SNDLEVEL?") == answered("+SNDLEVEL: (0,31),(1,100)"));
    for (const char* bad : {"AT+SIDET=4,1", "AT+SIDET=0,17", "AT+SIDET=0", "AT+ECHO=0,1,2,3", "AT+SNDLEVEL=2,1"})
      CHECK(fixture.ask(bad) == bad_input);
  }
  ModuleFixture again(verbose(), true, &nvram);
  CHECK(again.ask("AT+SIDET?") == answered("+SIDET: (0,10),(1,10),(2,10),(3,16)"));
  CHECK(again.ask("AT+SNDLEVEL?") == answered("+SNDLEVEL: (0,31),(1,16)"));
  ModuleFixture sim800(verbose("SIM800"));
  CHECK(sim800.ask("AT+SIDET=2,5") == OK);
  CHECK(sim800.ask("AT+SIDET=1,5") == bad_input);
  CHECK(sim800.ask("AT+SIDET?") == answered("+SIDET: (0,10),(2,5)"));
}

TEST_CASE("a scenario may store lists") {
  World world = verbose();
  world.module.settings["+SLEDS"] = {"1000", "1000", "1000", "1000", "1000", "1000"};
  CHECK(ModuleFixture(world).ask("AT+SLEDS?").find("+SLEDS: 2,1000,1000") != std::string::npos);
  CHECK(Settings::refuse(all_commands(), "+SLEDS", {"39"}) == "value 1 of +SLEDS in the range 0,40-65535");
  CHECK(Settings::refuse(all_commands(), "+SLEDS", {"0", "0", "0", "0", "0", "0", "0"}) ==
        "at most 6 value(s) for +SLEDS");
}

TEST_CASE("AT+CHF and AT+CHFA choose the same channel") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+CHF=?") == answered("+CHF: (0,1),(0-4)"));
  CHECK(fixture.ask("AT+CHFA=1") == OK);
  CHECK(fixture.ask("AT+CHF?") == answered("+CHF: 0,1"));
  CHECK(fixture.ask("AT+CHF=1") == OK);
  CHECK(fixture.ask("AT+CHF=1,2") == OK + "\r\n+CHF: 2\r\n");
  CHECK(fixture.ask("AT+CHFA?") == answered("+CHFA: 2"));
  CHECK(fixture.ask("AT+CHFA=2") == OK);
  CHECK(fixture.ask("AT+CHFA=5") == bad_input);
  CHECK(fixture.ask("AT+CHF=1,5") == bad_input);
  ModuleFixture sim800c(verbose("SIM800C"));
  CHECK(sim800c.ask("AT+CHF=?") == answered("+CHF: (0,1),(0,2)"));
  CHECK(sim800c.ask("AT+CHF=1,1") == bad_input);
  CHECK(sim800c.ask("AT+CHF=1,2") == OK + "\r\n+CHF: 2\r\n");
  ModuleFixture one_channel(verbose("SIM800G"));  // without AT+CHFA
  CHECK(one_channel.ask("AT+CHF=?") == answered("+CHF: (0,1),(0)"));
  CHECK(one_channel.ask("AT+CHF=1,1") == bad_input);
  CHECK(one_channel.ask("AT+CHF=1,0") == OK);
}

TEST_CASE("values that hang together") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+CPCMSYNC=0,2") == bad_input);
  CHECK(fixture.ask("AT+CPCMSYNC=1,8") == OK);
  CHECK(fixture.ask("AT+CPCMSYNC?") == answered("+CPCMSYNC: 1,8"));
  ModuleFixture edge(verbose("SIM800H"));
  CHECK(edge.ask("AT+CEGPRS?") == answered("+CEGPRS: 0"));
  CHECK(edge.ask("AT+CEGPRS=1") == bad_input);
  CHECK(edge.ask("AT+CEGPRS=1,10") == OK);
  CHECK(edge.ask("AT+CEGPRS?") == answered("+CEGPRS: 1,10"));
  CHECK(fixture.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 0"));
  for (const char* bad : {"=1", "=1,2,5", "=1,1,5,6", "=1,4,1,2,3,4", "=1,1,125"})
    CHECK(fixture.ask("AT*CELLLOCK" + std::string(bad)) == bad_input);
  CHECK(fixture.ask("AT*CELLLOCK=1,2,81,975") == OK);
  CHECK(fixture.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 1,2,81,975"));
  CHECK(fixture.ask("AT*CELLLOCK=0") == OK);
  CHECK(fixture.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 0"));
  CHECK(fixture.ask("AT+CRLP?") == answered("+CRLP: 61,61,48,6,7"));
  CHECK(fixture.ask("AT+CRLP=10,20") == OK);
  CHECK(fixture.ask("AT+CRLP?") == answered("+CRLP: 10,20,48,6,7"));
}

TEST_CASE("pins: an output cannot be read back") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+SGPIO=1,3,0,0") == answered("+SGPIO: 0"));
  CHECK(fixture.ask("AT+SGPIO=0,3,1,1") == OK);
  CHECK(fixture.ask("AT+SGPIO=1,3,1,1") == cme(3));
  CHECK(fixture.ask("AT+SGPIO=0,3,0,0") == OK);
  CHECK(fixture.ask("AT+SGPIO=1,3,0,0") == answered("+SGPIO: 0"));
  CHECK(fixture.ask("AT+SGPIO=0,4,1,1") == bad_input);  // an input only
  CHECK(fixture.ask("AT+SGPIO=0,8,1,1") == bad_input);
  CHECK(ModuleFixture(verbose("SIM808")).ask("AT+SGPIO=1,1,0,0") == bad_input);  // no GPIO1
  CHECK(fixture.ask("AT+CGPIO=0,29,1,1") == OK);
  CHECK(fixture.ask("AT+CGPIO=1,29,1,1") == cme(3));
  CHECK(fixture.ask("AT+SPWM=0,1000,50") == OK);
  CHECK(fixture.ask("AT+SPWM=3,1000,50") == bad_input);
}

TEST_CASE("AT+CANT tells the antenna's state after its OK, and again after each of its times") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+CANT=1,1,10") == OK + "\r\n+CANT: 0\r\n");
  CHECK(fixture.wait(9999ms) == "");
  CHECK(fixture.wait(1ms) == "\r\n+CANT: 0\r\n");
  CHECK(fixture.wait(20s) == "\r\n+CANT: 0\r\n\r\n+CANT: 0\r\n");
  CHECK(fixture.ask("AT+CANT=1,1,1") == OK + "\r\n+CANT: 0\r\n");
  CHECK(fixture.wait(1s) == "\r\n+CANT: 0\r\n");
  CHECK(fixture.ask("AT+CANT=0,0,0") == OK);
  CHECK(fixture.wait(1h) == "");
  CHECK(fixture.ask("AT+CANT=1,0,10") == OK);
  CHECK(fixture.ask("AT+CANT=1,1,0") == OK);
  CHECK(fixture.ask("AT+CANT?") == answered("+CANT: 1,1,0"));
  CHECK(fixture.ask("AT+CANT=1,1,3601") == bad_input);
}

TEST_CASE("jamming detection reports every 3 s, or once") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+SJDR?") == answered("+SJDR: 0"));
  CHECK(fixture.ask("AT+SJDR=1,1") == OK);
  CHECK(fixture.wait(7s) == "\r\n+SJDR: NO JAMMING\r\n\r\n+SJDR: NO JAMMING\r\n");
  CHECK(fixture.ask("AT+SJDR?") == answered("+SJDR: 1,1,255,0,0"));
  CHECK(fixture.ask("AT+SJDR=1,3,10,1") == OK);
  CHECK(fixture.wait(10s) == "\r\n+SJDR: NO JAMMING\r\n");
  CHECK(fixture.ask("AT+SJDR=0,0") == OK);
  CHECK(fixture.wait(10s) == "");
  CHECK(fixture.ask("AT+SJDR=1,2") == OK);
  CHECK(fixture.wait(10s) == "");
  World searching = verbose();
  searching.network.registration = Registration::searching;
  CHECK(ModuleFixture(searching).ask("AT+SJDR=1,1") == "\r\n+CME ERROR: 30\r\n");
}

TEST_CASE("odds and ends of chapters 3 and 6") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+CALS?") == answered("+CALS: 1,0"));
  CHECK(fixture.ask("AT+CALS=19,1") == OK);
  CHECK(fixture.ask("AT+CALS?") == answered("+CALS: 19,1"));
  CHECK(fixture.ask("AT+CALS=3;+CALS?") == answered("+CALS: 3,1"));
  CHECK(fixture.ask("AT+CALS=3,0;+CALS?") == answered("+CALS: 3,0"));
  CHECK(fixture.ask("AT+CALS=20") == bad_input);
  CHECK(fixture.ask("AT+CAOC") == answered("+CAOC: \"000000\""));
  CHECK(fixture.ask("AT+CAOC=0") == answered("+CAOC: \"000000\""));
  CHECK(fixture.ask("AT+CAOC=2") == OK);
  CHECK(fixture.ask("AT+CAOC?") == answered("+CAOC: 2"));
  CHECK(fixture.ask("AT+CAMM=\"00000G\"") == bad_input);
  CHECK(fixture.ask("AT+CAMM=\"00001E\"") == "\r\n+CME ERROR: 17\r\n");
  CHECK(fixture.ask("AT+CPUC=\"GBP\",\"2.66\"") == "\r\n+CME ERROR: 17\r\n");
  CHECK(fixture.ask("AT+CACM=\"4321\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(fixture.ask("AT+CACM=\"1234\"") == OK);  // PIN2, from now on known
  CHECK(fixture.ask("AT+CACM?") == answered("+CACM: \"000000\""));
  CHECK(fixture.ask("AT+CAMM=\"00001E\"") == OK);
  CHECK(fixture.ask("AT+CAMM?") == answered("+CAMM: \"00001E\""));
  CHECK(fixture.ask("AT+CPUC=\"GBP\",\"2.66\"") == OK);
  CHECK(fixture.ask("AT+CPUC?") == answered("+CPUC: \"GBP\",\"2.66\""));
  CHECK(fixture.ask("AT+EXUNSOL=\"SQ\",2") == answered("+EXUNSOL: \"SQ\",0"));
  CHECK(fixture.ask("AT+EXUNSOL=\"SQ\",1") == OK);
  CHECK(fixture.ask("AT+EXUNSOL=\"SQ\",2") == answered("+EXUNSOL: \"SQ\",1"));
  CHECK(fixture.ask("AT+EXUNSOL=\"XY\",1") == bad_input);
  CHECK(fixture.ask("AT+CPSPWD=\"12345678\",\"87654321\"") == "\r\n+CME ERROR: 4\r\n");
  CHECK(fixture.ask("AT+CMUT=1") == NOT_ALLOWED);
  CHECK(fixture.ask("AT+CGMSCLASS=?") == answered("MULTISLOT CLASS: (2,4,8,9,10,12)"));
  CHECK(fixture.ask("AT+CGMSCLASS=10") == OK);
  CHECK(fixture.ask("AT+CGMSCLASS?") == answered("MULTISLOT CLASS: 10"));
  CHECK(fixture.ask("AT+CGMSCLASS=11") == bad_input);
  CHECK(fixture.ask("AT+CDEVICE?") == answered("Device Name:SERIAL_FLASH_MTKSIP_6261_SF_24_01"));
}

TEST_CASE("AT+CLIST lists the commands of a group") {
  ModuleFixture fixture(verbose());
  CHECK(fixture.ask("AT+CLIST=?") == answered("+CLIST: SAT,NT,CALL_EXT,NETWORK_EXT,SIMCOM_ALL,PLATFORM"));
  const std::string all = fixture.ask("AT+CLIST=\"SIMCOM_ALL\"");
  CHECK(all.starts_with("\r\n+CLIST:\r\n001: "));
  CHECK(all.find(": SLEDS") != std::string::npos);
  CHECK(all.find(": ECHARGE") == std::string::npos);  // another model's
  CHECK(fixture.ask("AT+CLIST=\"OTHER\"") == bad_input);
}

}  // namespace sim800::test
