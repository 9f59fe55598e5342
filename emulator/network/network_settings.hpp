// What is kept of the network: registration, cells, reports (AT manual 3.2.22, 3.2.32, chapters 6 and 7), and the TLS
// options that all services share (SSL application note).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

/// 3.2.22: 0 automatic, 1 manual, 2 deregistered, 4 manual, then automatic
inline constexpr NumberKey cops_mode{"+COPS"};
inline constexpr NumberKey cops_format{"+COPS", 1};        ///< 0 long name, 1 short name, 2 number
inline constexpr TextKey cops_oper{"+COPS", 2};            ///< the number of the chosen one; empty: none
inline constexpr NumberKey creg{"+CREG"};                  ///< 3.2.32: 0 no URC, 1 with <stat>, 2 with the cell
inline constexpr NumberKey clts{"+CLTS"};                  ///< 6.2.12: 1 the network's time is taken and told
inline constexpr TextKey cband{"+CBAND"};                  ///< 6.2.17: "ALL_BAND", "EGSM_DCS_MODE", …
inline constexpr NumberKey ceng_mode{"+CENG"};             ///< 6.2.21: 0 off, 1 on, 2 reports, 3 limited, 4 extended
inline constexpr NumberKey ceng_ncell{"+CENG", 1};         ///< 1 neighbour cells with their ids
inline constexpr NumberKey exunsol{"+EXUNSOL"};            ///< 6.2.34: 1 the signal is reported
inline constexpr NumberKey cgmsclass{"+CGMSCLASS"};        ///< 6.2.35: multislot class
inline constexpr NumberKey sjdr_status{"+SJDR"};           ///< 6.2.57: 1 jamming is looked for
inline constexpr NumberKey sjdr_mode{"+SJDR", 1};          ///< 1 and 3 report by URC
inline constexpr NumberKey sjdr_var{"+SJDR", 2};           ///< a signal that varies more is no jamming
inline constexpr NumberKey sjdr_display{"+SJDR", 3};       ///< 0 a URC every 3 s, 1 on a change
inline constexpr NumberKey cnetscan{"+CNETSCAN"};          ///< 6.2.66: 1 AT+CNETSCAN shows LAC and BSIC
inline constexpr NumberKey cellist_mode{"+CELLIST"};       ///< 6.2.79: 1 scanning
inline constexpr NumberKey cellist_period{"+CELLIST", 1};  ///< in seconds
inline constexpr NumberKey cgerep{"+CGEREP"};              ///< 7.2.9: 1 +CGEV URCs
inline constexpr NumberKey cgreg{"+CGREG"};                ///< 7.2.10: as creg

inline constexpr NumberKey sslopt_ignore_certificate{"+SSLOPT"};  ///< 1 an invalid certificate is ignored
inline constexpr NumberKey sslopt_authenticate{"+SSLOPT", 1};     ///< 1 the module shows its own certificate

}  // namespace sim800::key
