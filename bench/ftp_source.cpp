// An FTP server that sends as many bytes as a name says, RETR 104857600, and swallows what is stored; passive mode
// only. Usage: bench_ftp_source   Prints its port, serves one client after the other, and runs until it is killed.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <string>

#include "posix.hpp"

namespace {

using sim800::bench::listen_on_loopback;
using sim800::bench::must;

/// False where the other side has gone: no reason to end.
bool send_all(int wire, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(wire, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

class Session {
 public:
  explicit Session(int wire) : wire_(wire) {
    const int on = 1;
    must(setsockopt(wire_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  }

  void serve() {
    reply("220 Ready");
    for (std::string line; next_line(line);) {
      const std::string_view verb = std::string_view(line).substr(0, line.find(' '));
      if (verb == "USER") {
        reply("331 Password");
      } else if (verb == "PASS") {
        reply("230 In");
      } else if (verb == "PASV") {
        enter_passive_mode();
      } else if (verb == "RETR") {
        transfer([count = std::stoull(line.substr(5))](int data) { write_all(data, count); });
      } else if (verb == "STOR") {
        transfer(swallow);
      } else {
        reply(verb == "QUIT" ? "221 Bye" : verb == "PWD" ? "257 \"/\"" : verb == "SIZE" ? "550 None" : "200 Fine");
        if (verb == "QUIT") return;
      }
    }
  }

 private:
  void reply(const std::string& text) const { send_all(wire_, text + "\r\n"); }

  bool next_line(std::string& line) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      std::array<char, 4096> bytes;
      const ssize_t count = read(wire_, bytes.data(), bytes.size());
      if (count <= 0) return false;
      buffer_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return true;
  }

  void enter_passive_mode() {
    const auto [listener, port] = listen_on_loopback();
    passive_ = listener;
    reply("227 Passive (127,0,0,1," + std::to_string(port / 256) + "," + std::to_string(port % 256) + ")");
  }

  template <class Move>
  void transfer(Move move) {
    reply("150 Go");
    const int data = must(accept(passive_, nullptr, nullptr), "accept");
    close(passive_);
    move(data);
    close(data);
    reply("226 Done");
  }

  static void write_all(int data, unsigned long long count) {
    static const std::string block(64 * 1024, 'x');
    while (count > 0) {
      const std::size_t part = std::min<unsigned long long>(count, block.size());
      if (!send_all(data, std::string_view(block).substr(0, part))) return;
      count -= part;
    }
  }

  static void swallow(int data) {
    std::array<char, 64 * 1024> bytes;
    while (read(data, bytes.data(), bytes.size()) > 0) continue;
  }

  int wire_;
  int passive_ = -1;
  std::string buffer_;
};

}  // namespace

int main() {
  const auto [listener, port] = listen_on_loopback();
  sim800::bench::write_all(1, std::to_string(port) + "\n");
  for (;;) {
    const int wire = must(accept(listener, nullptr, nullptr), "accept");
    Session(wire).serve();
    close(wire);
  }
}
