// SPDX-License-Identifier: MIT
#include "protocol/at/arguments.hpp"

#include <charconv>

#include "protocol/text/characters.hpp"

namespace sim800 {

bool Arguments::parse(std::string_view text) {
  count_ = 0;
  if (text.empty() || trim(text).empty()) return true;
  for (;;) {
    if (count_ == max_count) return false;
    text = text.substr(std::min(text.find_first_not_of(' '), text.size()));
    Argument& argument = list_[count_++];
    argument.quoted = text.starts_with('"');
    std::size_t end = 0;
    if (argument.quoted) {
      const std::size_t close = closing_quote(text, 0);
      if (close == std::string_view::npos) return false;
      argument.text = text.substr(1, close - 1);
      end = std::min(text.find(',', close), text.size());
      if (!trim(text.substr(close + 1, end - close - 1)).empty()) return false;
    } else {
      end = std::min(text.find(','), text.size());
      argument.text = trim(text.substr(0, end));
    }
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

bool in_range(std::string_view range, std::uint32_t value) {
  while (!range.empty()) {
    const std::string_view part = range.substr(0, range.find(','));
    const std::size_t dash = part.find('-');
    const auto low = parse_number(part.substr(0, dash));
    const auto high = dash == std::string_view::npos ? low : parse_number(part.substr(dash + 1));
    if (low && high && *low <= value && value <= *high) return true;
    range.remove_prefix(std::min(part.size() + 1, range.size()));
  }
  return false;
}

std::string_view find_choice(std::string_view range, std::string_view typed) {
  while (!range.empty()) {
    const std::string_view part = range.substr(0, range.find(','));
    const bool quoted = part.size() >= 2 && part.front() == '"';
    const std::string_view word = quoted ? part.substr(1, part.size() - 2) : part;
    if (same_word(word, typed)) return word;
    range.remove_prefix(std::min(part.size() + 1, range.size()));
  }
  return {};
}

bool Parameter::accepts(const Argument& argument) const {
  switch (kind) {
    case Kind::none: return false;
    case Kind::text: return argument.text.size() <= max_length;
    case Kind::choice: return !find_choice(range, argument.text).empty();
    case Kind::words: return argument.quoted && !find_choice(range, argument.text).empty();
    case Kind::number: {
      const auto value = parse_number(argument.text);  // quoted or not: drivers quote ports
      return value && in_range(range, *value);
    }
  }
  return false;
}

Result check(Arguments& arguments, std::span<const Parameter> parameters) {
  std::size_t count = 0;
  for (const Parameter& parameter : parameters) {
    if (!parameter.exists()) break;
    do {
      const Argument& argument = arguments[count];
      if (argument.given() ? !parameter.accepts(argument) : !parameter.optional) return Cme::invalid_input;
      const bool by_word = parameter.kind == Parameter::Kind::words || parameter.kind == Parameter::Kind::choice;
      if (by_word && argument.given()) arguments.spell(count, find_choice(parameter.range, argument.text));
      ++count;
    } while (parameter.repeated && count < arguments.size());
  }
  return arguments.size() > count ? Result{Cme::invalid_input} : ok;
}

}  // namespace sim800
