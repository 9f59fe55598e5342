// What a step's place among the others says of it.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

struct StepContext {
  const Awaited* trigger = nullptr;  ///< in the middle of which it acts; null: none
  std::optional<int> groups;         ///< that its texts can use; nothing: "$1" is a text like any other

  bool by_command() const;
  /// The trigger, for messages.
  std::string words() const;
};

/// One step that is an action. Null after a mistake, which is reported.
std::shared_ptr<const Action> read_action(const Value& action, const StepContext& context);

}  // namespace sim800
