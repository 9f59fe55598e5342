// How an FTP session gets to its server.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "backends/ftp/ftp_loop_request.hpp"
#include "backends/link/radio_link.hpp"

namespace sim800 {

struct FtpRoute {
  Route route;                     ///< of the control connection; passive data go to the same address
  std::string own_address;         ///< told to the server in active mode; empty: the control connection's own
  Relay* control = nullptr;        ///< null: connections are direct ones.  Outlives the session.
  FtpLoopRequest* desk = nullptr;  ///< there with a relay.  Outlives the session.
  bool watched = false;            ///< faults are to be asked
};

}  // namespace sim800
