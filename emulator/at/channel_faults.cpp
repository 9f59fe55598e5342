// Commands of an AT channel under the influence of faults.
// SPDX-License-Identifier: MIT
#include <utility>

#include "emulator/at/channel.hpp"
#include "emulator/at/channel_owner.hpp"
#include "emulator/at/settings.hpp"

namespace sim800 {

/// The next command of the line as faults let it run; nothing if it continues later, or never.
std::optional<Result> Channel::run_as_judged() {
  const bool has_command = runnable_ && next_ < work_->line.commands().size();
  if (!verdict_) {
    verdict_ = std::make_unique<CommandVerdict>();
    if (next_ == 0) owner_.faults->line("AT" + std::string(assembler_.line()), *verdict_);
    if (has_command) {
      owner_.faults->command(work_->line.commands()[next_].name.view(), *verdict_);
    } else if (runnable_) {
      owner_.faults->command("", *verdict_);
    }
    if (verdict_->silence) {
      fall_silent(*verdict_->silence);
      return std::nullopt;
    }
    if (verdict_->delay > Duration::zero()) {
      delay_ = owner_.clock.after(verdict_->delay, [this] {
        run_line();
        pump();
      });
      return std::nullopt;
    }
  }
  const std::size_t current = next_++;
  for (const std::string& text : verdict_->before) owner_.urc(text, this);
  for (const std::string& text : verdict_->after) owner_.urc(text);
  std::optional<Result> result = runnable_ ? ok : error;
  if (verdict_->result) {
    work_->response->next_command();
    for (const std::string& text : verdict_->lines) work_->response->line(text);
    if (verdict_->whole_line) next_ = CommandLine::max_commands;
    result = verdict_->result;
  } else if (has_command) {
    result = run(work_->line.commands()[current]);
  }
  if (result) end_verdict();
  return result;
}

/// The command that was judged has its result.
void Channel::end_verdict() {
  if (!verdict_) return;
  const auto judged = std::exchange(verdict_, nullptr);
  for (const std::string& text : judged->inside) owner_.urc(text, this);
}

void Channel::fall_silent(Duration span) {
  flush();
  conversation_.cancel();
  urcs_.clear();
  wire_ = Wire::muted;
  delay_.cancel();
  if (span != CommandVerdict::forever)
    delay_ = owner_.clock.after(span, [this] {
      if (wire_ == Wire::muted) wire_ = Wire::served;
    });
  carrier_ = false;
  forget_input();
  apply_settings();
}

}  // namespace sim800
