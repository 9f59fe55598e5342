// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_session.hpp"
#include "backends/packets/pcap_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/core/state_lock.hpp"
#include "emulator/core/trace_text.hpp"
#include "emulator/core/world.hpp"
#include "emulator/lint/lint_listener.hpp"
#include "emulator/lint/lint_text.hpp"
#include "emulator/plmn/plmn.hpp"
#include "emulator/program/asio_clock.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/port_switch.hpp"
#include "emulator/program/cli/run_control.hpp"
#include "emulator/program/cli/run_endpoints.hpp"
#include "emulator/program/cli/run_module.hpp"
#include "emulator/program/cli/run_plan.hpp"
#include "emulator/program/event_log.hpp"
#include "emulator/program/flusher.hpp"
#include "emulator/program/transcript.hpp"

namespace sim800 {
namespace {

std::string_view name_of(TimingProfile profile) {
  switch (profile) {
    case TimingProfile::typical: return "typical";
    case TimingProfile::instant: return "instant";
    case TimingProfile::maximum: return "maximum";
  }
  return "";
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string digits;
  for (const unsigned char byte : digest) digits += fmt::format("{:02x}", byte);
  return digits;
}

/// As a shell takes it.
std::string quoted(const std::string& word) {
  static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

/// "a, b, c and 12 more"
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 10;
  const std::vector<std::string> shown(names.begin(), names.begin() + std::min(most, names.size()));
  const std::string text = fmt::format("{}", fmt::join(shown, ", "));
  return names.size() <= most ? text : fmt::format("{} and {} more", text, names.size() - most);
}

/// Everything one run consists of, in order of dependence.
class Run final : private ControlledRun {
 public:
  Run(const RunOptions& options, asio::io_context& loop, Log& log, Companion* companion)
      : loop_(loop),
        log_(log),
        companion_(companion),
        show_(make_show(options)),
        lint_(options.lint),
        plan_(plan_run(options)),
        initial_plan_(options.control.empty() ? std::nullopt : std::optional(plan_)),
        state_lock_(options.state ? StateLock(*options.state) : StateLock()),
        endpoints_(loop_, options, static_cast<unsigned>(plan_.modules.size()), [this] { stop_when_idle(); }),
        clock_(loop_, plan_.world().timing.scale),
        control_(options.control.empty() ? nullptr
                                         : std::make_unique<RunControl>(loop_, options.control, options.control_token)),
        trace_(make_trace(options)),
        capture_(make_capture(options)),
        seed_(options.seed),
        allow_unfired_(options.allow_unfired),
        state_(options.state.value_or("")),
        lines_in_log_(options.stdio || options.trace == "-") {
    if (control_) switches_.resize(endpoints_.lines().size());
    make_modules({});
    state_lock_.keep();
    record_start(options);
  }

  RunEnd go() {
    connect();
    endpoints_.start();
    watch_signals();
    std::vector<std::string> names;
    names.reserve(modules_.size());
    for (const auto& module : modules_) names.push_back(module->name());
    announcements_ = endpoints_.announcements(names);
    if (control_) announcements_.push_back(control_->announcement());
    for (const std::string& text : announcements_) {
      say(text);
      spdlog::info("endpoint {}", text);
    }
    start_modules();
    if (control_) control_->start(*this);
    loop_.run();
    for (const auto& module : modules_) module->judge_expectations();  // those that fail now are in the trace
    if (trace_) trace_->event("end");
    lines_.drain(1s);
    if (capture_) capture_->output().drain(1s);
    if (show_) show_->flush();
    RunEnd end;
    end.report.title = plan_.world().name.empty() ? "sim800" : plan_.world().name;
    end.report.seconds = std::chrono::duration<double>(clock_.now()).count();
    for (const auto& module : modules_) add_faults(end.report, *module);
    end.fired = report_faults();
    end.met = report_expectations(end.report);
    end.clean = report_lint(end.report);
    end.sound = trace_is_whole();
    return end;
  }

 private:
  /// `stores`: those that they keep; none: new ones.
  void make_modules(const std::vector<std::shared_ptr<RunStores>>& stores) {
    if (plan_.several()) plmn_ = std::make_unique<Plmn>(clock_, seed_);
    const RunCommons commons{loop_,
                             clock_,
                             plmn_.get(),
                             trace_.get(),
                             std::make_shared<CurlMulti>(loop_),
                             seed_,
                             control_ ? &control_->journal() : nullptr,
                             shower(),
                             capture_.get()};
    modules_.reserve(plan_.modules.size());
    for (unsigned n = 0; n < plan_.modules.size(); ++n) {
      const std::filesystem::path state = state_.empty() || !plan_.several() ? state_ : state_ / std::to_string(n);
      modules_.push_back(
          std::make_unique<RunModule>(commons, plan_.modules[n], n, stores.empty() ? open_stores(state) : stores[n]));
      const bool alike = n > 0 && plan_.modules[n].scenario == plan_.modules[n - 1].scenario;
      if (alike) modules_[n]->share_with(*modules_[n - 1]);
    }
  }

  /// Endpoints outlive the modules of a run that is reset.
  void connect() {
    std::vector<RunEndpoints::Line>& lines = endpoints_.lines();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      PortUser& channel = modules_[lines[i].module]->connect(*lines[i].endpoint, lines[i].strict);
      if (control_) switches_[i].lead_to(&channel);
      lines[i].user = control_ ? &switches_[i] : &channel;
    }
  }

  void start_modules() {
    ready_ = 0;
    for (const auto& module : modules_) {
      module->on_ready() = [this, first = true]() mutable {
        if (std::exchange(first, false)) module_ready();
      };
    }
    for (const auto& module : modules_) module->start();
  }

  // ControlledRun

  std::size_t modules() const override { return modules_.size(); }
  ControlledModule module(std::size_t index) override { return modules_[index]->controlled(); }
  bool ready() const override { return !modules_.empty() && ready_ >= modules_.size(); }
  asio::io_context& loop() override { return loop_; }
  AsioClock& clock() override { return clock_; }
  std::vector<std::string> endpoints() const override { return announcements_; }
  nlohmann::json& document(std::size_t index) override { return plan_.documents[index]; }
  std::vector<std::filesystem::path> shipped() const override { return shipped_scenarios(); }
  std::string version() const override { return SIM800_VERSION; }
  void stop() override {
    asio::post(loop_, [this] { loop_.stop(); });
  }

  void reset(bool keep_stores, std::function<void()> done) override {
    if (reset_) throw Refusal(409, "reset", "one at a time", "another one is under way");
    reset_ = std::move(done);
    asio::post(loop_, [this, keep_stores] { begin_again(keep_stores); });
  }
  void replace(const nlohmann::json& scenario, std::function<void()> done) override {
    std::vector<ModuleScenario> given = parse_modules(scenario.dump(), "body");
    if (given.size() == 1) given.resize(plan_.modules.size(), given.front());
    if (given.size() != plan_.modules.size())
      throw Refusal(409, "modules", fmt::format("{}, as there are", plan_.modules.size()),
                    fmt::format("{}", given.size()));
    if (reset_) throw Refusal(409, "reset", "one at a time", "another one is under way");
    RunPlan plan = *initial_plan_;
    for (unsigned n = 0; n < given.size(); ++n) {
      TimingConfig& timing = given[n].scenario->world.timing;
      if (!scenario.contains("timing") || !scenario["timing"].contains("profile"))
        timing.profile = initial_plan_->world().timing.profile;
      timing.scale = initial_plan_->world().timing.scale;
      plan.modules[n].identity = identity_of(given[n].scenario->world, given[n].identity, seed_, n);
      plan.modules[n].scenario = given[n].scenario;
      plan.documents[n] = scenario;
    }
    next_plan_ = std::move(plan);
    reset(false, std::move(done));
  }
  void begin_again(bool keep_stores) {
    control_->api()->let_go();
    for (const RunEndpoints::Line& line : endpoints_.lines()) line.endpoint->forget_unread();
    for (PortSwitch& one : switches_) one.lead_to(nullptr);
    std::vector<std::shared_ptr<RunStores>> stores;
    if (keep_stores || !state_.empty()) {
      for (const auto& module : modules_) stores.push_back(module->stores());
    }
    if (trace_) trace_->event("reset");
    modules_.clear();
    plmn_.reset();
    control_->api()->forget();
    control_->journal().reset();
    plan_ = next_plan_ ? *next_plan_ : *initial_plan_;
    next_plan_.reset();
    clock_.resume();
    clock_.set_scale(plan_.world().timing.scale);
    clock_.restart();
    make_modules(stores);
    connect();
    for (const RunEndpoints::Line& line : endpoints_.lines()) line.endpoint->input_wanted();
    start_modules();
  }

  /// Null where nobody wants to know what happens.
  std::unique_ptr<PcapFile> make_capture(const RunOptions& options) {
    if (options.pcap.empty()) return nullptr;
    try {
      auto capture = std::make_unique<PcapFile>(options.pcap, clock_);
      capture->output().on_waiting = [this] { capture_flusher_.start(); };
      return capture;
    } catch (const std::runtime_error& refused) {
      throw RunError(refused.what());
    }
  }

  std::unique_ptr<Trace> make_trace(const RunOptions& options) {
    const bool logged = spdlog::should_log(spdlog::level::info);
    const bool heard = show_ || !lint_.empty();
    if (options.trace.empty() && !logged && !control_ && !heard) return nullptr;
    auto trace =
        options.trace.empty() ? std::make_unique<Trace>(clock_) : std::make_unique<Trace>(options.trace, clock_);
    if (logged && !heard) trace->listener = EventLog();
    if (heard) {
      trace->listener = [log = logged ? std::optional(EventLog()) : std::nullopt, show = shower()](
                            std::string_view event, Trace::Fields fields) mutable {
        if (log) (*log)(event, fields);
        show({}, event, fields);
      };
    }
    if (Output* const output = trace->output()) output->on_waiting = [this] { trace_flusher_.start(); };
    return trace;
  }

  static bool flush(Output& output) {
    output.flush();
    return output.waiting();
  }

  bool trace_is_whole() {
    Output* const output = trace_ ? trace_->output() : nullptr;
    if (output == nullptr) return true;
    output->drain(1s);
    if (output->waiting()) spdlog::error("trace: its reader does not take the end of it");
    if (output->error() != 0 && trace_->missing() == 0) spdlog::error("trace: {}", std::strerror(output->error()));
    if (trace_->missing() > 0) spdlog::error("trace: {} events are missing from it", trace_->missing());
    return !output->waiting() && output->error() == 0 && trace_->missing() == 0;
  }

  void record_start(const RunOptions& options) {
    if (!trace_) return;
    std::vector<std::string> files, hashes;
    for (const ScenarioFile& file : plan_.files) {
      files.push_back(file.path.string());
      hashes.push_back("sha256:" + sha256(file.text));
    }
    const std::string file = fmt::format("{}", fmt::join(files, " ")), hash = fmt::format("{}", fmt::join(hashes, " "));
    const std::string wall = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    const std::string arguments = command_line(options.arguments);
    trace_->event("start", {{"version", SIM800_VERSION},
                            {"seed", static_cast<std::int64_t>(options.seed)},
                            {"timing", name_of(plan_.world().timing.profile)},
                            {"scenario", plan_.world().name},
                            {"file", file},
                            {"hash", hash},
                            {"arguments", arguments},
                            {"wall", wall}});
  }

  void watch_signals() {
    // Under nohup(1) it is ignored, and has to stay so.
    struct sigaction hang_up{};
    if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN) stop_.add(SIGHUP);
    watch_signal();
    watch_power_key();
  }
  void watch_signal() {
    stop_.async_wait([this](asio::error_code problem, int number) {
      if (problem) return;
      if (companion_ != nullptr && companion_->takes(number)) return watch_signal();
      spdlog::info("SIG{}: the run ends", sigabbrev_np(number));
      loop_.stop();
    });
  }
  /// SIGUSR1 presses PWRKEY, of all modules: the way to switch on a module that AT+CPOWD switched off.
  void watch_power_key() {
    power_key_.async_wait([this](asio::error_code problem, int) {
      if (problem) return;
      for (const auto& module : modules_) module->press_power_key();
      watch_power_key();
    });
  }

  void module_ready() {
    if (++ready_ < modules_.size()) return;
    if (reset_) {
      const auto done = std::exchange(reset_, nullptr);
      return done();
    }
    if (companion_ != nullptr) return companion_->ready(environment());
    say("ready");
    // Input piped in before the module has booted is meant for it: it is read only now.
    if (endpoints_.stdio() != nullptr) endpoints_.stdio()->attach(*endpoints_.lines().back().user);
  }

  /// Of the module that standard input belongs to.
  void stop_when_idle() {
    if (modules_.front()->idle() && !clock_.is_due() && endpoints_.stdio()->unsent() == 0) return loop_.stop();
    poll_ = clock_.after(1ms, [this] { stop_when_idle(); });
  }

  /// Modules with the same faults are reported together.
  /// False if there are any that never fired.
  bool report_faults() const {
    std::map<std::string, std::vector<std::string>> silent;
    std::vector<std::string> order;
    for (const auto& module : modules_) {
      for (const std::string& fault : module->never_fired()) {
        auto& names = silent[fault];
        if (names.empty()) order.push_back(fault);
        names.push_back(module->name());
      }
    }
    for (const std::string& fault : order) {
      const std::vector<std::string>& names = silent[fault];
      const std::string where = plan_.several() ? fmt::format(" (module {})", listed(names)) : "";
      log_.say(fmt::format("sim800: never fired: {}{}", fault, where));
    }
    return order.empty();
  }

  /// What the host finds the modules by.
  std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> variables;
    const auto add = [&variables](const char* name, unsigned module, std::string value) {
      variables.emplace(module == 0 ? name : fmt::format("{}_{}", name, module), std::move(value));
    };
    for (const RunEndpoints::Line& line : endpoints_.lines()) {
      const std::string text = line.endpoint->announcement();
      const std::size_t begin = text.find(' ') + 1, last = std::max(text.rfind(' '), begin);
      if (text.starts_with("pty "))
        add("SIM800_TTY", line.module, std::filesystem::absolute(text.substr(begin, last - begin)));
      if (text.starts_with("tcp "))
        add("SIM800_TCP", line.module, text.substr(begin, last - begin) + ':' + text.substr(last + 1));
    }
    if (control_) variables.emplace("SIM800_CONTROL", control_->url());
    return variables;
  }

  std::string group(std::string_view what, const RunModule& module) const {
    return plan_.several() ? fmt::format("{} of {}", what, module.name()) : std::string(what);
  }

  void add_faults(RunReport& report, const RunModule& module) const {
    for (const FaultEngine::Counters& one : module.fault_counters()) {
      const Fault& fault = *one.fault;
      RunCase& added = report.cases.emplace_back();
      added.group = group("faults", module);
      added.name = fault.name.empty() ? fmt::format("{} -> {}", fault.on_words, fault.do_words) : fault.name;
      if (one.fired > 0) continue;
      added.outcome = allow_unfired_ ? RunCase::Outcome::skipped : RunCase::Outcome::failed;
      added.message = "never fired";
      if (one.matched > 0) added.message += fmt::format(", though its trigger matched {} times", one.matched);
    }
  }

  void add_expectation(RunReport& report, const RunModule& module, const ExpectationVerdict& verdict) const {
    RunCase& added = report.cases.emplace_back();
    added.group = group("expectations", module);
    added.name = verdict.name.empty() ? verdict.what : verdict.name;
    added.outcome = verdict.passed ? RunCase::Outcome::passed : RunCase::Outcome::failed;
    added.message = verdict.message;
    added.place = verdict.place;
  }

  /// False if one failed.
  bool report_expectations(RunReport& report) {
    bool met = true;
    for (const auto& module : modules_) {
      const std::string where = plan_.several() ? fmt::format(" (module {})", module->name()) : "";
      for (const ExpectationVerdict& verdict : module->judge_expectations()) {
        add_expectation(report, *module, verdict);
        if (verdict.passed) continue;
        met = false;
        const std::string name = verdict.name.empty() ? "" : fmt::format(" \"{}\"", verdict.name);
        log_.say(fmt::format("sim800: expectation failed: {}{}{}: {}", verdict.place, name, where, verdict.message));
      }
    }
    return met;
  }

  /// Null without --show.
  std::unique_ptr<Transcript> make_show(const RunOptions& options) {
    if (!options.show) return nullptr;
    const bool colour = ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return std::make_unique<Transcript>([this](const std::string& line) { log_.say(line); },
                                        TraceView{.colour = colour, .decode = true});
  }
  RunCommons::Shower shower() {
    if (!show_ && lint_.empty()) return nullptr;
    return [this](std::string_view module, std::string_view name, Trace::Fields fields) {
      if (!lint_.empty()) lint_of(module)(name, fields);
      if (!show_) return;
      std::string line = "{";
      append_event(line, clock_.now(), module, name, {fields.begin(), fields.size()});
      TraceEvent event;
      if (parse_trace_event(line + '}', event).empty()) show_->add(std::move(event));
    };
  }

  /// The lint of a module, which tells what it finds at once.
  LintListener& lint_of(std::string_view module) {
    const auto known = linters_.find(module);
    if (known != linters_.end()) return known->second;
    LintListener& made = linters_.try_emplace(std::string(module), clock_).first->second;
    made.linter.on_finding = [this, name = std::string(module)](const Finding& finding) {
      log_.say(fmt::format("sim800: lint: {:.3f} s {}{}{}: {}", std::chrono::duration<double>(finding.at).count(), name,
                           name.empty() ? "" : " ", finding.channel, text_of(finding)));
    };
    return made;
  }

  /// False if it found something that makes the run fail.
  bool report_lint(RunReport& report) const {
    bool clean = true;
    for (const auto& [module, listener] : linters_) {
      for (const Finding& finding : listener.linter.findings()) {
        clean = lint_ != "error";
        report.cases.push_back({.group = module.empty() ? "lint" : "lint of " + module,
                                .name = std::string(row_of(finding.rule).id),
                                .outcome = clean ? RunCase::Outcome::skipped : RunCase::Outcome::failed,
                                .message = fmt::format("{}\n{}", text_of(finding), row_of(finding.rule).reason),
                                .place = {}});
      }
    }
    return clean;
  }

  void say(const std::string& line) {
    if (companion_ != nullptr) return;
    if (lines_in_log_) return log_.say(line);
    lines_.write(line + '\n');
  }

  asio::io_context& loop_;
  Log& log_;
  Companion* const companion_;  // null: there is none
  const std::unique_ptr<Transcript> show_;
  const std::string lint_;                                    // empty: without
  std::map<std::string, LintListener, std::less<>> linters_;  // by the module's name, "" where there is one only
  RunPlan plan_;
  const std::optional<RunPlan> initial_plan_;  // with --control
  std::optional<RunPlan> next_plan_;           // for the reset that is under way
  StateLock state_lock_;
  RunEndpoints endpoints_;
  AsioClock clock_;
  std::unique_ptr<RunControl> control_;  // null without --control
  std::vector<PortSwitch> switches_;     // one for each line, with --control
  std::vector<std::string> announcements_;
  std::function<void()> reset_;  // while a reset is under way: called at its end
  Flusher trace_flusher_{loop_, [this] { return flush(*trace_->output()); }};
  Flusher capture_flusher_{loop_, [this] { return flush(capture_->output()); }};
  std::unique_ptr<Trace> trace_;
  std::unique_ptr<PcapFile> capture_;  ///< null: --pcap was not given
  const std::uint64_t seed_;
  const bool allow_unfired_;
  const std::filesystem::path state_;
  std::unique_ptr<Plmn> plmn_;
  std::vector<std::unique_ptr<RunModule>> modules_;
  asio::signal_set stop_{loop_, SIGINT, SIGTERM};
  asio::signal_set power_key_{loop_, SIGUSR1};
  Timer poll_;
  bool lines_in_log_;
  Output lines_ = Output::standard(STDOUT_FILENO);
  std::size_t ready_ = 0;
};

}  // namespace

RunEnd run_modules(const RunOptions& options, asio::io_context& loop, Log& log, Companion* companion) {
  return std::make_unique<Run>(options, loop, log, companion)->go();
}

}  // namespace sim800
