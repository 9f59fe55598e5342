// `sim800 trace`: prints a recorded trace as a transcript.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/trace_print.hpp"

namespace sim800 {
namespace {

int print(const std::string& file, TraceView view) {
  std::ifstream opened;
  const bool standard_input = file == "-";
  if (!standard_input) opened.open(file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : opened;
  try {
    if (!in) throw TraceError(fmt::format("{}: expected a trace file that can be read", file));
    print_trace(in, file, std::cout, view);
  } catch (const TraceError& error) {
    std::cout.flush();
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  return 0;
}

}  // namespace

void add_trace(CLI::App& app, int& status) {
  struct Arguments {
    std::string file;
    TraceView view;
  };
  const auto given = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("trace", "Print a recorded trace as a readable transcript");
  command->add_option("FILE", given->file, "Trace that run --trace wrote; - is standard input")->required();
  command->add_flag("--all", given->view.all, "Also show commands and results, and payloads in full");
  command->callback([given, &status] { status = print(given->file, given->view); });
}

}  // namespace sim800
