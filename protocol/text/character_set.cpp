// SPDX-License-Identifier: MIT
#include "protocol/text/character_set.hpp"

#include <algorithm>

#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

// Code pages 437 and 865 from 0x80 up; they differ in three characters.
constexpr std::u16string_view page_437 =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
    u"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    u"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";
constexpr std::u16string_view page_865 =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø₧ƒáíóúñÑªº¿⌐¬½¼¡«¤"
    u"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    u"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";
static_assert(page_437.size() == 128 && page_865.size() == 128);

std::u16string_view page_of(CharacterSet set) { return set == CharacterSet::pcdn ? page_865 : page_437; }

char16_t character(CharacterSet set, unsigned char byte) {
  if (byte < 0x80 || set == CharacterSet::latin1) return byte;
  return set == CharacterSet::ira ? u'?' : page_of(set)[byte - 0x80];
}

std::optional<char> byte_for(CharacterSet set, char16_t c) {
  if (c < 0x80 || (set == CharacterSet::latin1 && c <= 0xFF)) return static_cast<char>(c);
  if (set != CharacterSet::pccp && set != CharacterSet::pcdn) return std::nullopt;
  const auto at = page_of(set).find(c);
  if (at == std::u16string_view::npos) return std::nullopt;
  return static_cast<char>(0x80 + at);
}

}  // namespace

CharacterSet find_character_set(std::string_view name) {
  using enum CharacterSet;
  if (name == "GSM") return gsm;
  if (name == "UCS2") return ucs2;
  if (name == "HEX") return hex;
  if (name == "PCCP") return pccp;
  if (name == "PCDN") return pcdn;
  return name == "8859-1" ? latin1 : ira;
}

std::optional<std::u16string> decode(CharacterSet set, std::string_view typed) {
  if (set == CharacterSet::gsm) return from_gsm(typed);
  if (set == CharacterSet::ucs2 || set == CharacterSet::hex) {
    const auto octets = from_hex(typed);
    if (!octets) return std::nullopt;
    if (set == CharacterSet::hex) return from_gsm(*octets);
    if (octets->size() % 2 != 0) return std::nullopt;
    return from_octets(*octets);
  }
  std::u16string text;
  text.reserve(typed.size());
  for (const char c : typed) text.push_back(character(set, static_cast<unsigned char>(c)));
  return text;
}

std::string encode(CharacterSet set, std::u16string_view text) {
  if (set == CharacterSet::gsm) return to_gsm(text);
  if (set == CharacterSet::ucs2) return to_hex(to_octets(text));
  if (set == CharacterSet::hex) return to_hex(to_gsm(text));
  std::string shown;
  shown.reserve(text.size());
  for (const char16_t c : text) shown.push_back(byte_for(set, c).value_or('?'));
  return shown;
}

}  // namespace sim800
