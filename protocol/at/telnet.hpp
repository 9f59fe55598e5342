// TELNET framing (RFC 854, 855): data, negotiation and subnegotiations of one connection, in binary mode.
// SPDX-License-Identifier: MIT
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace sim800::telnet {

inline constexpr std::uint8_t iac = 255, dont = 254, do_ = 253, wont = 252, will = 251, sb = 250, break_ = 243,
                              se = 240;
inline constexpr std::uint8_t option_binary = 0, option_echo = 1, option_no_go_ahead = 3, option_com_port = 44;

/// Longer subnegotiations are left out.
inline constexpr std::size_t longest_subnegotiation = 256;

/// Data as they go over the connection: IAC doubled.
std::string escaped(std::string_view data);
/// IAC SB option … IAC SE
std::string subnegotiation(std::uint8_t option, std::string_view values);

/// One side of a connection. Its answers go out by `Acts::send`.
class Line {
 public:
  struct Acts {
    std::function<void(std::string_view bytes)> send;
    std::function<void(std::string_view bytes)> data;
    /// The other side does what the option says from now on, or no longer.
    std::function<void(std::uint8_t option, bool on)> theirs;
    std::function<void(std::uint8_t option, std::string_view values)> negotiated;
    std::function<void()> on_break;
  };
  using Options = std::bitset<256>;
  /// `ours`: what this side is ready to do; `theirs`: what it lets the other side do.
  Line(Acts acts, const Options& ours, const Options& theirs)
      : acts_(std::move(acts)), ready_(ours), welcome_(theirs) {}

  /// A connection begins.
  void reset();
  /// Offers to do this, and asks the other side to.
  void offer(std::uint8_t option);
  void ask(std::uint8_t option);
  void receive(std::string_view bytes);

 private:
  enum class State : std::uint8_t { data, command, option, option_of_sb, values, command_in_values };
  std::size_t take(std::string_view bytes);
  void take_command(std::uint8_t byte);
  void negotiate(std::uint8_t option);
  void end_subnegotiation();
  void say(std::uint8_t verb, std::uint8_t option);

  Acts acts_;
  const Options ready_, welcome_;
  Options ours_, theirs_;    ///< in effect
  Options offered_, asked_;  ///< and not answered yet
  State state_ = State::data;
  std::uint8_t verb_ = 0, option_ = 0;
  std::string values_;
  bool too_long_ = false;
};

}  // namespace sim800::telnet
