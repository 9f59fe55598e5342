// The queue of bytes that a host has not taken yet.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "backends/endpoints/output_queue.hpp"

namespace sim800 {
namespace {

TEST_CASE("output queue: bytes leave in order and the oldest are dropped first") {
  OutputQueue queue;
  queue.push("abc");
  queue.push("def");
  CHECK(queue.unsent() == "abcdef");
  queue.sent(2);
  queue.confirm(0);
  CHECK(queue.unsent() == "cdef");
  CHECK(queue.trim(4) == 0);
  CHECK(queue.trim(3) == 1);
  CHECK(queue.unsent() == "def");
  queue.push("g");
  CHECK(queue.unsent() == "defg");
  CHECK(queue.trim(0) == 4);
  CHECK(queue.size() == 0);
}

TEST_CASE("output queue: what was sent can be sent again until it is confirmed") {
  OutputQueue queue;
  queue.push("abcdef");
  queue.sent(4);
  queue.confirm(9);
  CHECK(queue.unconfirmed() == 4);
  queue.confirm(3);
  CHECK(queue.unconfirmed() == 3);
  queue.push("g");
  CHECK(queue.unsent() == "efg");
  queue.rewind();
  CHECK(queue.unsent() == "bcdefg");
  queue.sent(6);
  queue.confirm(0);
  queue.rewind();
  CHECK(queue.size() == 0);
}

TEST_CASE("output queue: a long life of pushes, sends and drops keeps the order") {
  OutputQueue queue;
  unsigned char in = 0, out = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (int count = round % 13; count > 0; --count) bytes += static_cast<char>(in++);
    queue.push(bytes);
    out = static_cast<unsigned char>(out + queue.trim(50));
    const std::size_t count = std::min<std::size_t>(queue.size(), static_cast<std::size_t>(round % 7));
    for (const char byte : queue.unsent().substr(0, count)) REQUIRE(static_cast<unsigned char>(byte) == out++);
    queue.sent(count);
    queue.confirm(static_cast<std::size_t>(round % 3));
  }
}

}  // namespace
}  // namespace sim800
