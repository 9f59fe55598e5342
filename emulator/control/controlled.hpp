// What the control interface sees of the run it is part of.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/link/radio_link.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/program/asio_clock.hpp"
#include "scenarios/engine/fault_engine.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/expectations/expectations.hpp"

namespace sim800 {

/// A module as it is until the run is reset; all of it lives as long.
struct ControlledModule {
  unsigned index = 0;
  std::string name;
  Modem& modem;
  FaultEngine& faults;
  Expectations& expectations;
  RadioLink& link;
  /// Its own, so that it can be changed.
  Scenario& scenario;
};

class ControlledRun {
 public:
  virtual ~ControlledRun() = default;
  virtual std::size_t modules() const = 0;
  virtual ControlledModule module(std::size_t index) = 0;
  /// All have said RDY.
  virtual bool ready() const = 0;
  virtual asio::io_context& loop() = 0;
  virtual AsioClock& clock() = 0;
  /// "pty ./sim800.tty /dev/pts/3": what the run has printed.
  virtual std::vector<std::string> endpoints() const = 0;
  /// A module's scenario with what has been changed since.
  virtual nlohmann::json& document(std::size_t index) = 0;
  virtual std::vector<std::filesystem::path> shipped() const = 0;
  virtual std::string version() const = 0;
  /// Everything as at the start; the modules boot, on a fresh stack, and `done` is called once all have said RDY.
  /// `keep_stores`: NVRAM, card and drive stay as they are.
  virtual void reset(bool keep_stores, std::function<void()> done) = 0;
  /// The same with another scenario, which has as many modules.
  virtual void replace(const nlohmann::json& scenario, std::function<void()> done) = 0;
  /// As SIGTERM.
  virtual void stop() = 0;
};

}  // namespace sim800
