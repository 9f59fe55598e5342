// What an AT channel says by itself: the echo, URCs, and when they leave.
// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"
#include "emulator/core/latency.hpp"

namespace sim800 {
namespace {

/// A host that sends its next line right after each result leaves no room for URCs: after so many lines they are sent
/// all the same.
constexpr unsigned most_hurried = 32;
/// What waits behind a prompt that stays open, or behind data mode, is lost above this, the oldest first.
constexpr std::size_t most_waiting = 1000;

}  // namespace

// --- echo

/// The echo of a line leaves together with what answers it (logs of a half-duplex host and of one that empties its
/// receiver after sending).
bool Channel::holds_echo() const { return owner_.latency[Latency::echo_idle] > Duration::zero(); }

/// Somebody who types sees the letters. What is longer than any line does not wait.
void Channel::echo_when_idle() {
  if (work_->echo.empty()) return;
  if (work_->echo.size() > LineAssembler::max_length) {
    work_->out += work_->echo;
    return drop_echo();
  }
  idle_ = owner_.clock.after(owner_.latency[Latency::echo_idle], [this] {
    work_->out += work_->echo;
    work_->echo.clear();
    flush();
  });
}

void Channel::drop_echo() {
  if (work_.peek() == nullptr || work_.peek()->echo.empty()) return;
  idle_.cancel();
  work_->echo.clear();
}

bool Channel::takes_input(const CommandLine& line) const {
  return std::ranges::any_of(line.commands(), [this](const TypedCommand& typed) {
    const Command* const command = owner_.commands.find(typed.name.view());
    return command != nullptr && command->handler(typed.form).takes_input;
  });
}

/// The line that runs now is echoed.
void Channel::say_echo() {
  if (!holds_echo()) return;
  work_->out += work_->echo;
  drop_echo();
  if (input_.available() <= ahead_) return;
  if (!runnable_ || !takes_input(work_->line)) echo_ahead();
}

/// Echoes the complete lines that have arrived behind the one that runs, up to one that is followed by something else
/// than lines. Whether they are echoed is decided now, even if the line that runs is ATE (log: ATE0AT+CMGF=1).
void Channel::echo_ahead() {
  LineAssembler assembler = assembler_;
  CommandLine line;
  const std::string_view bytes = input_.waiting();
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const LineAssembler::Step step = assembler.feed(bytes.substr(at), &text);
    if (step.event == LineAssembler::Event::none) return;  // half a line
    at += step.taken;
    if (at > ahead_) {
      ahead_ = at;
      if (format.echo) work_->out += text;
    }
    text.clear();
    if (step.event != LineAssembler::Event::too_long && line.parse(assembler.line()) && takes_input(line)) return;
  }
}

// --- the distance between a result and what follows it

bool Channel::keeps_distance() const {
  return owner_.latency[Latency::urc_gap] > Duration::zero() && hurried_ < most_hurried;
}

/// After a result: what belongs to no command, or to an earlier one, keeps its distance from it.
void Channel::rest() {
  if (!keeps_distance()) {
    if (std::exchange(hurried_, 0) > 0) flush();
    return say_waiting();
  }
  resting_ = true;
  rest_ = owner_.clock.after(owner_.latency[Latency::urc_gap], [this] {
    resting_ = false;
    say_waiting();
    flush();
    if (on_free && free()) on_free();
  });
}

void Channel::say_waiting() {
  while (!online() && !urcs_.empty()) {
    append(urcs_.front());
    const bool answer = urcs_.front().answer;
    urcs_.pop_front();
    if (answer && keeps_distance()) return rest();
  }
}

// --- what the module says by itself

void Channel::urc(std::string_view text) {
  if (takes_urcs) push({std::string(text), std::nullopt, false});
}
void Channel::urc(Code code) {
  if (takes_urcs) push({{}, code, false});
}

void Channel::urc(std::string_view text, WhileOnline policy) {
  if (!online() || policy == WhileOnline::waits) return urc(text);
  if (policy == WhileOnline::embedded && listens()) write_line(text);
}

void Channel::stop_ringing() {
  constexpr std::string_view lines[] = {"+CRING: ", "+CLIP: ", "+CCWA: ", "+CSSU: 0", "+CSSU: 1,"};
  std::erase_if(urcs_, [&lines](const Unsolicited& each) {
    return each.code == Code::ring ||
           std::ranges::any_of(lines, [&each](std::string_view one) { return each.text.starts_with(one); });
  });
}

void Channel::push(Unsolicited urc) {
  if (!has_lines()) return;
  if (busy() || online() || resting_) {
    urcs_.push_back(std::move(urc));
    if (urcs_.size() <= most_waiting) return;
    const Unsolicited oldest = std::move(urcs_.front());
    urcs_.pop_front();
    std::string lost;
    oldest.code ? append_code(lost, format, *oldest.code) : append_line(lost, format, oldest.text);
    output_lost(lost.size());
    return;
  }
  append(urc);
  if (!pumping_) flush();
  if (urc.answer && keeps_distance()) rest();
}

void Channel::write(std::string_view bytes) {
  work_->out.append(bytes);
  if (!pumping_) flush();
}

void Channel::write_line(std::string_view text) {
  append_line(work_->out, format, text);
  if (!pumping_) flush();
}

void Channel::append(const Unsolicited& urc) {
  if (urc.raw) {
    work_->out += urc.text;
  } else if (urc.code) {
    append_code(work_->out, format, *urc.code);
  } else {
    append_line(work_->out, format, urc.text);
  }
}

void Channel::line_inside(std::string_view text) {
  if (!busy()) return urc(text);
  work_->response->next_command();
  append_line(work_->out, format, text);
  line_inside_ = owner_.clock.after(Duration::zero(), [this] { flush(); });
}

void Channel::flush() {
  if (unsent_here() > 0) {
    if (hold_output()) return;
    std::string& out = work_->out;
    if (wire_ != Wire::muted) {
      port_.send(out);
      owner_.record("tx", {{"channel", name_}, {"data", out}});
    }
    out.clear();
  }
  give_back_work();
}

}  // namespace sim800
