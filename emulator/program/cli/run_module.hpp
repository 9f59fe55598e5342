// One module of a run, with everything that is its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/curl/curl_multi.hpp"
#include "backends/endpoints/endpoints.hpp"
#include "backends/link/radio_link.hpp"
#include "emulator/at/serial_line.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/program/cli/run_plan.hpp"
#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {

/// What the modules of a run have in common.
struct RunCommons {
  asio::io_context& loop;
  Clock& clock;
  Plmn* plmn;    ///< null: there is one module
  Trace* trace;  ///< of the run; null: nobody wants to know what happens
  std::shared_ptr<CurlMulti> curl;
  std::uint64_t seed;
};

class RunModule {
 public:
  /// `state`: where it keeps what outlives the process; empty: nowhere. Throws StateError.
  RunModule(const RunCommons& commons, const PlannedModule& planned, unsigned index,
            const std::filesystem::path& state);
  ~RunModule();
  RunModule(const RunModule&) = delete;
  RunModule& operator=(const RunModule&) = delete;

  /// Puts a channel on an endpoint.
  PortUser& connect(Endpoint& endpoint);
  /// Switches it on.
  void start();
  void press_power_key() { modem_.press_power_key(); }
  /// Nothing is on its way in either direction, except in endpoints.
  bool idle() const;
  /// Called each time RDY was said.
  std::function<void()>& on_ready() { return modem_.on_ready; }

  const std::string& name() const { return planned_.name; }
  /// Faults that have not fired; see FaultEngine.
  std::vector<std::string> never_fired() const;

 private:
  std::unique_ptr<Trace> make_trace(const RunCommons& commons) const;
  std::unique_ptr<FaultEngine> make_faults(std::uint64_t seed);

  const PlannedModule& planned_;
  const World& world_;
  Clock& clock_;
  Nvram nvram_;
  FileSystem files_;
  std::unique_ptr<Trace> own_trace_;  // null: the run's
  Trace* trace_;
  std::unique_ptr<FaultEngine> faults_;  // the clients and the module ask it
  RadioLink link_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FtpClient> ftp_;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Pinger> pinger_;
  std::unique_ptr<MailClient> mail_;
  Modem modem_;
  std::vector<std::unique_ptr<SerialLine>> serial_lines_;
};

}  // namespace sim800
