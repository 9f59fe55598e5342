// SPDX-License-Identifier: MIT
#include "protocol/at/line_assembler.hpp"

namespace sim800 {

LineAssembler::Step LineAssembler::feed(std::string_view input, std::string* echo) {
  std::size_t taken = 0;
  Event event = Event::none;
  while (taken < input.size() && event == Event::none) {
    const char c = input[taken++];
    if (c == '\n' && after_cr_) {
      take_line_feed();
      continue;
    }
    if (after_cr_) host_sends_bare_cr_ = true;
    after_cr_ = false;
    if (echo != nullptr && c != '\n') echo->push_back(c);
    event = take(c);
  }
  return {event, taken};
}

void LineAssembler::take_line_feed() {
  after_cr_ = false;
  host_sends_bare_cr_ = false;
}

LineAssembler::Event LineAssembler::take(char c) {
  if (state_ == State::text) return take_text(c);
  if (c == '\r' || c == '\n') {
    state_ = State::idle;
    after_cr_ = c == '\r';
    return Event::none;
  }
  if (state_ == State::prefix_a) {
    if (c == '/' && a_starts_line_) {
      state_ = State::idle;
      if (!have_line_) length_ = 0;
      return Event::repeat;
    }
    if (c == 'T' || c == 't') {
      state_ = State::text;
      length_ = 0;
      have_line_ = false;
      return Event::none;
    }
  }
  if (c == backspace_) {
    if (state_ == State::prefix_a) state_ = a_starts_line_ ? State::idle : State::junk;
    return Event::none;
  }
  const bool printable = static_cast<unsigned char>(c) > ' ';
  if (c == 'A' || c == 'a') {
    a_starts_line_ = state_ == State::idle;
    state_ = State::prefix_a;
  } else if (printable || state_ == State::prefix_a) {
    state_ = State::junk;  // control characters and spaces may precede A/, anything else may not
  }
  return Event::none;
}

LineAssembler::Event LineAssembler::take_text(char c) {
  if (c == '\r' || c == '\n') {
    state_ = State::idle;
    after_cr_ = c == '\r';
    have_line_ = length_ <= max_length;
    return have_line_ ? Event::line : Event::too_long;
  }
  if (c == backspace_) {
    if (length_ > 0) {
      --length_;
    } else {
      state_ = State::prefix_a;  // the T of the prefix was deleted
    }
  } else if (c != '\0' && length_ <= max_length) {
    line_[length_++] = c;  // one character beyond the limit is kept to mark a line that is too long
  }
  return Event::none;
}

}  // namespace sim800
