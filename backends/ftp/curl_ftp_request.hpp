// An FtpRequest as libcurl's options and lists of commands.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "backends/curl/curl_easy.hpp"
#include "backends/ftp/ftp_sockets.hpp"
#include "backends/link/radio_link.hpp"
#include "backends/ports/ftp.hpp"

namespace sim800 {

/// How an FTP session gets to its server.
struct FtpRoute {
  Route server;      ///< of the control connection; passive data connections go to the same address
  FtpCaller caller;  ///< where active data connections come from, and no others
  Relay* relay =
      nullptr;           ///< carries the control connection; null: connections are direct ones.  Outlives the session.
  bool watched = false;  ///< there are faults to ask; needs a relay
};

/// The handle of one session and the texts that it refers to.
class CurlFtpRequest {
 public:
  /// Sets all that does not depend on the operation: route, log-in, TLS.  `url` is "ftp://HOST:PORT/" or "ftps://...".
  CurlFtpRequest(FtpRequest request, std::string url, const FtpRoute& route);

  const FtpRequest& operator*() const { return request_; }
  const FtpRequest* operator->() const { return &request_; }
  CurlEasy& easy() { return easy_; }

  // What the next perform does:
  /// Connects and logs in, no more; the connection stays open for others to use.
  void ask_for_login();
  /// The operation itself, with QUIT at once after it.
  void ask_for_operation();

 private:
  void set_connection(const FtpRoute& route);
  void set_login();
  void set_tls();
  void enter_directory();
  void set_commands();
  void add_operation();
  void set_transfer();

  FtpRequest request_;
  const std::string url_;
  // The handle refers to these, so it is destroyed before them.
  CurlList commands_, before_transfer_;
  CurlEasy easy_;
};

/// False: one of the texts has a character that no FTP command can carry, or the name is one that libcurl takes for a
/// directory.
bool can_be_sent(const FtpRequest& request);

}  // namespace sim800
