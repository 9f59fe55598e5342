// The host program of `sim800 exec`: a process that lives no longer than the run.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sim800 {

class HostCommand {
 public:
  HostCommand(asio::io_context& loop, std::vector<std::string> words);
  ~HostCommand();  ///< ends it where it has not ended
  HostCommand(const HostCommand&) = delete;
  HostCommand& operator=(const HostCommand&) = delete;

  /// With this environment beside our own. `ended` is called once, later.
  void start(const std::map<std::string, std::string>& environment, std::function<void()> ended);
  bool running() const { return pid_ > 0; }
  void signal(int number) const;
  /// As a shell has it: its exit status, 128+n where signal n has killed it, 127 where there is no such program, 126
  /// where it cannot be run.
  int status() const { return status_; }
  /// Why it has not started; empty: it has.
  const std::string& problem() const { return problem_; }

 private:
  [[noreturn]] void become(char* const* words, char* const* environment, int tell) const;
  void wait();

  asio::io_context& loop_;
  std::vector<std::string> words_;
  asio::posix::stream_descriptor process_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::string problem_;
  std::function<void()> ended_;
};

}  // namespace sim800
