// Assembles command lines from the bytes a host sends, split in any way.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sim800 {

/// Collects the text between the AT prefix and the end of the line (AT manual 1.4, V.250 5.2).
///
/// Anything without a prefix is dropped without an answer: stray Ctrl-Z, ESC, NUL, empty lines, the rest of a payload.
/// So are control characters within a line, except within quotes.
/// LF ends a line as CR does, except right after the CR that ended one.
class LineAssembler {
 public:
  /// Longest line, not counting AT and the terminator (manual 1.4.4).
  static constexpr std::size_t max_length = 556;

  enum class Event : std::uint8_t {
    none,      ///< all input is consumed, no line yet
    line,      ///< line() is complete
    too_long,  ///< a line ended that had more than max_length characters
    repeat,    ///< A/: line() is the previous one again (empty if there was none)
  };

  struct Step {
    Event event = Event::none;
    std::size_t taken = 0;  ///< bytes of the input that were consumed
  };

  /// Consumes input up to and including the end of the next line. With `echo`, typed characters are appended to it,
  /// except LF and the control characters that are dropped.
  Step feed(std::string_view input, std::string* echo);

  /// The line without AT and terminator; valid until the next feed().
  std::string_view line() const { return std::string_view(line_).substr(0, max_length); }

  /// Drops a half-typed line when its client leaves.
  void reset() {
    state_ = State::idle;
    host_sends_bare_cr_ = false;
  }

  /// The character that deletes the previous one (ATS5, 0-127).
  void set_backspace(char c) { backspace_ = c; }
  /// DEL, the Backspace key of terminals, deletes too; but if `text`, one within quotes belongs to the text.
  void set_del_is_text(bool text) { del_is_text_ = text; }
  static constexpr char delete_key = 0x7f;

  /// True after a line ended with CR while an LF may still follow: none has arrived, and the previous line did not end
  /// with CR alone.
  bool expects_line_feed() const { return after_cr_ && !host_sends_bare_cr_; }
  /// True after a line ended with CR and nothing has arrived since.
  bool after_carriage_return() const { return after_cr_; }
  /// A prompt was written: whatever arrives next does not belong to the line end.
  void forget_line_feed() { after_cr_ = false; }
  /// The LF of a CR LF arrived after the line was delivered.
  void take_line_feed();

 private:
  enum class State : std::uint8_t { idle, junk, prefix_a, text };

  std::size_t take_plain(std::string_view input, std::string* echo);
  Event take(char c);
  Event take_text(char c);
  std::string_view echo_of(const char& c) const;
  bool deletes(char c) const;

  std::string line_;  ///< one character beyond the limit marks a line that is too long
  State state_ = State::idle;
  bool a_starts_line_ = false;  ///< A/ is recognised only if nothing precedes it
  bool have_line_ = false;      ///< line_ holds a complete line, for A/
  bool after_cr_ = false;
  bool host_sends_bare_cr_ = false;
  char backspace_ = 8;
  bool del_is_text_ = false;
};

}  // namespace sim800
