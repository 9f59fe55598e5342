// `sim800 play`: plays dialogues against a module on a line, or against an emulator started for them.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/control_client.hpp"
#include "emulator/program/cli/run_record.hpp"
#include "emulator/program/host_line.hpp"
#include "emulator/program/player.hpp"
#include "emulator/program/run_report.hpp"
#include "emulator/program/temporary_folder.hpp"
#include "emulator/program/trace_follower.hpp"
#include "protocol/dialogue.hpp"
#include "protocol/pattern.hpp"

namespace sim800 {
namespace {

constexpr int synchronise_attempts = 10;

struct PlayArguments {
  std::vector<std::string> files, ignore, scenarios, settings;
  std::string pty, tcp, timing, report, control;
  unsigned baud = 115200;
  std::optional<unsigned long long> seed;
  double time_scale = 1;
  double least_wait = 10;  ///< what comes later is late because of this machine, which no scale makes faster
};

/// Arguments of a `sim800 run` to play against.
std::vector<std::string> emulator_arguments(const PlayArguments& given, const std::string& trace) {
  std::vector<std::string> command{"run", "--tcp", "127.0.0.1:0", "--trace", trace};
  // A scenario sets its own timing.
  const auto timing = given.timing.empty() && given.scenarios.empty() ? "instant" : given.timing;
  if (!timing.empty()) command.insert(command.end(), {"--timing", timing});
  if (given.seed) command.insert(command.end(), {"--seed", std::to_string(*given.seed)});
  if (given.time_scale != 1) command.insert(command.end(), {"--time-scale", fmt::format("{}", given.time_scale)});
  for (const std::string& setting : given.settings) command.insert(command.end(), {"--set", setting});
  command.insert(command.end(), given.scenarios.begin(), given.scenarios.end());
  return command;
}

/// What an emulator's record tells of its start.
class BootRecord {
 public:
  void take(const TraceEvent& event) {
    if (event.name == "power" || event.name == "reset") *this = {};
    if (event.name != "urc") return;
    const std::string text = event.text("text");
    announces_ = announces_ || text == "RDY";
    call_ready_ = call_ready_ || text == "Call Ready";
    sms_ready_ = sms_ready_ || text == "SMS Ready";
    refused_ = refused_ || (text.starts_with("+CPIN: ") && text != "+CPIN: READY");
  }

  /// It has said all that it says by itself: it has booted, or has no card that it may use.
  bool over() const { return refused_ || (call_ready_ && sms_ready_) || !announces_; }

 private:
  /// It says RDY: one that finds its rate by what it is sent does not, nor anything after it.
  bool announces_ = false;
  bool call_ready_ = false, sms_ready_ = false, refused_ = false;
};

/// What an emulator does besides what it says on its line.
class EmulatorRecord {
 public:
  void take(const TraceEvent& event) {
    boot_.take(event);
    if (event.name == "line") levels_[event.text("signal")] = event.rest.value("on", false);
  }
  bool booted() const { return boot_.over(); }
  bool level(const std::string& signal) { return levels_[signal]; }

 private:
  BootRecord boot_;
  std::map<std::string, bool> levels_;
};

/// One that was started here: its trace tells.
class StartedEmulator {
 public:
  StartedEmulator(const PlayArguments& given, ChildEmulator::Until until)
      : trace_(folder_.path() / "trace.jsonl"), follower_(trace_) {
    child_.emplace([arguments = emulator_arguments(given, trace_)] { return run_program(arguments); }, until);
  }

  const std::string& tcp_address() const { return child_->tcp_address(); }

  /// As it is now.
  EmulatorRecord& look() {
    follower_.read([this](const TraceEvent& event) { record_.take(event); });
    return record_;
  }

 private:
  TemporaryFolder folder_;
  std::string trace_;
  TraceFollower follower_;
  std::optional<ChildEmulator> child_;
  EmulatorRecord record_;
};

/// A run that tells over its control interface.
class ControlledEmulator {
 public:
  explicit ControlledEmulator(std::string url) : client_(std::move(url), {}) {}

  /// As it is now.
  EmulatorRecord& look() {
    const ControlClient::Reply reply = client_.ask("GET", fmt::format("/events?format=jsonl&from={}", next_));
    if (reply.refused()) throw ControlClientError(fmt::format("--control: {}", reply.body));
    std::istringstream lines(reply.body);
    for (std::string line; std::getline(lines, line);) {
      TraceEvent event;
      if (!parse_trace_event(line, event).empty()) continue;
      next_ = event.rest.value("n", next_) + 1;
      record_.take(event);
    }
    return record_;
  }

 private:
  ControlClient client_;
  std::uint64_t next_ = 0;  ///< number of the first event that it has not been asked for
  EmulatorRecord record_;
};

/// Real time: how long a boot takes at most, at this scale.
template <class Emulator>
void await_boot(Emulator& emulator, double time_scale) {
  constexpr std::chrono::duration<double> most{20}, least{5};
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::ceil<std::chrono::milliseconds>(std::max(most * time_scale, least));
  while (!emulator.look().booted() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

/// Empty: there is none to be asked.
std::string control_of(const PlayArguments& given) {
  if (!given.control.empty()) return given.control;
  const char* const named = std::getenv("SIM800_CONTROL");
  return named == nullptr ? "" : named;
}

Pattern pattern_to_ignore(const std::string& source) {
  try {
    return Pattern(source);
  } catch (const PatternError& error) {
    throw std::runtime_error(
        fmt::format("--ignore: expected {}, found \"{}\": {}", Pattern::expected, source, error.what()));
  }
}

/// How each dialogue went; of those behind one that differed nothing is known.
void write_report(const PlayArguments& given, const std::vector<RunCase>& played, double seconds) {
  if (given.report.empty()) return;
  RunReport report{.title = "sim800 play", .seconds = seconds, .cases = played};
  for (std::size_t i = played.size(); i < given.files.size(); ++i) {
    report.cases.push_back(
        {.group = "dialogues", .name = given.files[i], .outcome = RunCase::Outcome::skipped, .message = "not played"});
  }
  write_file(given.report, junit_xml(report));
}

int play(const PlayArguments& given) {
  std::vector<Dialogue> dialogues;
  dialogues.reserve(given.files.size());
  for (const auto& file : given.files) dialogues.push_back(load_dialogue(file));
  if (!given.report.empty()) check_report_file(given.report, false);
  PlayerOptions options{.time_scale = given.time_scale, .least_wait = std::chrono::duration<double>(given.least_wait)};
  for (const auto& pattern : given.ignore) options.ignore.push_back(pattern_to_ignore(pattern));

  const bool from_power_on = dialogues.front().begins_at_power_on();
  std::optional<StartedEmulator> emulator;
  if (given.pty.empty() && given.tcp.empty())
    emulator.emplace(given, from_power_on ? ChildEmulator::Until::reachable : ChildEmulator::Until::ready);
  const auto line = !given.pty.empty() ? open_serial(given.pty, given.baud)
                                       : connect_tcp(emulator ? emulator->tcp_address() : given.tcp);
  // What it says last is still on its way.
  if (emulator) {
    options.settle_wait = std::chrono::milliseconds(100);
    options.level = [&emulator](const std::string& signal) { return std::optional(emulator->look().level(signal)); };
    if (!from_power_on) await_boot(*emulator, given.time_scale);
  }
  std::optional<ControlledEmulator> controlled;
  if (const std::string url = emulator ? "" : control_of(given); !url.empty()) {
    controlled.emplace(url);
    options.settle_wait = std::chrono::milliseconds(100);
    options.level = [&controlled](const std::string& signal) {
      return std::optional(controlled->look().level(signal));
    };
    if (!from_power_on) await_boot(*controlled, given.time_scale);
  }
  Player player(line.get(), options);
  if (!from_power_on && !player.synchronise(synchronise_attempts)) {
    fmt::print(stderr, "{}: expected \"OK\" in response to \"AT\", got none in {} attempts\n", dialogues.front().file,
               synchronise_attempts);
    return 1;
  }
  if (!from_power_on && !emulator && !controlled) player.await_boot();
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::vector<RunCase> played;
  for (const auto& dialogue : dialogues) {
    RunCase& one = played.emplace_back(RunCase{.group = "dialogues", .name = dialogue.file});
    if (const auto difference = player.play(dialogue)) {
      one.outcome = RunCase::Outcome::failed;
      one.message = *difference;
      write_report(given, played, seconds());
      fmt::print(stderr, "{}\n", *difference);
      return 1;
    }
    fmt::print("{}: ok ({} steps)\n", dialogue.file, dialogue.steps.size());
    std::fflush(stdout);
  }
  write_report(given, played, seconds());
  return 0;
}

int play_or_say_why_not(const PlayArguments& given) {
  try {
    return play(given);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  return 2;
}

}  // namespace

void add_play(CLI::App& app, int& status) {
  const auto given = std::make_shared<PlayArguments>();
  auto* command = app.add_subcommand("play", "Play dialogue files against a module and report the first difference");
  command->add_option("DIALOGUE", given->files, "Dialogue files, played in this order on one line")->required();
  auto* pty = command->add_option("--pty", given->pty, "Use the module on this tty (a pty or a serial port)");
  auto* tcp = command->add_option("--tcp", given->tcp, "Use the module at HOST:PORT")->excludes(pty);
  command
      ->add_option("--control", given->control,
                   "Where the run of the module on --pty or --tcp is controlled; otherwise SIM800_CONTROL says so")
      ->type_name("URL");
  command->add_option("--baud", given->baud, "Rate of the serial port")
      ->check(whole_number(1, 4'000'000))
      ->capture_default_str()
      ->needs(pty);
  command->add_option("--ignore", given->ignore, "Skip lines that match REGEX completely (repeatable)")
      ->type_name("REGEX")
      ->allow_extra_args(false);
  command->add_option("--time-scale", given->time_scale, "Scale of the module's time; waits are multiplied by it")
      ->check(number(1e-6, 1000));
  command->add_option("--least-wait", given->least_wait, "Seconds to wait for a line at least, whatever the scale")
      ->check(number(0, 3600))
      ->capture_default_str();
  command->add_option("--report", given->report, "Write a report as JUnit XML")->type_name("FILE.xml");
  // The rest is for the emulator that is started without --pty and --tcp.
  for (auto* option :
       {command
            ->add_option("--scenario", given->scenarios,
                         "Scenario for the emulator that is started (repeatable: laid over each other)")
            ->allow_extra_args(false),
        command->add_option("--set", given->settings, "Lay this over the scenario, such as sim.present=false")
            ->type_name("KEY=VALUE")
            ->allow_extra_args(false),
        command->add_option("--timing", given->timing,
                            "Timing of the emulator started (instant, unless a scenario is given)"),
        command->add_option("--seed", given->seed, "Seed for the emulator that is started")
            ->check(whole_number(0, largest_seed))})
    option->excludes(pty)->excludes(tcp);
  command->callback([given, &status] { status = play_or_say_why_not(*given); });
}

}  // namespace sim800
