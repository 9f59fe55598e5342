// Owners for libcurl's handles, and the options that all clients on libcurl share.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "backends/ports/tls.hpp"

namespace sim800 {

class Relay;

/// A list of strings, as libcurl takes header lines.
class CurlList {
 public:
  void add(const std::string& line);
  curl_slist* get() const { return list_.get(); }

 private:
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Free> list_;
};

struct FreeCurlMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using CurlMultiHandle = std::unique_ptr<CURLM, FreeCurlMulti>;

/// Initialises libcurl, once per process; that costs some milliseconds, so it is left to the first transfer.
CurlMultiHandle make_curl_multi();

/// One transfer's handle.  It takes nothing from the environment (proxy, netrc), never gives up by itself (silence is
/// the service's to end), and must be out of its multi handle when it is destroyed.
class CurlEasy {
 public:
  /// `schemes`: all that its URL may have, such as "ftp,ftps".
  explicit CurlEasy(const char* schemes);
  CurlEasy(const CurlEasy&) = delete;
  CurlEasy& operator=(const CurlEasy&) = delete;
  CURL* get() const { return handle_.get(); }

  /// Sets an option. Numbers are `long` or `curl_off_t` as the option's documentation says: they pass through "...".
  template <class T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) ok_ = false;
  }
  /// False: libcurl has refused an option, and the transfer must not be started.
  bool ok() const { return ok_; }
  /// What libcurl says about a failure; it alone tells some of them apart.
  std::string_view error() const { return error_.data(); }

  /// The transfer goes to this numeric address, whatever host its URL names: libcurl has nothing to resolve.
  void connect_to(std::string_view address, std::uint16_t port);
  void set_tls(const TlsOptions& options);

 private:
  struct Free {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  // libcurl refers to the first three, so they are destroyed after the handle.
  std::array<char, CURL_ERROR_SIZE> error_{};
  TlsOptions tls_;
  CurlList connect_to_;
  std::unique_ptr<CURL, Free> handle_;
  bool ok_ = true;
};

/// For CURLOPT_OPENSOCKETFUNCTION: a socket that leads through the relay, or a direct one without it.  -1 on failure,
/// errno says why.
int open_socket(Relay* relay, const curl_sockaddr& address);

}  // namespace sim800
