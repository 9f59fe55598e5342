// Data calls: a host that dials *99# and runs its own TCP/IP over PPP (AT manual 2.2.3, 7.2.6; 27.007 10.1.12).
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"

namespace sim800 {

class Channel;
class Gprs;
class PacketNetwork;
class PppSession;

class PppService final : public Service {
 public:
  /// `packets` null: the calls lead nowhere; they are set up and end all the same.
  PppService(const Environment& environment, Gprs& gprs, PacketNetwork* packets);
  ~PppService() override;

  /// The context is one that a call can use now: the host may be told CONNECT.
  bool available(unsigned cid, bool by_default) const;
  /// Data mode on that channel, behind the result of its running command; the context is activated once the host has
  /// negotiated that far.
  void connect(Channel& channel, unsigned cid, bool by_default);
  /// ATO: data mode again. False if there is no call on that channel.
  bool resume(Channel& channel);
  /// ATH: the call of that channel ends, and its context. False if it has none.
  bool hang_up(Channel& channel);

  /// The context is gone: the network's decision, or a command on another channel.
  void context_ended(unsigned cid);
  void power_off() override;
  bool busy() const override { return !sessions_.empty(); }

 private:
  PppSession* session_of(const Channel& channel) const;
  void forget(const PppSession& ended);

  const Environment& environment_;
  Gprs& gprs_;
  PacketNetwork* packets_;
  std::vector<std::unique_ptr<PppSession>> sessions_;
};

}  // namespace sim800
