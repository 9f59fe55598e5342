// What an AT channel does with the modem lines of its port, and how it and the host stop each other (AT manual 2.2.28,
// 2.2.29, 2.2.40).
// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"

#include <algorithm>

#include "emulator/at/channel_owner.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"

namespace sim800 {
namespace {

constexpr char xon = 0x11, xoff = 0x13;
/// Values of AT+IFC.
constexpr std::uint32_t by_bytes = 1, by_lines = 2;
/// What a host that has stopped the module gets in the end; above this the oldest is lost.
constexpr std::size_t most_held = std::size_t{1024} * 1024;

}  // namespace

// --- lines

void Channel::host_line(ModemLine line, bool on) {
  if (levels_.drive(line, on)) moved(line);
}

void Channel::hold(ModemLine line, std::optional<bool> on) {
  if (levels_.hold(line, on)) moved(line);
}

void Channel::drive(ModemLine line, bool on) {
  if (levels_.drive(line, on)) moved(line);
}

void Channel::moved(ModemLine line) {
  const bool on = levels_.is_on(line);
  owner_.record("line", {{"channel", name_}, {"signal", text_of(line)}, {"on", on}});
  if (owner_.observer != nullptr) owner_.observer->level(text_of(line), on);
  switch (line) {
    case ModemLine::dtr: return on ? owner_.dtr_on(*this) : dtr_off();
    case ModemLine::rts: return on ? resume_output() : void();
    default: return port_.set_line(line, on);
  }
}

void Channel::dtr_off() {
  if (!online()) return;
  const std::uint32_t reaction = settings_.number(key::dtr);
  if (reaction != 0) user_->dtr_dropped(reaction == 2);
}

void Channel::update_dcd() { drive(ModemLine::dcd, powered_ && (carrier_ || settings_.number(key::dcd) == 0)); }

void Channel::power_lines(bool on) {
  powered_ = on && wire_ != Wire::closed;
  update_dcd();
  if (wire_ == Wire::closed) return;
  drive(ModemLine::cts, on);
  drive(ModemLine::dsr, on);
  if (!on) return;
  // The port may have served another module before.
  for (const ModemLine line : modem_lines) {
    if (!is_from_host(line)) port_.set_line(line, levels_.is_on(line));
  }
}

void Channel::host_break(bool on) { owner_.record("break", {{"channel", name_}, {"on", on}}); }

void Channel::host_framing(const Framing& framing) {
  owner_.record("rate", {{"channel", name_}, {"host", static_cast<std::int64_t>(framing.baud)}});
}

// --- the host stops the module

bool Channel::output_stopped() const {
  if (xoff_) return settings_.number(key::ifc_output) == by_bytes;
  return !levels_.is_on(ModemLine::rts) && settings_.number(key::ifc_output) == by_lines;
}

void Channel::resume_output() {
  flush();
  drained();
}

/// Without XON and XOFF, which the UART deals with. Frames of a multiplexer have those values as data.
std::string_view Channel::without_flow_bytes(std::string_view bytes, std::string& rest) {
  const auto is_flow_byte = [](char byte) { return byte == xon || byte == xoff; };
  if (settings_.number(key::ifc_output) != by_bytes || wire_ == Wire::lent) return bytes;
  if (std::ranges::none_of(bytes, is_flow_byte)) return bytes;
  for (const char byte : bytes) {
    if (!is_flow_byte(byte)) {
      rest += byte;
      continue;
    }
    const bool stopped = xoff_;
    xoff_ = byte == xoff;
    if (stopped && !xoff_) resume_output();
  }
  return rest;
}

/// False if it may go to the port.
bool Channel::hold_output() {
  if (!output_stopped()) return false;
  std::string& out = work_->out;
  if (out.size() > most_held) {
    const std::size_t lost = out.size() - most_held;
    out.erase(0, lost);
    output_lost(lost);
  }
  return true;
}

/// Nobody is there to let it go on.
void Channel::drop_held_output(std::size_t rest) {
  xoff_ = false;
  if (unsent_here() <= rest || !output_stopped()) return;
  const std::size_t lost = unsent_here() - rest;
  work_->out.erase(0, lost);
  output_lost(lost);
}

// --- the module stops the host

void Channel::stop_host() {
  if (host_stopped_ != 0) return;
  const std::uint32_t how = settings_.number(key::ifc_input);
  if (how == 0) return;
  host_stopped_ = static_cast<std::uint8_t>(how);
  how == by_lines ? drive(ModemLine::cts, false) : send_now(xoff);
}

void Channel::let_host_go_on() {
  if (host_stopped_ == 0) return;
  const std::uint32_t how = std::exchange(host_stopped_, std::uint8_t{0});
  how == by_lines ? drive(ModemLine::cts, powered_) : send_now(xon);
}

/// Ahead of all that waits.
void Channel::send_now(char byte) {
  if (wire_ != Wire::served && wire_ != Wire::lent) return;
  port_.send({&byte, 1});
  owner_.record("tx", {{"channel", name_}, {"data", std::string_view(&byte, 1)}});
}

}  // namespace sim800
