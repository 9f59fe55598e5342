// What is kept of the TCP/IP toolkit (AT manual chapter 8, SSL application note).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/at/setting_key.hpp"

namespace sim800 {

/// AT+CIPSCONT.
inline constexpr SavedContext ip_context{"ip", " "};

namespace key {

inline constexpr NumberKey cipmux{"+CIPMUX"};          ///< 8.2.1: 0 one connection, 1 six
inline constexpr NumberKey cipqsend{"+CIPQSEND"};      ///< 8.2.4: 0 SEND OK when acknowledged, 1 DATA ACCEPT at once
inline constexpr NumberKey ciphead{"+CIPHEAD"};        ///< 8.2.15: 1 +IPD,<length>: before data
inline constexpr NumberKey cipats_mode{"+CIPATS"};     ///< 8.2.16: 1 what was typed is sent after <time>
inline constexpr NumberKey cipats_time{"+CIPATS", 1};  ///< s
inline constexpr NumberKey cipsprt{"+CIPSPRT"};        ///< 8.2.17: 0 no prompt, 1 prompt, 2 neither prompt nor SEND OK
inline constexpr NumberKey cipcsgp{"+CIPCSGP"};        ///< 8.2.19: 0 circuit-switched, 1 GPRS
inline constexpr NumberKey cipsrip{"+CIPSRIP"};        ///< 8.2.20: 1 RECV FROM:<address>:<port> before data
inline constexpr NumberKey cipdpdp_mode{"+CIPDPDP"};   ///< 8.2.21: 1 the context is looked after
inline constexpr NumberKey cipdpdp_interval{"+CIPDPDP", 1};     ///< s
inline constexpr NumberKey cipdpdp_timer{"+CIPDPDP", 2};        ///< failures that are enough
inline constexpr NumberKey cipmode{"+CIPMODE"};                 ///< 8.2.22: 1 transparent
inline constexpr NumberKey cipccfg_waittm{"+CIPCCFG", 1};       ///< 8.2.23: 0.1 s without input, then a block is sent
inline constexpr NumberKey cipccfg_sendsz{"+CIPCCFG", 2};       ///< bytes that make a block
inline constexpr NumberKey cipccfg_esc{"+CIPCCFG", 3};          ///< 1 +++ is looked for
inline constexpr NumberKey cipccfg_rxmode{"+CIPCCFG", 4};       ///< 1 output in blocks with pauses
inline constexpr NumberKey cipccfg_rxsize{"+CIPCCFG", 5};       ///< bytes of such a block
inline constexpr NumberKey cipccfg_rxtimer{"+CIPCCFG", 6};      ///< ms of such a pause
inline constexpr NumberKey cipshowtp{"+CIPSHOWTP"};             ///< 8.2.24: 1 the +IPD header names the protocol
inline constexpr NumberKey ciprxget{"+CIPRXGET"};               ///< 8.2.26: 0 data is pushed, 1 fetched
inline constexpr NumberKey ciprdtimer_single{"+CIPRDTIMER"};    ///< 8.2.28: ms that a remote close waits
inline constexpr NumberKey ciprdtimer_multi{"+CIPRDTIMER", 1};  ///< with several connections
inline constexpr NumberKey ciptka_mode{"+CIPTKA"};              ///< 8.2.30: 1 keepalive
inline constexpr NumberKey ciptka_idle{"+CIPTKA", 1};           ///< s of silence before the first probe
inline constexpr NumberKey ciptka_interval{"+CIPTKA", 2};       ///< s between probes
inline constexpr NumberKey ciptka_count{"+CIPTKA", 3};          ///< probes without an answer
inline constexpr NumberKey cipssl{"+CIPSSL"};                   ///< 1 connections are encrypted

}  // namespace key

}  // namespace sim800
