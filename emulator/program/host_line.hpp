// The host's end of a line to a module: a serial port or pty, a TCP connection, an emulator started for the purpose.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sim800 {

/// The line cannot be had: says which and why.
struct HostLineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An open file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return number_; }

 private:
  int number_;
};

/// Opens a tty raw, 8N1, without flow control.  Throws HostLineError, also for a rate that the system has no name for.
Descriptor open_serial(const std::string& path, unsigned baud);

/// Connects to HOST:PORT ([HOST]:PORT for IPv6 literals).  Throws HostLineError.
Descriptor connect_tcp(const std::string& address);

/// A `sim800 run` of our own: it is there, and answers, from construction on, and is stopped with its owner.
class ChildEmulator {
 public:
  /// Runs `command` (a path and arguments) and reads the lines it announces itself with.
  /// Throws HostLineError where it cannot be started, ends, or is not ready within 30 s; its own messages go to our
  /// stderr.
  explicit ChildEmulator(const std::vector<std::string>& command);
  ChildEmulator(const ChildEmulator&) = delete;
  ChildEmulator& operator=(const ChildEmulator&) = delete;
  ~ChildEmulator();

  /// HOST:PORT of its line "tcp HOST PORT".
  const std::string& tcp_address() const { return tcp_address_; }

 private:
  void wait_until_ready();
  void stop();
  pid_t pid_ = -1;
  Descriptor output_;
  std::string tcp_address_;
};

}  // namespace sim800
