// The connection is closed after this many bytes of data: {"truncate_after": 1000}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Truncate final : Action {
  explicit Truncate(std::uint64_t b) : bytes(b) {}
  void apply(Stage& stage) const override {
    stage.on_transfer([this](Verdict& verdict) { verdict.truncate_after = bytes; });
  }
  Needs needs() const override { return {.relay = true, .transfers = true}; }
  std::uint64_t bytes;
};

}  // namespace

std::shared_ptr<const Action> read_truncate_after(const Value& action) {
  return std::make_shared<Truncate>(static_cast<std::uint64_t>(action["truncate_after"].integer().value_or(0)));
}

}  // namespace sim800
