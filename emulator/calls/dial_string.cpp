// SPDX-License-Identifier: MIT
#include "emulator/calls/dial_string.hpp"

#include <algorithm>
#include <vector>

namespace sim800 {
namespace {

using Kind = DialString::Kind;

constexpr bool is_one_of(char c, std::string_view characters) { return characters.find(c) != std::string_view::npos; }

/// I and i hide and show the caller's number, G and g concern closed user groups: once each, at the end.
bool take_modifiers(std::string_view& text, DialString& into) {
  std::size_t count = 0;
  while (!text.empty() && is_one_of(text.back(), "IiGg ")) {
    const char last = text.back();
    if (last == 'I' || last == 'i') into.hide_number = last == 'I';
    if (last == 'G' || last == 'g') into.group = last == 'G';
    count += last == ' ' ? 0 : 1;
    text.remove_suffix(1);
  }
  return count <= 2;
}

void parse_number(std::string_view text, DialString& into) {
  const bool modified = !text.empty() && is_one_of(text.back(), "Ii");
  if (!take_modifiers(text, into)) return;
  for (const char c : text) {
    if (is_digit(c) || is_one_of(c, "*#ABCabc")) {
      into.text.push_back(to_upper(c));
    } else if (c == '+' && (into.text.empty() || is_one_of(into.text.back(), "*#"))) {
      into.text.push_back(c);
    } else if (!is_one_of(c, ",TtPp!Ww@- ")) {  // dialling modes and pauses, which have no meaning here
      return;
    }
  }
  if (modified && into.text.find_first_of("*#") != std::string::npos) return;
  if (!into.text.empty() && into.text != "+") into.kind = Kind::number;
}

/// ><index> or >"<name>"
void parse_entry(std::string_view text, DialString& into) {
  if (text.starts_with('"')) {
    const std::size_t close = closing_quote(text, 0);
    if (close == std::string_view::npos) return;
    std::string_view behind = text.substr(close + 1);
    if (!take_modifiers(behind, into) || !behind.empty()) return;
    into.text = text.substr(1, close - 1);
    into.kind = Kind::name;
    return;
  }
  if (!take_modifiers(text, into) || text.empty() || !std::ranges::all_of(text, is_digit)) return;
  into.text = text;
  into.kind = Kind::entry;
}

}  // namespace

DialString parse_dial_string(std::string_view typed) {
  DialString result;
  std::string_view text = trim(typed);
  result.voice = text.ends_with(';');
  if (result.voice) text = trim(text.substr(0, text.size() - 1));
  if (same_word(text, "L")) {
    result.kind = Kind::last;
  } else if (text.starts_with('>')) {
    parse_entry(trim(text.substr(1)), result);
  } else {
    parse_number(text, result);
  }
  return result;
}

// Blanks and the dialling modes T and P mean nothing, also where hosts write them between the parts.
std::optional<DataCall> parse_data_call(std::string_view typed) {
  std::string_view text = trim(typed);
  while (!text.empty() && is_one_of(text.front(), "TtPp ")) text.remove_prefix(1);
  if (!text.starts_with('*') || !text.ends_with('#')) return std::nullopt;
  while (text.ends_with('#')) text.remove_suffix(1);
  std::vector<std::string> parts(1);
  for (const char c : text.substr(1)) {
    if (c == '*') {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back().push_back(to_upper(c));
    }
  }
  const bool request = parts[0] == "98";
  if (!request && parts[0] != "99" && parts[0] != "88") return std::nullopt;
  const std::size_t place = request ? 1 : 3;
  if (parts.size() > place + 1) return DataCall{0};
  const std::string layer = !request && parts.size() > 2 ? parts[2] : "";
  if (!layer.empty() && layer != "PPP" && layer != "1") return DataCall{0};
  if (parts.size() <= place || parts[place].empty()) return DataCall{};
  const std::string& cid = parts[place];
  return DataCall{cid.size() == 1 && cid[0] >= '1' && cid[0] <= '3' ? static_cast<unsigned>(cid[0] - '0') : 0U};
}

}  // namespace sim800
