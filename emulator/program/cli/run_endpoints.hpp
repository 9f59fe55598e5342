// The endpoints of a run, and the module that each belongs to.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "backends/endpoints/tap.hpp"
#include "emulator/program/cli/run_options.hpp"

namespace sim800 {

/// `--pty`, `--tcp`, `--rfc2217`, `--unix`, `--connect` and `--serial` are dealt out in the order given, the first of
/// each to module 0, and round again; `--stdio` is module 0's; `--pty-dir`, `--tcp HOST:PORT+` and `--tcp-any` have a
/// line for every module.
class RunEndpoints {
 public:
  /// All exist, and no byte moves yet. `modules`: how many there are. `at_end`: see open_stdio(). Throws EndpointError,
  /// RunError where the system has fewer pseudo-terminals or descriptors than are needed; nothing is left behind then.
  RunEndpoints(asio::io_context& loop, const RunOptions& options, unsigned modules, std::function<void()> at_end);

  struct Line {
    Endpoint* endpoint;
    unsigned module;
    PortUser* user = nullptr;
    bool strict = false;  ///< a host at another rate than the module gets garbage
  };
  std::vector<Line>& lines() { return lines_; }
  /// Standard input and output; null without.
  Endpoint* stdio() const { return stdio_; }
  /// The lines to be printed; `names` are the modules', shown where there are several.
  std::vector<std::string> announcements(const std::vector<std::string>& names) const;
  /// Bytes move from now on, except on standard input.
  void start();

 private:
  void own(std::unique_ptr<Endpoint> endpoint, unsigned module, bool knows_rate = false);
  void open_dealt(const RunOptions& options);
  void open_for_all(const RunOptions& options);
  void open_tcps(const std::string& address);
  void watch_lines();

  asio::io_context& loop_;
  unsigned modules_;
  std::string baud_;
  std::vector<std::unique_ptr<Endpoint>> owned_;
  std::vector<std::unique_ptr<EndpointPool>> pools_;
  std::unique_ptr<Tap> tap_;
  std::vector<std::unique_ptr<Endpoint>> watched_;  ///< stand for those above
  std::vector<Line> lines_;
  Endpoint* stdio_ = nullptr;
};

}  // namespace sim800
