// Stands between an endpoint and the module that it leads to, which may give way to another one.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "protocol/at/port.hpp"

namespace sim800 {

class PortSwitch final : public PortUser {
 public:
  /// Null: to none, and what arrives is lost.
  void lead_to(PortUser* user) {
    user_ = user;
    if (user_ == nullptr) return;
    if (present_) user_->client_arrived();
    for (const ModemLine line : modem_lines) {
      if (!levels_.is_on(line) && is_from_host(line)) user_->host_line(line, false);
    }
    if (framing_) user_->host_framing(*framing_);
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
  void host_line(ModemLine line, bool on) override {
    levels_.drive(line, on);
    if (user_ != nullptr) user_->host_line(line, on);
  }
  void host_framing(const Framing& framing) override {
    framing_ = framing;
    if (user_ != nullptr) user_->host_framing(framing);
  }
  void host_break(bool on) override {
    if (user_ != nullptr) user_->host_break(on);
  }

 private:
  PortUser* user_ = nullptr;
  bool present_ = false;
  LineLevels levels_;
  std::optional<Framing> framing_;
};

}  // namespace sim800
