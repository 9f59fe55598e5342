// Bytes of the line as readable, comparable text.
// SPDX-License-Identifier: MIT
#include "protocol/text/escape.hpp"

#include <fmt/format.h>

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

}  // namespace sim800
