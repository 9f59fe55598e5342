// A module with a scenario, on a virtual clock.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulator/at/serial_line.hpp"
#include "emulator/core/world.hpp"
#include "scenarios/engine/fault_engine.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

struct FaultFixture {
  /// `text` is a scenario; its timing is instant unless `typical`. The boot URCs are removed, unless `boot` is false.
  explicit FaultFixture(std::string_view text, bool boot = true, std::uint64_t seed = 1,
                        const std::string& trace_file = {}, bool typical = false)
      : scenario(parse(text, typical)),
        trace(trace_file.empty() ? nullptr : std::make_unique<Trace>(trace_file, clock)),
        faults({scenario, clock, trace.get(), seed}),
        modem(
            {scenario.world, command_table, clock, nvram, files, http, ftp, sockets, pinger, mail, trace.get(), seed}),
        line(clock, scenario.world.serial, &faults, port) {
    channel = &modem.attach(line, "test");
    line.attach(*channel);
    faults.add(line);
    faults.on_link = [this](const LinkModel& model) { links.push_back(model); };
    faults.start(modem);
    modem.power_on();
    if (boot) wait(0s);
  }

  static Scenario parse(std::string_view text, bool typical) {
    Scenario scenario = parse_scenario(text, "f");
    if (!typical) scenario.world.timing.profile = TimingProfile::instant;
    return scenario;
  }
  /// A scenario with faults only.
  static std::string with(std::string_view list) { return "{\"faults\": [" + std::string(list) + "]}"; }

  std::string say(std::string_view bytes) {
    line.receive(bytes);
    return wait(0s);
  }
  std::string wait(Duration span) {
    clock.advance(span);
    return port.take();
  }
  /// The answer to a command line, without its echo.
  std::string ask(std::string_view text) {
    const std::string typed = std::string(text) + "\r";
    std::string answer = say(typed);
    return answer.starts_with(typed) ? answer.substr(typed.size()) : answer;
  }

  Scenario scenario;
  VirtualClock clock;
  std::unique_ptr<Trace> trace;
  FaultEngine faults;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem;
  SerialLine line;
  Channel* channel = nullptr;
  std::vector<LinkModel> links;  ///< as the radio link received them
};

inline const std::string CSQ = "\r\n+CSQ: 21,0\r\n";

}  // namespace sim800::test
