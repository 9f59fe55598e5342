// Servers as in scenario files: "www.sim.com", "www.sim.com:8080", "10.0.0.1", "[::1]:80".
// SPDX-License-Identifier: MIT
#include "scenarios/loader/host_text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), port);
  return error == std::errc{} && end == text.end() && port >= 1 && port <= 65535;
}

bool is_name(std::string_view text) {
  const auto is_one = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, is_one);
}

// NAME, NAME:PORT, IPv6, [IPv6] or [IPv6]:PORT
bool is_host_and_port(std::string_view text) {
  if (text.find('\0') != text.npos) return false;
  if (is_ipv6(text)) return true;
  if (text.starts_with('[')) {
    const std::size_t bracket = std::min(text.find(']'), text.size());
    const std::string_view rest = text.substr(std::min(bracket + 1, text.size()));
    return is_ipv6(text.substr(1, bracket - 1)) && text.substr(bracket).starts_with(']') &&
           (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = text.find(':');
  return is_name(text.substr(0, colon)) && (colon == text.npos || is_port(text.substr(colon + 1)));
}

}  // namespace

bool is_host_key(std::string_view text) {
  if (text.starts_with("*.")) return is_name(text.substr(2, text.find(':') - 2)) && is_host_and_port(text.substr(2));
  return text == "*" || is_host_and_port(text);
}

bool is_host_value(std::string_view text) {
  static const std::vector<std::string_view> fates{"unresolvable", "refuse", "blackhole"};
  if (std::ranges::find(fates, text) != fates.end()) return true;
  // A bare word that is nearly one of the three would otherwise become the name of a server that does not exist.
  if (text.find_first_of(".:") == text.npos && !near_words(text, fates).empty()) return false;
  return is_host_and_port(text);
}

}  // namespace sim800
