// Received data of the TCP/IP toolkit, and their delivery to the host (AT manual 8.2.18-8.2.26).
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "emulator/at/channel.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/ip/ip_stack.hpp"

namespace sim800 {

void IpStack::channel_free(const Channel& channel) {
  for (unsigned n = 0; n < connection_count; ++n) {
    if (connections_[n].has_socket() && connections_[n].channel == &channel) changed(n);
  }
}

/// Bytes, room or the end of a connection arrived, or its line is free: continue what is waiting, in order.
void IpStack::changed(unsigned n) {
  IpConnection& connection = connections_[n];
  if (!connection.up() && connection.state() != IpConnection::State::closed) return;
  if (transparent_.uses(connection)) {
    transparent_.move();
  } else if (connection.manual) {
    announce(n);
  } else {
    push(n);
  }
  if (connection.state() == IpConnection::State::remote_closing) expect_end(n);
  if (connection.state() == IpConnection::State::closed && delivered(n)) end_data_mode(n);
  if (deactivated_) say_deactivated();
}

/// +CIPRXGET: 1 is sent once; again only when the host has read everything and more has arrived.
void IpStack::announce(unsigned n) {
  IpConnection& connection = connections_[n];
  if (connection.announced || connection.waiting() == 0 || !connection.channel->free()) return;
  connection.announced = true;
  std::string line = "+CIPRXGET: 1";
  if (multi()) line += fmt::format(",{}", n);
  if (settings_.number(key::cipsrip) == 1) {
    const SocketAddress source = connection.source();
    line += fmt::format(",{}:{}", source.host, source.port);
  }
  environment_.answer(line, connection.channel);
  connection.told();
}

/// Records of at most 1460 bytes, each after a header as AT+CIPHEAD, CIPSHOWTP and CIPSRIP request. No record is split
/// by a command's response, and data the host does not accept stay with the peer.
void IpStack::push(unsigned n) {
  IpConnection& connection = connections_[n];
  while (connection.waiting() > 0 && connection.channel->free()) {
    const std::string_view bytes = connection.readable().substr(0, block);
    const SocketAddress source = connection.source();
    const std::string from = settings_.number(key::cipsrip) == 1 ? fmt::format("{}:{}", source.host, source.port) : "";
    if (multi()) {
      connection.channel->write_line(
          fmt::format("+RECEIVE,{},{}{}{}:", n, bytes.size(), from.empty() ? "" : ",", from));
    } else {
      if (!from.empty()) connection.channel->write_line("RECV FROM:" + from);
      const bool names = settings_.number(key::cipshowtp) == 1;
      const std::string_view protocol = !names ? "" : connection.datagrams() ? ",UDP" : ",TCP";
      if (settings_.number(key::ciphead) == 1)
        connection.channel->write(fmt::format("\r\n+IPD,{}{}:", bytes.size(), protocol));
    }
    connection.channel->write(bytes);
    connection.consume(bytes.size());
    on_pushed();
  }
}

/// The host has all data, or knows of them.
bool IpStack::delivered(unsigned n) const {
  const IpConnection& connection = connections_[n];
  if (connection.waiting() == 0) return true;
  return transparent_.uses(connection) ? !transparent_.online() : connection.manual && connection.announced;
}

/// The peer has closed: the host is told a little after the last byte it received, or after the end if that was later
/// (at most AT+CIPRDTIMER).
void IpStack::expect_end(unsigned n) {
  IpConnection& connection = connections_[n];
  if (!delivered(n)) return;
  const std::chrono::milliseconds most(settings_.number(multi() ? key::ciprdtimer_multi : key::ciprdtimer_single));
  const TimePoint due = connection.quiet_since() + std::min<Duration>(environment_.latency[Latency::ip_closed], most);
  if (due <= environment_.clock.now()) return peer_gone(n);
  connection.leaving = environment_.clock.at(due, [this, n] { changed(n); });
}

void IpStack::peer_gone(unsigned n) {
  release(n);
  record(n, "closed");
  say(n, "CLOSED");
}

/// The connection is over; what the host can still fetch stays.
void IpStack::release(unsigned n) {
  IpConnection& connection = connections_[n];
  if (connection.waiting() > 0) {
    connection.close_unread();
  } else {
    drop(n, IpConnection::State::closed);
  }
}

/// Data mode ends when the host has the rest of a connection that is over.
void IpStack::end_data_mode(unsigned n) {
  if (!transparent_.uses(connections_[n]) || !transparent_.online()) return;
  drop(n, IpConnection::State::closed);
  if (!deactivated_) say(n, "CLOSED");
}

std::size_t IpStack::readable(unsigned n) const {
  const IpConnection& connection = connections_[n];
  return connection.announced ? connection.waiting() : 0;
}

std::string IpStack::take(unsigned n, std::size_t most) {
  IpConnection& connection = connections_[n];
  if (readable(n) == 0) return {};
  std::string bytes(connection.readable().substr(0, most));
  connection.consume(bytes.size());
  if (connection.waiting() > 0) return bytes;
  connection.announced = false;
  if (connection.state() == IpConnection::State::closed) drop(n, IpConnection::State::closed);
  return bytes;
}

}  // namespace sim800
