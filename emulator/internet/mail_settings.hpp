// The parameters of e-mail (AT manual chapter 13, SSL application note).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/setting_key.hpp"

namespace sim800::key {

inline constexpr NumberKey emailcid{"+EMAILCID"};        ///< 13.2.1: bearer, 1 to 3
inline constexpr NumberKey emailto{"+EMAILTO"};          ///< 13.2.2: s to wait for the server
inline constexpr NumberKey emailssl{"+EMAILSSL"};        ///< 0 plain, 1 TLS, 2 STARTTLS
inline constexpr TextKey smtpsrv_server{"+SMTPSRV"};     ///< 13.2.3: name or address
inline constexpr NumberKey smtpsrv_port{"+SMTPSRV", 1};  ///< 0: the usual one
inline constexpr NumberKey smtpauth_type{"+SMTPAUTH"};   ///< 13.2.4: 1 with user and password
inline constexpr TextKey smtpauth_user{"+SMTPAUTH", 1};
inline constexpr TextKey smtpauth_password{"+SMTPAUTH", 2};
inline constexpr TextKey smtpfrom_address{"+SMTPFROM"};  ///< 13.2.5
inline constexpr TextKey smtpfrom_name{"+SMTPFROM", 1};
inline constexpr TextKey smtpsub{"+SMTPSUB"};           ///< 13.2.7: subject
inline constexpr NumberKey smtpfile_type{"+SMTPFILE"};  ///< 13.2.9: 0 no attachment, 1 text, 2 binary
inline constexpr TextKey smtpfile_name{"+SMTPFILE", 1};
inline constexpr NumberKey smtpfile_encoding{"+SMTPFILE", 2};  ///< 0 7bit, 1 base64
inline constexpr TextKey smtpcs{"+SMTPCS"};                    ///< 13.2.12: character set
inline constexpr TextKey pop3srv_server{"+POP3SRV"};           ///< 13.2.13: name or address
inline constexpr TextKey pop3srv_user{"+POP3SRV", 1};
inline constexpr TextKey pop3srv_password{"+POP3SRV", 2};
inline constexpr NumberKey pop3srv_port{"+POP3SRV", 3};  ///< 0: the usual one

}  // namespace sim800::key
