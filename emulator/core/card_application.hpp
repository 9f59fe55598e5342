// The toolkit application of a card (51.014): what it asks of the module, as a scenario describes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "emulator/core/duration.hpp"

namespace sim800 {

struct ToolkitStep;
using ToolkitSteps = std::vector<ToolkitStep>;

/// One proactive command, and what follows an answer to it before the next step does.
struct ToolkitStep {
  std::string command;  ///< BER-TLV, as the module fetches it
  Duration wait{};      ///< the card goes on after this time: POLL INTERVAL
  /// By the item chosen ("2") or the text typed; "*": any other.
  std::map<std::string, ToolkitSteps> answers;
};

struct CardApplication {
  std::string menu;                             ///< SET UP MENU, BER-TLV; empty: it has none
  ToolkitSteps start;                           ///< behind the menu, once the card is ready
  std::map<std::uint8_t, ToolkitSteps> items;   ///< of the menu
  std::map<std::uint8_t, ToolkitSteps> events;  ///< 4 user activity, 5 idle screen, 7 language
  ToolkitSteps sms;                             ///< a message for the card has come (SMS-PP download)
  bool takes_sms = false;                       ///< `sms` is given, perhaps without a step
};

}  // namespace sim800
