// A service as a member of the module, created on first use.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>

#include "emulator/core/service.hpp"

namespace sim800 {

class Modem;

/// Tells a new service about the module's power, and the module about the service.
void adopt(Modem& modem, Service& service);

/// Many modules share a process, and most use few of their services: a module does not hold what it does not use. Used
/// like a pointer that is never null. The service's header is needed only where it is used, so that a change to it
/// recompiles only its own room, the module and its commands.
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
  /// It has been created.
  bool made() const { return made_ != nullptr; }

 private:
  Modem& modem_;
  Maker make_;
  mutable std::unique_ptr<T> made_;
};

}  // namespace sim800
