// FtpSockets, and looks at sockets that libcurl reads.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_sockets.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "backends/link/tcp_options.hpp"

namespace sim800 {

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

void FtpSockets::close(int socket) {
  const std::scoped_lock lock(mutex_);
  open_.erase(socket);
  if (socket == control_) control_ = -1;
  if (socket == data_) data_ = -1;
  ::close(socket);
}

void FtpSockets::cut() {
  const std::scoped_lock lock(mutex_);
  cut_ = true;
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
}

std::uint64_t FtpSockets::unacknowledged_data() const {
  const std::scoped_lock lock(mutex_);
  return data_ >= 0 ? unacknowledged(data_) : 0;
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
