// Echo requests as AT+CIPPING sends them, without a word about sockets.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace sim800 {

/// A host that is being pinged; destroying it forgets what is still on its way.
class Ping {
 public:
  virtual ~Ping() = default;
  /// Sends one echo request of `length` bytes, and forgets the one before.  `replied` is called once, from the loop,
  /// with the time to live of the reply; where none comes, never.  Only when the host was found.
  virtual void send(std::size_t length, unsigned ttl, std::function<void(unsigned ttl)> replied) = 0;
};

class Pinger {
 public:
  virtual ~Pinger() = default;
  /// Looks a host up.  `found` is called once, later, from the loop: its numeric address as the module is to see it;
  /// empty where the name has none.
  virtual std::unique_ptr<Ping> open(const std::string& host, std::function<void(std::string address)> found) = 0;
};

}  // namespace sim800
