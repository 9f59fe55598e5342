// sim800 run: its command line.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <asio/io_context.hpp>
#include <csignal>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/cli/run_record.hpp"
#include "emulator/program/cli/run_session.hpp"
#include "emulator/program/log.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {

int run_and_report(RunOptions options, const std::function<std::unique_ptr<Companion>(asio::io_context&)>& make,
                   const std::function<int(RunEnd&, Log&)>& judge) {
  // A reader that has left, and a limit of a file's size (setrlimit(2)), are errors of the write.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  asio::io_context loop{1};
  Log log(loop, options.log_level);
  const std::unique_ptr<Companion> companion = make(loop);
  const auto refuse = [&log](const std::exception& problem) {
    log.say(fmt::format("sim800: {}", problem.what()));
    return usage_error;
  };
  try {
    const RunRecord record(options);
    RunEnd end = run_modules(options, loop, log, companion.get());
    int status = judge(end, log);
    if (status == 0 && !end.sound) status = run_failure;
    const bool written = record.finish(end.report, status != 0, log);
    return status == 0 && !written ? run_failure : status;
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

int RunEnd::verdict(bool allow_unfired) const {
  if (!met || !clean) return expectation_failed;
  return fired || allow_unfired ? 0 : fault_unfired;
}

void add_run(CLI::App& app, int& status, const std::vector<std::string>& arguments) {
  auto options = std::make_shared<RunOptions>();
  options->arguments = arguments;
  CLI::App* command =
      app.add_subcommand("run", "Emulate modules, one unless told otherwise, until SIGINT, SIGTERM or SIGHUP");
  add_run_options(*command, options);
  command->add_flag("--stdio", options->stdio, "Use the terminal or a pipe as the serial line");
  command->add_flag("--strict", options->strict,
                    "Exit with 4 if an expectation of the scenario failed, with 3 if a fault never fired");
  command->callback([options, &status] {
    if (options->stdio && options->trace == "-") {
      throw CLI::ValidationError("--trace", "expected a file, because --stdio takes standard output, found \"-\"");
    }
    const auto judge = [strict = options->strict](const RunEnd& end, Log&) {
      return strict ? end.verdict(false) : end.clean ? 0 : expectation_failed;
    };
    status = run_and_report(*options, [](asio::io_context&) { return nullptr; }, judge);
  });
}

void add_run_options(CLI::App& to, const std::shared_ptr<RunOptions>& options) {
  CLI::App* const command = &to;
  command->add_option("SCENARIO", options->scenarios,
                      "A scenario file, or the name of one that ships; several are laid over each other in this order");
  command
      ->add_option("--set", options->settings, "Lay this over the scenario, such as network.signal.rssi=3 (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
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
  command
      ->add_option("--rfc2217", options->rfc2217s,
                   "Listen on this TCP address for hosts that use modem lines by RFC 2217 (repeatable)")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  command->add_option("--unix", options->unixes, "Listen on this unix socket (repeatable)")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command
      ->add_option("--connect", options->connections,
                   "Connect to what listens there, again whenever it has ended (repeatable)")
      ->type_name("tcp:HOST:PORT|unix:PATH|rfc2217:HOST:PORT")
      ->allow_extra_args(false);
  command
      ->add_option("--serial", options->serials,
                   "Be the module on this serial port of the machine; its adapter's DTR and RTS are driven by lines of "
                   "the module, as in dcd=dtr or ri=!rts, and dtr=dsr or rts=on says where the module's come from "
                   "(repeatable)")
      ->type_name("DEVICE[:BAUD][,LINE=[!]LINE...]")
      ->allow_extra_args(false);
  command
      ->add_option("--tap", options->tap,
                   "Listen here for sniffers, which get a copy of what passes the endpoints, as pcapng")
      ->type_name("HOST:PORT|unix:PATH")
      ->allow_extra_args(false);
  command
      ->add_option(
          "--baud", options->baud,
          "strict: a host at another rate than the module gets garbage, where the port tells the rate; lax: it "
          "does not (default; with --rfc2217 strict)")
      ->check(CLI::IsMember({"lax", "strict"}));
  command
      ->add_option("--state", options->state,
                   "Directory for what the module keeps while it is off; of several DIR/0, DIR/1 ...")
      ->type_name("DIR")
      ->check([](const std::string& given) { return given.empty() ? "expected a directory, found \"\"" : ""; });
  command->add_option("--timing", options->timing, "Latencies: typical (default), instant or maximum")
      ->check(CLI::IsMember({"typical", "instant", "maximum"}));
  command
      ->add_option("--time-scale", options->time_scale,
                   "Factor for every delay and timer; 0.01 makes them a hundred times shorter")
      ->check(number(1e-6, 1000));
  command->add_option("--seed", options->seed, "Seed for everything random")->check(whole_number(0, largest_seed));
  command
      ->add_option("--control", options->control,
                   "Serve requests that change the run and look at it (docs/control.md); port 0 picks a free port")
      ->type_name("HOST:PORT|unix:PATH");
  command
      ->add_option("--control-token", options->control_token,
                   "File with what every such request has to bring; needed where others can reach the address")
      ->type_name("FILE");
  command->add_option("--pcap", options->pcap, "Record the packets of data calls in a file, for Wireshark and tcpdump")
      ->type_name("FILE");
  command->add_option("--trace", options->trace, "Record the run in a file, - for standard output (docs/trace.md)")
      ->type_name("FILE");
  command
      ->add_option("--log-level", options->log_level,
                   "trace, debug (all bytes), info (what happens), warning (default), error, off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
  command->add_flag("--show", options->show, "Print what happens on standard error, as sim800 trace would");
  command
      ->add_flag(
          "--lint{warning}", options->lint,
          "Tell what the host does wrong on the line (docs/lint.md); --lint=error: that makes the run fail, with 4")
      ->check(CLI::IsMember({"warning", "error"}));
  command->add_option("--report", options->report, "Write a report: JUnit XML, or one page for people")
      ->type_name("FILE.xml|FILE.html");
  command
      ->add_option("--trace-on-failure", options->trace_on_failure,
                   "Leave the trace and its transcript in this directory if the run fails")
      ->type_name("DIR");
}

}  // namespace sim800
