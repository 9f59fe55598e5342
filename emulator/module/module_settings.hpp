// What is kept of the module as a whole, and of sounds (AT manual 3.2.42, chapters 6 and 17).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

inline constexpr NumberKey cfun{"+CFUN"};                 ///< 3.2.42: 0 minimum, 1 full, 4 no radio
inline constexpr NumberKey chf{"+CHF"};                   ///< 6.2.18: 1 a change of the audio channel is told
inline constexpr NumberKey chfa{"+CHFA"};                 ///< 6.2.19: audio channel, 0 to 4
inline constexpr NumberKey ciurc{"+CIURC"};               ///< 6.2.32: 1 Call Ready is said
inline constexpr NumberKey sleds_searching_on{"+SLEDS"};  ///< 6.2.47: the net light, in ms: without a network
inline constexpr NumberKey sleds_searching_off{"+SLEDS", 3};
inline constexpr NumberKey sleds_registered_on{"+SLEDS", 1};
inline constexpr NumberKey sleds_registered_off{"+SLEDS", 4};
inline constexpr NumberKey sleds_data_on{"+SLEDS", 2};  ///< during a data call
inline constexpr NumberKey sleds_data_off{"+SLEDS", 5};
inline constexpr NumberKey cnetlight{"+CNETLIGHT"};  ///< 6.2.50: 0 the net light is off
inline constexpr NumberKey csgs{"+CSGS"};            ///< 6.2.54: in a data call: 0 as without, 1 64/300, 2 +SLEDS
inline constexpr NumberKey dtam{"+DTAM"};            ///< 6.2.56: in a call 1, 2 the far end hears what is played
inline constexpr NumberKey csmins{"+CSMINS"};        ///< 6.2.53: 1 the card's coming and going is told
inline constexpr NumberKey cbatchk{"+CBATCHK"};      ///< 6.2.81: 1 the voltage is watched
inline constexpr NumberKey cmte{"+CMTE"};            ///< 1 the temperature is watched (AT manual V1.09)
inline constexpr NumberKey stkpcis{"+STKPCIS"};      ///< 5.2.10: 1 the card's commands are told
inline constexpr NumberKey cttsring{"+CTTSRING"};    ///< 17.2.3: 1 a call that rings does not end speech
inline constexpr NumberKey cttsparam_speed{"+CTTSPARAM", 3};  ///< 17.2.2: 1 to 100

}  // namespace sim800::key
