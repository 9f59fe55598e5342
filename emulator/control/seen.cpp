// What the host has asked for and fetched.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "emulator/control/handlers.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/sms/sms_parts.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"
#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

Json shown(const SeenCommand& seen) {
  Json one{{"n", seen.number},
           {"t", seconds(seen.at)},
           {"channel", text_of_bytes(seen.channel)},
           {"line", text_of_bytes(seen.line)}};
  if (!seen.ended) return one;
  one["result"] = text_of_bytes(seen.result);
  one["duration"] = seconds_between(seen.at, *seen.ended);
  return one;
}

/// The host's, not those of the control interface.
std::vector<SeenCommand> commands(Call& call) {
  const auto match = call.pattern("match");
  std::vector<SeenCommand> list = call.journal().commands();
  std::erase_if(list, [&](const SeenCommand& seen) {
    if (seen.module != call.module().index || seen.channel == AtLine::name) return true;
    return match && !match->found_in(seen.line);
  });
  return list;
}

/// Names in a line that the module does not know.
std::vector<std::string> unknown_in(const std::string& line, const CommandTable& table) {
  std::vector<std::string> unknown;
  CommandLine parsed;
  if (!parsed.parse(std::string_view(line).substr(2))) return unknown;
  for (const TypedCommand& typed : parsed.commands()) {
    if (table.find(typed.name.view()) == nullptr) unknown.push_back("AT" + std::string(typed.name.view()));
  }
  return unknown;
}

std::string nearest(const std::string& name, const CommandTable& table) {
  std::vector<std::string> known;
  for (const Command* command : table.rows()) {
    if (table.find(command->name) != nullptr) known.push_back("AT" + std::string(command->name));
  }
  const std::vector<std::string_view> words(known.begin(), known.end());
  const auto near = near_words(name, words);
  return near.empty() ? std::string() : std::string(near.front());
}

/// The events of a kind, as they are.
void reply_events(Call& call, std::string_view kind) {
  std::string text = "[";
  for (const Journal::Event event : call.journal().events()) {
    if (event.name != kind || event.module != call.module().index) continue;
    text += (text.size() > 1 ? ",\n" : "") + event.numbered_json();
  }
  call.reply_text(text + "]\n", "application/json");
}

void forget_events(Call& call, std::string_view kind) {
  call.journal().forget([kind](const Journal::Event& event) { return event.name == kind; });
  call.reply_done();
}

/// A message, of one part or several.
struct SeenSms {
  Json about;
  std::map<unsigned, std::string> parts;
  unsigned total = 1;
};

Json joined(const SeenSms& sms) {
  Json one = sms.about;
  std::string text;
  for (const auto& [number, part] : sms.parts) text += part;
  one["text"] = text;
  one["parts"] = sms.total;
  if (sms.parts.size() < sms.total) one["missing"] = sms.total - sms.parts.size();
  return one;
}

Json about(const Json& event, const Sms& message, bool outgoing) {
  Json one{{"n", event["n"]}, {"t", event["t"]}, {"direction", outgoing ? "out" : "in"}};
  one[outgoing ? "to" : "from"] = event[outgoing ? "to" : "from"];
  one["taken"] = event["taken"];
  if (outgoing) {
    one["reference"] = message.reference;
    one["report"] = (message.first_octet & Sms::report_requested) != 0;
  }
  if (const auto wanted = sms_coding(message.coding).message_class) one["class"] = *wanted;
  if (message.alphabet() == SmsAlphabet::octets) one["data"] = to_hex(message.body());
  return one;
}

}  // namespace

void get_commands(Call& call) {
  Json list = Json::array();
  for (const SeenCommand& seen : commands(call)) list.push_back(shown(seen));
  call.reply(list);
}

void get_commands_count(Call& call) { call.reply({{"count", commands(call).size()}}); }

void get_commands_unmatched(Call& call) {
  Json list = Json::array();
  const CommandTable& table = call.module().modem.commands;
  for (const SeenCommand& seen : commands(call)) {
    for (const std::string& name : unknown_in(seen.line, table)) {
      Json one = shown(seen);
      one["unknown"] = text_of_bytes(name);
      if (const std::string near = nearest(name, table); !near.empty()) one["nearest"] = near;
      list.push_back(std::move(one));
    }
  }
  call.reply(list);
}

void delete_commands(Call& call) {
  call.journal().forget_commands();
  call.reply_done();
}

void get_http(Call& call) { reply_events(call, "http"); }
void get_ftp(Call& call) { reply_events(call, "ftp"); }
void get_sockets(Call& call) { reply_events(call, "socket"); }
void get_mail(Call& call) { reply_events(call, "mail"); }
void delete_http(Call& call) { forget_events(call, "http"); }
void delete_ftp(Call& call) { forget_events(call, "ftp"); }
void delete_sockets(Call& call) { forget_events(call, "socket"); }
void delete_mail(Call& call) { forget_events(call, "mail"); }

void get_sms(Call& call) {
  const std::string direction = call.query("direction").value_or("");
  if (!direction.empty() && direction != "in" && direction != "out")
    throw Refusal(400, "direction", "\"in\" or \"out\"", fmt::format("\"{}\"", direction));
  std::vector<SeenSms> messages;
  std::map<std::tuple<bool, std::string, unsigned, unsigned>, std::size_t> open;
  for (const Journal::Event event : call.journal().events()) {
    if (event.name != "sms" || event.module != call.module().index) continue;
    const Json json = Json::parse(event.numbered_json());
    const bool outgoing = json.contains("to");
    if (!direction.empty() && outgoing != (direction == "out")) continue;
    const auto message = decode_sms(from_hex(json["tpdu"].get<std::string>()).value_or(""), outgoing);
    if (!message || (message->type != SmsType::submit && message->type != SmsType::deliver)) continue;
    const std::string text = to_utf8(message->text().value_or(std::u16string()));
    const auto part = concatenation(message->header());
    if (!part || part->total < 2) {
      messages.push_back({about(json, *message, outgoing), {{1, text}}});
      continue;
    }
    const auto key = std::make_tuple(outgoing, json[outgoing ? "to" : "from"].get<std::string>(),
                                     static_cast<unsigned>(part->reference), static_cast<unsigned>(part->total));
    const auto found = open.find(key);
    const bool fresh = found == open.end() || messages[found->second].parts.contains(part->number);
    if (fresh) {
      open[key] = messages.size();
      messages.push_back({about(json, *message, outgoing), {}, part->total});
    }
    messages[open[key]].parts[part->number] = text;
  }
  Json list = Json::array();
  for (const SeenSms& sms : messages) list.push_back(joined(sms));
  call.reply(list);
}

}  // namespace sim800
