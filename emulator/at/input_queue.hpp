// What the host has sent and nobody has dealt with yet, and where in it clients left.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

namespace sim800 {

/// A client that leaves takes its half line and its open prompt with it, but only once the bytes it sent before are
/// dealt with: so the place where it left stays in the queue, and nobody reads past it.
class InputQueue {
 public:
  /// With so many bytes waiting, a wire stops reading.
  static constexpr std::size_t limit = 4096;

  void append(std::string_view bytes);
  void client_left();

  /// What may be read now: up to the next place where a client left.
  std::string_view waiting() const { return std::string_view(bytes_).substr(head_, available()); }
  std::size_t available() const;
  /// Takes bytes of waiting() off the queue.
  void consume(std::size_t count);
  /// True once for each client that left here, at the front of the queue.
  bool take_leave();
  /// The client whose bytes these are has left, or will have once they are dealt with.
  bool client_leaves() const { return !leaves_.empty(); }

  /// All bytes, also behind places where clients left.
  std::size_t size() const { return static_cast<std::size_t>(received_ - consumed_); }
  bool full() const { return size() >= limit; }
  void clear();
  /// Gives up the room it has got, if it is empty and the room is more than short commands need.
  void release();

 private:
  std::string bytes_;  ///< from head_ on
  std::size_t head_ = 0;
  std::uint64_t received_ = 0, consumed_ = 0;
  std::list<std::uint64_t> leaves_;  ///< as counts of bytes received
};

}  // namespace sim800
