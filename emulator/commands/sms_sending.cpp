// Messages to the network and to the memories (AT manual 4.2.5-4.2.7; 27.005 3.4.4, 3.5, 4.3-4.5, 4.7).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/at/line_settings.hpp"
#include "emulator/commands/network_services.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sms/sms_print.hpp"
#include "emulator/sms/sms_service.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/sms/sms_parts.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr Result invalid_pdu_mode = Result::cms(304), invalid_text_mode = Result::cms(305);
constexpr Result invalid_index = Result::cms(321), memory_full = Result::cms(322), invalid_value = Result::cms(325);
constexpr Result too_long = Result::cms(513);

/// Longest text: 1024 characters of the GSM alphabet (4.2.5), which take seven messages; as many messages in the other
/// codings.
constexpr std::size_t max_characters = 1024, max_parts = 7;
/// Most characters typed for it: four digits for each character of UCS2.
constexpr std::size_t max_typed = 4 * max_characters;
/// Longest TPDU (23.040 9.2.3: 164 for SUBMIT), and what may surround its digits.
constexpr std::uint32_t longest_tpdu = 176;
constexpr std::size_t max_pdu_typed = 1024;

bool text_mode(const Invocation& cmd) { return cmd.modem.settings.number(key::cmgf) == 1; }

/// Result of the prompt: messages, or the end of the command.
struct Composed {
  std::optional<Result> end;
  std::vector<SmsPdu> parts;
};

std::optional<Result> end_of(PromptResult typing) {
  if (typing == PromptResult::gone) return Result::silent();
  return typing == PromptResult::cancelled ? std::optional(ok) : std::nullopt;
}

// --- text mode

/// AT+CSMP's parameters, and that address.
Sms draft(const Invocation& cmd, SmsAddress to) {
  const auto octet = [&](NumberKey key) { return static_cast<std::uint8_t>(cmd.settings.number(key)); };
  constexpr std::uint8_t type_bits = 0x03, submit = 0x01, validity_bits = 0x18, relative = 0x10;
  Sms message;
  message.type = SmsType::submit;
  message.first_octet = static_cast<std::uint8_t>((octet(key::csmp_fo) & ~type_bits) | submit);
  message.address = std::move(to);
  message.protocol = octet(key::csmp_pid);
  message.coding = octet(key::csmp_dcs);
  const std::string& validity = cmd.settings.text(key::csmp_vp);
  const auto time = SmsTime::parse(validity);
  if (time && (message.first_octet & validity_bits) == validity_bits) {
    message.validity = time->encode();
  } else if (!time && (message.first_octet & validity_bits) == relative) {
    message.validity = std::string(1, static_cast<char>(parse_number(validity).value_or(0)));
  } else {  // <fo> and <vp> do not match: no validity period
    message.first_octet &= static_cast<std::uint8_t>(~validity_bits);
  }
  return message;
}

/// Spaces and line ends between digits are ignored.
std::string without_line_ends(std::string typed) {
  std::erase_if(typed, [](char c) { return c == '\r' || c == '\n' || c == ' '; });
  return typed;
}
std::optional<std::string> typed_octets(std::string typed) { return from_hex(without_line_ends(std::move(typed))); }

/// The body as typed: characters for the GSM alphabet, otherwise two digits per octet.
std::optional<std::string> typed_body(const Invocation& cmd, SmsAlphabet alphabet, const std::string& typed) {
  const CharacterSet set = find_character_set(cmd.modem.settings.text(key::cscs));
  if (alphabet != SmsAlphabet::gsm || set == CharacterSet::hex) return typed_octets(typed);
  if (set == CharacterSet::gsm) return typed;
  const auto text = decode(set, set == CharacterSet::ucs2 ? without_line_ends(typed) : typed);
  return text ? std::optional(to_gsm(*text)) : std::nullopt;
}

/// One message, or several with headers that connect them.
Composed divided(const Invocation& cmd, Sms message, const std::string& body) {
  const SmsAlphabet alphabet = message.alphabet();
  const std::vector<std::string> pieces = split_body(alphabet, body);
  const bool long_text = pieces.size() > 1;
  if (pieces.size() > max_parts || (alphabet == SmsAlphabet::gsm && body.size() > max_characters))
    return {too_long, {}};
  Composed composed;
  const std::uint8_t reference = long_text ? cmd.modem.sms->next_part_reference() : 0;
  if (long_text) message.first_octet |= Sms::has_header;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto total = static_cast<std::uint8_t>(pieces.size()), number = static_cast<std::uint8_t>(i + 1);
    message.set_data(long_text ? concatenation_header(reference, total, number) : std::string(), pieces[i]);
    composed.parts.push_back({cmd.modem.sms->centre(), message, 0});
  }
  return composed;
}

/// With a header in <fo>, header and text are typed as octets (27.005 3.1, <data>).
Composed with_typed_header(const Invocation& cmd, Sms message, const std::string& typed) {
  const auto octets = typed_octets(typed);
  if (!octets) return {invalid_text_mode, {}};
  if (octets->size() > max_sms_data) return {too_long, {}};
  message.data = *octets;
  const bool gsm = message.alphabet() == SmsAlphabet::gsm;
  message.length = static_cast<std::uint8_t>(gsm ? octets->size() * 8 / 7 : octets->size());
  return {std::nullopt, {{cmd.modem.sms->centre(), message, 0}}};
}

Task<Composed> compose_text(Invocation& cmd, SmsAddress to) {
  const Settings& settings = cmd.modem.settings;
  const bool gsm = settings.text(key::cscs) == "GSM";  // in which DEL is a letter
  const bool raw = settings.number(key::cmghex) == 1 && gsm;
  std::string typed;
  const PromptResult typing =
      co_await cmd.channel.take_text(typed, {.limit = max_typed, .controls = raw, .edits = !raw, .del = !gsm});
  if (const auto end = end_of(typing)) co_return Composed{end, {}};
  if (typed.size() > max_typed) co_return Composed{too_long, {}};
  const Sms message = draft(cmd, std::move(to));
  if ((message.first_octet & Sms::has_header) != 0) co_return with_typed_header(cmd, message, typed);
  const auto body = typed_body(cmd, message.alphabet(), typed);
  if (!body) co_return Composed{invalid_text_mode, {}};
  co_return divided(cmd, message, *body);
}

/// <da>[,<toda>], in quotes.
std::optional<SmsAddress> destination(const Invocation& cmd, std::size_t i) {
  if (!cmd.arguments[i].quoted) return std::nullopt;
  const auto typed_type = parse_number(cmd.arguments[i + 1].text);
  const auto type = typed_type ? std::optional(static_cast<std::uint8_t>(*typed_type)) : std::nullopt;
  if (typed_type && (*typed_type < 128 || *typed_type > 255)) return std::nullopt;
  if (!typed_type && cmd.has(i + 1)) return std::nullopt;
  return typed_number(find_character_set(cmd.modem.settings.text(key::cscs)), cmd.text(i), type);
}

// --- PDU mode

/// <length>: octets of the TPDU.
std::optional<std::uint32_t> typed_length(const Invocation& cmd) {
  const auto length = parse_number(cmd.arguments[0].text);
  return length && *length >= 1 && *length <= longest_tpdu ? length : std::nullopt;
}

Task<Composed> compose_pdu(Invocation& cmd, std::uint32_t length, bool from_mobile) {
  std::string typed;
  const PromptResult typing =
      co_await cmd.channel.take_text(typed, {.limit = max_pdu_typed, .del = true, .repeat_prompt = false});
  if (const auto end = end_of(typing)) co_return Composed{end, {}};
  const auto octets = typed_octets(std::move(typed));
  const std::size_t centre = octets && !octets->empty() ? 1U + static_cast<unsigned char>(octets->front()) : 0;
  if (!octets || octets->size() != centre + length) co_return Composed{invalid_pdu_mode, {}};
  auto pdu = decode_pdu(*octets, from_mobile);
  if (!pdu) co_return Composed{invalid_value, {}};
  Composed composed;
  composed.parts.push_back(std::move(*pdu));
  co_return composed;
}

// --- 4.2.5 CMGS

Task<Result> send_all(Invocation& cmd, std::vector<SmsPdu> parts) {
  std::uint8_t reference = 0;
  for (SmsPdu& part : parts) {
    const SmsAddress centre = part.centre.value_or(cmd.modem.sms->centre().value_or(SmsAddress{}));
    const auto refused = refuse_message(cmd.modem, to_utf8(part.message.address.text()), to_utf8(centre.text()));
    if (refused) co_return *refused;
    const Result sent = co_await cmd.modem.sms->send(part.centre, std::move(part.message), reference);
    if (!sent.is_ok()) co_return sent;
  }
  cmd.print("{}: {}", cmd.command.name, reference);
  co_return ok;
}

/// AT+CMGS=<da>[,<toda>] or AT+CMGS=<length>, text or PDU at the prompt: +CMGS: <mr>, of the last part.
Task<Result> send_message(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  Composed composed;
  if (text_mode(cmd)) {
    const auto to = destination(cmd, 0);
    if (!to) co_return invalid_text_mode;
    composed = co_await compose_text(cmd, *to);
  } else {
    const auto length = typed_length(cmd);
    if (!length || cmd.has(1)) co_return invalid_value;
    composed = co_await compose_pdu(cmd, *length, true);
  }
  if (composed.end) co_return *composed.end;
  co_return co_await send_all(cmd, std::move(composed.parts));
}

// --- 4.2.6 CMGW

/// The given status, unsent by default; nothing if it is not valid in this mode.
std::optional<SmsStatus> status_to_write(const Invocation& cmd) {
  if (!text_mode(cmd)) {
    if (!cmd.has(1)) return SmsStatus::unsent;
    const auto number = parse_number(cmd.arguments[1].text);
    return number && *number <= 3 ? std::optional(static_cast<SmsStatus>(*number)) : std::nullopt;
  }
  if (!cmd.has(2)) return SmsStatus::unsent;
  const auto status = find_sms_status(cmd.text(2));
  return status && !is_received(*status) ? status : std::nullopt;
}

/// AT+CMGW[=<da>[,<toda>[,<stat>]]] or AT+CMGW=<length>[,<stat>]: +CMGW: <index>.
Task<Result> write_message(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  const bool in_text = text_mode(cmd);
  const auto status = status_to_write(cmd);
  if (!status) co_return in_text ? invalid_text_mode : invalid_value;
  Composed composed;
  if (in_text) {
    const bool addressed = !cmd.typed.empty();
    const auto to = addressed ? destination(cmd, 0) : std::optional(SmsAddress{});
    if (!to) co_return invalid_text_mode;
    composed = co_await compose_text(cmd, *to);
  } else {
    const auto length = typed_length(cmd);
    if (!length) co_return invalid_value;
    composed = co_await compose_pdu(cmd, *length, !is_received(*status));
  }
  if (composed.end) co_return *composed.end;
  if (composed.parts.size() > 1) co_return too_long;
  const SmsPdu& written = composed.parts[0];
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sms_store]);
  SmsMemory memory = cmd.modem.sms->memory(SmsService::Use::write);
  const auto index = memory.add({*status, encode_pdu(written.centre, written.message)});
  if (!index) co_return memory_full;
  cmd.print("+CMGW: {}", *index);
  co_return ok;
}

// --- 4.2.7 CMSS

/// AT+CMSS=<index>[,<da>[,<toda>]]
Task<Result> send_stored(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  const auto new_address = cmd.has(1) ? destination(cmd, 1) : std::nullopt;
  if (cmd.has(1) && !new_address) co_return invalid_value;
  const int index = static_cast<int>(cmd.number(0));
  SmsMemory memory = cmd.modem.sms->memory(SmsService::Use::write);
  const StoredSms* stored = memory.find(index);
  if (stored == nullptr) co_return invalid_index;
  SmsPdu pdu = stored->decoded();
  if (new_address) pdu.message.address = *new_address;
  if (is_received(stored->status) || pdu.message.address.digits.empty()) co_return invalid_value;
  std::vector<SmsPdu> parts;
  parts.push_back(std::move(pdu));
  const Result sent = co_await send_all(cmd, std::move(parts));
  if (sent.is_ok() && memory.find(index) != nullptr) {
    memory.set_status(index, SmsStatus::sent);
    if (!memory.save()) co_return Result::cms(320);
  }
  co_return sent;
}

// --- 27.005 3.4.4, 4.7 CNMA

/// A delivery report as typed in PDU mode: hexadecimal, in quotes or without, of `length` octets.
bool is_report(std::string typed, std::size_t length) {
  std::erase(typed, '"');
  const auto octets = typed_octets(std::move(typed));
  return octets && octets->size() == length;
}

/// AT+CNMA=0 prompts too, in PDU mode.
bool always_prompts(const Modem& modem) {
  return modem.world.module.quirks.cnma_prompt.value_or(modem.model == Model::sim800c);
}

/// AT+CNMA[=<n>[,<length>]]   In PDU mode 1 (taken) and 2 (refused) may carry a report, typed at the prompt; ESC goes
/// without one. CMS 340 if no message waits for it.
Task<Result> acknowledge(Invocation& cmd) {
  constexpr Result none_waits = Result::cms(340);
  constexpr std::uint32_t refused = 2;
  SmsService& sms = *cmd.modem.sms;
  const bool has_report = cmd.has(1), has_mode = cmd.has(0);
  const std::uint32_t mode = cmd.number(0), length = cmd.number(1);
  if (has_report && text_mode(cmd)) co_return invalid_text_mode;
  if (has_report && mode == 0) co_return invalid_value;
  if (!sms.awaits_acknowledgement()) co_return none_waits;
  if (has_report || (has_mode && mode == 0 && !text_mode(cmd) && always_prompts(cmd.modem))) {
    std::string typed;
    const PromptResult typing = co_await cmd.channel.take_text(typed, {.limit = max_pdu_typed, .repeat_prompt = false});
    if (typing == PromptResult::gone) co_return Result::silent();
    if (typing == PromptResult::complete && has_report && !is_report(std::move(typed), length))
      co_return invalid_pdu_mode;
  }
  co_return sms.acknowledge(mode != refused) ? ok : none_waits;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CMGS", .section = "4.2.5", .parameters = {text(88), optional(text(3))},
     .test = "", .write = with_input(send_message), .seconds = 60, .usage_error = invalid_text_mode},
    {.name = "+CMGW", .section = "4.2.6", .parameters = {text(88), optional(text(3)), optional(text(10))},
     .test = "", .write = with_input(write_message), .execute = with_input(write_message), .seconds = 5, .usage_error = invalid_text_mode},
    {.name = "+CMSS", .section = "4.2.7", .parameters = {number("0-255"), optional(text(88)), optional(text(3))},
     .test = "", .write = send_stored, .seconds = 60, .usage_error = invalid_value},
    {.name = "+CNMA", .section = "", .parameters = {number("0-2"), optional(number("1-176"))}, .test = "+CNMA: (0-2)",
     .write = with_input(acknowledge), .execute = acknowledge, .usage_error = invalid_value},
};
// clang-format on

}  // namespace

std::span<const Command> sms_sending_commands() { return table; }

}  // namespace sim800
