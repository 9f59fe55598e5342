// SPDX-License-Identifier: MIT
// How a card writes names, numbers and networks (51.011 10.3.4, 10.5.1, Annex B).
#include <doctest/doctest.h>

#include "protocol/sim/card_coding.hpp"
#include "protocol/text/hex.hpp"

namespace sim800::test {
namespace {

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

}  // namespace

TEST_CASE("names: GSM alphabet, UCS2, and the codings of half a page") {
  CHECK(to_hex(encode_alpha(u"Eva", 6)) == "457661FFFFFF");
  CHECK(to_hex(encode_alpha(u"Żo", 6)) == "80017B006FFF");
  CHECK(to_hex(encode_alpha(u"Żofia", 6)) == "80017B006FFF");
  CHECK(to_hex(encode_alpha(u"abc€", 4)) == "616263FF");
  CHECK(decode_alpha(bytes("457661FFFFFF")) == u"Eva");
  CHECK(decode_alpha(bytes("80017B006FFFFFFF")) == u"Żo");
  CHECK(decode_alpha(bytes("8203"
                           "0530"
                           "2D82D3")) == u"-\x532\x583");
  CHECK(decode_alpha(bytes("8102"
                           "08"
                           "41C1")) == u"A\x441");
  for (const char* hex : {"", "80", "81", "82", "8105", "820505", "FF"}) CHECK(decode_alpha(bytes(hex)).size() <= 1);
}

TEST_CASE("digits: two per byte, with * # and pauses") {
  CHECK(to_hex(encode_digits("+123", 0)).empty());
  CHECK(to_hex(encode_digits("12345", 4)) == "2143F5FF");
  CHECK(to_hex(encode_digits("*#1p", 2)) == "BAC1");
  CHECK(decode_digits(bytes("2143F5FF")) == "12345");
  CHECK(decode_digits(bytes("BAC1")) == "*#1p");
}

TEST_CASE("networks: three bytes") {
  CHECK(to_hex(encode_plmn("46000")) == "64F000");
  CHECK(to_hex(encode_plmn("310410")) == "130014");
  CHECK(to_hex(encode_plmn("4600")) == "FFFFFF");
  CHECK(decode_plmn(bytes("64F000")) == "46000");
  CHECK(decode_plmn(bytes("130014")) == "310410");
  for (const char* hex : {"FFFFFF", "64", "", "64FA00", "F4F000"}) CHECK(decode_plmn(bytes(hex)).empty());
}

TEST_CASE("records of numbers") {
  std::uint8_t extension = 0;
  const DiallingNumber eva{.name = u"Eva", .type = international_number, .digits = "420123456789"};
  const std::string record = encode_record(eva, 28, 0xff);
  CHECK(to_hex(record) == "457661FFFFFFFFFFFFFFFFFFFFFF0791241032547698FFFFFFFFFFFF");
  const auto read = decode_record(record, extension);
  REQUIRE(read);
  CHECK((*read == eva));
  CHECK(extension == 0xff);
  CHECK(encode_record(std::nullopt, 28, 0xff) == std::string(28, '\xff'));
  CHECK_FALSE(decode_record(std::string(28, '\xff'), extension));
  CHECK_FALSE(decode_record("short", extension));
  CHECK_FALSE(decode_record(std::string(28, '\0'), extension));
}

}  // namespace sim800::test
