// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"
#include "emulator/core/latency.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"

namespace sim800 {
namespace {

/// How long a prompt waits for the LF of a host that ends its lines with CR LF: much longer than the byte takes at any
/// rate, much shorter than a host notices.
constexpr Duration line_feed_wait = 10ms;

/// A host that sends its next line right after each result leaves no room for URCs: after so many lines they are sent
/// all the same.
constexpr unsigned most_hurried = 32;

}  // namespace

Channel::Channel(ChannelOwner& owner, Settings& settings, Port& port, std::string name)
    : owner_(owner), settings_(settings), port_(port), name_(std::move(name)) {
  out_.reserve(2048);
}

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
  input_.append(bytes);
  if (busy()) input_came_.raise();
  pump();
  receiving_ = false;
}

void Channel::client_arrived() { owner_.record("client", {{"channel", name_}, {"present", true}}); }

void Channel::client_left() {
  owner_.record("client", {{"channel", name_}, {"present", false}});
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
  const bool spoken = out_.empty() && echo_.empty() && (online() || urcs_.empty());
  return !busy() && (user_ == nullptr || wire_ == Wire::lent) && input_.size() == 0 && spoken;
}

void Channel::consume(std::size_t count) {
  const bool was_full = !wants_input();
  input_.consume(count);
  ahead_ -= std::min(ahead_, count);
  if (was_full && wants_input() && !receiving_) port_.input_wanted();
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
  while (!busy() && owner_.answers() && (online() || port_.unsent() < Port::congested_at)) {
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
    if (bytes.find(LineAssembler::delete_key) != std::string_view::npos)
      assembler_.set_del_is_text(settings_.text(key::cscs) == "GSM");
    const bool echoed = ahead_ > 0;
    std::string* const echo = !format.echo || echoed ? nullptr : holds_echo() ? &echo_ : &out_;
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

// --- echo

/// The echo of a line leaves together with what answers it (logs of a half-duplex host and of one that empties its
/// receiver after sending).
bool Channel::holds_echo() const { return owner_.latency[Latency::echo_idle] > Duration::zero(); }

/// Somebody who types sees the letters. What is longer than any line does not wait.
void Channel::echo_when_idle() {
  if (echo_.empty()) return;
  if (echo_.size() > LineAssembler::max_length) {
    out_ += echo_;
    return drop_echo();
  }
  idle_ = owner_.clock.after(owner_.latency[Latency::echo_idle], [this] {
    out_ += std::exchange(echo_, {});
    flush();
  });
}

void Channel::drop_echo() {
  idle_.cancel();
  echo_.clear();
}

bool Channel::takes_input(const CommandLine& line) const {
  return std::ranges::any_of(line.commands(), [this](const TypedCommand& typed) {
    const Command* const command = owner_.commands.find(typed.name.view());
    return command != nullptr && command->handler(typed.form).takes_input;
  });
}

/// The line that runs now is echoed.
void Channel::say_echo() {
  out_ += echo_;
  drop_echo();
  if (!holds_echo() || input_.available() <= ahead_) return;
  if (!runnable_ || !takes_input(line_)) echo_ahead();
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
      if (format.echo) out_ += text;
    }
    text.clear();
    if (step.event != LineAssembler::Event::too_long && line.parse(assembler.line()) && takes_input(line)) return;
  }
}

// --- the line that runs

void Channel::begin_line(bool runnable) {
  line_state_ = LineState::running;
  idle_.cancel();
  hurried_ = resting_ ? hurried_ + 1 : 0;
  rest_.cancel();
  resting_ = false;
  owner_.record("command", {{"channel", name_}, {"line", assembler_.line()}});
  owner_.synchronised();
  runnable_ = runnable && line_.parse(assembler_.line());
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

/// A line's responses may be more than the port accepts: the line continues when the host has read them.
bool Channel::congested() {
  if (port_.unsent() + out_.size() < Port::congested_at) return false;
  flush();
  return port_.unsent() >= Port::congested_at;
}

void Channel::run_line() {
  if (!runnable_ && owner_.faults == nullptr) return end_line(error);
  const std::size_t count = runnable_ ? line_.commands().size() : 0;
  // Faults are asked about a line without a command, too.
  while (next_ < count || (next_ == 0 && owner_.faults != nullptr)) {
    if (congested()) {
      line_state_ = LineState::waits_for_wire;
      return;
    }
    if (next_ > 0 && lets_others_first(&Channel::run_line)) return;
    const std::optional<Result> result = owner_.faults == nullptr ? run(line_.commands()[next_++]) : run_as_judged();
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
  const bool write = &handler == &command->write;
  if (!arguments_.parse(write ? typed.arguments : std::string_view{})) return command->usage_error;
  if (write && !check(arguments_, command->parameters).is_ok()) return command->usage_error;
  response_.next_command();
  invocation_.emplace(Invocation{owner_.modem(), *this, settings_, *command, typed.arguments, arguments_, response_});
  if (handler.act != nullptr) return handler.act(*invocation_);
  if (handler.says != nullptr) {
    if (*handler.says != '\0') response_.line(handler.says);
    return ok;
  }
  conversation_ = handler.conversation(*invocation_);
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
  // Looked up only if needed: it costs a sixth of a short command.
  const int error_mode = result.kind == Result::Kind::code ? 0 : owner_.error_mode();
  response_.next_command();
  response_.end(result, error_mode);
  if (owner_.trace() != nullptr) {
    flush();
    owner_.record("result", {{"channel", name_}, {"text", result_text(result, error_mode)}});
  }
  line_state_ = LineState::none;
  owner_.touch();
  for (const std::string& text : std::exchange(behind_, {})) append_line(out_, format, text);
  rest();
  if (on_free && free()) on_free();
}

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

void Channel::push(Unsolicited urc) {
  if (!has_lines()) return;
  if (busy() || online() || resting_) {
    urcs_.push_back(std::move(urc));
    return;
  }
  append(urc);
  if (!pumping_) flush();
  if (urc.answer && keeps_distance()) rest();
}

void Channel::write(std::string_view bytes) {
  out_.append(bytes);
  if (!pumping_) flush();
}

void Channel::write_line(std::string_view text) {
  append_line(out_, format, text);
  if (!pumping_) flush();
}

void Channel::append(const Unsolicited& urc) {
  if (urc.code) {
    append_code(out_, format, *urc.code);
  } else {
    append_line(out_, format, urc.text);
  }
}

void Channel::line_inside(std::string_view text) {
  if (!busy()) return urc(text);
  response_.next_command();
  append_line(out_, format, text);
  line_inside_ = owner_.clock.after(Duration::zero(), [this] { flush(); });
}

void Channel::flush() {
  if (wire_ == Wire::muted) out_.clear();
  if (out_.empty()) return;
  port_.send(out_);
  owner_.record("tx", {{"channel", name_}, {"data", out_}});
  out_.clear();
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
    append_code(out_, format, *said);
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
  if (silently) out_.clear();
  for (; !urcs_.empty(); urcs_.pop_front()) append(urcs_.front());  // NORMAL POWER DOWN may be among them
  flush();
  if (wire_ == Wire::muted) wire_ = Wire::served;
  forget_input();
}

/// Input not processed yet is lost, with the line that runs.
void Channel::forget_input() {
  line_state_ = LineState::none;
  user_ = nullptr;
  behind_.clear();
  verdict_.reset();
  if (input_.size() > 0)
    owner_.record("lost", {{"channel", name_}, {"bytes", static_cast<std::int64_t>(input_.size())}});
  input_.clear();
  ahead_ = 0;
  drop_echo();
  turn_.cancel();
  rest_.cancel();
  resting_ = false;
  assembler_ = LineAssembler();
  if (!receiving_) port_.input_wanted();
}

void Channel::set_lines(bool on) {
  wire_ = on ? Wire::served : Wire::closed;
  abandon_command();
  urcs_.clear();
  out_.clear();
  forget_input();
  if (on) power_up();
}

void Channel::update_dcd() {
  const bool on = carrier_ || settings_.number(key::dcd) == 0;
  if (on == dcd_) return;
  dcd_ = on;
  owner_.record("line", {{"channel", name_}, {"signal", "DCD"}, {"on", on}});
}

// --- for dialogues

Task<bool> Channel::settle_line_end() {
  const Duration rest = line_feed_wait - owner_.latency[Latency::answer];
  if (assembler_.expects_line_feed() && input_.available() == 0 && rest > Duration::zero()) {
    const Timer limit = owner_.clock.after(rest, [this] { input_came_.raise(); });
    co_await input_came_;
  }
  if (assembler_.after_carriage_return() && input_.available() > 0 && input_.waiting().front() == '\n') {
    consume(1);
    assembler_.take_line_feed();
  }
  assembler_.forget_line_feed();
  co_return !input_.client_leaves() || input_.available() > 0;
}

Task<bool> Channel::interrupted_within(Duration span) {
  bool over = false;
  const Timer timer = owner_.clock.after(span, [this, &over] {
    over = true;
    wake();
  });
  const std::function<bool()> is_over = [&over] { return over; };
  co_return co_await interrupted_before(is_over);
}

Task<bool> Channel::interrupted_before(const std::function<bool()>& over) {
  co_await settle_line_end();
  while (!over() && input_.available() == 0) co_await input_came_;
  if (input_.available() == 0) co_return false;
  consume(1);
  co_return true;
}

Task<Channel::PayloadResult> Channel::take_payload(std::string& into, std::size_t count, Duration limit) {
  flush();
  carrier_ = true;
  update_dcd();
  bool late = false;
  const Timer timer = owner_.clock.after(limit, [this, &late] {
    late = true;
    input_came_.raise();
  });
  const std::size_t before = into.size();
  PayloadResult result = PayloadResult::complete;
  for (;;) {
    const std::size_t taken = std::min(count - (into.size() - before), input_.available());
    into.append(input_.waiting().substr(0, taken));
    consume(taken);
    if (into.size() - before == count) break;
    if (input_.client_leaves()) result = PayloadResult::gone;
    if (late) result = PayloadResult::timed_out;
    if (result != PayloadResult::complete) break;
    co_await input_came_;
  }
  carrier_ = false;
  update_dcd();
  co_return result;
}

/// Prompts, then takes a text (27.005 3.5.1; AT manual 4.2.5, 8.2.3).
Task<PromptResult> Channel::take_text(std::string& into, PromptOptions options) {
  if (!co_await settle_line_end()) co_return PromptResult::gone;
  if (options.prompt) response_.prompt();
  flush();
  bool late = false;
  Timer limit;
  if (options.time) {
    limit = owner_.clock.after(*options.time, [this, &late] {
      late = true;
      input_came_.raise();
    });
  }
  TextEntry entry(into, options, static_cast<char>(settings_.number(key::s5)), format.echo);
  while (!late && !entry.ended()) {
    consume(entry.feed(input_.waiting(), out_));
    flush();
    if (entry.ended()) break;
    if (input_.client_leaves()) co_return PromptResult::gone;
    co_await input_came_;
  }
  co_return entry.ended().value_or(PromptResult::complete);
}

}  // namespace sim800
