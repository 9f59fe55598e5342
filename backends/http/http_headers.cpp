// Header lines from firmware, made safe to send.
// SPDX-License-Identifier: MIT
#include "backends/http/http_headers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sim800 {
namespace {

constexpr std::string_view line_breakers("\r\n\0", 3);
constexpr std::string_view blanks = " \t";

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view name) {  // RFC 9110, 5.6.2
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           token_marks.find(c) != std::string_view::npos;
  });
}

// Length and end of the message are set by the client; Expect would hold up the body.
bool is_framing(const std::string& name) {
  constexpr std::array<const char*, 8> framing = {"Connection", "Content-Length",    "Expect",  "Proxy-Connection",
                                                  "TE",         "Transfer-Encoding", "Trailer", "Upgrade"};
  return std::any_of(framing.begin(), framing.end(),
                     [&](const char* other) { return curl_strequal(name.c_str(), other) != 0; });
}

// Empty if the line cannot be sent.
std::string name_of(const std::string& line) {
  const auto colon = line.find(':');
  if (colon == std::string::npos || line.find_first_of(line_breakers) != std::string::npos) return {};
  return is_token(line.substr(0, colon)) ? line.substr(0, colon) : std::string();
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text);
  std::erase_if(line, [](char c) { return line_breakers.find(c) != std::string_view::npos; });
  return line;
}

std::vector<std::string> header_lines(const HttpRequest& request, HttpMethod method) {
  std::vector<std::string> lines = {"Expect:", "Proxy-Connection:", "Connection: close"};
  if (!request.range.empty()) lines.push_back("Range: bytes=" + one_line(request.range));
  bool typed = false;
  for (const std::string& line : request.headers) {
    const std::string name = name_of(line);
    if (name.empty() || is_framing(name)) continue;
    typed = typed || curl_strequal(name.c_str(), "Content-Type") != 0;
    const bool has_value = line.find_first_not_of(blanks, name.size() + 1) != std::string::npos;
    lines.push_back(has_value ? line : name + ";");
  }
  if (const auto type = one_line(request.content_type);
      method == HttpMethod::post && !typed && type.find_first_not_of(blanks) != std::string::npos) {
    lines.push_back("Content-Type: " + type);
  }
  return lines;
}

}  // namespace sim800
