// The host's end of a line to a module: a serial port or pty, a TCP connection, or an emulator started for it.
// SPDX-License-Identifier: MIT
#include "emulator/program/host_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

constexpr std::chrono::milliseconds ready_wait{30'000};
constexpr std::chrono::milliseconds stop_wait{5'000};

[[noreturn]] void fail(const std::string& what, int error) {
  throw HostLineError(fmt::format("{}: {}", what, std::generic_category().message(error)));
}

bool readable_within(int descriptor, std::chrono::milliseconds wait) {
  pollfd wanted{descriptor, POLLIN, 0};
  return ::poll(&wanted, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace

UniqueFd open_serial(const std::string& path, unsigned baud) {
  // Without O_NONBLOCK, opening a serial port may wait for its carrier.
  UniqueFd port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (port.get() < 0) fail(path, errno);
  termios settings{};
  if (::tcgetattr(port.get(), &settings) != 0) fail(path, errno);
  ::cfmakeraw(&settings);
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  settings.c_cflag |= CLOCAL | CREAD;
  // glibc accepts the rate itself as well as its constant.
  if (::cfsetspeed(&settings, baud) != 0) throw HostLineError(fmt::format("{}: no such rate: {} baud", path, baud));
  if (::tcsetattr(port.get(), TCSANOW, &settings) != 0) fail(path, errno);
  return port;
}

UniqueFd connect_tcp(const std::string& address) {
  const auto there = parse_host_port(address);
  if (!there || there->host.empty()) throw HostLineError(fmt::format("{}: expected HOST:PORT", address));

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(there->host.c_str(), std::to_string(there->port).c_str(), &hints, &found))
    throw HostLineError(fmt::format("{}: {}", address, ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);

  int error = 0;
  for (const auto* entry = list.get(); entry; entry = entry->ai_next) {
    UniqueFd connection(::socket(entry->ai_family, entry->ai_socktype | SOCK_CLOEXEC, entry->ai_protocol));
    if (connection.get() >= 0 && ::connect(connection.get(), entry->ai_addr, entry->ai_addrlen) == 0) {
      const int on = 1;
      ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return connection;
    }
    error = errno;
  }
  fail(address, error);
}

ChildEmulator::ChildEmulator(const std::function<int()>& emulator, Until until) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe", errno);
  output_ = UniqueFd(ends[0]);
  UniqueFd child_end(ends[1]);
  std::fflush(nullptr);  // or both would write what waits
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork", errno);
  if (pid_ == 0) {
    // Whatever happens to the host, no emulator is left behind.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    output_ = UniqueFd();
    ::dup2(child_end.get(), STDOUT_FILENO);
    child_end = UniqueFd();
    const int status = emulator();
    std::fflush(nullptr);
    ::_exit(status);
  }
  child_end = UniqueFd();  // or the end of the child would not end its output
  try {
    wait(until);
  } catch (...) {
    stop();
    throw;
  }
}

ChildEmulator::~ChildEmulator() { stop(); }

/// Reads "tcp HOST PORT" and the other announcements up to "ready".
void ChildEmulator::wait(Until until) {
  const auto deadline = std::chrono::steady_clock::now() + ready_wait;
  std::string text;
  for (;;) {
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      const auto line = text.substr(0, end);
      text.erase(0, end + 1);
      if (line.starts_with("tcp ")) {
        const auto space = line.rfind(' ');
        tcp_address_ =
            to_host_port(line.substr(4, space - 4), static_cast<std::uint16_t>(std::stoi(line.substr(space))));
      }
      if (line == "ready" && tcp_address_.empty()) throw HostLineError("the emulator announced no TCP endpoint");
      if (line == "ready" || (until == Until::reachable && !tcp_address_.empty())) return;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !readable_within(output_.get(), left))
      throw HostLineError("the emulator was not ready in time");
    std::array<char, 1024> bytes;
    const auto count = ::read(output_.get(), bytes.data(), bytes.size());
    if (count <= 0) throw HostLineError("the emulator ended before it was ready");
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

void ChildEmulator::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  // glibc 2.36 declares pidfd_open for C only.
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (process.get() < 0 || !readable_within(process.get(), stop_wait)) ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace sim800
