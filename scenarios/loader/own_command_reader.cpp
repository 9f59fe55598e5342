// SPDX-License-Identifier: MIT
#include "scenarios/loader/own_command_reader.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "protocol/at/command_line.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

constexpr Duration default_reply_time = 5s;

/// A name that a command line can have: "+KCNXCFG".
bool is_command_name(const std::string& name) {
  CommandLine line;
  if (!line.parse(name) || line.commands().size() != 1) return false;
  const TypedCommand& typed = line.commands().front();
  return typed.form == Form::execute && typed.arguments.empty() && typed.name.view() == name;
}

Result read_result_of(const Value& answer) {
  const auto code = [](const Value& value) { return static_cast<std::uint16_t>(value.integer().value_or(0)); };
  if (answer["cme"]) return static_cast<Cme>(code(answer["cme"]));
  if (answer["cms"]) return Result::cms(code(answer["cms"]));
  return result_word(answer["result"].text().value_or("OK")).value_or(Code::ok);
}

/// The whole of the arguments has to match.
std::optional<Pattern> read_match(const Value& match) {
  if (!match || !match.pattern()) return std::nullopt;
  return Pattern("^(?:" + *match.text() + ")$");
}

OwnAnswer read_answer(const Value& value) {
  OwnAnswer answer;
  if (value.text()) {
    answer.lines.push_back(*value.text());
    return answer;
  }
  answer.match = read_match(value["match"]);
  answer.lines = value["lines"].texts();
  answer.result = read_result_of(value);
  const auto groups = answer.match ? std::optional(answer.match->groups()) : std::nullopt;
  if (const Value then = value["then"]) answer.then = std::make_shared<Steps>(read_steps(then, nullptr, groups));
  return answer;
}

std::vector<OwnAnswer> read_answers(const Value& form) {
  std::vector<OwnAnswer> answers;
  if (!form) return answers;
  for (const Value& answer : form.items()) answers.push_back(read_answer(answer));
  return answers;
}

/// "+420123", as the module may have typed it, with or without the plus sign.
Pattern pattern_of(const std::string& number) {
  std::string digits;
  for (const char c : number.substr(number.starts_with('+') ? 1 : 0)) digits += fmt::format("[{}]", c);
  return Pattern("^[+]?" + digits + "$");
}

/// As a fault that no report mentions.
Fault reaction(Trigger on, const DurationRange& after, std::shared_ptr<const Action> action) {
  Fault made;
  made.on = std::move(on);
  made.steps = {{Wait{after}}, {std::move(action)}};
  return made;
}

/// The first of the replies whose text is found answers.
void read_replies(const Value& number, Scenario& into) {
  std::vector<Pattern> earlier;
  for (const Value& reply : number["replies"].items()) {
    if (!reply) return;
    const auto text = reply["text"].pattern();
    if (!text) continue;
    DurationRange after = default_reply_time;
    reply["after"].read(after);
    into.reactions.push_back(reaction(SmsSentTrigger{pattern_of(number.name()), *text, earlier}, after,
                                      message_from(number.name(), reply["reply"].text().value_or(""))));
    earlier.push_back(*text);
  }
}

}  // namespace

void read_own_commands(const Value& file, Scenario& into) {
  for (const Value& command : file["module"]["commands"].members()) {
    if (!command.is_object()) continue;
    if (!is_command_name(command.name())) {
      command.refuse_name("the name of a command without AT, in upper case, such as \"+KCNXCFG\"");
      continue;
    }
    into.own_commands[command.name()] = {read_answers(command["execute"]), read_answers(command["test"]),
                                         read_answers(command["read"]), read_answers(command["write"])};
  }
}

void read_reactions(const Value& file, Scenario& into) {
  for (const Value& number : file["network"]["numbers"].members()) {
    const bool reacts = number["replies"] || number["calls_back"];
    if (!reacts) continue;
    if (number.name() == "*") {
      number.refuse_name("a number of its own, not \"*\", for \"replies\" or \"calls_back\"");
      continue;
    }
    if (number["replies"] && number["sms"].text().value_or("deliver") != "deliver")
      number["replies"].refuse_name("\"sms\": \"deliver\" beside \"replies\"");
    read_replies(number, into);
    DurationRange after;
    number["calls_back"].read(after);
    if (number["calls_back"])
      into.reactions.push_back(reaction(DialledTrigger{pattern_of(number.name())}, after, call_from(number.name())));
  }
}

}  // namespace sim800
