// sim800 exec: a run that lasts as long as a command, which finds the module in its environment.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/run_record.hpp"
#include "emulator/program/cli/run_session.hpp"
#include "emulator/program/host_command.hpp"
#include "emulator/program/temporary_folder.hpp"

namespace sim800 {
namespace {

/// The terminal sends it to all of a foreground process group, the command among them.
bool came_from_terminal(int signal) { return signal == SIGINT && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

class Execution final : public Companion {
 public:
  /// `bound`: how long the modules may take to get ready, in real time.
  Execution(asio::io_context& loop, std::vector<std::string> words, std::chrono::duration<double> bound)
      : loop_(loop), command_(loop, std::move(words)), bound_(loop) {
    bound_.expires_after(std::chrono::ceil<std::chrono::milliseconds>(bound));
    bound_.async_wait([this](asio::error_code problem) {
      if (problem || started_) return;
      late_ = true;
      loop_.stop();
    });
  }

  void ready(const std::map<std::string, std::string>& environment) override {
    started_ = true;
    bound_.cancel();
    command_.start(environment, [this] { end(bytes_left); });
  }

  bool takes(int signal) override {
    if (!started_) status_ = 128 + signal;
    if (command_.running() && !came_from_terminal(signal)) command_.signal(signal);
    return started_;
  }

  int status() const { return started_ ? command_.status() : status_; }
  /// The modules did not get ready in time.
  bool late() const { return late_; }
  const std::string& problem() const { return command_.problem(); }

 private:
  /// What it has written last is still to be read: so many turns of the loop take all of it.
  static constexpr int bytes_left = 16;

  void end(int turns) {
    if (turns == 0) return loop_.stop();
    asio::post(loop_, [this, turns] { end(turns - 1); });
  }

  asio::io_context& loop_;
  HostCommand command_;
  asio::steady_timer bound_;
  bool started_ = false, late_ = false;
  int status_ = 0;
};

int exec(RunOptions options, const std::vector<std::string>& words) {
  TemporaryFolder folder;
  // Also of several modules each has both.
  if (options.ptys.empty() && options.pty_dir.empty()) options.pty_dir = folder.path() / "tty";
  if (options.tcps.empty()) options.tcps = {"127.0.0.1:0+"};
  if (options.control.empty()) options.control = "127.0.0.1:0";
  const Execution* execution = nullptr;
  const auto make = [&](asio::io_context& loop) {
    auto made = std::make_unique<Execution>(loop, words, std::chrono::duration<double>(options.ready_within));
    execution = made.get();
    return made;
  };
  const auto judge = [&](RunEnd& end, Log& log) {
    if (!execution->problem().empty()) log.say(fmt::format("sim800: {}", execution->problem()));
    const int status = execution->status();
    RunCase command{.group = "command", .name = fmt::format("{}", fmt::join(words, " "))};
    if (status != 0) {
      command.outcome = RunCase::Outcome::failed;
      command.message = fmt::format("exit status {}", status);
    }
    if (execution->late()) {
      command.outcome = RunCase::Outcome::failed;
      command.message = fmt::format("not started: the module was not ready within {:g} s", options.ready_within);
      log.say(
          fmt::format("sim800: the module was not ready within {:g} s (--ready-within), so the command was not started",
                      options.ready_within));
    }
    end.report.cases.insert(end.report.cases.begin(), std::move(command));
    if (execution->late()) return fault_unfired;
    return status != 0 ? status : end.verdict(options.allow_unfired);
  };
  return run_and_report(std::move(options), make, judge);
}

}  // namespace

void add_exec(CLI::App& app, int& status, const std::vector<std::string>& arguments,
              const std::vector<std::string>& words) {
  auto options = std::make_shared<RunOptions>();
  options->arguments = arguments;
  CLI::App* command = app.add_subcommand("exec", "Run a command with modules beside it, and exit as it does");
  command->footer("The command stands behind all that, after --: sim800 exec slow-2g -- ./test.sh");
  add_run_options(*command, options);
  command->add_flag("--allow-unfired", options->allow_unfired, "Faults that never fired are no failure");
  command
      ->add_option("--ready-within", options->ready_within,
                   "Seconds of real time that the modules may take to get ready")
      ->check(number(0.001, 86400))
      ->capture_default_str();
  command->callback([options, words, &status] {
    if (words.empty()) throw CLI::ValidationError("exec", "expected a command behind --, found none");
    if (options->trace == "-")
      throw CLI::ValidationError("--trace", "expected a file, because standard output is the command's, found \"-\"");
    status = exec(*options, words);
  });
}

}  // namespace sim800
