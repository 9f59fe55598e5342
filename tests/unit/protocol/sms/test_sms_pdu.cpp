// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "protocol/sms/sms_parts.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800::test {

using namespace std::string_literals;

namespace {

std::string octets(std::string_view digits) { return from_hex(digits).value(); }

/// Decodes it, checks that it is encoded to the same octets again, and gives it.
SmsPdu round_trip(std::string_view digits, bool from_mobile) {
  const auto pdu = decode_pdu(octets(digits), from_mobile);
  REQUIRE(pdu);
  CHECK(to_hex(encode_pdu(pdu->centre, pdu->message)) == digits);
  return *pdu;
}

}  // namespace

TEST_CASE("time stamps with their zone") {
  const SmsTime time{26, 11, 22, 10, 0, 5, -24};
  CHECK(to_hex(time.encode()) == "6211220100504A");
  CHECK(SmsTime::decode(time.encode()) == time);
  CHECK(time.text() == "26/11/22,10:00:05-24");
  CHECK(SmsTime::parse("26/11/22,10:00:05-24") == time);
  CHECK(SmsTime::decode(octets("99309251619580")).text() == "99/03/29,15:16:59+08");
  CHECK(SmsTime::decode(octets("FFFFFFFFFFFFFF")).text() == "00/00/00,00:00:00+00");
  for (const char* bad :
       {"", "26/13/22,10:00:05-24", "26/11/22 10:00:05-24", "26/11/22,24:00:05-24", "26/11/22,10:00:05+80"})
    CHECK_FALSE(SmsTime::parse(bad));
}

TEST_CASE("addresses: numbers and names") {
  const auto international = parse_number_address(u"+4917012345");
  REQUIRE(international);
  CHECK(international->type == 145);
  CHECK(to_hex(encode_address(*international)) == "0A919471103254");
  CHECK(to_utf8(international->text()) == "+4917012345");
  const auto odd = parse_number_address(u"10086", 161);
  CHECK(to_hex(encode_address(*odd)) == "05A10180F6");
  CHECK(parse_number_address(u"*100#AbC")->digits == u"*100#abc");
  for (const char16_t* bad : {u"", u"+", u"12x", u"123456789012345678901"}) CHECK_FALSE(parse_number_address(bad));

  const SmsAddress name = parse_sender(u"INFO €");
  CHECK(name.type == 208);
  std::string encoded = encode_address(name);
  std::string_view rest = encoded;
  CHECK(take_address(rest) == name);
  CHECK(rest.empty());
  CHECK(parse_sender(u"Twelve chars").digits == u"Twelve char");
  CHECK(parse_sender(u"+123").type == 145);

  for (const char* bad : {"", "05", "0591", "1591000000000000000000000000"}) {
    const std::string text = octets(bad);
    std::string_view taken = text;
    CHECK_FALSE(take_address(taken));
  }
}

TEST_CASE("SMS-DELIVER") {
  const SmsPdu pdu = round_trip("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37", false);
  CHECK(to_utf8(pdu.centre->text()) == "+27381000015");
  CHECK(pdu.message.type == SmsType::deliver);
  CHECK(pdu.message.first_octet == 4);
  CHECK(pdu.message.address.type == 0xC8);
  CHECK(pdu.message.address.digits == u"27838890001");
  CHECK(pdu.message.centre_time.text() == "99/03/29,15:16:59+08");
  CHECK(pdu.message.length == 10);
  CHECK(pdu.message.text() == u"hellohello");
  CHECK(pdu.tpdu_length == 28);
}

TEST_CASE("SMS-SUBMIT with each form of validity period") {
  SmsPdu pdu = round_trip("0011000B916407281553F80000AA0AE8329BFD4697D9EC37", true);
  CHECK_FALSE(pdu.centre);
  CHECK(pdu.message.type == SmsType::submit);
  CHECK(to_utf8(pdu.message.address.text()) == "+46708251358");
  CHECK(pdu.message.validity == "\xAA");
  CHECK(pdu.message.text() == u"hellohello");
  pdu = round_trip("0001000B916407281553F800000AE8329BFD4697D9EC37", true);
  CHECK(pdu.message.validity.empty());
  pdu = round_trip("0019000B916407281553F80008621122010000400404100442", true);
  CHECK(SmsTime::decode(pdu.message.validity).text() == "26/11/22,10:00:00+04");
  CHECK(pdu.message.text() == u"\u0410\u0442");
  pdu = round_trip("0009000B916407281553F800F501020304050607020A0B", true);
  CHECK(pdu.message.alphabet() == SmsAlphabet::octets);
  CHECK_FALSE(pdu.message.text());
  CHECK(pdu.message.body() == "\x0A\x0B");
}

TEST_CASE("SMS-STATUS-REPORT and SMS-COMMAND") {
  const SmsPdu report = round_trip(
      "00062E0B916407281553F86211220100004062112201005040"
      "00",
      false);
  CHECK(report.message.type == SmsType::status_report);
  CHECK(report.message.reference == 46);
  CHECK(report.message.discharge_time.text() == "26/11/22,10:00:05+04");
  const SmsPdu command = round_trip(
      "000205000102"
      "0B916407281553F8020A0B",
      true);
  CHECK(command.message.type == SmsType::command);
  CHECK(command.message.command_type == 1);
  CHECK(command.message.message_number == 2);
}

TEST_CASE("what is no PDU is refused") {
  const std::string good = octets("0011000B916407281553F80000AA0AE8329BFD4697D9EC37");
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(decode_pdu(good.substr(0, size), true));
  CHECK_FALSE(decode_pdu(good + "\x01", true));
  CHECK_FALSE(decode_pdu(good, false));                                      // of the other direction
  CHECK_FALSE(decode_pdu(octets("0003000B916407281553F80000AA00"), true));   // a type that is reserved
  CHECK_FALSE(decode_pdu(octets("0C9100000000000000000000000400"), false));  // a centre too long
  CHECK_FALSE(decode_pdu(octets("0011000B916407281553F80004AA8D") + std::string(141, 'x'), true));
}

TEST_CASE("coding schemes: 23.038 4") {
  CHECK(sms_coding(0).alphabet == SmsAlphabet::gsm);
  CHECK_FALSE(sms_coding(0).message_class);
  CHECK(sms_coding(0x10).message_class == 0);
  CHECK(sms_coding(25).alphabet == SmsAlphabet::ucs2);
  CHECK(sms_coding(25).message_class == 1);
  CHECK(sms_coding(8).alphabet == SmsAlphabet::ucs2);
  CHECK(sms_coding(4).alphabet == SmsAlphabet::octets);
  CHECK(sms_coding(0xF6).alphabet == SmsAlphabet::octets);
  CHECK(sms_coding(0xF6).message_class == 2);
  CHECK(sms_coding(0xF0).message_class == 0);
  CHECK(sms_coding(0xE0).alphabet == SmsAlphabet::ucs2);
  CHECK(sms_coding(0xC8).alphabet == SmsAlphabet::gsm);
  CHECK(sms_coding(0x80).alphabet == SmsAlphabet::gsm);
}

TEST_CASE("long texts: headers, and where they are cut") {
  CHECK(to_hex(concatenation_header(7, 3, 2)) == "050003070302");
  CHECK(concatenation(concatenation_header(7, 3, 2)) == SmsPart{7, 3, 2});
  CHECK(concatenation(octets("0608041234"
                             "0302")) == SmsPart{0x1234, 3, 2});
  CHECK(concatenation(octets("0A0102AABB"
                             "0003070302")) == SmsPart{7, 3, 2});
  CHECK_FALSE(concatenation(octets("0400FF0101")));
  CHECK_FALSE(concatenation(""));
  CHECK_FALSE(concatenation(octets("0105")));
  for (const char* no_part : {"050003070001", "050003070300", "050003070304", "06080412340001"})
    CHECK_FALSE(concatenation(octets(no_part)));  // 23.040 9.2.3.24.1: ignored

  CHECK(split_body(SmsAlphabet::gsm, std::string(160, 'a')).size() == 1);
  auto pieces = split_body(SmsAlphabet::gsm, std::string(161, 'a'));
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].size() == 153);
  pieces = split_body(SmsAlphabet::gsm, std::string(152, 'a') + "\x1B\x65" + std::string(10, 'b'));
  CHECK(pieces[0].size() == 152);
  pieces = split_body(SmsAlphabet::gsm, std::string(400, '\x1B'));
  CHECK(pieces.size() == 3);
  const std::u16string emoji = std::u16string(66, u'a') + u"\U0001F600" + u"bbbbb";
  pieces = split_body(SmsAlphabet::ucs2, to_octets(emoji));
  CHECK(pieces[0].size() == 132);
  CHECK(from_octets(pieces[1]).starts_with(u"\U0001F600"));
  CHECK(split_body(SmsAlphabet::octets, std::string(141, 'x')).size() == 2);
  CHECK(split_body(SmsAlphabet::gsm, "").size() == 1);
}

TEST_CASE("a header before septets leaves the rest on a septet's border") {
  Sms message;
  message.type = SmsType::submit;
  message.first_octet = 0x41;
  message.set_data(concatenation_header(1, 2, 1), std::string(153, 'q'));
  CHECK(message.length == 160);
  CHECK(message.data.size() == 140);
  CHECK(message.body() == std::string(153, 'q'));
  CHECK(concatenation(message.header()) == SmsPart{1, 2, 1});
  for (std::size_t size = 1; size < 16; ++size) {  // a header of any length
    const std::string header = std::string(1, static_cast<char>(size)) + std::string(size, '\x70');
    message.set_data(header, "seven bits");
    CHECK(message.body() == "seven bits");
  }
  message.data = "\x7F";  // a header longer than the message
  message.length = 1;
  CHECK(message.header().empty());
}

}  // namespace sim800::test
