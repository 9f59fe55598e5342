// The sockets of one FTP session: the event loop's thread may cut them while libcurl waits for them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace sim800 {

/// What waits on a control connection, unread.
enum class ControlState : std::uint8_t {
  quiet,     ///< nothing
  speaking,  ///< something that libcurl is to read
  leaving,   ///< 421, in clear
  gone,      ///< its end
};

/// From where a connection is let in.
struct FtpCaller {
  std::string address;     ///< numeric
  std::uint16_t port = 0;  ///< 0: any
};

/// For a socket that is yet to listen: the system drops what comes from any other IPv4 address or port, so that a
/// stranger cannot take the place of the server's connection.
void accept_only_from(const FtpCaller& caller, int socket);
bool comes_from(const FtpCaller& caller, int socket);

class FtpSockets {
 public:
  FtpSockets() = default;
  FtpSockets(const FtpSockets&) = delete;
  FtpSockets& operator=(const FtpSockets&) = delete;
  ~FtpSockets();

  /// Takes over a socket for libcurl; -1 where there is none, or after cut().  The first is the control connection's.
  int adopt(int socket);
  /// A data connection that has not got rid of everything ends all the same, but can be asked how much that is.
  void close(int socket);
  /// Ends all connections at once, and those to come.
  void cut();
  /// Bytes written to the data connection that have not left this machine, or have not been acknowledged.
  std::uint64_t unacknowledged_data() const;

  // In the session's thread only:
  int control() const { return control_; }
  /// The data connection, or what waits for it; -1: none.
  int data() const { return data_; }
  /// The data connection is this one, which libcurl has accepted and will close itself.
  void set_data(int socket);
  ControlState control_state() const;
  /// True if data waits, or its end.
  bool has_data() const;

 private:
  void close_left();

  mutable std::mutex mutex_;  // guards what is below: a number must not go to another socket between look-up and use
  std::set<int> open_;
  bool cut_ = false;
  int left_ = -1;                 ///< the data connection closed last, if it still has something to send
  int control_ = -1, data_ = -1;  // changed in the session's thread only, which therefore reads them without it
};

}  // namespace sim800
