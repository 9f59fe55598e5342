// `sim800 play`: plays dialogues against a module on a line, or against an emulator started for them.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/host_line.hpp"
#include "emulator/program/player.hpp"
#include "protocol/dialogue.hpp"
#include "protocol/pattern.hpp"

namespace sim800 {
namespace {

constexpr int synchronise_attempts = 10;

struct PlayArguments {
  std::vector<std::string> files, ignore;
  std::string pty, tcp, scenario, timing;
  unsigned baud = 115200;
  std::optional<unsigned long long> seed;
  double time_scale = 1, least_wait = 0;
};

/// Arguments of a `sim800 run` to play against.
std::vector<std::string> emulator_arguments(const PlayArguments& given) {
  std::vector<std::string> command{"run", "--tcp", "127.0.0.1:0"};
  // A booting module could not answer yet; a scenario sets its own timing.
  const auto timing = given.timing.empty() && given.scenario.empty() ? "instant" : given.timing;
  if (!timing.empty()) command.insert(command.end(), {"--timing", timing});
  if (given.seed) command.insert(command.end(), {"--seed", std::to_string(*given.seed)});
  if (given.time_scale != 1) command.insert(command.end(), {"--time-scale", fmt::format("{}", given.time_scale)});
  if (!given.scenario.empty()) command.push_back(given.scenario);
  return command;
}

Pattern pattern_to_ignore(const std::string& source) {
  try {
    return Pattern(source);
  } catch (const PatternError& error) {
    throw std::runtime_error(
        fmt::format("--ignore: expected {}, found \"{}\": {}", Pattern::expected, source, error.what()));
  }
}

int play(const PlayArguments& given) {
  std::vector<Dialogue> dialogues;
  dialogues.reserve(given.files.size());
  for (const auto& file : given.files) dialogues.push_back(load_dialogue(file));
  PlayerOptions options{.time_scale = given.time_scale, .least_wait = std::chrono::duration<double>(given.least_wait)};
  for (const auto& pattern : given.ignore) options.ignore.push_back(pattern_to_ignore(pattern));

  const bool from_power_on = dialogues.front().begins_at_power_on();
  std::optional<ChildEmulator> emulator;
  if (given.pty.empty() && given.tcp.empty()) {
    emulator.emplace([arguments = emulator_arguments(given)] { return run_program(arguments); },
                     from_power_on ? ChildEmulator::Until::reachable : ChildEmulator::Until::ready);
  }
  const auto line = !given.pty.empty() ? open_serial(given.pty, given.baud)
                                       : connect_tcp(emulator ? emulator->tcp_address() : given.tcp);
  // RDY makes it ready; +CFUN: 1 is right behind it.
  if (emulator) options.settle_wait = std::chrono::milliseconds(100);
  Player player(line.get(), options);
  if (!from_power_on && !player.synchronise(synchronise_attempts)) {
    fmt::print(stderr, "{}: expected \"OK\" in response to \"AT\", got none in {} attempts\n", dialogues.front().file,
               synchronise_attempts);
    return 1;
  }
  for (const auto& dialogue : dialogues) {
    if (const auto difference = player.play(dialogue)) {
      fmt::print(stderr, "{}\n", *difference);
      return 1;
    }
    fmt::print("{}: ok ({} steps)\n", dialogue.file, dialogue.steps.size());
    std::fflush(stdout);
  }
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
      ->check(number(0, 3600));
  // The rest is for the emulator that is started without --pty and --tcp.
  for (auto* option : {command->add_option("--scenario", given->scenario, "Scenario for the emulator that is started"),
                       command->add_option("--timing", given->timing,
                                           "Timing of the emulator started (instant, unless a scenario is given)"),
                       command->add_option("--seed", given->seed, "Seed for the emulator that is started")
                           ->check(whole_number(0, largest_seed))})
    option->excludes(pty)->excludes(tcp);
  command->callback([given, &status] { status = play_or_say_why_not(*given); });
}

}  // namespace sim800
