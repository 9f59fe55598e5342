// The sockets of one FTP session: the event loop's thread may cut them while libcurl waits for them.
// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <set>

namespace sim800 {

class FtpSockets {
 public:
  /// Opens a socket; -1 on failure, or after cut().  The first one is the control connection's.
  int open(int family, int type, int protocol);
  /// The same for a socket that has been opened elsewhere.
  int adopt(int opened);
  void close(int socket);
  /// Ends all connections at once, and those to come.
  void cut();

  // In the session's thread only:
  int control() const { return control_; }
  /// The data connection, or what waits for it; -1: none.
  int data() const { return data_; }
  void set_data(int socket) { data_ = socket; }

 private:
  std::mutex mutex_;  // guards the two below: a number must not go to another socket between look-up and cut
  std::set<int> open_;
  bool cut_ = false;
  int control_ = -1, data_ = -1;
};

/// What waits on a control connection, unread.
enum class ControlState {
  quiet,     ///< nothing
  speaking,  ///< something that libcurl is to read
  leaving,   ///< 421, in clear
  gone,      ///< its end
};
ControlState look_at_control(int socket);

/// True if data waits, or its end.
bool has_data(int socket);

}  // namespace sim800
