// SPDX-License-Identifier: MIT
#include "protocol/ppp/automaton.hpp"

namespace sim800::ppp {
namespace {

using enum Action;

constexpr Transition to(unsigned next, Action first = none, Action second = none, Action third = none) {
  return {true, static_cast<State>(next), {first, second, third}};
}
constexpr Transition never{};

// The table of RFC 1661 4.1, its halves side by side.
// clang-format off
constexpr std::array<std::array<Transition, state_count>, event_count> table{{
    // 0 Initial   1 Starting       2 Closed         3 Stopped              4 Closing   5 Stopping  6 Req-Sent       7 Ack-Rcvd       8 Ack-Sent       9 Opened
    {{to(2),       to(6, irc, scr), never,           never,                 never,      never,      never,           never,           never,           never}},                 // Up
    {{never,       never,           to(0),           to(1, tls),            to(0),      to(1),      to(1),           to(1),           to(1),           to(1, tld)}},            // Down
    {{to(1, tls),  to(1),           to(6, irc, scr), to(3),                 to(5),      to(5),      to(6),           to(7),           to(8),           to(9)}},                 // Open
    {{to(0),       to(0, tlf),      to(2),           to(2),                 to(4),      to(4),      to(4, irc, str), to(4, irc, str), to(4, irc, str), to(4, tld, irc, str)}},  // Close
    {{never,       never,           never,           never,                 to(4, str), to(5, str), to(6, scr),      to(6, scr),      to(8, scr),      never}},                 // TO+
    {{never,       never,           never,           never,                 to(2, tlf), to(3, tlf), to(3, tlf),      to(3, tlf),      to(3, tlf),      never}},                 // TO-
    {{never,       never,           to(2, sta),      to(8, irc, scr, sca),  to(4),      to(5),      to(8, sca),      to(9, sca, tlu), to(8, sca),      to(8, tld, scr, sca)}},  // RCR+
    {{never,       never,           to(2, sta),      to(6, irc, scr, scn),  to(4),      to(5),      to(6, scn),      to(7, scn),      to(6, scn),      to(6, tld, scr, scn)}},  // RCR-
    {{never,       never,           to(2, sta),      to(3, sta),            to(4),      to(5),      to(7, irc),      to(6, scr),      to(9, irc, tlu), to(6, tld, scr)}},       // RCA
    {{never,       never,           to(2, sta),      to(3, sta),            to(4),      to(5),      to(6, irc, scr), to(6, scr),      to(8, irc, scr), to(6, tld, scr)}},       // RCN
    {{never,       never,           to(2, sta),      to(3, sta),            to(4, sta), to(5, sta), to(6, sta),      to(6, sta),      to(6, sta),      to(5, tld, zrc, sta)}},  // RTR
    {{never,       never,           to(2),           to(3),                 to(2, tlf), to(3, tlf), to(6),           to(6),           to(8),           to(6, tld, scr)}},       // RTA
    {{never,       never,           to(2, scj),      to(3, scj),            to(4, scj), to(5, scj), to(6, scj),      to(7, scj),      to(8, scj),      to(9, scj)}},            // RUC
    {{never,       never,           to(2),           to(3),                 to(4),      to(5),      to(6),           to(6),           to(8),           to(9)}},                 // RXJ+
    {{never,       never,           to(2, tlf),      to(3, tlf),            to(2, tlf), to(3, tlf), to(3, tlf),      to(3, tlf),      to(3, tlf),      to(5, tld, irc, str)}},  // RXJ-
    {{never,       never,           to(2),           to(3),                 to(4),      to(5),      to(6),           to(7),           to(8),           to(9, ser)}},            // RXR
}};
// clang-format on

}  // namespace

const Transition& transition(Event event, State state) {
  return table[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
}

}  // namespace sim800::ppp
