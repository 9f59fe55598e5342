// Where an FTP session stops to have faults asked, in its thread.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/ftp/ftp_route.hpp"

namespace sim800 {

class FtpCheckpoints {
 public:
  explicit FtpCheckpoints(const FtpRoute& way) : desk_(way.watched ? way.desk : nullptr) {}

  /// Asks, the first time.  False: the session, or its data connection, is to end here.
  bool reach(Phase phase);
  /// How many of `count` bytes may go before the next stop.
  std::size_t room(Direction direction, std::size_t count) const;
  /// So many have gone.
  void moved(Direction direction, std::size_t count) { total(direction) += count; }
  /// Asks if that has been as far as the stop.  False: as for reach().
  bool pass(Direction direction);
  /// The data connection has been cut: what still comes over it has never come.
  bool closed() const { return closed_; }

 private:
  bool ask(const FtpQuestion& question);
  std::uint64_t& total(Direction direction) { return totals_.at(static_cast<std::size_t>(direction)); }
  std::uint64_t total(Direction direction) const { return totals_.at(static_cast<std::size_t>(direction)); }

  FtpLoopRequest* desk_;  // null: nobody wants to be asked
  std::array<bool, 8> reached_{};
  std::array<std::uint64_t, 2> totals_{};
  std::array<std::uint64_t, 2> stops_{TransferWatch::never, TransferWatch::never};
  bool closed_ = false;
};

}  // namespace sim800
