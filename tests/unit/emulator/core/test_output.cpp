// Outputs whose readers are slow, gone, or disks that are full.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

#include "emulator/core/output.hpp"

namespace sim800 {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader = UniqueFd(ends[0]);
    output.emplace(UniqueFd(ends[1]));
    output->on_waiting = [this] { ++told; };
  }
  std::string read() {
    std::string bytes(limit, '\0');
    const ssize_t count = ::read(reader.get(), bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  static constexpr std::size_t limit = 1U << 16U;
  UniqueFd reader;
  std::optional<Output> output;
  int told = 0;
};

TEST_CASE("output: what a reader does not take waits, in order, and is announced once") {
  Pipe pipe;
  std::string sent, got;
  for (int i = 0; i < 30'000; ++i) {
    const std::string line = std::to_string(i) + "\n";
    REQUIRE(pipe.output->write(line));
    sent += line;
  }
  CHECK(pipe.output->waiting());
  CHECK(pipe.told == 1);
  while (got.size() < sent.size()) {
    got += pipe.read();
    pipe.output->flush();
  }
  CHECK(got == sent);
  CHECK_FALSE(pipe.output->waiting());
}

TEST_CASE("output: what does not fit is refused as a whole, and there is room again later") {
  Pipe pipe;
  const std::string line(1000, 'x');
  std::size_t taken = 0;
  while (pipe.output->write(line)) ++taken;
  CHECK(taken * line.size() > Output::limit);
  CHECK(taken * line.size() <= Output::limit + Pipe::limit);
  CHECK(pipe.output->error() == 0);
  std::size_t got = 0;
  while (got < taken * line.size()) {
    got += pipe.read().size();
    pipe.output->flush();
  }
  CHECK(got == taken * line.size());
  CHECK(pipe.output->write(line));
}

TEST_CASE("output: a reader that has left, and a full disk, are errors") {
  Pipe pipe;
  pipe.reader = UniqueFd();
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as the program does
  CHECK_FALSE(pipe.output->write("x"));
  std::signal(SIGPIPE, before);
  CHECK(pipe.output->error() == EPIPE);
  Output full(UniqueFd(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  CHECK_FALSE(full.write("x"));
  CHECK(full.error() == ENOSPC);
  CHECK_FALSE(full.write("x"));
}

TEST_CASE("output: draining gives up on a reader that does not come") {
  Pipe pipe;
  while (pipe.output->write(std::string(1000, 'x'))) {
  }
  pipe.output->drain(std::chrono::milliseconds(0));
  CHECK(pipe.output->waiting());
}

}  // namespace
}  // namespace sim800
