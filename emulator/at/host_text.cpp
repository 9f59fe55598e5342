// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/at/line_settings.hpp"
#include "protocol/text/character_set.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

/// What a name must not contain literally, and how it is written (AT manual 3.2.27).
constexpr std::array<std::pair<char, std::string_view>, 4> escapes{
    {{'\\', "\\5C"}, {'"', "\\22"}, {'\b', "\\08"}, {'\0', "\\00"}}};

CharacterSet chosen(const Settings& settings) { return find_character_set(settings.text(key::cscs)); }

}  // namespace

std::optional<std::string> text_from_host(const Settings& settings, std::string_view typed) {
  const auto text = decode(chosen(settings), typed);
  return text ? std::optional(to_utf8(*text)) : std::nullopt;
}

std::string text_for_host(const Settings& settings, std::string_view utf8) {
  return encode(chosen(settings), from_utf8(utf8));
}

std::optional<std::string> name_from_host(const Settings& settings, std::string_view typed) {
  std::string plain;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const auto escape =
        std::ranges::find_if(escapes, [&](const auto& e) { return typed.substr(i).starts_with(e.second); });
    plain.push_back(escape == escapes.end() ? typed[i] : escape->first);
    if (escape != escapes.end()) i += escape->second.size() - 1;
  }
  return text_from_host(settings, plain);
}

std::string escaped_for_host(const Settings& settings, std::string_view utf8) {
  std::string shown;
  for (const char c : text_for_host(settings, utf8)) {
    const auto escape = std::ranges::find(escapes, c, &std::pair<char, std::string_view>::first);
    if (escape == escapes.end()) {
      shown.push_back(c);
    } else {
      shown += escape->second;
    }
  }
  return shown;
}

std::string alpha_for_host(const Settings& settings, std::string_view utf8) {
  return settings.number(key::ccpd) == 0 ? std::string() : escaped_for_host(settings, utf8);
}

std::optional<std::string> code_from_host(const Settings& settings, std::string_view typed, bool wide) {
  const CharacterSet set = wide && decode(CharacterSet::ucs2, typed) ? CharacterSet::ucs2 : chosen(settings);
  const auto text = decode(set, typed);
  const auto printable = [](char16_t c) { return c >= u' ' && c <= u'~'; };
  const bool readable = text && std::ranges::all_of(*text, printable);
  if (set == CharacterSet::hex && !readable) return std::nullopt;
  const bool digits = std::ranges::all_of(typed, is_digit);
  if (!text || (set == CharacterSet::ucs2 && digits && !readable)) return std::string(typed);
  return to_utf8(*text);
}

std::string number_from_host(const Settings& settings, std::string_view typed) {
  const auto text = chosen(settings) == CharacterSet::ucs2 ? decode(CharacterSet::ucs2, typed) : std::nullopt;
  const bool is_number = text && std::ranges::all_of(*text, [](char16_t c) {
                           return c < 0x80 && (is_digit(static_cast<char>(c)) || c == u'+' || c == u'*' || c == u'#');
                         });
  return is_number ? to_utf8(*text) : std::string(typed);
}

NetworkText network_text_for_host(const Settings& settings, std::string_view utf8) {
  const std::u16string text = from_utf8(utf8);
  if (fits_gsm(text)) return {encode(chosen(settings), text), false};
  return {to_hex(to_octets(text)), true};
}

}  // namespace sim800
