// Stands between an endpoint and the module that it leads to, which may give way to another one.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/at/port.hpp"

namespace sim800 {

class PortSwitch final : public PortUser {
 public:
  /// Null: to none, and what arrives is lost.
  void lead_to(PortUser* user) {
    user_ = user;
    if (user_ != nullptr && present_) user_->client_arrived();
  }

  void receive(std::string_view bytes) override {
    if (user_ != nullptr) user_->receive(bytes);
  }
  bool wants_input() const override { return user_ == nullptr || user_->wants_input(); }
  void client_arrived() override {
    present_ = true;
    if (user_ != nullptr) user_->client_arrived();
  }
  void client_left() override {
    present_ = false;
    if (user_ != nullptr) user_->client_left();
  }
  void drained() override {
    if (user_ != nullptr) user_->drained();
  }
  void output_lost(std::size_t count) override {
    if (user_ != nullptr) user_->output_lost(count);
  }

 private:
  PortUser* user_ = nullptr;
  bool present_ = false;
};

}  // namespace sim800
