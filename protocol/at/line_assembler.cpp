// SPDX-License-Identifier: MIT
#include "protocol/at/line_assembler.hpp"

#include <algorithm>

namespace sim800 {

namespace {

constexpr std::string_view erase = "\b \b";  ///< what deletes a character on a terminal

bool is_control(char c) { return static_cast<unsigned char>(c) < ' '; }
/// ASCII's; in one comparison.
bool is_printable(char c) { return static_cast<unsigned char>(c - ' ') < LineAssembler::delete_key - ' '; }

/// A quoted text is open at the end of what has been typed.
bool quoting(std::string_view typed) { return std::ranges::count(typed, '"') % 2 == 1; }

/// Control characters in a command are ignored (V.250 5.2.2), except within quotes: alphabets have letters for them.
bool keeps(std::string_view typed, char c) { return !is_control(c) || (c != '\0' && quoting(typed)); }

}  // namespace

LineAssembler::Step LineAssembler::feed(std::string_view input, std::string* echo) {
  std::size_t taken = 0;
  Event event = Event::none;
  while (taken < input.size() && event == Event::none) {
    taken += take_plain(input.substr(taken), echo);
    if (taken == input.size()) break;
    const char c = input[taken++];
    if (c == '\n' && after_cr_) {
      take_line_feed();
      continue;
    }
    if (after_cr_) host_sends_bare_cr_ = true;
    after_cr_ = false;
    if (echo != nullptr) echo->append(echo_of(c));
    event = take(c);
  }
  return {event, taken};
}

/// Nearly all of a line: the AT it begins with, and characters that mean nothing but themselves.
std::size_t LineAssembler::take_plain(std::string_view input, std::string* echo) {
  std::size_t prefix = 0;
  if (state_ == State::idle && (input.starts_with("AT") || input.starts_with("at")) && !deletes(input[0]) &&
      !deletes(input[1])) {
    prefix = 2;
    if (after_cr_) host_sends_bare_cr_ = true;
    after_cr_ = false;
    a_starts_line_ = true;
    have_line_ = false;
    line_.clear();
    state_ = State::text;
  }
  if (state_ != State::text) return 0;
  std::size_t end = prefix;
  while (end < input.size() && is_printable(input[end]) && input[end] != backspace_) ++end;
  if (echo != nullptr) echo->append(input.substr(0, end));
  line_.append(input.substr(prefix, std::min(end - prefix, max_length + 1 - line_.size())));
  return end;
}

/// What a terminal gets back for `c`, the next character of feed(): nothing for one that take() will throw away.
std::string_view LineAssembler::echo_of(const char& c) const {
  const std::string_view typed(&c, 1);
  if (c == '\r') return typed;
  if (c == '\n') return {};
  if (deletes(c)) return state_ == State::idle ? std::string_view{} : c == delete_key ? erase : typed;
  return (state_ == State::text ? keeps(line(), c) : !is_control(c)) ? typed : std::string_view{};
}

/// DEL is also a letter of the GSM alphabet, as which it may be part of a quoted text.
bool LineAssembler::deletes(char c) const {
  if (c == backspace_) return true;
  if (c != delete_key) return false;
  return !del_is_text_ || state_ != State::text || !quoting(line());
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
      if (!have_line_) line_.clear();
      return Event::repeat;
    }
    if (c == 'T' || c == 't') {
      state_ = State::text;
      line_.clear();
      have_line_ = false;
      return Event::none;
    }
  }
  if (deletes(c)) {
    if (state_ == State::prefix_a) state_ = a_starts_line_ ? State::idle : State::junk;
    return Event::none;
  }
  if (is_control(c)) return Event::none;
  if (c == 'A' || c == 'a') {
    a_starts_line_ = state_ == State::idle;
    state_ = State::prefix_a;
  } else if (c != ' ' || state_ == State::prefix_a) {
    state_ = State::junk;  // spaces may precede A/, anything else may not
  }
  return Event::none;
}

LineAssembler::Event LineAssembler::take_text(char c) {
  if (c == '\r' || c == '\n') {
    state_ = State::idle;
    after_cr_ = c == '\r';
    have_line_ = line_.size() <= max_length;
    return have_line_ ? Event::line : Event::too_long;
  }
  if (deletes(c)) {
    if (!line_.empty()) {
      line_.pop_back();
    } else {
      state_ = State::prefix_a;  // the T of the prefix was deleted
    }
  } else if (line_.size() <= max_length && keeps(line(), c)) {
    line_.push_back(c);
  }
  return Event::none;
}

}  // namespace sim800
