// SPDX-License-Identifier: MIT
#include "emulator/sms/sms_centre.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "protocol/at/phone_number.hpp"
#include "protocol/sms/sms_validity.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t deliver_octet = 0x04;  // SMS-DELIVER, no more messages wait
constexpr std::uint8_t report_octet = 0x06;   // SMS-STATUS-REPORT, likewise

// TP-Status (23.040 9.2.3.15): received; permanent errors: remote procedure error, validity period expired, deleted by
// the service centre.
constexpr std::uint8_t status_received = 0x00, status_refused = 0x40, status_expired = 0x46, status_deleted = 0x48;

const Subscriber* subscriber_at(const World& world, std::string_view number) {
  const auto& numbers = world.network.numbers;
  for (const auto& [key, subscriber] : numbers) {
    if (key != "*" && same_subscriber(key, number)) return &subscriber;
  }
  const auto others = numbers.find("*");
  return others == numbers.end() ? nullptr : &others->second;
}

}  // namespace

SmsCentre::SmsCentre(const Environment& environment, const NetworkTime& time, Trace* trace)
    : environment_(environment), time_(time), trace_(trace) {}

SmsTime SmsCentre::now() const { return SmsTime::parse(time_.text()).value_or(SmsTime{}); }

bool SmsCentre::submit(const Sms& message) {
  const std::string to = to_utf8(message.address.text());
  Plmn* const plmn = environment_.plmn;
  const auto module = plmn == nullptr ? std::nullopt : plmn->find(to, environment_.index);
  const Subscriber* const subscriber = module ? nullptr : subscriber_at(environment_.world, to);
  const Subscriber::Sms behaviour = subscriber == nullptr ? Subscriber::Sms::deliver : subscriber->sms;
  const bool taken = behaviour != Subscriber::Sms::reject;
  if (trace_ != nullptr) trace_->event("sms", {{"to", to}, {"tpdu", to_hex(encode_sms(message))}, {"taken", taken}});
  if (environment_.observer != nullptr && message.type == SmsType::submit)
    environment_.observer->sms_sent(to, to_utf8(message.text().value_or(std::u16string())));
  if (!taken || behaviour == Subscriber::Sms::lost || message.type != SmsType::submit) return taken;
  if (module) {
    to_module(*module, message);
    return true;
  }
  const Duration delay = environment_.latency[Latency::sms_deliver];
  if (same_subscriber(environment_.identity.number, to)) queue(delivery(message), delay);
  if ((message.first_octet & Sms::report_requested) == 0) return true;
  const SmsSender sent{.reference = message.reference, .recipient = message.address};
  if (subscriber == nullptr || subscriber->reports.empty()) {
    report(sent, status_received, now());
    return true;
  }
  for (const Subscriber::Report& each : subscriber->reports) report_later(sent, each.status, each.after);
  return true;
}

/// What the recipient of a message gets.
Sms SmsCentre::delivery(const Sms& submitted) const {
  Sms copy = submitted;
  copy.type = SmsType::deliver;
  copy.first_octet = deliver_octet | (submitted.first_octet & Sms::has_header);
  copy.reference = 0;
  copy.address = parse_sender(from_utf8(environment_.identity.number));
  copy.validity.clear();
  copy.centre_time = now();
  return copy;
}

// --- between modules

void SmsCentre::to_module(unsigned index, const Sms& message) {
  SmsRecipient* const recipient = environment_.plmn->recipient(index);
  if (recipient == nullptr) return;
  recipient->deliver(delivery(message), {.module = environment_.index,
                                         .wants_report = (message.first_octet & Sms::report_requested) != 0,
                                         .reference = message.reference,
                                         .recipient = message.address,
                                         .validity = sms_validity(message, now())});
}

void SmsCentre::deliver(Sms message, const SmsSender& sender) {
  const TimePoint accepted = environment_.clock.now();
  queue({accepted + environment_.latency[Latency::sms_deliver], std::move(message), sender,
         sender.validity ? accepted + *sender.validity : TimePoint::max()});
}

void SmsCentre::report(const SmsSender& sent, std::uint8_t status, const SmsTime& accepted) {
  Sms report;
  report.type = SmsType::status_report;
  report.first_octet = report_octet;
  report.reference = sent.reference;
  report.address = sent.recipient;
  report.centre_time = accepted;
  report.discharge_time = now();
  report.status = status;
  queue(std::move(report), environment_.latency[Latency::sms_deliver]);
}

/// A subscriber's report may take hours: nothing else waits for it.
void SmsCentre::report_later(const SmsSender& sent, std::uint8_t status, Duration after) {
  if (late_reports_.size() == most) {
    late_reports_.erase(late_reports_.begin());
    environment_.record("note", {{"text", "a status report was lost in the network: too many wait"}});
  }
  late_reports_.emplace(environment_.clock.now() + after, LateReport{sent, status, now()});
  reports_timer_ = environment_.clock.at(late_reports_.begin()->first, [this] { send_reports(); });
}

void SmsCentre::send_reports() {
  while (!late_reports_.empty() && late_reports_.begin()->first <= environment_.clock.now()) {
    const LateReport due = late_reports_.begin()->second;
    late_reports_.erase(late_reports_.begin());
    report(due.sent, due.status, due.accepted);
  }
  if (!late_reports_.empty())
    reports_timer_ = environment_.clock.at(late_reports_.begin()->first, [this] { send_reports(); });
}

/// A message no longer waits: its sender hears what has become of it.
void SmsCentre::settle(const Waiting& gone, std::uint8_t status) const {
  if (!gone.sender || !gone.sender->wants_report) return;
  SmsRecipient* const sender = environment_.plmn->recipient(gone.sender->module);
  if (sender != nullptr) sender->report(*gone.sender, status, gone.message.centre_time);
}

/// Except what is shown to the host.
void SmsCentre::expire() {
  const TimePoint now = environment_.clock.now();
  for (auto it = waiting_.begin() + (shown_ ? 1 : 0); it != waiting_.end();) {
    if (it->expires > now) {
      ++it;
      continue;
    }
    const bool first = it == waiting_.begin();
    const Waiting gone = std::move(*it);
    it = waiting_.erase(it);
    if (first) held_ = false;
    environment_.record("note", {{"text", "a message expired in the network"}});
    settle(gone, status_expired);
  }
  arm_expiry();
  arm();
}

void SmsCentre::arm_expiry() {
  TimePoint next = TimePoint::max();
  for (auto it = waiting_.begin() + (shown_ ? 1 : 0); it != waiting_.end(); ++it) next = std::min(next, it->expires);
  expiry_.cancel();
  if (next != TimePoint::max()) expiry_ = environment_.clock.at(next, [this] { expire(); });
}

void SmsCentre::send_to_module(const IncomingSms& incoming) {
  const auto messages = messages_of(incoming, part_reference_, now());
  for (const Sms& message : messages) queue(message, Duration::zero());
}

// --- what waits

void SmsCentre::queue(Waiting waiting) {
  if (waiting_.size() == most) {
    const auto oldest = waiting_.begin() + (held_ ? 1 : 0);  // except the message shown to the host
    const Waiting gone = std::move(*oldest);
    waiting_.erase(oldest);
    if (trace_ != nullptr) trace_->event("note", {{"text", "a message was lost in the network: too many wait"}});
    settle(gone, status_deleted);
  }
  const bool expires = waiting.expires != TimePoint::max();
  waiting_.push_back(std::move(waiting));
  if (expires) arm_expiry();
  if (waiting_.size() == 1) arm();
}

/// Never at once: a message arrives after the command that sent it.
void SmsCentre::arm() {
  if (waiting_.empty() || held_) return;
  const TimePoint due = std::max({waiting_.front().due, next_, environment_.clock.now()});
  timer_ = environment_.clock.at(due, [this] { show_first(); });
}

void SmsCentre::show_first() {
  held_ = true;
  switch (on_arrival(waiting_.front().message)) {
    case Answer::taken: return confirm();
    case Answer::barred:
      environment_.record("note", {{"text", "a message was not delivered: incoming messages are barred"}});
      return end_first(status_refused);
    case Answer::rejected: timer_ = environment_.clock.after(retry_interval, [this] { try_again(); }); return;
    case Answer::unconfirmed: shown_ = true; return;
    case Answer::not_now: return;
  }
}

void SmsCentre::confirm() { end_first(status_received); }

void SmsCentre::refuse() {
  environment_.record("note", {{"text", "the host refused a message (AT+CNMA=2)"}});
  end_first(status_refused);
}

void SmsCentre::end_first(std::uint8_t status) {
  if (waiting_.empty()) return;
  const Waiting gone = std::move(waiting_.front());
  waiting_.pop_front();
  next_ = environment_.clock.now() + environment_.latency[Latency::sms_gap];
  held_ = shown_ = false;
  if (trace_ != nullptr && gone.message.type == SmsType::deliver) {
    const std::string from = to_utf8(gone.message.address.text());
    trace_->event("sms",
                  {{"from", from}, {"tpdu", to_hex(encode_sms(gone.message))}, {"taken", status == status_received}});
  }
  settle(gone, status);
  arm();
}

void SmsCentre::try_again() {
  if (std::exchange(shown_, false)) arm_expiry();
  if (!std::exchange(held_, false)) return;
  arm();
}

}  // namespace sim800
