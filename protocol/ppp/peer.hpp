// The module's end of a PPP link: a host's bytes go in, IP packets come out, and the other way round. No clock of its
// own: whoever uses it says what time it is.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/ppp/frame.hpp"
#include "protocol/ppp/ipcp.hpp"
#include "protocol/ppp/lcp.hpp"

namespace sim800::ppp {

/// What the host has proved itself by.
struct Proof {
  Authentication by = Authentication::none;
  std::string user;
  std::string password;             ///< PAP
  std::uint8_t id = 0;              ///< CHAP
  std::string challenge, response;  ///< CHAP
  /// The response is that of somebody who knows the password (RFC 1994 4.1).
  bool fits(std::string_view secret) const;
};

/// How it misbehaves.
struct Defects {
  bool lcp_silent = false;              ///< LCP is never answered
  bool refuses_authentication = false;  ///< whatever the host proves
  bool refuses_ip = false;              ///< IPCP is a protocol that it does not speak
};

class Peer {
 public:
  enum class Phase : std::uint8_t { dead, establish, authenticate, network, terminate };
  enum class End : std::uint8_t {
    by_host,    ///< the host has terminated the link
    by_module,  ///< close() was called, and the host has been told
    no_answer,  ///< the host does not answer, or it agrees to nothing
    not_authenticated,
  };
  struct Events {
    std::function<void(std::string_view bytes)> to_host;
    /// The host may be let in: network() or close() is to follow.
    std::function<void(const Proof& proof)> on_proof;
    std::function<void()> on_network_up;
    std::function<void(std::string_view packet)> on_packet;
    /// Once, last; the peer may not be destroyed from inside.
    std::function<void(End end)> on_end;
  };

  /// `challenge`: of CHAP, random octets.
  Peer(Events events, std::string challenge, Defects defects = {});

  /// The link is there: LCP begins.
  void start(Time now);
  void receive(std::string_view bytes, Time now);
  /// The network has a place for the host.
  void network(const Assignment& assigned, Time now);
  /// Terminates the link; `on_end` follows when the host has agreed, or does not answer.
  void close(Time now);
  /// A packet for the host; false: IP is not up, and it is lost.
  bool send(std::string_view packet);

  /// When expire() is due.
  std::optional<Time> deadline() const;
  void expire(Time now);

  Phase phase() const { return phase_; }
  bool network_up() const { return ipcp_.opened() && phase_ == Phase::network; }
  /// Frames that could not be read.
  std::uint64_t bad_frames() const { return decoder_.bad(); }

 private:
  void take(const PppFrame& frame);
  void transmit(std::uint16_t protocol, std::string info, bool shortened);
  void lcp_up();
  void take_pap(const ControlPacket& packet);
  void take_chap(const ControlPacket& packet);
  void challenge();
  void prove(const Proof& proof, std::uint16_t protocol, std::uint8_t good, std::uint8_t bad, std::uint8_t id);
  void end(End how);
  void terminate(End how);

  Events events_;
  std::string challenge_;
  Defects defects_;
  Time now_{};
  Phase phase_ = Phase::dead;
  PppDecoder decoder_;
  Lcp lcp_;
  Ipcp ipcp_;
  bool proved_ = false, ended_ = false, network_open_ = false;
  std::optional<End> why_;        ///< of the termination on its way
  std::optional<Time> auth_due_;  ///< a challenge is repeated, or the host has had its time
  unsigned challenges_ = 0;
  std::uint8_t chap_id_ = 0;
};

}  // namespace sim800::ppp
