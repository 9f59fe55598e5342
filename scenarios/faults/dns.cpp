// The server's name is not found, or late: {"dns": "fail"}; for a while, for every name: {"dns": "fail", "for": "30s"},
// {"dns": {"delay": "20s"}, "for": "1min"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct DnsFailure final : Action {
  void apply(Stage& stage) const override {
    stage.on_transfer([](Verdict& verdict) { verdict.dns_fails = true; });
  }
  Needs needs() const override { return {.transfers = true}; }
};

struct DnsChange final : Action {
  void apply(Stage& stage) const override { stage.effects.change_link(change, span); }
  LinkChange change;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_dns(const Value& action) {
  const Value dns = action["dns"];
  if (!dns.is_object() && !action["for"]) return std::make_shared<DnsFailure>();
  auto read = std::make_shared<DnsChange>();
  if (dns.is_object()) {
    read->change.dns = dns["delay"].duration_range();
  } else {
    read->change.dns_fails = true;
  }
  action["for"].read(read->span);
  return read;
}

}  // namespace sim800
