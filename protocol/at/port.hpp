// The interface between an AT channel and the endpoint it uses (pty, TCP, standard input and output, a test).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/at/modem_lines.hpp"

namespace sim800 {

/// What an endpoint reports to its AT channel (TE → TA). Implemented by the channel.
class PortUser {
 public:
  virtual ~PortUser() = default;
  /// Bytes from the host, split in any way. All of them are accepted.
  virtual void receive(std::string_view bytes) = 0;
  /// False if enough input is waiting for a running command: the port should stop reading until input_wanted().
  virtual bool wants_input() const = 0;
  /// A client arrived; the channel is as the previous client left it.
  virtual void client_arrived() = 0;
  /// The client left: its half-typed line and open prompt are dropped once the bytes received before are processed.
  virtual void client_left() = 0;
  /// Port::unsent() has dropped below Port::congested_at again.
  virtual void drained() = 0;
  /// `count` bytes were lost: output that nobody read, or what a line made nothing of, in either direction.
  virtual void output_lost(std::size_t count) = 0;
  /// The host has moved DTR or RTS. A port without lines never says so: they are on.
  virtual void host_line(ModemLine /*line*/, bool /*on*/) {}
  /// The host frames its bytes so from now on. A port that cannot know never says so.
  virtual void host_framing(const Framing& /*framing*/) {}
  /// The host holds its data line low, or no longer.
  virtual void host_break(bool /*on*/) {}
};

/// What an AT channel asks of its endpoint (TA → TE). Implemented by endpoints and tests.
class Port {
 public:
  /// With this many unsent bytes the channel starts no further command.
  static constexpr std::size_t congested_at = std::size_t{64} * 1024;

  virtual ~Port() = default;
  /// Queues bytes; never blocks. One call is one write, as far as the endpoint accepts it.
  virtual void send(std::string_view bytes) = 0;
  virtual std::size_t unsent() const = 0;
  /// The channel has room for input again.
  virtual void input_wanted() = 0;
  /// The module has moved DCD, CTS, RI or DSR, or says where they are.
  virtual void set_line(ModemLine /*line*/, bool /*on*/) {}
  /// The module's UART frames its bytes so from now on.
  virtual void set_framing(const Framing& /*framing*/) {}
};

}  // namespace sim800
