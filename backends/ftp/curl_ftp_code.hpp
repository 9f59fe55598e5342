// From how a session on libcurl ended to the module's result code.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <string_view>

#include "backends/ftp/ftp_control_connection.hpp"
#include "backends/ports/ftp.hpp"

namespace sim800 {

/// How a session on libcurl ended.
struct FtpEnd {
  CURLcode code = CURLE_OK;
  std::string_view error;    ///< libcurl's text (CURLOPT_ERRORBUFFER), which tells a TLS alert from other failures
  bool control_cut = false;  ///< the control connection was gone
};

/// One of ftp_code: the first step that was refused or broke decides (AT manual 12.2.14).
int ftp_code_of(const FtpEnd& end, const FtpControlConnection& control, const FtpRequest& request);

}  // namespace sim800
