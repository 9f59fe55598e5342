// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "protocol/mms/mms_pdu.hpp"
#include "protocol/mms/wsp.hpp"
#include "protocol/sms/sms_ports.hpp"

namespace sim800::test {
namespace {

using namespace std::string_literals;

Mms full_message() {
  Mms message;
  message.transaction = "1A";
  message.date = 1'700'000'000;
  message.to = {"+8613800138000", "john@example.org"};
  message.cc = {"10086"};
  message.bcc = {"+1"};
  message.subject =
      "Gr\xc3\xbc\xc3\x9f"
      "e";
  message.validity = 86'400;
  message.priority = 2;
  message.delivery_report = true;
  message.read_report = false;
  message.sender_visibility = 1;
  message.message_class = 0;
  message.parts = {{"image0.jpg", "image/jpeg", std::string(70'000, '\xff')},
                   {"text0.txt", "text/plain", "Hello"},
                   {"a.amr", "audio/amr", ""}};
  return message;
}

}  // namespace

TEST_CASE("mms pdu: what is sent is read back") {
  const Mms message = full_message();
  const auto read = decode_mms(encode_mms(message));
  REQUIRE(read);
  CHECK(*read == message);
}

TEST_CASE("mms pdu: M-Send.req, octet by octet") {
  Mms message;
  message.transaction = "7";
  message.to = {"+123"};
  message.subject = "Hi";
  message.parts = {{"t.txt", "text/plain", "abc"}};
  CHECK(encode_mms(message) ==
        "\x8c\x80\x98"
        "7\x00\x8d\x92\x89\x01\x81\x97+123/TYPE=PLMN\x00\x96Hi\x00\x84\x01\xa3"s
        "\x01\x1c\x03\x0a\x83\x81\xea\x85t.txt\x00\x8et.txt\x00\xc0\"<t.txt>\x00"
        "abc"s);
}

TEST_CASE("mms pdu: every message of the other types") {
  Mms notification;
  notification.type = MmsType::notification;
  notification.transaction = "abc";
  notification.from = "+8613800138000";
  notification.subject = "s";
  notification.message_class = 1;
  notification.size = 30'000;
  notification.validity = 3600;
  notification.location = "http://mmsc/1";
  CHECK(decode_mms(encode_mms(notification)) == notification);
  Mms retrieved = full_message();
  retrieved.type = MmsType::retrieve_confirmation;
  retrieved.from = "a@b";
  retrieved.id = "id";
  retrieved.retrieved = Mms::accepted;
  CHECK(decode_mms(encode_mms(retrieved)) == retrieved);
  Mms confirmation;
  confirmation.type = MmsType::send_confirmation;
  confirmation.transaction = "1";
  confirmation.response = 130;
  confirmation.id = "x";
  CHECK(decode_mms(encode_mms(confirmation)) == confirmation);
  Mms delivery;
  delivery.type = MmsType::delivery;
  delivery.id = "x";
  delivery.to = {"+1"};
  delivery.date = 1;
  delivery.status = 1;
  CHECK(decode_mms(encode_mms(delivery)) == delivery);
}

TEST_CASE("mms pdu: headers that nobody asked for are passed over") {
  const std::string unknown = "X-Name\0value\0"s + "\x9b\x80" + "\xa0\x03\x01\x02\x03"s + "\xa1text\0"s;
  const auto read = decode_mms("\x8c\x81\x98" + "1\0\x8d\x92"s + unknown + "\x92\x80");
  REQUIRE(read);
  CHECK(read->response == 0x80);
}

TEST_CASE("mms pdu: one part alone, and parts that tell their name by id") {
  const auto read = decode_mms("\x8c\x84\x98" + "1\0\x8d\x92\x84\x83plain"s);
  REQUIRE(read);
  REQUIRE(read->parts.size() == 1);
  CHECK(read->parts[0] == MmsPart{"", "text/plain", "plain"});
  const auto named = decode_mms("\x8c\x84\x98" + "1\0\x8d\x92\x84\xa3\x01\x07\x02\x9e\xc0\"<a>\0xy"s);
  REQUIRE(named);
  CHECK(named->parts[0] == MmsPart{"a", "image/jpeg", "xy"});
}

TEST_CASE("mms pdu: no prefix of a message makes anything fall over") {
  for (const auto& octets : {encode_mms(full_message()).substr(0, 400), push_of_mms("\x8c\x82")}) {
    for (std::size_t length = 0; length < octets.size(); ++length) {
      decode_mms(octets.substr(0, length));
      mms_in_push(octets.substr(0, length));
      for (const char c : {'\0', '\x1f', '\x7f', '\x80', '\xff'}) {
        std::string spoilt = octets;
        spoilt[length] = c;
        decode_mms(spoilt);
        mms_in_push(spoilt);
      }
    }
  }
  CHECK_FALSE(decode_mms(""));
  CHECK_FALSE(decode_mms("\x8c\xff"));
  CHECK_FALSE(decode_mms("what"));
}

TEST_CASE("mms pdu: text is read back whatever octet it begins with") {
  for (int first = 1; first < 256; ++first) {
    CAPTURE(first);
    const std::string text = static_cast<char>(first) + "x"s;
    Mms message;
    message.type = MmsType::send_request;
    message.transaction = text;
    message.from = text;
    message.to = {text};
    message.subject = text;
    message.parts = {{text, text, "data"}};
    const auto read = decode_mms(encode_mms(message));
    REQUIRE(read);
    CHECK(read->transaction == text);
    CHECK(read->from == text);
    CHECK(read->to == message.to);
    CHECK(read->subject == text);
    CHECK(read->parts == message.parts);
  }
}

TEST_CASE("mms pdu: integers of WSP") {
  for (const std::uint32_t value : {0U, 1U, 127U, 128U, 16'383U, 16'384U, 300'000U, 0xffffffffU}) {
    CHECK(wsp::Reader(wsp::uintvar(value)).uintvar() == value);
    CHECK(wsp::Reader(wsp::long_integer(value)).integer() == value);
  }
  CHECK(wsp::uintvar(0x87A5) == "\x82\x8f\x25");  // the specification's example
}

TEST_CASE("mms pdu: a push is one by port and content type") {
  Sms message;
  message.coding = 0x04;
  message.first_octet = Sms::has_header;
  message.set_data("\x06\x05\x04\x0b\x84\x23\xf0"s, push_of_mms("\x8c\x82"));
  CHECK(destination_port(message) == wap_push_port);
  CHECK(is_mms_push(message));
  CHECK(mms_in_push(message.body()) == "\x8c\x82");
  Sms other = message;
  other.set_data("\x06\x05\x04\x0b\x85\x23\xf0"s, push_of_mms("\x8c\x82"));
  CHECK_FALSE(is_mms_push(other));
  other.set_data("\x06\x05\x04\x0b\x84\x23\xf0"s, "\x01\x06\x01\xae"s);  // service indication
  CHECK_FALSE(is_mms_push(other));
}

}  // namespace sim800::test
