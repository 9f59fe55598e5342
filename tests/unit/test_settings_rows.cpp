// SPDX-License-Identifier: MIT
// Settings that are more than a value with a range: lists, coupled values, reports.
#include <doctest/doctest.h>

#include "tests/unit/test_bench.hpp"

namespace sim800::test {
namespace {

World verbose(std::string_view model = "SIM800L") {
  World world = Bench::instant();
  world.module.model = model;
  world.module.settings = {{"+CMEE", {"1"}}};
  return world;
}

const std::string bad_input = "\r\n+CME ERROR: 765\r\n";
const std::string not_allowed = "\r\n+CME ERROR: 3\r\n";

}  // namespace

TEST_CASE("AT+SLEDS keeps on and off times of three modes") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+SLEDS=?") == answered("+SLEDS: (1-3),(0,40-65535),(0,40-65535)"));
  CHECK(bench.ask("AT+SLEDS?") == answered("+SLEDS: 1,64,800\r\n+SLEDS: 2,64,3000\r\n+SLEDS: 3,64,300"));
  CHECK(bench.ask("AT+SLEDS=2,40,65535") == OK);
  CHECK(bench.ask("AT+SLEDS?") == answered("+SLEDS: 1,64,800\r\n+SLEDS: 2,40,65535\r\n+SLEDS: 3,64,300"));
  CHECK(bench.ask("AT&V").find("+SLEDS: 64,40,64,800,65535,300\r\n") != std::string::npos);
  for (const char* bad : {"=0,64,64", "=4,64,64", "=1,39,64", "=1,64,65536", "=1,64", "=1,64,64,64", "=1,a,64"})
    CHECK(bench.ask("AT+SLEDS" + std::string(bad)) == bad_input);
  CHECK(bench.ask("ATZ") == OK);
  CHECK(bench.ask("AT+SLEDS?").find("+SLEDS: 2,64,3000\r\n") != std::string::npos);
}

TEST_CASE("gains are kept by channel and at once") {
  Nvram nvram;
  {
    Bench bench(verbose(), true, &nvram);
    CHECK(bench.ask("AT+SIDET=3,16") == OK);
    CHECK(bench.ask("AT+SIDET?") == answered("+SIDET: (0,10),(1,10),(2,10),(3,16)"));
    CHECK(bench.ask("AT+ECHO=1,1,2,3,4,0") == OK);
    CHECK(bench.ask("AT+ECHO?") == answered("+ECHO: (0,96,253,16388,57351),(1,1,2,3,4)"));
    CHECK(bench.ask("AT+ECHO=?") == answered("+ECHO: (0,1),(0-65535),(0-65535),(0-65535),(0-65535),(0,1)"));
    CHECK(bench.ask("AT+SNDLEVEL=1,100") == OK);
    CHECK(bench.ask("AT+SNDLEVEL?") == answered("+SNDLEVEL: (0,31),(1,100)"));
    for (const char* bad : {"AT+SIDET=4,1", "AT+SIDET=0,17", "AT+SIDET=0", "AT+ECHO=0,1,2,3", "AT+SNDLEVEL=2,1"})
      CHECK(bench.ask(bad) == bad_input);
  }
  Bench again(verbose(), true, &nvram);
  CHECK(again.ask("AT+SIDET?") == answered("+SIDET: (0,10),(1,10),(2,10),(3,16)"));
  CHECK(again.ask("AT+SNDLEVEL?") == answered("+SNDLEVEL: (0,31),(1,16)"));
  Bench sim800(verbose("SIM800"));
  CHECK(sim800.ask("AT+SIDET=2,5") == OK);
  CHECK(sim800.ask("AT+SIDET=1,5") == bad_input);
  CHECK(sim800.ask("AT+SIDET?") == answered("+SIDET: (0,10),(2,5)"));
}

TEST_CASE("a scenario may store lists") {
  World world = verbose();
  world.module.settings["+SLEDS"] = {"1000", "1000", "1000", "1000", "1000", "1000"};
  CHECK(Bench(world).ask("AT+SLEDS?").find("+SLEDS: 2,1000,1000") != std::string::npos);
  CHECK(Settings::refuse("+SLEDS", {"39"}) == "value 1 of +SLEDS in the range 0,40-65535");
  CHECK(Settings::refuse("+SLEDS", {"0", "0", "0", "0", "0", "0", "0"}) == "at most 6 value(s) for +SLEDS");
}

TEST_CASE("AT+CHF and AT+CHFA choose the same channel") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+CHF=?") == answered("+CHF: (0,1),(0-4)"));
  CHECK(bench.ask("AT+CHFA=1") == OK);
  CHECK(bench.ask("AT+CHF?") == answered("+CHF: 0,1"));
  CHECK(bench.ask("AT+CHF=1") == OK);
  CHECK(bench.ask("AT+CHF=1,2") == OK + "\r\n+CHF: 2\r\n");
  CHECK(bench.ask("AT+CHFA?") == answered("+CHFA: 2"));
  CHECK(bench.ask("AT+CHFA=2") == OK);
  CHECK(bench.ask("AT+CHFA=5") == bad_input);
  CHECK(bench.ask("AT+CHF=1,5") == bad_input);
  Bench sim800c(verbose("SIM800C"));
  CHECK(sim800c.ask("AT+CHF=1,1") == bad_input);
  CHECK(sim800c.ask("AT+CHF=1,2") == OK + "\r\n+CHF: 2\r\n");
}

TEST_CASE("values that hang together") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+CPCMSYNC=0,2") == bad_input);
  CHECK(bench.ask("AT+CPCMSYNC=1,8") == OK);
  CHECK(bench.ask("AT+CPCMSYNC?") == answered("+CPCMSYNC: 1,8"));
  CHECK(bench.ask("AT+CEGPRS?") == answered("+CEGPRS: 0"));
  CHECK(bench.ask("AT+CEGPRS=1") == bad_input);
  CHECK(bench.ask("AT+CEGPRS=1,10") == OK);
  CHECK(bench.ask("AT+CEGPRS?") == answered("+CEGPRS: 1,10"));
  CHECK(bench.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 0"));
  for (const char* bad : {"=1", "=1,2,5", "=1,1,5,6", "=1,4,1,2,3,4", "=1,1,125"})
    CHECK(bench.ask("AT*CELLLOCK" + std::string(bad)) == bad_input);
  CHECK(bench.ask("AT*CELLLOCK=1,2,81,975") == OK);
  CHECK(bench.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 1,2,81,975"));
  CHECK(bench.ask("AT*CELLLOCK=0") == OK);
  CHECK(bench.ask("AT*CELLLOCK?") == answered("*CELLLOCK: 0"));
  CHECK(bench.ask("AT+CRLP?") == answered("+CRLP: 61,61,48,6,7"));
  CHECK(bench.ask("AT+CRLP=10,20") == OK);
  CHECK(bench.ask("AT+CRLP?") == answered("+CRLP: 10,20,48,6,7"));
}

TEST_CASE("pins: an output cannot be read back") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+SGPIO=1,3,0,0") == answered("+SGPIO: 0"));
  CHECK(bench.ask("AT+SGPIO=0,3,1,1") == OK);
  CHECK(bench.ask("AT+SGPIO=1,3,1,1") == ERROR);
  CHECK(bench.ask("AT+SGPIO=0,3,0,0") == OK);
  CHECK(bench.ask("AT+SGPIO=1,3,0,0") == answered("+SGPIO: 0"));
  CHECK(bench.ask("AT+SGPIO=0,4,1,1") == ERROR);  // an input only
  CHECK(bench.ask("AT+SGPIO=0,8,1,1") == bad_input);
  CHECK(Bench(verbose("SIM808")).ask("AT+SGPIO=1,1,0,0") == ERROR);  // no GPIO1
  CHECK(bench.ask("AT+CGPIO=0,29,1,1") == OK);
  CHECK(bench.ask("AT+CGPIO=1,29,1,1") == ERROR);
  CHECK(bench.ask("AT+SPWM=0,1000,50") == OK);
  CHECK(bench.ask("AT+SPWM=3,1000,50") == bad_input);
}

TEST_CASE("AT+CANT tells the antenna's state after its OK") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+CANT=1,1,10") == OK + "\r\n+CANT: 0\r\n");
  CHECK(bench.ask("AT+CANT=1,0,10") == OK);
  CHECK(bench.ask("AT+CANT=1,1,0") == OK);
  CHECK(bench.ask("AT+CANT?") == answered("+CANT: 1,1,0"));
  CHECK(bench.ask("AT+CANT=1,1,3601") == bad_input);
}

TEST_CASE("jamming detection reports every 3 s, or once") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+SJDR?") == answered("+SJDR: 0"));
  CHECK(bench.ask("AT+SJDR=1,1") == OK);
  CHECK(bench.wait(7s) == "\r\n+SJDR: NO JAMMING\r\n\r\n+SJDR: NO JAMMING\r\n");
  CHECK(bench.ask("AT+SJDR?") == answered("+SJDR: 1,1,255,0,0"));
  CHECK(bench.ask("AT+SJDR=1,3,10,1") == OK);
  CHECK(bench.wait(10s) == "\r\n+SJDR: NO JAMMING\r\n");
  CHECK(bench.ask("AT+SJDR=0,0") == OK);
  CHECK(bench.wait(10s) == "");
  CHECK(bench.ask("AT+SJDR=1,2") == OK);
  CHECK(bench.wait(10s) == "");
  World searching = verbose();
  searching.network.registration = Registration::searching;
  CHECK(Bench(searching).ask("AT+SJDR=1,1") == "\r\n+CME ERROR: 30\r\n");
}

TEST_CASE("odds and ends of chapters 3 and 6") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+CALS?") == answered("+CALS: 1,0"));
  CHECK(bench.ask("AT+CALS=19,1") == OK);
  CHECK(bench.ask("AT+CALS=20") == bad_input);
  CHECK(bench.ask("AT+CAOC") == answered("+CAOC: \"000000\""));
  CHECK(bench.ask("AT+CAOC=0") == answered("+CAOC: \"000000\""));
  CHECK(bench.ask("AT+CAOC=2") == OK);
  CHECK(bench.ask("AT+CAOC?") == answered("+CAOC: 2"));
  CHECK(bench.ask("AT+CAMM=\"00000G\"") == bad_input);
  CHECK(bench.ask("AT+CAMM=\"00001E\"") == "\r\n+CME ERROR: 17\r\n");
  CHECK(bench.ask("AT+CPUC=\"GBP\",\"2.66\"") == "\r\n+CME ERROR: 17\r\n");
  CHECK(bench.ask("AT+CACM=\"4321\"") == "\r\n+CME ERROR: 16\r\n");
  CHECK(bench.ask("AT+CACM=\"1234\"") == OK);  // PIN2, from now on known
  CHECK(bench.ask("AT+CACM?") == answered("+CACM: \"000000\""));
  CHECK(bench.ask("AT+CAMM=\"00001E\"") == OK);
  CHECK(bench.ask("AT+CAMM?") == answered("+CAMM: \"00001E\""));
  CHECK(bench.ask("AT+CPUC=\"GBP\",\"2.66\"") == OK);
  CHECK(bench.ask("AT+CPUC?") == answered("+CPUC: \"GBP\",\"2.66\""));
  CHECK(bench.ask("AT+EXUNSOL=\"SQ\",2") == answered("+EXUNSOL: \"SQ\",0"));
  CHECK(bench.ask("AT+EXUNSOL=\"SQ\",1") == OK);
  CHECK(bench.ask("AT+EXUNSOL=\"SQ\",2") == answered("+EXUNSOL: \"SQ\",1"));
  CHECK(bench.ask("AT+EXUNSOL=\"XY\",1") == bad_input);
  CHECK(bench.ask("AT+CPSPWD=\"12345678\",\"87654321\"") == "\r\n+CME ERROR: 4\r\n");
  CHECK(bench.ask("AT+CMUT=1") == not_allowed);
  CHECK(bench.ask("AT+CGMSCLASS=?") == answered("MULTISLOT CLASS: (2,4,8,9,10,12)"));
  CHECK(bench.ask("AT+CGMSCLASS=10") == OK);
  CHECK(bench.ask("AT+CGMSCLASS?") == answered("MULTISLOT CLASS: 10"));
  CHECK(bench.ask("AT+CGMSCLASS=11") == bad_input);
  CHECK(bench.ask("AT+CDEVICE?") == answered("Device Name:SERIAL_FLASH_MTKSIP_6261_SF_24_01"));
}

TEST_CASE("AT+CLIST lists the commands of a group") {
  Bench bench(verbose());
  CHECK(bench.ask("AT+CLIST=?") == answered("+CLIST: SAT,NT,CALL_EXT,NETWORK_EXT,SIMCOM_ALL,PLATFORM"));
  const std::string all = bench.ask("AT+CLIST=\"SIMCOM_ALL\"");
  CHECK(all.starts_with("\r\n+CLIST:\r\n001: "));
  CHECK(all.find(": SLEDS") != std::string::npos);
  CHECK(all.find(": ECHARGE") == std::string::npos);  // another model's
  CHECK(bench.ask("AT+CLIST=\"OTHER\"") == bad_input);
}

}  // namespace sim800::test
