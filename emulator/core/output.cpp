// SPDX-License-Identifier: MIT
#include "emulator/core/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sim800 {
namespace {

bool has_room(int file, int milliseconds) {
  pollfd poll_for{.fd = file, .events = POLLOUT, .revents = 0};
  return ::poll(&poll_for, 1, milliseconds) > 0;
}

bool is_fifo(const std::string& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

Output::Output(UniqueFd file) : file_(std::move(file)) {
  struct stat status{};
  const bool plain = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
  if (!plain) ::fcntl(file_.get(), F_SETFL, ::fcntl(file_.get(), F_GETFL) | O_NONBLOCK);
}

Output Output::to(const std::string& file) {
  const int flags = O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC;
  UniqueFd opened(::open(file.c_str(), flags | O_NONBLOCK, 0600));
  if (opened.get() < 0 && errno == ENXIO && is_fifo(file)) {
    spdlog::warn("{}: waiting for a reader of this FIFO", file);
    opened = UniqueFd(::open(file.c_str(), flags, 0600));
  }
  if (opened.get() < 0) throw std::system_error(errno, std::generic_category());
  return Output(std::move(opened));
}

Output Output::standard(int descriptor) {
  UniqueFd copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || S_ISREG(status.st_mode)) return {std::move(copy), Kind::direct};
  if (S_ISSOCK(status.st_mode)) return {std::move(copy), Kind::socket};
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  UniqueFd anew(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (anew.get() >= 0) return {std::move(anew), Kind::direct};
  return {std::move(copy), Kind::shared};
}

void Output::restart() {
  struct stat status{};
  if (::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode) && ::ftruncate(file_.get(), 0) != 0) error_ = errno;
}

std::string_view Output::write_some(std::string_view text) {
  while (!text.empty() && error_ == 0) {
    if (kind_ == Kind::shared && !has_room(file_.get(), 0)) break;
    const std::size_t most = kind_ == Kind::shared ? std::min<std::size_t>(text.size(), PIPE_BUF) : text.size();
    const ssize_t count = kind_ == Kind::socket ? ::send(file_.get(), text.data(), most, MSG_DONTWAIT | MSG_NOSIGNAL)
                                                : ::write(file_.get(), text.data(), most);
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  return text;
}

bool Output::write(std::string_view text) {
  flush();
  if (error_ != 0 || waiting_.size() + text.size() > limit) return false;
  if (waiting()) {
    waiting_ += text;
    return true;
  }
  waiting_ = write_some(text);
  if (error_ != 0) {
    waiting_.clear();
    return false;
  }
  if (waiting() && on_waiting) on_waiting();
  return true;
}

void Output::flush() {
  if (!waiting()) return;
  waiting_.erase(0, waiting_.size() - write_some(waiting_).size());
  if (error_ != 0 || waiting_.empty()) waiting_ = {};
}

void Output::drain(std::chrono::milliseconds most) {
  using Clock = std::chrono::steady_clock;  // the reader's time, not the module's
  const auto end = Clock::now() + most;
  for (flush(); waiting(); flush()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0 || !has_room(file_.get(), static_cast<int>(left))) return;
  }
}

}  // namespace sim800
