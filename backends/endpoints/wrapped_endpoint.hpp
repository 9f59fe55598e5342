// An endpoint around another one, which sees all that passes.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "backends/endpoints/endpoints.hpp"

namespace sim800 {

/// As the inner one is; derived classes change what they are about.
class WrappedEndpoint : public Endpoint, protected PortUser {
 public:
  explicit WrappedEndpoint(std::unique_ptr<Endpoint> inner) : owned_(std::move(inner)), inner_(*owned_) {}
  /// Of somebody else's, which outlives it.
  explicit WrappedEndpoint(Endpoint& inner) : inner_(inner) {}

  void attach(PortUser& user) override {
    user_ = &user;
    inner_.attach(*this);
  }
  std::string announcement() const override { return inner_.announcement(); }
  std::string name() const override { return inner_.name(); }
  void watch_framing() override { inner_.watch_framing(); }
  void forget_unread() override { inner_.forget_unread(); }
  void send(std::string_view bytes) override { inner_.send(bytes); }
  std::size_t unsent() const override { return inner_.unsent(); }
  void input_wanted() override { inner_.input_wanted(); }
  void set_line(ModemLine line, bool on) override { inner_.set_line(line, on); }
  void set_framing(const Framing& framing) override { inner_.set_framing(framing); }

 protected:
  void receive(std::string_view bytes) override { user_->receive(bytes); }
  bool wants_input() const override { return user_->wants_input(); }
  void client_arrived() override { user_->client_arrived(); }
  void client_left() override { user_->client_left(); }
  void drained() override { user_->drained(); }
  void output_lost(std::size_t count) override { user_->output_lost(count); }
  void host_line(ModemLine line, bool on) override { user_->host_line(line, on); }
  void host_framing(const Framing& framing) override { user_->host_framing(framing); }
  void host_break(bool on) override { user_->host_break(on); }

  Endpoint& inner() const { return inner_; }
  PortUser* user() const { return user_; }

 private:
  const std::unique_ptr<Endpoint> owned_;
  Endpoint& inner_;
  PortUser* user_ = nullptr;
};

}  // namespace sim800
