// The parameters of FTP sessions (AT manual 12.2.1-12.2.13, SSL application note).
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/at/command.hpp"
#include "emulator/at/setting_key.hpp"

namespace sim800 {

/// AT+FTPSCONT.
inline constexpr SavedContext ftp_context{"ftp", ""};

namespace key {

inline constexpr NumberKey ftpport{"+FTPPORT"};        ///< 12.2.1: the server's
inline constexpr NumberKey ftpmode{"+FTPMODE"};        ///< 12.2.2: 0 active, 1 passive
inline constexpr TextKey ftptype{"+FTPTYPE"};          ///< 12.2.3: "A" ASCII, "I" binary
inline constexpr TextKey ftpputopt{"+FTPPUTOPT"};      ///< 12.2.4: "APPE" append, "STOU" a name of the server's, "STOR"
inline constexpr NumberKey ftpcid{"+FTPCID"};          ///< 12.2.5: bearer, 1 to 3
inline constexpr NumberKey ftprest{"+FTPREST"};        ///< 12.2.6: where a download begins, in bytes
inline constexpr TextKey ftpserv{"+FTPSERV"};          ///< 12.2.7: name or address of the server
inline constexpr TextKey ftpun{"+FTPUN"};              ///< 12.2.8: user
inline constexpr TextKey ftppw{"+FTPPW"};              ///< 12.2.9: password
inline constexpr TextKey ftpgetname{"+FTPGETNAME"};    ///< 12.2.10
inline constexpr TextKey ftpgetpath{"+FTPGETPATH"};    ///< 12.2.11
inline constexpr TextKey ftpputname{"+FTPPUTNAME"};    ///< 12.2.12
inline constexpr TextKey ftpputpath{"+FTPPUTPATH"};    ///< 12.2.13
inline constexpr NumberKey ftptimeout{"+FTPTIMEOUT"};  ///< seconds of silence; 0: the usual limit
inline constexpr NumberKey ftpssl{"+FTPSSL"};          ///< 0 plain, 1 implicit TLS, 2 AUTH TLS

}  // namespace key

}  // namespace sim800
