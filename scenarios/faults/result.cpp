// A result in place of what the command would have come to: {"result": "ERROR"}, {"cme": 3}, {"cms": 500}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

#include <array>

namespace sim800 {
namespace {

struct ResultAction final : Action {
  ResultAction(Result r, std::vector<std::string> l) : result(r), lines(std::move(l)) {}
  void apply(Stage& stage) const override {
    CommandVerdict& command = stage.any_command();
    command.result = result;
    command.lines.clear();
    for (const std::string& line : lines) command.lines.push_back(stage.text(line));
  }
  Needs needs() const override { return {.commands = true}; }
  Result result;
  std::vector<std::string> lines;
};

constexpr std::array<Code, 9> codes{Code::ok,          Code::connect, Code::ring,      Code::no_carrier, Code::error,
                                    Code::no_dialtone, Code::busy,    Code::no_answer, Code::proceeding};

std::uint16_t number(const Value& value) { return static_cast<std::uint16_t>(value.integer().value_or(0)); }

}  // namespace

std::optional<Result> result_word(const std::string& word) {
  for (const Code code : codes) {
    if (word == text_of(code)) return code;
  }
  return std::nullopt;
}

std::shared_ptr<const Action> read_result(const Value& action) {
  const auto result = result_word(action["result"].text().value_or(""));
  return result ? std::make_shared<ResultAction>(*result, action["lines"].texts()) : nullptr;
}

std::shared_ptr<const Action> read_cme(const Value& action) {
  return std::make_shared<ResultAction>(static_cast<Cme>(number(action["cme"])), action["lines"].texts());
}

std::shared_ptr<const Action> read_cms(const Value& action) {
  return std::make_shared<ResultAction>(Result::cms(number(action["cms"])), action["lines"].texts());
}

}  // namespace sim800
