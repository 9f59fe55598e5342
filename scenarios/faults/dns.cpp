// The server's name is not found: {"dns": "fail"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct DnsFailure final : Action {
  void apply(Stage& stage) const override { stage.transfer->dns_fails = true; }
};

}  // namespace

std::shared_ptr<const Action> read_dns(const Value& /*action*/) { return std::make_shared<DnsFailure>(); }

}  // namespace sim800
