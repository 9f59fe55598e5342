// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_module.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>

#include "backends/ftp/curl_ftp.hpp"
#include "backends/http/curl_http.hpp"
#include "backends/mail/curl_mail.hpp"
#include "backends/ping/icmp_ping.hpp"
#include "backends/sockets/asio_sockets.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/plmn/plmn.hpp"
#include "emulator/program/event_log.hpp"

namespace sim800 {
namespace {

/// Each module's chance is its own; that of the first is the run's.
std::uint64_t seed_of(std::uint64_t run, unsigned index) { return run + index * 0x9e3779b97f4a7c15U; }

}  // namespace

RunModule::RunModule(const RunCommons& commons, const PlannedModule& planned, unsigned index,
                     const std::filesystem::path& state)
    : planned_(planned),
      world_(planned.scenario->world),
      clock_(commons.clock),
      nvram_(state.empty() ? Nvram() : Nvram(state)),
      files_(state.empty() ? FileSystem() : FileSystem(state / "files")),
      own_trace_(make_trace(commons)),
      trace_(own_trace_ ? own_trace_.get() : commons.trace),
      faults_(make_faults(seed_of(commons.seed, index))),
      link_(commons.loop, world_.network.hosts, clock_, initial_link(world_), seed_of(commons.seed, index)),
      http_(make_curl_http_client(commons.loop, link_, faults_.get(), commons.curl)),
      ftp_(make_curl_ftp_client(commons.loop, link_, faults_.get())),
      sockets_(make_asio_sockets(commons.loop, link_, faults_.get())),
      pinger_(make_icmp_pinger(commons.loop, link_, seed_of(commons.seed, index))),
      mail_(make_curl_mail_client(commons.loop, link_)),
      modem_({world_, command_table, clock_, nvram_, files_, *http_, *ftp_, *sockets_, *pinger_, *mail_, trace_,
              seed_of(commons.seed, index), &planned.identity, commons.plmn, index}) {
  if (commons.plmn != nullptr) link_.set_modules(&commons.plmn->addresses);
}

RunModule::~RunModule() = default;

std::unique_ptr<Trace> RunModule::make_trace(const RunCommons& commons) const {
  if (commons.trace == nullptr || commons.plmn == nullptr) return nullptr;
  auto trace = std::make_unique<Trace>(*commons.trace, planned_.name);
  if (commons.trace->listener) trace->listener = EventLog(planned_.name);
  return trace;
}

std::unique_ptr<FaultEngine> RunModule::make_faults(std::uint64_t seed) {
  const Scenario& scenario = *planned_.scenario;
  if (scenario.faults.empty() && scenario.events.empty()) return nullptr;
  return std::make_unique<FaultEngine>(FaultEngine::Parts{scenario, clock_, trace_, seed});
}

/// With a serial line between them if it makes a difference.
PortUser& RunModule::connect(Endpoint& endpoint) {
  const bool faulty = faults_ && faults_->needs_serial_line();
  if (!faulty && !world_.serial.paced) return modem_.attach(endpoint, endpoint.name());
  SerialLine& line = *serial_lines_.emplace_back(
      std::make_unique<SerialLine>(clock_, world_.serial, faulty ? faults_.get() : nullptr, endpoint));
  line.attach(modem_.attach(line, endpoint.name()));
  if (faulty) faults_->add(line);
  return line;
}

void RunModule::start() {
  if (faults_) {
    faults_->on_link = [this](const LinkModel& model) { link_.set_model(model); };
    faults_->start(modem_);
  }
  modem_.power_on();
}

bool RunModule::idle() const {
  const auto empty = [](const auto& line) { return line->idle() && line->unsent() == 0; };
  return std::ranges::all_of(serial_lines_, empty) && modem_.idle();
}

std::vector<std::string> RunModule::never_fired() const {
  return faults_ ? faults_->never_fired() : std::vector<std::string>();
}

}  // namespace sim800
