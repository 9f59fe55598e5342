// The parameters of multimedia messages (AT manual chapter 14).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/at/setting_key.hpp"

namespace sim800 {

/// AT+CMMSSCONT.
inline constexpr SavedContext mms_context{"mms", "."};

namespace key {

inline constexpr TextKey cmmscurl{"+CMMSCURL"};            ///< 14.2.1: of the centre
inline constexpr TextKey cmmsproto_gateway{"+CMMSPROTO"};  ///< 14.2.2: the proxy's address; empty or 0.0.0.0: none
inline constexpr NumberKey cmmsproto_port{"+CMMSPROTO", 1};
inline constexpr NumberKey cmmscid{"+CMMSCID"};  ///< 14.2.3: bearer, 1 to 3
/// 14.2.4, how long the centre tries: 0 1 h, 1 12 h, 2 1 day, 3 2 days, 4 1 week, 5 maximum, 6 not set
inline constexpr NumberKey cmmssendcfg_valid{"+CMMSSENDCFG"};
inline constexpr NumberKey cmmssendcfg_pri{"+CMMSSENDCFG", 1};      ///< 0 low, 1 normal, 2 high, 3 not set
inline constexpr NumberKey cmmssendcfg_sendrep{"+CMMSSENDCFG", 2};  ///< 1 delivery report
inline constexpr NumberKey cmmssendcfg_readrep{"+CMMSSENDCFG", 3};  ///< 1 read report
inline constexpr NumberKey cmmssendcfg_visible{"+CMMSSENDCFG", 4};  ///< sender: 0 hidden, 1 shown, 2 not set
/// 0 personal, 1 advertisement, 2 information, 3 auto, 4 not set
inline constexpr NumberKey cmmssendcfg_class{"+CMMSSENDCFG", 5};
/// 0 the centre's answer to M-NotifyResp is waited for
inline constexpr NumberKey cmmssendcfg_notifrspcheck{"+CMMSSENDCFG", 7};
inline constexpr TextKey cmmsua{"+CMMSUA"};                      ///< 14.2.19: User-Agent
inline constexpr TextKey cmmsprofile{"+CMMSPROFILE"};            ///< 14.2.20: X-Wap-Profile
inline constexpr NumberKey cmmstimeout_send{"+CMMSTIMEOUT"};     ///< 14.2.21: s
inline constexpr NumberKey cmmstimeout_recv{"+CMMSTIMEOUT", 1};  ///< s

}  // namespace key

}  // namespace sim800
