// FtpSockets, and looks at sockets that libcurl reads.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_sockets.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "backends/link/tcp_options.hpp"

namespace sim800 {

void accept_only_from(const FtpCaller& caller, int socket) {
  in_addr source{};
  if (::inet_pton(AF_INET, caller.address.c_str(), &source) != 1) return;
  constexpr std::uint32_t all = 0xffffffff, source_field = 12;  // of the IP header
  // What is loaded without an offset to the IP header is TCP's: its first field is the source port.
  const std::uint32_t mask = caller.port == 0 ? 0 : 0xffff;
  std::array<sock_filter, 7> steps = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF) + source_field),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(source.s_addr), 0, 4),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, caller.port, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, all),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog program{steps.size(), steps.data()};
  ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

bool comes_from(const FtpCaller& caller, int socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  std::array<char, NI_MAXHOST> address{};
  std::array<char, NI_MAXSERV> port{};
  return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
         ::getnameinfo(reinterpret_cast<sockaddr*>(&peer), size, address.data(), address.size(), port.data(),
                       port.size(), NI_NUMERICHOST | NI_NUMERICSERV) == 0 &&
         address.data() == caller.address && (caller.port == 0 || port.data() == std::to_string(caller.port));
}

int FtpSockets::adopt(int socket) {
  if (socket < 0) return -1;
  const std::scoped_lock lock(mutex_);
  if (cut_) {
    ::close(socket);
    return -1;
  }
  open_.insert(socket);
  (control_ < 0 ? control_ : data_) = socket;
  return socket;
}

FtpSockets::~FtpSockets() { close_left(); }

void FtpSockets::close(int socket) {
  const std::scoped_lock lock(mutex_);
  if (socket == control_) control_ = -1;
  if (socket == data_) {
    data_ = -1;
    if (unacknowledged(socket) > 0) {
      close_left();
      left_ = socket;
      ::shutdown(socket, SHUT_WR);
      return;
    }
  }
  open_.erase(socket);
  ::close(socket);
}

void FtpSockets::close_left() {
  if (left_ < 0) return;
  open_.erase(left_);
  ::close(std::exchange(left_, -1));
}

void FtpSockets::cut() {
  const std::scoped_lock lock(mutex_);
  cut_ = true;
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
}

std::uint64_t FtpSockets::unacknowledged_data() const {
  const std::scoped_lock lock(mutex_);
  const int socket = data_ >= 0 ? data_ : left_;
  return socket >= 0 ? unacknowledged(socket) : 0;
}

void FtpSockets::set_data(int socket) {
  const std::scoped_lock lock(mutex_);
  data_ = socket;
}

ControlState FtpSockets::control_state() const {
  if (control_ < 0) return ControlState::gone;
  std::array<char, 3> start{};
  const auto count = ::recv(control_, start.data(), start.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? ControlState::quiet : ControlState::gone;
  if (count == 0) return ControlState::gone;
  const std::string_view text(start.data(), static_cast<std::size_t>(count));
  return text == "421" ? ControlState::leaving : ControlState::speaking;
}

bool FtpSockets::has_data() const {
  pollfd entry{data_, POLLIN, 0};
  return data_ >= 0 && ::poll(&entry, 1, 0) > 0;
}

}  // namespace sim800
