// Judges an expectation by what happens, while it happens.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/duration.hpp"
#include "scenarios/engine/expectation.hpp"

namespace sim800 {

/// The same memory whatever happens: of occurrences it keeps those that a message shows, and the last `at_most` of a
/// sliding span.
class Judge {
 public:
  enum class State : std::uint8_t { open, met, failed };

  /// `terms` outlive it.
  explicit Judge(const Terms& terms) : terms_(terms) {}

  /// From now on occurrences count.
  void begin(TimePoint now);
  bool begun() const { return begun_.has_value(); }
  /// When time_up() is to be called, once it has begun; nothing: never.
  std::optional<TimePoint> deadline() const;
  void time_up(TimePoint now);
  /// Something happened, in words `what`, that is number `which` of what is sought. What is several of them at once is
  /// told for each, in rising order, with the same number of the occurrence.
  void happened(std::size_t which, std::string_view what, TimePoint now, std::uint64_t occurrence);
  /// Something is still to come, and this is the noun of it.
  bool lacks(std::string_view noun) const;
  /// Something of that noun happened that is not it.
  void passed_by(std::string_view what, TimePoint now);
  /// The run is over.
  void end(TimePoint now);

  State state() const { return state_; }
  /// Occurrences since it began; where `ordered`, how many have come in their turn.
  std::uint64_t count() const { return ordered_next_ > 0 ? ordered_next_ : count_; }
  /// One line where it is open or met; where it failed, also what came nearest, in further lines.
  std::string why() const { return why_; }
  /// In one line: "at most 3 of command AT+CSQ within 1min".
  std::string expected() const;

 private:
  struct Seen {
    std::string what;
    TimePoint at;
    std::size_t likeness = 0;
  };

  bool judges(TimePoint now);
  void count_one(std::string_view what, TimePoint now);
  void next_in_order(std::size_t which, std::string_view what, TimePoint now, std::uint64_t occurrence);
  void meet() { state_ = State::met; }
  void fail(const std::string& found);
  void fail_for_lack(TimePoint now, bool ended);
  bool lacks() const;
  std::size_t awaited() const { return terms_.ordered ? ordered_next_ : 0; }
  std::string times() const;

  const Terms& terms_;
  State state_ = State::open;
  std::string why_;
  std::optional<TimePoint> begun_;
  std::uint64_t count_ = 0;
  std::deque<TimePoint> times_;  ///< of the last occurrences
  std::size_t ordered_next_ = 0;
  std::uint64_t explained_ = 0, advanced_ = 0;  ///< occurrences: the last that may come again, and in its turn
  std::string last_words_;                      ///< of the last in its turn
  std::optional<Seen> nearest_;
};

}  // namespace sim800
