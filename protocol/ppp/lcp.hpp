// The link control protocol as the module speaks it (RFC 1661 chapter 6, RFC 1662 7.1; log of a SIM800L).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>

#include "protocol/ppp/control_protocol.hpp"
#include "protocol/ppp/frame.hpp"

namespace sim800::ppp {

enum class Authentication : std::uint8_t { none, password, chap_md5 };  // password: PAP

class Lcp final : public ControlProtocol {
 public:
  using ControlProtocol::ControlProtocol;

  /// What the host has agreed to prove itself by.
  Authentication authentication() const { return authentication_; }
  /// How to send to the host, once opened; before, and LCP always: the default.
  const PppFraming& framing() const { return framing_; }
  /// A protocol that is not spoken here.
  void reject(const PppFrame& frame);
  std::function<void(std::uint16_t protocol)> on_protocol_rejected;

 private:
  Options wanted() const override;
  Judged judge(const Option& asked) const override;
  void agreed(const Options& asked) override;
  void naked(const Option& suggested) override;
  void refused(const Option& rejected) override;
  bool take_extra(const ControlPacket& packet) override;
  void forget() override;

  bool asks_accm_ = true, asks_short_protocol_ = true, asks_short_address_ = true;
  std::uint32_t accm_ = 0;
  Authentication authentication_ = Authentication::password;
  PppFraming framing_;
};

}  // namespace sim800::ppp
