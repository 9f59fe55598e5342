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
#include "backends/packets/packet_network.hpp"
#include "emulator/at/serial_line.hpp"
#include "emulator/control/controlled.hpp"
#include "emulator/control/journal.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/program/cli/run_plan.hpp"
#include "scenarios/engine/fault_engine.hpp"
#include "scenarios/expectations/expectations.hpp"

namespace sim800 {

/// What the modules of a run have in common.
struct RunCommons {
  asio::io_context& loop;
  Clock& clock;
  Plmn* plmn;    ///< null: there is one module
  Trace* trace;  ///< of the run; null: nobody wants to know what happens
  std::shared_ptr<CurlMulti> curl;
  std::uint64_t seed;
  Journal* journal = nullptr;  ///< of a run that can be changed from outside; null: it cannot
  using Shower = std::function<void(std::string_view module, std::string_view event, Trace::Fields fields)>;
  Shower show = nullptr;        ///< for --show
  PcapFile* capture = nullptr;  ///< of what data calls carry; null: none
};

/// What outlives a reset that keeps it.
struct RunStores {
  Nvram nvram;
  FileSystem files;
};

class RunModule {
 public:
  /// `stores`: what it keeps while it is off; see open_stores().
  RunModule(const RunCommons& commons, const PlannedModule& planned, unsigned index, std::shared_ptr<RunStores> stores);
  ~RunModule();
  RunModule(const RunModule&) = delete;
  RunModule& operator=(const RunModule&) = delete;

  /// What it has in common with another module of its scenario is in memory once.
  void share_with(const RunModule& other) { link_.share_hosts(other.link_); }
  /// Puts a channel on an endpoint. `strict`: a host at another rate gets garbage.
  PortUser& connect(Endpoint& endpoint, bool strict);
  /// Switches it on.
  void start();
  void press_power_key() { modem_.press_power_key(); }
  /// Nothing is on its way in either direction, except in endpoints.
  bool idle() const;
  /// Called each time RDY was said.
  std::function<void()>& on_ready() { return modem_.on_ready; }

  /// For those who change the run: only where there is a journal.
  ControlledModule controlled() {
    return {index_, planned_.name, modem_, *faults_, *expectations_, link_, *own_scenario_};
  }
  const std::shared_ptr<RunStores>& stores() const { return stores_; }

  const std::string& name() const { return planned_.name; }
  /// Of all its faults.
  std::vector<FaultEngine::Counters> fault_counters() const;
  /// Faults that have not fired; see FaultEngine.
  std::vector<std::string> never_fired() const;
  /// How its expectations end: now, with the run.
  std::vector<ExpectationVerdict> judge_expectations();

 private:
  std::unique_ptr<Trace> make_trace(const RunCommons& commons) const;
  std::unique_ptr<FaultEngine> make_faults(std::uint64_t seed);
  std::unique_ptr<Expectations> make_expectations();

  const PlannedModule& planned_;
  const unsigned index_;
  const std::shared_ptr<Scenario> own_scenario_;  // null: the planned one, which it shares
  const Scenario& scenario_;
  const World& world_;
  Clock& clock_;
  const std::shared_ptr<RunStores> stores_;
  std::unique_ptr<Trace> own_trace_;  // null: the run's
  Trace* trace_;
  std::unique_ptr<FaultEngine> faults_;         // the clients and the module ask it
  std::unique_ptr<Expectations> expectations_;  // null: there are none, and none can be added
  RadioLink link_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FtpClient> ftp_;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Pinger> pinger_;
  std::unique_ptr<MailClient> mail_;
  std::unique_ptr<PacketNetwork> packets_;
  Modem modem_;
  std::vector<std::unique_ptr<SerialLine>> serial_lines_;
};

/// `state`: where a module keeps what outlives the process; empty: nowhere. Throws StateError.
std::shared_ptr<RunStores> open_stores(const std::filesystem::path& state);

}  // namespace sim800
