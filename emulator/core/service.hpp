// The common shape of all parts of the module with a life of their own.
// SPDX-License-Identifier: MIT
#pragma once

namespace sim800 {

/// What the module tells each of its services. All calls come from the event loop, never from inside a service.
class Service {
 public:
  virtual ~Service() = default;

  /// The module starts (manual 1.4): load what survives power-off. A service created later is called then.
  virtual void power_on() {}
  /// Everything ends where it is, silently: power-off, reset, loss of power.
  virtual void power_off() {}
  /// The module is no longer registered.
  virtual void network_lost() {}
  /// Bearer `cid` (1 to 3) is no longer open.
  virtual void bearer_closed(unsigned cid) { static_cast<void>(cid); }
  /// Something is in progress: the module stays awake (AT+CSCLK=2, manual 6.2.20).
  virtual bool busy() const { return false; }
};

}  // namespace sim800
