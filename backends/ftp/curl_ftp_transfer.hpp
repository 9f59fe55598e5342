// One FTP session on libcurl, in a thread of its own.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <thread>

#include "backends/curl/curl_easy.hpp"
#include "backends/ftp/curl_ftp_request.hpp"
#include "backends/ftp/curl_ftp_traffic.hpp"
#include "backends/ftp/ftp_bridge.hpp"
#include "backends/ports/ftp.hpp"

namespace sim800 {

/// The thread is there because libcurl waits within curl_multi_perform() for the reply that follows a transfer's data,
/// and for the one to QUIT, up to a minute each: on the event loop, a slow server would stop the module.
class CurlFtpTransfer {
 public:
  /// Starts the session; its outcome goes to bridge.end(), unless bridge.cancel() or the destructor comes first.  `url`
  /// is "ftp://HOST:PORT/" or "ftps://...".  Throws std::system_error where the process has no thread left.
  CurlFtpTransfer(FtpRequest request, std::string url, const FtpRoute& route, FtpBridge& bridge);
  /// Cuts both connections.  Waits for the thread, which has nothing to wait for then.
  ~CurlFtpTransfer();
  CurlFtpTransfer(const CurlFtpTransfer&) = delete;
  CurlFtpTransfer& operator=(const CurlFtpTransfer&) = delete;
  /// Of the data sent, what this machine has not got rid of, or the other end of its connection not acknowledged.
  std::uint64_t unacknowledged() const { return traffic_.unacknowledged(); }

 private:
  void run();
  FtpOutcome outcome();
  CURLcode store_unique();
  CURLcode perform();
  CURLcode run_to_end();
  void remove(bool cut);
  FtpOutcome ended(CURLcode code);
  bool is_short() const;

  FtpBridge& bridge_;
  CurlFtpTraffic traffic_;
  // libcurl refers to what stands above; a handle is out of `multi_` when it goes.
  CurlMultiHandle multi_;
  CurlFtpRequest request_;
  std::thread thread_;
};

}  // namespace sim800
