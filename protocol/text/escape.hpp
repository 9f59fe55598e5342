// Bytes of the line as readable, comparable text.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sim800 {

/// Printable ASCII unchanged; \r \n \t \\ and \xNN (two hexadecimal digits) for the rest.
std::string escaped(std::string_view bytes);

/// The bytes that such a text stands for; nothing where a backslash begins none of the escapes above.
std::optional<std::string> unescaped(std::string_view text);

}  // namespace sim800
