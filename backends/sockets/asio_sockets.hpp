// Sockets on asio and OpenSSL.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "backends/link/interference.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/socket.hpp"

namespace sim800 {

/// Everything goes through `link`. `interference` may be null: no faults. Loop, link and interference must outlive the
/// result and all its sockets.
std::unique_ptr<Sockets> make_asio_sockets(asio::io_context& loop, RadioLink& link,
                                           Interference* interference = nullptr);

}  // namespace sim800
