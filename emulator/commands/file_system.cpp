// The module's drive (file system application note; forms and responses as drivers for this family expect them).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/files/file_reader.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/files/fs_path.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

Result result_of(bool done) { return done ? ok : not_allowed; }

/// 765 for an invalid path; a file that is not on C: is reported as missing later, D: because there is no card.
bool is_path(const std::string& text) { return FilePath::parse(text).has_value(); }

/// A command with one path and one effect.
template <bool (FileSystem::*act)(std::string_view)>
Result change(Invocation& cmd) {
  const std::string path = cmd.text(0);
  return is_path(path) ? result_of((cmd.modem.files.*act)(path)) : Result{Cme::invalid_input};
}

/// AT+FSDRIVE=<0 local, 1 card>
Result show_drive(Invocation& cmd) {
  if (cmd.number(0) != 0) return not_allowed;  // no card
  cmd.line("+FSDRIVE: C");
  return ok;
}

/// +FSMEM: C:<free>bytes
Result show_free(Invocation& cmd) {
  cmd.print("+FSMEM: C:{}bytes", cmd.modem.files.free_bytes());
  return ok;
}

/// AT+FSLS[=<directory>]: one entry per line, directories with a trailing backslash. C:\ if none is given.
Result show_entries(Invocation& cmd) {
  const std::string path = cmd.typed.empty() ? "\\" : cmd.text(0);
  if (!is_path(path)) return Cme::invalid_input;
  const auto entries = cmd.modem.files.list(path);
  if (!entries) return not_allowed;
  for (const FileSystem::Entry& entry : *entries) cmd.print("{}{}", entry.name, entry.directory ? "\\" : "");
  return ok;
}

/// +FSFLSIZE: <bytes>
Result show_size(Invocation& cmd) {
  const std::string path = cmd.text(0);
  if (!is_path(path)) return Cme::invalid_input;
  const auto size = cmd.modem.files.size(path);
  if (!size) return not_allowed;
  cmd.print("+FSFLSIZE: {}", *size);
  return ok;
}

/// AT+FSRENAME=<old path>,<new path>
Result rename(Invocation& cmd) {
  const std::string from = cmd.text(0), to = cmd.text(1);
  if (!is_path(from) || !is_path(to)) return Cme::invalid_input;
  return result_of(cmd.modem.files.rename(from, to));
}

/// AT+FSREAD=<file>,<mode>,<size>,<position>: the bytes, without a header. Mode 0 reads from the start, 1 from
/// <position>, or with 0 on from the last read.
Result read(Invocation& cmd) {
  const std::string path = cmd.text(0);
  if (!is_path(path)) return Cme::invalid_input;
  const std::size_t size = cmd.number(2);
  const std::uint32_t position = cmd.number(3);
  FileReader& reader = *cmd.modem.file_reader;
  const bool goes_on = cmd.number(1) == 1 && position == 0;
  const auto bytes = goes_on ? reader.read_on(path, size) : reader.read(path, size, cmd.number(1) == 0 ? 0 : position);
  if (!bytes || bytes->empty()) return not_allowed;  // the end of the file is refused too
  cmd.response.bare(*bytes);
  return ok;
}

/// AT+FSWRITE=<file>,<mode>,<size>,<seconds>: prompt, bytes, OK. Mode 0 overwrites from the start without truncating, 1
/// appends. If too few bytes arrive in time, nothing is written.
Task<Result> write(Invocation& cmd) {
  FileSystem& files = cmd.modem.files;
  const std::string path = cmd.text(0);
  const bool append = cmd.number(1) == 1;
  const std::uint64_t count = cmd.number(2);
  if (!is_path(path)) co_return Cme::invalid_input;
  const auto size = files.size(path);
  if (!size) co_return not_allowed;
  const std::uint64_t grown = std::max(*size, (append ? *size : 0) + count);
  if (grown - *size > files.free_bytes()) co_return not_allowed;

  const std::chrono::seconds limit(cmd.number(3));
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.response.prompt();
  std::string bytes;
  bytes.reserve(count);
  const Channel::PayloadResult intake = co_await cmd.channel.take_payload(bytes, count, limit);
  if (intake == Channel::PayloadResult::gone) co_return Result::silent();
  if (intake == Channel::PayloadResult::timed_out) co_return not_allowed;
  // The file may have changed in the meantime: another channel, a download.
  co_return result_of(files.write(path, append ? files.size(path).value_or(0) : 0, bytes));
}

constexpr Parameter path = text(FilePath::max_length);

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+FSDRIVE", .section = "", .parameters = {number("0,1")}, .test = show_ranges, .write = show_drive},
    {.name = "+FSLS", .section = "", .parameters = {path}, .test = "", .write = show_entries, .execute = show_entries},
    {.name = "+FSMKDIR", .section = "", .parameters = {path}, .test = "", .write = change<&FileSystem::make_directory>},
    {.name = "+FSRMDIR", .section = "", .parameters = {path}, .test = "", .write = change<&FileSystem::remove_directory>},
    {.name = "+FSCREATE", .section = "", .parameters = {path, optional(number("0-255"))}, .test = "", .write = change<&FileSystem::create>},
    {.name = "+FSREAD", .section = "",
     .parameters = {path, number("0,1"), number("1-10240"), optional(number("0-4294967295"))}, .test = "", .write = read},
    {.name = "+FSWRITE", .section = "", .parameters = {path, number("0,1"), number("1-10240"), number("1-100000")},
     .test = "", .write = with_input(write)},
    {.name = "+FSDEL", .section = "", .parameters = {path}, .test = "", .write = change<&FileSystem::remove>},
    {.name = "+FSRENAME", .section = "", .parameters = {path, path}, .test = "", .write = rename},
    {.name = "+FSFLSIZE", .section = "", .parameters = {path}, .test = "", .write = show_size},
    {.name = "+FSMEM", .section = "", .test = "", .execute = show_free},
    listed(45, setting("+FSHEX", "", Support::state, Saved::profile, {number("0,1", "0")})),
};
// clang-format on

}  // namespace

std::span<const Command> file_system_commands() { return table; }

}  // namespace sim800
