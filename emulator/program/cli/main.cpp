// sim800: a SIM800 modem in software.
// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <system_error>

#include "emulator/program/cli/cli.hpp"

std::vector<std::filesystem::path> sim800::shipped_scenarios() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return {program.parent_path() / SIM800_SCENARIO_DIR, program.parent_path() / "shipped-scenarios"};
}

int main(int argc, char** argv) {
  CLI::App app{"A SIM800 modem in software, for firmware to be tested against", "sim800"};
  app.set_version_flag("--version", SIM800_VERSION);
  app.require_subcommand(1);
  int status = 0;
  sim800::add_run(app, status);
  sim800::add_check(app, status);
  sim800::add_scenarios(app, status);
  sim800::add_commands(app, status);
  sim800::add_play(app, status);
  sim800::add_trace(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    // --help and --version are "errors" with code 0; every real one is the usage error of the contract.
    return app.exit(problem) == 0 ? 0 : sim800::usage_error;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "sim800: %s\n", problem.what());
    return 1;
  }
  return status;
}
