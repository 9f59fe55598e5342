// Bytes of the line as readable, comparable text.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

/// Printable ASCII unchanged; \r \n \t \\ and \xNN (two hexadecimal digits) for the rest.
std::string escaped(std::string_view bytes);

}  // namespace sim800
