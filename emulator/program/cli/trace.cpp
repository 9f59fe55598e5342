// `sim800 trace`: prints a recorded trace as a transcript, or makes a dialogue of it.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/trace_dialogue.hpp"
#include "emulator/program/trace_follower.hpp"
#include "emulator/program/trace_print.hpp"

namespace sim800 {
namespace {

struct TraceArguments {
  std::string file, channel;
  TraceView view;
  bool follow = false, dialogue = false;
};

/// Prints what comes until the run has ended.
void follow(const TraceArguments& given) {
  bool over = false;
  Transcript transcript([](const std::string& line) { std::cout << line << '\n'; }, given.view);
  const auto take = [&](TraceEvent event) {
    over = over || event.name == "end";
    transcript.add(std::move(event));
  };
  if (given.file == "-") {
    int number = 0;
    for (std::string line; !over && std::getline(std::cin, line); std::cout.flush()) {
      TraceEvent event;
      const std::string mistake = parse_trace_event(line, event);
      if (!mistake.empty()) throw TraceError(trace_mistake(given.file, number + 1, mistake, line));
      ++number;
      take(std::move(event));
    }
  } else {
    TraceFollower follower(given.file);
    while (!over) {  // NOLINT(bugprone-infinite-loop): the end comes by take
      if (follower.read(take) > 0) continue;
      transcript.flush();
      std::cout.flush();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  transcript.flush();
  std::cout.flush();
}

int print(const TraceArguments& given) {
  std::ifstream opened;
  const bool standard_input = given.file == "-";
  if (!standard_input) opened.open(given.file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : opened;
  try {
    if (!in) throw TraceError(fmt::format("{}: expected a trace file that can be read", given.file));
    if (given.follow)
      follow(given);
    else if (given.dialogue)
      print_dialogue(in, given.file, given.channel, std::cout);
    else
      print_trace(in, given.file, std::cout, given.view);
  } catch (const TraceError& error) {
    std::cout.flush();
    fmt::print(stderr, "{}\n", error.what());
    return usage_error;
  }
  return 0;
}

}  // namespace

void add_trace(CLI::App& app, int& status) {
  const auto given = std::make_shared<TraceArguments>();
  auto* command = app.add_subcommand("trace", "Print a recorded trace as a readable transcript");
  command->add_option("FILE", given->file, "Trace that run --trace wrote; - is standard input")->required();
  auto* all = command->add_flag("--all", given->view.all, "Also show commands and results, and payloads in full");
  auto* decode = command->add_flag("--decode", given->view.decode,
                                   "Also say what PDUs mean, and HTTP and FTP that the host speaks over a socket");
  auto* follow = command->add_flag("-f,--follow", given->follow, "Go on as the trace is written, until the run ends");
  auto* dialogue = command->add_flag("--dialogue", given->dialogue, "Print a dialogue file for sim800 play instead");
  dialogue->excludes(all)->excludes(decode)->excludes(follow);
  command->add_option("--channel", given->channel, "The line whose dialogue it is, if the trace has several")
      ->needs(dialogue);
  command->callback([given, &status] {
    given->view.colour = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    status = print(*given);
  });
}

}  // namespace sim800
