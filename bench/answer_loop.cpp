// The floor of every exchange: answers each line with SIZE bytes that end in OK, by blocking reads and writes.
// Usage: bench_answer_loop pty|tcp SIZE   Prints the name of the pty, or HOST:PORT, and runs until it is killed.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <string>

#include "posix.hpp"

namespace {

using namespace std::string_view_literals;
using sim800::bench::must;

std::string answer_of(std::size_t size) {
  constexpr std::string_view end = "\r\nOK\r\n";
  std::string answer(std::max(size, end.size()) - end.size(), '.');
  return answer.append(end);
}

void say(const std::string& name) { sim800::bench::write_all(1, name + "\n"); }

/// Returns when the client has gone.
void serve(int wire, std::string_view answer) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t count = read(wire, buffer.data(), buffer.size());
    if (count <= 0) return;
    for (ssize_t i = 0; i < count; ++i) {
      if (buffer[static_cast<std::size_t>(i)] == '\r') sim800::bench::write_all(wire, answer);
    }
  }
}

void serve_pty(std::string_view answer) {
  const auto [master, slave] = sim800::bench::open_pty();
  // Kept open, so that the line stays up and raw between clients.
  sim800::bench::set_raw(must(open(slave.c_str(), O_RDWR | O_NOCTTY), "open"));
  say(slave);
  serve(master, answer);
}

void serve_tcp(std::string_view answer) {
  const auto listener = sim800::bench::listen_on_loopback();
  say("127.0.0.1:" + std::to_string(listener.port));
  for (;;) {
    const int client = listener.next();
    const int on = 1;
    must(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    serve(client, answer);
    close(client);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string answer = answer_of(std::strtoul(argv[2], nullptr, 10));
  argv[1] == "pty"sv ? serve_pty(answer) : serve_tcp(answer);
}
