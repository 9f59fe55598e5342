// Messages in the memories: reading, listing, deleting (AT manual 4.2.1, 4.2.3, 4.2.4, 6.2.24, 6.2.76).
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sms/sms_print.hpp"
#include "emulator/sms/sms_service.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/sms/sms_parts.hpp"

namespace sim800 {
namespace {

constexpr Result memory_failure = Result::cms(320), invalid_index = Result::cms(321);
constexpr Result invalid_text_mode = Result::cms(305), invalid_value = Result::cms(325);

bool text_mode(const Invocation& cmd) { return cmd.modem.settings.number(key::cmgf) == 1; }
SmsMemory memory(const Invocation& cmd) { return cmd.modem.sms->memory(SmsService::Use::read); }

/// An argument in the other mode's syntax (AT+CMGF).
Result wrong_mode(const Invocation& cmd) { return text_mode(cmd) ? invalid_text_mode : invalid_value; }

/// Once shown, a message is not unread any more.
bool mark_read(SmsMemory& memory, int index) {
  const StoredSms* stored = memory.find(index);
  if (stored == nullptr || stored->status != SmsStatus::unread) return false;
  memory.set_status(index, SmsStatus::read);
  return true;
}

// --- 4.2.4 CMGR

/// AT+CMGR=<index>[,<mode>]   <mode> 1 does not change the status. An empty location: OK alone.
Task<Result> read_message(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sms_store]);
  SmsMemory places = memory(cmd);
  const int index = static_cast<int>(cmd.number(0));
  if (!places.has(index)) co_return invalid_index;
  const StoredSms* stored = places.find(index);
  if (stored == nullptr) co_return ok;
  cmd.print("+CMGR: {}", cmd.modem.sms->print().read(*stored));
  if (cmd.number(1) == 0 && mark_read(places, index) && !places.save()) co_return memory_failure;
  co_return ok;
}

// --- 4.2.3 CMGL

constexpr std::uint32_t all_messages = 4;

/// <stat> as a number; nothing if it is not valid in this mode.
std::optional<std::uint32_t> wanted_status(const Invocation& cmd) {
  const Argument& typed = cmd.arguments[0];
  if (!typed.given()) return 0;
  if (!text_mode(cmd)) {
    const auto number = parse_number(typed.text);
    return number && *number <= all_messages ? number : std::nullopt;
  }
  if (!typed.quoted) return std::nullopt;
  if (typed.text == "ALL") return all_messages;
  const auto status = find_sms_status(typed.text);
  return status ? std::optional(static_cast<std::uint32_t>(*status)) : std::nullopt;
}

Result show_statuses(Invocation& cmd) {
  cmd.line(text_mode(cmd) ? R"(+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL"))" : "+CMGL: (0-4)");
  return ok;
}

/// AT+CMGL[=<stat>[,<mode>]]   An empty line separates messages.
Task<Result> list_messages(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  const bool plain = cmd.typed.empty();  // the unread ones
  const auto status = plain ? std::optional(0u) : wanted_status(cmd);
  if (!status) co_return wrong_mode(cmd);
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sms_list]);
  SmsMemory places = memory(cmd);
  const SmsPrint print = cmd.modem.sms->print();
  bool changed = false;
  for (const int index : places.indexes()) {
    const StoredSms& stored = *places.find(index);
    if (*status != all_messages && *status != static_cast<std::uint32_t>(stored.status)) continue;
    cmd.response.next_command();
    cmd.print("+CMGL: {}", print.listed(index, stored));
    if (plain || cmd.number(1) == 0) changed |= mark_read(places, index);
  }
  co_return changed && !places.save() ? memory_failure : ok;
}

// --- 4.2.1 CMGD, 6.2.24 CMGDA

template <class Wanted>
Result erase_if(Invocation& cmd, Wanted wanted) {
  SmsMemory places = memory(cmd);
  bool changed = false;
  for (const int index : places.indexes()) {
    if (!wanted(places.find(index)->status)) continue;
    places.erase(index);
    changed = true;
  }
  return changed && !places.save() ? memory_failure : ok;
}

/// The network may deliver into the locations that are free now.
Task<Result> end_deletion(Invocation& cmd, Result result, Latency latency) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[latency]);
  cmd.modem.sms->room_made();
  co_return result;
}

/// +CMGD: (<the locations in use>),(0-4)
Result show_places(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  std::string list;
  for (const int index : memory(cmd).indexes()) list += fmt::format("{}{}", list.empty() ? "" : ",", index);
  cmd.print("+CMGD: ({}),(0-4)", list);
  return ok;
}

/// AT+CMGD=<index>[,<delflag>]   0: that one; 1: the read ones; 2: also the sent ones; 3: also the unsent ones; 4: all.
Task<Result> delete_message(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  const std::uint32_t flag = cmd.number(1);
  const int index = static_cast<int>(cmd.number(0));
  if (flag == 0) {
    SmsMemory places = memory(cmd);
    if (!places.has(index)) co_return invalid_index;
    if (places.find(index) == nullptr) co_return ok;
    places.erase(index);
    co_return co_await end_deletion(cmd, places.save() ? ok : memory_failure, Latency::sms_store);
  }
  const Result result = erase_if(cmd, [flag](SmsStatus status) {
    switch (status) {
      case SmsStatus::read: return true;
      case SmsStatus::sent: return flag >= 2;
      case SmsStatus::unsent: return flag >= 3;
      case SmsStatus::unread: break;
    }
    return flag == 4;
  });
  co_return co_await end_deletion(cmd, result, Latency::sms_delete);
}

Result show_kinds(Invocation& cmd) {
  cmd.line(text_mode(cmd) ? R"(+CMGDA: ("DEL READ","DEL UNREAD","DEL SENT","DEL UNSENT","DEL INBOX","DEL ALL"))"
                          : "+CMGDA: (1-6)");
  return ok;
}

/// AT+CMGDA=<type>: a word in text mode, its number from 1 in PDU mode.
Task<Result> delete_kind(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) co_return *refused;
  constexpr std::array<std::string_view, 6> kinds{"DEL READ",   "DEL UNREAD", "DEL SENT",
                                                  "DEL UNSENT", "DEL INBOX",  "DEL ALL"};
  const Argument& typed = cmd.arguments[0];
  std::size_t kind = 0;
  if (!text_mode(cmd)) {
    kind = parse_number(typed.text).value_or(0);
  } else if (typed.quoted) {
    kind = static_cast<std::size_t>(std::ranges::find(kinds, typed.text) - kinds.begin()) + 1;
  }
  if (kind < 1 || kind > kinds.size()) co_return wrong_mode(cmd);
  const Result result = erase_if(cmd, [kind](SmsStatus status) {
    switch (kind) {
      case 1: return status == SmsStatus::read;
      case 2: return status == SmsStatus::unread;
      case 3: return status == SmsStatus::sent;
      case 4: return status == SmsStatus::unsent;
      case 5: return is_received(status);
      default: return true;
    }
  });
  co_return co_await end_deletion(cmd, result, Latency::sms_delete);
}

// --- 6.2.76 CCONCINDEX

/// A part of a concatenated message that has been received.
struct Segment {
  SmsPart part;
  SmsAddress from;
  int index;

  bool same_message(const Segment& other) const {
    return part.reference == other.part.reference && part.total == other.part.total && from == other.from;
  }
};

/// +CCONCINDEX: <N>,<i>,<j>,…: the last concatenated message with parts present; 0 if there is none.
Result show_parts(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  const SmsMemory places = memory(cmd);
  std::vector<Segment> segments;
  for (const int index : places.indexes()) {
    const Sms message = places.find(index)->decoded().message;
    const auto part = concatenation(message.header());
    if (part && message.type == SmsType::deliver) segments.push_back({*part, message.address, index});
  }
  std::string text = fmt::format("+CCONCINDEX: {}", segments.empty() ? 0 : segments.back().part.total);
  for (const Segment& each : segments) {
    if (each.same_message(segments.back())) text += fmt::format(",{}", each.index);
  }
  cmd.line(text);
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CMGD", .section = "4.2.1", .parameters = {number("0-255"), optional(number("0-4"))},
     .test = show_places, .write = delete_message, .seconds = 25, .usage_error = invalid_value},
    {.name = "+CMGL", .section = "4.2.3", .parameters = {text(10), optional(number("0,1"))},
     .test = show_statuses, .write = list_messages, .execute = list_messages, .seconds = 20, .usage_error = invalid_value},
    {.name = "+CMGR", .section = "4.2.4", .parameters = {number("0-255"), optional(number("0,1"))},
     .test = "", .write = read_message, .seconds = 5, .usage_error = invalid_value},
    {.name = "+CMGDA", .section = "6.2.24", .parameters = {text(10)},
     .test = show_kinds, .write = delete_kind, .seconds = 25, .usage_error = invalid_value},
    {.name = "+CCONCINDEX", .section = "6.2.76", .test = "", .execute = show_parts},
};
// clang-format on

}  // namespace

std::span<const Command> sms_storage_commands() { return table; }

}  // namespace sim800
