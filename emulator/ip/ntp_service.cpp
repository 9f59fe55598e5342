// SPDX-License-Identifier: MIT
#include "emulator/ip/ntp_service.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "protocol/ntp.hpp"

namespace sim800 {
namespace {

constexpr Duration limit = 10s;  // field: answers arrive within ten seconds, or never

}  // namespace

NtpService::NtpService(const Environment& environment, const Bearers& bearers, Rtc& rtc, Sockets& sockets)
    : around_(environment), bearers_(bearers), rtc_(rtc), sockets_(sockets), random_(environment.seed) {}

void NtpService::start(Channel& asker) {
  asker_ = &asker;
  busy_ = true;
  lost_ = false;
  run_ = run();
  run_.start([this] { run_.cancel(); });
}

void NtpService::bearer_closed(unsigned closed) {
  if (!busy_ || closed != cid) return;
  lost_ = true;
  event_.raise();
}

void NtpService::power_off() {
  run_.cancel();
  socket_.reset();
  busy_ = false;
  cid = 1;
  server.clear();
  zone = 0;
}

Task<> NtpService::run() {
  const TimePoint earliest = around_.clock.now() + around_.latency[Latency::ntp];
  const Outcome outcome = co_await ask();
  socket_.reset();
  // However near the server is, drivers rely on some silence between OK and the URC.
  co_await around_.clock.sleep_until(earliest);
  busy_ = false;
  around_.answer(fmt::format("+CNTP: {}", static_cast<int>(outcome)), asker_);
}

Task<NtpService::Outcome> NtpService::ask() {
  using enum Outcome;
  if (!bearers_.connected(cid)) co_return network_error;
  std::optional<SocketError> connected, closed;
  bool late = false;
  const auto tell = [this](std::optional<SocketError>& what) {
    return [this, &what](SocketError told) {
      what = told;
      event_.raise();
    };
  };
  // No connection of the toolkit: the id of a fault's trigger must not name it.
  socket_ = sockets_.connect(
      {.kind = SocketRequest::Kind::udp, .id = -1, .host = server, .port = ntp_port, .tls = {}, .keep_alive = {}});
  socket_->events = {tell(connected), [this] { event_.raise(); }, tell(closed)};
  const Timer timer = around_.clock.after(limit, [this, &late] {
    late = true;
    event_.raise();
  });
  const int asked_zone = zone;
  const std::uint64_t cookie = random_();
  while (!late && !lost_ && !connected) co_await event_;
  if (connected && *connected != SocketError::none)
    co_return *connected == SocketError::dns ? dns_error : connection_error;
  if (connected && !lost_ && !late) socket_->send(ntp_request(cookie));
  while (!late && !lost_ && !closed && socket_->readable().empty()) co_await event_;
  if (lost_) co_return network_error;
  if (const std::string_view reply = socket_->readable(); !reply.empty()) {
    const auto utc = parse_ntp_reply(reply, cookie);
    if (!utc) co_return response_error;
    const bool set = rtc_.set({*utc + asked_zone * std::chrono::minutes(15), asked_zone});
    co_return set ? success : network_error;
  }
  co_return closed ? connection_error : connected ? timeout : dns_error;
}

}  // namespace sim800
