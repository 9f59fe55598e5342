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
#include "emulator/core/duration.hpp"
#include "protocol/mux_frame.hpp"

namespace sim800 {

class ChannelOwner;
struct MuxMessage;

/// What AT+CMUX sets, as far as it has an effect: the module opens and closes nothing by itself (T1), and knows no
/// frames that are acknowledged (k).
struct MuxSettings {
  std::size_t frame_size = 127;                        ///< N1: most octets of information in a frame
  Duration patience = std::chrono::milliseconds(300);  ///< T2: a message without a response is repeated after this
  unsigned repeats = 3;                                ///< N2: so often
};

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
  /// Starts at the end of the running command.
  void start(const MuxSettings& settings);
  /// All DLCs are gone, without a notification.
  void stop();

  std::size_t from_host(std::string_view bytes) override;
  void host_left() override;
  void wire_free() override;

 private:
  class Dlc;
  void take(const MuxFrame& frame);
  void take_data(const MuxFrame& frame);
  void open(const MuxFrame& sabm);
  void close(std::uint8_t dlci);
  bool is_open(std::uint8_t dlci) const;
  void answer(const MuxFrame& frame, MuxType type);
  void put(std::string_view frames);
  void wake_up(std::string_view bytes);
  void drop(std::size_t octets);
  Dlc* dlc(std::uint8_t dlci) const;
  Dlc* open_dlc(std::uint8_t dlci) const;

  // Control messages: multiplexer_control.cpp.
  void control(std::string_view messages);
  void take_command(const MuxMessage& message);
  void take_response(const MuxMessage& message);
  void tell(std::uint8_t type, std::string_view values);
  void hold(bool on);
  void set_signals(std::string_view values);
  void negotiate(std::string_view values);

  ChannelOwner& owner_;
  Channel& wire_;
  MuxSettings settings_;
  MuxDecoder decoder_{longest_frame};
  bool running_ = false;
  bool control_open_ = false;
  bool held_ = false;    ///< the host stops the flow (FCoff)
  bool asleep_ = false;  ///< the host has said so (PSC): flags come first
  std::array<std::unique_ptr<Dlc>, dlc_count> dlcs_;
};

}  // namespace sim800
