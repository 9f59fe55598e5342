// FtpClient on libcurl, driven by the event loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "backends/link/interference.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/ftp.hpp"

namespace sim800 {

/// Both must outlive the client and its sessions.
std::unique_ptr<FtpClient> make_curl_ftp_client(asio::io_context& loop, RadioLink& link,
                                                Interference* interference = nullptr);

}  // namespace sim800
