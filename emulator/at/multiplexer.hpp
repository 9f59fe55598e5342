// Four AT channels on one serial line (27.010, basic option; AT manual 3.2.38).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "emulator/at/channel.hpp"
#include "protocol/at/port.hpp"
#include "protocol/mux_frame.hpp"

namespace sim800 {

class ChannelOwner;

/// Stands between a port's own channel and the channels on its DLCs (DLCI 1 to 4) from AT+CMUX until the host closes
/// the control channel. In between, the DLCs' channels continue to exist without a client.
class Multiplexer final : public DataUser {
 public:
  static constexpr std::size_t dlc_count = 4;
  static constexpr std::size_t longest_frame = 1510;

  /// The port's channel outlives it.
  Multiplexer(ChannelOwner& owner, Channel& wire);
  ~Multiplexer() override;
  Multiplexer(const Multiplexer&) = delete;
  Multiplexer& operator=(const Multiplexer&) = delete;

  bool is_on(const Channel& wire) const { return &wire == &wire_; }
  bool has_dlc(const Channel& channel) const;
  /// Starts at the end of the running command. `frame_size`: most octets in a frame, N1.
  void start(std::size_t frame_size);
  /// All DLCs are gone, without a notification.
  void stop();

  std::size_t from_host(std::string_view bytes) override;
  void host_left() override;
  void wire_free() override;

 private:
  class Dlc;
  bool take(const MuxFrame& frame);
  void open(std::uint8_t dlci);
  void close(std::uint8_t dlci);
  bool is_open(std::uint8_t dlci) const;
  void answer(const MuxFrame& frame, MuxType type);
  /// False if it closes everything.
  bool control(std::string_view messages);
  bool control_message(std::uint8_t type, std::string_view values);
  void tell(std::uint8_t type, std::string_view values);
  void tell_signals(std::uint8_t dlci, std::uint8_t signals);
  void set_signals(std::string_view values);
  std::string line_settings(std::string_view values) const;
  void limit_frames(std::string_view values);
  Dlc* dlc(std::uint8_t dlci) const;

  Channel& wire_;
  MuxDecoder decoder_{longest_frame};
  std::size_t frame_size_ = 127;
  bool running_ = false;
  bool control_open_ = false;
  bool held_ = false;  ///< the host stops the flow (FCoff)
  std::array<std::unique_ptr<Dlc>, dlc_count> dlcs_;
};

}  // namespace sim800
