// The shape of every part of the module that has a life of its own.
// SPDX-License-Identifier: MIT
#pragma once

namespace sim800 {

/// What the module tells each of its services.  All of it comes from the event loop, never from inside a service.
class Service {
 public:
  virtual ~Service() = default;

  /// The module starts (manual 1.4): what outlives power-off is loaded.  A service that is made later gets it then.
  virtual void power_on() {}
  /// Everything ends where it is, and nobody is told: power-off, reset, loss of power.
  virtual void power_off() {}
  /// The module is not registered any more.
  virtual void network_lost() {}
  /// Bearer `cid` (1 to 3) is not open any more.
  virtual void bearer_closed(unsigned cid) { static_cast<void>(cid); }
  /// Something goes on by itself: the module stays awake (AT+CSCLK=2, manual 6.2.20).
  virtual bool busy() const { return false; }
};

}  // namespace sim800
