// Modem lines: {"level": {"DTR": "low"}, "for": "1s"}; "own" leaves a line to whoever drives it.
// SPDX-License-Identifier: MIT
#include <utility>
#include <vector>

#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

struct Level final : Action {
  using Move = std::pair<ModemLine, std::optional<bool>>;
  Level(std::vector<Move> m, std::optional<Duration> s) : moves(std::move(m)), span(s) {}
  void apply(Stage& stage) const override {
    for (const auto& [line, on] : moves) stage.effects.change_level(line, on, span);
  }
  std::vector<Move> moves;
  std::optional<Duration> span;
};

}  // namespace

std::shared_ptr<const Action> read_level_action(const Value& action) {
  std::vector<Level::Move> moves;
  for (const Value& level : action["level"].members()) {
    const auto line = find_modem_line(level.name());
    const std::string word = level.text().value_or("");
    if (line) moves.emplace_back(*line, word == "own" ? std::nullopt : std::optional(word == "high"));
  }
  return std::make_shared<Level>(std::move(moves), action["for"].duration());
}

}  // namespace sim800
