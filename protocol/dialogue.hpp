// Dialogue files: what a host sends and what a module must answer, line by line (docs/dialogues.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/pattern.hpp"

namespace sim800 {

/// A dialogue file cannot be read or is invalid: "FILE:LINE: what was expected".
struct DialogueError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `> TEXT`: the text and one CR.
struct SendLine {
  std::string text;
};
/// `>> N bytes` (0, 1, 2 … modulo 256), `>> @FILE` or `>= BYTES`: the bytes and nothing else.
struct SendPayload {
  std::string bytes;
};
/// `< TEXT`: this line, between CR LF and CR LF.
struct ExpectLine {
  std::string text;
};
/// `<~ REGEX`: a line that the regular expression matches from end to end.
struct ExpectMatch {
  std::string source;
  Pattern pattern;
};
/// `<< N bytes`: this many bytes, whatever they are.
struct ExpectCount {
  std::size_t count = 0;
};
/// `<< * bytes`: as many bytes as the number at the end of the previous line.
struct ExpectAnnounced {};
/// `<< @FILE`: these bytes.
struct ExpectPayload {
  std::string bytes;
};

/// `<= BYTES`: exactly these bytes come next, echo and line breaks included.
struct ExpectBytes {
  std::string bytes;
};
/// `< > `: the module asks for input, behind CR LF and without a line end.
struct ExpectPrompt {};
/// A text, or a regular expression that the whole line matches.
struct LinePattern {
  std::string source;
  std::optional<Pattern> pattern;  ///< none: the line is `source`
};
/// `<| TEXT`, `<|~ REGEX`, one below the other: one of these lines.
struct ExpectOneOf {
  std::vector<LinePattern> lines;
};
/// `<& TEXT`, `<&~ REGEX`, one below the other: these lines, in any order.
struct ExpectAllOf {
  std::vector<LinePattern> lines;
};
/// `<! DCD on` or `off`: the modem line has this level, or takes it.
struct ExpectLevel {
  std::string signal;
  bool on = true;
};
/// `~ DURATION`: the host does nothing for this long, in the module's time.
struct Pause {
  std::chrono::milliseconds duration{};
};

struct Step {
  int line = 0;  ///< in the file, from 1
  std::variant<SendLine, SendPayload, ExpectLine, ExpectMatch, ExpectCount, ExpectAnnounced, ExpectPayload, ExpectBytes,
               ExpectPrompt, ExpectOneOf, ExpectAllOf, ExpectLevel, Pause>
      action;
};

struct Dialogue {
  std::string file;
  std::vector<Step> steps;  ///< without comments and empty lines

  /// The module speaks first: the dialogue begins when the module is switched on.
  bool begins_at_power_on() const;
};

/// The longest pause in a dialogue.
inline constexpr std::chrono::milliseconds dialogue_pause_max = std::chrono::hours(1);

/// Limits of a dialogue, in bytes: its own text, a payload, and all those together that are sent or compared.
inline constexpr std::size_t dialogue_size_max = 4UL * 1024 * 1024;
inline constexpr std::size_t dialogue_payload_max = 64UL * 1024 * 1024;
inline constexpr std::size_t dialogue_payloads_max = 4 * dialogue_payload_max;
/// The most lines of `<|` or `<&` below each other.
inline constexpr std::size_t dialogue_choices_max = 100;
/// The most regular expressions.
inline constexpr std::size_t dialogue_patterns_max = 1000;

/// Parses the text of a dialogue. `file` is named in errors; files of `>> @` and `<< @` are looked up relative to it
/// and read. Throws DialogueError.
Dialogue parse_dialogue(std::string_view text, const std::string& file);

/// Reads and parses a dialogue file.  Throws DialogueError.
Dialogue load_dialogue(const std::string& file);

}  // namespace sim800
