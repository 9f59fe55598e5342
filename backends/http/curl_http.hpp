// HttpClient on libcurl, driven by the event loop.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>

#include "backends/link/interference.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/http.hpp"

namespace sim800 {

class CurlMulti;

/// All must outlive the client and its transfers. libcurl is initialised by the first request. `interference`, if
/// given, is asked about each request. `multi`: what runs the transfers, if clients are to share it.
std::unique_ptr<HttpClient> make_curl_http_client(asio::io_context& loop, RadioLink& link,
                                                  Interference* interference = nullptr,
                                                  std::shared_ptr<CurlMulti> multi = nullptr);

}  // namespace sim800
