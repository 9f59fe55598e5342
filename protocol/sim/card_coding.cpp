// SPDX-License-Identifier: MIT
#include "protocol/sim/card_coding.hpp"

#include <algorithm>

#include "protocol/text/characters.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr char filler = '\xff';
constexpr std::string_view digit_set = "0123456789*#pw";

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

/// 81 and 82: characters of one half page of UCS2, and of the GSM alphabet between them.
std::u16string decode_half_page(std::string_view bytes) {
  const bool wide = bytes[0] == '\x82';
  const std::size_t start = wide ? 4 : 3;
  if (bytes.size() < start) return {};
  const std::size_t count = std::min<std::size_t>(byte_of(bytes[1]), bytes.size() - start);
  const unsigned base = wide ? byte_of(bytes[2]) << 8U | byte_of(bytes[3]) : byte_of(bytes[2]) << 7U;
  std::u16string text;
  for (const char c : bytes.substr(start, count)) {
    if ((byte_of(c) & 0x80U) != 0) {
      text += static_cast<char16_t>(base + (byte_of(c) & 0x7fU));
    } else {
      text += from_gsm({&c, 1});
    }
  }
  return text;
}

}  // namespace

std::string encode_alpha(std::u16string_view text) { return fits_gsm(text) ? to_gsm(text) : "\x80" + to_octets(text); }

std::string encode_alpha(std::u16string_view text, std::size_t size) {
  std::string bytes = encode_alpha(text);
  if (bytes.size() > size) {
    const bool wide = bytes[0] == '\x80' && size > 0;
    bytes.resize(wide ? size - (size + 1) % 2 : size);
    if (!wide && !bytes.empty() && bytes.back() == gsm_escape) bytes.pop_back();
  }
  bytes.resize(size, filler);
  return bytes;
}

std::u16string decode_alpha(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (bytes[0] == '\x81' || bytes[0] == '\x82') return decode_half_page(bytes);
  if (bytes[0] == '\x80') {
    std::u16string text = from_octets(bytes.substr(1));
    return text.substr(0, text.find(u'\xffff'));
  }
  std::string septets(bytes.substr(0, bytes.find(filler)));
  for (char& c : septets) c = static_cast<char>(byte_of(c) & 0x7fU);
  return from_gsm(septets);
}

std::string encode_digits(std::string_view digits, std::size_t bytes) {
  std::string packed(bytes, filler);
  for (std::size_t i = 0; i < std::min(digits.size(), 2 * bytes); ++i) {
    const auto value = static_cast<unsigned>(digit_set.find(digits[i])) & 0xfU;
    const unsigned before = byte_of(packed[i / 2]);
    packed[i / 2] = static_cast<char>(i % 2 == 0 ? (before & 0xf0U) | value : (before & 0x0fU) | value << 4U);
  }
  return packed;
}

std::string decode_digits(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes) {
    for (const unsigned half : {byte_of(c) & 0xfU, byte_of(c) >> 4U}) {
      if (half >= digit_set.size()) return digits;
      digits += digit_set[half];
    }
  }
  return digits;
}

std::string encode_plmn(std::string_view plmn) {
  if (plmn.size() < 5 || plmn.size() > 6 || !std::ranges::all_of(plmn, is_digit)) return std::string(3, filler);
  const auto at = [plmn](std::size_t i) { return static_cast<unsigned>(plmn[i] - '0'); };
  const unsigned third = plmn.size() == 6 ? at(5) : 0xfU;
  return {static_cast<char>(at(1) << 4U | at(0)), static_cast<char>(third << 4U | at(2)),
          static_cast<char>(at(4) << 4U | at(3))};
}

std::string decode_plmn(std::string_view bytes) {
  if (bytes.size() < 3) return {};
  const unsigned a = byte_of(bytes[0]), b = byte_of(bytes[1]), c = byte_of(bytes[2]);
  std::string plmn;
  for (const unsigned half : {a & 0xfU, a >> 4U, b & 0xfU, c & 0xfU, c >> 4U, b >> 4U}) {
    if (half > 9) return plmn.size() == 5 && half == 0xf ? plmn : std::string();
    plmn += static_cast<char>('0' + half);
  }
  return plmn;
}

std::string encode_record(const std::optional<DiallingNumber>& number, std::size_t length, std::uint8_t extension) {
  if (!number) return std::string(length, filler);
  const std::size_t name = length - DiallingNumber::tail;
  const std::string_view digits = std::string_view(number->digits).substr(0, DiallingNumber::most_digits);
  std::string record = encode_alpha(number->name, name);
  record += static_cast<char>(1 + (digits.size() + 1) / 2);  // with the type
  record += static_cast<char>(number->type);
  record += encode_digits(digits, 10);
  record += filler;  // no configuration record
  record += static_cast<char>(extension);
  return record;
}

std::optional<DiallingNumber> decode_record(std::string_view record, std::uint8_t& extension) {
  extension = 0xff;
  if (record.size() < DiallingNumber::tail) return std::nullopt;
  const std::string_view tail = record.substr(record.size() - DiallingNumber::tail);
  const unsigned length = byte_of(tail[0]);
  if (length < 2 || length > 11) return std::nullopt;
  DiallingNumber number;
  number.name = decode_alpha(record.substr(0, record.size() - DiallingNumber::tail));
  number.type = static_cast<std::uint8_t>(tail[1]);
  number.digits = decode_digits(tail.substr(2, length - 1));
  extension = static_cast<std::uint8_t>(tail[13]);
  return number.digits.empty() ? std::nullopt : std::optional(std::move(number));
}

}  // namespace sim800
