// A text as it is typed at the prompt of AT+CMGS, AT+CMGW (27.005 3.5.1; AT manual 4.2.5) and AT+CIPSEND (8.2.3).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "emulator/core/duration.hpp"

namespace sim800 {

struct PromptOptions {
  std::size_t limit;          ///< characters; one more is kept as the mark of a text that is too long
  bool controls = false;      ///< control characters are text
  bool edits = true;          ///< S5 deletes the character before it
  bool del = false;           ///< so does DEL, the Backspace key of terminals
  bool repeat_prompt = true;  ///< after each CR, if the host has echo on
  bool prompt = true;
  std::optional<std::size_t> exactly{};  ///< this many bytes, whatever they are, and no end mark
  std::optional<Duration> time{};        ///< what has been typed by then is all
};
// Handlers pass it by value into a coroutine that they await (see core/task.hpp).
static_assert(std::is_trivially_copyable_v<PromptOptions>);

enum class PromptResult : std::uint8_t {
  complete,   ///< Ctrl-Z, or enough, or the time is over
  cancelled,  ///< ESC
  gone,       ///< the client left
};

/// Takes what is typed, byte by byte, and says what the host sees of it.
class TextEntry {
 public:
  TextEntry(std::string& into, const PromptOptions& options, char backspace, bool echo)
      : into_(into), options_(options), backspace_(backspace), echo_(echo) {}

  /// Takes bytes up to the end of the text; what is to be sent back is added to `out`.  Returns how many it took.
  std::size_t feed(std::string_view bytes, std::string& out);
  /// Set once the text has ended.
  const std::optional<PromptResult>& ended() const { return ended_; }

 private:
  std::size_t take_exactly(std::string_view bytes, std::string& out);
  void type(char c, std::string& out);

  std::string& into_;
  const PromptOptions& options_;
  char backspace_;
  bool echo_;
  std::optional<PromptResult> ended_;
};

}  // namespace sim800
