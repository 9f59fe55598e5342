// FtpCheckpoints: what is asked of the loop, and what its reply means.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_checkpoints.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {

bool FtpCheckpoints::reach(Phase phase) {
  if (bridge_ == nullptr || std::exchange(reached_.at(static_cast<std::size_t>(phase)), true)) return true;
  return ask({.kind = FtpLoopRequest::Kind::phase, .phase = phase});
}

std::size_t FtpCheckpoints::room(Direction direction, std::size_t count) const {
  const std::uint64_t stop = stops_.at(static_cast<std::size_t>(direction));
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, stop - std::min(stop, total(direction))));
}

bool FtpCheckpoints::pass(Direction direction) {
  if (bridge_ == nullptr || total(direction) < stops_.at(static_cast<std::size_t>(direction))) return true;
  return ask({.kind = FtpLoopRequest::Kind::moved, .direction = direction, .total = total(direction)});
}

bool FtpCheckpoints::ask(const FtpLoopRequest& request) {
  const auto reply = bridge_->ask(request);
  if (!reply) return false;
  stops_ = {reply->stop_up, reply->stop_down};
  if (!reached_.at(static_cast<std::size_t>(Phase::data)) || reply->cut == Verdict::Cut::none) return true;
  closed_ = true;
  return reply->cut == Verdict::Cut::close;
}

}  // namespace sim800
