// SPDX-License-Identifier: MIT
#include "scenarios/faults/toolkit_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "emulator/sim/card_directory.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/sim/proactive.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum ProactiveType;

constexpr std::array kinds{"display_text", "get_inkey", "get_input", "select_item", "play_tone",
                           "set_up_call",  "send_sms",  "send_ussd", "send_ss",     "send_dtmf",
                           "idle_text",    "poll",      "more_time", "refresh",     "raw"};

/// What may stand beside which command only.
struct Beside {
  std::string_view key;
  std::array<std::string_view, 7> kinds;
};
constexpr std::array besides{
    Beside{"min", {"get_input"}},
    Beside{"max", {"get_input"}},
    Beside{"digits", {"get_inkey", "get_input"}},
    Beside{"items", {"select_item"}},
    Beside{"message", {"send_sms"}},
    Beside{"answers", {"get_inkey", "get_input"}},
    Beside{"for", {"play_tone", "display_text", "get_inkey"}},
    Beside{"files", {"refresh"}},
    Beside{"text", {"play_tone", "set_up_call", "send_sms", "send_ussd", "send_ss", "send_dtmf"}},
};

constexpr std::uint8_t network = 0x83, display = 0x02, earpiece = 0x03;

std::u16string text_of(const Value& value) { return from_utf8(value.text().value_or("")); }

/// Type, then digits.
std::string address_of(std::string_view number) {
  const bool international = number.starts_with('+');
  if (international) number.remove_prefix(1);
  const std::uint8_t type = international ? international_number : unknown_number;
  return static_cast<char>(type) + encode_digits(lower_case(number), (number.size() + 1) / 2);
}

ToolkitDuration duration_of(const Value& value) {
  using Unit = ToolkitDuration::Unit;
  const Duration span = value.duration().value_or(std::chrono::seconds(1));
  const auto in = [&span](Duration unit) { return static_cast<std::uint64_t>((span + unit / 2) / unit); };
  if (span <= Duration::zero() || in(std::chrono::minutes(1)) > 255) value.refuse("a duration from 100ms to 255min");
  const auto count = [](std::uint64_t units) {
    return static_cast<std::uint8_t>(std::clamp<std::uint64_t>(units, 1, 255));
  };
  if (in(std::chrono::milliseconds(100)) <= 255) return {Unit::tenths, count(in(std::chrono::milliseconds(100)))};
  if (in(std::chrono::seconds(1)) <= 255) return {Unit::seconds, count(in(std::chrono::seconds(1)))};
  return {Unit::minutes, count(in(std::chrono::minutes(1)))};
}

std::string submit(const Value& step) {
  Sms message{.type = SmsType::submit, .first_octet = 0x01};
  message.address = parse_sender(from_utf8(step["send_sms"].text().value_or("")));
  const std::u16string text = text_of(step["message"]);
  const bool gsm = fits_gsm(text);
  message.coding = gsm ? 0x00 : 0x08;
  const std::string body = gsm ? to_gsm(text) : to_octets(text);
  if (body.size() > (gsm ? 160 : max_sms_data)) step["message"].refuse("a text that fits into one message");
  message.set_data({}, std::string_view(body).substr(0, gsm ? 160 : max_sms_data));
  return encode_sms(message);
}

/// Their number, then each path from the master file on (51.014 12.18).
std::string file_list(const Value& files) {
  const auto big_endian = [](std::uint16_t id) {
    return std::string{static_cast<char>(id >> 8U), static_cast<char>(id & 0xffU)};
  };
  std::string list(1, '\0');
  const auto add = [&](CardPath path) {
    ++list[0];
    list += big_endian(ef::mf);
    if (path.folder != ef::mf) list += big_endian(path.folder);
    list += big_endian(path.id);
  };
  for (const Value& file : files.items()) {
    const auto path = parse_card_path(file.text().value_or(""));
    path ? add(*path) : file.refuse("the path of a file, not of a folder");
  }
  if (!files) add({ef::telecom, ef::adn});
  return list;
}

std::string ussd_string(const std::u16string& code) {
  if (fits_gsm(code)) return "\x0f" + pack_septets(to_gsm(code));
  return "\x48" + to_octets(code);
}

void read_items(const Value& items, ToolkitStep& step, ProactiveCommand& command) {
  std::set<std::int64_t> seen;
  for (const Value& item : items.items()) {
    const std::int64_t id = item["id"].integer().value_or(1);
    if (!seen.insert(id).second) item["id"].refuse("an id that no other item has");
    command.items.push_back({static_cast<std::uint8_t>(id), encode_alpha(text_of(item["text"]))});
    if (item["steps"]) step.answers[std::to_string(id)] = read_toolkit_steps(item["steps"]);
  }
}

void read_question(const Value& step, std::string_view kind, ProactiveCommand& command) {
  constexpr std::uint8_t alphabet = 1;
  command.type = kind == "get_inkey" ? get_inkey : get_input;
  command.qualifier = step["digits"].flag().value_or(false) ? 0 : alphabet;
  command.text = ToolkitText::of(text_of(step[kind]));
  if (command.type == get_inkey) return;
  const auto least = static_cast<std::uint8_t>(step["min"].integer().value_or(0));
  const auto most = static_cast<std::uint8_t>(step["max"].integer().value_or(160));
  if (least > most) step["max"].refuse("a number that is not below \"min\"");
  command.response_length = {least, most};
}

/// What goes to the network.
void read_request(const Value& step, std::string_view kind, ProactiveCommand& command) {
  const std::string target = step[kind].text().value_or("");
  command.destination = network;
  if (kind == "set_up_call") {
    command.type = set_up_call;
    command.address = address_of(target);
  } else if (kind == "send_sms") {
    command.type = send_sms;
    command.sms = submit(step);
  } else if (kind == "send_ussd") {
    command.type = send_ussd;
    command.ussd = ussd_string(text_of(step[kind]));
  } else if (kind == "send_ss") {
    command.type = send_ss;
    command.ss = address_of(target);
  } else {
    command.type = send_dtmf;
    command.dtmf = encode_digits(target, (target.size() + 1) / 2);
  }
}

void read_command(const Value& step, std::string_view kind, ToolkitStep& into, ProactiveCommand& command) {
  constexpr std::uint8_t user_clears = 0x80, all_changed = 0, files_changed = 1, with_files = 2, initialise = 3,
                         reset = 4;
  if (kind == "display_text") {
    command.type = display_text;
    command.qualifier = user_clears;
    command.destination = display;
    command.text = ToolkitText::of(text_of(step[kind]));
  } else if (kind == "get_inkey" || kind == "get_input") {
    read_question(step, kind, command);
  } else if (kind == "select_item") {
    command.type = select_item;
    command.alpha = encode_alpha(text_of(step[kind]));
    if (!step["items"]) step.refuse("the key \"items\" beside \"select_item\"", "none");
    read_items(step["items"], into, command);
  } else if (kind == "play_tone") {
    command.type = play_tone;
    command.destination = earpiece;
    command.tone = static_cast<std::uint8_t>(step[kind].integer().value_or(1));
  } else if (kind == "idle_text") {
    command.type = set_up_idle_text;
    command.text = ToolkitText::of(text_of(step[kind]));
  } else if (kind == "poll") {
    command.type = poll_interval;
    command.duration = duration_of(step[kind]);
    into.wait = step[kind].duration().value_or(Duration{});
  } else if (kind == "more_time") {
    command.type = more_time;
  } else if (kind == "refresh") {
    command.type = refresh;
    step[kind].read(command.qualifier, {{"files", files_changed},
                                        {"init", initialise},
                                        {"init-files", with_files},
                                        {"init-all", all_changed},
                                        {"reset", reset}});
    const bool lists = command.qualifier == files_changed || command.qualifier == with_files;
    if (lists) command.files = file_list(step["files"]);
    if (!lists && step["files"]) step["files"].refuse_name("no \"files\" beside this \"refresh\"");
  } else {
    read_request(step, kind, command);
  }
}

ToolkitStep read_step(const Value& step) {
  ToolkitStep into;
  std::vector<std::string_view> found;
  for (const std::string_view kind : kinds) {
    if (step[kind]) found.push_back(kind);
  }
  if (found.size() != 1) {
    step.refuse("one command of the card, such as \"display_text\"", found.empty() ? "none" : "several");
    return into;
  }
  const std::string_view kind = found.front();
  for (const Beside& each : besides) {
    if (step[each.key] && std::ranges::find(each.kinds, kind) == each.kinds.end())
      step[each.key].refuse_name(fmt::format("no \"{}\" beside \"{}\"", each.key, kind));
  }
  if (kind == "raw") {
    into.command = from_hex(step[kind].text().value_or("")).value_or("");
    return into;
  }
  ProactiveCommand command;
  read_command(step, kind, into, command);
  if (step["text"]) command.alpha = encode_alpha(text_of(step["text"]));
  if (step["for"]) command.duration = duration_of(step["for"]);
  for (const Value& answer : step["answers"].members()) into.answers[answer.name()] = read_toolkit_steps(answer);
  into.command = encode_proactive(command);
  if (into.command.size() > max_toolkit_length)
    step.refuse(fmt::format("a command of at most {} bytes", max_toolkit_length),
                fmt::format("{}", into.command.size()));
  return into;
}

}  // namespace

ToolkitSteps read_toolkit_steps(const Value& steps) {
  ToolkitSteps read;
  if (!steps) return read;
  for (const Value& step : steps.items()) read.push_back(read_step(step));
  return read;
}

std::shared_ptr<const CardApplication> read_card_application(const Value& toolkit) {
  if (!toolkit) return nullptr;
  auto application = std::make_shared<CardApplication>();
  if (toolkit["menu"] || toolkit["items"]) {
    ToolkitStep step;
    ProactiveCommand command{.type = set_up_menu};
    command.alpha = encode_alpha(text_of(toolkit["menu"]));
    if (!toolkit["items"]) toolkit["menu"].refuse_name("\"items\" beside \"menu\"", "none");
    read_items(toolkit["items"], step, command);
    for (const ToolkitItem& item : command.items)
      application->items[item.id] = std::move(step.answers[std::to_string(item.id)]);
    application->menu = encode_proactive(command);
    if (application->menu.size() > max_toolkit_length)
      toolkit["items"].refuse(fmt::format("a menu of at most {} bytes", max_toolkit_length),
                              fmt::format("{}", application->menu.size()));
  }
  application->start = read_toolkit_steps(toolkit["start"]);
  application->takes_sms = static_cast<bool>(toolkit["sms"]);
  application->sms = read_toolkit_steps(toolkit["sms"]);
  constexpr std::pair<std::string_view, std::uint8_t> events[] = {
      {"user_activity", 4}, {"idle_screen", 5}, {"language", 7}};
  for (const auto& [name, number] : events) {
    if (const Value steps = toolkit["events"][name]) application->events[number] = read_toolkit_steps(steps);
  }
  return application;
}

}  // namespace sim800
