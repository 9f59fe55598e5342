// SPDX-License-Identifier: MIT
#include "emulator/ip/ping_service.hpp"
#include "emulator/core/latency.hpp"

#include <memory>
#include <utility>

namespace sim800 {
namespace {

constexpr Result dns_failed{static_cast<Cme>(160)};
constexpr Result stack_busy{static_cast<Cme>(181)};

}  // namespace

/// Until `over` holds, the context is lost or `limit` expires.
Task<> PingService::wait(const std::function<bool()>& over, Duration limit) {
  bool late = false;
  const Timer timer = around_.clock.after(limit, [this, &late] {
    late = true;
    event_.raise();
  });
  while (!late && possible() && !over()) co_await event_;
}

Task<Result> PingService::run(Request request, std::function<void(const Probe&)> tell) {
  if (!possible()) co_return Cme::not_allowed;
  if (busy_) co_return stack_busy;
  busy_ = true;
  const std::unique_ptr<bool, void (*)(bool*)> free_again(&busy_, [](bool* busy) { *busy = false; });

  std::optional<std::string> address;
  const auto ping = pinger_.open(request.host, [this, &address](std::string found) {
    address = std::move(found);
    event_.raise();
  });
  co_await wait([&address] { return address.has_value(); }, request.limit);
  if (!possible()) co_return Cme::not_allowed;
  if (!address || address->empty()) co_return dns_failed;

  for (unsigned number = 1; number <= request.count; ++number) {
    if (number > 1) co_await wait([] { return false; }, around_.latency[Latency::ping_gap]);
    std::optional<unsigned> ttl;
    const TimePoint sent = around_.clock.now();
    if (possible()) {
      ping->send(request.length, request.ttl, [this, &ttl](unsigned left) {
        ttl = left;
        event_.raise();
      });
      co_await wait([&ttl] { return ttl.has_value(); }, request.limit);
    }
    if (!possible()) co_return Cme::not_allowed;
    Probe probe{number, *address, std::nullopt, ttl.value_or(0)};
    if (ttl) probe.time = around_.clock.now() - sent;
    tell(probe);
  }
  co_return ok;
}

}  // namespace sim800
