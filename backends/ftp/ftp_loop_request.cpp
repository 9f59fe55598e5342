// FtpLoopRequest: one question at a time.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_loop_request.hpp"

#include <utility>

namespace sim800 {

std::optional<FtpQuestion> FtpLoopRequest::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(question_, std::nullopt);
}

void FtpLoopRequest::answer(const FtpAnswer& answer) {
  {
    const std::scoped_lock lock(mutex_);
    answer_ = answer;
  }
  answered_.notify_one();
}

void FtpLoopRequest::cancel() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  answered_.notify_one();
}

std::optional<FtpAnswer> FtpLoopRequest::ask(const FtpQuestion& question) {
  {
    const std::scoped_lock lock(mutex_);
    if (cancelled_) return std::nullopt;
    question_ = question;
  }
  ring_();
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [this] { return cancelled_ || answer_.has_value(); });
  if (cancelled_) return std::nullopt;
  return std::exchange(answer_, std::nullopt);
}

}  // namespace sim800
