// SPDX-License-Identifier: MIT
// A module holds what it uses.
#include <doctest/doctest.h>
#include <malloc.h>

#include <memory>
#include <vector>

#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

World usual() {
  World world;
  world.timing.profile = TimingProfile::typical;
  return world;
}

/// Modules that share a world, a clock and their clients, as those of one program do.
struct Fleet {
  struct Module {
    explicit Module(Fleet& fleet)
        : modem({fleet.world, command_table, fleet.clock, nvram, files, fleet.http, fleet.ftp, fleet.sockets,
                 fleet.pinger, fleet.mail}),
          channel(modem.attach(port, "test")) {
      modem.power_on();
    }
    std::string ask(std::string_view line) {
      port.sent.clear();
      channel.receive(std::string(line) + "\r");
      return port.sent;
    }
    Nvram nvram;
    FileSystem files;
    RecordingPort port;
    Modem modem;
    Channel& channel;
  };

  explicit Fleet(World given) : world(std::move(given)) {}
  Module& add() { return *modules.emplace_back(std::make_unique<Module>(*this)); }

  World world;
  VirtualClock clock;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  std::vector<std::unique_ptr<Module>> modules;
};

std::size_t heap() {
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

constexpr std::size_t others = 200;

}  // namespace

TEST_CASE("an idle module beyond the first holds no more than what it is") {
  Fleet fleet(ModuleFixture::instant());
  fleet.modules.reserve(others + 1);
  fleet.add();
  fleet.clock.advance(1min);
  const std::size_t before = heap();
  if (before == 0) return;  // a sanitizer's heap, which does not count
  for (std::size_t i = 0; i < others; ++i) fleet.add();
  fleet.clock.advance(1min);
  for (const auto& module : fleet.modules) {
    CHECK(module->ask("AT+CSQ") == "AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n");
    std::string().swap(module->port.sent);
  }
  CHECK((heap() - before) / others < 3'850);
}

TEST_CASE("a long line and a long answer leave nothing behind") {
  Fleet fleet(ModuleFixture::instant());
  Fleet::Module& module = fleet.add();
  fleet.clock.advance(1min);
  const auto use = [&module] {
    for (int i = 0; i < 50; ++i) CHECK(module.ask("AT&V").ends_with("OK\r\n"));
    CHECK(module.ask(std::string("AT+CSQ;").append(3000, ' ') + "+CSQ").ends_with("ERROR\r\n"));
    CHECK(module.ask("AT").ends_with("OK\r\n"));
    std::string().swap(module.port.sent);
  };
  use();
  const std::size_t before = heap();
  if (before == 0) return;
  for (int i = 0; i < 20; ++i) use();
  CHECK(heap() <= before + 64);
}

TEST_CASE("a module that does nothing has no appointment with the clock") {
  for (World world : {ModuleFixture::instant(), usual()}) {
    Fleet fleet(std::move(world));
    Fleet::Module& module = fleet.add();
    fleet.clock.advance(1min);
    CHECK_FALSE(fleet.clock.advance_to_next());
    module.ask("AT+CSQ");
    fleet.clock.advance(1min);
    CHECK_FALSE(fleet.clock.advance_to_next());
  }
}

TEST_CASE("settings are the module's own, whoever shares the factory's") {
  Fleet fleet(ModuleFixture::instant());
  Fleet::Module& first = fleet.add();
  Fleet::Module& second = fleet.add();
  fleet.clock.advance(1min);
  CHECK(first.ask("ATE0+CMEE=2;+CSMP=17,1;&W") == "ATE0+CMEE=2;+CSMP=17,1;&W\r\r\nOK\r\n");
  CHECK(first.ask("AT+CMEE?") == "\r\n+CMEE: 2\r\n\r\nOK\r\n");
  CHECK(second.ask("AT+CMEE?") == "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");
  first.ask("AT+CMEE=1");
  CHECK(first.modem.settings.print("+CMEE") == "+CMEE: 1");
  CHECK(first.modem.settings.print("+CMEE", Settings::Profile::user) == "+CMEE: 2");
  CHECK(first.modem.settings.print("+CMEE", Settings::Profile::factory) == "+CMEE: 0");
  first.ask("ATZ");
  CHECK(first.modem.settings.print("+CMEE") == "+CMEE: 2");
  first.ask("AT&F");
  CHECK(first.modem.settings.print("+CMEE") == "+CMEE: 0");
  CHECK(first.modem.settings.print("+CMEE", Settings::Profile::user) == "+CMEE: 2");
}

}  // namespace sim800::test
