// SPDX-License-Identifier: MIT
#include "protocol/at/com_port.hpp"

#include <algorithm>
#include <utility>

namespace sim800 {
namespace {

// Commands to the server; its answers and notifications have 100 more.
enum Command : std::uint8_t {
  signature = 0,
  set_baud_rate = 1,
  set_data_size = 2,
  set_parity = 3,
  set_stop_size = 4,
  set_control = 5,
  notify_modem_state = 7,
  flow_suspend = 8,
  flow_resume = 9,
  set_line_state_mask = 10,
  set_modem_state_mask = 11,
  purge_data = 12,
};
constexpr std::uint8_t from_server = 100;

// Values of SET-CONTROL.
enum Control : std::uint8_t {
  ask_flow = 0,
  flow_none = 1,
  flow_hardware = 3,
  ask_break = 4,
  break_on = 5,
  break_off = 6,
  ask_dtr = 7,
  dtr_on = 8,
  dtr_off = 9,
  ask_rts = 10,
  rts_on = 11,
  rts_off = 12,
  ask_inbound_flow = 13,
  inbound_none = 14,
  inbound_hardware = 16,
};

// NOTIFY-MODEMSTATE; the four bits below these say which have changed.
constexpr std::uint8_t state_dcd = 0x80, state_ri = 0x40, state_dsr = 0x20, state_cts = 0x10;

constexpr unsigned fastest = 4'000'000;

std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::string_view as_text(const char& byte) { return {&byte, 1}; }

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

constexpr std::uint8_t number_of(Framing::Parity parity) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(parity) + 1U);
}

telnet::Line::Options usual(bool echo) {
  telnet::Line::Options options;
  options.set(telnet::option_binary).set(telnet::option_no_go_ahead).set(telnet::option_com_port);
  options.set(telnet::option_echo, echo);
  return options;
}

std::uint8_t bit_of(ModemLine line) {
  switch (line) {
    case ModemLine::dcd: return state_dcd;
    case ModemLine::ri: return state_ri;
    case ModemLine::dsr: return state_dsr;
    case ModemLine::cts: return state_cts;
    default: return 0;
  }
}

}  // namespace

// --- the server

ComPortServer::ComPortServer(Acts acts)
    : acts_(std::move(acts)),
      line_({.send = acts_.send,
             .data = acts_.data,
             .theirs =
                 [this](std::uint8_t option, bool on) {
                   if (option != telnet::option_com_port) return;
                   if (on && !told_) notify(0);
                   told_ = on;
                 },
             .negotiated =
                 [this](std::uint8_t option, std::string_view values) {
                   if (option == telnet::option_com_port) take(values);
                 },
             .on_break =
                 [this] {
                   if (break_) return;  // as long as SET-CONTROL has it
                   acts_.on_break(true);
                   acts_.on_break(false);
                 }},
            usual(true), usual(false)) {}

/// A client of which nothing else is known holds its lines on.
void ComPortServer::connect() {
  line_.reset();
  told_ = false;
  modem_mask_ = 0xff;
  flow_ = flow_none;
  inbound_flow_ = inbound_none;
  host_line(ModemLine::dtr, true);
  host_line(ModemLine::rts, true);
  for (const std::uint8_t option : {telnet::option_binary, telnet::option_no_go_ahead}) {
    line_.offer(option);
    line_.ask(option);
  }
  line_.offer(telnet::option_echo);
  line_.ask(telnet::option_com_port);
}

void ComPortServer::disconnect() {
  told_ = false;
  if (std::exchange(break_, false)) acts_.on_break(false);
  host_line(ModemLine::dtr, false);
  host_line(ModemLine::rts, false);
}

void ComPortServer::host_line(ModemLine line, bool on) {
  if (levels_.drive(line, on)) acts_.line(line, on);
}

void ComPortServer::answer(std::uint8_t command, std::string_view values) {
  std::string message(1, static_cast<char>(command + from_server));
  message += values;
  acts_.send(telnet::subnegotiation(telnet::option_com_port, message));
}
void ComPortServer::answer(std::uint8_t command, std::uint8_t value) {
  const char byte = static_cast<char>(value);
  answer(command, as_text(byte));
}

std::uint8_t ComPortServer::modem_state() const {
  std::uint8_t state = 0;
  for (const ModemLine line : modem_lines) {
    if (levels_.is_on(line)) state = static_cast<std::uint8_t>(state | bit_of(line));
  }
  return state;
}

void ComPortServer::notify(std::uint8_t changes) {
  answer(notify_modem_state, static_cast<std::uint8_t>((modem_state() & modem_mask_) | changes));
}

void ComPortServer::set_line(ModemLine line, bool on) {
  if (!levels_.drive(line, on) || !told_ || (modem_mask_ & bit_of(line)) == 0) return;
  // The low half says what has changed; of RI only its end.
  notify(line == ModemLine::ri && on ? 0 : static_cast<std::uint8_t>(bit_of(line) >> 4U));
}

void ComPortServer::take(std::string_view values) {
  if (values.empty()) return;
  // pyserial that is asked for the option before it has offered it takes the one for an answer to the other.
  if (!std::exchange(told_, true)) notify(0);
  const std::uint8_t command = octet(values, 0);
  values.remove_prefix(1);
  switch (command) {
    case signature:
      if (values.empty()) answer(signature, "sim800");
      return;
    case notify_modem_state: return notify(0);  // asked for, which the RFC does not know
    case flow_suspend: return acts_.stop(true);
    case flow_resume: return acts_.stop(false);
    default: break;
  }
  if (values.empty()) return;
  const std::uint8_t value = octet(values, 0);
  switch (command) {
    case set_baud_rate:
    case set_data_size:
    case set_parity:
    case set_stop_size: return set_framing(command, values);
    case set_control: return control(value);
    case set_line_state_mask: return answer(command, value);  // a line without errors has nothing to tell
    case set_modem_state_mask: modem_mask_ = value; return answer(command, value);
    case purge_data:
      if (value >= 1 && value <= 3) acts_.purge((value & 2U) != 0, (value & 1U) != 0);
      return answer(command, value);
    default: return;
  }
}

/// What cannot be, and 0, which only asks, change nothing; the answer is what is.
void ComPortServer::set_framing(std::uint8_t command, std::string_view values) {
  const Framing before = framing_;
  const std::uint8_t value = octet(values, 0);
  switch (command) {
    case set_baud_rate: {
      if (values.size() < 4) return;
      std::uint32_t baud = 0;
      for (std::size_t i = 0; i < 4; ++i) baud = baud << 8U | octet(values, i);
      if (baud > 0 && baud <= fastest) framing_.baud = baud;
      answer(command, big_endian(framing_.baud));
      break;
    }
    case set_data_size:
      if (value >= 5 && value <= 8) framing_.data_bits = value;
      answer(command, framing_.data_bits);
      break;
    case set_parity:
      if (value >= 1 && value <= 5) framing_.parity = static_cast<Framing::Parity>(value - 1);
      answer(command, number_of(framing_.parity));
      break;
    default:
      if (value == 1 || value == 2) framing_.stop_bits = value;
      answer(command, framing_.stop_bits);
      break;
  }
  if (framing_ != before || (command == set_baud_rate && !values.starts_with(std::string_view("\0\0\0\0", 4))))
    acts_.framing(framing_);
}

void ComPortServer::control(std::uint8_t value) {
  switch (value) {
    case break_on:
    case break_off:
      if (std::exchange(break_, value == break_on) != break_) acts_.on_break(break_);
      break;
    case dtr_on:
    case dtr_off: host_line(ModemLine::dtr, value == dtr_on); break;
    case rts_on:
    case rts_off: host_line(ModemLine::rts, value == rts_on); break;
    default:
      if (value >= flow_none && value <= flow_hardware) flow_ = value;
      if (value >= inbound_none && value <= inbound_hardware) inbound_flow_ = value;
      break;
  }
  const auto is = [this](ModemLine line) { return levels_.is_on(line); };
  if (value <= flow_hardware) return answer(set_control, flow_);
  if (value <= break_off) return answer(set_control, break_ ? break_on : break_off);
  if (value <= dtr_off) return answer(set_control, is(ModemLine::dtr) ? dtr_on : dtr_off);
  if (value <= rts_off) return answer(set_control, is(ModemLine::rts) ? rts_on : rts_off);
  if (value <= inbound_hardware) return answer(set_control, inbound_flow_);
  answer(set_control, flow_);  // flow control by other lines: the port has none
}

// --- the client

ComPortClient::ComPortClient(Acts acts)
    : acts_(std::move(acts)),
      line_({.send = acts_.send,
             .data = acts_.data,
             .theirs = [](std::uint8_t, bool) {},
             .negotiated =
                 [this](std::uint8_t option, std::string_view values) {
                   if (option == telnet::option_com_port) take(values);
                 },
             .on_break = [] {}},
            usual(false), usual(true)) {}

/// A host of which nothing else is known holds its lines on.
void ComPortClient::connect() {
  line_.reset();
  host_line(ModemLine::dtr, true);
  host_line(ModemLine::rts, true);
  for (const std::uint8_t option : {telnet::option_binary, telnet::option_no_go_ahead}) {
    line_.offer(option);
    line_.ask(option);
  }
  line_.offer(telnet::option_com_port);
  accepted_ = true;
  const char all = '\xff';
  say(set_modem_state_mask, as_text(all));
  say_framing();
  say_line(ModemLine::dsr);
  say_line(ModemLine::cts);
}

void ComPortClient::disconnect() {
  accepted_ = false;
  host_line(ModemLine::dtr, false);
  host_line(ModemLine::rts, false);
}

void ComPortClient::host_line(ModemLine line, bool on) {
  if (levels_.drive(line, on)) acts_.line(line, on);
}

void ComPortClient::say(std::uint8_t command, std::string_view values) {
  std::string message(1, static_cast<char>(command));
  message += values;
  acts_.send(telnet::subnegotiation(telnet::option_com_port, message));
}

void ComPortClient::say_framing() {
  if (framing_.baud != 0) say(set_baud_rate, big_endian(framing_.baud));
  const char size = static_cast<char>(framing_.data_bits), stop = static_cast<char>(framing_.stop_bits);
  const char parity = static_cast<char>(number_of(framing_.parity));
  say(set_data_size, as_text(size));
  say(set_parity, as_text(parity));
  say(set_stop_size, as_text(stop));
}

void ComPortClient::say_line(ModemLine line) {
  const bool on = levels_.is_on(line);
  const std::uint8_t value = line == ModemLine::dsr ? (on ? dtr_on : dtr_off) : (on ? rts_on : rts_off);
  const char byte = static_cast<char>(value);
  say(set_control, as_text(byte));
}

void ComPortClient::set_line(ModemLine line, bool on) {
  const bool carried = line == ModemLine::dsr || line == ModemLine::cts;
  if (levels_.drive(line, on) && carried && accepted_) say_line(line);
}

void ComPortClient::set_framing(const Framing& framing) {
  if (framing == framing_) return;
  framing_ = framing;
  if (accepted_) say_framing();
}

void ComPortClient::take(std::string_view values) {
  if (values.size() < 2 || octet(values, 0) != notify_modem_state + from_server) return;
  const std::uint8_t state = octet(values, 1);
  host_line(ModemLine::dtr, (state & state_dsr) != 0);
  host_line(ModemLine::rts, (state & state_cts) != 0);
}

}  // namespace sim800
