// sim800: a SIM800 modem in software.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/program/cli/cli.hpp"
#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

/// The file this program was loaded from.  /proc/self/exe would name the loader where it was started by one
/// ("ld-linux-x86-64.so.2 sim800"), so the file is the one that is mapped where this function is (proc(5), maps).
std::filesystem::path program_file() {
  const auto here = reinterpret_cast<std::uintptr_t>(&program_file);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream columns(line);
    std::uintptr_t begin = 0, end = 0;
    char dash = 0;
    columns >> std::hex >> begin >> dash >> end;
    const std::size_t path = line.find('/');
    if (begin <= here && here < end && path != std::string::npos) return line.substr(path);
  }
  return {};
}

/// What stands where a subcommand is due is told as that; the parser would say that there is none.
std::string unknown_subcommand(const CLI::App& app, const CLI::ParseError& problem) {
  const std::vector<std::string> rest = app.remaining(true);
  if (problem.get_name() != "RequiredError" || rest.empty() || rest.front().starts_with('-')) return {};
  const CLI::App* asked = &app;
  while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().back();
  std::vector<std::string_view> names;
  for (const CLI::App* sub : asked->get_subcommands({})) names.push_back(sub->get_name());
  if (names.empty()) return {};
  const std::string hint = did_you_mean(rest.front(), names);
  return fmt::format("sim800: expected a subcommand of \"{}\", found \"{}\"{}\n", asked->get_name(), rest.front(),
                     hint.empty() ? "" : "; " + hint);
}

/// Takes the command of exec out of the arguments, whose options it may share.
std::vector<std::string> command_behind_dashes(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "exec") return {};
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> words(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return words;
}

}  // namespace

std::vector<std::filesystem::path> shipped_scenarios() {
  const std::filesystem::path folder = program_file().parent_path();
  return {folder / SIM800_SCENARIO_DIR, folder / "shipped-scenarios"};
}

int run_program(std::vector<std::string> arguments) {
  const std::vector<std::string> given = arguments;
  CLI::App app{"A SIM800 modem in software, for firmware to be tested against", "sim800"};
  app.set_version_flag("--version", SIM800_VERSION);
  app.require_subcommand(1);
  int status = 0;
  const std::vector<std::string> words = command_behind_dashes(arguments);
  add_run(app, status, given);
  add_exec(app, status, given, words);
  add_check(app, status);
  add_scenarios(app, status);
  add_schema(app, status);
  add_commands(app, status);
  add_explain(app, status);
  add_models(app, status);
  add_play(app, status);
  add_trace(app, status);
  add_lint(app, status);
  add_state(app, status);
  add_ctl(app, status);
  add_completion(app, status);
  add_man(app, status);
  // Asked by the shell at every press of a key, with words that no parser has to like.
  if (!given.empty() && given.front() == "complete") return print_completions(app, {given.begin() + 1, given.end()});
  try {
    std::ranges::reverse(arguments);  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    if (const std::string unknown = unknown_subcommand(app, problem); !unknown.empty()) {
      std::fputs(unknown.c_str(), stderr);
      return usage_error;
    }
    // --help and --version are "errors" with code 0; every real one is a usage error (exit code 2).
    return app.exit(problem) == 0 ? 0 : usage_error;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "sim800: %s\n", problem.what());
    return 1;
  }
  return status;
}

}  // namespace sim800

int main(int argc, char** argv) { return sim800::run_program({argv + std::min(argc, 1), argv + argc}); }
