// A capture of IP packets for Wireshark and tcpdump (libpcap's file format, link type RAW).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/core/clock.hpp"
#include "emulator/core/output.hpp"

namespace sim800 {

class PcapFile {
 public:
  /// Replaces `file`, which may be a FIFO. Throws std::runtime_error if it cannot be written.
  PcapFile(const std::string& file, const Clock& clock);
  /// Stamped with module time since the start of the run.
  void record(std::string_view packet);
  /// Packets that are missing: the disk was full, or the reader too slow, or gone.
  std::uint64_t missing() const { return missing_; }
  Output& output() { return output_; }

 private:
  std::string file_;
  const Clock& clock_;
  Output output_;
  std::uint64_t missing_ = 0;
};

}  // namespace sim800
