// What goes over the two connections of one FTP session on libcurl: its callbacks, and the waiting for either side.
// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "backends/curl/curl_easy.hpp"
#include "backends/ftp/curl_ftp_request.hpp"
#include "backends/ftp/ftp_bridge.hpp"
#include "backends/ftp/ftp_checkpoints.hpp"
#include "backends/ftp/ftp_control_connection.hpp"
#include "backends/ftp/ftp_sockets.hpp"

namespace sim800 {

/// Used in the session's thread only, unless it says otherwise.
class CurlFtpTraffic {
 public:
  CurlFtpTraffic(FtpBridge& bridge, const FtpRoute& route, const FtpRequest& request)
      : bridge_(bridge),
        caller_(route.caller),
        relay_(route.relay),
        checkpoints_(bridge, route.watched),
        passive_(request.passive),
        listing_(request.verb == FtpVerb::list),
        secured_later_(request.tls == FtpTls::explicit_),
        connected_(request.passive) {}
  CurlFtpTraffic(const CurlFtpTraffic&) = delete;
  CurlFtpTraffic& operator=(const CurlFtpTraffic&) = delete;

  /// Has the handle call this object, which must outlive it and the connections that its multi handle keeps.
  void attach(CurlEasy& easy);
  /// Waits for what libcurl waits for, for the loop's side, and during a transfer for the control connection, which
  /// libcurl leaves alone then.
  void wait(CURLM* multi);
  /// Returns once the session is to end.
  void wait_for_end();
  /// After a log-in by libcurl: uploads by STOU and quits.
  CURLcode store_unique(CURL* easy, const FtpRequest& request);
  /// Passes on what is left of the data.
  void flush() { take_listing(); }
  /// Ends all connections at once, and those to come; from any thread.
  void cut() { sockets_.cut(); }
  /// Of the data written to libcurl's socket, what has not been acknowledged; from any thread.
  std::uint64_t unacknowledged() const { return sockets_.unacknowledged_data(); }

  const FtpControlConnection& control() const { return control_; }
  /// OpenSSL's, where TLS on the data connection is not libcurl's.
  std::string_view tls_error() const { return tls_error_; }
  std::uint64_t received() const { return received_; }     ///< bytes of data
  bool control_cut() const { return control_cut_; }        ///< the control connection has ended, or is about to
  bool data_cut() const { return checkpoints_.closed(); }  ///< a fault has ended the data connection
  bool is_over() const { return bridge_.cancelled() || control_cut_; }  ///< nothing more is to be waited for

 private:
  void watch_control();
  enum class Wait { reached, timed_out, over };
  template <class Condition>
  Wait wait_until(Condition reached, std::chrono::milliseconds limit = std::chrono::milliseconds(-1));
  bool wait_for(int socket, short events, int other = -1);
  bool send_all(int socket, std::string_view bytes);
  bool say(std::string_view line);
  int ask(const std::string& command);
  int next_reply();
  int prepare_data(const FtpRequest& request);
  int connect_data(std::uint16_t port);
  int listen_for_data();
  int accept_data(int listener);
  CURLcode store(const FtpRequest& request);
  CURLcode transfer(const FtpRequest& request, int socket);
  bool pump(const std::function<bool(std::string_view)>& send);
  CURLcode failure() const;
  void leave();
  bool take(std::string_view bytes);
  bool take_listing();
  bool deliver(std::string_view bytes);
  bool replied();
  Relay* relay_for_data(curl_sockaddr& address);

  static int on_debug(CURL* easy, curl_infotype type, char* data, std::size_t size, void* self);
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_data(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);
  static int on_socket(void* self, curl_socket_t socket, curlsocktype purpose);

  FtpBridge& bridge_;
  const FtpCaller caller_;
  Relay* const relay_;  // of the control connection; null: connections are direct ones
  FtpCheckpoints checkpoints_;
  const bool passive_;
  const bool listing_;
  const bool secured_later_;  // by AUTH TLS
  FtpSockets sockets_;
  FtpControlConnection control_;
  // Of store_unique():
  CURL* easy_ = nullptr;
  SSL* control_tls_ = nullptr;  // null: in clear
  std::string control_input_, last_reply_, tls_error_;
  std::string raw_listing_;  // as it arrived, not yet taken
  std::uint64_t received_ = 0;
  bool connected_;         // the server has connected, or need not
  bool quitting_ = false;  // QUIT has been sent: the outcome is known
  bool control_cut_ = false;
  bool control_spoke_ = false;  // something on it waits for libcurl, which reads it after the data
  bool uploading_ = false;
};

}  // namespace sim800
