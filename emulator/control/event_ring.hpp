// Events, packed as they happen: to keep one costs little more than to copy its bytes, and JSON is made of those that
// somebody asks for.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/core/trace.hpp"

namespace sim800 {

class EventRing {
 public:
  /// Valid until the ring changes. Its name, the module's and the keys of its fields are not copied: all of them are
  /// literals, or outlive the ring.
  struct Event {
    std::uint64_t number = 0;
    TimePoint at{};
    unsigned module = 0;
    std::string_view name, module_name;
    std::string_view packed{};    ///< its fields, and behind them the texts in them
    std::size_t field_count = 0;  ///< of them

    std::vector<Trace::Field> fields() const;
    /// Of a field; empty without it.
    std::string_view text(std::string_view key) const;
    /// The trace's object: {"t":…}
    std::string json() const;
    /// Likewise behind its number: {"n":7,"t":…}
    std::string numbered_json() const;
  };

  /// The oldest go where there are too many; the last one stays, however large it is. `left` sees what goes, or is
  /// forgotten.
  EventRing(std::size_t max_events, std::size_t max_bytes, std::function<void(const Event&)> left = nullptr)
      : max_events_(max_events), max_bytes_(max_bytes), left_(std::move(left)) {}

  /// Numbers only grow.
  void add(const Event& head, Trace::Fields fields);
  /// One of another ring.
  void add(const Event& event);
  void forget(const std::function<bool(const Event&)>& which);
  void clear();

  std::size_t size() const { return count_; }
  /// Of the last one that went because there were too many; 0: none has.
  std::uint64_t dropped() const { return dropped_; }

 private:
  /// Events one behind the other.
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0, begin = 0, end = 0;
  };

 public:
  class Iterator {
   public:
    using value_type = Event;
    using difference_type = std::ptrdiff_t;

    Event operator*() const;
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(const Iterator& other) const { return block_ == other.block_ && at_ == other.at_; }

   private:
    friend EventRing;
    Iterator(const std::deque<Block>& blocks, std::size_t block);
    const std::deque<Block>* blocks_;
    std::size_t block_, at_ = 0;
  };
  Iterator begin() const { return {blocks_, 0}; }
  Iterator end() const { return {blocks_, blocks_.size()}; }
  /// The first event with this number or a later one.
  Iterator from(std::uint64_t number) const;

 private:
  static Event event_at(const char* place);
  char* room_for(std::size_t size);
  void drop_first();
  void drop_surplus() {
    while (count_ > max_events_ || (bytes_ > max_bytes_ && count_ > 1)) drop_first();
  }

  const std::size_t max_events_, max_bytes_;
  const std::function<void(const Event&)> left_;
  std::deque<Block> blocks_;  ///< none of them empty
  Block spare_;               ///< of one that has become empty
  std::size_t count_ = 0, bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace sim800
