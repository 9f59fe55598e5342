// SPDX-License-Identifier: MIT
// Pages of cell broadcasts (3GPP TS 23.041 9.4.1.2, 23.038 chapter 5).
#include "protocol/sms/cell_broadcast.hpp"

#include <doctest/doctest.h>

#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800::test {
namespace {

Broadcast broadcast(std::u16string text, std::string language = {}) {
  Broadcast message;
  message.identifier = 50;
  message.text = std::move(text);
  message.language = std::move(language);
  return message;
}

}  // namespace

TEST_CASE("a page has a head of six octets and 82 of content, padded with CR") {
  Broadcast message = broadcast(u"Hi", "en");
  message.serial = 0x4012;
  const auto pages = pages_of(message);
  REQUIRE(pages.size() == 1);
  const std::string octets = pages[0].encode();
  CHECK(octets.size() == 88);
  // 'H' 0x48, 'i' 0x69, then CR 0x0D in septets
  CHECK(to_hex(octets).starts_with("401200320111C874"));
  CHECK(pages[0].body() == "Hi");
  CHECK(decode_broadcast(octets) == pages[0]);
  CHECK_FALSE(decode_broadcast(octets.substr(1)));
}

TEST_CASE("text and language decide the coding scheme") {
  struct Row {
    std::u16string text;
    std::string language;
    int coding;
  };
  const Row rows[] = {{u"a", "", 0x0F},   {u"a", "de", 0x00}, {u"a", "pl", 0x0E}, {u"a", "cs", 0x20},
                      {u"a", "ja", 0x10}, {u"я", "", 0x48},   {u"я", "ru", 0x11}};
  for (const Row& row : rows) {
    CAPTURE(row.language);
    CHECK(int{pages_of(broadcast(row.text, row.language)).front().coding} == row.coding);
  }
  CHECK(pages_of(broadcast(u"a", "ja")).front().body() == "ja\ra");
  // The language in two octets, as two septets.
  CHECK(to_hex(pages_of(broadcast(u"я", "ru")).front().body()) == to_hex(pack_septets("ru")) + "044F");
}

TEST_CASE("a long text takes pages of 93 characters, or of 41 in UCS2; fifteen at most") {
  const auto pages = pages_of(broadcast(std::u16string(94, u'a')));
  REQUIRE(pages.size() == 2);
  CHECK(pages[0].body() == std::string(93, 'a'));
  CHECK(pages[1].body() == "a");
  CHECK(pages[1].number == 2);
  CHECK(pages[1].total == 2);
  CHECK(pages_of(broadcast(std::u16string(42, u'я'))).size() == 2);
  CHECK(pages_of(broadcast(std::u16string(41, u'я'))).size() == 1);
  CHECK(pages_of(broadcast(std::u16string(2000, u'a'))).size() == 15);
  // A character of two septets is not torn apart.
  CHECK(pages_of(broadcast(std::u16string(92, u'a') + u"€")).front().body() == std::string(92, 'a'));
}

TEST_CASE("a surrogate pair stays on one page") {
  const auto pages = pages_of({.text = std::u16string(40, u'я') + u"\U0001F6A8" + u"я"});
  REQUIRE(pages.size() == 2);
  CHECK(pages[0].body().size() == 80);
  CHECK(from_octets(pages[1].body()) == u"\U0001F6A8я");
}

TEST_CASE("8-bit data keep all their octets, and page 0 counts as the only one") {
  Broadcast message = broadcast(u"");
  message.data = std::string("\x00\x01", 2);
  BroadcastPage page = pages_of(message).front();
  CHECK(int{page.coding} == 0x44);
  CHECK(page.body() == std::string("\x00\x01", 2) + std::string(80, '\0'));
  page.number = page.total = 0;
  const auto decoded = decode_broadcast(page.encode());
  REQUIRE(decoded);
  CHECK(int{decoded->number} == 1);
  CHECK(int{decoded->total} == 1);
}

}  // namespace sim800::test
