// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_address.hpp"

#include <algorithm>
#include <utility>

#include "protocol/text/gsm_alphabet.hpp"

namespace sim800 {
namespace {

constexpr std::u16string_view half_octets = u"0123456789*#abc";
constexpr std::size_t max_name_septets = 11;
constexpr unsigned char filler = 0x0F;

char16_t normal(char16_t c) { return c >= u'A' && c <= u'C' ? static_cast<char16_t>(c - u'A' + u'a') : c; }
bool is_address_digit(char16_t c) { return half_octets.find(normal(c)) != half_octets.npos; }

std::string pack_digits(std::u16string_view digits) {
  std::string octets;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto low = half_octets.find(digits[i]);
    const auto high = i + 1 < digits.size() ? half_octets.find(digits[i + 1]) : filler;
    octets.push_back(static_cast<char>(high << 4 | low));
  }
  return octets;
}

/// A filler ends the number.
std::u16string unpack_digits(std::string_view octets, std::size_t count) {
  std::u16string digits;
  for (std::size_t i = 0; i < count; ++i) {
    const auto octet = static_cast<unsigned char>(octets[i / 2]);
    const unsigned half = i % 2 == 0 ? octet & 0x0F : octet >> 4;
    if (half == filler) break;
    digits.push_back(half_octets[half]);
  }
  return digits;
}

std::string pack_body(const SmsAddress& address) {
  return address.is_name() ? pack_septets(to_gsm(address.digits)) : pack_digits(address.digits);
}

}  // namespace

std::u16string SmsAddress::text() const { return is_international() ? u"+" + digits : digits; }

std::optional<SmsAddress> parse_number_address(std::u16string_view text, std::optional<std::uint8_t> type) {
  const bool plus = text.starts_with(u'+');
  if (plus) text.remove_prefix(1);
  if (text.empty() || text.size() > max_address_digits || !std::ranges::all_of(text, is_address_digit))
    return std::nullopt;
  SmsAddress address{type.value_or(plus ? SmsAddress::international : SmsAddress::unknown), std::u16string(text)};
  std::ranges::transform(address.digits, address.digits.begin(), normal);
  return address;
}

SmsAddress parse_sender(std::u16string_view text) {
  if (auto number = parse_number_address(text)) return *number;
  std::u16string name;
  std::size_t septets = 0;
  for (const char16_t c : text) {
    septets += gsm_septets(c).value_or("?").size();
    if (septets > max_name_septets) break;
    name.push_back(c);
  }
  return {SmsAddress::alphanumeric, std::move(name)};
}

std::string encode_address(const SmsAddress& address) {
  const std::string body = pack_body(address);
  std::size_t half_octet_count = address.digits.size();
  // A name's length is counted in the half octets of its septets.
  if (address.is_name()) half_octet_count = (to_gsm(address.digits).size() * 7 + 3) / 4;
  return std::string{static_cast<char>(half_octet_count), static_cast<char>(address.type)} + body;
}

std::optional<SmsAddress> take_address(std::string_view& octets) {
  if (octets.size() < 2) return std::nullopt;
  const std::size_t count = static_cast<unsigned char>(octets[0]);
  const std::size_t length = (count + 1) / 2;
  SmsAddress address{static_cast<std::uint8_t>(octets[1]), {}};
  if (count > max_address_digits || octets.size() < 2 + length) return std::nullopt;
  const std::string_view body = octets.substr(2, length);
  address.digits = address.is_name() ? from_gsm(unpack_septets(body, count * 4 / 7)) : unpack_digits(body, count);
  octets.remove_prefix(2 + length);
  return address;
}

std::string encode_centre(const std::optional<SmsAddress>& address) {
  if (!address) return std::string(1, '\0');
  const std::string body = pack_digits(address->digits);  // never a name, whatever its type says
  return std::string{static_cast<char>(body.size() + 1), static_cast<char>(address->type)} + body;
}

bool take_centre(std::string_view& octets, std::optional<SmsAddress>& address) {
  address.reset();
  if (octets.empty()) return false;
  const std::size_t length = static_cast<unsigned char>(octets[0]);
  if (octets.size() < 1 + length || length > 1 + max_address_digits / 2) return false;
  if (length > 1) {
    const std::string_view body = octets.substr(2, length - 1);
    std::u16string digits = unpack_digits(body, body.size() * 2);
    // Of fillers alone there is no centre, as there is none without an octet for it.
    if (!digits.empty()) address = SmsAddress{static_cast<std::uint8_t>(octets[1]), std::move(digits)};
  }
  octets.remove_prefix(1 + length);
  return true;
}

}  // namespace sim800
