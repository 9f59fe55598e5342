// Transparent mode: between CONNECT and the escape the serial line is the connection (AT manual 8.2.22, 8.2.23; V.250
// 6.2.9 for the escape).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/at/channel.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/ip/ip_connection.hpp"

namespace sim800 {

class TransparentMode final : public DataUser {
 public:
  TransparentMode(Clock& clock, const Settings& settings, Trace* trace)
      : clock_(clock), settings_(settings), trace_(trace) {}

  /// The connection is up: CONNECT as soon as the line is free.
  void start(IpConnection& connection);
  bool uses(const IpConnection& connection) const { return connection_ == &connection; }
  bool online() const { return mode_ == Mode::online; }
  /// ATO on that channel: data mode again. False if there is nothing to return to.
  bool resume(Channel& channel);
  /// The connection is over: command mode, silently.
  void end();
  /// Bytes have arrived for the host, or there is room for its own, or its line is free.
  void move();

  std::size_t from_host(std::string_view bytes) override;
  void line_reset() override;
  void dtr_dropped(bool hang_up) override;

  /// Give it up: the peer has accepted nothing for 645 s (manual 8.2.3), or the host has let DTR fall (AT&D2).
  std::function<void(IpConnection& connection)> on_stuck;

 private:
  enum class Mode : std::uint8_t {
    off,
    waiting,  ///< for the line, to send CONNECT
    online,
    escaped,
  };
  static constexpr Duration guard = 1s;  ///< before, between (less) and after the three plus signs

  void to_host();
  bool send_block();
  void wait_for_more();
  void wait_for_room();
  void await_escape();
  void escape();
  void take_pluses();

  Clock& clock_;
  const Settings& settings_;
  Trace* trace_;
  IpConnection* connection_ = nullptr;
  Channel* channel_ = nullptr;
  Mode mode_ = Mode::off;
  std::string block_;  ///< collected from the host, not sent yet
  unsigned pluses_ = 0;
  TimePoint last_input_{};
  Timer flush_, guard_, output_, stuck_;
  bool flushing_ = false, pausing_ = false, waits_for_room_ = false;
};

}  // namespace sim800
