// The header lines of a request beside those that libcurl writes itself.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/http.hpp"

namespace sim800 {

/// A text that firmware has given, without the characters that would end its line (CR, LF, NUL).
std::string one_line(std::string_view text);

/// Lines in libcurl's notation: "Name:" keeps libcurl from sending a header, "Name;" sends one without a value.
/// Of `request.headers`, lines that are no header or would break the request's framing are left out.
std::vector<std::string> header_lines(const HttpRequest& request, HttpMethod method);

}  // namespace sim800
