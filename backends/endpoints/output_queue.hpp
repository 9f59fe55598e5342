// Bytes on their way to a host that does not accept them at once.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sim800 {

/// Unsent bytes in order, preceded by those that were sent but not confirmed, so that they can be sent again.
class OutputQueue {
 public:
  void push(std::string_view bytes);
  /// Oldest first; valid until the next change.
  std::string_view unsent() const { return std::string_view(bytes_).substr(next_); }
  std::size_t size() const { return bytes_.size() - next_; }
  /// The first `count` unsent bytes were sent; they are kept until confirmed.
  void sent(std::size_t count) { next_ += count; }
  std::size_t unconfirmed() const { return next_ - first_; }
  /// Forgets all sent bytes except the last `in_flight`.
  void confirm(std::size_t in_flight);
  /// What was not confirmed is lost: it becomes unsent again.
  void rewind() { next_ = first_; }
  /// Drops the oldest bytes until at most `limit` are unsent; returns how many unsent ones were dropped.
  std::size_t trim(std::size_t limit);

 private:
  std::string bytes_;
  std::size_t first_ = 0;  // the oldest byte kept
  std::size_t next_ = 0;   // the oldest byte unsent
};

}  // namespace sim800
