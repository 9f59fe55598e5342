// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"
#include "emulator/core/latency.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"

namespace sim800 {

Channel::Channel(ChannelOwner& owner, Settings& settings, Port& port, std::string name)
    : owner_(owner), settings_(settings), port_(port), name_(std::move(name)) {}

// --- input

void Channel::receive(std::string_view bytes) {
  owner_.record("rx", {{"channel", name_}, {"data", bytes}});
  if (!owner_.answers() || wire_ == Wire::muted) {
    owner_.record("lost", {{"channel", name_}, {"bytes", static_cast<std::int64_t>(bytes.size())}});
    return;  // nobody listens on the UART
  }
  if (owner_.consumes_wakeup()) {
    owner_.record("lost", {{"channel", name_}, {"bytes", static_cast<std::int64_t>(bytes.size())}});
    return;
  }
  receiving_ = true;
  std::string rest;
  input_.append(without_flow_bytes(bytes, rest));
  if (busy()) input_came_.raise();
  pump();
  receiving_ = false;
  if (input_.full()) stop_host();
  give_back_work();
}

void Channel::client_arrived() { owner_.record("client", {{"channel", name_}, {"present", true}}); }

void Channel::client_left() {
  owner_.record("client", {{"channel", name_}, {"present", false}});
  drop_held_output(Port::congested_at);
  input_.client_left();
  if (busy()) input_came_.raise();
  pump();
}

void Channel::drained() {
  if (line_state_ == LineState::waits_for_wire) {
    line_state_ = LineState::running;
    run_line();
  }
  pump();
  if (on_free && free()) on_free();
  if (online()) user_->wire_free();
}

void Channel::output_lost(std::size_t count) {
  owner_.record("lost", {{"channel", name_}, {"bytes", static_cast<std::int64_t>(count)}});
}

bool Channel::idle() const {
  const bool spoken = (work_.peek() == nullptr || work_.peek()->empty()) && (online() || urcs_.empty());
  return !busy() && (user_ == nullptr || wire_ == Wire::lent) && input_.size() == 0 && spoken;
}

void Channel::consume(std::size_t count) {
  const bool was_full = !receiving_ && !wants_input();
  input_.consume(count);
  ahead_ -= std::min(ahead_, count);
  if (host_stopped_ != 0 && input_.size() <= InputQueue::limit / 2) let_host_go_on();
  if (was_full && wants_input()) port_.input_wanted();
}

/// At the point in the stream where a client left, its half-typed line is forgotten.
bool Channel::forget_client() {
  if (!input_.take_leave()) return false;
  assembler_.reset();
  drop_echo();
  if (online()) user_->host_left();
  return true;
}

void Channel::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (!busy() && owner_.answers() && (online() || !congested())) {
    const std::string_view bytes = input_.waiting();
    if (bytes.empty()) {
      if (forget_client()) continue;
      break;
    }
    if (online()) {
      const std::size_t taken = user_->from_host(bytes);
      consume(taken);
      if (taken == 0) break;
      continue;
    }
    if (lets_others_first(&Channel::pump)) break;
    if (bytes.substr(0, bytes.find('\r')).find(LineAssembler::delete_key) != std::string_view::npos)
      assembler_.set_del_is_text(settings_.text(key::cscs) == "GSM");
    const bool echoed = ahead_ > 0;
    std::string* const echo = !format.echo || echoed ? nullptr : holds_echo() ? &work_->echo : &work_->out;
    const LineAssembler::Step step = assembler_.feed(echoed ? bytes.substr(0, ahead_) : bytes, echo);
    consume(step.taken);
    if (step.event != LineAssembler::Event::none) {
      begin_line(step.event != LineAssembler::Event::too_long);
    } else {
      echo_when_idle();
    }
  }
  pumping_ = false;
  flush();
}

/// What faults have done and what follows from it comes before anything else that the host has sent.
bool Channel::lets_others_first(void (Channel::*go_on)()) {
  if (owner_.faults == nullptr || !owner_.faults->unsettled()) return false;
  turn_ = owner_.clock.after(Duration::zero(), [this, go_on] {
    (this->*go_on)();
    pump();
  });
  return true;
}

// --- the line that runs

void Channel::begin_line(bool runnable) {
  line_state_ = LineState::running;
  idle_.cancel();
  if (std::exchange(resting_, false)) {
    ++hurried_;
    rest_.cancel();
  } else {
    hurried_ = 0;
  }
  owner_.record("command", {{"channel", name_}, {"line", assembler_.line()}});
  owner_.synchronised();
  runnable_ = runnable && work_->line.parse(assembler_.line());
  next_ = 0;
  last_ = ok;
  const Duration answer = owner_.latency[Latency::answer];
  if (answer <= Duration::zero()) {
    say_echo();
    return run_line();
  }
  delay_ = owner_.clock.after(answer, [this] {
    say_echo();
    run_line();
    pump();
  });
}

/// A line's responses may be more than the port accepts: the line continues when the host has read them.  Where nobody
/// reads, an endpoint keeps no more than this, and loses the oldest: nothing waits for a host that is not there.
bool Channel::congested() {
  if (unsent() <= Port::congested_at) return false;
  flush();
  return unsent() > Port::congested_at;
}

void Channel::run_line() {
  if (!runnable_ && owner_.faults == nullptr) return end_line(error);
  const CommandLine& line = work_->line;
  const std::size_t count = runnable_ ? line.commands().size() : 0;
  // Faults are asked about a line without a command, too.
  while (next_ < count || (next_ == 0 && owner_.faults != nullptr)) {
    if (next_ > 0 && congested()) {
      line_state_ = LineState::waits_for_wire;
      return;
    }
    if (next_ > 0 && lets_others_first(&Channel::run_line)) return;
    const std::optional<Result> result = owner_.faults == nullptr ? run(line.commands()[next_++]) : run_as_judged();
    if (!result) return;  // a conversation continues; conversation_done() comes back here
    if (!result->continues_line()) return end_line(*result);
    last_ = *result;
  }
  end_line(last_);
}

/// Runs one command; nothing if it is a conversation that will end later.
std::optional<Result> Channel::run(const TypedCommand& typed) {
  const Command* command = owner_.commands.find(typed.name.view());
  if (command == nullptr) return Cme::unknown;
  const Handler& handler = command->handler(typed.form);
  if (!handler) return Cme::unknown;
  Workspace& work = *work_;
  const bool write = &handler == &command->write;
  if (!work.arguments.parse(write ? typed.arguments : std::string_view{})) return command->usage_error;
  if (write && !check(work.arguments, command->parameters).is_ok()) return command->usage_error;
  work.response->next_command();
  if (handler.says != nullptr) {
    if (*handler.says != '\0') work.response->line(handler.says);
    return ok;
  }
  Invocation& invocation = work.invocation.emplace(
      Invocation{owner_.modem(), *this, settings_, *command, typed.arguments, work.arguments, *work.response});
  if (handler.act != nullptr) return handler.act(invocation);
  conversation_ = handler.conversation(invocation);
  conversation_.start([this] { conversation_done(); });
  return std::nullopt;
}

void Channel::conversation_done() {
  const Result result = conversation_.take();
  conversation_.cancel();
  end_verdict();
  if (result.continues_line()) {
    last_ = result;
    run_line();
  } else {
    end_line(result);
  }
  pump();
}

void Channel::end_line(Result result) {
  // Looked up only if needed.
  const int error_mode = result.kind == Result::Kind::code ? 0 : owner_.error_mode();
  Workspace& work = *work_;
  work.response->next_command();
  work.response->end(result, error_mode);
  if (owner_.trace() != nullptr) {
    flush();
    owner_.record("result", {{"channel", name_}, {"text", result_text(result, error_mode)}});
  }
  line_state_ = LineState::none;
  owner_.touch();
  if (std::exchange(reframe_, false)) {
    flush();
    owner_.reframe();
  }
  if (!behind_.empty()) {
    for (const std::string& text : std::exchange(behind_, {})) append_line(work.out, format, text);
  }
  rest();
  if (on_free && free()) on_free();
}

// --- data mode

void Channel::go_online(DataUser& user) {
  user_ = &user;
  assembler_.reset();
  drop_echo();
  ahead_ = 0;
  carrier_ = true;
  update_dcd();
}

void Channel::go_offline(std::optional<Code> said) {
  user_ = nullptr;
  carrier_ = false;
  update_dcd();
  if (said) {
    append_code(work_->out, format, *said);
    rest();
  } else {
    say_waiting();
  }
  if (!pumping_) flush();
}

// --- power

void Channel::power_up() {
  carrier_ = false;
  load_format();
  power_lines(true);
}

void Channel::load_format() {
  format.echo = settings_.number(key::echo) != 0;
  format.verbose = settings_.number(key::verbose) != 0;
  format.quiet = settings_.number(key::quiet) != 0;
  apply_settings();
}

void Channel::apply_settings() {
  assembler_.set_backspace(static_cast<char>(settings_.number(key::s5)));
  update_dcd();
}

void Channel::abandon_command() {
  conversation_.cancel();
  delay_.cancel();
  turn_.cancel();
}

void Channel::power_down(bool silently) {
  abandon_command();
  if (silently) urcs_.clear();
  if (silently) work_->out.clear();
  for (; !urcs_.empty(); urcs_.pop_front()) append(urcs_.front());  // NORMAL POWER DOWN may be among them
  flush();
  drop_held_output(0);
  if (wire_ == Wire::muted) wire_ = Wire::served;
  forget_input();
  carrier_ = false;
  power_lines(false);
  give_back_work();
}

/// Input not processed yet is lost, with the line that runs.
void Channel::forget_input() {
  line_state_ = LineState::none;
  DataUser* const user = std::exchange(user_, nullptr);
  behind_.clear();
  verdict_.reset();
  if (input_.size() > 0)
    owner_.record("lost", {{"channel", name_}, {"bytes", static_cast<std::int64_t>(input_.size())}});
  input_.clear();
  let_host_go_on();
  ahead_ = 0;
  drop_echo();
  turn_.cancel();
  rest_.cancel();
  resting_ = false;
  assembler_ = LineAssembler();
  if (user != nullptr) user->line_reset();
  if (!receiving_) port_.input_wanted();
}

/// Nothing is going on: what it takes is left to others.
void Channel::give_back_work() {
  if (busy() || pumping_ || receiving_) return;
  if (work_.peek() != nullptr && work_.peek()->empty()) work_.give_back();
  input_.release();
}

void Channel::set_lines(bool on) {
  wire_ = on ? Wire::served : Wire::closed;
  abandon_command();
  urcs_.clear();
  work_->out.clear();
  forget_input();
  give_back_work();
  if (on) return power_up();
  carrier_ = false;
  power_lines(false);
}

}  // namespace sim800
