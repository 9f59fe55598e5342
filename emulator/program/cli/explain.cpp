// sim800 explain AT+CSQ: what the command table and the table of latencies say about one command.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulator/commands/command_list.hpp"
#include "emulator/commands/manual_index.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/command_facts.hpp"
#include "protocol/text/characters.hpp"
#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

/// The name in what was given ("AT+CSQ", "+CSQ", "csq", "AT+CSQ=?"), as the table spells it if it has it.
std::string name_in(const std::string& given) {
  const auto known = [](const std::string& candidate) -> const Command* {
    const auto found =
        std::ranges::find_if(all_commands(), [&](const Command* row) { return same_word(row->name, candidate); });
    return found == all_commands().end() ? nullptr : *found;
  };
  for (std::string name : {given, given.substr(0, given.find_first_of("=?"))}) {
    if (name.size() > 2 && same_word(name.substr(0, 2), "AT")) name.erase(0, 2);
    for (const std::string& candidate : {name, "+" + name, "*" + name})
      if (const Command* command = known(candidate)) return std::string(command->name);
  }
  return given;
}

std::vector<const Command*> rows_of(const std::string& name) {
  std::vector<const Command*> rows;
  std::ranges::copy_if(all_commands(), std::back_inserter(rows), [&](const Command* row) { return row->name == name; });
  return rows;
}

std::string_view title_of(const Command& command) {
  for (const ManualChapter& chapter : manual_chapters())
    if (std::to_string(chapter.number) == chapter_of(command)) return chapter.title;
  return {};
}

/// The latencies whose meaning names the command.
std::vector<const LatencyRow*> latencies_of(const std::string& typed) {
  std::vector<const LatencyRow*> list;
  for (const LatencyRow& row : latency_rows()) {
    for (std::size_t at = row.meaning.find(typed); at != row.meaning.npos; at = row.meaning.find(typed, at + 1)) {
      const std::size_t end = at + typed.size();
      if (end < row.meaning.size() && is_alphanumeric(row.meaning[end])) continue;
      list.push_back(&row);
      break;
    }
  }
  return list;
}

std::string seconds_text(Duration time) { return fmt::format("{:g} s", std::chrono::duration<double>(time).count()); }

std::string kind_of(const Parameter& parameter) {
  switch (parameter.kind) {
    case Parameter::Kind::none: break;
    case Parameter::Kind::number: return "number";
    case Parameter::Kind::words: return "quoted word";
    case Parameter::Kind::choice: return "word";
    case Parameter::Kind::text: return "text";
  }
  return "";
}

/// "AT+CREG=<1>[,<2>]"
std::string write_form(const Command& command) {
  std::string text = typed_name(command) + (command.basic() && command.name.front() != 'S' ? "" : "=");
  for (std::size_t i = 0; i < command.parameters.size() && command.parameters[i].exists(); ++i) {
    const Parameter& parameter = command.parameters[i];
    text += fmt::format("{}{}<{}>{}{}", parameter.optional ? "[" : "", i > 0 ? "," : "", i + 1,
                        parameter.repeated ? ",…" : "", parameter.optional ? "]" : "");
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> forms_as_typed(const Command& command) {
  const std::string name = typed_name(command);
  std::vector<std::pair<std::string, std::string>> list;
  for (const std::string& form : forms_of(command))
    list.emplace_back(form, form == "test"    ? name + "=?"
                            : form == "read"  ? name + "?"
                            : form == "write" ? write_form(command)
                                              : name);
  return list;
}

std::string argument_text(const Parameter& parameter) {
  std::string text = kind_of(parameter);
  if (!parameter.range.empty()) text += fmt::format(" {}", parameter.range);
  if (parameter.max_length != 0) text += fmt::format(" of at most {} characters", parameter.max_length);
  if (parameter.optional) text += ", may be left out";
  if (parameter.repeated) text += ", again and again";
  if (!parameter.initial.empty()) text += fmt::format(", {} at first", parameter.initial);
  return text;
}

std::string_view saved_text(Saved saved) {
  switch (saved) {
    case Saved::never: return "";
    case Saved::profile: return "by AT&W, and reloaded by ATZ and at boot";
    case Saved::profile_uart: return "by AT&W, and reloaded at boot";
    case Saved::automatic: return "at once";
  }
  return "";
}

std::string_view support_text(Support support) {
  switch (support) {
    case Support::full: return "does what the module does";
    case Support::state: return "keeps and reports its setting, without any effect";
    case Support::accepts: return "answers OK only";
  }
  return "";
}

/// Which models this row is for, if there are others of its name.
std::vector<std::string_view> models_of_row(const Command& command, bool alone) {
  std::vector<std::string_view> list = models_with(command);
  if (alone) return list;
  if (list.empty()) list.assign(model_names().begin(), model_names().end());
  std::erase_if(list, [&](std::string_view name) { return !command.models.has(*find_model(name)); });
  return list;
}

void print_row(const Command& command, bool alone) {
  const auto line = [](std::string_view label, const std::string& text) { fmt::print("  {:<10} {}\n", label, text); };
  fmt::print("{}\n", typed_name(command));
  line("section", command.section.empty()
                      ? "not in the AT manual: application notes"
                      : fmt::format("{} of the AT manual V1.12 ({})", command.section, title_of(command)));
  line("support", fmt::format("{}: {}", word(command.support), support_text(command.support)));
  for (const auto& [form, typed] : forms_as_typed(command)) line(form, typed);
  for (std::size_t i = 0; i < command.parameters.size() && command.parameters[i].exists(); ++i)
    line(fmt::format("<{}>", i + 1), argument_text(command.parameters[i]));
  if (!command.list.empty()) line("at first", std::string(command.list));
  if (command.is_setting() && command.saved != Saved::never) line("stored", std::string(saved_text(command.saved)));
  if (command.seconds != 0) line("time", fmt::format("at most {} s, says the manual", command.seconds));
  for (const LatencyRow* row : latencies_of(typed_name(command)))
    line("latency", fmt::format("{} ({} with typical, {} with maximum): {}", row->name, seconds_text(row->typical),
                                seconds_text(row->maximum), row->meaning));
  if (const auto models = models_of_row(command, alone); !models.empty())
    line("models", fmt::format("{}", fmt::join(models, " ")));
}

Json row_json(const Command& command, bool alone) {
  Json forms = Json::object(), parameters = Json::array(), latencies = Json::array();
  for (const auto& [form, typed] : forms_as_typed(command)) forms[form] = typed;
  for (const Parameter& parameter : command.parameters) {
    if (!parameter.exists()) break;
    Json one{{"kind", kind_of(parameter)}, {"optional", parameter.optional}, {"repeated", parameter.repeated}};
    if (!parameter.range.empty()) one["range"] = parameter.range;
    if (parameter.max_length != 0) one["max_length"] = parameter.max_length;
    if (!parameter.initial.empty()) one["default"] = parameter.initial;
    parameters.push_back(std::move(one));
  }
  for (const LatencyRow* row : latencies_of(typed_name(command)))
    latencies.push_back({{"name", row->name},
                         {"typical_s", std::chrono::duration<double>(row->typical).count()},
                         {"maximum_s", std::chrono::duration<double>(row->maximum).count()},
                         {"meaning", row->meaning}});
  Json json{{"name", typed_name(command)},      {"section", command.section}, {"chapter", title_of(command)},
            {"support", word(command.support)}, {"forms", std::move(forms)},  {"parameters", std::move(parameters)},
            {"latencies", std::move(latencies)}};
  if (!command.list.empty()) json["defaults"] = command.list;
  if (command.is_setting() && command.saved != Saved::never) json["stored"] = saved_text(command.saved);
  if (command.seconds != 0) json["max_response_s"] = command.seconds;
  if (const auto models = models_of_row(command, alone); !models.empty()) json["models"] = models;
  return json;
}

int refuse(const std::string& given) {
  std::vector<std::string> typed;
  for (const Command* command : commands_by_name()) typed.push_back(typed_name(*command));
  std::string name = given;
  if (!name.starts_with("AT") && !name.starts_with("at")) name.insert(0, name.starts_with('+') ? "AT" : "AT+");
  const std::vector<std::string_view> words(typed.begin(), typed.end());
  const std::string hint = did_you_mean(name, words);
  std::cerr << fmt::format("sim800: expected a command of sim800 commands, found \"{}\"{}{}\n", given,
                           hint.empty() ? "" : "; ", hint);
  return usage_error;
}

int explain(const std::vector<std::string>& names, bool as_json) {
  Json list = Json::array();
  for (const std::string& given : names)
    if (rows_of(name_in(given)).empty()) return refuse(given);
  for (const std::string& given : names) {
    const auto rows = rows_of(name_in(given));
    for (const Command* row : rows)
      as_json ? list.push_back(row_json(*row, rows.size() == 1)) : print_row(*row, rows.size() == 1);
  }
  if (as_json) fmt::print("{}\n", list.dump(2));
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, int& status) {
  auto json = std::make_shared<bool>(false);
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      app.add_subcommand("explain", "Say what a command takes, how long it lasts and where it is described");
  command->add_option("COMMAND", *names, "Such as AT+CSQ, +CSQ or csq")->required()->type_name("AT");
  command->add_flag("--json", *json, "As JSON");
  command->callback([json, names, &status] { status = explain(*names, *json); });
}

}  // namespace sim800
