// What the bench programs share: system calls that must not fail, and medians.
// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace sim800::bench {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

/// Passes the result of a system call on; ends the program where it failed.
template <class Number>
Number must(Number result, const char* what) {
  if (result >= 0) return result;
  std::perror(what);
  std::exit(1);
}

inline void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(static_cast<std::size_t>(must(write(descriptor, bytes.data(), bytes.size()), "write")));
  }
}

/// A TCP port of this machine that the system picks.
struct Listener {
  int descriptor;
  std::uint16_t port;
  int next() const { return must(accept(descriptor, nullptr, nullptr), "accept"); }
};

inline Listener listen_on_loopback() {
  const int descriptor = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  must(bind(descriptor, plain, size), "bind");
  must(listen(descriptor, 4), "listen");
  must(getsockname(descriptor, plain, &size), "getsockname");
  return {descriptor, ntohs(address.sin_port)};
}

inline void set_raw(int terminal) {
  termios settings{};
  must(tcgetattr(terminal, &settings), "tcgetattr");
  cfmakeraw(&settings);
  must(tcsetattr(terminal, TCSANOW, &settings), "tcsetattr");
}

struct Pty {
  int master;
  std::string slave;
};

inline Pty open_pty() {
  const int master = must(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
  must(grantpt(master), "grantpt");
  must(unlockpt(master), "unlockpt");
  char name[64];
  must(-ptsname_r(master, name, sizeof name), "ptsname");
  return {master, name};
}

template <class Number>
Number median(std::vector<Number> samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

/// What each round took, of the measured side and of the floor.
class Rounds {
 public:
  void add(Nanoseconds measured, Nanoseconds floor) {
    measured_.push_back(measured);
    floors_.push_back(floor);
    ratios_.push_back(static_cast<double>(measured.count()) / static_cast<double>(floor.count()));
  }
  /// Three medians.  The ratio is that of the rounds' own ratios: what slows both sides of a round down leaves it
  /// alone.
  void print() const {
    std::printf("%lld %lld %f\n", static_cast<long long>(median(measured_).count()),
                static_cast<long long>(median(floors_).count()), median(ratios_));
  }

 private:
  std::vector<Nanoseconds> measured_, floors_;
  std::vector<double> ratios_;
};

}  // namespace sim800::bench
