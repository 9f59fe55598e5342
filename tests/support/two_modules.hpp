// Two modules on one virtual clock, and the network between them.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "emulator/plmn/plmn.hpp"
#include "tests/support/call_fixture.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

/// One of them, with a line of its own. Time passes for both.
struct Party {
  Party(const World& world, VirtualClock& time, Plmn& plmn, unsigned index)
      : clock(time),
        identity(identity_of(world, {}, 1, index)),
        modem({world, command_table, time, nvram, files, http, ftp, sockets, pinger, mail, nullptr, index + 1,
               &identity, &plmn, index}),
        channel(modem.attach(port, "test")) {}

  /// The answer to a line, once `span` has passed.
  std::string ask(std::string_view line, Duration span = 0s) {
    channel.receive(std::string(line) + "\r");
    clock.advance(span);
    return port.take();
  }
  /// What it has said since.
  std::string heard() { return port.take(); }

  VirtualClock& clock;
  Identity identity;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem;
  Channel& channel;
};

/// A has +8613800138000, B +8613800138001, C +8613800138002. Echo off.
struct TwoModules {
  explicit TwoModules(World given = ModuleFixture::instant()) : world(std::move(given)) {
    for (Party* party : {&a, &b, &c}) party->modem.power_on();
    clock.advance(20s);
    for (Party* party : {&a, &b, &c}) party->ask("ATE0");
    for (Party* party : {&a, &b, &c}) party->heard();
  }

  /// A calls B, who answers.
  void talk() {
    a.ask("ATD+8613800138001;", 1s);
    b.ask("ATA", 1s);
    a.heard();
    b.heard();
  }

  World world;
  VirtualClock clock;
  Plmn plmn{clock, 1};
  Party a{world, clock, plmn, 0}, b{world, clock, plmn, 1}, c{world, clock, plmn, 2};
};

}  // namespace sim800::test
