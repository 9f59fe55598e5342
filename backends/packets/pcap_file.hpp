// A capture of IP packets for Wireshark and tcpdump (libpcap's file format, link type RAW).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "emulator/core/clock.hpp"

namespace sim800 {

class PcapFile {
 public:
  /// Replaces `file`. Throws std::runtime_error if it cannot be written.
  PcapFile(const std::string& file, const Clock& clock);
  /// Stamped with module time since the start of the run.
  void record(std::string_view packet);
  /// Packets that are missing: the disk was full.
  std::uint64_t missing() const { return missing_; }

 private:
  void put(std::uint32_t value);

  std::string file_;
  const Clock& clock_;
  std::ofstream out_;
  std::uint64_t missing_ = 0;
};

}  // namespace sim800
