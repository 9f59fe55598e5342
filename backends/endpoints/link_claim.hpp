// One owner for the name of an endpoint.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "emulator/core/unique_fd.hpp"

namespace sim800 {

/// Keeps other processes, and other endpoints of this one, off a symbolic link, whether it exists or not.  An abstract
/// unix socket named after the link stands for the claim: it leaves no file, and the kernel takes it away when the
/// process ends, however it ends.  It is seen in this network namespace only.
class LinkClaim {
 public:
  /// Throws EndpointError where the link is taken: it names the process.
  explicit LinkClaim(const std::string& link);

 private:
  UniqueFd socket_;
};

}  // namespace sim800
