// Recording, playback and speech (AT manual 6.2.70, 6.2.71, chapters 16 and 17).
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "emulator/board/audio_file.hpp"
#include "emulator/board/media.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/files/fs_path.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;
using Activity = Media::Activity;

constexpr std::string_view folder = R"(C:\Record\)";
constexpr std::uint32_t ids = 10;
constexpr Cme file_size_error{5007}, file_failure{5005}, file_missing{5008}, bad_format{5004};

// --- 16.2.1 AT+CREC

std::string path_of(std::uint32_t id, const char* end) { return fmt::format("{}{}.{}", folder, id, end); }

/// The folder that a path is in; without one the root.
std::string_view folder_of(std::string_view path) {
  const std::size_t end = path.rfind('\\');
  return end == std::string_view::npos ? R"(C:\)" : path.substr(0, end + 1);
}

/// The file with this id.
std::optional<std::string> find_recording(const FileSystem& files, std::uint32_t id) {
  for (const char* end : {"amr", "wav"}) {
    if (files.size(path_of(id, end))) return path_of(id, end);
  }
  return std::nullopt;
}

/// The id, 1-10, in an argument, with quotes or without; nothing if it is not one.
std::optional<std::uint32_t> id_of(const Argument& argument) {
  const auto id = parse_number(argument.text);
  return id && *id >= 1 && *id <= ids ? id : std::nullopt;
}

bool is_id_or_path(const Argument& argument) {
  return id_of(argument) || (argument.quoted && FilePath::parse(argument.text));
}

/// The file in the second argument: a path, or the file with that id.
std::optional<std::string> file_named(Invocation& cmd) {
  const auto id = id_of(cmd.arguments[1]);
  if (id) return find_recording(cmd.modem.files, *id);
  const std::string path = cmd.text(1);
  return cmd.modem.files.size(path) ? std::optional(path) : std::nullopt;
}

/// Whether numbers from the third argument on are present and within limits; those after `needed` are optional.
bool numbers_fit(Invocation& cmd, std::size_t needed, std::initializer_list<std::uint32_t> greatest) {
  std::size_t i = 2;
  for (const std::uint32_t limit : greatest) {
    const Argument& argument = cmd.arguments[i];
    if (argument.given() ? parse_number(argument.text).value_or(limit + 1) > limit : i < 2 + needed) return false;
    ++i;
  }
  return cmd.arguments.size() <= i;
}

constexpr std::uint32_t any = 1'000'000'000;

/// 15.2.1: while keys are listened for, a call cannot be recorded.
bool listens_for_keys(const Invocation& cmd) {
  return cmd.modem.calls->talking() && cmd.modem.settings.number(key::ddet) == 1;
}

/// Being dialled, or ringing.
bool being_set_up(const Invocation& cmd) {
  return !cmd.modem.calls->connections().empty() && !cmd.modem.calls->talking();
}

/// A call takes AMR and WAV of 16 bit only (6.2.70, 16.2.1).
bool fits_call(const Invocation& cmd, const std::string& path) {
  if (!cmd.modem.calls->talking()) return true;
  const std::string head = cmd.modem.files.read(path, 0, 64).value_or("");
  const auto form = form_of(head);
  return head.empty() || form == AudioForm::amr || form == AudioForm::wav;
}

/// AT+CREC=1,<id>,<form>[,<time>][,<location>][,<quality>][,<inputpath>]   A path's extension must fit the form.
Result start_recording(Invocation& cmd) {
  const bool one_microphone = Models{Model::sim800, Model::sim800m64}.has(cmd.modem.model);
  const auto id = id_of(cmd.arguments[1]);
  if (!numbers_fit(cmd, 1, {2, any, 1, 3, one_microphone ? 0U : 1U})) return Cme::invalid_input;
  if (cmd.number(4) == 1) return Cme::not_allowed;  // no card
  if (listens_for_keys(cmd)) return Cme::not_allowed;
  Media::Recording recording;
  recording.form = static_cast<AudioForm>(cmd.number(2));
  if (id) {
    recording.path = path_of(*id, recording.form == AudioForm::amr ? "amr" : "wav");
    recording.shown = std::to_string(*id);
    cmd.modem.files.make_directory(folder);
  } else {
    recording.path = cmd.text(1);
    const auto form = form_of_path(recording.path);
    if (!form || (*form == AudioForm::amr) != (recording.form == AudioForm::amr)) return bad_format;
    if (!cmd.modem.files.list(folder_of(recording.path))) return file_failure;
    recording.shown = fmt::format("\"{}\"", recording.path);
  }
  constexpr std::uint32_t usual_quality = 2;
  return cmd.modem.media->record(recording, cmd.number(5, usual_quality), std::chrono::seconds(cmd.number(3)),
                                 cmd.channel);
}

/// AT+CREC=3,<id>
Result delete_recording(Invocation& cmd) {
  const auto path = file_named(cmd);
  if (!path) return file_missing;
  return cmd.modem.files.remove(*path) ? ok : Result{file_failure};
}

/// AT+CREC=4,<id>,<channel>,<level>[,<repeat>]
Result play_recording(Invocation& cmd) {
  if (!numbers_fit(cmd, 2, {1, 100, 1})) return Cme::invalid_input;
  const auto path = file_named(cmd);
  if (!path) return file_missing;
  return fits_call(cmd, *path) ? cmd.modem.media->play(*path, cmd.number(4) == 1, cmd.channel) : Result{bad_format};
}

/// AT+CREC=6,<id>,<len>,<offset>: "+CREC: 6,<id>,<len>", then the bytes as hexadecimal digits on one line.
Result show_recording(Invocation& cmd) {
  constexpr std::uint32_t most = 32 * 1024;
  if (!numbers_fit(cmd, 2, {most, any})) return Cme::invalid_input;
  const auto path = file_named(cmd);
  if (!path) return file_missing;
  const auto bytes = cmd.modem.files.read(*path, cmd.number(3), cmd.number(2));
  if (!bytes) return file_failure;
  if (bytes->empty()) return file_size_error;
  std::string digits;
  for (const char byte : *bytes) fmt::format_to(std::back_inserter(digits), "{:02X}", static_cast<unsigned char>(byte));
  const char* quote = cmd.arguments[1].quoted ? "\"" : "";
  cmd.print("+CREC: 6,{}{}{},{}", quote, cmd.arguments[1].text, quote, bytes->size());
  cmd.line(digits);
  return ok;
}

/// AT+CREC=7[,<id>]: +CREC: 7,<id>,<len>,<form> for each recording with an id.
Result list_recordings(Invocation& cmd) {
  if (cmd.arguments.size() > 2 || (cmd.has(1) && !id_of(cmd.arguments[1]))) return Cme::invalid_input;
  FileSystem& files = cmd.modem.files;
  const std::uint32_t only = cmd.number(1);
  if (only != 0 && !find_recording(files, only)) return file_missing;
  for (std::uint32_t id = 1; id <= ids; ++id) {
    const auto path = find_recording(files, id);
    if (!path || (only != 0 && only != id)) continue;
    const auto form = form_of(files.read(*path, 0, 64).value_or("")).value_or(AudioForm::amr);
    cmd.print("+CREC: 7,{},{},{}", id, files.size(*path).value_or(0), static_cast<int>(form));
  }
  return ok;
}

/// AT+CREC=<mode>[,…]   While one operation is running all others are refused.
Result handle_recordings(Invocation& cmd) {
  enum : std::uint32_t { start = 1, stop, remove, play, stop_playing, get, list, space, make_folder };
  const std::uint32_t mode = cmd.number(0);
  Media& media = *cmd.modem.media;
  const bool takes_file = mode == start || mode == remove || mode == play || mode == get;
  if (takes_file ? !is_id_or_path(cmd.arguments[1]) : mode < list && cmd.arguments.size() > 1)
    return Cme::invalid_input;
  if (mode == stop) return media.stop_recording(cmd.channel);
  if (mode == stop_playing) {
    if (!media.stop(Activity::playing)) return media.refusal().value_or(Cme::not_allowed);
    cmd.line("+CREC: 0");
    return ok;
  }
  if (const auto refused = media.refusal()) return *refused;
  switch (mode) {
    case start: return start_recording(cmd);
    case remove: return cmd.arguments.size() > 2 ? Result{Cme::invalid_input} : delete_recording(cmd);
    case play: return play_recording(cmd);
    case get: return show_recording(cmd);
    case list: return list_recordings(cmd);
    case space: cmd.print("+CREC: 8,{}", cmd.modem.files.free_bytes()); return ok;
    default: break;
  }
  if (cmd.arguments.size() != 2 || cmd.arguments[1].text != "0") return Cme::invalid_input;  // no card
  cmd.modem.files.make_directory(folder);
  return ok;
}

/// +CREC: <status>   0 idle, 1 recording, 2 playing
Result show_recorder(Invocation& cmd) {
  const Activity activity = cmd.modem.media->activity();
  cmd.print("+CREC: {}", activity == Activity::recording ? 1 : activity == Activity::playing ? 2 : 0);
  return ok;
}

// --- 16.2.2 AT+CRECORD

/// 7E before a packet, 7E and 7D inside it escaped.
std::string packed(std::string_view bytes) {
  std::string text = "\x7E";
  for (const char byte : bytes) {
    if (byte == '\x7E')
      text += "\x7D\x5E";
    else if (byte == '\x7D')
      text += "\x7D\x5D";
    else
      text.push_back(byte);
  }
  return text;
}

/// The checksum that ends a packet in <crcmode> 2: CRC-16 of HDLC (ISO/IEC 3309), low byte first; the manual names
/// none.
std::string checksum(std::string_view bytes) {
  std::uint16_t crc = 0xFFFF;
  for (const char byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ static_cast<unsigned char>(byte));
    for (int bit = 0; bit < 8; ++bit) crc = static_cast<std::uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0x8408 : crc >> 1);
  }
  crc = static_cast<std::uint16_t>(~crc);
  return {static_cast<char>(crc & 0xFF), static_cast<char>(crc >> 8)};
}

/// AT+CRECORD=<mode>[,<interval>][,<crcmode>]: +CRECORD: <data> every <interval> × 20 ms until the host types anything.
Task<Result> stream_recording(Invocation& cmd) {
  if (cmd.number(0) == 0) co_return ok;  // without effect
  if (listens_for_keys(cmd)) co_return Cme::not_allowed;
  if (const auto refused = cmd.modem.media->refusal()) co_return *refused;
  cmd.modem.media->begin_stream();
  const std::uint32_t frames = cmd.number(1, 50), crc_mode = cmd.number(2);
  const AudioWriter writer(AudioForm::amr, 0);
  std::string packet;
  for (std::uint32_t i = 0; i < frames; ++i) packet += writer.block();
  if (crc_mode > 0) packet = packed(crc_mode == 2 ? packet + checksum(packet) : packet);
  while (!co_await cmd.channel.interrupted_within(writer.block_time() * frames)) {
    cmd.response.next_command();
    cmd.line("+CRECORD: " + packet);
    cmd.channel.flush();
  }
  cmd.modem.media->end_stream();
  co_return ok;
}

// --- 6.2.70 AT+CMEDPLAY

Result show_player(Invocation& cmd) {
  const Activity activity = cmd.modem.media->activity();
  cmd.print("+CMEDPLAY: {}", activity == Activity::media ? 1 : activity == Activity::paused ? 2 : 0);
  return ok;
}

/// AT+CMEDPLAY=<mode>   1,<filepath>,<channel>,<volume> starts, but not while a call is being set up; 0 stops; 2 pauses
/// and 3 resumes, but not in a call.
Result play_media(Invocation& cmd) {
  Media& media = *cmd.modem.media;
  const std::uint32_t mode = cmd.number(0);
  if (mode == 1) {
    const std::string path = cmd.text(1);
    if (!cmd.arguments[1].quoted || !FilePath::parse(path) || !cmd.has(2) || !cmd.has(3)) return Cme::invalid_input;
    if (being_set_up(cmd)) return Cme::not_allowed;
    return fits_call(cmd, path) ? media.play_media(path, cmd.channel) : Result{bad_format};
  }
  if (cmd.arguments.size() > 1) return Cme::invalid_input;
  if (mode != 0 && cmd.modem.calls->talking()) return Cme::not_allowed;
  if (mode == 2) return media.pause_media();
  if (mode == 3) return media.resume_media();
  if (!media.stop(Activity::media)) return Cme::not_allowed;
  cmd.line("+CMEDPLAY: 0");
  return ok;
}

/// AT+CMEDIAVOL=<level>
Result set_media_volume(Invocation&) { return ok; }

// --- 17.2.1 AT+CTTS

Result show_speech(Invocation& cmd) {
  cmd.print("+CTTS: {}", cmd.modem.media->activity() == Activity::speaking ? 1 : 0);
  return ok;
}

/// Duration of a text: five Chinese or fifteen Latin characters per second at speed 50.
Duration speech_time(std::size_t characters, bool latin, std::uint32_t speed) {
  const Duration each = latin ? 66ms : 200ms;
  return each * characters * 50 / std::max(speed, 10U);
}

/// AT+CTTS=<mode>[,<text>]   0 stops, 1 speaks UCS2 in hexadecimal digits, 2 ASCII, 3 ASCII and GBK.
Result speak(Invocation& cmd) {
  constexpr std::uint32_t stop = 0, ucs2 = 1;
  const std::uint32_t mode = cmd.number(0);
  if ((mode == stop) == cmd.has(1)) return Cme::invalid_input;
  if (mode == stop) {
    cmd.modem.media->stop(Activity::speaking);
    return ok;
  }
  const std::string text = cmd.text(1);
  const bool hexadecimal = text.find_first_not_of("0123456789ABCDEFabcdef") == std::string::npos;
  if (being_set_up(cmd) && cmd.modem.settings.number(key::cttsring) == 0) return Cme::not_allowed;
  if (text.empty() || (mode == ucs2 && (!hexadecimal || text.size() % 4 != 0))) return Cme::invalid_input;
  const std::uint32_t speed = cmd.modem.settings.number(key::cttsparam_speed);
  const Duration length =
      mode == ucs2 ? speech_time(text.size() / 4, false, speed) : speech_time(text.size(), true, speed);
  return cmd.modem.media->speak(length, cmd.channel);
}

constexpr Parameter count = optional(text(12));

constexpr Command speech_settings(Models on_models, std::string_view channel) {
  return on(on_models, setting("+CTTSPARAM", "17.2.2", state, never,
                               {number("0-100", "50"), number("0-3", "0"), number("1-100", "50"), number("1-100", "50"),
                                optional(number("0,1", channel))}));
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CMEDPLAY", .section = "6.2.70", .parameters = {number("0-3"), optional(text(FilePath::max_length)), optional(number("0,1")), optional(number("0-100"))},
     .test = "+CMEDPLAY: (0-3)", .read = show_player, .write = play_media},
    {.name = "+CMEDIAVOL", .section = "6.2.71", .support = accepts, .parameters = {number("0-100")}, .test = show_ranges, .write = set_media_volume},
    {.name = "+CREC", .section = "16.2.1", .parameters = {number("1-9"), optional(text(FilePath::max_length)), count, count, count, count, count},
     .test = "+CREC: (1-8),(1-10)", .read = show_recorder, .write = handle_recordings},
    {.name = "+CRECORD", .section = "16.2.2", .parameters = {number("0,1"), optional(number("1-50")), optional(number("0-2"))},
     .test = "+CRECORD: (0,1)", .write = with_input(stream_recording)},
    {.name = "+CTTS", .section = "17.2.1", .parameters = {number("0-3"), optional(text(956))}, .test = "", .read = show_speech, .write = speak},
    speech_settings(Models::all() - models::vw, "0"),
    speech_settings(models::vw, "1"),
    setting("+CTTSRING", "17.2.3", full, never, {number("0,1", "0")}),
};
// clang-format on

}  // namespace

std::span<const Command> media_commands() { return table; }

}  // namespace sim800
