// What connections of the TCP/IP toolkit receive, and how the host gets it (AT manual 8.2.18-8.2.26).
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "emulator/channel.hpp"
#include "emulator/ip_stack.hpp"

namespace sim800 {

void IpStack::channel_free(const Channel& channel) {
  for (unsigned n = 0; n < link_count; ++n) {
    if (links_[n].has_socket() && links_[n].channel == &channel) changed(n);
  }
}

/// Bytes, room or the end of a connection came, or its line is free: what waits goes on, in its order.
void IpStack::changed(unsigned n) {
  IpLink& link = links_[n];
  if (!link.up()) return;
  if (transparent_.uses(link)) {
    transparent_.move();
  } else if (link.manual) {
    announce(n);
  } else {
    push(n);
  }
  if (link.state() == IpLink::State::remote_closing) expect_end(n);
}

/// +CIPRXGET: 1 comes once; again only when the host has read everything and more has come.
void IpStack::announce(unsigned n) {
  IpLink& link = links_[n];
  if (link.announced || link.waiting() == 0 || !link.channel->free()) return;
  link.announced = true;
  std::string line = "+CIPRXGET: 1";
  if (multi()) line += fmt::format(",{}", n);
  if (settings_.number("+CIPSRIP") == 1) {
    const SocketAddress source = link.socket().source();
    line += fmt::format(",{}:{}", source.host, source.port);
  }
  surroundings_.urc(line, nullptr);
}

/// Records of at most 1460 bytes, each behind a header as AT+CIPHEAD, CIPSHOWTP and CIPSRIP ask for it.  None is cut by
/// a command's answer, and what the host does not take stays with the peer.
void IpStack::push(unsigned n) {
  IpLink& link = links_[n];
  while (link.up() && link.waiting() > 0 && link.channel->free()) {
    const std::string_view bytes = link.socket().readable().substr(0, block);
    const SocketAddress source = link.socket().source();
    const std::string from = settings_.number("+CIPSRIP") == 1 ? fmt::format("{}:{}", source.host, source.port) : "";
    if (multi()) {
      link.channel->write_line(fmt::format("+RECEIVE,{},{}{}{}:", n, bytes.size(), from.empty() ? "" : ",", from));
    } else {
      if (!from.empty()) link.channel->write_line("RECV FROM:" + from);
      const bool names = settings_.number("+CIPSHOWTP") == 1;
      const std::string_view protocol = !names ? "" : link.datagrams() ? ",UDP" : ",TCP";
      if (settings_.number("+CIPHEAD") == 1) link.channel->write(fmt::format("\r\n+IPD,{}{}:", bytes.size(), protocol));
    }
    link.channel->write(bytes);
    link.socket().consume(bytes.size());
  }
}

/// The peer has closed: the host is told a little later (AT+CIPRDTIMER sets the most), and not before it has got, or
/// has been told of, everything.
void IpStack::expect_end(unsigned n) {
  IpLink& link = links_[n];
  const bool delivered = link.waiting() == 0 || (link.manual && link.announced);
  const bool escaped = transparent_.uses(link) && !transparent_.online();
  if (link.leave == IpLink::Leave::now && (delivered || escaped)) return peer_gone(n);
  if (link.leave != IpLink::Leave::no) return;
  const std::chrono::milliseconds most(settings_.number("+CIPRDTIMER", multi() ? 1 : 0));
  const Duration wait =
      link.broken() ? Duration::zero() : std::min<Duration>(surroundings_.latency[Latency::ip_closed], most);
  link.leave = IpLink::Leave::soon;
  link.leaving = surroundings_.clock.after(wait, [this, n] {
    links_[n].leave = IpLink::Leave::now;
    changed(n);
  });
}

void IpStack::peer_gone(unsigned n) {
  IpLink& link = links_[n];
  if (link.manual && link.waiting() > 0 && !transparent_.uses(link)) {
    link.leave_unread();
  } else {
    drop(n, IpLink::State::closed);
  }
  record(n, "closed");
  say(n, "CLOSED");
}

std::size_t IpStack::readable(unsigned n) const {
  const IpLink& link = links_[n];
  return link.announced ? link.waiting() : 0;
}

std::string IpStack::take(unsigned n, std::size_t most) {
  IpLink& link = links_[n];
  if (readable(n) == 0) return {};
  std::string bytes(link.socket().readable().substr(0, most));
  link.socket().consume(bytes.size());
  if (link.waiting() > 0) return bytes;
  link.announced = false;
  if (link.state() == IpLink::State::closed) drop(n, IpLink::State::closed);
  return bytes;
}

}  // namespace sim800
