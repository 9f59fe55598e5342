// SPDX-License-Identifier: MIT
#include "protocol/sim/proactive.hpp"

#include <initializer_list>

#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

// Tags (11.14 13.1, 13.3), without the bit that says whether the part must be understood.
constexpr unsigned command_tag = 0xd0, comprehension = 0x80;
enum : unsigned {
  details = 0x01,
  identities = 0x02,
  result = 0x03,
  duration = 0x04,
  alpha = 0x05,
  address = 0x06,
  ss_string = 0x09,
  ussd_string = 0x0a,
  sms_tpdu = 0x0b,
  text_string = 0x0d,
  tone = 0x0e,
  item = 0x0f,
  item_identifier = 0x10,
  response_length = 0x11,
  file_list = 0x12,
  location = 0x13,
  imei = 0x14,
  event_list = 0x19,
  date_time = 0x26,
  dtmf_string = 0x2c,
};

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }
char as_char(unsigned value) { return static_cast<char>(value); }

/// One byte up to 127, else 81 and one byte.
std::string length_of(std::size_t size) {
  if (size < 0x80) return {as_char(static_cast<unsigned>(size))};
  return {'\x81', as_char(static_cast<unsigned>(size))};
}

std::string part(unsigned tag, std::string_view value) {
  std::string tlv(1, as_char(tag));
  tlv += length_of(value.size());
  return tlv.append(value);
}

/// A part that the other side has to understand.
std::string required(unsigned tag, std::string_view value) { return part(tag | comprehension, value); }

std::string required(unsigned tag, std::initializer_list<unsigned> value) {
  std::string bytes;
  for (const unsigned each : value) bytes += as_char(each);
  return part(tag | comprehension, bytes);
}

struct Part {
  unsigned tag;
  std::string_view value;
};

/// Takes one from the front.
std::optional<Part> take(std::string_view& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const unsigned tag = byte_of(bytes[0]);
  std::size_t length = byte_of(bytes[1]), start = 2;
  if (length == 0x81 && bytes.size() > 2) {
    length = byte_of(bytes[2]);
    start = 3;
  } else if (length > 0x7f) {
    return std::nullopt;
  }
  if (bytes.size() < start + length) return std::nullopt;
  const Part taken{tag, bytes.substr(start, length)};
  bytes.remove_prefix(start + length);
  return taken;
}

/// All parts, with the comprehension bit taken off; nothing if one does not fit.
std::optional<std::vector<Part>> parts_of(std::string_view bytes) {
  std::vector<Part> parts;
  while (!bytes.empty()) {
    const auto next = take(bytes);
    if (!next) return std::nullopt;
    parts.push_back({next->tag & ~comprehension, next->value});
  }
  return parts;
}

ToolkitText text_in(std::string_view value) {
  if (value.empty()) return {.coding = 0x04, .bytes = {}};
  return {static_cast<std::uint8_t>(value[0]), std::string(value.substr(1))};
}

std::string text_value(const ToolkitText& text) {
  std::string value(1, as_char(text.coding));
  return value.append(text.bytes);
}

std::optional<ToolkitDuration> duration_in(std::string_view value) {
  if (value.size() < 2 || byte_of(value[0]) > 2) return std::nullopt;
  return ToolkitDuration{static_cast<ToolkitDuration::Unit>(value[0]), static_cast<std::uint8_t>(value[1])};
}

std::string duration_value(const ToolkitDuration& span) {
  return {static_cast<char>(span.unit), static_cast<char>(span.count)};
}

std::string details_value(const ProactiveCommand& command) {
  return {static_cast<char>(command.number), static_cast<char>(command.type), static_cast<char>(command.qualifier)};
}

void read_part(const Part& part, ProactiveCommand& into) {
  const std::string_view value = part.value;
  switch (part.tag) {
    case duration: into.duration = duration_in(value); break;
    case alpha: into.alpha = value; break;
    case address: into.address = value; break;
    case ss_string: into.ss = value; break;
    case ussd_string: into.ussd = value; break;
    case sms_tpdu: into.sms = value; break;
    case text_string: into.text = text_in(value); break;
    case dtmf_string: into.dtmf = value; break;
    case event_list: into.events = value; break;
    case file_list: into.files = value; break;
    case tone:
      if (!value.empty()) into.tone = static_cast<std::uint8_t>(value[0]);
      break;
    case item:
      if (!value.empty()) into.items.push_back({static_cast<std::uint8_t>(value[0]), std::string(value.substr(1))});
      break;
    case response_length:
      if (value.size() > 1)
        into.response_length = {static_cast<std::uint8_t>(value[0]), static_cast<std::uint8_t>(value[1])};
      break;
    case identities:
      if (value.size() > 1) into.destination = static_cast<std::uint8_t>(value[1]);
      break;
    default: break;
  }
}

std::string envelope(unsigned tag, std::string_view from_to, std::string_view rest) {
  std::string value = required(identities, from_to);
  value += rest;
  return part(tag, value);
}

constexpr std::string_view keypad_to_card{"\x01\x81", 2}, network_to_card{"\x83\x81", 2}, module_to_card{"\x82\x81", 2};

}  // namespace

ToolkitText ToolkitText::of(std::u16string_view text) {
  if (fits_gsm(text)) return {.coding = 0x04, .bytes = to_gsm(text)};
  return {.coding = 0x08, .bytes = to_octets(text)};
}

std::u16string ToolkitText::text() const {
  switch (coding & 0x0cU) {
    case 0x08: return from_octets(bytes);
    case 0x04: return from_gsm(bytes);
    default: break;
  }
  std::string septets = unpack_septets(bytes, bytes.size() * 8 / 7);
  // Seven spare bits at the end hold no character, as CR or zero.
  if (bytes.size() % 7 == 0 && !septets.empty() && (septets.back() == '\r' || septets.back() == 0)) septets.pop_back();
  return from_gsm(septets);
}

std::string encode_proactive(const ProactiveCommand& command) {
  std::string value = required(details, details_value(command));
  value += required(identities, {0x81U, command.destination});
  if (command.files) value += required(file_list, *command.files);
  if (command.alpha) value += required(alpha, *command.alpha);
  if (command.tone) value += required(tone, {*command.tone});
  if (command.address) value += required(address, *command.address);
  if (command.sms) value += required(sms_tpdu, *command.sms);
  if (command.ss) value += required(ss_string, *command.ss);
  if (command.ussd) value += required(ussd_string, *command.ussd);
  if (command.dtmf) value += required(dtmf_string, *command.dtmf);
  if (command.text) value += required(text_string, text_value(*command.text));
  if (command.response_length)
    value += required(response_length, {command.response_length->first, command.response_length->second});
  for (const ToolkitItem& each : command.items) value += required(item, static_cast<char>(each.id) + each.text);
  if (command.events) value += required(event_list, *command.events);
  if (command.duration) value += required(duration, duration_value(*command.duration));
  return part(command_tag, value);
}

std::optional<ProactiveCommand> decode_proactive(std::string_view bytes) {
  const auto whole = take(bytes);
  if (!whole || whole->tag != command_tag || !bytes.empty()) return std::nullopt;
  const auto parts = parts_of(whole->value);
  if (!parts || parts->empty() || parts->front().tag != details || parts->front().value.size() != 3)
    return std::nullopt;
  const std::string_view given = parts->front().value;
  ProactiveCommand command{.number = static_cast<std::uint8_t>(given[0]),
                           .type = static_cast<ProactiveType>(given[1]),
                           .qualifier = static_cast<std::uint8_t>(given[2])};
  for (const Part& each : *parts) read_part(each, command);
  return command;
}

std::string_view name_of(ProactiveType type) {
  switch (type) {
    case ProactiveType::refresh: return "REFRESH";
    case ProactiveType::more_time: return "MORE TIME";
    case ProactiveType::poll_interval: return "POLL INTERVAL";
    case ProactiveType::polling_off: return "POLLING OFF";
    case ProactiveType::set_up_event_list: return "SET UP EVENT LIST";
    case ProactiveType::set_up_call: return "SETUP CALL";
    case ProactiveType::send_ss: return "SEND SS";
    case ProactiveType::send_ussd: return "SEND USSD";
    case ProactiveType::send_sms: return "SEND SHORT MESSAGE";
    case ProactiveType::send_dtmf: return "SEND DTMF";
    case ProactiveType::play_tone: return "PLAY TONE";
    case ProactiveType::display_text: return "DISPLAY TEXT";
    case ProactiveType::get_inkey: return "GET INKEY";
    case ProactiveType::get_input: return "GET INPUT";
    case ProactiveType::select_item: return "SELECT ITEM";
    case ProactiveType::set_up_menu: return "SET UP MENU";
    case ProactiveType::provide_local_information: return "PROVIDE LOCAL INFORMATION";
    case ProactiveType::set_up_idle_text: return "SET UP IDLE MODE TEXT";
  }
  return "";
}

std::string encode_response(const ProactiveCommand& command, const TerminalResponse& response) {
  std::string value = required(details, details_value(command));
  value += required(identities, {0x82U, 0x81U});
  value += required(result, static_cast<char>(response.result) + response.additional);
  if (response.duration) value += required(duration, duration_value(*response.duration));
  if (response.text) value += required(text_string, text_value(*response.text));
  if (response.item) value += required(item_identifier, {*response.item});
  if (response.location) value += required(location, *response.location);
  if (response.imei) value += required(imei, *response.imei);
  if (response.time) value += required(date_time, *response.time);
  return value;
}

std::optional<TerminalResponse> decode_response(std::string_view bytes) {
  const auto parts = parts_of(bytes);
  if (!parts) return std::nullopt;
  std::optional<TerminalResponse> response;
  for (const Part& each : *parts) {
    if (each.tag == result && !each.value.empty())
      response = {.result = static_cast<std::uint8_t>(each.value[0]), .additional = std::string(each.value.substr(1))};
    if (!response) continue;
    if (each.tag == text_string) response->text = text_in(each.value);
    if (each.tag == item_identifier && !each.value.empty()) response->item = static_cast<std::uint8_t>(each.value[0]);
    if (each.tag == duration) response->duration = duration_in(each.value);
    if (each.tag == location) response->location = each.value;
    if (each.tag == imei) response->imei = each.value;
    if (each.tag == date_time) response->time = each.value;
  }
  return response;
}

std::string menu_selection(std::uint8_t chosen) {
  return envelope(0xd3, keypad_to_card, required(item_identifier, {chosen}));
}

std::string sms_download(std::string_view centre, std::string_view tpdu) {
  std::string rest = centre.empty() ? std::string() : part(address, centre);
  rest += required(sms_tpdu, tpdu);
  return envelope(0xd1, network_to_card, rest);
}

std::string event_download(std::uint8_t event) {
  std::string value = required(event_list, {event});
  value += required(identities, module_to_card);
  return part(0xd6, value);
}

std::optional<Envelope> decode_envelope(std::string_view bytes) {
  const auto whole = take(bytes);
  if (!whole || !bytes.empty()) return std::nullopt;
  const auto parts = parts_of(whole->value);
  if (!parts) return std::nullopt;
  Envelope read{.tag = static_cast<std::uint8_t>(whole->tag), .item = {}, .event = {}};
  for (const Part& each : *parts) {
    if (each.value.empty()) continue;
    if (each.tag == sms_tpdu) read.sms = true;
    if (each.tag == item_identifier) read.item = static_cast<std::uint8_t>(each.value[0]);
    if (each.tag == event_list) read.event = static_cast<std::uint8_t>(each.value[0]);
  }
  return read;
}

}  // namespace sim800
