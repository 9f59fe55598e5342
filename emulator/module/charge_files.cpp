// SPDX-License-Identifier: MIT
#include "emulator/module/charge_files.hpp"

#include <algorithm>
#include <cstddef>

#include "protocol/sim/card_coding.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr unsigned most = 0xfff;  // twelve bits
constexpr int least_power = -7;

}  // namespace

std::string encode_price(std::string_view currency, std::string_view price) {
  unsigned value = 0;
  int power = 0;
  bool behind = false;
  for (const char c : price) {
    if (c == '.') behind = true;
    if (!is_digit(c)) continue;
    const unsigned next = value * 10 + static_cast<unsigned>(c - '0');
    const bool fits = next <= most && (!behind || power > least_power);
    if (fits) value = next;
    if (fits && behind) --power;
    if (!fits && !behind) power = std::min(power + 1, -least_power);
  }
  const unsigned exponent = static_cast<unsigned>(power < 0 ? -power : power);
  std::string file = encode_alpha(from_utf8(currency), 3);
  file += static_cast<char>(value >> 4U);
  file += static_cast<char>((value & 0xfU) | (power < 0 ? 0x10U : 0U) | exponent << 5U);
  return file;
}

UnitPrice decode_price(std::string_view file) {
  if (file.size() < 5) return {};
  const auto high = static_cast<unsigned char>(file[3]), low = static_cast<unsigned char>(file[4]);
  const std::size_t exponent = low >> 5U;
  std::string digits = std::to_string(high << 4U | (low & 0xfU));
  if ((low & 0x10U) == 0) {
    if (digits != "0") digits.append(exponent, '0');
  } else if (exponent > 0) {
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    digits.insert(digits.size() - exponent, ".");
  }
  return {to_utf8(decode_alpha(file.substr(0, 3))), std::move(digits)};
}

}  // namespace sim800
