// Messages as octets: PDUs in both directions, their addresses, times, headers and parts.
// SPDX-License-Identifier: MIT
#include <string>

#include "protocol/sms/sms_parts.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "protocol/sms/sms_ports.hpp"
#include "protocol/text/unicode.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

/// Everything the module asks of a message.
void use(const Sms& message) {
  (void)message.text();
  (void)message.address.text();
  (void)destination_port(message);
  (void)is_mms_push(message);
  if (const auto part = concatenation(message.header())) require(part->total > 0, "a message of no parts");
  require(message.body().size() <= 160, "a body that no message can hold");
}

/// What has been read can be written, and read again as the same.
void read(std::string_view octets, bool from_mobile) {
  if (const auto message = decode_sms(octets, from_mobile)) {
    use(*message);
    const std::string written = encode_sms(*message);
    const auto again = decode_sms(written, from_mobile);
    require(again.has_value(), "a message that was written cannot be read");
    require(encode_sms(*again) == written, "a message changes when it is stored");
  }
  if (const auto pdu = decode_pdu(octets, from_mobile)) {
    use(pdu->message);
    require(pdu->tpdu_length <= octets.size(), "a length beyond the PDU");
    const std::string written = encode_pdu(pdu->centre, pdu->message);
    const auto again = decode_pdu(written, from_mobile);
    require(again.has_value(), "a PDU that was written cannot be read");
    require(encode_pdu(again->centre, again->message) == written, "a PDU changes when it is stored");
  }
}

void split(SmsAlphabet alphabet, std::string_view body) {
  std::string joined;
  for (const std::string& part : split_body(alphabet, body)) joined += part;
  require(joined == body, "splitting loses something");
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800;
  using namespace sim800::test;
  std::string_view input = text_of(data, size);
  const std::uint8_t kind = take_byte(input);
  switch (kind % 4) {
    case 0: read(input, false); break;
    case 1: read(input, true); break;
    case 2: {
      split(SmsAlphabet::octets, input);
      std::string septets(input);
      for (char& c : septets) c = static_cast<char>(c & 0x7F);
      split(SmsAlphabet::gsm, septets);
      split(SmsAlphabet::ucs2, input.substr(0, input.size() / 2 * 2));
      break;
    }
    default: {
      const std::u16string text = from_utf8(input);
      (void)encode_address(parse_sender(text));
      (void)parse_number_address(text);
      if (const auto time = SmsTime::parse(input))
        require(SmsTime::decode(time->encode()) == *time, "a time changes on the air");
      std::string_view rest = input;
      while (const auto address = take_address(rest)) (void)address->text();
    }
  }
  return 0;
}
