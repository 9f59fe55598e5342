// What follows a command line on an AT channel: payloads, texts behind a prompt, and what interrupts.
// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/latency.hpp"

namespace sim800 {
namespace {

/// How long a prompt waits for the LF of a host that ends its lines with CR LF: much longer than the byte takes at any
/// rate, much shorter than a host notices.
constexpr Duration line_feed_wait = 10ms;

/// True for as long as it lives, however that ends.
class While {
 public:
  explicit While(bool& so) : so_(so) { so_ = true; }
  ~While() { so_ = false; }
  While(const While&) = delete;
  While& operator=(const While&) = delete;

 private:
  bool& so_;
};

}  // namespace

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
  const While taking(takes_entry_);
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
  const While taking(takes_entry_);
  if (options.prompt) work_->response->prompt();
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
    consume(entry.feed(input_.waiting(), work_->out));
    flush();
    if (entry.ended()) break;
    if (input_.client_leaves()) co_return PromptResult::gone;
    co_await input_came_;
  }
  co_return entry.ended().value_or(PromptResult::complete);
}

}  // namespace sim800
