// What a channel needs only while something goes through it.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "emulator/at/command.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/at/response.hpp"

namespace sim800 {

struct Workspace {
  std::string echo;  ///< of the line being typed, or of the one that runs: held until it is handled
  std::string out;   ///< not sent yet
  CommandLine line;
  Arguments arguments;
  std::optional<Response> response;  ///< into `out`
  std::optional<Invocation> invocation;

  bool empty() const { return echo.empty() && out.empty(); }
};

/// A workspace that is borrowed when it is first used, from those that the channels of this thread hand on to one
/// another: of ten thousand modules, few are at work at the same moment. Its buffers keep the room they have got.
class BorrowedWorkspace {
 public:
  /// Its response has this format, which outlives it.
  explicit BorrowedWorkspace(const Format& format) : format_(format) {}

  Workspace& operator*() {
    if (!held_) borrow();
    return *held_;
  }
  Workspace* operator->() { return &**this; }
  /// Null while nothing is borrowed: then it is empty.
  const Workspace* peek() const { return held_.get(); }
  /// It must be empty.
  void give_back();

 private:
  void borrow();
  const Format& format_;
  std::unique_ptr<Workspace> held_;
};

}  // namespace sim800
