// SPDX-License-Identifier: MIT
#include "protocol/at/telnet.hpp"

#include <algorithm>

namespace sim800::telnet {
namespace {

constexpr char as_char(std::uint8_t byte) { return static_cast<char>(byte); }

}  // namespace

std::string escaped(std::string_view data) {
  std::string out(data);
  for (std::size_t at = out.find(as_char(iac)); at != std::string::npos; at = out.find(as_char(iac), at + 2))
    out.insert(at, 1, as_char(iac));
  return out;
}

std::string subnegotiation(std::uint8_t option, std::string_view values) {
  std::string out{as_char(iac), as_char(sb), as_char(option)};
  out += escaped(values);
  out += {as_char(iac), as_char(se)};
  return out;
}

void Line::reset() {
  ours_.reset();
  theirs_.reset();
  offered_.reset();
  asked_.reset();
  state_ = State::data;
}

void Line::say(std::uint8_t verb, std::uint8_t option) {
  const std::string bytes{as_char(iac), as_char(verb), as_char(option)};
  acts_.send(bytes);
}

void Line::offer(std::uint8_t option) {
  offered_.set(option);
  say(will, option);
}

void Line::ask(std::uint8_t option) {
  asked_.set(option);
  say(do_, option);
}

void Line::receive(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(take(bytes));
}

/// Of at least one byte; how many it has dealt with.
std::size_t Line::take(std::string_view bytes) {
  const auto byte = static_cast<std::uint8_t>(bytes.front());
  switch (state_) {
    case State::data: {
      const std::size_t count = std::min(bytes.find(as_char(iac)), bytes.size());
      if (count > 0) {
        acts_.data(bytes.substr(0, count));
        return count;
      }
      state_ = State::command;
      return 1;
    }
    case State::command: take_command(byte); return 1;
    case State::option:
      state_ = State::data;
      negotiate(byte);
      return 1;
    case State::option_of_sb:
      option_ = byte;
      values_.clear();
      too_long_ = false;
      state_ = State::values;
      return 1;
    case State::values:
      if (byte == iac) {
        state_ = State::command_in_values;
      } else if (values_.size() < longest_subnegotiation) {
        values_ += bytes.front();
      } else {
        too_long_ = true;
      }
      return 1;
    case State::command_in_values: break;
  }
  state_ = State::values;
  if (byte == iac) {
    values_.size() < longest_subnegotiation ? values_.push_back(bytes.front()) : void(too_long_ = true);
  } else {  // anything but SE is a mistake of the other side, which ends it, too
    end_subnegotiation();
  }
  return 1;
}

void Line::take_command(std::uint8_t byte) {
  state_ = State::data;
  switch (byte) {
    case iac: acts_.data("\xff"); return;
    case will:
    case wont:
    case do_:
    case dont:
      verb_ = byte;
      state_ = State::option;
      return;
    case sb: state_ = State::option_of_sb; return;
    case break_: acts_.on_break(); return;
    default: return;  // NOP, AYT and others that a serial line has no use for
  }
}

void Line::end_subnegotiation() {
  state_ = State::data;
  if (!too_long_) acts_.negotiated(option_, values_);
}

/// An answer only where something changes, so that two sides do not go on for ever (RFC 854).
void Line::negotiate(std::uint8_t option) {
  if (verb_ == do_ || verb_ == dont) {
    const bool on = verb_ == do_ && ready_.test(option);
    const bool was_offered = offered_.test(option);
    offered_.reset(option);
    if (verb_ == do_ ? !was_offered && !(on && ours_.test(option)) : !was_offered && ours_.test(option))
      say(on ? will : wont, option);
    ours_.set(option, on);
    return;
  }
  const bool on = verb_ == will && welcome_.test(option);
  const bool was_asked = asked_.test(option);
  asked_.reset(option);
  if (verb_ == will ? !was_asked && !(on && theirs_.test(option)) : !was_asked && theirs_.test(option))
    say(on ? do_ : dont, option);
  const bool changes = theirs_.test(option) != on;
  theirs_.set(option, on);
  if (changes) acts_.theirs(option, on);
}

}  // namespace sim800::telnet
