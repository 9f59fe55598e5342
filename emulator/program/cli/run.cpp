// sim800 run: one module until SIGINT, SIGTERM or SIGHUP.
// SPDX-License-Identifier: MIT
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "backends/ftp/curl_ftp.hpp"
#include "backends/http/curl_http.hpp"
#include "backends/mail/curl_mail.hpp"
#include "backends/ping/icmp_ping.hpp"
#include "backends/sockets/asio_sockets.hpp"
#include "emulator/at/serial_line.hpp"
#include "emulator/commands/command_list.hpp"
#include "emulator/core/personality.hpp"
#include "emulator/core/state_lock.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/program/asio_clock.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/event_log.hpp"
#include "scenarios/engine/fault_engine.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

struct Options {
  std::string scenario, state, timing, trace, log_level = "warning";
  std::vector<std::string> ptys, tcps;
  std::vector<std::string> arguments;  ///< all of them as given, for whoever wants to repeat the run
  bool stdio = false;
  std::optional<double> time_scale;
  std::uint64_t seed = 1;
};

ScenarioFile find(const Options& options) {
  return options.scenario.empty() ? ScenarioFile{} : find_scenario(options.scenario, shipped_scenarios());
}

Scenario load(const Options& options, const ScenarioFile& file) {
  Scenario scenario = file.path.empty() ? Scenario{} : parse_scenario(file.text, file.path.string());
  TimingConfig& timing = scenario.world.timing;
  if (options.timing == "typical") timing.profile = TimingProfile::typical;
  if (options.timing == "instant") timing.profile = TimingProfile::instant;
  if (options.timing == "maximum") timing.profile = TimingProfile::maximum;
  if (options.time_scale) set_time_scale(scenario, *options.time_scale, file.path.string());
  return scenario;
}

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

/// Everything one run consists of, in order of dependence.
class Run {
 public:
  explicit Run(const Options& options)
      : file_(find(options)),
        scenario_(load(options, file_)),
        state_lock_(options.state.empty() ? StateLock() : StateLock(options.state)),
        endpoints_(open_endpoints(options)),
        nvram_(options.state.empty() ? Nvram() : Nvram(options.state)),
        files_(options.state.empty() ? FileSystem() : FileSystem(std::filesystem::path(options.state) / "files")),
        clock_(loop_, world_.timing.scale),
        trace_(make_trace(options)),
        faults_(make_faults(options)),
        link_(loop_, world_.network.hosts, clock_, initial_link(world_), options.seed),
        http_(make_curl_http_client(loop_, link_, faults_.get())),
        ftp_(make_curl_ftp_client(loop_, link_, faults_.get())),
        sockets_(make_asio_sockets(loop_, link_, faults_.get())),
        pinger_(make_icmp_pinger(loop_, link_, options.seed)),
        mail_(make_curl_mail_client(loop_, link_)),
        lines_(options.stdio || options.trace == "-" ? stderr : stdout) {
    if (const std::string doubt = doubt_about(world_.module); !doubt.empty()) spdlog::warn("{}", doubt);
    modem_ = std::make_unique<Modem>(Modem::Parts{world_, command_table, clock_, nvram_, files_, *http_, *ftp_,
                                                  *sockets_, *pinger_, *mail_, trace_.get(), options.seed});
    record_start(options);
  }

  void go() {
    for (const auto& endpoint : endpoints_) users_.push_back(&connect(*endpoint));
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (endpoints_[i].get() != stdio_) endpoints_[i]->attach(*users_[i]);
    }
    watch_signals();
    for (const auto& endpoint : endpoints_) {
      say(endpoint->announcement());
      spdlog::info("endpoint {}", endpoint->announcement());
    }
    modem_->on_ready = [this] { ready(); };
    if (faults_) {
      faults_->on_link = [this](const LinkModel& model) { link_.set_model(model); };
      faults_->start(*modem_);
    }
    modem_->power_on();
    loop_.run();
    if (trace_) trace_->event("end");
    if (faults_) report_faults();
  }

 private:
  std::unique_ptr<FaultEngine> make_faults(const Options& options) {
    if (scenario_.faults.empty() && scenario_.events.empty()) return nullptr;
    return std::make_unique<FaultEngine>(FaultEngine::Parts{scenario_, clock_, trace_.get(), options.seed});
  }

  /// Puts a channel on an endpoint, with a serial line between them if it makes a difference.
  PortUser& connect(Endpoint& endpoint) {
    const bool faulty = faults_ && faults_->needs_serial_line();
    if (!faulty && !world_.serial.paced) return modem_->attach(endpoint, endpoint.name());
    SerialLine& line = *serial_lines_.emplace_back(
        std::make_unique<SerialLine>(clock_, world_.serial, faulty ? faults_.get() : nullptr, endpoint));
    line.attach(modem_->attach(line, endpoint.name()));
    if (faulty) faults_->add(line);
    return line;
  }

  void report_faults() const {
    for (const std::string& fault : faults_->never_fired()) fmt::print(stderr, "sim800: never fired: {}\n", fault);
  }

  /// Before anything is written: a name that is taken, or a port, ends it with everything as it was.
  std::vector<std::unique_ptr<Endpoint>> open_endpoints(const Options& options) {
    std::vector<std::unique_ptr<Endpoint>> opened;
    opened.reserve(options.ptys.size() + options.tcps.size() + 1);
    for (const std::string& link : options.ptys) opened.push_back(open_pty(loop_, link));
    for (auto address = options.tcps.begin(); address != options.tcps.end(); ++address) {
      const auto before = std::count(options.tcps.begin(), address, *address);
      opened.push_back(open_tcp(loop_, *address, static_cast<std::size_t>(before) + 1));
    }
    if (options.stdio) {
      opened.push_back(open_stdio(loop_, [this] { stop_when_idle(); }));
      stdio_ = opened.back().get();
    }
    if (opened.empty()) opened.push_back(open_pty(loop_, "./sim800.tty"));
    return opened;
  }

  /// Null where nobody wants to know what happens.
  std::unique_ptr<Trace> make_trace(const Options& options) {
    const bool logged = spdlog::should_log(spdlog::level::info);
    if (options.trace.empty() && !logged) return nullptr;
    auto trace =
        options.trace.empty() ? std::make_unique<Trace>(clock_) : std::make_unique<Trace>(options.trace, clock_);
    if (logged) trace->listener = EventLog();
    return trace;
  }

  void record_start(const Options& options) {
    if (!trace_) return;
    const std::string wall = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    trace_->event("start", {{"version", SIM800_VERSION},
                            {"seed", static_cast<std::int64_t>(options.seed)},
                            {"timing", name_of(world_.timing.profile)},
                            {"scenario", world_.name},
                            {"file", file_.path.native()},
                            {"hash", file_.path.empty() ? "" : "sha256:" + sha256(file_.text)},
                            {"arguments", command_line(options.arguments)},
                            {"wall", wall}});
  }

  void watch_signals() {
    std::signal(SIGPIPE, SIG_IGN);
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
  /// SIGUSR1 presses PWRKEY: the way to switch on a module that AT+CPOWD switched off.
  void watch_power_key() {
    power_key_.async_wait([this](asio::error_code problem, int) {
      if (problem) return;
      modem_->press_power_key();
      watch_power_key();
    });
  }

  void ready() {
    if (std::exchange(announced_, true)) return;
    say("ready");
    // Input piped in before the module has booted is meant for it: it is read only now.
    if (stdio_ != nullptr) stdio_->attach(*users_.back());
  }

  void stop_when_idle() {
    const bool quiet =
        std::ranges::all_of(serial_lines_, [](const auto& line) { return line->idle() && line->unsent() == 0; });
    if (quiet && modem_->idle() && stdio_->unsent() == 0) return loop_.stop();
    poll_ = clock_.after(1ms, [this] { stop_when_idle(); });
  }

  void say(const std::string& line) {
    fmt::print(lines_, "{}\n", line);
    std::fflush(lines_);
  }

  asio::io_context loop_{1};
  ScenarioFile file_;  // its path is empty without a scenario
  Scenario scenario_;
  const World& world_ = scenario_.world;
  StateLock state_lock_;
  Endpoint* stdio_ = nullptr;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  Nvram nvram_;
  FileSystem files_;
  AsioClock clock_;
  std::unique_ptr<Trace> trace_;
  std::unique_ptr<FaultEngine> faults_;  // the clients and the module ask it
  RadioLink link_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FtpClient> ftp_;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Pinger> pinger_;
  std::unique_ptr<MailClient> mail_;
  std::unique_ptr<Modem> modem_;
  std::vector<std::unique_ptr<SerialLine>> serial_lines_;
  std::vector<PortUser*> users_;  // of the endpoints, in the same order
  asio::signal_set stop_{loop_, SIGINT, SIGTERM};
  asio::signal_set power_key_{loop_, SIGUSR1};
  Timer poll_;
  std::FILE* lines_;
  bool announced_ = false;
};

int run(const Options& options) {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("sim800", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_level(spdlog::level::from_str(options.log_level));
  try {
    std::make_unique<Run>(options)->go();
  } catch (const ScenarioError& problem) {
    for (const ScenarioMistake& mistake : problem.mistakes) fmt::print(stderr, "{}\n", mistake.text());
    return usage_error;
  } catch (const StateError& problem) {
    fmt::print(stderr, "sim800: {}\n", problem.what());
    return usage_error;
  } catch (const EndpointError& problem) {
    fmt::print(stderr, "sim800: {}\n", problem.what());
    return usage_error;
  }
  return 0;
}

}  // namespace

void add_run(CLI::App& app, int& status, const std::vector<std::string>& arguments) {
  auto options = std::make_shared<Options>();
  options->arguments = arguments;
  CLI::App* command = app.add_subcommand("run", "Emulate one module until SIGINT, SIGTERM or SIGHUP");
  command->add_option("SCENARIO", options->scenario, "A scenario file, or the name of one that ships");
  // One value per option, or the scenario after it would be taken for another one.
  command->add_option("--pty", options->ptys, "Create this symlink to a pseudo-terminal (repeatable)")
      ->type_name("LINK")
      ->allow_extra_args(false);
  command->add_option("--tcp", options->tcps, "Listen on this TCP address; port 0 picks a free port (repeatable)")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  command->add_flag("--stdio", options->stdio, "Use the terminal or a pipe as the serial line");
  command->add_option("--state", options->state, "Directory for what the module keeps while it is off")
      ->type_name("DIR");
  command->add_option("--timing", options->timing, "Latencies: typical (default), instant or maximum")
      ->check(CLI::IsMember({"typical", "instant", "maximum"}));
  command
      ->add_option("--time-scale", options->time_scale,
                   "Factor for every delay and timer; 0.01 makes them a hundred times shorter")
      ->check(number(1e-6, 1000));
  command->add_option("--seed", options->seed, "Seed for everything random")->check(whole_number(0, largest_seed));
  command->add_option("--trace", options->trace, "Record the run in a file, - for standard output (docs/trace.md)")
      ->type_name("FILE");
  command
      ->add_option("--log-level", options->log_level,
                   "trace, debug (all bytes), info (what happens), warning (default), error, off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
  command->callback([options, &status] {
    if (options->stdio && options->trace == "-") {
      throw CLI::ValidationError("--trace", "expected a file, because --stdio takes standard output, found \"-\"");
    }
    status = run(*options);
  });
}

}  // namespace sim800
