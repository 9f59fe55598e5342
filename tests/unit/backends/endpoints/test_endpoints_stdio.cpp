// The stdio endpoint: pipes, files and terminals, and how they end.
// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <termios.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    out = UniqueFd(ends[0]);
    in = UniqueFd(ends[1]);
  }
  UniqueFd out, in;
};

struct StdioFixture : Fixture {
  StdioFixture() {
    // Only the host's ends: what they share with the endpoint's ends is the pipe, not the flags.
    fcntl(input.in.get(), F_SETFL, O_NONBLOCK);
    fcntl(output.out.get(), F_SETFL, O_NONBLOCK);
  }
  void start(int in, int out) {
    endpoint = open_stdio(loop, [this] { user.log += '$'; }, in, out);
    endpoint->attach(user);
    CHECK(user.log.empty());
    run_until_log("+");
  }
  Pipe input, output;
};

TEST_CASE_FIXTURE(StdioFixture, "stdio: a pipe is answered, and its end comes after all of it") {
  start(input.out.get(), output.in.get());
  CHECK(endpoint->announcement() == "stdio");
  CHECK(endpoint->name() == "stdio");
  user.on_receive = [&](std::string_view bytes) { endpoint->send(bytes); };
  write(input.in.get(), "AT\r");
  CHECK(read(output.out.get(), 3) == "AT\r");
  write(input.in.get(), "AT+CS");
  input.in = UniqueFd();
  run_until_log("+AT\rAT+CS$");
  settle();
  CHECK(user.log == "+AT\rAT+CS$");
  endpoint->send("late");
  CHECK(read(output.out.get(), 9) == "AT+CSlate");
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: the end waits for input to be wanted, and for output to be taken") {
  start(input.out.get(), output.in.get());
  user.wanting = false;
  endpoint->input_wanted();
  write(input.in.get(), "AT\r");
  input.in = UniqueFd();
  const std::string text = pattern(300'000);
  endpoint->send(text);
  settle();
  user.log.clear();
  user.wanting = true;
  endpoint->input_wanted();
  run_until([&] { return user.log == "AT\r"; });
  settle();
  CHECK(user.log == "AT\r");
  CHECK((read(output.out.get(), text.size()) == text));
  run_until([&] { return user.log == "AT\r~$"; });
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: files at both ends") {
  const TemporaryFolder folder;
  const std::string from = folder.path / "from", to = folder.path / "to", text = pattern(100'000);
  std::ofstream(from) << text;
  std::ofstream(to) << "before ";
  const UniqueFd in(open(from.c_str(), O_RDONLY)), out(open(to.c_str(), O_WRONLY | O_APPEND));
  user.on_receive = [&](std::string_view bytes) { endpoint->send(bytes); };
  start(in.get(), out.get());
  run_until([&] { return user.log.back() == '$'; });
  std::ostringstream written;
  written << std::ifstream(to).rdbuf();
  CHECK((written.str() == "before " + text));
  CHECK((user.log == "+" + text + "$"));
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: a reader that is gone ends it, and what it missed is counted") {
  start(input.out.get(), output.in.get());
  output.out = UniqueFd();
  endpoint->send("RING\r\n");
  CHECK(user.lost == 6);
  CHECK(endpoint->unsent() == 0);
  run_until_log("+$");
  input.in = UniqueFd();
  settle();
  CHECK(user.log == "+$");
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: a megabyte through a pipe, whose flags stay as they are") {
  start(input.out.get(), output.in.get());
  user.on_receive = [&](std::string_view bytes) { endpoint->send(bytes); };
  const std::string text = pattern(1024 * 1024);
  std::string back;
  for (std::size_t at = 0; at < text.size(); at += 4096) {
    write(input.in.get(), std::string_view(text).substr(at, 4096));
    run_until([&] { return user.log.size() == 1 + std::min(text.size(), at + 4096); });
    back += read(output.out.get(), 4096);
  }
  CHECK((back == text));
  CHECK((fcntl(input.out.get(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK((fcntl(output.in.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: a terminal sends keys as they are, and gets its settings back") {
  const UniqueFd screen(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
  REQUIRE(unlockpt(screen.get()) == 0);
  const UniqueFd terminal(open(ptsname(screen.get()), O_RDWR | O_NOCTTY));
  termios before{}, now{};
  REQUIRE(tcgetattr(terminal.get(), &before) == 0);
  CHECK((before.c_lflag & ECHO) != 0);
  start(terminal.get(), terminal.get());
  REQUIRE(tcgetattr(terminal.get(), &now) == 0);
  CHECK((now.c_lflag & ISIG) != 0);
  CHECK(now.c_cc[VINTR] == before.c_cc[VINTR]);
  CHECK((fcntl(terminal.get(), F_GETFL) & O_NONBLOCK) == 0);
  write(screen.get(), "AT\r\x1A");
  run_until_log("+AT\r\x1A");
  endpoint->send("OK");
  CHECK(read(screen.get(), 2) == "OK");
  endpoint.reset();
  REQUIRE(tcgetattr(terminal.get(), &now) == 0);
  CHECK(now.c_lflag == before.c_lflag);
  CHECK(now.c_iflag == before.c_iflag);
  CHECK(std::equal(std::begin(now.c_cc), std::end(now.c_cc), std::begin(before.c_cc)));
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: it may be destroyed at any time, also by its own end") {
  endpoint = open_stdio(loop, [this] { endpoint.reset(); }, input.out.get(), output.in.get());
  endpoint->attach(user);
  SUBCASE("by its end") {
    input.in = UniqueFd();
    run_until([&] { return endpoint == nullptr; });
  }
  SUBCASE("before anything happened") { endpoint.reset(); }
  settle();
}

TEST_CASE_FIXTURE(StdioFixture, "stdio: descriptors that are not open are refused") {
  CHECK_THROWS_AS(open_stdio(loop, nullptr, 1000, output.in.get()), EndpointError);
}

}  // namespace
}  // namespace sim800::endpoint_test
