// The option negotiation automaton of PPP (RFC 1661 chapter 4).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sim800::ppp {

/// In the order of the RFC's table, by which they are numbered there.
enum class State : std::uint8_t {
  initial,
  starting,
  closed,
  stopped,
  closing,
  stopping,
  req_sent,
  ack_rcvd,
  ack_sent,
  opened,
};
inline constexpr std::size_t state_count = 10;

enum class Event : std::uint8_t {
  up,
  down,
  open,
  close,
  timeout,   ///< TO+: there are retransmissions left
  gave_up,   ///< TO-
  rcr_good,  ///< RCR+: a Configure-Request that can be acknowledged
  rcr_bad,   ///< RCR-
  rca,       ///< Configure-Ack
  rcn,       ///< Configure-Nak or -Reject
  rtr,       ///< Terminate-Request
  rta,       ///< Terminate-Ack
  ruc,       ///< unknown code
  rxj_good,  ///< RXJ+: a rejection that can be lived with
  rxj_bad,   ///< RXJ-
  rxr,       ///< Echo-Request, Echo-Reply, Discard-Request
};
inline constexpr std::size_t event_count = 16;

enum class Action : std::uint8_t {
  none,
  tlu,  ///< this layer up
  tld,  ///< this layer down
  tls,  ///< this layer started
  tlf,  ///< this layer finished
  irc,  ///< initialise restart counter
  zrc,  ///< zero restart counter
  scr,  ///< send Configure-Request
  sca,  ///< send Configure-Ack
  scn,  ///< send Configure-Nak or -Reject
  str,  ///< send Terminate-Request
  sta,  ///< send Terminate-Ack
  scj,  ///< send Code-Reject
  ser,  ///< send Echo-Reply
};

struct Transition {
  bool possible = false;  ///< false: a "-" of the table, the event cannot happen
  State next = State::initial;
  std::array<Action, 3> actions{};  ///< in order; `none` at the end
};

const Transition& transition(Event event, State state);

}  // namespace sim800::ppp
