// Bytes for the sockets' bench, and the floor of it.
// Usage: bench_stream source BYTES   sends every client so many bytes, then takes whatever it sends; prints its port
//        bench_stream copy PORT      prints the name of a pty; for each line of its input, a number, connects to that
//        port of loopback and writes to the pty what comes, by blocking reads and writes of at most so many bytes
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

#include "posix.hpp"

namespace {

using namespace std::string_view_literals;
using sim800::bench::must;
using sim800::bench::write_all;

sockaddr_in loopback(unsigned long port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void serve(int wire, std::size_t size) {
  std::array<char, 64 * 1024> buffer{};
  const bool sent = size > 0;
  bool there = true;
  while (size > 0 && there) {
    const ssize_t count = send(wire, buffer.data(), std::min(size, buffer.size()), MSG_NOSIGNAL);
    there = count > 0;
    if (there) size -= static_cast<std::size_t>(count);
  }
  if (sent && there) shutdown(wire, SHUT_WR);
  while (read(wire, buffer.data(), buffer.size()) > 0) {
  }
  close(wire);
}

// A size of 0 is a server that only listens: it does not end the connection.
[[noreturn]] void source(std::size_t size) {
  const auto listener = sim800::bench::listen_on_loopback();
  write_all(1, std::to_string(listener.port) + "\n");
  for (;;) std::thread([wire = listener.next(), size] { serve(wire, size); }).detach();
}

void copy(unsigned long port) {
  const auto [master, slave] = sim800::bench::open_pty();
  sim800::bench::set_raw(must(open(slave.c_str(), O_RDWR | O_NOCTTY), "open"));
  write_all(1, slave + "\n");
  std::array<char, 64 * 1024> buffer;
  for (std::array<char, 16> line{}; read(0, line.data(), line.size() - 1) > 0;) {
    const std::size_t most = std::min(std::strtoul(line.data(), nullptr, 10), buffer.size());
    const int wire = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    const sockaddr_in address = loopback(port);
    must(connect(wire, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    for (ssize_t count = 0; (count = read(wire, buffer.data(), most)) > 0;) {
      write_all(master, {buffer.data(), static_cast<std::size_t>(count)});
    }
    close(wire);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const unsigned long number = std::strtoul(argv[2], nullptr, 10);
  if (argv[1] == "source"sv) source(number);
  copy(number);
}
