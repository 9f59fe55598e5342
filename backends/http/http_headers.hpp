// The header lines of a request in addition to those libcurl writes itself.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/http.hpp"

namespace sim800 {

/// Text from firmware, without the characters that would end its line (CR, LF, NUL).
std::string one_line(std::string_view text);

/// Lines in libcurl's notation: "Name:" keeps libcurl from sending a header, "Name;" sends one without a value. Lines
/// of `request.headers` that are not headers, or would break the request's framing, are dropped.
std::vector<std::string> header_lines(const HttpRequest& request, HttpMethod method);

}  // namespace sim800
