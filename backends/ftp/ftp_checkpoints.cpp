// FtpCheckpoints: questions to the loop.
// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_checkpoints.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {

bool FtpCheckpoints::reach(Phase phase) {
  if (desk_ == nullptr || std::exchange(reached_.at(static_cast<std::size_t>(phase)), true)) return true;
  FtpQuestion question;
  question.phase = phase;
  return ask(question);
}

std::size_t FtpCheckpoints::room(Direction direction, std::size_t count) const {
  const std::uint64_t stop = stops_.at(static_cast<std::size_t>(direction));
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, stop - std::min(stop, total(direction))));
}

bool FtpCheckpoints::pass(Direction direction) {
  if (desk_ == nullptr || total(direction) < stops_.at(static_cast<std::size_t>(direction))) return true;
  FtpQuestion question;
  question.kind = FtpQuestion::Kind::moved;
  question.direction = direction;
  question.total = total(direction);
  return ask(question);
}

bool FtpCheckpoints::ask(const FtpQuestion& question) {
  const auto answer = desk_->ask(question);
  if (!answer) return false;
  stops_ = {answer->stop_up, answer->stop_down};
  if (!reached_.at(static_cast<std::size_t>(Phase::data)) || answer->cut == Verdict::Cut::none) return true;
  closed_ = true;
  return answer->cut == Verdict::Cut::close;
}

}  // namespace sim800
