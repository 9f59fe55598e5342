// The network's side of short messages: a service centre that accepts sent messages and holds those to be delivered.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "emulator/core/environment.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/network/network_time.hpp"
#include "emulator/plmn/plmn.hpp"
#include "emulator/sms/incoming_sms.hpp"
#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// Messages wait here in order until the module accepts them, even across power cycles: at most `most`, the oldest are
/// lost first.
class SmsCentre final : public SmsRecipient {
 public:
  static constexpr std::size_t most = 500;
  static constexpr Duration retry_interval = std::chrono::minutes(1);
  enum class Answer : std::uint8_t {
    taken,
    not_now,      ///< no network or no room: try_again() once that has changed
    barred,       ///< by the network, for its subscriber
    rejected,     ///< the host cannot be told now: sent again after retry_interval
    unconfirmed,  ///< shown to the host: confirm() or try_again() follows
  };

  /// Its time stamps are the network's time, whatever the module's clock says.
  SmsCentre(const Environment& environment, const NetworkTime& time, Trace* trace);

  /// A message to somebody: another module of the run, else a subscriber of the scenario. False if the network refuses
  /// it (`network.numbers`). One to the module's own number comes back, with a status report if requested.
  bool submit(const Sms& message);
  // SmsRecipient
  void deliver(Sms message, const SmsSender& sender) override;
  void report(const SmsSender& sent, std::uint8_t status, const SmsTime& accepted) override;

  /// A message from somebody, in as many parts as needed.
  void send_to_module(const IncomingSms& incoming);
  /// A message as it is.
  void send_to_module(Sms message) { queue(std::move(message), Duration::zero()); }

  /// The module looks at the oldest waiting message.
  std::function<Answer(const Sms&)> on_arrival;
  void try_again();
  /// The host has accepted the message shown to it.
  void confirm();
  /// The host refuses it: it is not sent again.
  void refuse();

 private:
  struct Waiting {
    TimePoint due;
    Sms message;
    std::optional<SmsSender> sender{};  ///< a module that hears what has become of it
    TimePoint expires = TimePoint::max();
  };
  void to_module(unsigned index, const Sms& message);
  void queue(Waiting waiting);
  void queue(Sms message, Duration delay) { queue({environment_.clock.now() + delay, std::move(message)}); }
  void arm();
  void arm_expiry();
  void show_first();
  void end_first(std::uint8_t status);
  void expire();
  void settle(const Waiting& gone, std::uint8_t status) const;
  void report_later(const SmsSender& sent, std::uint8_t status, Duration after);
  void send_reports();
  Sms delivery(const Sms& submitted) const;
  SmsTime now() const;

  const Environment& environment_;
  const NetworkTime& time_;
  Trace* trace_;
  std::deque<Waiting> waiting_;
  bool held_ = false;   ///< the module did not accept the first one
  bool shown_ = false;  ///< the host has yet to confirm the first one
  std::uint8_t part_reference_ = 0;
  TimePoint next_{};
  Timer timer_, expiry_;

  struct LateReport {
    SmsSender sent;
    std::uint8_t status;
    SmsTime accepted;
  };
  std::multimap<TimePoint, LateReport> late_reports_;  ///< by when they are due
  Timer reports_timer_;
};

}  // namespace sim800
