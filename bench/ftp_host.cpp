// Moves a file through a module's AT+FTPGET=2 or AT+FTPPUT=2, and as many bytes in as many bare round trips.
// Usage: bench_ftp_host get|put COUNT MODULE [FLOOR]   All parameters are set, echo is off.
// Prints the nanoseconds of both; without FLOOR 0 for it.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <string>

#include "posix.hpp"

namespace {

using namespace std::string_view_literals;
using sim800::bench::must;

constexpr std::size_t get_block = 1460, put_block = 1360;
constexpr std::string_view ok = "\r\nOK\r\n";

class Wire {
 public:
  explicit Wire(const std::string& peer) : descriptor_(must(socket(AF_INET, SOCK_STREAM, 0), "socket")) {
    const std::size_t colon = peer.find(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(peer.substr(colon + 1))));
    inet_pton(AF_INET, peer.substr(0, colon).c_str(), &address.sin_addr);
    must(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    const int on = 1;
    must(setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  }
  void send(std::string_view bytes) const { sim800::bench::write_all(descriptor_, bytes); }
  void skip(std::size_t count) {
    while (buffer_.size() < count) fill();
    buffer_.erase(0, count);
  }
  void expect(std::string_view wanted) {
    while (buffer_.size() < wanted.size()) fill();
    if (!buffer_.starts_with(wanted)) fail();
    buffer_.erase(0, wanted.size());
  }
  /// CR LF, a line, CR LF.
  std::string line() {
    expect("\r\n");
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) fill();
    std::string text = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return text;
  }
  [[noreturn]] void fail() const {
    std::fprintf(stderr, "not expected: %.60s\n", buffer_.c_str());
    std::exit(1);
  }

 private:
  void fill() {
    std::array<char, 64 * 1024> bytes;
    const auto count = must(read(descriptor_, bytes.data(), bytes.size()), "read");
    if (count == 0) fail();
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  int descriptor_;
  std::string buffer_;
};

std::size_t number_after(std::string_view line, std::string_view head) {
  std::size_t number = 0;
  if (line.starts_with(head)) std::from_chars(line.data() + head.size(), line.data() + line.size(), number);
  return number;
}

/// Returns how often it asked.
std::size_t get(Wire& wire, std::size_t count) {
  std::size_t asked = 0;
  wire.send("AT+FTPGET=1\r");
  wire.expect("\r\nOK\r\n\r\n+FTPGET: 1,1\r\n");
  while (count > 0) {
    wire.send("AT+FTPGET=2,1460\r");
    ++asked;
    std::string line = wire.line();
    while (line == "+FTPGET: 1,1") line = wire.line();
    const std::size_t there = number_after(line, "+FTPGET: 2,");
    if (there > count) wire.fail();
    wire.skip(there);
    wire.expect(ok);
    count -= there;
    if (there == 0 && wire.line() != "+FTPGET: 1,1") wire.fail();
  }
  return asked;
}

std::size_t put(Wire& wire, std::size_t count) {
  const std::string block(put_block, 'x');
  std::size_t asked = 0;
  wire.send("AT+FTPPUT=1\r");
  wire.expect("\r\nOK\r\n\r\n+FTPPUT: 1,1,1360\r\n");
  for (; count >= put_block; count -= put_block, ++asked) {
    wire.send("AT+FTPPUT=2,1360\r");
    wire.expect("\r\n+FTPPUT: 2,1360\r\n");
    wire.send(block);
    wire.expect("\r\nOK\r\n\r\n+FTPPUT: 1,1,1360\r\n");
  }
  return asked;
}

/// For each block of a PUT the module answers twice.
void bare(Wire& wire, std::size_t asked, bool puts) {
  const std::string block = std::string(put_block - 1, 'x') + "\r";
  for (; asked > 0; --asked) {
    wire.send("AT+FTPGET=2,1460\r");
    wire.skip(puts ? ok.size() : get_block);
    if (!puts) continue;
    wire.send(block);
    wire.skip(ok.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const bool puts = argv[1] == "put"sv;
  const std::size_t count = std::stoull(argv[2]);
  using sim800::bench::Clock;
  Wire module(argv[3]);
  const auto start = Clock::now();
  const std::size_t asked = puts ? put(module, count) : get(module, count);
  const auto middle = Clock::now();
  if (argc > 4) {
    Wire floor(argv[4]);
    bare(floor, asked, puts);
  }
  const auto end = argc > 4 ? Clock::now() : middle;
  std::printf("%lld %lld\n", static_cast<long long>((middle - start).count()),
              static_cast<long long>((end - middle).count()));
}
