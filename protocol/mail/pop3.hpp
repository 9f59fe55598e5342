// The end of a multi-line response of POP3 (RFC 1939 3).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace sim800 {

/// Finds the line with a single dot in bytes that arrive piece by piece.
class DotLine {
 public:
  /// How many of `bytes` belong to the response: all, or those up to its end.
  std::size_t take(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && !found()) {
      const char c = bytes[taken++];
      matched_ = c == mark[matched_] ? matched_ + 1 : c == mark[0] ? 1 : 0;
    }
    return taken;
  }
  bool found() const { return matched_ == mark.size(); }

 private:
  static constexpr std::string_view mark = "\r\n.\r\n";
  std::size_t matched_ = 2;  // the status line has just ended
};

}  // namespace sim800
