// E-mail: what SMTP and POP3 share, and sending (AT manual 13.2.1-13.2.12); EMAILSSL (SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/internet/mail_settings.hpp"
#include "emulator/internet/pop3_service.hpp"
#include "emulator/internet/smtp_service.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

constexpr Duration body_limit = 30s;  // no source says how long AT+SMTPBODY waits

/// A mail in progress keeps what it was started with.
Result keep_unless_busy(Invocation& cmd) { return cmd.modem.smtp->busy() ? not_allowed : keep_setting(cmd); }

/// Omitted values become empty.
Result keep_all(Invocation& cmd) {
  if (cmd.modem.smtp->busy()) return not_allowed;
  for (std::size_t i = 0; i < cmd.command.kept(); ++i) cmd.settings.set_value_of(cmd.command.name, i, cmd.text(i));
  return ok;
}

// --- 13.2.3-13.2.5, 13.2.9 SMTPSRV, SMTPAUTH, SMTPFROM, SMTPFILE

/// +SMTPSRV: "smtp.example.org",25
Result show_server(Invocation& cmd) {
  cmd.print("+SMTPSRV: \"{}\",{}", cmd.modem.settings.text(key::smtpsrv_server),
            mail_port(cmd.modem.settings, MailProtocol::smtp));
  return ok;
}

/// AT+SMTPAUTH=0; AT+SMTPAUTH=1,<userName>,<password>
Result set_account(Invocation& cmd) {
  if (cmd.arguments.size() != (cmd.number(0) == 1 ? 3 : 1)) return Cme::invalid_input;
  return keep_all(cmd);
}

/// AT+SMTPFILE=0; =1,<fileName>,0: text; =2,<fileName>,1: base64
Result set_file(Invocation& cmd) {
  const std::uint32_t type = cmd.number(0);
  if (cmd.arguments.size() != (type == 0 ? 1 : 3)) return Cme::invalid_input;
  if (type != 0 && (!cmd.has(2) || cmd.number(2) != type - 1 || cmd.text(1).empty())) return Cme::invalid_input;
  if (cmd.modem.smtp->busy()) return not_allowed;
  cmd.modem.settings.set(key::smtpfile_type, type);
  cmd.modem.settings.set(key::smtpfile_name, cmd.text(1));
  cmd.modem.settings.set(key::smtpfile_encoding, type == 2 ? 1 : 0);
  return ok;
}

// --- 13.2.6 SMTPRCPT

Result show_recipients(Invocation& cmd) {
  for (std::size_t type = 0; type < 3; ++type) {
    for (const auto& [index, mailbox] : cmd.modem.smtp->recipients[type]) {
      cmd.print("+SMTPRCPT: {},{},\"{}\",\"{}\"", type, index, mailbox.address, mailbox.name);
    }
  }
  return ok;
}

/// AT+SMTPRCPT=<rcptType>[,<index>[,<rcptAddress>[,<rcptName>]]]: without an address, one or all are deleted.
Result set_recipient(Invocation& cmd) {
  if (cmd.modem.smtp->busy()) return not_allowed;
  SmtpService::Recipients& some = cmd.modem.smtp->recipients[cmd.number(0)];
  if (cmd.arguments.size() == 1) {
    some.clear();
  } else if (!cmd.has(1)) {
    return Cme::invalid_input;
  } else if (cmd.arguments.size() == 2) {
    some.erase(cmd.number(1));
  } else if (cmd.text(2).empty()) {
    return Cme::invalid_input;
  } else {
    some[cmd.number(1)] = {cmd.text(2), cmd.text(3)};
  }
  return ok;
}

// --- 13.2.8 SMTPBODY

/// AT+SMTPBODY=<length>: DOWNLOAD, the bytes, OK; ERROR if they do not arrive.
Task<Result> take_body(Invocation& cmd) {
  SmtpService& smtp = *cmd.modem.smtp;
  if (smtp.busy()) co_return not_allowed;
  const std::uint32_t length = cmd.number(0);
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.line("DOWNLOAD");
  std::string body;
  if (length > 0) {
    switch (co_await cmd.channel.take_payload(body, length, body_limit)) {
      case Channel::PayloadResult::complete: break;
      case Channel::PayloadResult::gone: co_return Result::silent();
      case Channel::PayloadResult::timed_out: co_return not_allowed;
    }
  }
  if (smtp.busy()) co_return not_allowed;  // another channel has started it in the meantime
  smtp.body = std::move(body);
  co_return ok;
}

// --- 13.2.10, 13.2.11 SMTPSEND, SMTPFT

/// OK at once; +SMTPSEND: <code> follows as a URC. Not while POP3 is in use.
Result send(Invocation& cmd) {
  if (cmd.modem.smtp->busy() || cmd.modem.pop3->state() != Pop3Service::State::off) return not_allowed;
  return cmd.modem.smtp->start(cmd.channel) ? ok : not_allowed;
}

/// AT+SMTPFT=<reqLength>: +SMTPFT: 2,<cnfLength>, the bytes, OK; 0 ends the file. If the bytes do not arrive in time:
/// ERROR, and none of them is sent.
Task<Result> transfer(Invocation& cmd) {
  SmtpService& smtp = *cmd.modem.smtp;
  const std::uint32_t length = cmd.number(0);
  if (!smtp.ready()) co_return not_allowed;
  if (length == 0) {
    smtp.finish();
    co_return ok;
  }
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.print("+SMTPFT: 2,{}", length);
  std::string data;
  const auto limit = std::chrono::seconds(cmd.modem.settings.number(key::emailto));
  switch (co_await cmd.channel.take_payload(data, length, limit)) {
    case Channel::PayloadResult::complete: break;
    case Channel::PayloadResult::gone: co_return Result::silent();
    case Channel::PayloadResult::timed_out: co_return not_allowed;
  }
  if (!smtp.ready()) co_return not_allowed;  // the session has ended in the meantime
  smtp.write(data);
  co_return ok;
}

// No source has the lengths.
// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+EMAILCID", .section = "13.2.1", .parameters = {number("1-3", "1")}, .test = show_ranges, .read = show_setting,
     .write = keep_unless_busy},
    {.name = "+EMAILTO", .section = "13.2.2", .parameters = {number("10-120", "30")}, .test = show_ranges, .read = show_setting,
     .write = keep_unless_busy},
    {.name = "+SMTPSRV", .section = "13.2.3", .parameters = {text(100, ""), optional(number("1-65535", ""))},
     .test = "+SMTPSRV: 100,(1-65535)", .read = show_server, .write = keep_all},
    {.name = "+SMTPAUTH", .section = "13.2.4", .parameters = {number("0,1", "0"), optional(text(100, "")), optional(text(100, ""))},
     .test = "+SMTPAUTH: (0,1),100,100", .read = show_setting, .write = set_account},
    {.name = "+SMTPFROM", .section = "13.2.5", .parameters = {text(100, ""), optional(text(50, ""))}, .test = "+SMTPFROM: 100,50",
     .read = show_setting, .write = keep_all},
    {.name = "+SMTPRCPT", .section = "13.2.6",
     .parameters = {number("0-2"), optional(number("0-4")), optional(text(100)), optional(text(50))},
     .test = "+SMTPRCPT: (0-2),(0-4),100,50", .read = show_recipients, .write = set_recipient},
    {.name = "+SMTPSUB", .section = "13.2.7", .parameters = {text(200, "")}, .test = "+SMTPSUB: 200", .read = show_setting,
     .write = keep_unless_busy},
    {.name = "+SMTPBODY", .section = "13.2.8", .parameters = {number("0-10240")}, .test = "+SMTPBODY: 10240", .write = with_input(take_body)},
    {.name = "+SMTPFILE", .section = "13.2.9", .parameters = {number("0-2", "0"), optional(text(50, "")), optional(number("0,1", "0"))},
     .test = "+SMTPFILE: (0-2),50,(0,1)", .read = show_setting, .write = set_file},
    {.name = "+SMTPSEND", .section = "13.2.10", .test = "", .execute = send},
    {.name = "+SMTPFT", .section = "13.2.11", .parameters = {number("0-1360")}, .test = "", .write = with_input(transfer)},
    {.name = "+SMTPCS", .section = "13.2.12", .parameters = {text(20, "ASCII")}, .test = "+SMTPCS: 20", .read = show_setting,
     .write = keep_unless_busy},
    {.name = "+EMAILSSL", .section = "", .parameters = {number("0-2", "0")}, .test = show_ranges, .read = show_setting,
     .write = keep_unless_busy},
};
// clang-format on

static_assert(SmtpService::block == 1360 && SmtpService::body_max == 10'240, "as the table says");

}  // namespace

std::span<const Command> smtp_commands() { return table; }

}  // namespace sim800
