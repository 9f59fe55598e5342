// SPDX-License-Identifier: MIT
#include "emulator/board/ring_indicator.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace sim800 {
namespace {

constexpr Duration pulse_length = std::chrono::milliseconds(120);
constexpr std::uint32_t all_urcs = 1, none = 0;

bool is_call(std::string_view text) {
  return text == "RING" || text.starts_with("+CRING: ") || text.starts_with("+CLIP: ");
}

bool is_message(std::string_view text) {
  static constexpr std::array<std::string_view, 5> names{"+CMTI: ", "+CMT: ", "+CBM: ", "+CDS: ", "+CDSI: "};
  return std::ranges::any_of(names, [text](std::string_view name) { return text.starts_with(name); });
}

/// What the network does to a connection.
bool is_tcpip(std::string_view text) {
  static constexpr std::array<std::string_view, 3> names{"+CIPRXGET: 1", "+PDP: DEACT", "REMOTE IP: "};
  return text == "CLOSED" || text.ends_with(", CLOSED") ||
         std::ranges::any_of(names, [text](std::string_view name) { return text.starts_with(name); });
}

}  // namespace

RingIndicator::RingIndicator(Clock& clock, const Settings& settings, std::function<void(bool on)> drive)
    : clock_(clock), settings_(settings), drive_(std::move(drive)) {}

void RingIndicator::ring(bool asks) {
  rings_ = asks;
  show();
}

bool RingIndicator::reacts_to(std::string_view urc, const Settings& settings) {
  if (is_call(urc)) return false;
  const std::uint32_t which = settings.number(key::cfgri);
  return is_message(urc) || which == all_urcs || (which != none && is_tcpip(urc));
}

bool RingIndicator::reacts_to_data(const Settings& settings) { return settings.number(key::cfgri) != none; }

/// What comes during a pulse makes it longer.
void RingIndicator::pulse() {
  const auto begin = [this] {
    pulse_ = true;
    show();
    end_ = clock_.after(pulse_length, [this] {
      pulse_ = false;
      show();
    });
  };
  const std::chrono::milliseconds delay(settings_.number(key::dlyri));
  if (delay.count() == 0) return begin();
  begin_ = clock_.after(delay, begin);
}

void RingIndicator::show() { drive_(rings_ || pulse_); }

void RingIndicator::power_off() {
  begin_.cancel();
  end_.cancel();
  rings_ = pulse_ = false;
  show();
}

}  // namespace sim800
