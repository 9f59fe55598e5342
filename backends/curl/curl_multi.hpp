// libcurl transfers on the event loop: libcurl says which sockets and which time it waits for, the loop wakes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace sim800 {

/// Runs any number of transfers.  All calls are made in the loop's thread and, as libcurl demands, never from inside
/// one of libcurl's own callbacks (write, header, ...).  `loop` must outlive it.
class CurlMulti {
 public:
  using Done = std::function<void(CURLcode)>;
  /// What becomes of a handle once its Done is due.
  enum class Afterwards : std::uint8_t {
    free,  ///< it is out of here, and may be used again or freed
    keep,  ///< it stays, and so does its connection (CURLOPT_CONNECT_ONLY), until remove()
  };

  explicit CurlMulti(asio::io_context& loop);
  ~CurlMulti();  ///< cancels what still runs; allowed from within a Done
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts `easy`.  `done` is called once, later, from the loop.  False: libcurl does not take it, and `done` is not
  /// called.
  bool add(CURL* easy, Done done, Afterwards afterwards = Afterwards::free);
  /// Cuts a transfer off; its Done is not called any more.  Nothing happens if it does not run.
  void remove(CURL* easy);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sim800
