// A port where sniffers connect: they get a copy of what passes the lines of a run, and change nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "backends/endpoints/endpoints.hpp"

namespace sim800 {

class Tap {
 public:
  /// What waits for one sniffer; more is left out, counted and logged.
  static constexpr std::size_t most_waiting = std::size_t{1024} * 1024;
  static constexpr std::size_t most_sniffers = 8;

  virtual ~Tap() = default;
  /// "tap HOST PORT", "tap unix:PATH"
  virtual std::string announcement() const = 0;
  /// Stands for `line` from now on. Both it and the tap outlive what is returned.
  virtual std::unique_ptr<Endpoint> watch(Endpoint& line) = 0;
  /// Sniffers come from now on; all lines are known.
  virtual void start() = 0;
};

/// `address` is HOST:PORT or unix:PATH. Throws EndpointError.
std::unique_ptr<Tap> open_tap(asio::io_context& loop, const std::string& address);

}  // namespace sim800
