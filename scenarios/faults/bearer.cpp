// The network ends the packet service: {"bearer": "lost"}, {"pdp": "deactivated"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// A bearer is a PDP context (AT manual 9.2.1): losing one means losing the other.
struct BearerLost final : Action {
  void apply(Stage& stage) const override {
    stage.strand_transfer();
    stage.modem.lose_bearers();
  }
};

}  // namespace

std::shared_ptr<const Action> read_bearer(const Value& /*action*/) { return std::make_shared<BearerLost>(); }
std::shared_ptr<const Action> read_pdp(const Value& /*action*/) { return std::make_shared<BearerLost>(); }

}  // namespace sim800
