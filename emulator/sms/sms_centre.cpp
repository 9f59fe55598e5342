// SPDX-License-Identifier: MIT
#include "emulator/sms/sms_centre.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "protocol/sms/sms_parts.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t deliver_octet = 0x04;  // SMS-DELIVER, no more messages wait
constexpr std::uint8_t report_octet = 0x06;   // SMS-STATUS-REPORT, likewise

/// The same subscriber; either number may lack the country code.
bool same_subscriber(std::string_view a, std::string_view b) {
  constexpr std::size_t least = 7;
  if (a.starts_with('+')) a.remove_prefix(1);
  if (b.starts_with('+')) b.remove_prefix(1);
  if (a.size() < b.size()) std::swap(a, b);
  return a == b || (b.size() >= least && a.ends_with(b));
}

Subscriber::Sms behaviour_of(const World& world, std::string_view number) {
  const auto& numbers = world.network.numbers;
  for (const auto& [key, subscriber] : numbers) {
    if (key != "*" && same_subscriber(key, number)) return subscriber.sms;
  }
  const auto others = numbers.find("*");
  return others == numbers.end() ? Subscriber::Sms::deliver : others->second.sms;
}

}  // namespace

SmsCentre::SmsCentre(const Environment& environment, const NetworkTime& time, Trace* trace)
    : environment_(environment), time_(time), trace_(trace) {}

SmsTime SmsCentre::now() const { return SmsTime::parse(time_.text()).value_or(SmsTime{}); }

bool SmsCentre::submit(const Sms& message) {
  const std::string to = to_utf8(message.address.text());
  const Subscriber::Sms behaviour = behaviour_of(environment_.world, to);
  const bool taken = behaviour != Subscriber::Sms::reject;
  if (trace_ != nullptr) trace_->event("sms", {{"to", to}, {"tpdu", to_hex(encode_sms(message))}, {"taken", taken}});
  if (!taken || behaviour == Subscriber::Sms::lost || message.type != SmsType::submit) return taken;

  const Duration delay = environment_.latency[Latency::sms_deliver];
  const std::string& own = environment_.world.sim.number;
  if (same_subscriber(own, to)) {
    Sms copy = message;
    copy.type = SmsType::deliver;
    copy.first_octet = deliver_octet | (message.first_octet & Sms::has_header);
    copy.reference = 0;
    copy.address = parse_sender(from_utf8(own));
    copy.validity.clear();
    copy.centre_time = now();
    queue(std::move(copy), delay);
  }
  if ((message.first_octet & Sms::report_requested) != 0) {
    Sms report;
    report.type = SmsType::status_report;
    report.first_octet = report_octet;
    report.reference = message.reference;
    report.address = message.address;
    report.centre_time = report.discharge_time = now();
    queue(std::move(report), delay);
  }
  return true;
}

void SmsCentre::send_to_module(std::string_view from, std::string_view text) {
  const std::u16string units = from_utf8(text);
  Sms message;
  message.address = parse_sender(from_utf8(from));
  message.coding = fits_gsm(units) ? 0x00 : 0x08;
  message.centre_time = now();
  const SmsAlphabet alphabet = message.alphabet();
  auto parts = split_body(alphabet, alphabet == SmsAlphabet::gsm ? to_gsm(units) : to_octets(units));
  constexpr std::size_t max_parts = 255;
  parts.resize(std::min(parts.size(), max_parts));
  const auto total = static_cast<std::uint8_t>(parts.size());
  if (total > 1) ++part_reference_;
  for (std::uint8_t number = 0; number < total; ++number) {
    const bool alone = total == 1;
    message.first_octet = alone ? deliver_octet : deliver_octet | Sms::has_header;
    message.set_data(alone ? std::string() : concatenation_header(part_reference_, total, number + 1), parts[number]);
    queue(message, Duration::zero());
  }
}

// --- what waits

void SmsCentre::queue(Sms message, Duration delay) {
  if (waiting_.size() == most) {
    waiting_.erase(waiting_.begin() + (held_ ? 1 : 0));  // except the message shown to the host
    if (trace_ != nullptr) trace_->event("note", {{"text", "a message was lost in the network: too many wait"}});
  }
  waiting_.push_back({environment_.clock.now() + delay, std::move(message)});
  if (waiting_.size() == 1) arm();
}

/// Never at once: a message arrives after the command that sent it.
void SmsCentre::arm() {
  if (waiting_.empty() || held_) return;
  const TimePoint due = std::max({waiting_.front().due, next_, environment_.clock.now()});
  timer_ = environment_.clock.at(due, [this] { deliver(); });
}

void SmsCentre::deliver() {
  held_ = true;
  switch (on_arrival(waiting_.front().message)) {
    case Answer::taken: return confirm();
    case Answer::rejected: timer_ = environment_.clock.after(retry_interval, [this] { try_again(); }); return;
    case Answer::not_now:
    case Answer::unconfirmed: return;
  }
}

void SmsCentre::confirm() {
  if (waiting_.empty()) return;
  waiting_.pop_front();
  next_ = environment_.clock.now() + environment_.latency[Latency::sms_gap];
  held_ = false;
  arm();
}

void SmsCentre::refuse() {
  environment_.record("note", {{"text", "the host refused a message (AT+CNMA=2)"}});
  confirm();
}

void SmsCentre::try_again() {
  if (!std::exchange(held_, false)) return;
  arm();
}

}  // namespace sim800
