// A code with which a transfer ends: {"http_status": 604}, {"ftp_error": 72}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

/// The transfer that triggered the fault; without one the running transfer, else the next.
struct TransferCode final : Action {
  TransferCode(TransferKind::User u, int c) : user(u), code(c) {}
  void apply(Stage& stage) const override {
    if (stage.transfer != nullptr) {
      stage.transfer->code = code;
    } else {
      stage.effects.end_transfer(user, code);
    }
  }
  Needs needs() const override { return {.watch = user}; }
  TransferKind::User user;
  int code;
};

}  // namespace

std::shared_ptr<const Action> read_http_status(const Value& action) {
  return std::make_shared<TransferCode>(TransferKind::User::http,
                                        static_cast<int>(action["http_status"].integer().value_or(0)));
}

std::shared_ptr<const Action> read_ftp_error(const Value& action) {
  return std::make_shared<TransferCode>(TransferKind::User::ftp,
                                        static_cast<int>(action["ftp_error"].integer().value_or(0)));
}

}  // namespace sim800
