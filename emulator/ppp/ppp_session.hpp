// One data call: PPP with the host on one side, a context of the network on the other.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backends/ports/packets.hpp"
#include "emulator/at/channel.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/task.hpp"
#include "emulator/ppp/escape_sequence.hpp"
#include "protocol/ppp/peer.hpp"

namespace sim800 {

class Gprs;

class PppSession final : public DataUser {
 public:
  struct Parts {
    const Environment& environment;
    Gprs& gprs;
    PacketNetwork* packets;  ///< null: the call leads nowhere
    Channel& channel;
    unsigned cid;
    bool by_default;  ///< the context need not be defined
  };
  /// `on_over`: the call is over, and the session may be destroyed.
  PppSession(const Parts& parts, std::function<void(const PppSession&)> on_over);
  ~PppSession() override;
  PppSession(const PppSession&) = delete;
  PppSession& operator=(const PppSession&) = delete;

  const Channel& channel() const { return parts_.channel; }
  unsigned cid() const { return parts_.cid; }
  bool over() const { return mode_ == Mode::over; }
  /// ATO. False: the call is ending.
  bool resume();
  /// ATH: ends at once, without a result of its own.
  void hang_up();
  /// The network has taken the context, or a command has: LCP ends, and NO CARRIER.
  void context_ended();

  // From the channel.
  std::size_t from_host(std::string_view bytes) override;
  void line_reset() override;
  void dtr_dropped(bool hang_up) override;

 private:
  enum class Mode : std::uint8_t { online, escaped, over };

  void escape();
  void take(std::string_view bytes);
  void to_host(std::string_view bytes);
  void packet_to_host(std::string_view packet);
  void send_burst();
  void rearm();
  void prove(const ppp::Proof& proof);
  Task<> activate(ppp::Proof proof);
  void network_up();
  void finish(std::string_view why, bool says);

  const Parts parts_;
  std::function<void(const PppSession&)> on_over_;
  Mode mode_ = Mode::online;
  ppp::Peer peer_;
  EscapeSequence escape_;
  Timer timer_, start_, silence_, over_, burst_end_;
  Task<> activation_;
  std::unique_ptr<PacketPath> path_;
  bool started_ = false;
  std::string early_;         ///< what the host has sent before LCP starts
  std::string burst_;         ///< packets of the network that have come at once: one write
  bool gathers_ = false;      ///< what the peer sends belongs to it
  bool own_context_ = false;  ///< it has activated it, and deactivates it
  bool silent_ = false;       ///< nothing gets through any more
  std::uint64_t sent_ = 0, received_ = 0, packets_sent_ = 0, packets_received_ = 0, lost_ = 0;
};

}  // namespace sim800
