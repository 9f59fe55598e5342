// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/core/state_lock.hpp"
#include "emulator/core/world.hpp"
#include "emulator/plmn/plmn.hpp"
#include "emulator/program/asio_clock.hpp"
#include "emulator/program/cli/run_endpoints.hpp"
#include "emulator/program/cli/run_module.hpp"
#include "emulator/program/cli/run_plan.hpp"
#include "emulator/program/event_log.hpp"
#include "emulator/program/flusher.hpp"

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
class Run {
 public:
  Run(const RunOptions& options, asio::io_context& loop, Log& log)
      : loop_(loop),
        log_(log),
        plan_(plan_run(options)),
        state_lock_(options.state ? StateLock(*options.state) : StateLock()),
        endpoints_(loop_, options, static_cast<unsigned>(plan_.modules.size()), [this] { stop_when_idle(); }),
        clock_(loop_, plan_.world().timing.scale),
        trace_(make_trace(options)),
        plmn_(plan_.several() ? std::make_unique<Plmn>(clock_, options.seed) : nullptr),
        lines_in_log_(options.stdio || options.trace == "-") {
    make_modules(options);
    state_lock_.keep();
    record_start(options);
  }

  /// Returns the program's exit code.
  int go() {
    for (RunEndpoints::Line& line : endpoints_.lines()) line.user = &modules_[line.module]->connect(*line.endpoint);
    endpoints_.start();
    watch_signals();
    std::vector<std::string> names;
    for (const auto& module : modules_) names.push_back(module->name());
    for (const std::string& text : endpoints_.announcements(names)) {
      say(text);
      spdlog::info("endpoint {}", text);
    }
    for (const auto& module : modules_) {
      module->on_ready() = [this, first = true]() mutable {
        if (std::exchange(first, false)) module_ready();
      };
    }
    for (const auto& module : modules_) module->start();
    loop_.run();
    if (trace_) trace_->event("end");
    lines_.drain(1s);
    report_faults();
    return trace_is_whole() ? 0 : failure;
  }

 private:
  void make_modules(const RunOptions& options) {
    const RunCommons commons{loop_,       clock_, plmn_.get(), trace_.get(), std::make_shared<CurlMulti>(loop_),
                             options.seed};
    modules_.reserve(plan_.modules.size());
    for (unsigned n = 0; n < plan_.modules.size(); ++n) {
      std::filesystem::path state = options.state.value_or("");
      if (!state.empty() && plan_.several()) state /= std::to_string(n);
      modules_.push_back(std::make_unique<RunModule>(commons, plan_.modules[n], n, state));
    }
  }

  /// Null where nobody wants to know what happens.
  std::unique_ptr<Trace> make_trace(const RunOptions& options) {
    const bool logged = spdlog::should_log(spdlog::level::info);
    if (options.trace.empty() && !logged) return nullptr;
    auto trace =
        options.trace.empty() ? std::make_unique<Trace>(clock_) : std::make_unique<Trace>(options.trace, clock_);
    if (logged) trace->listener = EventLog();
    if (Output* const output = trace->output()) output->on_waiting = [this] { trace_flusher_.start(); };
    return trace;
  }

  bool flush_trace() {
    trace_->output()->flush();
    return trace_->output()->waiting();
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
    stop_.async_wait([this](asio::error_code problem, int number) {
      if (problem) return;
      spdlog::info("SIG{}: the run ends", sigabbrev_np(number));
      loop_.stop();
    });
    watch_power_key();
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
  void report_faults() const {
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
  }

  void say(const std::string& line) {
    if (lines_in_log_) return log_.say(line);
    lines_.write(line + '\n');
  }

  static constexpr int failure = 1;

  asio::io_context& loop_;
  Log& log_;
  RunPlan plan_;
  StateLock state_lock_;
  RunEndpoints endpoints_;
  AsioClock clock_;
  Flusher trace_flusher_{loop_, [this] { return flush_trace(); }};
  std::unique_ptr<Trace> trace_;
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

int run_modules(const RunOptions& options, asio::io_context& loop, Log& log) {
  return std::make_unique<Run>(options, loop, log)->go();
}

}  // namespace sim800
