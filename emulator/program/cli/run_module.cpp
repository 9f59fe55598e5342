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
                     std::shared_ptr<RunStores> stores)
    : planned_(planned),
      index_(index),
      own_scenario_(commons.journal != nullptr ? std::make_shared<Scenario>(*planned.scenario) : nullptr),
      scenario_(own_scenario_ ? *own_scenario_ : *planned.scenario),
      world_(scenario_.world),
      clock_(commons.clock),
      stores_(std::move(stores)),
      own_trace_(make_trace(commons)),
      trace_(own_trace_ ? own_trace_.get() : commons.trace),
      faults_(make_faults(seed_of(commons.seed, index))),
      expectations_(make_expectations()),
      link_(commons.loop, world_.network.hosts, clock_, initial_link(world_), seed_of(commons.seed, index)),
      http_(make_curl_http_client(commons.loop, link_, faults_.get(), commons.curl)),
      ftp_(make_curl_ftp_client(commons.loop, link_, faults_.get())),
      sockets_(make_asio_sockets(commons.loop, link_, faults_.get())),
      pinger_(make_icmp_pinger(commons.loop, link_, seed_of(commons.seed, index))),
      mail_(make_curl_mail_client(commons.loop, link_)),
      packets_(make_packet_network(
          {commons.loop, link_, world_.network.hosts, faults_.get(), commons.capture, seed_of(commons.seed, index)})),
      modem_({world_, command_table, clock_, stores_->nvram, stores_->files, *http_, *ftp_, *sockets_, *pinger_, *mail_,
              trace_, seed_of(commons.seed, index), &planned.identity, commons.plmn, index, packets_.get()}) {
  if (commons.plmn != nullptr) link_.set_modules(&commons.plmn->addresses);
}

RunModule::~RunModule() = default;

std::unique_ptr<Trace> RunModule::make_trace(const RunCommons& commons) const {
  if (commons.trace == nullptr || (commons.plmn == nullptr && commons.journal == nullptr)) return nullptr;
  const std::string name = commons.plmn != nullptr ? planned_.name : "";
  auto trace = std::make_unique<Trace>(*commons.trace, name);
  std::function<void(std::string_view, Trace::Fields)> log;
  if (spdlog::should_log(spdlog::level::info)) log = EventLog(name);
  if (commons.journal == nullptr && !commons.show) {
    trace->listener = std::move(log);
    return trace;
  }
  trace->listener = [log = std::move(log), name, show = commons.show, journal = commons.journal, index = index_,
                     &clock = clock_](std::string_view event, Trace::Fields fields) {
    if (log) log(event, fields);
    if (show) show(name, event, fields);
    if (journal != nullptr) journal->add(clock.now(), index, name, event, fields);
  };
  return trace;
}

std::unique_ptr<FaultEngine> RunModule::make_faults(std::uint64_t seed) {
  if (!own_scenario_ && !scenario_.needs_engine()) return nullptr;
  return std::make_unique<FaultEngine>(FaultEngine::Parts{scenario_, clock_, trace_, seed});
}

std::unique_ptr<Expectations> RunModule::make_expectations() {
  if (!faults_ || (!own_scenario_ && scenario_.expectations.empty())) return nullptr;
  auto expectations = std::make_unique<Expectations>(*faults_, clock_, trace_);
  expectations->add(scenario_.expectations);
  return expectations;
}

/// With a serial line between them if it makes a difference.
PortUser& RunModule::connect(Endpoint& endpoint, bool strict) {
  const bool faulty = faults_ && (faults_->needs_serial_line() || own_scenario_);
  if (strict) endpoint.watch_framing();
  if (!faulty && !world_.serial.paced && !strict) return modem_.attach(endpoint, endpoint.name());
  SerialLine& line = *serial_lines_.emplace_back(
      std::make_unique<SerialLine>(clock_, world_.serial, faulty ? faults_.get() : nullptr, endpoint));
  if (strict) line.mind_framing();
  line.attach(modem_.attach(line, endpoint.name()));
  if (faulty) faults_->add(line);
  return line;
}

void RunModule::start() {
  if (faults_) {
    faults_->on_needs = [this](const Action::Needs& needs) {
      if (needs.relay) link_.relay_always();
    };
    faults_->on_link = [this](const LinkModel& model) { link_.set_model(model); };
    faults_->start(modem_);
    if (expectations_) expectations_->start();
  }
  modem_.power_on();
}

bool RunModule::idle() const {
  const auto empty = [](const auto& line) { return line->idle() && line->unsent() == 0; };
  return std::ranges::all_of(serial_lines_, empty) && modem_.idle();
}

std::shared_ptr<RunStores> open_stores(const std::filesystem::path& state) {
  if (state.empty()) return std::shared_ptr<RunStores>(new RunStores{Nvram(), FileSystem()});
  return std::shared_ptr<RunStores>(new RunStores{Nvram(state), FileSystem(state / "files")});
}

std::vector<ExpectationVerdict> RunModule::judge_expectations() {
  return expectations_ ? expectations_->end() : std::vector<ExpectationVerdict>();
}

std::vector<FaultEngine::Counters> RunModule::fault_counters() const {
  return faults_ ? faults_->counters() : std::vector<FaultEngine::Counters>();
}

std::vector<std::string> RunModule::never_fired() const {
  return faults_ ? faults_->never_fired() : std::vector<std::string>();
}

}  // namespace sim800
