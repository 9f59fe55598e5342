// Echo requests of AT+CIPPING; independent of sockets.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace sim800 {

/// A server being pinged; destroying it discards outstanding replies.
class Ping {
 public:
  virtual ~Ping() = default;
  /// Sends one echo request of `length` bytes and discards the previous one. `replied` is called at most once, from the
  /// loop, with the time to live of the reply. Only after the server was found.
  virtual void send(std::size_t length, unsigned ttl, std::function<void(unsigned ttl)> replied) = 0;
};

class Pinger {
 public:
  virtual ~Pinger() = default;
  /// Resolves a name. `found` is called once, later, from the loop, with the numeric address to show; empty if the name
  /// has none.
  virtual std::unique_ptr<Ping> open(const std::string& host, std::function<void(std::string address)> found) = 0;
};

}  // namespace sim800
