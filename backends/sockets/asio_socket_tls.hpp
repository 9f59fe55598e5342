// The client's end of a TLS connection.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/ssl/stream.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "backends/ports/socket.hpp"
#include "backends/tls/tls_context.hpp"

namespace sim800 {

using TlsStream = asio::ssl::stream<asio::ip::tcp::socket&>;

/// `host` is the name to be asked for, and to be vouched for.  Null: the client's own certificate is of no use.
std::unique_ptr<TlsStream> make_tls_stream(asio::ip::tcp::socket& socket, const TlsOptions& wanted,
                                           const std::string& host, TrustStore& trust);

/// Bytes that the stream has made for the server by now, handshake included.
std::uint64_t bytes_made(TlsStream& stream);

/// The alert that nothing more will be written, to be sent by the caller, while nothing is being written.  (The
/// stream's own async_shutdown waits for the peer's, and for the right to read: no FIN could follow it at once.)
std::string close_notify(TlsStream& stream);

}  // namespace sim800
