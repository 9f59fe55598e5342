// The port of the channel on one DLC; a part of the multiplexer.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/at/multiplexer.hpp"
#include "emulator/core/clock.hpp"
#include "protocol/at/port.hpp"
#include "protocol/mux_message.hpp"

namespace sim800 {

class Multiplexer::Dlc final : public Port {
 public:
  Dlc(Multiplexer& owner, std::uint8_t dlci) : owner_(owner), dlci_(dlci) {}
  void serve(Channel& channel);
  const Channel& channel() const { return *channel_; }

  bool is_open() const { return open_; }
  /// Its channel is as after power-on, its lines are on, and the host is told its signals (field: at once).
  void open();
  /// What ran on it is over, and its user is told.
  void close();

  // From the host.

  /// What a frame carries. A busy DLC must not hold up the others: its host is told to wait, and loses bytes if it
  /// does not.
  void receive(std::string_view info);
  void set_signals(const MuxSignals& signals);
  void signals_heard() { repeat_.cancel(); }
  void client_left() { channel_->client_left(); }
  void wire_free() { channel_->drained(); }
  /// Sends what waits, if the host accepts it, in one write.
  void release();

  /// Most octets in a frame, either way. The host may lower it before it opens the DLC (PN).
  std::size_t frame_size() const { return frame_size_; }
  void limit_frames(std::size_t octets) { frame_size_ = octets; }
  /// Convergence layer type 2: each frame begins with the signals, and there is no MSC (27.010 5.5.2).
  bool signals_in_frames() const { return signals_in_frames_; }
  void put_signals_in_frames(bool on) { signals_in_frames_ = on; }

  // From the channel.
  void send(std::string_view bytes) override;
  std::size_t unsent() const override;
  void input_wanted() override;
  void set_line(ModemLine line, bool on) override;

 private:
  MuxSignals signals() const;
  void tell_signals();
  void repeat_signals(unsigned left);
  void end_break();

  Multiplexer& owner_;
  const std::uint8_t dlci_;
  Channel* channel_ = nullptr;
  bool open_ = false;
  bool held_ = false;        ///< the host takes nothing here (MSC)
  bool stops_host_ = false;  ///< the module takes nothing here
  bool breaks_ = false;      ///< the host sends a break
  bool signals_in_frames_ = false;
  std::size_t frame_size_ = longest_frame;
  std::string waiting_;
  Timer repeat_;  ///< of an MSC that the host has not answered
  Timer break_;   ///< the end of the host's break
};

}  // namespace sim800
