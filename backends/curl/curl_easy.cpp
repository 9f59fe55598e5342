// Owners for libcurl's handles.
// SPDX-License-Identifier: MIT
#include "backends/curl/curl_easy.hpp"

#include <new>

namespace sim800 {

void init_curl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) throw std::bad_alloc();
}

void CurlList::add(const std::string& line) {
  curl_slist* const longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  // Appending keeps the first element, unless there was none.
  if (list_ == nullptr) list_.reset(longer);
}

CurlEasy::CurlEasy() {
  init_curl();
  handle_.reset(curl_easy_init());
  if (handle_ == nullptr) throw std::bad_alloc();
}

}  // namespace sim800
