// Position of the module as the vendor's servers derive it from the cells (AT manual V1.09 chapter 13; GSM location
// application note). Their answer is the scenario's `network.location`.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/core/environment.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/bearer.hpp"

namespace sim800 {

class Locator final : public Service {
 public:
  Locator(const Environment& environment, const Bearers& bearers) : around_(environment), bearers_(bearers) {}

  /// Asks through bearer `cid` (1 to 3), or reports something to the servers. False: it is not open, or was lost.
  Task<bool> ask(unsigned cid) {
    if (!bearers_.connected(cid)) co_return false;
    co_await around_.clock.sleep(around_.latency[Latency::location]);
    co_return bearers_.connected(cid);
  }
  const Location& place() const { return around_.world.network.location; }

  // AT+CLBSCFG; lost at power-off.
  std::string customer;
  std::string server = usual_server;
  unsigned used = 0;  ///< how often AT+CLBS gave a position
  void power_off() override {
    customer.clear();
    server = usual_server;
  }

 private:
  static constexpr const char* usual_server = "lbs-simcom.com:3002";
  const Environment& around_;
  const Bearers& bearers_;
};

}  // namespace sim800
