// Bytes of the wire as text that a person can read and compare.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

/// Printable ASCII as it is; \r \n \t \\ and \xNN (two hexadecimal digits) for the rest.
std::string escaped(std::string_view bytes);

}  // namespace sim800
