// What is kept of calls and supplementary services (AT manual 2.2.16, chapters 3, 6 and 15).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

inline constexpr NumberKey s0{"S0"};             ///< 2.2.16: rings before the module answers by itself, 0 never
inline constexpr NumberKey ccwa{"+CCWA"};        ///< 3.2.6: 1 a waiting call is told
inline constexpr NumberKey ceer{"+CEER"};        ///< 3.2.7: 0 causes as text, 1 as numbers
inline constexpr NumberKey clcc{"+CLCC"};        ///< 3.2.16: 1 the list is sent at each change
inline constexpr NumberKey clip{"+CLIP"};        ///< 3.2.18: 1 the caller's number follows RING
inline constexpr NumberKey clir{"+CLIR"};        ///< 3.2.19: 1 the own number is withheld
inline constexpr NumberKey colp{"+COLP"};        ///< 3.2.21: 1 ATD answers when the call is up, with its number
inline constexpr NumberKey cr{"+CR"};            ///< 3.2.30: 1 +CR: <serv> before CONNECT
inline constexpr NumberKey crc{"+CRC"};          ///< 3.2.31: 1 +CRING: <type> instead of RING
inline constexpr NumberKey vtd{"+VTD"};          ///< 3.2.36: length of a tone, in 0.1 s
inline constexpr NumberKey cmut{"+CMUT"};        ///< 3.2.49: 1 muted
inline constexpr NumberKey cusd{"+CUSD"};        ///< 3.2.53: 1 the network's answers are shown
inline constexpr NumberKey cssn_n{"+CSSN"};      ///< 3.2.54: 1 +CSSI URCs
inline constexpr NumberKey cssn_m{"+CSSN", 1};   ///< 3.2.54: 1 +CSSU URCs
inline constexpr NumberKey cdrind{"+CDRIND"};    ///< 6.2.14: 1 the end of a call is told
inline constexpr NumberKey caoc{"+CAOC"};        ///< 3.2.3: 2 +CCCM as the meter counts
inline constexpr NumberKey ccwe{"+CCWE"};        ///< 3.2.51: 1 +CCWV before the limit
inline constexpr NumberKey moring{"+MORING"};    ///< 6.2.29: 1 MO RING and MO CONNECTED
inline constexpr NumberKey gsmbusy{"+GSMBUSY"};  ///< 6.2.44: 0 calls are let in, 1 none, 2 data calls only
inline constexpr NumberKey ddet{"+DDET"};        ///< 15.2.1: 1 keys are reported

}  // namespace sim800::key
