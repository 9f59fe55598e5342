// SPDX-License-Identifier: MIT
#include "scenarios/expectations/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "scenarios/engine/occurrence_words.hpp"

namespace sim800 {
namespace {

constexpr std::size_t shown_times = 4;  ///< of the occurrences that were too many
constexpr std::size_t shown_text = 200;
constexpr std::size_t compared = 80;  ///< the work of a comparison grows with the square of the length

double seconds(TimePoint time) { return std::chrono::duration<double>(time).count(); }

std::string cut(std::string_view text) {
  return text.size() <= shown_text ? std::string(text) : fmt::format("{}...", text.substr(0, shown_text));
}

/// How much two texts have in common, in thousandths: the part of both that is their longest common subsequence.
std::size_t likeness(std::string_view a, std::string_view b) {
  a = a.substr(0, compared);
  b = b.substr(0, compared);
  std::vector<std::size_t> row(b.size() + 1);  // for a's prefix and each prefix of b
  for (const char c : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = c == b[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return a.empty() && b.empty() ? 0 : 2000 * row.back() / (a.size() + b.size());
}

}  // namespace

void Judge::begin(TimePoint now) {
  if (state_ == State::open && !begun_) begun_ = now;
}

std::optional<TimePoint> Judge::deadline() const {
  if (!begun_ || !terms_.within || terms_.sliding) return std::nullopt;
  return *begun_ + *terms_.within;
}

void Judge::time_up(TimePoint now) {
  if (state_ != State::open) return;
  if (lacks()) return fail_for_lack(now, false);
  meet();
}

/// What comes at the very instant at which the time is up comes too late.
bool Judge::judges(TimePoint now) {
  if (state_ != State::open || !begun_) return false;
  if (const auto end = deadline(); end && now >= *end) time_up(now);
  return state_ == State::open;
}

void Judge::happened(std::size_t which, std::string_view what, TimePoint now, std::uint64_t occurrence) {
  if (!judges(now)) return;
  if (terms_.ordered) return next_in_order(which, what, now, occurrence);
  count_one(what, now);
}

void Judge::count_one(std::string_view what, TimePoint now) {
  ++count_;
  if (terms_.sliding) {
    while (!times_.empty() && now - times_.front() >= *terms_.within) times_.pop_front();
  }
  times_.push_back(now);
  const std::uint64_t counted = terms_.sliding ? times_.size() : count_;
  if (terms_.at_most && counted > *terms_.at_most) {
    if (*terms_.at_most == 0) return fail(fmt::format("\"{}\" at {:.3f} s", cut(what), seconds(now)));
    return fail(fmt::format("{} ({}), the last of them \"{}\"", counted, times(), cut(what)));
  }
  if (!terms_.sliding && times_.size() > shown_times) times_.pop_front();
  if (!terms_.at_most && count_ >= terms_.at_least) meet();
}

/// Each may come again once it had its turn; one that comes before its turn ends it.
void Judge::next_in_order(std::size_t which, std::string_view what, TimePoint now, std::uint64_t occurrence) {
  if (advanced_ == occurrence) return;
  if (which < ordered_next_) {
    explained_ = occurrence;
    return;
  }
  if (which > ordered_next_) {
    if (explained_ == occurrence) return;
    return fail(fmt::format("\"{}\" at {:.3f} s before {}", cut(what), seconds(now), terms_.sought[ordered_next_]));
  }
  ++ordered_next_;
  advanced_ = occurrence;
  last_words_ = fmt::format("\"{}\" at {:.3f} s", cut(what), seconds(now));
  nearest_.reset();
  if (ordered_next_ == terms_.sought.size()) meet();
}

bool Judge::lacks(std::string_view noun) const {
  return state_ == State::open && begun_ && lacks() && noun_of(terms_.sought[awaited()]) == noun;
}

void Judge::passed_by(std::string_view what, TimePoint now) {
  if (!judges(now) || !lacks()) return;
  if (nearest_ && nearest_->what == what) return;
  const std::size_t like = likeness(terms_.sought[awaited()], what);
  if (!nearest_ || like >= nearest_->likeness) nearest_ = Seen{cut(what), now, like};
}

void Judge::end(TimePoint now) {
  if (state_ != State::open) return;
  if (!begun_) {
    state_ = State::failed;
    why_ = fmt::format("expected {}, but it never began: no {}", expected(), terms_.once);
    return;
  }
  if (lacks()) return fail_for_lack(now, true);
  meet();
}

bool Judge::lacks() const { return terms_.ordered ? ordered_next_ < terms_.sought.size() : count_ < terms_.at_least; }

void Judge::fail(const std::string& found) {
  state_ = State::failed;
  why_ = fmt::format("expected {}, found {}", expected(), found);
}

void Judge::fail_for_lack(TimePoint now, bool ended) {
  std::string found = "none";
  if (terms_.ordered) {
    found = ordered_next_ == 0 ? "none of them" : fmt::format("nothing more after {}", last_words_);
  } else if (count_ > 0) {
    found = fmt::format("{} ({})", count_, times());
  }
  fail(fmt::format("{} until {} at {:.3f} s", found, ended ? "the run ended" : "the time was up", seconds(now)));
  if (!nearest_) return;
  why_ += fmt::format("\n  expected  {}\n  nearest   {} at {:.3f} s", terms_.sought[awaited()], nearest_->what,
                      seconds(nearest_->at));
}

std::string Judge::times() const {
  std::string text;
  const std::size_t shown = std::min(times_.size(), shown_times);
  for (std::size_t i = times_.size() - shown; i < times_.size(); ++i)
    text += fmt::format("{}{:.3f} s", text.empty() ? "" : ", ", seconds(times_[i]));
  const std::uint64_t all = terms_.sliding ? times_.size() : count_;
  return fmt::format("{}{}", all > shown ? "at last at " : "at ", text);
}

std::string Judge::expected() const {
  std::string text;
  if (terms_.ordered) {
    for (const std::string& one : terms_.sought) text += (text.empty() ? "in this order: " : ", ") + one;
  } else {
    const std::uint64_t most = terms_.at_most.value_or(0);
    if (terms_.at_most && most == 0)
      text = "no ";
    else if (terms_.at_most && terms_.at_least == most)
      text = fmt::format("exactly {} of ", most);
    else if (terms_.at_most && terms_.at_least > 0)
      text = fmt::format("{} to {} of ", terms_.at_least, most);
    else if (terms_.at_most)
      text = fmt::format("at most {} of ", most);
    else if (terms_.at_least > 1)
      text = fmt::format("at least {} of ", terms_.at_least);
    text += terms_.sought.front();
  }
  if (terms_.within) text += fmt::format(" within {}{}", terms_.sliding ? "any " : "", terms_.within_words);
  if (!terms_.once.empty()) text += fmt::format(", once {}", terms_.once);
  return text;
}

}  // namespace sim800
