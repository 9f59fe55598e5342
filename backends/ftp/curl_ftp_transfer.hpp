// One FTP session on libcurl, in a thread of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "backends/ftp/ftp_pipe.hpp"
#include "backends/ftp/ftp_route.hpp"
#include "backends/ports/ftp.hpp"

namespace sim800 {

/// The thread is there because libcurl 7.88.1 waits within curl_multi_perform() for the reply that follows a transfer's
/// data, and for the one to QUIT, up to a minute each: on the event loop, a slow server would stop the module.
class CurlFtpTransfer {
 public:
  /// Starts the session; its outcome goes to pipe.end(), unless pipe.cancel() or the destructor comes first.  `url` is
  /// "ftp://HOST:PORT/" or "ftps://...".  Throws std::system_error where the process has no thread left.
  CurlFtpTransfer(FtpRequest request, std::string url, const FtpRoute& way, FtpPipe& pipe);
  /// Cuts both connections.  Waits for the thread, which has nothing to wait for then.
  ~CurlFtpTransfer();
  CurlFtpTransfer(const CurlFtpTransfer&) = delete;
  CurlFtpTransfer& operator=(const CurlFtpTransfer&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sim800
