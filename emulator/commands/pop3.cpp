// E-mail: fetching (AT manual 13.2.13-13.2.22).
// SPDX-License-Identifier: MIT
#include "emulator/internet/pop3_service.hpp"
#include "emulator/internet/smtp_service.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

using State = Pop3Service::State;
using Question = Pop3Service::Question;

/// +POP3SRV: "pop3.example.org","user","password",110
Result show_server(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  cmd.print("+POP3SRV: \"{}\",\"{}\",\"{}\",{}", values[0], values[1], values[2],
            mail_port(cmd.modem.settings, MailProtocol::pop3));
  return ok;
}
Result set_server(Invocation& cmd) {
  if (cmd.modem.pop3->state() != State::off) return not_allowed;
  for (std::size_t i = 0; i < 4; ++i) cmd.settings.set_value_of(cmd.command.name, i, cmd.text(i));
  return ok;
}

// --- 13.2.14, 13.2.22 POP3IN, POP3OUT

/// OK at once; +POP3IN: <code> follows as a URC. Not while a mail is being sent.
Result log_in(Invocation& cmd) {
  if (cmd.modem.pop3->state() != State::off || cmd.modem.smtp->busy()) return not_allowed;
  return cmd.modem.pop3->enter(cmd.channel) ? ok : not_allowed;
}

/// Also in the middle of a multi-line response, whose rest is lost.
Result log_out(Invocation& cmd) {
  const State state = cmd.modem.pop3->state();
  if (state != State::idle && state != State::reading) return not_allowed;
  cmd.modem.pop3->leave(cmd.channel);
  return ok;
}

// --- 13.2.15-13.2.18, 13.2.20, 13.2.21: OK at once, the server's answer comes as a URC

Result ask(Invocation& cmd, Question question, std::string command) {
  if (cmd.modem.pop3->state() != State::idle) return not_allowed;
  cmd.modem.pop3->ask(question, std::move(command), cmd.channel);
  return ok;
}

Result ask_number(Invocation& cmd) { return ask(cmd, Question::number, "STAT"); }
Result ask_size(Invocation& cmd) { return ask(cmd, Question::size, fmt::format("LIST {}", cmd.number(0))); }
Result ask_unique_id(Invocation& cmd) { return ask(cmd, Question::unique_id, fmt::format("UIDL {}", cmd.number(0))); }
Result erase(Invocation& cmd) { return ask(cmd, Question::erase, fmt::format("DELE {}", cmd.number(0))); }
Result restore(Invocation& cmd) { return ask(cmd, Question::restore, "RSET"); }

/// AT+POP3CMD=<cmdType>[,<msgNumber>[,<lineNumber>]]: 1 LIST, 2 UIDL, 3 TOP, 4 RETR
Result ask_lines(Invocation& cmd) {
  static constexpr std::size_t counts[] = {0, 1, 1, 3, 2};
  const std::uint32_t type = cmd.number(0);
  if (cmd.arguments.size() != counts[type]) return Cme::invalid_input;
  for (std::size_t i = 1; i < counts[type]; ++i) {
    if (!cmd.has(i)) return Cme::invalid_input;
  }
  switch (type) {
    case 1: return ask(cmd, Question::lines, "LIST");
    case 2: return ask(cmd, Question::lines, "UIDL");
    case 3: return ask(cmd, Question::lines, fmt::format("TOP {} {}", cmd.number(1), cmd.number(2)));
    default: return ask(cmd, Question::lines, fmt::format("RETR {}", cmd.number(1)));
  }
}

// --- 13.2.19 POP3READ

/// +POP3READ: <1 more, 2 last>,<cnfLength>, the bytes, OK
Result read(Invocation& cmd) {
  if (cmd.modem.pop3->state() != State::reading) return not_allowed;
  const Pop3Service::Chunk chunk = cmd.modem.pop3->read(cmd.number(0));
  cmd.print("+POP3READ: {},{}", chunk.last ? 2 : 1, chunk.bytes.size());
  cmd.response.raw(chunk.bytes);
  return ok;
}

constexpr Parameter message = number("1-65535"), lines = number("0-65535");

// No source has the lengths and numbers.
// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+POP3SRV", .section = "13.2.13", .parameters = {text(100, ""), text(100, ""), text(100, ""), optional(number("1-65535", ""))},
     .test = "+POP3SRV: 100,100,100,(1-65535)", .read = show_server, .write = set_server},
    {.name = "+POP3IN", .section = "13.2.14", .test = "", .execute = log_in},
    {.name = "+POP3NUM", .section = "13.2.15", .test = "", .execute = ask_number},
    {.name = "+POP3LIST", .section = "13.2.16", .parameters = {message}, .test = show_ranges, .write = ask_size},
    {.name = "+POP3UIDL", .section = "13.2.17", .parameters = {message}, .test = show_ranges, .write = ask_unique_id},
    {.name = "+POP3CMD", .section = "13.2.18", .parameters = {number("1-4"), optional(message), optional(lines)},
     .test = show_ranges, .write = ask_lines},
    {.name = "+POP3READ", .section = "13.2.19", .parameters = {number("1-1460")}, .test = show_ranges, .write = read},
    {.name = "+POP3DEL", .section = "13.2.20", .parameters = {message}, .test = show_ranges, .write = erase},
    {.name = "+POP3RSET", .section = "13.2.21", .test = "", .execute = restore},
    {.name = "+POP3OUT", .section = "13.2.22", .test = "", .execute = log_out},
};
// clang-format on

}  // namespace

std::span<const Command> pop3_commands() { return table; }

}  // namespace sim800
