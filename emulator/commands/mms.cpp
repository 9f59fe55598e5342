// Multimedia messages (AT manual chapter 14).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/commands/delayed.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/internet/mms_service.hpp"
#include "emulator/internet/mms_settings.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using List = MmsService::List;

MmsService& mms(const Invocation& cmd) { return *cmd.modem.mms; }

/// Why the buffer cannot be used at all now.
std::optional<Result> refusal(const Invocation& cmd) {
  if (!mms(cmd).on()) return not_allowed;
  return mms(cmd).busy() ? std::optional(mms_error::busy) : std::nullopt;
}

/// A setting, in any state except busy; omitted values keep theirs.
Result keep(Invocation& cmd) { return mms(cmd).busy() ? mms_error::busy : keep_setting(cmd); }

/// AT+CMMSPROTO=<Gateway>,<Port>
Result set_gateway(Invocation& cmd) {
  unsigned numbers = 0;
  std::uint32_t number = 0;
  bool digits = false;
  for (const char c : cmd.text(0) + ".") {
    if (c >= '0' && c <= '9') {
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
      digits = true;
    }
    if ((c != '.' && !(c >= '0' && c <= '9')) || number > 255 || (c == '.' && !digits)) return Cme::invalid_input;
    if (c != '.') continue;
    ++numbers;
    number = 0;
    digits = false;
  }
  return numbers == 4 ? keep(cmd) : Result{Cme::invalid_input};
}

// --- 14.2.5, 14.2.23-14.2.25 CMMSEDIT, CMMSINIT, CMMSTERM, CMMSSCONT

Result initialise(Invocation& cmd) {
  if (mms(cmd).on()) return not_allowed;
  mms(cmd).initialise();
  return ok;
}
Result terminate(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  mms(cmd).terminate();
  return ok;
}

Result show_edit(Invocation& cmd) {
  cmd.print("+CMMSEDIT: {}", mms(cmd).editing ? 1 : 0);
  return ok;
}
/// Leaving edit mode empties the buffer; so does entering it with a received message in it.
Result set_edit(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  const bool editing = cmd.number(0) == 1;
  if (!editing || mms(cmd).kind == MmsService::Kind::received) mms(cmd).clear();
  mms(cmd).editing = editing;
  return ok;
}

Result show_status(Invocation& cmd) {
  cmd.print("+CMMSSTATUS: {}", mms(cmd).status());
  return ok;
}

/// <mode> 0: the values are the saved ones, 1: they are not.
Result show_context(Invocation& cmd) {
  cmd.print("+CMMSSCONT: {}", mms(cmd).saved() ? 0 : 1);
  for (const char* name :
       {"+CMMSCID", "+CMMSCURL", "+CMMSUA", "+CMMSPROFILE", "+CMMSPROTO", "+CMMSSENDCFG", "+CMMSTIMEOUT"}) {
    cmd.line(cmd.modem.settings.print(name));
  }
  return ok;
}
Result save_context(Invocation& cmd) { return mms(cmd).save() ? ok : error; }

// --- 14.2.6, 14.2.7 CMMSDOWN, CMMSDELFILE

struct Kind {
  std::string_view word, type;
  std::uint32_t most, shortest;  ///< bytes, milliseconds
  bool rare;                     ///< on some models only
};
constexpr Kind kinds[] = {
    {"TITLE", "", 40, 2000, false},
    {"TEXT", "text/plain", 15'360, 2000, false},
    {"PIC", "image/jpeg", MmsService::max_bytes, 5000, false},
    {"AUDIO_AAC", "audio/aac", MmsService::max_bytes, 5000, true},
    {"AUDIO_AMR", "audio/amr", MmsService::max_bytes, 5000, true},
    {"AUDIO_BASIC", "audio/basic", MmsService::max_bytes, 5000, true},
    {"AUDIO_MID", "audio/midi", MmsService::max_bytes, 5000, true},
    {"AUDIO_MPEG", "audio/mpeg", MmsService::max_bytes, 5000, true},
    {"VIDEO_3GPP", "video/3gpp", MmsService::max_bytes, 5000, true},
    {"VIDEO_MP4", "video/mp4", MmsService::max_bytes, 5000, true},
};
constexpr Models with_rare_kinds{Model::sim808, Model::sim800c, Model::sim800a, Model::sim800f, Model::sim868};

std::optional<Result> refuse_download(const Invocation& cmd, const Kind& kind) {
  if (kind.rare && !with_rare_kinds.has(cmd.modem.model)) return Cme::invalid_input;
  if (cmd.number(1) > kind.most || cmd.number(2) < kind.shortest) return Cme::invalid_input;
  const bool ascii = std::ranges::all_of(cmd.text(3), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!ascii || (kind.type.empty() && cmd.has(3))) return Cme::invalid_input;
  if (const auto refused = refusal(cmd)) return refused;
  if (!mms(cmd).editing) return mms_error::not_editing;
  if (!kind.type.empty() && mms(cmd).files.size() == MmsService::max_files) return mms_error::files_full;
  return mms(cmd).size() + cmd.number(1) > MmsService::max_bytes ? std::optional(mms_error::oversize) : std::nullopt;
}

/// AT+CMMSDOWN=<type>,<size>,<time>[,<name>]: CONNECT, the bytes, OK.
Task<Result> download(Invocation& cmd) {
  const Kind& kind = *std::ranges::find(kinds, cmd.text(0), &Kind::word);
  const auto refused = refuse_download(cmd, kind);
  if (refused) co_return *refused;
  if (!co_await cmd.channel.settle_line_end()) co_return Result::silent();
  cmd.line("CONNECT");
  std::string data;
  mms(cmd).set_status("MMS_DOWNLOADING");
  const auto limit = std::chrono::milliseconds(cmd.number(2));
  const Channel::PayloadResult intake = co_await cmd.channel.take_payload(data, cmd.number(1), limit);
  mms(cmd).set_status("MMS_IDLE");
  if (intake == Channel::PayloadResult::gone) co_return Result::silent();
  if (intake == Channel::PayloadResult::timed_out) co_return mms_error::overtime;
  if (!mms(cmd).editing) co_return mms_error::not_editing;  // left on another channel meanwhile
  if (kind.type.empty()) {
    mms(cmd).subject = data;
  } else {
    mms(cmd).add_file(kind.type, cmd.text(3), data);
  }
  mms(cmd).set_status("MMS_DOWNLOADED");
  co_return ok;
}

Result delete_file(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  if (!mms(cmd).editing) return mms_error::not_editing;
  auto& files = mms(cmd).files;
  const std::uint32_t index = cmd.number(0);
  if (index < 1 || index > files.size()) return mms_error::no_file;
  files.erase(files.begin() + (index - 1));
  return ok;
}

// --- 14.2.9-14.2.14 the lists of recipients

template <List list>
Result show_addresses(Invocation& cmd) {
  for (const std::string& address : mms(cmd).addresses[list]) cmd.print("{}: \"{}\"", cmd.command.name, address);
  return ok;
}
template <List list>
Result add_address(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  return cmd.text(0).empty() ? Result{Cme::invalid_input} : mms(cmd).add(list, cmd.text(0));
}
template <List list>
Result remove_address(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  return mms(cmd).remove(list, cmd.text(0));
}

// --- 14.2.8, 14.2.16, 14.2.17 CMMSSEND, CMMSVIEW, CMMSREAD

/// AT+CMMSSEND[=<address>]: OK once the centre has taken it.
Task<Result> send(Invocation& cmd) {
  const auto refused = refusal(cmd);
  if (refused) co_return *refused;
  const std::string receiver = cmd.text(0);
  if (!receiver.empty() && !mms(cmd).editing) co_return mms_error::not_editing;
  co_return co_await mms(cmd).send(receiver);
}

void print_files(Invocation& cmd) {
  std::size_t index = 0;
  for (const MmsPart& file : mms(cmd).files) {
    cmd.print("{},\"{}\",{},{}", ++index, file.name, mms_file_type(file.type), file.data.size());
  }
}

std::string joined(const MmsService::Addresses& list) {
  std::string text;
  for (const std::string& address : list) text += (text.empty() ? "" : ";") + address;
  return text;
}

Result view(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  const MmsService& service = mms(cmd);
  cmd.print("+CMMSVIEW: {},\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",{}", static_cast<int>(service.kind),
            service.sender, joined(service.addresses[List::to]), joined(service.addresses[List::cc]),
            joined(service.addresses[List::bcc]), service.time, service.subject, service.size());
  print_files(cmd);
  return ok;
}

/// Low octet first, without a mark of that.
std::string little_endian(std::string_view utf8) {
  std::string octets;
  for (const char16_t unit : from_utf8(utf8))
    octets += {static_cast<char>(unit & 0xffU), static_cast<char>(unit >> 8U)};
  return octets;
}

/// +CMMSREAD: "<name>",<datSize>, the bytes, OK; text as UTF-16.
Result read(Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return *refused;
  const auto& files = mms(cmd).files;
  const std::uint32_t index = cmd.number(0);
  if (index < 1 || index > files.size()) return mms_error::no_file;
  const MmsPart& file = files[index - 1];
  const std::string data = file.type == "text/plain" ? little_endian(file.data) : file.data;
  cmd.print("+CMMSREAD: \"{}\",{}", file.name, data.size());
  cmd.response.raw(data);
  return ok;
}

// --- 14.2.15, 14.2.18 CMMSRECV, CMMSRDPUSH

std::optional<Result> look_for_push(const Invocation& cmd) {
  if (const auto refused = refusal(cmd)) return refused;
  if (mms(cmd).editing) return mms_error::editing;
  const Result found = mms(cmd).find_push(cmd.number(0));
  return found.is_ok() ? std::nullopt : std::optional(found);
}

/// 2: a message waits; 6: a delivery report; 255: neither.
Result read_push(Invocation& cmd) {
  if (const auto refused = look_for_push(cmd)) return *refused;
  const auto& push = mms(cmd).push();
  if (push && push->type == MmsType::notification) {
    cmd.print("+CMMSRDPUSH: 2,\"{}\",\"{}\",\"{}\",\"{}\",\"{}\",{},{}", push->from, push->subject, push->transaction,
              push->location, mms_time(push->date), push->message_class.value_or(0), push->size.value_or(0));
  } else if (push && push->type == MmsType::delivery) {
    cmd.print("+CMMSRDPUSH: 6,\"{}\",\"{}\",{}", push->to.empty() ? "" : push->to.front(), mms_time(push->date),
              push->status.value_or(4));
  } else {
    cmd.line("+CMMSRDPUSH: 255");
  }
  return ok;
}

Task<Result> receive(Invocation& cmd) {
  const auto refused = look_for_push(cmd);
  if (refused) co_return *refused;
  const Result result = co_await mms(cmd).receive();
  if (!result.is_ok()) co_return result;
  const MmsService& service = mms(cmd);
  cmd.print("+CMMSRECV: \"{}\",\"{}\",\"{}\",{}", service.sender, service.time, service.subject, service.size());
  print_files(cmd);
  co_return ok;
}

constexpr Command list(std::string_view name, std::string_view section, const char* test, Handler read, Handler write) {
  return {.name = name, .section = section, .parameters = {text(40)}, .test = test, .read = read, .write = write};
}
constexpr Command unlist(std::string_view name, std::string_view section, const char* test, Handler remove) {
  return {.name = name, .section = section, .parameters = {text(40)}, .test = test, .write = remove, .execute = remove};
}

constexpr const char* downloads =
    "+CMMSDOWN: \"PIC\",(1-307200),(5000-),\"NAME\"\r\n+CMMSDOWN: \"TEXT\",(1-15360),(2000-),\"NAME\"\r\n"
    "+CMMSDOWN: \"TITLE\",(1-40),(2000-)\r\n+CMMSDOWN: \"AUDIO_ACC\",(1-307200),(5000-),\"NAME\"\r\n"
    "+CMMSDOWN: \"AUDIO_AMR\",(1-307200),(5000-),\"NAME\"\r\n+CMMSDOWN: \"AUDIO_BASIC\",(1-307200),(5000-),\"NAME\"\r\n"
    "+CMMSDOWN: \"AUDIO_MID\",(1-307200),(5000-),\"NAME\"\r\n+CMMSDOWN: \"AUDIO_MPEG\",(1-307200),(5000-),\"NAME\"\r\n"
    "+CMMSDOWN: \"VIDEO_3GPP\",(1-307200),(5000-),\"NAME\"\r\n+CMMSDOWN: \" VIDEO _MP4\",(1-307200),(5000-),\"NAME\"";

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CMMSCURL", .section = "14.2.1", .parameters = {text(256, "")}, .test = "+CMMSCURL: \"URL\"", .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSPROTO", .section = "14.2.2", .parameters = {text(15, ""), number("1-65535", "80")},
     .test = "+CMMSPROTO: \"(0-255).(0-255).(0-255).(0-255)\",(1-65535)", .read = show_setting, .write = set_gateway, .context = &mms_context},
    {.name = "+CMMSCID", .section = "14.2.3", .parameters = {number("1-3", "1")}, .test = show_ranges, .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSSENDCFG", .section = "14.2.4",
     .parameters = {number("0-6", "6"), optional(number("0-3", "3")), optional(number("0,1", "0")), optional(number("0,1", "0")),
                    optional(number("0-2", "2")), optional(number("0-4", "4")), optional(number("1-2", "1")), optional(number("0,1", "0"))},
     .test = show_ranges, .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSEDIT", .section = "14.2.5", .parameters = {number("0,1")}, .test = show_ranges, .read = show_edit, .write = set_edit},
    {.name = "+CMMSDOWN", .section = "14.2.6",
     .parameters = {words("\"TITLE\",\"TEXT\",\"PIC\",\"AUDIO_AAC\",\"AUDIO_AMR\",\"AUDIO_BASIC\",\"AUDIO_MID\",\"AUDIO_MPEG\",\"VIDEO_3GPP\",\"VIDEO_MP4\""),
                    number("1-307200"), number("2000-4294967295"), optional(text(40))},
     .test = downloads, .write = with_input(download)},
    {.name = "+CMMSDELFILE", .section = "14.2.7", .parameters = {number("1-10")}, .test = "", .write = delete_file},
    {.name = "+CMMSSEND", .section = "14.2.8", .parameters = {text(40)}, .test = "+CMMSSEND: \"ADDRESS\"", .write = send, .execute = send},
    list("+CMMSRECP", "14.2.9", "+CMMSRECP: \"ADDRESS\"", show_addresses<List::to>, add_address<List::to>),
    list("+CMMSCC", "14.2.10", "+CMMSCC: \"ADDRESS\"", show_addresses<List::cc>, add_address<List::cc>),
    list("+CMMSBCC", "14.2.11", "+CMMSBCC: \"ADDRESS\"", show_addresses<List::bcc>, add_address<List::bcc>),
    unlist("+CMMSDELRECP", "14.2.12", "+CMMSDELRECP: \"ADDRESS\"", remove_address<List::to>),
    unlist("+CMMSDELCC", "14.2.13", "+CMMSDELCC: \"ADDRESS\"", remove_address<List::cc>),
    unlist("+CMMSDELBCC", "14.2.14", "+CMMSDELBCC: \"ADDRESS\"", remove_address<List::bcc>),
    {.name = "+CMMSRECV", .section = "14.2.15", .parameters = {number("1-50")}, .test = show_ranges, .write = receive},
    {.name = "+CMMSVIEW", .section = "14.2.16", .test = "", .execute = view},
    {.name = "+CMMSREAD", .section = "14.2.17", .parameters = {number("1-10")}, .test = "", .write = delayed<Latency::mms_read, read>, .seconds = 5},
    {.name = "+CMMSRDPUSH", .section = "14.2.18", .parameters = {number("1-50")}, .test = show_ranges, .write = delayed<Latency::mms_read, read_push>, .seconds = 5},
    {.name = "+CMMSUA", .section = "14.2.19", .parameters = {text(100, "SIMCOM_MODULE")}, .test = "+CMMSUA: \"UserAgent\"", .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSPROFILE", .section = "14.2.20", .parameters = {text(256, "")}, .test = "+CMMSPROFILE: \"UserAgentProfile\"", .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSTIMEOUT", .section = "14.2.21", .parameters = {number("10-1000", "120"), number("10-1000", "120")},
     .test = show_ranges, .read = show_setting, .write = keep, .context = &mms_context},
    {.name = "+CMMSSTATUS", .section = "14.2.22", .test = "", .read = show_status},
    {.name = "+CMMSINIT", .section = "14.2.23", .test = "", .execute = initialise},
    {.name = "+CMMSTERM", .section = "14.2.24", .test = "", .execute = terminate},
    {.name = "+CMMSSCONT", .section = "14.2.25", .test = "", .read = show_context, .execute = save_context},
};
// clang-format on

}  // namespace

std::span<const Command> mms_commands() { return table; }

}  // namespace sim800
