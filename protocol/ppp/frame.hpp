// PPP in HDLC-like framing (RFC 1662): flags, escapes and the frame check sequence.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sim800 {

namespace ppp {
inline constexpr std::uint16_t ip = 0x0021, ipcp = 0x8021, lcp = 0xc021, pap = 0xc023, chap = 0xc223;
}  // namespace ppp

struct PppFrame {
  std::uint16_t protocol = 0;
  std::string info;
  bool operator==(const PppFrame&) const = default;
};

/// What the other end has agreed to receive (RFC 1661 6.5, 6.6; RFC 1662 7.1).
struct PppFraming {
  std::uint32_t accm = 0xffffffff;  ///< control characters that are escaped, by bit
  bool short_protocol = false;
  bool short_address = false;
};

/// RFC 1662 C.2.
std::uint16_t ppp_fcs(std::string_view bytes);

/// With a flag at both ends.
std::string encode(const PppFrame& frame, const PppFraming& framing = {});

/// Takes a stream in any pieces.
class PppDecoder {
 public:
  /// Longest frame between two flags, unescaped.
  static constexpr std::size_t longest = 1600;

  void feed(std::string_view bytes, const std::function<void(PppFrame)>& take);
  /// Frames that were too long, ended in an escape, or did not fit their check sequence.
  std::uint64_t bad() const { return bad_; }
  /// What has arrived of a frame is dropped.
  void reset();

 private:
  void end_frame(const std::function<void(PppFrame)>& take);

  std::string frame_;
  bool escaped_ = false, too_long_ = false;
  bool inside_ = false;  ///< a flag has been seen
  std::uint64_t bad_ = 0;
};

}  // namespace sim800
