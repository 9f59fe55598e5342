// SocketEventQueue: events are told one after the other, as long as there is somebody to tell.
// SPDX-License-Identifier: MIT
#include "backends/sockets/asio_socket_shared.hpp"

#include <asio/post.hpp>
#include <utility>

namespace sim800 {

std::unique_ptr<TransferWatch> SocketShared::watch(const SocketRequest& request) const {
  if (interference == nullptr) return nullptr;
  return interference->watch({TransferKind::User::socket, {}, request.host, request.id});
}

void SocketEventQueue::connected(SocketError result) {
  if (std::exchange(was_connected_, true)) return;
  was_closed_ = result != SocketError::none;  // there is nothing to be closed
  connected_ = result;
  tell_later();
}

void SocketEventQueue::changed() {
  changed_ = true;
  tell_later();
}

void SocketEventQueue::closed(SocketError why) {
  if (!was_connected_ || std::exchange(was_closed_, true)) return;
  closed_ = why;
  tell_later();
}

void SocketEventQueue::tell_later() {
  if (std::exchange(telling_, true)) return;
  asio::post(loop_, [waiting = weak_from_this()] {
    if (const auto self = waiting.lock()) self->tell();
  });
}

// Each function is copied: with its socket it would end while it runs.
void SocketEventQueue::tell() {
  telling_ = false;
  if (const auto result = std::exchange(connected_, std::nullopt); result && owner_ != nullptr) {
    const auto act = owner_->events.connected;
    if (act) act(*result);
  }
  if (std::exchange(changed_, false) && owner_ != nullptr) {
    const auto act = owner_->events.changed;
    if (act) act();
  }
  if (const auto why = std::exchange(closed_, std::nullopt); why && owner_ != nullptr) {
    const auto act = owner_->events.closed;
    if (act) act(*why);
  }
}

asio::ip::address loopback_for(const std::string& own, const RadioLink& link) {
  if (link.modules() == nullptr) return asio::ip::address_v4::loopback();
  std::error_code none;
  const auto address = asio::ip::make_address(AddressPlan::loopback_of(own), none);
  return none ? asio::ip::address_v4::loopback() : address;
}

SocketAddress shown_address(const std::string& asked, std::uint16_t port, const Route& route) {
  return {numeric_address(asked).value_or(route.address), port};
}

}  // namespace sim800
