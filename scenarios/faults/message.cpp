// What a message says, in the action "sms" and in the control interface: a PDU, or who sends what, and how.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/sms/sms_service.hpp"
#include "protocol/sms/sms_ports.hpp"
#include "protocol/text/hex.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

constexpr unsigned first_replacing = 0x40;
constexpr std::uint16_t wap_push_source = 9200;
constexpr std::size_t most_header = 100;  ///< a part has room for its text, too

std::string octets_in(const Value& hex) { return from_hex(hex.text().value_or("")).value_or(""); }

/// Elements of a user data header: each an identifier, a length, and so many octets (23.040 9.2.3.24).
bool are_elements(std::string_view header) {
  while (header.size() >= 2) {
    const std::size_t length = static_cast<std::uint8_t>(header[1]);
    if (header.size() < 2 + length) return false;
    header.remove_prefix(2 + length);
  }
  return header.empty();
}

std::uint8_t octet(const Value& value) { return static_cast<std::uint8_t>(value.integer().value_or(0)); }

/// Keys of which one decides what another says are not given together.
void refuse_together(const Value& sms, std::string_view decides, std::initializer_list<const char*> others) {
  if (!sms[decides]) return;
  for (const char* key : others) {
    if (sms[key]) sms[key].refuse_name(fmt::format("either \"{}\" or \"{}\"", decides, key), "both");
  }
}

void read_header(const Value& sms, IncomingSms& into) {
  if (const Value udh = sms["udh"]) {
    into.header = octets_in(udh);
    if (!are_elements(into.header) || into.header.size() > most_header)
      udh.refuse("elements of a user data header, each an identifier, a length and so many bytes, at most 100 in all");
  }
  if (const Value ports = sms["ports"]) {
    into.header += ports_element(static_cast<std::uint16_t>(ports["destination"].integer().value_or(0)),
                                 static_cast<std::uint16_t>(ports["source"].integer().value_or(0)));
  }
}

void read_waiting(const Value& waiting, IncomingSms& into) {
  using enum WaitingKind;
  const auto kind = waiting["kind"]
                        .word<WaitingKind>({{"voicemail", voicemail}, {"fax", fax}, {"email", email}, {"other", other}})
                        .value_or(voicemail);
  into.waiting = {.kind = kind,
                  .count = static_cast<unsigned>(waiting["count"].integer().value_or(1)),
                  .stored = waiting["stored"].flag().value_or(false)};
}

void read_push(const Value& push, IncomingSms& into) {
  into.octets = service_indication(push["url"].text().value_or(""), push["text"].text().value_or(""));
  into.header += ports_element(wap_push_port, wap_push_source);
}

void read_incoming(const Value& sms, IncomingSms& into) {
  sms["from"].read(into.from);
  sms["text"].read(into.text);
  if (const auto given = sms["class"].integer()) into.message_class = static_cast<int>(*given);
  if (sms["dcs"]) into.coding = octet(sms["dcs"]);
  if (sms["pid"]) into.protocol = octet(sms["pid"]);
  if (const auto type = sms["replaces"].integer())
    into.protocol = static_cast<std::uint8_t>(first_replacing + static_cast<unsigned>(*type));
  if (sms["octets"]) into.octets = octets_in(sms["octets"]);
  if (const auto time = sms["time"].text()) into.time = SmsTime::parse(*time);
  for (const Value& part : sms["parts"].items())
    into.parts.push_back(static_cast<unsigned>(part.integer().value_or(0)));
  read_header(sms, into);
  if (const Value waiting = sms["waiting"]) read_waiting(waiting, into);
  if (const Value push = sms["push"]) read_push(push, into);
}

constexpr const char* beside_pdu[] = {"from",  "text", "octets", "class",    "dcs",     "pid", "udh",
                                      "ports", "time", "parts",  "replaces", "waiting", "push"};

}  // namespace

ArrivingMessage read_message(const Value& sms) {
  ArrivingMessage message;
  if (const Value pdu = sms["pdu"]) {
    auto read = decode_pdu(octets_in(pdu), false);
    if (read && read->message.type == SmsType::deliver) {
      message.pdu = std::move(read->message);
    } else {
      pdu.refuse("an SMS-DELIVER as AT+CMGR shows it, with the service centre before it");
    }
    for (const char* key : beside_pdu) {
      if (sms[key]) sms[key].refuse_name("\"pdu\" alone, which says the rest");
    }
    return message;
  }
  refuse_together(sms, "dcs", {"class"});
  refuse_together(sms, "pid", {"replaces"});
  refuse_together(sms, "octets", {"text", "push", "waiting"});
  refuse_together(sms, "push", {"text", "dcs", "ports", "waiting"});
  refuse_together(sms, "waiting", {"class", "dcs"});
  if (sms["from"] && !sms["text"] && !sms["octets"] && !sms["push"] && !sms["waiting"])
    sms.refuse("the key \"text\"", "none");
  read_incoming(sms, message.sms);
  return message;
}

void ArrivingMessage::arrive(SmsService& at) const {
  if (pdu) {
    at.receive(*pdu);
  } else {
    at.receive(sms);
  }
}

}  // namespace sim800
