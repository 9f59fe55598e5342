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
  /// It has lost its supply, or is started again: what is going on is over, what send() has given it waits.
  void stop();
  /// The command it waits to have fetched and answered; empty: none.
  const std::string& pending() const;
  /// TERMINAL RESPONSE to that command: the next one, the one before it, or the end. After a POLL INTERVAL the card
  /// goes on when it is polled: go_on() is to be called after the time returned.
  Duration answer(const TerminalResponse& response);
  void go_on();

  /// A session is going on.
  bool busy() const { return frames_.size() > waits_; }
  // Envelopes, also while it waits to be polled. False: the card does not take it.
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
  void end_session();
  bool takes_envelopes() const { return on_ && !busy(); }

  const CardApplication& application_;
  ToolkitSteps first_;
  std::vector<Frame> frames_;  ///< innermost last; the step that `next` says is the pending one
  std::vector<std::shared_ptr<const ToolkitSteps>> given_;  ///< by send(), the first in progress or to come
  std::size_t waits_ = 0;  ///< so many frames wait to be polled; those above them are a session of their own
  bool polled_ = false;    ///< during that session
  bool on_ = false, running_given_ = false;
};

}  // namespace sim800
