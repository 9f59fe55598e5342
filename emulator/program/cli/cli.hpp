// The subcommands of `sim800`, one file each: what they add to the command line.
// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace sim800 {

/// Exit code for anything wrong with the user's input: arguments, scenario, files.
inline constexpr int usage_error = 2;

/// Exit codes of a run that went on to its end.
inline constexpr int run_failure = 1;
inline constexpr int fault_unfired = 3, expectation_failed = 4;

/// Runs the program with these arguments, its name not among them; returns its exit code.
int run_program(std::vector<std::string> arguments);

/// Where the scenarios that ship are: installed with this program, wherever that was moved, or beside its sources.
std::vector<std::filesystem::path> shipped_scenarios();

/// Accept what is a number, whole and in decimal digits or not, in this range; to all else they say what was expected.
CLI::Validator whole_number(std::uint64_t least, std::uint64_t most);
CLI::Validator number(double least, double most);

/// In one run.
inline constexpr std::uint64_t most_modules = 100'000;

/// Seeds are written to traces, whose numbers are signed.
inline constexpr std::uint64_t largest_seed = std::numeric_limits<std::int64_t>::max();

// Each adds its subcommand to `app`, and sets `status`, the program's exit code, when it has run.
void add_run(CLI::App& app, int& status, const std::vector<std::string>& arguments);
/// `words`: the command, and its arguments.
void add_exec(CLI::App& app, int& status, const std::vector<std::string>& arguments,
              const std::vector<std::string>& words);
/// What these two have in common.
struct RunOptions;
void add_run_options(CLI::App& to, const std::shared_ptr<RunOptions>& options);
void add_check(CLI::App& app, int& status);
void add_scenarios(CLI::App& app, int& status);
void add_schema(CLI::App& app, int& status);
void add_commands(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_models(CLI::App& app, int& status);
void add_play(CLI::App& app, int& status);
void add_trace(CLI::App& app, int& status);
void add_lint(CLI::App& app, int& status);
void add_state(CLI::App& app, int& status);
void add_ctl(CLI::App& app, int& status);
void add_completion(CLI::App& app, int& status);
void add_man(CLI::App& app, int& status);

/// `sim800 complete WORD…`: prints what may stand for the last word, a line for each; a tab and an explanation may
/// follow. Nothing: files.
int print_completions(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace sim800
