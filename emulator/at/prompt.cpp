// What is typed at the prompt of AT+CMGS, AT+CMGW (27.005 3.5.1; AT manual 4.2.5) and AT+CIPSEND (8.2.3).
// SPDX-License-Identifier: MIT
#include "emulator/at/channel.hpp"
#include "emulator/at/channel_owner.hpp"
#include "emulator/at/settings.hpp"

namespace sim800 {
namespace {

constexpr char ctrl_z = 0x1A, esc = 0x1B;

}  // namespace

Task<Channel::PromptResult> Channel::take_text(std::string& into, PromptOptions how) {
  if (!co_await settle_line_end()) co_return PromptResult::gone;
  if (how.prompt) response_.prompt();
  flush();
  bool late = false;
  Timer limit;
  if (how.time) {
    limit = owner_.clock.after(*how.time, [this, &late] {
      late = true;
      input_came_.raise();
    });
  }
  const auto enough = [&] { return late || (how.exactly && into.size() == *how.exactly); };
  while (!enough()) {
    if (how.exactly) {
      const std::string_view bytes = waiting().substr(0, *how.exactly - into.size());
      if (format.echo) out_.append(bytes);
      into.append(bytes);
      consume(bytes.size());
    }
    while (!how.exactly && available() > 0) {
      const char c = waiting().front();
      consume(1);
      if (c == ctrl_z || c == esc) {
        flush();
        co_return c == esc ? PromptResult::cancelled : PromptResult::complete;
      }
      type(c, into, how);
    }
    flush();
    if (enough()) break;
    if (!leaves_.empty()) co_return PromptResult::gone;
    co_await input_came_;
  }
  co_return PromptResult::complete;
}

void Channel::type(char c, std::string& into, const PromptOptions& how) {
  if (format.echo) out_.push_back(c);
  if (how.edits && c == static_cast<char>(settings_.number("S5"))) {
    if (!into.empty()) into.pop_back();
    return;
  }
  if (!how.controls) {
    if (c == '\r' && how.repeat_prompt && format.echo) response_.prompt();
    const bool control = static_cast<unsigned char>(c) < ' ' && c != '\r' && c != '\n';
    if (control) return;
  }
  if (into.size() <= how.limit) into.push_back(c);
}

}  // namespace sim800
