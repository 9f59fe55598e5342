// Warnings that anybody outside can bring about again and again (a peer, a host, a full disk), kept to a few.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// Of one kind, which is a text with any numbers in it, `burst` are shown in `window`; the rest are counted.
class WarningLimit {
 public:
  static constexpr unsigned burst = 10;
  static constexpr std::chrono::seconds window{10};
  static constexpr std::size_t max_kinds = 64;  ///< further ones count as one kind

  using Time = std::chrono::system_clock::time_point;

  /// Whether to show it.
  bool admit(std::string_view text, Time now);
  /// "1234 more like this were left out: …", for each kind whose window has ended.
  std::vector<std::string> ended(Time now);
  /// Likewise for all.
  std::vector<std::string> all() { return ended(Time::max()); }

 private:
  struct Kind {
    std::string first;
    Time since;
    unsigned shown = 0;
    std::uint64_t left_out = 0;
  };
  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace sim800
