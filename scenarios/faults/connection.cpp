// The connection of a transfer ends at both ends: {"connection": "reset"}, {"connection": "close"}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Connection final : Action {
  explicit Connection(Verdict::Cut c) : cut(c) {}
  void apply(Stage& stage) const override {
    stage.on_transfer([this](Verdict& verdict) { verdict.cut = cut; });
  }
  Needs needs() const override { return {.relay = true, .transfers = true}; }
  Verdict::Cut cut;
};

}  // namespace

std::shared_ptr<const Action> read_connection(const Value& action) {
  return std::make_shared<Connection>(action["connection"].text() == "close" ? Verdict::Cut::close
                                                                             : Verdict::Cut::reset);
}

}  // namespace sim800
