// The card's side of the toolkit: which proactive command it has for the module next.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulator/core/card_application.hpp"
#include "protocol/sim/proactive.hpp"

namespace sim800 {

class ToolkitCard {
 public:
  explicit ToolkitCard(const CardApplication& application);

  /// TERMINAL PROFILE: its menu, the list of its events, and what it does at the start.
  void start();
  /// The command it waits to have fetched and answered; empty: none.
  const std::string& pending() const;
  /// TERMINAL RESPONSE to that command: the next one, the one before it, or the end. After a POLL INTERVAL the card
  /// goes on when it is polled: go_on() is to be called after the time returned.
  Duration answer(const TerminalResponse& response);
  void go_on() { waits_ = false; }

  // Envelopes. False: the card does not take it.
  bool select(std::uint8_t item);
  bool report(std::uint8_t event);
  bool receive_sms();
  /// Something of the scenario: behind what is going on.
  void send(std::shared_ptr<const ToolkitSteps> steps);

 private:
  struct Frame {
    const ToolkitSteps* steps;
    std::size_t next;
  };
  void begin(const ToolkitSteps& steps);
  void settle();
  void go_back();

  const CardApplication& application_;
  ToolkitSteps first_;
  std::vector<Frame> frames_;  ///< innermost last; the step that `next` says is the pending one
  std::vector<std::shared_ptr<const ToolkitSteps>> given_;  ///< by send(), the first in progress or to come
  bool running_given_ = false, waits_ = false;
};

}  // namespace sim800
