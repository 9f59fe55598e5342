// A result in place of what the command would have come to: {"result": "ERROR"}, {"cme": 3}, {"cms": 500}.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/actions.hpp"

#include <array>

namespace sim800 {
namespace {

struct ResultAction final : Action {
  ResultAction(Result r, std::vector<std::string> l) : result(r), lines(std::move(l)) {}
  void apply(Stage& stage) const override {
    stage.command->result = result;
    stage.command->lines = lines;
  }
  Result result;
  std::vector<std::string> lines;
};

constexpr std::array<Code, 9> codes{Code::ok,          Code::connect, Code::ring,      Code::no_carrier, Code::error,
                                    Code::no_dialtone, Code::busy,    Code::no_answer, Code::proceeding};

std::uint16_t number(const Entry& action, std::string_view key) {
  return static_cast<std::uint16_t>(action.integer(key).value_or(0));
}

}  // namespace

std::shared_ptr<const Action> read_result(const Entry& action) {
  const auto text = action.text("result");
  for (const Code code : codes) {
    if (text == text_of(code)) return std::make_shared<ResultAction>(code, action.texts("lines"));
  }
  return nullptr;
}

std::shared_ptr<const Action> read_cme(const Entry& action) {
  return std::make_shared<ResultAction>(static_cast<Cme>(number(action, "cme")), action.texts("lines"));
}

std::shared_ptr<const Action> read_cms(const Entry& action) {
  return std::make_shared<ResultAction>(Result::cms(number(action, "cms")), action.texts("lines"));
}

}  // namespace sim800
