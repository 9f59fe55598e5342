// Text typed at the prompt of AT+CMGS and AT+CMGW (27.005 3.5.1; AT manual 4.2.5).
// SPDX-License-Identifier: MIT
#include "emulator/channel.hpp"
#include "emulator/modem.hpp"

namespace sim800 {
namespace {

constexpr char ctrl_z = 0x1A, esc = 0x1B;

}  // namespace

Task<Channel::Typed> Channel::take_text(std::string& into, Typing how) {
  if (!co_await settle_line_end()) co_return Typed::gone;
  response_.prompt();
  flush();
  for (;;) {
    while (available() > 0) {
      const char c = waiting().front();
      consume(1);
      if (c == ctrl_z || c == esc) {
        flush();
        trace_input();
        co_return c == esc ? Typed::cancelled : Typed::complete;
      }
      type(c, into, how);
    }
    flush();
    if (!leaves_.empty()) co_return Typed::gone;
    co_await input_came_;
  }
}

void Channel::type(char c, std::string& into, const Typing& how) {
  if (format.echo) out_.push_back(c);
  if (!how.raw) {
    if (c == static_cast<char>(modem_.settings.number("S5"))) {
      if (!into.empty()) into.pop_back();
      return;
    }
    if (c == '\r' && how.repeat_prompt && format.echo) response_.prompt();
    const bool control = static_cast<unsigned char>(c) < ' ' && c != '\r' && c != '\n';
    if (control) return;
  }
  if (into.size() <= how.limit) into.push_back(c);
}

}  // namespace sim800
