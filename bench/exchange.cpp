// The stopwatch of a line and its answer, for two peers in turn, in many short rounds, so that noise hits both alike.
// Usage: bench_exchange LINE DEPTH SIZE ROUNDS COUNT MEASURED FLOOR
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <utility>

#include "posix.hpp"

namespace {

using sim800::bench::must;
using sim800::bench::Nanoseconds;

int open_tcp(const std::string& peer, std::size_t colon) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(peer.substr(colon + 1))));
  inet_pton(AF_INET, peer.substr(0, colon).c_str(), &address.sin_addr);
  const int wire = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  must(connect(wire, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  const int on = 1;
  must(setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  return wire;
}

int open_wire(const std::string& peer) {
  if (const std::size_t colon = peer.find(':'); colon != std::string::npos) return open_tcp(peer, colon);
  const int wire = must(open(peer.c_str(), O_RDWR | O_NOCTTY), peer.c_str());
  sim800::bench::set_raw(wire);
  return wire;
}

class Peer {
 public:
  explicit Peer(const std::string& name) : name_(name), wire_(open_wire(name)) {}

  Nanoseconds exchange(std::string_view lines, std::size_t size) {
    const auto start = sim800::bench::Clock::now();
    sim800::bench::write_all(wire_, lines);
    std::size_t count = 0, last = 0;
    for (std::size_t left = size; left > 0; left -= last) {
      count = std::min(left, buffer_.size());
      last = static_cast<std::size_t>(must(read(wire_, buffer_.data(), count), "read"));
      if (last == 0) fail("went away");
    }
    const auto span = sim800::bench::Clock::now() - start;
    // The end of the last read: a piece of the OK at least.
    if (!std::string_view("\r\nOK\r\n").ends_with(tail(last))) fail("gave another answer");
    return span;
  }

  /// The median of `count` exchanges.
  Nanoseconds round(std::string_view lines, std::size_t size, long count) {
    std::vector<Nanoseconds> samples;
    for (long i = 0; i < count; ++i) samples.push_back(exchange(lines, size));
    return sim800::bench::median(std::move(samples));
  }

 private:
  std::string_view tail(std::size_t filled) const {
    const std::size_t length = std::min<std::size_t>(filled, 6);
    return {buffer_.data() + filled - length, length};
  }
  [[noreturn]] void fail(const char* what) const {
    std::fprintf(stderr, "%s: %s\n", name_.c_str(), what);
    std::exit(1);
  }

  std::string name_;
  int wire_;
  std::array<char, 64 * 1024> buffer_{};
};

}  // namespace

// A round sends DEPTH times LINE (and a CR) in one write and waits for SIZE bytes that end in OK, COUNT times to each
// peer.  A peer is the path of a terminal or HOST:PORT.
int main(int argc, char** argv) {
  if (argc != 8) return 2;
  std::string lines;
  for (long depth = std::stol(argv[2]); depth > 0; --depth) lines.append(argv[1]).append("\r");
  const std::size_t size = std::stoul(argv[3]);
  const long rounds = std::stol(argv[4]), count = std::stol(argv[5]);
  Peer measured(argv[6]), floor(argv[7]);
  sim800::bench::Rounds results;
  for (Peer* peer : {&measured, &floor}) peer->exchange(lines, size);  // warm
  for (long round = 0; round < rounds; ++round) {
    const Nanoseconds ours = measured.round(lines, size, count);
    results.add(ours, floor.round(lines, size, count));
  }
  results.print();
}
