// A service as a member of the module: made when it is first used.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>

#include "emulator/core/service.hpp"

namespace sim800 {

class Modem;

/// Tells a service that is new of the module's power, and the module of the service.
void adopt(Modem& modem, Service& service);

/// Many modules share a process, and most use few of their services: what a module does not use, it does not hold.
/// Used like a pointer that is never null.  The service's header is needed only where it is used, so that a change to
/// it compiles its own room, the module and its commands anew, nothing else.
template <class T>
class OnDemand {
 public:
  using Maker = std::unique_ptr<T> (*)(Modem&);
  OnDemand(Modem& modem, Maker make) : modem_(modem), make_(make) {}
  OnDemand(const OnDemand&) = delete;
  OnDemand& operator=(const OnDemand&) = delete;

  T& operator*() const {
    if (!made_) {
      made_ = make_(modem_);
      if constexpr (std::is_base_of_v<Service, T>) adopt(modem_, *made_);
    }
    return *made_;
  }
  T* operator->() const { return &**this; }
  /// It has been used.
  bool made() const { return made_ != nullptr; }

 private:
  Modem& modem_;
  Maker make_;
  mutable std::unique_ptr<T> made_;
};

}  // namespace sim800
