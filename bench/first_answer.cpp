// The stopwatch of a start: from before the process exists until it has written OK, for two programs in turn.
// Usage: bench_first_answer ROUNDS PROGRAM [ARGUMENT…] -- FLOOR [ARGUMENT…]
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <string>

#include "posix.hpp"

namespace {

using sim800::bench::must;
using sim800::bench::Nanoseconds;

struct Pipe {
  Pipe() { must(pipe2(ends.data(), O_CLOEXEC), "pipe"); }
  std::array<int, 2> ends{};
};

void wait_for_ok(int output) {
  std::string text;
  std::array<char, 4096> buffer;
  while (text.find("OK\r\n") == std::string::npos) {
    const ssize_t count = must(read(output, buffer.data(), buffer.size()), "read");
    if (count == 0) {
      std::fputs("a program ended without OK\n", stderr);
      std::exit(1);
    }
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// AT and a CR wait on its standard input, whose end ends the program.
Nanoseconds start(char** command) {
  const Pipe input, output;
  sim800::bench::write_all(input.ends[1], "AT\r");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.ends[0], 0);
  posix_spawn_file_actions_adddup2(&actions, output.ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const auto before = sim800::bench::Clock::now();
  must(-posix_spawn(&child, command[0], &actions, nullptr, command, environ), command[0]);
  close(output.ends[1]);
  wait_for_ok(output.ends[0]);
  const auto span = sim800::bench::Clock::now() - before;
  for (const int end : {input.ends[0], input.ends[1], output.ends[0]}) close(end);
  must(waitpid(child, nullptr, 0), "waitpid");
  posix_spawn_file_actions_destroy(&actions);
  return span;
}

}  // namespace

int main(int argc, char** argv) {
  char** const separator = std::find(argv, argv + argc, std::string_view("--"));
  if (argc < 5 || separator + 1 >= argv + argc) return 2;
  *separator = nullptr;
  sim800::bench::Rounds results;
  for (long round = std::stol(argv[1]); round > 0; --round) {
    const Nanoseconds measured = start(argv + 2);
    results.add(measured, start(separator + 1));
  }
  results.print();
}
