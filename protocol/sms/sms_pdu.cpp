// SPDX-License-Identifier: MIT
#include "protocol/sms/sms_pdu.hpp"

#include <algorithm>

#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::uint8_t type_mask = 0x03;

/// Takes fields from the front of a TPDU; once one is missing, all further ones are.
class Fields {
 public:
  explicit Fields(std::string_view octets) : rest_(octets) {}

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) complete_ = false;
    const std::string_view taken = rest_.substr(0, std::min(count, rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint8_t octet() {
    const std::string_view one = take(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one[0]);
  }
  SmsAddress address() {
    auto taken = take_address(rest_);
    if (!taken) complete_ = false;
    return taken.value_or(SmsAddress{});
  }
  SmsTime time() {
    const std::string_view octets = take(SmsTime::octets);
    return octets.size() == SmsTime::octets ? SmsTime::decode(octets) : SmsTime{};
  }
  bool at_end() const { return rest_.empty(); }
  bool complete() const { return complete_; }

 private:
  std::string_view rest_;
  bool complete_ = true;
};

SmsType type_of(std::uint8_t first_octet, bool from_mobile) {
  switch (first_octet & type_mask) {
    case 0: return SmsType::deliver;
    case 1: return SmsType::submit;
    default: return from_mobile ? SmsType::command : SmsType::status_report;
  }
}

/// TP-VPF: 0 none, 2 relative, 1 enhanced, 3 absolute.
std::size_t validity_length(std::uint8_t first_octet) {
  constexpr std::size_t lengths[] = {0, 7, 1, 7};
  return lengths[first_octet >> 3 & 3];
}

std::size_t data_octets(SmsAlphabet alphabet, std::size_t length) {
  return alphabet == SmsAlphabet::gsm ? (length * 7 + 7) / 8 : length;
}

void take_data(Fields& fields, Sms& into) {
  into.length = fields.octet();
  into.data = fields.take(data_octets(into.alphabet(), into.length));
}

/// TP-PI: which of the fields before the data are present (9.2.3.27).
void take_report_tail(Fields& fields, Sms& into) {
  if (fields.at_end()) return;
  const std::uint8_t present = fields.octet();
  if ((present & 1) != 0) into.protocol = fields.octet();
  if ((present & 2) != 0) into.coding = fields.octet();
  if ((present & 4) != 0) take_data(fields, into);
}

void take_fields(Fields& fields, Sms& into) {
  switch (into.type) {
    case SmsType::deliver:
      into.address = fields.address();
      into.protocol = fields.octet();
      into.coding = fields.octet();
      into.centre_time = fields.time();
      return take_data(fields, into);
    case SmsType::submit:
      into.reference = fields.octet();
      into.address = fields.address();
      into.protocol = fields.octet();
      into.coding = fields.octet();
      into.validity = fields.take(validity_length(into.first_octet));
      return take_data(fields, into);
    case SmsType::status_report:
      into.reference = fields.octet();
      into.address = fields.address();
      into.centre_time = fields.time();
      into.discharge_time = fields.time();
      into.status = fields.octet();
      return take_report_tail(fields, into);
    case SmsType::command:
      into.reference = fields.octet();
      into.protocol = fields.octet();
      into.command_type = fields.octet();
      into.message_number = fields.octet();
      into.address = fields.address();
      into.length = fields.octet();
      into.data = fields.take(into.length);
      return;
  }
}

unsigned fill_bits(std::size_t header_octets) { return static_cast<unsigned>((7 - header_octets * 8 % 7) % 7); }

}  // namespace

SmsCoding sms_coding(std::uint8_t dcs) {
  const unsigned group = dcs >> 4;
  const int message_class = dcs & 3;
  if (group < 8) {  // general, and marked for deletion
    constexpr SmsAlphabet alphabets[] = {SmsAlphabet::gsm, SmsAlphabet::octets, SmsAlphabet::ucs2, SmsAlphabet::gsm};
    return {alphabets[dcs >> 2 & 3], (dcs & 0x10) != 0 ? std::optional(message_class) : std::nullopt};
  }
  if (group == 0xE) return {SmsAlphabet::ucs2, std::nullopt};  // message waiting
  if (group == 0xF) return {(dcs & 4) != 0 ? SmsAlphabet::octets : SmsAlphabet::gsm, message_class};
  return {};
}

std::string_view Sms::header() const {
  if ((first_octet & has_header) == 0 || data.empty()) return {};
  const std::size_t size = 1u + static_cast<unsigned char>(data[0]);
  return size <= data.size() ? std::string_view(data).substr(0, size) : std::string_view{};
}

std::string Sms::body() const {
  const std::size_t size = header().size();
  if (alphabet() != SmsAlphabet::gsm) return data.substr(size);
  const std::size_t taken = (size * 8 + 6) / 7;  // septets under the header
  return unpack_septets(std::string_view(data).substr(size), length > taken ? length - taken : 0, fill_bits(size));
}

void Sms::set_data(std::string_view header, std::string_view body) {
  data = header;
  if (alphabet() == SmsAlphabet::gsm) {
    data += pack_septets(body, header.empty() ? 0 : fill_bits(header.size()));
    length = static_cast<std::uint8_t>((header.size() * 8 + 6) / 7 + body.size());
  } else {
    data += body;
    length = static_cast<std::uint8_t>(data.size());
  }
}

std::optional<std::u16string> Sms::text() const {
  switch (alphabet()) {
    case SmsAlphabet::gsm: return from_gsm(body());
    case SmsAlphabet::ucs2: return from_octets(body());
    case SmsAlphabet::octets: break;
  }
  return std::nullopt;
}

std::string encode_sms(const Sms& message) {
  std::string octets;
  const auto add = [&octets](std::uint8_t octet) { octets.push_back(static_cast<char>(octet)); };
  add(message.first_octet);
  if (message.type != SmsType::deliver) add(message.reference);
  if (message.type == SmsType::command) {
    add(message.protocol);
    add(message.command_type);
    add(message.message_number);
  }
  octets += encode_address(message.address);
  if (message.type == SmsType::status_report) {
    octets += message.centre_time.encode() + message.discharge_time.encode();
    add(message.status);
    return octets;
  }
  if (message.type != SmsType::command) {
    add(message.protocol);
    add(message.coding);
    octets += message.type == SmsType::deliver ? message.centre_time.encode() : message.validity;
  }
  add(message.length);
  return octets + message.data;
}

std::optional<Sms> decode_sms(std::string_view tpdu, bool from_mobile) {
  if (tpdu.empty()) return std::nullopt;
  Sms message;
  message.first_octet = static_cast<std::uint8_t>(tpdu[0]);
  message.type = type_of(message.first_octet, from_mobile);
  const bool goes_up = message.type == SmsType::submit || message.type == SmsType::command;
  if ((message.first_octet & type_mask) == 3 || goes_up != from_mobile) return std::nullopt;
  Fields fields(tpdu.substr(1));
  take_fields(fields, message);
  const bool sound = fields.complete() && fields.at_end() && message.data.size() <= max_sms_data;
  return sound ? std::optional(std::move(message)) : std::nullopt;
}

std::optional<SmsPdu> decode_pdu(std::string_view pdu, bool from_mobile) {
  SmsPdu decoded;
  if (!take_centre(pdu, decoded.centre)) return std::nullopt;
  auto message = decode_sms(pdu, from_mobile);
  if (!message) return std::nullopt;
  decoded.message = std::move(*message);
  decoded.tpdu_length = pdu.size();
  return decoded;
}

std::string encode_pdu(const std::optional<SmsAddress>& centre, const Sms& message) {
  return encode_centre(centre) + encode_sms(message);
}

}  // namespace sim800
