// The arguments of a command as text, and the rules that a command sets for them.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/at/result.hpp"

namespace sim800 {

/// One argument as typed, without the spaces around it.
struct Argument {
  std::string_view text;  ///< of a quoted argument, the text between the quotes
  bool quoted = false;
  bool given() const { return quoted || !text.empty(); }
};

/// A command's arguments, split at the commas outside quotes.
class Arguments {
 public:
  static constexpr std::size_t max_count = 32;

  /// False if a quote is not closed, something stands next to a quoted text, or there are too many arguments.
  bool parse(std::string_view text);
  std::size_t size() const { return count_; }
  /// An argument beyond the last reads as an empty one.
  const Argument& operator[](std::size_t i) const { return i < count_ ? list_[i] : absent_; }
  /// Gives argument `i` another spelling, which has to outlive this.
  void spell(std::size_t i, std::string_view text) { list_.at(i).text = text; }

 private:
  std::array<Argument, max_count> list_;
  Argument absent_;
  std::size_t count_ = 0;
};

/// The value of an unsigned decimal number from 0 to 4,294,967,295; nothing for other text.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// The text of a quoted argument, with \" replaced by a plain quote.
std::string unescape(std::string_view text);

/// What one argument may be. `range` is written as in the manual's test answers: "0-2", "0,1,4", "0-31,99" for numbers,
/// "\"IRA\",\"GSM\"" for words, which must be quoted; "A,I" for a choice. Neither is case-sensitive. Numbers and
/// choices may be quoted.
struct Parameter {
  enum class Kind : std::uint8_t { none, number, words, choice, text };
  Kind kind = Kind::none;
  bool optional = false;
  bool repeated = false;  ///< zero or more arguments of this kind; only as the last parameter of a row
  std::string_view range;
  std::string_view initial;      ///< factory value of a setting
  std::uint16_t max_length = 0;  ///< of a text, in characters

  constexpr bool exists() const { return kind != Kind::none; }
  /// Whether a given argument fits.
  bool accepts(const Argument& argument) const;
};

constexpr Parameter number(std::string_view range, std::string_view initial = {}) {
  return {.kind = Parameter::Kind::number, .range = range, .initial = initial};
}
constexpr Parameter words(std::string_view range, std::string_view initial = {}) {
  return {.kind = Parameter::Kind::words, .range = range, .initial = initial};
}
constexpr Parameter choice(std::string_view range, std::string_view initial = {}) {
  return {.kind = Parameter::Kind::choice, .range = range, .initial = initial};
}
constexpr Parameter text(std::uint16_t max_length, std::string_view initial = {}) {
  return {.kind = Parameter::Kind::text, .range = {}, .initial = initial, .max_length = max_length};
}
constexpr Parameter optional(Parameter parameter) {
  parameter.optional = true;
  return parameter;
}

constexpr Parameter repeated(Parameter parameter) {
  parameter.repeated = parameter.optional = true;
  return parameter;
}

/// Whether `value` lies in a range such as "0-2,4".
bool in_range(std::string_view range, std::uint32_t value);

/// The word of a choice, or of words, that `typed` means, spelt as in the range; empty if none.
std::string_view find_choice(std::string_view range, std::string_view typed);

/// OK, or why the arguments do not fit: 765 for count, type, format and range alike (manual 19.1). Words and choices
/// that fit are spelt as in the range afterwards.
Result check(Arguments& arguments, std::span<const Parameter> parameters);

}  // namespace sim800
