// The host's end of a line to a module: a serial port or pty, a TCP connection, or an emulator started for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// The line is not available: tells which and why.
struct HostLineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Opens a tty in raw mode, 8N1, without flow control. Throws HostLineError, also for a rate unknown to the system.
UniqueFd open_serial(const std::string& path, unsigned baud);

/// Connects to HOST:PORT ([HOST]:PORT for IPv6 literals).  Throws HostLineError.
UniqueFd connect_tcp(const std::string& address);

/// A `sim800 run` of our own, stopped by its destructor.
class ChildEmulator {
 public:
  /// When the constructor returns: once the module answers, or as soon as it can be reached, while it boots.
  enum class Until { ready, reachable };

  /// Runs `emulator` in a process of its own, a copy of this one, and reads the lines it announces itself with; what it
  /// returns is that process's exit status.  To be called while this process has one thread.
  /// Throws HostLineError where it cannot be started, ends, or is not there within 30 s; its own messages go to our
  /// stderr.
  explicit ChildEmulator(const std::function<int()>& emulator, Until until = Until::ready);
  ChildEmulator(const ChildEmulator&) = delete;
  ChildEmulator& operator=(const ChildEmulator&) = delete;
  ~ChildEmulator();

  /// HOST:PORT from its line "tcp HOST PORT".
  const std::string& tcp_address() const { return tcp_address_; }

 private:
  void wait(Until until);
  void stop();
  pid_t pid_ = -1;
  UniqueFd output_;
  std::string tcp_address_;
};

}  // namespace sim800
