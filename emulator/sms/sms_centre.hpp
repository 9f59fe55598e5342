// The network's side of short messages: a service centre that takes what is sent and keeps what is to arrive.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/rtc.hpp"
#include "emulator/core/trace.hpp"
#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// Messages wait here in order until the module takes them, through power cycles too: at most `most`, the oldest lost
/// first.
class SmsCentre {
 public:
  static constexpr std::size_t most = 500;
  enum class Answer : std::uint8_t {
    taken,
    not_now,      ///< no network, no room: try_again() once that has changed
    unconfirmed,  ///< shown to the host: confirm() or try_again() follows
  };

  SmsCentre(const Environment& environment, const Rtc& rtc, Trace* trace);

  /// A message to somebody; false where the network refuses it (`network.numbers`).  One to the module's own number
  /// comes back, and a status report if it asks for one.
  bool submit(const Sms& message);
  /// A text from somebody, in as many messages as it takes.
  void send_to_module(std::string_view from, std::string_view text);

  /// The module looks at the message that waits longest.
  std::function<Answer(const Sms&)> on_arrival;
  void try_again();
  /// The host has taken the message that was shown to it.
  void confirm();

 private:
  struct Waiting {
    TimePoint due;
    Sms message;
  };
  void queue(Sms message, Duration delay);
  void arm();
  void deliver();
  SmsTime now() const;

  const Environment& environment_;
  const Rtc& rtc_;
  Trace* trace_;
  std::deque<Waiting> waiting_;
  bool held_ = false;  ///< the module did not take the first one
  std::uint8_t part_reference_ = 0;
  TimePoint next_{};
  Timer timer_;
};

}  // namespace sim800
