// A MailLogin as libcurl's options.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "backends/curl/curl_easy.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/mail.hpp"

namespace sim800 {

/// "smtp://HOST:PORT/..." and the like; empty where the login's host or port cannot stand in a URL.
std::string mail_url(const MailLogin& login);

/// Has `easy` connect to `route`, secure the connection and log in, and leave the rest to its owner
/// (CURLOPT_CONNECT_ONLY).  Everything but libcurl's callbacks.
void set_mail_options(CurlEasy& easy, const MailLogin& login, const std::string& url, const Route& route);

}  // namespace sim800
