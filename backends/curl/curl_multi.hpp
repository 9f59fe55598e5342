// libcurl transfers on the event loop: libcurl tells which sockets and time it waits for, and the loop wakes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace sim800 {

/// Runs any number of transfers. All calls are made in the loop's thread and, as libcurl requires, never from inside
/// one of libcurl's callbacks (write, header, ...). `loop` must outlive it.
class CurlMulti {
 public:
  using Done = std::function<void(CURLcode)>;
  /// What happens to a handle when its Done is due.
  enum class Afterwards : std::uint8_t {
    free,  ///< it is removed, and may be reused or freed
    keep,  ///< it stays, and so does its connection (CURLOPT_CONNECT_ONLY), until remove()
  };

  explicit CurlMulti(asio::io_context& loop);
  ~CurlMulti();  ///< cancels running transfers; allowed inside a Done
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Starts `easy`. `done` is called once, later, from the loop. False: libcurl refuses it, and `done` is not called.
  bool add(CURL* easy, Done done, Afterwards afterwards = Afterwards::free);
  /// Aborts a transfer; its Done is not called any more. No effect if it is not running.
  void remove(CURL* easy);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sim800
