// What the multiplexer does with control messages (27.010 5.4.6.3).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/at/multiplexer_dlc.hpp"

namespace sim800 {
namespace {

using enum MuxMessageType;

/// The value of CL.
constexpr std::uint8_t convergence_type_2 = 1;

std::uint8_t response_to(const MuxMessage& message) {
  return message.type & static_cast<std::uint8_t>(~mux_command_bit);
}

/// RPN: a DLC has no rate of its own, so that a host may set any. A request of one octet gets the full answer:
/// 115200 8N1, no flow control, XON, XOFF.
std::string port_settings(std::string_view values) {
  if (values.size() != 1) return std::string(values);
  return {values[0], 0x07, 0x03, 0x00, 0x11, 0x13, 0x00, 0x00};
}

}  // namespace

void Multiplexer::tell(std::uint8_t type, std::string_view values) {
  put(encode({.dlci = 0, .info = encode(MuxMessage{type, values})}));
}

void Multiplexer::control(std::string_view messages) {
  while (running_ && !messages.empty()) {
    const auto message = take_mux_message(messages);
    if (!message) return drop(messages.size());
    message->is_command() ? take_command(*message) : take_response(*message);
  }
}

void Multiplexer::take_command(const MuxMessage& message) {
  const std::uint8_t response = response_to(message);
  switch (static_cast<MuxMessageType>(message.type)) {
    case cld:
      tell(response, {});
      running_ = false;
      return;
    case fc_on:
    case fc_off: tell(response, {}); return hold(message.is(fc_off));
    case msc: tell(response, message.values); return set_signals(message.values);
    case psc:
      tell(response, {});
      asleep_ = true;
      return;
    case pn: return negotiate(message.values);
    case rpn: return tell(response, port_settings(message.values));
    case test:
    case rls: return tell(response, message.values);
    case nsc: break;
  }
  tell(response_to({static_cast<std::uint8_t>(nsc), {}}), std::string(1, static_cast<char>(message.type)));
}

/// The module asks for nothing but MSC. A host that does not know it need not hear it again.
void Multiplexer::take_response(const MuxMessage& message) {
  if (message.is(nsc)) {
    for (const auto& each : dlcs_) each->signals_heard();
  } else if (const auto signals = parse_mux_signals(message.values); signals && message.is(msc)) {
    if (Dlc* const meant = open_dlc(signals->dlci)) meant->signals_heard();
  }
}

void Multiplexer::hold(bool on) {
  held_ = on;
  for (const auto& each : dlcs_) each->release();
}

void Multiplexer::set_signals(std::string_view values) {
  const auto signals = parse_mux_signals(values);
  if (!signals) return;
  if (Dlc* const meant = open_dlc(signals->dlci)) meant->set_signals(*signals);
}

/// The module takes what it can: UIH frames no larger than AT+CMUX has it, with octets as they are or, where one fits
/// beside them, with signals ahead of them (type 2). A DLC that is open keeps what it has; one that does not exist
/// cannot be opened.
void Multiplexer::negotiate(std::string_view values) {
  auto parameters = parse_mux_parameters(values);
  if (!parameters) return drop(values.size());
  Dlc* const meant = dlc(parameters->dlci);
  if (parameters->dlci > 0 && meant == nullptr)
    return put(encode({.dlci = parameters->dlci, .cr = true, .type = MuxType::dm, .poll = true}));
  std::size_t size = settings_.frame_size;
  std::uint8_t convergence = 0;
  if (meant != nullptr) {
    if (!meant->is_open()) {
      if (parameters->n1 > 0) meant->limit_frames(std::min<std::size_t>(parameters->n1, size));
      meant->put_signals_in_frames(parameters->convergence == convergence_type_2 && meant->frame_size() > 1);
    }
    size = meant->frame_size();
    if (meant->signals_in_frames()) convergence = convergence_type_2;
  }
  parameters->frames = 0;
  parameters->convergence = convergence;
  parameters->n1 = static_cast<std::uint16_t>(size);
  tell(static_cast<std::uint8_t>(pn) & static_cast<std::uint8_t>(~mux_command_bit), encode(*parameters));
}

}  // namespace sim800
