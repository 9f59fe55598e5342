// Opening and closing connections of the TCP/IP toolkit (AT manual 8.2.2, 8.2.6, 8.2.17).
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "emulator/at/channel.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/tls/tls_client.hpp"
#include "protocol/at/ip_address.hpp"

namespace sim800 {
namespace {

// Field log of a filtered port: CONNECT FAIL 75.5 s after OK; the manual says 75 s.
constexpr Duration connect_limit = 75s;
constexpr Duration send_limit = 645s;  // manual 8.2.3
constexpr Duration close_limit = 5s;
constexpr Duration name_limit = 30s;
constexpr unsigned max_clients = 5;  // application note: the server counts as the sixth

}  // namespace

/// A line about a connection: with its number if there can be several.
void IpStack::say(unsigned n, std::string_view text) const {
  environment_.answer(multi() ? fmt::format("{}, {}", n, text) : std::string(text), connections_[n].channel);
}

void IpStack::record(unsigned n, std::string_view phase) const {
  if (trace_ == nullptr) return;
  const IpConnection& connection = connections_[n];
  trace_->event("socket", {{"id", std::int64_t{n}},
                           {"phase", phase},
                           {"kind", connection.datagrams() ? "UDP" : "TCP"},
                           {"host", connection.remote.host},
                           {"port", std::int64_t{connection.remote.port}}});
}

// --- from this side

void IpStack::connect(unsigned n, SocketRequest request, Channel& channel) {
  IpConnection& connection = connections_[n];
  drop(n, IpConnection::State::initial);
  connection.kind = request.kind;
  connection.remote = {request.host, request.port};
  connection.context = multi() ? selected_ : 0;
  connection.accepted = false;
  connection.channel = &channel;
  connection.manual = settings_.number(key::ciprxget) == 1;
  request.id = static_cast<int>(n);
  request.local_port = connection.datagrams() ? local_ports[n].udp : local_ports[n].tcp;
  request.tls = tls(request);
  if (!connection.datagrams() && settings_.number(key::ciptka_mode) == 1) {
    request.keep_alive = KeepAlive{.idle = std::chrono::seconds(settings_.number(key::ciptka_idle)),
                                   .interval = std::chrono::seconds(settings_.number(key::ciptka_interval)),
                                   .count = settings_.number(key::ciptka_count)};
  }
  if (contexts_[connection.context].stage == Stage::status) connection.prepare();
  record(n, "connect");
  opening_[n] = open(n, std::move(request));
  opening_[n].start([] {});
}

std::optional<TlsOptions> IpStack::tls(const SocketRequest& request) const {
  if (request.kind != SocketRequest::Kind::tcp || settings_.number(key::cipssl) == 0) return std::nullopt;
  return tls_client_.options();
}

/// A single connection can be requested in IP INITIAL: the module then takes all steps itself.
Task<> IpStack::open(unsigned n, SocketRequest request) {
  IpConnection& connection = connections_[n];
  Context& context = contexts_[connection.context];
  if (context.stage == Stage::initial) {
    const Result result = co_await bring_up(context);
    if (context.stage == Stage::start) context.stage = Stage::initial;  // without AT+CSTT
    if (!result.is_ok()) co_return failed(n, false);
    context.stage = Stage::status;
    connection.prepare();
  }
  const Duration least = connection.datagrams() ? Duration::zero() : environment_.latency[Latency::ip_connect];
  const TimePoint earliest = environment_.clock.now() + least;
  if (!is_ip_address(request.host)) co_await environment_.clock.sleep(environment_.latency[Latency::dns]);
  request.local_host = context.address;
  const std::optional<SocketError> outcome = co_await connection.open(sockets_, std::move(request), connect_limit);
  if (outcome != SocketError::none) co_return failed(n, outcome == SocketError::tls);
  co_await environment_.clock.sleep_until(earliest);
  opened(n);
}

void IpStack::opened(unsigned n) {
  IpConnection& connection = connections_[n];
  connection.established();
  record(n, "connected");
  if (connection.datagrams()) set_udp_mode(n, udp_modes_[n].mode, udp_modes_[n].there);
  if (settings_.number(key::cipmode) == 1 && !multi()) {
    transparent_.start(connection);
  } else {
    say(n, "CONNECT OK");
  }
  changed(n);
}

void IpStack::failed(unsigned n, bool by_tls) {
  const bool tried = connections_[n].state() == IpConnection::State::connecting;
  drop(n, tried ? IpConnection::State::closed : IpConnection::State::initial);
  record(n, "failed");
  if (by_tls) {
    tls_client_.failed(connections_[n].remote.host, connections_[n].remote.port);
    return say(n, "CLOSE OK");  // what hardware reports if the handshake fails
  }
  if (!multi()) environment_.answer(fmt::format("STATE: {}", state_name()), connections_[n].channel);
  say(n, "CONNECT FAIL");
}

void IpStack::drop(unsigned n, IpConnection::State left_in) {
  IpConnection& connection = connections_[n];
  if (transparent_.uses(connection)) transparent_.end();
  const std::size_t unread = connection.drop(left_in);
  if (unread > 0 && trace_ != nullptr) {
    trace_->event("lost", {{"socket", std::int64_t{n}}, {"bytes", static_cast<std::int64_t>(unread)}});
  }
}

Task<> IpStack::close(unsigned n, bool quick) {
  IpConnection& connection = connections_[n];
  const TimePoint earliest = environment_.clock.now() + environment_.latency[Latency::ip_close];
  opening_[n].cancel();
  connection.leaving.cancel();
  if (connection.up() && !quick) {
    co_await connection.close(close_limit);
    if (connection.state() == IpConnection::State::closing) co_await environment_.clock.sleep_until(earliest);
    if (connection.state() != IpConnection::State::closing) co_return;  // shut in the meantime
  }
  drop(n, IpConnection::State::closed);
  record(n, "closed");
}

Task<bool> IpStack::send(unsigned n, std::string_view bytes) {
  IpConnection& connection = connections_[n];
  const bool confirmed = settings_.number(key::cipqsend) == 0;
  const bool waits = confirmed && !connection.datagrams();
  const TimePoint earliest =
      environment_.clock.now() + (waits ? environment_.latency[Latency::ip_acknowledge] : Duration::zero());
  const TimePoint limit = environment_.clock.now() + send_limit;
  const bool sent = co_await connection.transmit(bytes, confirmed, send_limit);
  if (sent) {
    co_await environment_.clock.sleep_until(earliest);
  } else if (environment_.clock.now() >= limit && connection.up()) {
    peer_lost(n);
  }
  co_return sent;
}

/// It no longer acknowledges, or accepts, anything.
void IpStack::peer_lost(unsigned n) {
  connections_[n].give_up();
  changed(n);
}

void IpStack::set_udp_mode(unsigned n, unsigned mode, const SocketAddress& there) {
  udp_modes_[n] = {mode, there};
  IpConnection& connection = connections_[n];
  if (!connection.up() || !connection.datagrams()) return;
  connection.socket().take_all(mode != 0);
  if (mode != 0 && !there.host.empty()) connection.socket().redirect(there);
}

// --- from the other side

void IpStack::listen(std::uint16_t port, Channel& channel) {
  server_port_ = port;
  server_context_ = multi() ? selected_ : 0;
  server_channel_ = &channel;
  server_opening_ = open_server();
  server_opening_.start([] {});
}

Task<> IpStack::open_server() {
  Context& context = contexts_[server_context_];
  if (context.stage == Stage::initial) {
    const Result result = co_await bring_up(context);
    if (context.stage == Stage::start) context.stage = Stage::initial;
    if (!result.is_ok()) co_return environment_.answer_code(Code::error, server_channel_);
    context.stage = Stage::status;
  }
  const SocketAddress own{context.address, server_port_};
  server_ = sockets_.listen(own, [this](std::unique_ptr<Socket> socket) { client_came(std::move(socket)); });
  if (server_ != nullptr) {
    environment_.answer("SERVER OK", server_channel_);
  } else {
    environment_.answer_code(Code::error, server_channel_);
  }
}

/// Gets the lowest free number; a client without one is rejected.
void IpStack::client_came(std::unique_ptr<Socket> socket) {
  const auto used = static_cast<unsigned>(std::ranges::count_if(connections_, &IpConnection::used));
  const auto free =
      std::ranges::find_if(connections_, [](const IpConnection& connection) { return !connection.used(); });
  if (used >= (multi() ? max_clients : 1) || free == connections_.end()) return;
  const auto n = static_cast<unsigned>(free - connections_.begin());
  drop(n, IpConnection::State::initial);
  free->context = server_context_;
  free->accepted = true;
  free->channel = server_channel_;
  free->manual = settings_.number(key::ciprxget) == 1;
  free->adopt(std::move(socket));
  record(n, "accepted");
  say(n, fmt::format("REMOTE IP: {}", free->remote.host));
  if (settings_.number(key::cipmode) == 1 && !multi()) transparent_.start(*free);
  changed(n);
}

// --- names

/// +CDNSGIP: 1,"name","address"[,"address" ...], or 0 and a reason: 8 no such name, 3 no network.
void IpStack::resolve(const std::string& host, Channel& asker) {
  query_.reset();
  const auto report = [this, host, &asker](const std::vector<std::string>& addresses, int failure) {
    std::string line =
        addresses.empty() ? fmt::format("+CDNSGIP: 0,{}", failure) : fmt::format("+CDNSGIP: 1,\"{}\"", host);
    for (const std::string& address : addresses) line += fmt::format(",\"{}\"", address);
    query_limit_.cancel();
    environment_.answer(line, &asker);
  };
  const Duration delay = is_ip_address(host) ? Duration::zero() : environment_.latency[Latency::dns];
  query_delay_ = environment_.clock.after(delay, [this, host, report] {
    if (!active()) return report({}, 3);
    if (is_ip_address(host)) return report({host}, 0);
    query_ = sockets_.resolve(host, [report](const std::vector<std::string>& addresses) { report(addresses, 8); });
    query_limit_ = environment_.clock.after(name_limit, [this, report] {
      query_.reset();
      report({}, 8);
    });
  });
}

}  // namespace sim800
