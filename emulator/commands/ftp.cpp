// FTP (AT manual chapter 12, application note 3.10-3.26) and FTPSSL (SSL application note).
// SPDX-License-Identifier: MIT
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/internet/ftp_service.hpp"
#include "emulator/internet/ftp_settings.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

using Operation = FtpService::Operation;
using Method = FtpService::Method;

constexpr Duration payload_limit = 75s;  // no source says how long AT+FTPPUT=2 waits: as long as a session does

/// Read forms print the bare value, including the password.
Result show_parameter(Invocation& cmd) {
  cmd.print("{}: {}", cmd.command.name, cmd.settings.values_of(cmd.command.name)[0]);
  return ok;
}

/// OK at once; the outcome is reported by a URC.
template <Operation operation>
Result start_session(Invocation& cmd) {
  cmd.modem.ftp->start(operation, cmd.channel);
  return ok;
}

// --- FTPGET, FTPLIST

/// AT+FTPGET=1; AT+FTPGET=2,<reqlength>: +FTPGET: 2,<cnflength>, the bytes, OK.
template <Operation operation>
Result fetch(Invocation& cmd) {
  FtpService& ftp = *cmd.modem.ftp;
  const bool reads = cmd.number(0) == 2;
  if (reads != cmd.has(1)) return Cme::invalid_input;
  if (!reads) return start_session<operation>(cmd);
  const auto waiting = ftp.readable(operation);
  if (!waiting) return not_allowed;
  const std::string_view bytes = waiting->substr(0, cmd.number(1));
  cmd.print("{}: 2,{}", cmd.command.name, bytes.size());
  cmd.response.raw(bytes);
  ftp.consumed(bytes.size());
  return ok;
}

// --- FTPPUT

/// AT+FTPPUT=1; AT+FTPPUT=2,<reqlength>: +FTPPUT: 2,<cnflength>, the bytes, OK; AT+FTPPUT=2,0 ends the file.
Task<Result> deliver(Invocation& cmd) {
  FtpService& ftp = *cmd.modem.ftp;
  const bool writes = cmd.number(0) == 2;
  const std::uint32_t length = cmd.number(1);
  if (writes != cmd.has(1)) co_return Cme::invalid_input;
  if (!writes) co_return start_session<Operation::put>(cmd);
  if (length > static_cast<std::uint32_t>(cmd.modem.world.module.quirks.ftp_put_length)) co_return Cme::invalid_input;
  if (!ftp.ready_to_write()) co_return not_allowed;
  if (length == 0) {
    ftp.finish();
    co_return ok;
  }
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.print("+FTPPUT: 2,{}", length);
  std::string data;
  switch (co_await cmd.channel.take_payload(data, length, payload_limit)) {
    case Channel::PayloadResult::complete: break;
    case Channel::PayloadResult::gone: co_return Result::silent();
    case Channel::PayloadResult::timed_out: ftp.give_up_writing(); co_return not_allowed;
  }
  ftp.write(data);
  co_return ok;
}

// --- FTPEXTPUT, FTPEXTGET, FTPFILEPUT: the RAM buffer

Result leave_method(FtpService& ftp) {
  ftp.method = Method::normal;
  ftp.ram.clear();
  ftp.ram.shrink_to_fit();
  return ok;
}

/// A session that uses the buffer keeps it until its end.
bool buffer_in_use(const FtpService& ftp) {
  return ftp.progress(Operation::ext_get) ||
         ((ftp.method == Method::ext_put || ftp.method == Method::file_put) && ftp.progress(Operation::put));
}

/// AT+FTPEXTPUT=<mode>[,<pos>,<len>,<timeout>]: 0 normal, 1 extended, 2 loads bytes: +FTPEXTPUT: <pos>,<len>, payload,
/// OK.
Task<Result> load_buffer(Invocation& cmd) {
  FtpService& ftp = *cmd.modem.ftp;
  const std::uint32_t mode = cmd.number(0);
  if (cmd.arguments.size() != (mode == 2 ? 4 : 1)) co_return Cme::invalid_input;
  if (buffer_in_use(ftp)) co_return not_allowed;
  if (mode == 0) co_return leave_method(ftp);
  if (mode == 1) {
    if (ftp.method != Method::ext_put) leave_method(ftp);
    ftp.method = Method::ext_put;
    co_return ok;
  }
  const std::size_t position = cmd.number(1), length = cmd.number(2);
  if (ftp.method != Method::ext_put) co_return not_allowed;
  if (position + length > FtpService::ram_size) co_return Cme::invalid_input;
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.print("+FTPEXTPUT: {},{}", position, length);
  std::string data;
  const auto intake = co_await cmd.channel.take_payload(data, length, std::chrono::milliseconds(cmd.number(3)));
  if (intake == Channel::PayloadResult::gone) co_return Result::silent();
  if (buffer_in_use(ftp) || ftp.method != Method::ext_put) co_return not_allowed;
  if (ftp.ram.size() < position + data.size()) ftp.ram.resize(position + data.size());
  ftp.ram.replace(position, data.size(), data);
  co_return ok;
}

/// A plain name is one in the FTP directory.
std::string in_ftp_folder(const std::string& name) {
  const bool plain = name.find('\\') == std::string::npos;
  return plain ? std::string(FileSystem::ftp_folder) + name : name;
}

Result save_buffer(Invocation& cmd) {
  FileSystem& files = cmd.modem.files;
  FtpService& ftp = *cmd.modem.ftp;
  files.make_directory(FileSystem::ftp_folder);
  if (files.put(in_ftp_folder(cmd.text(1)), ftp.ram)) {
    cmd.print("+FTPEXTGET: 2,{}", ftp.ram.size());
  } else {
    cmd.print("+FTPEXTGET: 2,{}", ftp_code::file_system_error);
  }
  return ok;
}

Result print_buffer(Invocation& cmd) {
  const auto position = parse_number(cmd.arguments[1].text);
  if (!position || *position > FtpService::ram_size) return Cme::invalid_input;
  const std::string_view ram = cmd.modem.ftp->ram;
  const std::string_view bytes = *position < ram.size() ? ram.substr(*position, cmd.number(2)) : std::string_view{};
  cmd.print("+FTPEXTGET: 3,{}", bytes.size());
  cmd.response.raw(bytes);
  return ok;
}

/// AT+FTPEXTGET=<mode>: 0 leave, 1 fetch into RAM, 2,<file> save, 3,<pos>,<len> print.
Result fetch_to_buffer(Invocation& cmd) {
  FtpService& ftp = *cmd.modem.ftp;
  const std::uint32_t mode = cmd.number(0);
  static constexpr std::size_t counts[] = {1, 1, 2, 3};
  if (cmd.arguments.size() != counts[mode]) return Cme::invalid_input;
  if (ftp.method == Method::ext_put || ftp.method == Method::file_put) return not_allowed;
  if (mode == 1) {
    if (!ftp.busy()) ftp.method = Method::ext_get;
    return start_session<Operation::ext_get>(cmd);
  }
  if (buffer_in_use(ftp)) return not_allowed;
  if (mode == 0) return leave_method(ftp);
  if (ftp.method != Method::ext_get) return not_allowed;
  return mode == 2 ? save_buffer(cmd) : print_buffer(cmd);
}

Result show_fetch_to_buffer(Invocation& cmd) {
  if (const auto received = cmd.modem.ftp->progress(Operation::ext_get)) {
    cmd.print("+FTPEXTGET: 1,{}", *received);
  } else {
    cmd.line("+FTPEXTGET: 0");
  }
  return ok;
}

/// AT+FTPFILEPUT=<mode>[,<filename>]: 1 loads a file to RAM, which AT+FTPPUT=1 then sends; 0 leaves.
Result load_file(Invocation& cmd) {
  FtpService& ftp = *cmd.modem.ftp;
  const bool loads = cmd.number(0) == 1;
  if (loads != cmd.has(1)) return Cme::invalid_input;
  if (ftp.method == Method::ext_put || buffer_in_use(ftp)) return not_allowed;
  if (!loads) return leave_method(ftp);
  auto data = cmd.modem.files.read(cmd.text(1), 0, FtpService::ram_size);
  if (!data) return not_allowed;
  ftp.method = Method::file_put;
  ftp.ram = std::move(*data);
  return ok;
}

// --- FTPGETTOFS, FTPPUTFRMFS

FtpFileJob job(Invocation& cmd, std::string file, std::size_t from) {
  return {
      .file = std::move(file), .retries = cmd.number(from, 3), .pause = std::chrono::seconds(cmd.number(from + 1, 5))};
}

/// AT+FTPGETTOFS=<loc>,<filename>[,<num>,<time>]: into the drive's FTP directory; there is no SD card.
Result fetch_to_drive(Invocation& cmd) {
  const bool card = cmd.number(0) == 1;
  if (!card) cmd.modem.files.make_directory(FileSystem::ftp_folder);
  const std::string file = card ? "D:\\FTP\\" + cmd.text(1) : in_ftp_folder(cmd.text(1));
  cmd.modem.ftp->start(Operation::get_to_fs, cmd.channel, job(cmd, file, 2));
  return ok;
}

/// AT+FTPPUTFRMFS=<path>[,<num>,<time>]
Result deliver_from_drive(Invocation& cmd) {
  cmd.modem.ftp->start(Operation::put_from_fs, cmd.channel, job(cmd, cmd.text(0), 1));
  return ok;
}

/// <status>[,<received>,<written>] and <status>[,<sent>]
Result show_fetch_to_drive(Invocation& cmd) {
  if (const auto received = cmd.modem.ftp->progress(Operation::get_to_fs)) {
    cmd.print("+FTPGETTOFS: 1,{},{}", *received, cmd.modem.ftp->on_drive());
  } else {
    cmd.line("+FTPGETTOFS: 0");
  }
  return ok;
}
Result show_deliver_from_drive(Invocation& cmd) {
  if (const auto sent = cmd.modem.ftp->progress(Operation::put_from_fs)) {
    cmd.print("+FTPPUTFRMFS: 1,{}", *sent);
  } else {
    cmd.line("+FTPPUTFRMFS: 0");
  }
  return ok;
}

// --- FTPSTATE, FTPQUIT, FTPSCONT

Result show_state(Invocation& cmd) {
  cmd.print("+FTPSTATE: {}", cmd.modem.ftp->busy() ? 1 : 0);
  return ok;
}

Result quit(Invocation& cmd) { return cmd.modem.ftp->quit() ? ok : not_allowed; }

/// +FTPSCONT: <mode>, then each parameter.
Result show_context(Invocation& cmd) {
  cmd.print("+FTPSCONT: {}", cmd.modem.ftp->context_saved() ? 0 : 1);
  for (const std::string_view name :
       {"+FTPSERV", "+FTPPORT", "+FTPUN", "+FTPPW", "+FTPCID", "+FTPMODE", "+FTPTYPE", "+FTPPUTOPT", "+FTPREST",
        "+FTPGETNAME", "+FTPGETPATH", "+FTPPUTNAME", "+FTPPUTPATH", "+FTPTIMEOUT"}) {
    cmd.print("{}: {}", name, cmd.settings.values_of(name)[0]);
  }
  return ok;
}
Result save_context(Invocation& cmd) { return cmd.modem.ftp->save_context() ? ok : error; }

constexpr Command parameter(std::string_view name, std::string_view section, Parameter kept) {
  return {.name = name,
          .section = section,
          .parameters = {kept},
          .test = "",
          .read = show_parameter,
          .write = keep_setting,
          .context = &ftp_context};
}

constexpr Command session(std::string_view name, std::string_view section, Handler starts) {
  return {.name = name, .section = section, .test = "", .execute = starts, .seconds = 75};
}

constexpr Parameter retries = optional(number("0-255")), pause = optional(number("0-60"));

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    parameter("+FTPPORT", "12.2.1", number("1-65535", "21")),
    parameter("+FTPMODE", "12.2.2", number("0,1", "1")),
    parameter("+FTPTYPE", "12.2.3", choice("A,I", "I")),
    parameter("+FTPPUTOPT", "12.2.4", choice("APPE,STOU,STOR", "STOR")),
    parameter("+FTPCID", "12.2.5", number("1-3", "1")),
    parameter("+FTPREST", "12.2.6", number("0-4294967295", "0")),
    parameter("+FTPSERV", "12.2.7", text(49, "")),
    parameter("+FTPUN", "12.2.8", text(49, "")),
    parameter("+FTPPW", "12.2.9", text(49, "")),
    parameter("+FTPGETNAME", "12.2.10", text(99, "")),
    parameter("+FTPGETPATH", "12.2.11", text(255, "")),
    parameter("+FTPPUTNAME", "12.2.12", text(99, "")),
    parameter("+FTPPUTPATH", "12.2.13", text(255, "")),
    // In the manual only as a line of FTPSCONT?; programs set it.
    {.name = "+FTPTIMEOUT", .section = "", .parameters = {number("0-255", "75")}, .read = show_parameter,
     .write = keep_setting, .context = &ftp_context},
    {.name = "+FTPGET", .section = "12.2.14", .parameters = {number("1,2"), optional(number("1-1460"))},
     .test = "", .write = fetch<Operation::get>, .seconds = 75},
    {.name = "+FTPPUT", .section = "12.2.15", .parameters = {number("1,2"), optional(number("0-65535"))},
     .test = "", .write = with_input(deliver), .seconds = 75},
    {.name = "+FTPSCONT", .section = "12.2.16", .test = "", .read = show_context, .execute = save_context},
    session("+FTPDELE", "12.2.17", start_session<Operation::dele>),
    session("+FTPSIZE", "12.2.18", start_session<Operation::size>),
    {.name = "+FTPSTATE", .section = "12.2.19", .test = "", .execute = show_state},
    {.name = "+FTPEXTPUT", .section = "12.2.20",
     .parameters = {number("0-2"), optional(number("0-307200")), optional(number("0-307200")), optional(number("1000-1000000"))},
     .test = "", .write = with_input(load_buffer), .seconds = 75},
    session("+FTPMKD", "12.2.21", start_session<Operation::mkd>),
    session("+FTPRMD", "12.2.22", start_session<Operation::rmd>),
    {.name = "+FTPLIST", .section = "12.2.23", .parameters = {number("1,2"), optional(number("1-1460"))},
     .test = "", .write = fetch<Operation::list>, .seconds = 75},
    {.name = "+FTPGETTOFS", .section = "12.2.24", .parameters = {number("0,1"), text(64), retries, pause},
     .test = "", .read = show_fetch_to_drive, .write = fetch_to_drive, .seconds = 75},
    {.name = "+FTPPUTFRMFS", .section = "12.2.25", .parameters = {text(128), retries, pause},
     .test = "", .read = show_deliver_from_drive, .write = deliver_from_drive, .seconds = 75},
    {.name = "+FTPEXTGET", .section = "12.2.26", .parameters = {number("0-3"), optional(text(64)), optional(number("0-307200"))},
     .test = "", .read = show_fetch_to_buffer, .write = fetch_to_buffer, .seconds = 75},
    {.name = "+FTPFILEPUT", .section = "12.2.27", .parameters = {number("0,1"), optional(text(64))}, .test = "", .write = load_file, .seconds = 75},
    {.name = "+FTPQUIT", .section = "12.2.28", .test = "", .execute = quit},
    {.name = "+FTPSSL", .section = "", .parameters = {number("0-2", "0")}, .test = show_ranges, .read = show_parameter,
     .write = keep_setting, .context = &ftp_context},
};
// clang-format on

}  // namespace

std::span<const Command> ftp_commands() { return table; }

}  // namespace sim800
