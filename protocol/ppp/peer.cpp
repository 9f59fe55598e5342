// SPDX-License-Identifier: MIT
#include "protocol/ppp/peer.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace sim800::ppp {
namespace {

// RFC 1334 2.2, RFC 1994 4: both begin as control packets do.
enum : std::uint8_t { pap_request = 1, pap_ack, pap_nak };
enum : std::uint8_t { chap_challenge = 1, chap_response, chap_success, chap_failure };

constexpr unsigned max_challenges = 10;
constexpr Time patience = std::chrono::seconds(30);  ///< for a host to say who it is

/// A length octet and as many more; nothing where they are not there.
std::optional<std::string> take_value(std::string_view& data) {
  if (data.empty()) return std::nullopt;
  const std::size_t length = static_cast<unsigned char>(data[0]);
  if (data.size() < 1 + length) return std::nullopt;
  std::string value(data.substr(1, length));
  data.remove_prefix(1 + length);
  return value;
}

std::string md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) return {};
  return {digest.begin(), digest.begin() + size};
}

}  // namespace

bool Proof::fits(std::string_view secret) const {
  if (by == Authentication::none) return true;
  if (by == Authentication::password) return password == secret;
  std::string text(1, static_cast<char>(id));
  text.append(secret);
  text += challenge;
  return !response.empty() && response == md5(text);
}

Peer::Peer(Events events, std::string challenge, Defects defects)
    : events_(std::move(events)),
      challenge_(std::move(challenge)),
      defects_(defects),
      lcp_(now_, [this](const ControlPacket& packet) { transmit(lcp, encode(packet), false); }),
      ipcp_(now_, [this](const ControlPacket& packet) { transmit(ipcp, encode(packet), false); }) {
  lcp_.on_up = [this] { lcp_up(); };
  lcp_.on_down = [this] {
    ipcp_.down();
    auth_due_.reset();
    if (phase_ != Phase::terminate) phase_ = Phase::establish;
  };
  lcp_.on_finished = [this] { end(why_.value_or(End::no_answer)); };
  lcp_.on_protocol_rejected = [this](std::uint16_t protocol) {
    if (protocol == ipcp) terminate(End::no_answer);
  };
  ipcp_.on_up = [this] { events_.on_network_up(); };
  // A host without IP has no use for the link.
  ipcp_.on_finished = [this] { terminate(End::no_answer); };
}

void Peer::start(Time now) {
  now_ = now;
  phase_ = Phase::establish;
  if (defects_.lcp_silent) return;
  lcp_.open();
  lcp_.up();
}

void Peer::receive(std::string_view bytes, Time now) {
  now_ = now;
  decoder_.feed(bytes, [this](const PppFrame& frame) {
    if (!ended_ && !defects_.lcp_silent) take(frame);
  });
}

void Peer::take(const PppFrame& frame) {
  if (frame.protocol == lcp) {
    const auto packet = parse_packet(frame.info);
    const bool over = packet && packet->code == static_cast<std::uint8_t>(Code::terminate_request);
    lcp_.receive(frame.info);
    if (over && lcp_.state() != State::initial) end(why_.value_or(End::by_host));
    return;
  }
  if (!lcp_.opened()) return;  // RFC 1661 3.4
  if (frame.protocol == pap || frame.protocol == chap) {
    const auto packet = parse_packet(frame.info);
    if (!packet) return;
    if (frame.protocol == pap) return take_pap(*packet);
    return take_chap(*packet);
  }
  if (frame.protocol == ipcp && !defects_.refuses_ip) {
    if (network_open_) ipcp_.receive(frame.info);  // until the context is there, the host asks in vain
    return;
  }
  if (frame.protocol == ip) {
    if (network_up()) events_.on_packet(frame.info);
    return;
  }
  if (phase_ == Phase::network) lcp_.reject(frame);
}

void Peer::transmit(std::uint16_t protocol, std::string info, bool shortened) {
  if (ended_) return;
  PppFraming framing;
  if (protocol != lcp) framing = lcp_.framing();
  framing.short_address = framing.short_address && shortened;
  framing.short_protocol = framing.short_protocol && shortened;
  events_.to_host(encode(PppFrame{protocol, std::move(info)}, framing));
}

bool Peer::send(std::string_view packet) {
  if (!network_up() || ended_) return false;
  transmit(ip, std::string(packet), true);
  return true;
}

// --- the host proves itself

void Peer::lcp_up() {
  proved_ = false;
  phase_ = Phase::authenticate;
  switch (lcp_.authentication()) {
    case Authentication::none:
      proved_ = true;
      phase_ = Phase::network;
      return events_.on_proof({});
    case Authentication::password: auth_due_ = now_ + patience; return;
    case Authentication::chap_md5:
      challenges_ = 0;
      ++chap_id_;
      return challenge();
  }
}

/// Value-size, value, name.
void Peer::challenge() {
  ++challenges_;
  auth_due_ = now_ + ControlProtocol::restart;
  std::string data(1, static_cast<char>(challenge_.size()));
  transmit(chap, encode(ControlPacket{chap_challenge, chap_id_, data + challenge_ + "SIM800"}), false);
}

/// Peer-id length, peer-id, password length, password.
void Peer::take_pap(const ControlPacket& packet) {
  if (packet.code != pap_request || lcp_.authentication() != Authentication::password) return;
  std::string_view data = packet.data;
  const auto user = take_value(data);
  const auto password = take_value(data);
  if (!user || !password) return;
  prove({Authentication::password, *user, *password, packet.id, {}, {}}, pap, pap_ack, pap_nak, packet.id);
}

/// Value-size, value, name.
void Peer::take_chap(const ControlPacket& packet) {
  if (packet.code != chap_response || packet.id != chap_id_ || lcp_.authentication() != Authentication::chap_md5)
    return;
  std::string_view data = packet.data;
  const auto response = take_value(data);
  if (!response) return;
  prove({Authentication::chap_md5, std::string(data), {}, packet.id, challenge_, *response}, chap, chap_success,
        chap_failure, packet.id);
}

/// The module lets in whoever asks (log of a SIM800L): the network is to judge when it gets the context.
void Peer::prove(const Proof& proof, std::uint16_t protocol, std::uint8_t good, std::uint8_t bad, std::uint8_t id) {
  const bool refused = defects_.refuses_authentication;
  const std::string message = protocol == pap ? std::string(1, '\0') : std::string();
  transmit(protocol, encode(ControlPacket{refused ? bad : good, id, message}), false);
  if (proved_) return;  // it had not heard the answer
  auth_due_.reset();
  if (refused) return terminate(End::not_authenticated);
  proved_ = true;
  phase_ = Phase::network;
  events_.on_proof(proof);
}

// --- IP, and the end

void Peer::network(const Assignment& assigned, Time now) {
  now_ = now;
  if (phase_ != Phase::network || defects_.refuses_ip || ipcp_.state() > State::starting) return;
  network_open_ = true;
  ipcp_.assigned = assigned;
  ipcp_.open();
  ipcp_.up();
}

void Peer::close(Time now) {
  now_ = now;
  if (ended_) return;
  if (defects_.lcp_silent) return end(End::by_module);
  terminate(End::by_module);
}

void Peer::terminate(End how) {
  if (why_) return;
  why_ = how;
  phase_ = Phase::terminate;
  auth_due_.reset();
  lcp_.close();
}

void Peer::end(End how) {
  if (std::exchange(ended_, true)) return;
  phase_ = Phase::dead;
  events_.on_end(how);
}

std::optional<Time> Peer::deadline() const {
  if (ended_) return std::nullopt;
  std::optional<Time> first;
  for (const std::optional<Time>& due : {lcp_.deadline(), ipcp_.deadline(), auth_due_}) {
    if (due && (!first || *due < *first)) first = due;
  }
  return first;
}

void Peer::expire(Time now) {
  now_ = now;
  lcp_.expire();
  if (ended_) return;
  ipcp_.expire();
  if (ended_ || !auth_due_ || *auth_due_ > now_) return;
  if (lcp_.authentication() == Authentication::chap_md5 && challenges_ < max_challenges) return challenge();
  terminate(End::no_answer);
}

}  // namespace sim800::ppp
