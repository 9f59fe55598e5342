// Commands that only the scenario knows, and those that nobody knows.
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/at/command.hpp"
#include "emulator/core/world.hpp"
#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {
namespace {

const std::vector<OwnAnswer>& answers_of(const OwnCommand& own, Form form) {
  switch (form) {
    case Form::test: return own.test;
    case Form::read: return own.read;
    case Form::write: return own.write;
    case Form::execute: break;
  }
  return own.execute;
}

/// What it captures of the arguments.
std::optional<Captures> match(const OwnAnswer& answer, std::string_view arguments) {
  return answer.match ? answer.match->groups_in(arguments) : Captures();
}

}  // namespace

CommandVerdict& FaultEngine::next_command() {
  if (!next_command_) next_command_.emplace();
  return *next_command_;
}

/// As if the module had it.
void FaultEngine::answer_own(const TypedCommand& typed, CommandVerdict& verdict) {
  const auto own = scenario_.own_commands.find(typed.name.view());
  if (own == scenario_.own_commands.end()) return answer_unknown(typed, verdict);
  for (const OwnAnswer& answer : answers_of(own->second, typed.form)) {
    const auto captures = match(answer, typed.arguments);
    if (!captures) continue;
    for (const std::string& line : answer.lines) verdict.lines.push_back(with_captures(line, *captures));
    verdict.result = answer.result;
    // The result comes first, whatever follows at the same instant.
    if (answer.then) {
      soon([this, steps = answer.then, found = *captures] {
        begin(*steps, steps, nullptr, Stage{*modem_, *this, live_chance_, nullptr, nullptr, &found});
      });
    }
    return;
  }
  const bool has_form = !answers_of(own->second, typed.form).empty();
  verdict.result = has_form ? Cme::invalid_input : Cme::unknown;
}

void FaultEngine::answer_unknown(const TypedCommand& typed, CommandVerdict& verdict) const {
  using enum ModuleConfig::Unknown;
  const auto how = scenario_.world.module.unknown;
  if (how == refused || modem_->commands.find(typed.name.view()) != nullptr) return;
  verdict.result = how == accepted ? Result(Code::ok) : Result::silent();
}

}  // namespace sim800
