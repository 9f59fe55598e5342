// --control: the interface for those who change a run and look at it (docs/control.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "backends/control/http_server.hpp"
#include "emulator/control/api.hpp"
#include "emulator/control/controlled.hpp"
#include "emulator/control/journal.hpp"

namespace sim800 {

class RunControl {
 public:
  /// `address`: HOST:PORT, or unix:PATH. `token_file`: with what every request has to bring; empty: none, and then only
  /// this machine may reach the address. It is open from here on, and answered once start() is called. Throws RunError.
  RunControl(asio::io_context& loop, const std::string& address, const std::string& token_file);
  ~RunControl();
  RunControl(const RunControl&) = delete;
  RunControl& operator=(const RunControl&) = delete;

  void start(ControlledRun& run);
  /// "control http://127.0.0.1:4711", "control unix:/run/x": the line that a run prints.
  std::string announcement() const { return "control " + url(); }
  /// As SIM800_CONTROL has it.
  std::string url() const { return server_->url(); }
  /// Who hears the events of a module.
  Journal& journal() { return journal_; }
  /// Null before start().
  ControlApi* api() { return api_.get(); }

 private:
  Journal journal_;
  std::string token_;
  std::unique_ptr<ControlApi> api_;
  std::unique_ptr<HttpServer> server_;  // goes first
};

}  // namespace sim800
