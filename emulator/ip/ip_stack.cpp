// The contexts of the TCP/IP toolkit, and its stored settings.
// SPDX-License-Identifier: MIT
#include "emulator/ip/ip_stack.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "emulator/ip/ip_settings.hpp"
#include "protocol/at/arguments.hpp"

namespace sim800 {

IpStack::IpStack(const Parts& parts)
    : environment_(parts.environment),
      settings_(parts.settings),
      network_(parts.network),
      pdp_(parts.pdp),
      tls_client_(parts.tls),
      nvram_(parts.nvram),
      sockets_(parts.sockets),
      trace_(parts.trace),
      connections_{IpConnection{parts.environment.clock}, IpConnection{parts.environment.clock},
                   IpConnection{parts.environment.clock}, IpConnection{parts.environment.clock},
                   IpConnection{parts.environment.clock}, IpConnection{parts.environment.clock}},
      transparent_(parts.environment.clock, parts.settings, parts.trace) {
  for (unsigned n = 0; n < connection_count; ++n) {
    connections_[n].on_change = [this, n] { changed(n); };
  }
  transparent_.on_stuck = [this](IpConnection& connection) {
    peer_lost(static_cast<unsigned>(&connection - connections_.data()));
  };
}

// --- state

IpStack::State IpStack::state() const {
  switch (context().stage) {
    case Stage::initial: return State::initial;
    case Stage::start: return State::start;
    case Stage::config: return State::config;
    case Stage::gprs_active: return State::gprs_active;
    case Stage::deactivated: return State::deactivated;
    case Stage::status: break;
  }
  if (multi()) {
    const bool used = std::ranges::any_of(connections_, [this](const IpConnection& connection) {
      return connection.used() && connection.context == selected_;
    });
    return used || listening() ? State::processing : State::status;
  }
  switch (connections_[0].state()) {
    case IpConnection::State::connecting: return State::connecting;
    case IpConnection::State::connected:
    case IpConnection::State::remote_closing: return State::connected;
    case IpConnection::State::closing: return State::closing;
    case IpConnection::State::initial: return listening() ? State::listening : State::status;
    case IpConnection::State::closed: break;
  }
  return listening() ? State::listening : State::closed;
}

std::string_view IpStack::state_name() const {
  const bool udp = connections_[0].datagrams();
  switch (state()) {
    case State::initial: return "IP INITIAL";
    case State::start: return "IP START";
    case State::config: return "IP CONFIG";
    case State::gprs_active: return "IP GPRSACT";
    case State::status: return "IP STATUS";
    case State::processing: return "IP PROCESSING";
    case State::connecting: return udp ? "UDP CONNECTING" : "TCP CONNECTING";
    case State::listening: return "SERVER LISTENING";
    case State::connected: return "CONNECT OK";
    case State::closing: return udp ? "UDP CLOSING" : "TCP CLOSING";
    case State::closed: return udp ? "UDP CLOSED" : "TCP CLOSED";
    case State::deactivated: return "PDP DEACT";
  }
  return "IP INITIAL";
}

std::string_view word(IpConnection::State state) {
  switch (state) {
    case IpConnection::State::initial: return "INITIAL";
    case IpConnection::State::connecting: return "CONNECTING";
    case IpConnection::State::connected: return "CONNECTED";
    case IpConnection::State::remote_closing: return "REMOTE CLOSING";
    case IpConnection::State::closing: return "CLOSING";
    case IpConnection::State::closed: return "CLOSED";
  }
  return "INITIAL";
}

bool IpStack::active() const { return !context().address.empty(); }

bool IpStack::busy() const {
  return std::ranges::any_of(connections_, [](const IpConnection& connection) {
    return connection.state() == IpConnection::State::connecting || connection.state() == IpConnection::State::closing;
  });
}

// --- contexts

/// The network has said yes or no when this is over (manual: at most 85 s).  A context that somebody else has opened
/// with the same access point costs no time.
Task<Result> IpStack::bring_up(Context& context) {
  context.stage = Stage::config;
  const unsigned run = ++context.run;
  if (!pdp_.is_open(context.access.apn)) co_await environment_.clock.sleep(environment_.latency[Latency::ip_activate]);
  if (context.run != run || context.stage != Stage::config) co_return error;  // shut or lost meanwhile
  if (!network_.attached() || settings_.number(key::cipcsgp) == 0) {  // nobody takes circuit-switched data calls
    context.stage = Stage::start;
    co_return unspecified_gprs_error;
  }
  const Result result = pdp_.open(context.access);
  context.stage = result.is_ok() ? Stage::gprs_active : Stage::deactivated;
  if (!result.is_ok()) co_return result;
  context.apn = context.access.apn;
  context.address = pdp_.address(context.apn);
  co_return ok;
}

void IpStack::address_shown() {
  if (context().stage == Stage::gprs_active) context().stage = Stage::status;
}

void IpStack::take_down(Context& context, Stage left_in) {
  context.stage = left_in;
  ++context.run;
  if (!context.address.empty()) pdp_.close(context.apn);
  context.address.clear();
}

void IpStack::end_connections(unsigned which, IpConnection::State left_in) {
  for (unsigned n = 0; n < connection_count; ++n) {
    IpConnection& connection = connections_[n];
    if (connection.context != which || (connection.state() == IpConnection::State::initial && !opening_[n].running()))
      continue;
    const bool over = connection.state() == IpConnection::State::closed;
    if (over && left_in == IpConnection::State::closed) continue;  // the host may read what came before
    opening_[n].cancel();
    drop(n, left_in);
  }
  if (server_context_ == which) {
    server_.reset();
    server_opening_.cancel();
  }
}

/// Connections and server end without a word of their own.
Task<> IpStack::shut() {
  const unsigned which = selected_;
  const bool was_active = active();
  end_connections(which, IpConnection::State::initial);
  deactivated_ = false;
  query_.reset();
  take_down(contexts_[which], Stage::initial);
  co_await environment_.clock.sleep(was_active ? environment_.latency[Latency::ip_shut] : Duration::zero());
}

void IpStack::lose_contexts(Channel* cause) {
  bool any = false;
  for (unsigned which = 0; which < context_count; ++which) {
    Context& lost = contexts_[which];
    if (lost.address.empty()) continue;
    any = true;
    for (unsigned n = 0; n < connection_count; ++n) {
      if (connections_[n].up() && connections_[n].context == which) release(n);
    }
    end_connections(which, IpConnection::State::closed);
    take_down(lost, Stage::deactivated);
  }
  service_check_.cancel();
  for (IpConnection& connection : connections_) connection.stall(false);
  if (!any) return;
  if (cause != nullptr) return environment_.urc("+PDP: DEACT", cause);
  deactivated_ = true;
  for (unsigned n = 0; n < connection_count; ++n) changed(n);
  if (deactivated_) say_deactivated();
}

/// The host is told once it has received what came before.
void IpStack::say_deactivated() {
  for (unsigned n = 0; n < connection_count; ++n) {
    if (connections_[n].state() == IpConnection::State::closed && !delivered(n)) return;
  }
  deactivated_ = false;
  environment_.urc("+PDP: DEACT", nullptr);
}

/// A command ends the contexts at once.  The loss of the network is found out by looking:
/// AT+CIPDPDP=1,<interval>,<timer> looks every <interval> seconds, and <timer> times in vain is enough.
void IpStack::lose_service(Channel* cause) {
  if (cause != nullptr) return lose_contexts(cause);
  if (std::ranges::all_of(contexts_, [](const Context& context) { return context.address.empty(); })) return;
  for (IpConnection& connection : connections_) connection.stall(true);
  service_checks_ = 0;
  check_service();
}

void IpStack::check_service() {
  service_check_ = environment_.clock.after(std::chrono::seconds(settings_.number(key::cipdpdp_interval)), [this] {
    if (network_.attached()) {
      for (unsigned n = 0; n < connection_count; ++n) {
        connections_[n].stall(false);
        changed(n);
      }
      return;
    }
    const bool looks = settings_.number(key::cipdpdp_mode) == 1;
    if (looks && ++service_checks_ >= settings_.number(key::cipdpdp_timer)) return lose_contexts(nullptr);
    check_service();
  });
}

void IpStack::power_off() {
  for (unsigned which = 0; which < context_count; ++which) {
    end_connections(which, IpConnection::State::initial);
    take_down(contexts_[which], Stage::initial);
    contexts_[which].access = {"CMNET", "", ""};
  }
  for (IpConnection& connection : connections_) connection.stall(false);
  deactivated_ = false;
  udp_modes_ = {};
  local_ports = {};
  dialled = {};
  selected_ = 0;
  query_.reset();
  query_delay_.cancel();
  query_limit_.cancel();
  service_check_.cancel();
}

// --- what is kept

void IpStack::power_on() {
  if (const Nvram::Section* saved = nvram_.find(ip_context.section))
    contexts_[0].access = {value_in(*saved, "apn"), value_in(*saved, "user"), value_in(*saved, "password")};
}

/// The access point is part of it.
Nvram::Section IpStack::saved_values() const {
  Nvram::Section values = settings_.values_of(ip_context);
  const PdpContexts::Access& access = contexts_[0].access;
  values.insert({{"apn", access.apn}, {"user", access.user}, {"password", access.password}});
  return values;
}

bool IpStack::save_context() { return nvram_.store(ip_context.section, saved_values()); }

bool IpStack::context_saved() const { return nvram_.holds(ip_context.section, saved_values()); }

}  // namespace sim800
