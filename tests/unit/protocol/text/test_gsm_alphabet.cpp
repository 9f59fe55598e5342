// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "protocol/text/character_set.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800::test {

using namespace std::string_literals;

TEST_CASE("hexadecimal digits") {
  CHECK(to_hex("\x00\x7F\xFF"s) == "007FFF");
  CHECK(from_hex("00aAfF") == "\x00\xAA\xFF"s);
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0G"));
  CHECK(from_hex("") == "");
}

TEST_CASE("UTF-8, UTF-16 and octets") {
  const std::u16string text = u"aß€\U0001F600";
  CHECK(from_utf8("aß€😀") == text);
  CHECK(to_utf8(text) == "aß€😀");
  CHECK(to_hex(to_octets(text)) == "006100DF20ACD83DDE00");
  CHECK(from_octets(to_octets(text)) == text);
  CHECK(from_octets("\x00\x61\x00"s) == u"a");
  // Nothing that is no UTF-8 gets through.
  for (const std::string& bad : {"\xFF"s, "\xC3"s, "\xC0\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "\xE2\x82"s}) {
    CAPTURE(to_hex(bad));
    CHECK(from_utf8(bad).starts_with(u"\uFFFD"));
  }
  CHECK(to_utf8(u"\xD83D!") == "\uFFFD!");
}

TEST_CASE("the default alphabet and its extension") {
  CHECK(to_hex(to_gsm(u"@$_")) == "000211");
  CHECK(to_hex(to_gsm(u"{}[]~\\|^€\f")) == "1B281B291B3C1B3E1B3D1B2F1B401B141B651B0A");
  CHECK(to_hex(to_gsm(u"`")) == "3F");
  CHECK(to_hex(to_gsm(u"\u00A0")) == "20");
  CHECK(fits_gsm(u"Grüße, ÄÖÜ àèéìòù Ç 5 €"));
  CHECK_FALSE(fits_gsm(u"ç"));
  CHECK_FALSE(fits_gsm(u"привет"));
  CHECK(from_gsm("\x1B\x41\x1B") == u"A\u00A0");  // an extension nobody has defined; an escape at the end
  for (char32_t c = 0; c < 128; ++c) {
    if (c == 0x1B) continue;
    const std::string septet(1, static_cast<char>(c));
    CHECK(to_gsm(from_gsm(septet)) == septet);
  }
}

TEST_CASE("packing: 23.038 6.1.2.1") {
  CHECK(to_hex(pack_septets("hellohello")) == "E8329BFD4697D9EC37");
  CHECK(unpack_septets(*from_hex("E8329BFD4697D9EC37"), 10) == "hellohello");
  CHECK(pack_septets("").empty());
  // Behind a header of six octets one bit is filled.
  CHECK(to_hex(pack_septets("A", 1)) == "82");
  std::string septets;
  for (int i = 0; i < 161; ++i) {
    for (unsigned fill = 0; fill < 7; ++fill)
      CHECK(unpack_septets(pack_septets(septets, fill), septets.size(), fill) == septets);
    septets.push_back(static_cast<char>(i * 37 % 128));
  }
  CHECK(unpack_septets("\x01", 5).size() == 1);
  CHECK(unpack_septets("", 5, 3).empty());
}

TEST_CASE("the host's character sets") {
  using enum CharacterSet;
  CHECK(find_character_set("8859-1") == latin1);
  CHECK(find_character_set("UCS2") == ucs2);
  CHECK(decode(ira, "a@") == u"a@");
  CHECK(decode(gsm, "a\x00"s) == u"a@");
  CHECK(decode(ucs2, "0061004020AC") == u"a@€");
  CHECK_FALSE(decode(ucs2, "00"));
  CHECK_FALSE(decode(ucs2, "x061"));
  CHECK(decode(hex, "6100") == u"a@");
  CHECK_FALSE(decode(hex, "6"));
  CHECK(decode(latin1, "\xE4") == u"ä");
  CHECK(decode(pccp, "\x84\x9B") == u"ä¢");
  CHECK(decode(pcdn, "\x84\x9B") == u"äø");
  CHECK(decode(ira, "\xE4") == u"?");
  CHECK(encode(ira, u"aä€") == "a??");
  CHECK(encode(gsm, u"a@€") == "a\x00\x1B\x65"s);
  CHECK(encode(ucs2, u"a@€") == "0061004020AC");
  CHECK(encode(hex, u"a@Π") == "610016");
  CHECK(encode(latin1, u"ä€") == "\xE4?");
  CHECK(encode(pcdn, u"øØ¤") == "\x9B\x9D\xAF");
}

}  // namespace sim800::test
