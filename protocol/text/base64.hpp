// Base64 (RFC 4648 section 4), without line breaks.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

std::string to_base64(std::string_view bytes);

}  // namespace sim800
