// SPDX-License-Identifier: MIT
#include "emulator/sim/toolkit_card.hpp"

#include <utility>

#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

ToolkitStep event_list(const CardApplication& application) {
  std::string events;
  for (const auto& [event, steps] : application.events) events += static_cast<char>(event);
  const ProactiveCommand command{.type = ProactiveType::set_up_event_list, .events = std::move(events)};
  return {.command = encode_proactive(command), .wait = {}, .answers = {}};
}

/// The steps that a scenario has for this answer; null: none.
const ToolkitSteps* branch_of(const ToolkitStep& step, const TerminalResponse& response) {
  std::string key;
  if (response.item) key = std::to_string(*response.item);
  if (response.text) key = to_utf8(response.text->text());
  auto found = step.answers.find(key);
  if (found == step.answers.end()) found = step.answers.find("*");
  return found == step.answers.end() ? nullptr : &found->second;
}

}  // namespace

ToolkitCard::ToolkitCard(const CardApplication& application) : application_(application) {
  if (!application.menu.empty()) first_.push_back({.command = application.menu, .wait = {}, .answers = {}});
  if (!application.events.empty()) first_.push_back(event_list(application));
}

void ToolkitCard::stop() {
  on_ = polled_ = false;
  frames_.clear();
  waits_ = 0;
  if (std::exchange(running_given_, false)) given_.erase(given_.begin());
}

void ToolkitCard::start() {
  stop();
  on_ = true;
  frames_ = {{&application_.start, 0}, {&first_, 0}};
  settle();
}

const std::string& ToolkitCard::pending() const {
  static const std::string none;
  if (!busy()) return none;
  const Frame& inner = frames_.back();
  return (*inner.steps)[inner.next].command;
}

/// Steps that are done with make way for those around them, and in the end for the next ones of the scenario.
void ToolkitCard::settle() {
  while (busy() && frames_.back().next >= frames_.back().steps->size()) frames_.pop_back();
  if (polled_ && !busy()) go_on();
  if (!frames_.empty()) return;
  if (std::exchange(running_given_, false)) given_.erase(given_.begin());
  if (given_.empty()) return;
  running_given_ = true;
  frames_.push_back({given_.front().get(), 0});
  settle();
}

void ToolkitCard::begin(const ToolkitSteps& steps) {
  frames_.push_back({&steps, 0});
  settle();
}

void ToolkitCard::go_on() {
  polled_ = busy();
  if (!polled_) waits_ = 0;
}

Duration ToolkitCard::answer(const TerminalResponse& response) {
  if (pending().empty()) return {};
  Frame& inner = frames_.back();
  const ToolkitStep& step = (*inner.steps)[inner.next];
  if (response.ok()) {
    const ToolkitSteps* branch = branch_of(step, response);
    const Duration wait = step.wait;
    ++inner.next;
    if (branch != nullptr) frames_.push_back({branch, 0});
    settle();
    if (wait == Duration::zero() || frames_.empty()) return {};
    waits_ = frames_.size();
    polled_ = false;
    return wait;
  }
  if (response.result == TerminalResponse::backward) {
    go_back();
  } else {
    end_session();
  }
  settle();
  return {};
}

/// The user wants the step before; before the first one is the question that led there, or nothing.
void ToolkitCard::go_back() {
  if (frames_.back().next == 0) frames_.pop_back();
  if (!busy()) return;
  if (frames_.back().next == 0) {
    end_session();
  } else {
    --frames_.back().next;
  }
}

void ToolkitCard::end_session() {
  while (busy()) frames_.pop_back();
}

bool ToolkitCard::select(std::uint8_t item) {
  const auto chosen = application_.items.find(item);
  if (chosen == application_.items.end() || !takes_envelopes()) return false;
  begin(chosen->second);
  return true;
}

bool ToolkitCard::report(std::uint8_t event) {
  const auto awaited = application_.events.find(event);
  if (awaited == application_.events.end() || !takes_envelopes()) return false;
  begin(awaited->second);
  return true;
}

bool ToolkitCard::receive_sms() {
  if (!application_.takes_sms || !takes_envelopes()) return false;
  begin(application_.sms);
  return true;
}

void ToolkitCard::send(std::shared_ptr<const ToolkitSteps> steps) {
  given_.push_back(std::move(steps));
  if (on_ && frames_.empty()) settle();
}

}  // namespace sim800
