// The module's result code for a login to a mail server.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <string_view>

#include "backends/mail/mail_control_connection.hpp"
#include "backends/ports/mail.hpp"

namespace sim800 {

/// `error` is libcurl's text for `code`.
int mail_code_of(CURLcode code, std::string_view error, const MailControlConnection& control, const MailLogin& login);

}  // namespace sim800
