// SPDX-License-Identifier: MIT
#include "backends/ftp/ftp_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/text/characters.hpp"

namespace sim800 {

std::optional<std::uint16_t> ftp_port_in(std::string_view line) {
  for (std::size_t at = 4; at < line.size(); ++at) {
    if (is_digit(line[at - 1])) continue;
    std::array<unsigned, 6> numbers{};
    const char* next = line.data() + at;
    const char* const end = line.data() + line.size();
    std::size_t found = 0;
    while (found < numbers.size()) {
      const auto [stop, error] = std::from_chars(next, end, numbers.at(found));
      if (error != std::errc() || numbers.at(found) > 255) break;
      ++found;
      if (stop == end || *stop != ',') break;
      next = stop + 1;
    }
    if (found == numbers.size()) return static_cast<std::uint16_t>(numbers[4] * 256 + numbers[5]);
  }
  return std::nullopt;
}

std::string ftp_port_command(const std::string& address, std::uint16_t port) {
  if (address.find(':') != std::string::npos) return fmt::format("EPRT |2|{}|{}|", address, port);
  std::string numbers = address;
  std::replace(numbers.begin(), numbers.end(), '.', ',');
  return fmt::format("PORT {},{},{}", numbers, port / 256, port % 256);
}

}  // namespace sim800
