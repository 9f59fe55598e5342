// The floor of every exchange: answers each line with SIZE bytes that end in OK.
// Usage: bench_answer_loop pty|tcp SIZE      by blocking reads and writes, the least that any program can do
//        bench_answer_loop loop SIZE         over TCP, waiting with epoll: the least for one with several things to
//        wait for bench_answer_loop get|put SIZE PORT as loop; `get` answers with what that server of this machine
//        sends, `put`
//                                            sends it what comes beside lines
// Prints the name of the pty, or HOST:PORT, and runs until it is killed.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
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

using Buffer = std::array<char, 64 * 1024>;

/// What `loop`, `get` and `put` do more than answer.
class Loop {
 public:
  Loop(std::string_view kind, const char* port) : kind_(kind) {
    if (port == nullptr) return;
    far_ = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10)));
    must(connect(far_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  }

  void watch(int wire) {
    epoll_event event{};
    event.events = EPOLLIN;
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, wire, &event), "epoll_ctl");
  }

  void wait() const {
    epoll_event event{};
    must(epoll_wait(epoll_, &event, 1, -1), "epoll_wait");
  }

  /// What comes is read and sent in portions as large as fit.
  std::string_view answer(std::string_view answer) {
    if (kind_ != "get") return answer;
    if (next_ + answer.size() > held_) {
      held_ = std::copy(buffer_.data() + next_, buffer_.data() + held_, buffer_.data()) - buffer_.data();
      next_ = 0;
      while (held_ < answer.size()) {
        const auto count = must(read(far_, buffer_.data() + held_, buffer_.size() - held_), "read");
        if (count == 0) return answer;
        held_ += static_cast<std::size_t>(count);
      }
    }
    const std::string_view taken(buffer_.data() + next_, answer.size());
    next_ += answer.size();
    return taken;
  }

  void pass_on(std::string_view input) {
    constexpr std::size_t least = 512;  // more than any line
    if (kind_ != "put" || input.size() < least) return;
    if (held_ + input.size() > buffer_.size()) {
      sim800::bench::write_all(far_, {buffer_.data(), held_});
      held_ = 0;
    }
    std::ranges::copy(input, buffer_.data() + held_);
    held_ += input.size();
  }

 private:
  std::string_view kind_;
  int epoll_ = must(epoll_create1(0), "epoll_create1"), far_ = -1;
  Buffer buffer_{};
  std::size_t next_ = 0, held_ = 0;
};

/// Returns when the client has gone.
void serve(int wire, std::string_view answer, Loop* loop = nullptr) {
  if (loop != nullptr) loop->watch(wire);
  Buffer buffer;
  for (;;) {
    if (loop != nullptr) loop->wait();
    const ssize_t count = read(wire, buffer.data(), buffer.size());
    if (count <= 0) return;
    const std::string_view input(buffer.data(), static_cast<std::size_t>(count));
    if (loop != nullptr) loop->pass_on(input);
    for (const char c : input) {
      if (c == '\r') sim800::bench::write_all(wire, loop == nullptr ? answer : loop->answer(answer));
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

void serve_tcp(std::string_view answer, Loop* loop) {
  const auto listener = sim800::bench::listen_on_loopback();
  say("127.0.0.1:" + std::to_string(listener.port));
  for (;;) {
    const int client = listener.next();
    const int on = 1;
    must(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    serve(client, answer, loop);
    close(client);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return 2;
  const std::string_view kind = argv[1];
  const std::string answer = answer_of(std::strtoul(argv[2], nullptr, 10));
  if (kind == "pty") serve_pty(answer);
  if (kind == "tcp") serve_tcp(answer, nullptr);
  Loop loop(kind, argv[3]);
  serve_tcp(answer, &loop);
}
