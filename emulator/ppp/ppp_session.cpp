// SPDX-License-Identifier: MIT
#include "emulator/ppp/ppp_session.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/network/gprs.hpp"

namespace sim800 {
namespace {

/// A host may begin as soon as it sees CONNECT; it repeats what is longer than this.
constexpr std::size_t max_early = 4096;

/// A slow line holds so much for the host, which is two windows of TCP without scaling.
constexpr std::size_t most_unsent = 2 * Port::congested_at;

/// What is written at once.
constexpr std::size_t longest_burst = std::size_t{16} * 1024;

/// What the network names as its name servers.
constexpr std::array<std::uint32_t, 2> name_servers{0x08080808, 0x08080404};

/// Of "10.1.2.3".
std::uint32_t address_of(const std::string& text) {
  std::istringstream parts(text);
  std::uint32_t address = 0;
  for (std::string part; std::getline(parts, part, '.');) address = address << 8U | std::stoul("0" + part);
  return address;
}

std::string challenge(std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  std::string text;
  while (text.size() < 16) text.push_back(static_cast<char>(chance()));
  return text;
}

ppp::Defects defects_of(const PppConfig& config) {
  return {config.lcp_silent, config.refuse_authentication, config.refuse_ip};
}

std::string_view reason(ppp::Peer::End end) {
  using enum ppp::Peer::End;
  switch (end) {
    case by_host: return "host";
    case by_module: return "module";
    case no_answer: return "no answer";
    case not_authenticated: break;
  }
  return "not authenticated";
}

}  // namespace

PppSession::PppSession(const Parts& parts, std::function<void(const PppSession&)> on_over)
    : parts_(parts),
      on_over_(std::move(on_over)),
      peer_({.to_host = [this](std::string_view bytes) { to_host(bytes); },
             .on_proof = [this](const ppp::Proof& proof) { prove(proof); },
             .on_network_up = [this] { network_up(); },
             .on_packet =
                 [this](std::string_view packet) {
                   ++packets_sent_;
                   sent_ += packet.size();
                   if (path_ && !silent_) path_->send(packet);
                 },
             .on_end = [this](ppp::Peer::End end) { finish(reason(end), true); }},
            challenge(parts.environment.seed + static_cast<std::uint64_t>(parts.environment.clock.now().count())),
            defects_of(parts.environment.world.network.ppp)),
      escape_(parts.environment.clock,
              {.data = [this](std::string_view bytes) { take(bytes); }, .escape = [this] { escape(); }}) {
  parts_.environment.record("ppp", {{"channel", parts_.channel.name()},
                                    {"cid", static_cast<std::int64_t>(parts_.cid)},
                                    {"state", std::string_view("dialled")}});
  escape_.begin();
  parts_.channel.go_online(*this);
  // Behind CONNECT, and not in the same write.
  start_ = parts_.environment.clock.after(parts_.environment.latency[Latency::answer], [this] {
    peer_.start(parts_.environment.clock.now());
    rearm();
    started_ = true;
    take(std::exchange(early_, {}));
  });
}

PppSession::~PppSession() = default;

// --- the host's side

std::size_t PppSession::from_host(std::string_view bytes) {
  escape_.feed(bytes);
  return bytes.size();
}

void PppSession::take(std::string_view bytes) {
  if (silent_ || mode_ == Mode::over) return;
  if (!started_) {
    early_ += bytes.substr(0, max_early - std::min(max_early, early_.size()));
    return;
  }
  peer_.receive(bytes, parts_.environment.clock.now());
  rearm();
}

/// What the module says while the host types commands is lost, and asked for again.
void PppSession::to_host(std::string_view bytes) {
  if (gathers_) {
    burst_ += bytes;
    return;
  }
  send_burst();
  if (mode_ == Mode::online && !silent_ && parts_.channel.online()) parts_.channel.write(bytes);
}

void PppSession::send_burst() {
  burst_end_.cancel();
  const std::string burst = std::exchange(burst_, {});
  if (!burst.empty() && mode_ == Mode::online && !silent_ && parts_.channel.online()) parts_.channel.write(burst);
}

/// A link that is slower than the network loses packets: TCP slows down by it.
void PppSession::packet_to_host(std::string_view packet) {
  const bool begins = burst_.empty();
  const bool congested = parts_.channel.unsent() + burst_.size() >= most_unsent;
  gathers_ = true;
  const bool sent = mode_ == Mode::online && !silent_ && !congested && peer_.send(packet);
  gathers_ = false;
  if (!sent) {
    ++lost_;
    return;
  }
  ++packets_received_;
  received_ += packet.size();
  if (burst_.size() >= longest_burst) return send_burst();
  if (begins) burst_end_ = parts_.environment.clock.after(Duration::zero(), [this] { send_burst(); });
}

void PppSession::escape() {
  send_burst();
  mode_ = Mode::escaped;
  escape_.end();
  parts_.channel.go_offline(Code::ok);
}

void PppSession::dtr_dropped(bool hang_up) {
  if (mode_ == Mode::online) hang_up ? finish("DTR dropped", true) : escape();
}

bool PppSession::resume() {
  if (mode_ != Mode::escaped) return false;
  mode_ = Mode::online;
  escape_.begin();
  parts_.channel.go_online(*this);
  return true;
}

void PppSession::rearm() {
  timer_.cancel();
  if (mode_ == Mode::over) return;
  if (const auto due = peer_.deadline()) {
    timer_ = parts_.environment.clock.at(*due, [this] {
      peer_.expire(parts_.environment.clock.now());
      rearm();
    });
  }
}

// --- the network's side

void PppSession::prove(const ppp::Proof& proof) {
  activation_ = activate(proof);
  activation_.start([] {});
}

/// The network judges what the host has proved itself by, when it is asked for the context.
Task<> PppSession::activate(ppp::Proof proof) {
  const Environment& environment = parts_.environment;
  Gprs::Credentials credentials;
  credentials.user = proof.user;
  credentials.password = proof.password;
  const auto secret = parts_.gprs.secret(parts_.cid);
  if (proof.by == ppp::Authentication::chap_md5 && secret && proof.fits(*secret)) credentials.password = *secret;
  const bool was_active = parts_.gprs.active(parts_.cid);
  const Result result = co_await parts_.gprs.activate(parts_.cid, parts_.by_default, credentials);
  own_context_ = own_context_ || (result.is_ok() && !was_active);
  if (mode_ == Mode::over) co_return;
  if (!result.is_ok()) {
    environment.record("ppp", {{"channel", parts_.channel.name()},
                               {"cid", static_cast<std::int64_t>(parts_.cid)},
                               {"state", std::string_view("refused")}});
    peer_.close(environment.clock.now());
    rearm();
    co_return;
  }
  peer_.network({address_of(parts_.gprs.address(parts_.cid)), name_servers}, environment.clock.now());
  rearm();
}

void PppSession::network_up() {
  const std::string address = parts_.gprs.address(parts_.cid);
  parts_.environment.record("ppp", {{"channel", parts_.channel.name()},
                                    {"cid", static_cast<std::int64_t>(parts_.cid)},
                                    {"state", std::string_view("up")},
                                    {"address", std::string_view(address)}});
  if (parts_.packets != nullptr && !path_) {
    path_ = parts_.packets->open({address_of(address), {name_servers[0], name_servers[1]}},
                                 [this](std::string_view packet) { packet_to_host(packet); });
  }
  if (const auto& after = parts_.environment.world.network.ppp.silent_after) {
    silence_ = parts_.environment.clock.after(*after, [this] { silent_ = true; });
  }
}

// --- the end

void PppSession::context_ended() {
  if (mode_ == Mode::over) return;
  own_context_ = false;
  path_.reset();
  peer_.close(parts_.environment.clock.now());
  if (mode_ == Mode::over) return;
  // The network does not wait for the host to agree.
  finish("context lost", true);
}

void PppSession::hang_up() { finish("hung up", false); }

void PppSession::line_reset() { finish("line closed", false); }

void PppSession::finish(std::string_view why, bool says) {
  if (mode_ == Mode::over) return;
  send_burst();
  const bool was_online = std::exchange(mode_, Mode::over) == Mode::online;
  parts_.environment.record("ppp", {{"channel", parts_.channel.name()},
                                    {"cid", static_cast<std::int64_t>(parts_.cid)},
                                    {"state", std::string_view("over")},
                                    {"reason", why},
                                    {"sent", static_cast<std::int64_t>(sent_)},
                                    {"received", static_cast<std::int64_t>(received_)},
                                    {"packets_sent", static_cast<std::int64_t>(packets_sent_)},
                                    {"packets_received", static_cast<std::int64_t>(packets_received_)},
                                    {"lost", static_cast<std::int64_t>(lost_)},
                                    {"bad_frames", static_cast<std::int64_t>(peer_.bad_frames())}});
  escape_.end();
  timer_.cancel();
  start_.cancel();
  silence_.cancel();
  path_.reset();
  if (says && was_online && parts_.channel.online()) {
    parts_.channel.go_offline(Code::no_carrier);
  } else if (says) {
    parts_.environment.answer_code(Code::no_carrier, &parts_.channel);
  }
  // Nobody is called back once it is destroyed, and callers are still inside it.
  over_ = parts_.environment.clock.after(Duration::zero(), [this] {
    if (std::exchange(own_context_, false)) parts_.gprs.release(parts_.cid);
    on_over_(*this);
  });
}

}  // namespace sim800
