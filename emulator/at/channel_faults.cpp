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
    if (runnable_) owner_.faults->command(has_command ? &work_->line.commands()[next_] : nullptr, *verdict_);
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
  if (verdict_->let_in && lets_others_first(&Channel::run_line)) return std::nullopt;
  const std::size_t current = next_++;
  work_->out += verdict_->raw_before;
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
  if (judged->let_in) let_in();
  work_->out += judged->raw_inside;
  if (!judged->raw_after.empty()) urcs_.push_front({judged->raw_after, std::nullopt, false, true});
}

/// What has waited for the end of the command does not wait any longer.
void Channel::let_in() {
  work_->response->next_command();
  for (; !urcs_.empty(); urcs_.pop_front()) append(urcs_.front());
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
