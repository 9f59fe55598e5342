// SPDX-License-Identifier: MIT
#include "emulator/sms/sms_print.hpp"

#include <fmt/format.h>

#include <utility>

#include "emulator/at/host_text.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

std::string in_hex(const std::optional<SmsAddress>& centre, const Sms& message) {
  return to_hex(encode_pdu(centre, message));
}

/// Under HEX, numbers stay in plain text: only names and texts are hexadecimal.
CharacterSet set_of_numbers(CharacterSet set) { return set == CharacterSet::hex ? CharacterSet::ira : set; }

}  // namespace

std::optional<SmsAddress> typed_number(CharacterSet set, std::string_view typed, std::optional<std::uint8_t> type) {
  const auto text = decode(set_of_numbers(set), typed);
  return text ? parse_number_address(*text, type) : std::nullopt;
}

SmsPrint::SmsPrint(const Settings& settings, NameOf name_of, bool headers)
    : settings_(settings),
      text_mode_(settings.number(key::cmgf) == 1),
      details_(settings.number(key::csdh) == 1),
      headers_(headers),
      set_(find_character_set(settings.text(key::cscs))),
      name_of_(std::move(name_of)) {}

/// <alpha>: the name in the phone book, in quotes.
std::string SmsPrint::alpha(const SmsAddress& address) const {
  const std::string name = name_of_ ? name_of_(to_utf8(address.text())) : std::string();
  return fmt::format("\"{}\"", alpha_for_host(settings_, name));
}

std::string SmsPrint::quoted(const SmsAddress& address) const {
  const std::u16string text = address.text();
  return fmt::format(
      "\"{}\"", address.is_name() ? escaped_for_host(settings_, to_utf8(text)) : encode(set_of_numbers(set_), text));
}

bool SmsPrint::with_header(const Sms& message) const {
  return headers_ && (message.first_octet & Sms::has_header) != 0;
}

/// <length> of text mode: septets or octets of what data() shows.
std::size_t SmsPrint::length(const Sms& message) const {
  return with_header(message) ? message.length : message.body().size();
}

/// Text of the GSM alphabet in the host's character set; anything else as two digits per octet.
std::string SmsPrint::body(SmsAlphabet alphabet, const std::string& body) const {
  if (alphabet != SmsAlphabet::gsm || set_ == CharacterSet::hex) return to_hex(body);
  return set_ == CharacterSet::gsm ? body : encode(set_, from_gsm(body));
}

std::string SmsPrint::data(const Sms& message) const {
  return with_header(message) ? to_hex(message.data) : body(message.alphabet(), message.body());
}

/// <fo>,<mr>,<ra>,<tora>,<scts>,<dt>,<st>
std::string SmsPrint::report_fields(const Sms& message) const {
  return fmt::format("{},{},{},{},\"{}\",\"{}\",{}", message.first_octet, message.reference, quoted(message.address),
                     message.address.type, message.centre_time.text(), message.discharge_time.text(), message.status);
}

/// ,<tooa/toda>,<fo>,<pid>,<dcs>[,<vp>],<sca>,<tosca>,<length>
std::string SmsPrint::details(const SmsPdu& pdu) const {
  const Sms& message = pdu.message;
  std::string validity;
  if (message.validity.size() == 1) validity = fmt::format(",{}", static_cast<unsigned char>(message.validity[0]));
  if (message.validity.size() == SmsTime::octets)
    validity = fmt::format(",\"{}\"", SmsTime::decode(message.validity).text());
  const SmsAddress centre = pdu.centre.value_or(SmsAddress{});
  return fmt::format(",{},{},{},{}{},{},{},{}", message.address.type, message.first_octet, message.protocol,
                     message.coding, validity, quoted(centre), centre.type, length(message));
}

std::string SmsPrint::header(std::string_view status, const SmsPdu& pdu) const {
  const Sms& message = pdu.message;
  switch (message.type) {
    case SmsType::deliver:
      return fmt::format("\"{}\",{},{},\"{}\"", status, quoted(message.address), alpha(message.address),
                         message.centre_time.text());
    case SmsType::submit: return fmt::format("\"{}\",{},{}", status, quoted(message.address), alpha(message.address));
    case SmsType::status_report: return fmt::format("\"{}\",{}", status, report_fields(message));
    case SmsType::command: break;
  }
  return fmt::format("\"{}\",{},{}", status, message.first_octet, message.command_type);
}

std::string SmsPrint::read(const StoredSms& stored) const {
  const SmsPdu pdu = stored.decoded();
  if (!text_mode_)
    return fmt::format("{},{},{}\r\n{}", static_cast<int>(stored.status), alpha(pdu.message.address), pdu.tpdu_length,
                       to_hex(stored.pdu));
  std::string first = header(word(stored.status), pdu);
  const Sms& message = pdu.message;
  if (message.type == SmsType::status_report) return first;
  if (message.type == SmsType::command) {
    if (!details_) return first;
    return fmt::format("{},{},{},{},{},{}\r\n{}", first, message.protocol, message.message_number,
                       quoted(message.address), message.address.type, message.length, to_hex(message.data));
  }
  return fmt::format("{}{}\r\n{}", first, details_ ? details(pdu) : "", data(message));
}

std::string SmsPrint::listed(int index, const StoredSms& stored) const {
  const SmsPdu pdu = stored.decoded();
  if (!text_mode_) return fmt::format("{},{}", index, read(stored));
  std::string first = fmt::format("{},{}", index, header(word(stored.status), pdu));
  const Sms& message = pdu.message;
  if (message.type != SmsType::deliver && message.type != SmsType::submit) return first;
  const std::string tail = details_ ? fmt::format(",{},{}", message.address.type, length(message)) : "";
  return fmt::format("{}{}\r\n{}", first, tail, data(message));
}

std::string SmsPrint::arrived(const SmsPdu& pdu) const {
  const Sms& message = pdu.message;
  if (!text_mode_)
    return fmt::format("{},{}\r\n{}", alpha(message.address), pdu.tpdu_length, in_hex(pdu.centre, message));
  return fmt::format("{},{},\"{}\"{}\r\n{}", quoted(message.address), alpha(message.address),
                     message.centre_time.text(), details_ ? details(pdu) : "", data(message));
}

std::string SmsPrint::report(const SmsPdu& pdu) const {
  if (text_mode_) return report_fields(pdu.message);
  return fmt::format("{}\r\n{}", pdu.tpdu_length, in_hex(pdu.centre, pdu.message));
}

/// <sn>,<mid>,<dcs>,<page>,<pages>, or all 88 octets
std::string SmsPrint::broadcast(const BroadcastPage& page) const {
  if (!text_mode_) return fmt::format("{}\r\n{}", BroadcastPage::octets, to_hex(page.encode()));
  return fmt::format("{},{},{},{},{}\r\n{}", page.serial, page.identifier, page.coding, page.number, page.total,
                     body(page.alphabet(), page.body()));
}

}  // namespace sim800
