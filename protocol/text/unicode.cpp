// SPDX-License-Identifier: MIT
#include "protocol/text/unicode.hpp"

#include <cstdint>

namespace sim800 {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append(std::u16string& text, char32_t c) {
  if (c < 0x10000) {
    text.push_back(static_cast<char16_t>(c));
  } else {
    text.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
    text.push_back(static_cast<char16_t>(0xDC00 + (c & 0x3FF)));
  }
}

void append(std::string& text, char32_t c) {
  const auto continuation = [&](int shift) { text.push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3F))); };
  if (c < 0x80) {
    text.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    text.push_back(static_cast<char>(0xC0 | (c >> 6)));
    continuation(0);
  } else if (c < 0x10000) {
    text.push_back(static_cast<char>(0xE0 | (c >> 12)));
    continuation(6);
    continuation(0);
  } else {
    text.push_back(static_cast<char>(0xF0 | (c >> 18)));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

/// The first character of `text`, and its length in bytes.
std::pair<char32_t, std::size_t> first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {replacement, 1};
  char32_t c = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {replacement, 1};
    c = c << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool sound = c >= least[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  return {sound ? c : replacement, sound ? length : 1};
}

}  // namespace

std::u16string from_utf8(std::string_view text) {
  std::u16string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto [c, length] = first_character(text);
    append(result, c);
    text.remove_prefix(length);
  }
  return result;
}

std::string to_utf8(std::u16string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char16_t unit = text[i];
    if (is_high_surrogate(unit) && i + 1 < text.size() && is_low_surrogate(text[i + 1])) {
      append(result, 0x10000 + ((static_cast<char32_t>(unit) - 0xD800) << 10) + (text[++i] - 0xDC00u));
    } else {
      append(result, is_high_surrogate(unit) || is_low_surrogate(unit) ? replacement : char32_t{unit});
    }
  }
  return result;
}

std::string to_octets(std::u16string_view text) {
  std::string octets;
  octets.reserve(text.size() * 2);
  for (const char16_t unit : text) {
    octets.push_back(static_cast<char>(unit >> 8));
    octets.push_back(static_cast<char>(unit & 0xFF));
  }
  return octets;
}

std::u16string from_octets(std::string_view octets) {
  std::u16string text;
  text.reserve(octets.size() / 2);
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
    text.push_back(
        static_cast<char16_t>(static_cast<unsigned char>(octets[i]) << 8 | static_cast<unsigned char>(octets[i + 1])));
  }
  return text;
}

}  // namespace sim800
