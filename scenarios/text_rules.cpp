// What the texts of a scenario must be like.
// SPDX-License-Identifier: MIT
#include "scenarios/text_rules.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenarios/nearest.hpp"

namespace sim800 {
namespace {

TextRule run_of(std::string_view what, bool (*is_one)(char), std::size_t least, std::size_t most) {
  const std::string count = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  return {fmt::format("{} {}", count, what), [=](std::string_view text) {
            return text.size() >= least && text.size() <= most && std::ranges::all_of(text, is_one);
          }};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_dialled(char c) { return is_digit(c) || c == '*' || c == '#'; }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_address(int family, std::string_view text) {
  in6_addr address{};
  return inet_pton(family, std::string(text).c_str(), &address) == 1;
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), port);
  return error == std::errc{} && end == text.end() && port >= 1 && port <= 65535;
}

bool is_name(std::string_view text) {
  const auto is_one = [](char c) {
    return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, is_one);
}

// NAME, NAME:PORT, IPv6, [IPv6] or [IPv6]:PORT
bool is_host_and_port(std::string_view text) {
  if (text.find('\0') != text.npos) return false;
  if (is_address(AF_INET6, text)) return true;
  if (text.starts_with('[')) {
    const std::size_t bracket = std::min(text.find(']'), text.size());
    const std::string_view rest = text.substr(std::min(bracket + 1, text.size()));
    return is_address(AF_INET6, text.substr(1, bracket - 1)) && text.substr(bracket).starts_with(']') &&
           (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  }
  const std::size_t colon = text.find(':');
  return is_name(text.substr(0, colon)) && (colon == text.npos || is_port(text.substr(colon + 1)));
}

bool is_number(std::string_view text) {
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, is_dialled);
}

bool is_time(std::string_view text) {
  // '+' stands for either sign, '0' for any digit.
  const auto fits = [](char form, char c) {
    return form == '0' ? is_digit(c) : form == '+' ? c == '+' || c == '-' : form == c;
  };
  if (!std::ranges::equal(std::string_view("00/00/00,00:00:00+00"), text, fits)) return false;
  const auto number_at = [text](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const int month = number_at(3), day = number_at(6);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && number_at(9) < 24 && number_at(12) < 60 &&
         number_at(15) < 60;
}

// A bare word that is nearly one of the three would otherwise become the name of a host that nobody has.
bool is_fate_or_host(std::string_view text) {
  static const std::vector<std::string_view> fates{"unresolvable", "refuse", "blackhole"};
  if (std::ranges::find(fates, text) != fates.end()) return true;
  if (text.find_first_of(".:") == text.npos && !near_words(text, fates).empty()) return false;
  return is_host_and_port(text);
}

}  // namespace

TextRule any_text() {
  return {"a text", [](std::string_view) { return true; }};
}

TextRule one_line() {
  return {"a text of one line",
          [](std::string_view text) { return !text.empty() && std::ranges::none_of(text, is_control); }};
}

TextRule digits(std::size_t least, std::size_t most) { return run_of("digits", is_digit, least, most); }

TextRule hex_digits(std::size_t least, std::size_t most) { return run_of("hex digits", is_hex_digit, least, most); }

TextRule phone_number() { return {"a phone number such as \"+8613800138000\"", is_number}; }

TextRule own_number() {
  return {"a phone number such as \"+8613800138000\", or \"\"",
          [](std::string_view text) { return text.empty() || is_number(text); }};
}

TextRule message_time() { return {"a time such as \"26/11/22,10:00:00+04\"", is_time}; }

TextRule ipv4_address() {
  return {"an IPv4 address such as \"10.89.193.1\"",
          [](std::string_view text) { return text.find('\0') == text.npos && is_address(AF_INET, text); }};
}

TextRule host_key() {
  return {"a name, an address, either with a port (\"www.sim.com:8080\"), or \"*\"",
          [](std::string_view text) { return text == "*" || is_host_and_port(text); }};
}

TextRule host_value() {
  return {"\"unresolvable\", \"refuse\", \"blackhole\", or a host with or without a port (\"127.0.0.1:8080\")",
          is_fate_or_host};
}

}  // namespace sim800
