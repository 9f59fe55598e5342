// What is kept of the line itself: its format, characters and speed (AT manual chapter 2, 3.2.12, 3.2.20, 6.2.20).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

inline constexpr NumberKey echo{"E"};              ///< 2.2.7: 0 off, 1 on
inline constexpr NumberKey quiet{"Q"};             ///< 2.2.15: 1 no result codes
inline constexpr NumberKey verbose{"V"};           ///< 2.2.25: 0 result codes as numbers, 1 as words
inline constexpr NumberKey call_progress{"X"};     ///< 2.2.26: 0 to 4, which result codes a call may have
inline constexpr NumberKey dcd{"&C"};              ///< 2.2.28: 0 DCD always on, 1 on with a carrier
inline constexpr NumberKey dtr{"&D"};              ///< 2.2.29: when DTR falls 0 nothing, 1 command mode, 2 hang up
inline constexpr NumberKey ifc_output{"+IFC"};     ///< 2.2.40: the host stops the module by 1 XOFF, 2 RTS
inline constexpr NumberKey ifc_input{"+IFC", 1};   ///< the module stops the host by 1 XOFF, 2 CTS
inline constexpr NumberKey s5{"S5"};               ///< 2.2.19: the backspace character
inline constexpr NumberKey icf_format{"+ICF"};     ///< 2.2.39: 1 to 6, bits of a character; 2 and 5 have parity
inline constexpr NumberKey icf_parity{"+ICF", 1};  ///< 0 odd, 1 even, 3 space
inline constexpr NumberKey ipr{"+IPR"};            ///< 2.2.41: bit/s, 0 autobauding
inline constexpr TextKey cscs{"+CSCS"};            ///< 3.2.12: "IRA", "GSM", "UCS2", …
inline constexpr NumberKey cmee{"+CMEE"};          ///< 3.2.20: 0 ERROR, 1 +CME ERROR: <number>, 2 +CME ERROR: <text>
inline constexpr NumberKey ccpd{"+CCPD"};          ///< 6.2.27: 0 no names from the phone book with numbers
inline constexpr NumberKey csclk{"+CSCLK"};        ///< 6.2.20: 0 no sleep, 1 by DTR, 2 by itself

}  // namespace sim800::key
