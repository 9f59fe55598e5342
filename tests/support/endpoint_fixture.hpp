// A user of a port that records events, and the host's end of a line, for tests of the endpoints.
// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "backends/endpoints/endpoints.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800::endpoint_test {

/// Records every event in order: "+" arrived, "-" left, bytes unchanged, "~" drained, "#" a break begins.
struct Recorder : PortUser {
  void receive(std::string_view bytes) override {
    CHECK(++depth == 1);
    log += bytes;
    if (on_receive) on_receive(bytes);
    --depth;
  }
  bool wants_input() const override { return wanting; }
  void client_arrived() override { log += '+'; }
  void client_left() override { log += '-'; }
  void drained() override { log += '~'; }
  void output_lost(std::size_t count) override { lost += count; }
  void host_break(bool on) override {
    if (on) log += '#';
    if (on_break) on_break(on);
  }

  std::string log;
  std::size_t lost = 0;
  bool wanting = true;
  int depth = 0;
  std::function<void(std::string_view)> on_receive;
  std::function<void(bool)> on_break;
};

/// A line that does nothing by itself.
struct IdleLine final : Endpoint {
  void attach(PortUser& user) override { module = &user; }
  std::string announcement() const override { return "idle"; }
  std::string name() const override { return "idle:1"; }
  void send(std::string_view bytes) override { sent += bytes; }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}
  void set_line(ModemLine line, bool on) override { sent += std::string(text_of(line)) + (on ? "+" : "-"); }

  PortUser* module = nullptr;
  std::string sent;
};

/// `size` bytes in which each differs from its neighbours.
inline std::string pattern(std::size_t size) {
  std::string bytes;
  for (unsigned number = 0; bytes.size() < size; ++number) bytes += std::to_string(number * 2654435761U) + ' ';
  bytes.resize(size);
  return bytes;
}

struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "sim800-test-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

/// One loop for both ends: the host's end is driven by hand, and the loop runs while it waits.
struct Fixture {
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds too_long{20};  // to fail rather than hang; nothing waits this long

  /// Runs what is ready now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }
  template <typename Condition>
  void run_until(Condition condition) {
    while (!condition()) {
      loop.restart();
      REQUIRE_MESSAGE(loop.run_one_for(too_long) > 0, "nothing happens; so far: " << user.log.substr(0, 200));
    }
  }
  void run_until_log(const std::string& expected) {
    run_until([&] { return user.log.size() >= expected.size(); });
    CHECK(user.log == expected);
  }
  void write(int host, std::string_view bytes) {
    const auto deadline = Clock::now() + too_long;
    while (!bytes.empty()) {
      const ssize_t count = ::write(host, bytes.data(), bytes.size());
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0) wait(host, POLLOUT, deadline);
    }
  }
  /// Reads `size` bytes, fewer only at the end of the stream.
  std::string read(int host, std::size_t size) {
    const auto deadline = Clock::now() + too_long;
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t count = ::read(host, bytes.data() + filled, size - filled);
      if (count == 0) break;
      if (count > 0) filled += static_cast<std::size_t>(count);
      if (count < 0) wait(host, POLLIN, deadline);
    }
    bytes.resize(filled);
    return bytes;
  }
  void wait(int host, short events, Clock::time_point deadline) {
    REQUIRE(errno == EAGAIN);
    REQUIRE(Clock::now() < deadline);
    settle();
    pollfd query{host, events, 0};
    poll(&query, 1, 1);
  }

  asio::io_context loop{1};
  Recorder user;
  std::unique_ptr<Endpoint> endpoint;
};

/// The words of an announcement.
inline std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

inline UniqueFd connected_to(const sockaddr* address, socklen_t size) {
  UniqueFd host(socket(address->sa_family, SOCK_STREAM, 0));
  REQUIRE(::connect(host.get(), address, size) == 0);
  fcntl(host.get(), F_SETFL, O_NONBLOCK);
  return host;
}

/// A client of a TCP port of this machine, by its announcement.
inline UniqueFd connected_to_port(const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(words(endpoint.announcement()).at(2))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connected_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

inline UniqueFd connected_to_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  return connected_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace sim800::endpoint_test
