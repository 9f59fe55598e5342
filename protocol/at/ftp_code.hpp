// The result codes that FTP commands report.
// SPDX-License-Identifier: MIT
#pragma once

namespace sim800 {

/// Result codes of FTP sessions (AT manual 12.2.14; 80 and 81: SSL application note).
namespace ftp_code {
inline constexpr int finished = 0;
inline constexpr int net_error = 61;
inline constexpr int dns_error = 62;
inline constexpr int connect_error = 63;
inline constexpr int timeout = 64;
inline constexpr int server_error = 65;
inline constexpr int not_allowed = 66;
inline constexpr int reply_error = 70;
inline constexpr int user_error = 71;
inline constexpr int password_error = 72;
inline constexpr int type_error = 73;
inline constexpr int rest_error = 74;
inline constexpr int passive_error = 75;
inline constexpr int active_error = 76;
inline constexpr int operate_error = 77;
inline constexpr int upload_error = 78;
inline constexpr int download_error = 79;
inline constexpr int tls_no_channel = 80;
inline constexpr int tls_alert = 81;
inline constexpr int file_system_error = 85;
inline constexpr int manual_quit = 86;
}  // namespace ftp_code

}  // namespace sim800
