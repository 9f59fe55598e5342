// Bytes of the line as readable, comparable text.
// SPDX-License-Identifier: MIT
#include "protocol/text/escape.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace sim800 {

std::string escaped(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) {
    switch (byte) {
      case '\r': text += "\\r"; break;
      case '\n': text += "\\n"; break;
      case '\t': text += "\\t"; break;
      case '\\': text += "\\\\"; break;
      default:
        if (byte >= ' ' && byte <= '~')
          text += byte;
        else
          fmt::format_to(std::back_inserter(text), "\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return text;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const char first = text.front();
    text.remove_prefix(1);
    if (first != '\\') {
      bytes += first;
      continue;
    }
    if (text.empty()) return std::nullopt;
    const char kind = text.front();
    text.remove_prefix(1);
    unsigned char value = 0;
    switch (kind) {
      case 'r': bytes += '\r'; break;
      case 'n': bytes += '\n'; break;
      case 't': bytes += '\t'; break;
      case '\\': bytes += '\\'; break;
      case 'x': {
        const auto digits = text.substr(0, 2);
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value, 16);
        if (error != std::errc() || digits.size() != 2 || end != digits.end()) return std::nullopt;
        bytes += static_cast<char>(value);
        text.remove_prefix(2);
        break;
      }
      default: return std::nullopt;
    }
  }
  return bytes;
}

}  // namespace sim800
