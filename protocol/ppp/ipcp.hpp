// The IP control protocol as the module speaks it (RFC 1332, name servers by RFC 1877; logs of SIM800L).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "protocol/ppp/control_protocol.hpp"

namespace sim800::ppp {

/// What the network gives to the host. Host byte order.
struct Assignment {
  std::uint32_t address = 0;
  std::array<std::uint32_t, 2> dns{};
};

class Ipcp final : public ControlProtocol {
 public:
  using ControlProtocol::ControlProtocol;
  /// To be set before it is opened.
  Assignment assigned;

 private:
  Options wanted() const override;
  Judged judge(const Option& asked) const override;
  Options missing(const Options& asked) const override;
  void agreed(const Options& asked) override { static_cast<void>(asked); }
  void naked(const Option& suggested) override;
  void refused(const Option& rejected) override;
  void forget() override;

  bool asks_address_ = true;
  std::uint32_t own_ = 0;
};

}  // namespace sim800::ppp
