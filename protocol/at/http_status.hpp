// The status codes that +HTTPACTION reports in addition to the server's own.
// SPDX-License-Identifier: MIT
#pragma once

namespace sim800 {

/// The module's own outcomes of AT+HTTPACTION (manual 11.2.5; 605 and 606: SSL application note).
namespace http_status {
inline constexpr int not_http = 600;
inline constexpr int network_error = 601;
inline constexpr int no_memory = 602;
inline constexpr int dns_error = 603;
inline constexpr int stack_busy = 604;
inline constexpr int tls_no_channel = 605;
inline constexpr int tls_alert = 606;

/// From a server these would pass for something that has happened to the module.
constexpr bool is_own(long status) { return status >= not_http && status <= tls_alert; }
}  // namespace http_status

}  // namespace sim800
