// Where an FTP session's thread stops to have faults asked: at each phase, and at the counts of bytes they name.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "backends/ftp/ftp_bridge.hpp"

namespace sim800 {

class FtpCheckpoints {
 public:
  /// `watched`: there are faults to ask.
  FtpCheckpoints(FtpBridge& bridge, bool watched) : bridge_(watched ? &bridge : nullptr) {}

  /// Asks, the first time.  False: the session, or its data connection, is to end here.
  bool reach(Phase phase);
  /// How many of `count` bytes may go before the next stop.
  std::size_t room(Direction direction, std::size_t count) const;
  /// This many have gone.
  void moved(Direction direction, std::size_t count) { total(direction) += count; }
  /// Asks if they have gone as far as the stop.  False: as for reach().
  bool pass(Direction direction);
  /// A fault has closed the data connection: what still arrives over it is dropped.
  bool closed() const { return closed_; }

 private:
  bool ask(const FtpLoopRequest& request);
  std::uint64_t& total(Direction direction) { return totals_.at(static_cast<std::size_t>(direction)); }
  std::uint64_t total(Direction direction) const { return totals_.at(static_cast<std::size_t>(direction)); }

  FtpBridge* bridge_;  // null: nobody is to be asked
  std::array<bool, 8> reached_{};
  std::array<std::uint64_t, 2> totals_{};
  std::array<std::uint64_t, 2> stops_{TransferWatch::never, TransferWatch::never};
  bool closed_ = false;
};

}  // namespace sim800
