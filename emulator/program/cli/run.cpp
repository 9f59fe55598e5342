// sim800 run: its command line.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <asio/io_context.hpp>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/cli/run_session.hpp"
#include "emulator/program/log.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

int run(const RunOptions& options) {
  // A reader that has left, and a limit of a file's size (setrlimit(2)), are errors of the write.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  asio::io_context loop{1};
  Log log(loop, options.log_level);
  const auto refuse = [&log](const std::exception& problem) {
    log.say(fmt::format("sim800: {}", problem.what()));
    return usage_error;
  };
  try {
    return run_modules(options, loop, log);
  } catch (const ScenarioError& problem) {
    for (const ScenarioMistake& mistake : problem.mistakes) log.say(mistake.text());
  } catch (const StateError& problem) {
    return refuse(problem);
  } catch (const EndpointError& problem) {
    return refuse(problem);
  } catch (const RunError& problem) {
    return refuse(problem);
  }
  return usage_error;
}

}  // namespace

void add_run(CLI::App& app, int& status, const std::vector<std::string>& arguments) {
  auto options = std::make_shared<RunOptions>();
  options->arguments = arguments;
  CLI::App* command =
      app.add_subcommand("run", "Emulate modules, one unless told otherwise, until SIGINT, SIGTERM or SIGHUP");
  command->add_option("SCENARIO", options->scenarios,
                      "A scenario file, or the name of one that ships; several with --separate");
  command->add_flag("--separate", options->separate, "Each scenario is a module of its own");
  command->add_option("--modules", options->modules, "So many modules of the same scenario")
      ->check(whole_number(1, most_modules));
  // One value per option, or the scenario after it would be taken for another one.
  command->add_option("--pty", options->ptys, "Create this symlink to a pseudo-terminal (repeatable)")
      ->type_name("LINK")
      ->allow_extra_args(false);
  command->add_option("--pty-dir", options->pty_dir, "The same for every module: DIR/0, DIR/1 ...")->type_name("DIR");
  command
      ->add_option("--tcp", options->tcps,
                   "Listen on this TCP address; port 0 picks a free port (repeatable); HOST:PORT+ has a port for every "
                   "module, from PORT on")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  command
      ->add_option("--tcp-any", options->tcp_anys,
                   "Listen on this TCP address; each client gets the first module that has none (repeatable)")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  command->add_flag("--stdio", options->stdio, "Use the terminal or a pipe as the serial line");
  command
      ->add_option("--state", options->state,
                   "Directory for what the module keeps while it is off; of several DIR/0, DIR/1 ...")
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
    if (options->state && options->state->empty()) {
      throw CLI::ValidationError("--state", "expected a directory, found \"\"");
    }
    status = run(*options);
  });
}

}  // namespace sim800
