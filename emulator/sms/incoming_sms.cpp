// SPDX-License-Identifier: MIT
#include "emulator/sms/incoming_sms.hpp"

#include <algorithm>
#include <utility>

#include "protocol/sms/sms_parts.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t deliver_octet = 0x04;  // SMS-DELIVER, no more messages wait
constexpr std::size_t max_parts = 255;

constexpr std::uint8_t waiting_indication = 0x01;  // an element of the header
constexpr unsigned stored_bit = 0x80;

/// The data coding scheme says whether something waits, if it has one for the text: those who are not kept are in the
/// GSM alphabet. Of others the header alone says it.
std::uint8_t coding_of(const Waiting& waiting, bool gsm) {
  if (!gsm && !waiting.stored) return 0x08;
  const unsigned group = !waiting.stored ? 0xC0 : gsm ? 0xD0 : 0xE0;
  return static_cast<std::uint8_t>(group | (waiting.count > 0 ? 0x08U : 0U) | static_cast<unsigned>(waiting.kind));
}

std::string element_of(const Waiting& waiting) {
  std::string element{waiting_indication, 2};
  element.push_back(static_cast<char>((waiting.stored ? stored_bit : 0U) | static_cast<unsigned>(waiting.kind)));
  element.push_back(static_cast<char>(std::min(waiting.count, 255U)));
  return element;
}

std::uint8_t coding_of(const IncomingSms& incoming, const std::u16string& text) {
  if (incoming.coding) return *incoming.coding;
  if (incoming.waiting) return coding_of(*incoming.waiting, fits_gsm(text));
  const std::uint8_t alphabet = incoming.octets ? 0x04 : fits_gsm(text) ? 0x00 : 0x08;
  // 23.038 chapter 4: a class is meant
  return incoming.message_class ? static_cast<std::uint8_t>(alphabet | 0x10U | unsigned(*incoming.message_class))
                                : alphabet;
}

std::string with_length(const std::string& elements) {
  return elements.empty() ? std::string() : static_cast<char>(elements.size()) + elements;
}

void put_16(std::string& into, std::uint16_t value) {
  into.push_back(static_cast<char>(value >> 8U));
  into.push_back(static_cast<char>(value & 0xFFU));
}

}  // namespace

std::vector<Sms> messages_of(const IncomingSms& incoming, std::uint8_t& last_reference, const SmsTime& now) {
  const std::u16string text = from_utf8(incoming.text);
  Sms message;
  message.address = parse_sender(from_utf8(incoming.from));
  message.coding = coding_of(incoming, text);
  message.protocol = incoming.protocol;
  message.centre_time = incoming.time.value_or(now);
  const SmsAlphabet alphabet = message.alphabet();
  const std::string body = incoming.octets                ? *incoming.octets
                           : alphabet == SmsAlphabet::gsm ? to_gsm(text)
                                                          : to_octets(text);
  const std::string elements = incoming.header + (incoming.waiting ? element_of(*incoming.waiting) : "");
  auto pieces = split_body(alphabet, body, elements.size());
  pieces.resize(std::min(pieces.size(), max_parts));
  const auto total = static_cast<std::uint8_t>(pieces.size());
  if (total > 1) ++last_reference;
  std::vector<Sms> all;
  for (std::uint8_t i = 0; i < total; ++i) {
    // The length octet of the concatenation's header is in its place already.
    const std::string part = total == 1 ? std::string() : concatenation_header(last_reference, total, i + 1).substr(1);
    const std::string header = with_length(part + elements);
    message.first_octet = header.empty() ? deliver_octet : deliver_octet | Sms::has_header;
    message.set_data(header, pieces[i]);
    all.push_back(message);
  }
  if (incoming.parts.empty()) return all;
  std::vector<Sms> chosen;
  for (const unsigned number : incoming.parts) {
    if (number >= 1 && number <= all.size()) chosen.push_back(all[number - 1]);
  }
  return chosen;
}

std::string ports_element(std::uint16_t destination, std::uint16_t source) {
  std::string element("\x05\x04", 2);
  put_16(element, destination);
  put_16(element, source);
  return element;
}

/// 23.040 9.2.3.24.2: it is kept if the data coding scheme or the header says so.
std::optional<bool> says_waiting(const Sms& message) {
  const unsigned group = message.coding >> 4U;
  const auto element = header_element(message.header(), waiting_indication);
  const bool by_header = element && element->size() == 2;
  if (group < 0xC || group > 0xE) {
    if (!by_header) return std::nullopt;
  } else if (group != 0xC) {
    return true;
  }
  return by_header && (static_cast<std::uint8_t>((*element)[0]) & stored_bit) != 0;
}

std::string service_indication(const std::string& url, const std::string& text) {
  // WSP: transaction, push, one octet of headers: application/vnd.wap.sic.  WBXML: SI 1.0, UTF-8, <si>, <indication
  // href="…">, text, two ends.
  std::string push("\x01\x06\x01\xAE\x02\x05\x6A\x00\x45\xC6\x0B\x03", 12);
  push += url;
  push += std::string("\x00\x01\x03", 3) + text;
  push += std::string("\x00\x01\x01", 3);
  return push;
}

}  // namespace sim800
