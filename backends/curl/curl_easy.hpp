// Owners for libcurl's handles.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace sim800 {

/// Initialises libcurl, once per process; costs some milliseconds, so it is left to the first transfer.
void init_curl();

/// A list of texts, as libcurl takes header lines.
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

/// One transfer's handle.  It must be out of its CurlMulti when it is destroyed.
class CurlEasy {
 public:
  CurlEasy();
  CURL* get() const { return handle_.get(); }

  /// Sets an option.  Numbers are `long` or `curl_off_t` as the option's page says: they pass through "...".
  template <class T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) ok_ = false;
  }
  /// False: libcurl has refused an option, and the transfer must not be started.
  bool ok() const { return ok_; }

 private:
  struct Free {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::unique_ptr<CURL, Free> handle_;
  bool ok_ = true;
};

}  // namespace sim800
