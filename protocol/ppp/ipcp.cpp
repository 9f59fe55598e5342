// SPDX-License-Identifier: MIT
#include "protocol/ppp/ipcp.hpp"

#include <algorithm>
#include <optional>

namespace sim800::ppp {
namespace {

enum : std::uint8_t { address = 3, dns1 = 129, dns2 = 131 };

/// What every SIM800 calls itself: 192.168.254.254.
constexpr std::uint32_t module_address = 0xc0a8fefe;

}  // namespace

void Ipcp::forget() {
  asks_address_ = true;
  own_ = module_address;
}

Options Ipcp::wanted() const { return asks_address_ ? Options{{address, octets(own_)}} : Options{}; }

// No header compression (RFC 1144), and no NetBIOS name servers: there are none.
ControlProtocol::Judged Ipcp::judge(const Option& asked) const {
  using Kind = Judged::Kind;
  std::optional<std::uint32_t> due;
  if (asked.type == address) due = assigned.address;
  if (asked.type == dns1) due = assigned.dns[0];
  if (asked.type == dns2) due = assigned.dns[1];
  if (!due || asked.value.size() != 4) return {Kind::reject, {}};
  if (number_of(asked.value) == *due) return {};
  return {Kind::nak, octets(*due)};
}

Options Ipcp::missing(const Options& asked) const {
  if (std::ranges::any_of(asked, [](const Option& option) { return option.type == address; })) return {};
  return {{address, octets(assigned.address)}};
}

void Ipcp::naked(const Option& suggested) {
  if (suggested.type == address && suggested.value.size() == 4) own_ = number_of(suggested.value);
}

void Ipcp::refused(const Option& rejected) {
  if (rejected.type == address) asks_address_ = false;
}

}  // namespace sim800::ppp
