// The log of a run, on standard error.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "emulator/program/flusher.hpp"

namespace sim800 {

/// What spdlog is told, as long as this exists. Nobody waits for a reader of it: what standard error does not take
/// waits here, and lines that are too many are left out and counted. So are warnings that repeat themselves
/// (WarningLimit).
class Log {
 public:
  /// `level` as --log-level takes it.
  Log(asio::io_context& loop, const std::string& level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// A line as it is, whatever the level.
  void say(std::string_view line);

 private:
  class Sink;
  std::shared_ptr<Sink> sink_;
  Flusher flusher_;
};

}  // namespace sim800
