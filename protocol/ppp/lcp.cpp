// SPDX-License-Identifier: MIT
#include "protocol/ppp/lcp.hpp"

#include <cstddef>
#include <string>

namespace sim800::ppp {
namespace {

enum : std::uint8_t { mru = 1, accm = 2, auth = 3, magic = 5, short_protocol = 7, short_address = 8 };

/// XON and XOFF, in both directions.
constexpr std::uint32_t flow_control = 0x000a0000;
constexpr char md5 = 5;  // RFC 1994 chapter 3

std::string name_of(Authentication by) { return by == Authentication::password ? octets(pap) : octets(chap) + md5; }

}  // namespace

void Lcp::forget() {
  asks_accm_ = asks_short_protocol_ = asks_short_address_ = true;
  accm_ = flow_control;
  authentication_ = Authentication::password;
  framing_ = {};
}

Options Lcp::wanted() const {
  Options options;
  if (asks_accm_) options.push_back({accm, octets(accm_)});
  if (authentication_ != Authentication::none) options.push_back({auth, name_of(authentication_)});
  if (asks_short_protocol_) options.push_back({short_protocol, {}});
  if (asks_short_address_) options.push_back({short_address, {}});
  return options;
}

// A module insists on the flow control characters, and takes any MRU.
ControlProtocol::Judged Lcp::judge(const Option& asked) const {
  using Kind = Judged::Kind;
  const auto of_size = [&asked](std::size_t size) {
    return Judged{asked.value.size() == size ? Kind::ack : Kind::reject, {}};
  };
  switch (asked.type) {
    case mru: return of_size(2);
    case magic: return of_size(4);
    case short_protocol:
    case short_address: return of_size(0);
    case accm: {
      if (asked.value.size() != 4) return {Kind::reject, {}};
      const std::uint32_t map = number_of(asked.value);
      if ((map & flow_control) == flow_control) return {};
      return {Kind::nak, octets(map | flow_control)};
    }
    default: return {Kind::reject, {}};  // it proves itself to nobody, either
  }
}

void Lcp::agreed(const Options& asked) {
  framing_ = {};
  for (const Option& option : asked) {
    if (option.type == accm) framing_.accm = number_of(option.value);
    if (option.type == short_protocol) framing_.short_protocol = true;
    if (option.type == short_address) framing_.short_address = true;
  }
}

void Lcp::naked(const Option& suggested) {
  if (suggested.type == accm && suggested.value.size() == 4) accm_ |= number_of(suggested.value);
  if (suggested.type != auth || authentication_ == Authentication::none) return;
  // A host that wants neither is asked for the one it has not heard of yet.
  const bool chap_next =
      suggested.value == name_of(Authentication::chap_md5) ||
      (suggested.value != name_of(Authentication::password) && authentication_ == Authentication::password);
  authentication_ = chap_next ? Authentication::chap_md5 : Authentication::password;
}

void Lcp::refused(const Option& rejected) {
  switch (rejected.type) {
    case accm: asks_accm_ = false; break;
    case auth: authentication_ = Authentication::none; break;
    case short_protocol: asks_short_protocol_ = false; break;
    case short_address: asks_short_address_ = false; break;
    default: break;
  }
}

void Lcp::reject(const PppFrame& frame) {
  if (opened()) send(Code::protocol_reject, next_id(), octets(frame.protocol) + frame.info);
}

bool Lcp::take_extra(const ControlPacket& packet) {
  switch (static_cast<Code>(packet.code)) {
    case Code::echo_request:
      // Without a magic number of its own it sends zero (RFC 1661 5.8).
      if (opened() && packet.data.size() >= 4)
        send(Code::echo_reply, packet.id, octets(std::uint32_t{0}) + packet.data.substr(4));
      return true;
    case Code::echo_reply:
    case Code::discard_request: return true;
    case Code::protocol_reject:
      if (opened() && packet.data.size() >= 2 && on_protocol_rejected)
        on_protocol_rejected(static_cast<std::uint16_t>(number_of(std::string_view(packet.data).substr(0, 2))));
      return true;
    default: return false;
  }
}

}  // namespace sim800::ppp
