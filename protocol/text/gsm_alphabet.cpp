// SPDX-License-Identifier: MIT
#include "protocol/text/gsm_alphabet.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim800 {
namespace {

// 6.2.1: each character at the index of its septet; 0x1B is the escape.
constexpr std::u16string_view basic =
    u"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u00A0ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    u"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static_assert(basic.size() == 128);

// 6.2.1.1
constexpr std::array<std::pair<char, char16_t>, 10> extension{{{0x0A, u'\f'},
                                                               {0x14, u'^'},
                                                               {0x28, u'{'},
                                                               {0x29, u'}'},
                                                               {0x2F, u'\\'},
                                                               {0x3C, u'['},
                                                               {0x3D, u'~'},
                                                               {0x3E, u']'},
                                                               {0x40, u'|'},
                                                               {0x65, u'€'}}};

}  // namespace

std::optional<std::string> gsm_septets(char16_t character) {
  if (character == u'\u00A0') return " ";  // where the table has the escape
  if (const auto at = basic.find(character); at != basic.npos) return std::string(1, static_cast<char>(at));
  const auto extended = std::ranges::find(extension, character, &std::pair<char, char16_t>::second);
  if (extended == extension.end()) return std::nullopt;
  return std::string{gsm_escape, extended->first};
}

std::string to_gsm(std::u16string_view text) {
  std::string septets;
  septets.reserve(text.size());
  for (const char16_t c : text) septets += gsm_septets(c).value_or("?");
  return septets;
}

bool fits_gsm(std::u16string_view text) {
  return std::ranges::all_of(text, [](char16_t c) { return gsm_septets(c).has_value(); });
}

std::u16string from_gsm(std::string_view septets) {
  std::u16string text;
  text.reserve(septets.size());
  for (std::size_t i = 0; i < septets.size(); ++i) {
    if (septets[i] == gsm_escape && i + 1 < septets.size()) {
      ++i;
      const auto extended = std::ranges::find(extension, septets[i], &std::pair<char, char16_t>::first);
      if (extended != extension.end()) {
        text.push_back(extended->second);
        continue;
      }
    }
    text.push_back(basic[static_cast<unsigned char>(septets[i]) & 0x7F]);
  }
  return text;
}

std::string pack_septets(std::string_view septets, unsigned fill) {
  std::string octets((septets.size() * 7 + fill + 7) / 8, '\0');
  std::size_t bit = fill;
  for (const char septet : septets) {
    const unsigned shifted = (static_cast<unsigned char>(septet) & 0x7Fu) << bit % 8;
    octets[bit / 8] = static_cast<char>(octets[bit / 8] | (shifted & 0xFF));
    if (shifted > 0xFF) octets[bit / 8 + 1] = static_cast<char>(shifted >> 8);
    bit += 7;
  }
  return octets;
}

std::string unpack_septets(std::string_view octets, std::size_t count, unsigned fill) {
  const std::size_t bits = octets.size() * 8;
  count = bits < fill ? 0 : std::min(count, (bits - fill) / 7);
  std::string septets;
  septets.reserve(count);
  for (std::size_t bit = fill; septets.size() < count; bit += 7) {
    const std::size_t at = bit / 8;
    unsigned two = static_cast<unsigned char>(octets[at]);
    if (at + 1 < octets.size()) two |= static_cast<unsigned>(static_cast<unsigned char>(octets[at + 1])) << 8;
    septets.push_back(static_cast<char>(two >> bit % 8 & 0x7F));
  }
  return septets;
}

}  // namespace sim800
