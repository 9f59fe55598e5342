// What is kept of short messages (AT manual chapter 4, 6.2.22, 6.2.30).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

inline constexpr NumberKey cmgf{"+CMGF"};         ///< 4.2.2: 0 PDU mode, 1 text mode
inline constexpr NumberKey cnmi_mode{"+CNMI"};    ///< 4.2.8: 0 URCs are buffered, 1 to 3 sent
inline constexpr NumberKey cnmi_mt{"+CNMI", 1};   ///< messages: 0 untold, 1 +CMTI, 2 +CMT, 3 +CMT for class 3
inline constexpr NumberKey cnmi_bm{"+CNMI", 2};   ///< cell broadcasts: 0 untold, 2 +CBM
inline constexpr NumberKey cnmi_ds{"+CNMI", 3};   ///< status reports: 0 untold, 1 +CDS
inline constexpr NumberKey cnmi_bfr{"+CNMI", 4};  ///< buffered URCs when <mode> becomes 1 to 3: 0 sent, 1 dropped
inline constexpr TextKey cpms_mem1{"+CPMS"};     ///< 4.2.9: memory to read and delete: "SM", "ME", "SM_P", "ME_P", "MT"
inline constexpr TextKey cpms_mem2{"+CPMS", 1};  ///< to write and send from
inline constexpr TextKey cpms_mem3{"+CPMS", 2};  ///< for what is received
inline constexpr NumberKey csdh{"+CSDH"};        ///< 4.2.14: 1 text mode shows all header fields
inline constexpr NumberKey csmp_fo{"+CSMP"};     ///< 4.2.15: first octet, 0 to 255
inline constexpr TextKey csmp_vp{"+CSMP", 1};    ///< validity: a number, or a time
inline constexpr NumberKey csmp_pid{"+CSMP", 2};  ///< protocol identifier, 0 to 255
inline constexpr NumberKey csmp_dcs{"+CSMP", 3};  ///< data coding scheme, 0 to 255
inline constexpr NumberKey csms{"+CSMS"};         ///< 4.2.16: 0 phase 2, 1 phase 2+: the host acknowledges
inline constexpr NumberKey cgsms{"+CGSMS"};       ///< 7.2.11: 0 the packet service alone carries what is sent
inline constexpr NumberKey sclass0{"+SCLASS0"};   ///< 6.2.22: 1 class 0 messages are stored
inline constexpr NumberKey cmghex{"+CMGHEX"};     ///< 6.2.30: 1 any character may be typed

}  // namespace sim800::key
