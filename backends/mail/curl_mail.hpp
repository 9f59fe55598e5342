// MailClient on libcurl.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "backends/link/radio_link.hpp"
#include "backends/ports/mail.hpp"

namespace sim800 {

/// Both references must outlive the client and its sessions.
std::unique_ptr<MailClient> make_curl_mail_client(asio::io_context& loop, RadioLink& link);

}  // namespace sim800
