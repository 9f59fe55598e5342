// Tones: DTMF in both directions, and tones that the module plays (AT manual 3.2.36, 3.2.37, 15.2.1, chapter 6).
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <vector>

#include "emulator/board/tones.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

constexpr std::string_view key_names = "0123456789*#ABCD";

// --- 3.2.37 AT+VTS

struct Key {
  char name;
  std::uint32_t length;  ///< in tenths of a second
};

/// The digits of "1,2,{3,10}" or "123", each of the `usual` length unless given; nothing if they are invalid.
std::optional<std::vector<Key>> parse_keys(std::string_view typed, std::uint32_t usual) {
  std::vector<Key> keys;
  while (true) {
    const bool timed = typed.starts_with('{');
    if (timed) typed.remove_prefix(1);
    if (typed.empty() || key_names.find(to_upper(typed.front())) == std::string_view::npos) return std::nullopt;
    Key& key = keys.emplace_back(Key{to_upper(typed.front()), usual});
    typed.remove_prefix(1);
    if (timed) {
      const std::size_t close = typed.find('}');
      if (close == std::string_view::npos || !typed.starts_with(',')) return std::nullopt;
      key.length = parse_number(typed.substr(1, close - 1)).value_or(0);
      if (key.length < 1 || key.length > 255) return std::nullopt;
      typed.remove_prefix(close + 1);
    }
    if (typed.empty()) return keys;
    if (!typed.starts_with(',')) continue;
    typed.remove_prefix(1);
    if (typed.empty()) return std::nullopt;
  }
}

/// What was typed for AT+VTS: the digits, and the duration behind them; 0: none.
struct TypedKeys {
  std::string_view keys;
  std::uint32_t each = 0;
};

/// A single digit needs no quotes: 1 or {1,5}.
std::optional<TypedKeys> keys_in(std::string_view typed) {
  TypedKeys found;
  if (typed.starts_with('"')) {
    const std::size_t close = std::min(typed.find('"', 1), typed.size());
    found.keys = typed.substr(1, close - 1);
    typed.remove_prefix(std::min(close + 1, typed.size()));
  } else {
    const std::size_t brace = typed.starts_with('{') ? std::min(typed.find('}'), typed.size() - 1) : 0;
    found.keys = typed.substr(0, brace + 1);
    typed.remove_prefix(found.keys.size());
  }
  typed = trim(typed);
  if (typed.empty()) return found;
  if (!typed.starts_with(',')) return std::nullopt;
  found.each = parse_number(trim(typed.substr(1))).value_or(0);
  return found.each >= 1 && found.each <= 255 ? std::optional(found) : std::nullopt;
}

/// AT+VTS=<key>[,<duration>], AT+VTS="<key>,{<key>,<duration>}"[,<duration>]   OK once they have been sent (27.007
/// C.2.11).
Task<Result> send_keys(Invocation& cmd) {
  constexpr std::size_t longest = 20;
  const auto typed = keys_in(trim(cmd.typed));
  if (!typed || typed->keys.size() > longest) co_return Cme::invalid_input;
  const auto keys = parse_keys(typed->keys, typed->each != 0 ? typed->each : cmd.modem.settings.number(key::vtd));
  if (!keys) co_return Cme::invalid_input;
  if (!cmd.modem.calls->talking()) co_return Cme::not_allowed;
  for (const Key& each : *keys) {
    cmd.modem.calls->press(each.name);
    co_await cmd.modem.clock.sleep(each.length * 100ms);
    if (!cmd.modem.calls->talking()) co_return Cme::not_allowed;
  }
  co_return ok;
}

// --- 15.2.1 AT+DDET

Result show_detection(Invocation& cmd) {
  const auto& keys = cmd.modem.calls->keys;
  cmd.print("{},{},{},{}", cmd.settings.print(cmd.command.name), keys.interval_ms, keys.duration ? 1 : 0,
            keys.single_tones ? 1 : 0);
  return ok;
}

/// AT+DDET=<mode>[,<interval>[,<reportMode>[,<ssdet>]]]
Result set_detection(Invocation& cmd) {
  cmd.modem.settings.set(key::ddet, cmd.number(0));
  auto& keys = cmd.modem.calls->keys;
  if (cmd.has(1)) keys.interval_ms = cmd.number(1);
  if (cmd.has(2)) keys.duration = cmd.number(2) == 1;
  if (cmd.has(3)) keys.single_tones = cmd.number(3) == 1;
  return ok;
}

// --- 6.2.13 AT+CLDTMF

/// The keys of "1,2,A"; nothing if they are invalid.
std::optional<std::string> local_keys(std::string_view sequence) {
  std::string keys;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const char c = to_upper(sequence[i]);
    const bool is_key = is_digit(c) || (c >= 'A' && c <= 'F') || c == '*' || c == '#';
    if (i % 2 == 1 ? c != ',' : !is_key) return std::nullopt;
    if (is_key) keys.push_back(c);
  }
  return sequence.size() % 2 == 1 ? std::optional(keys) : std::nullopt;
}

/// In the speaker, where nobody listens; in a call the far end hears them too if AT+DTAM says so (6.2.56).
Task<> sound_keys(Modem& modem, std::string keys, Duration tone, Duration pause) {
  for (const char each : keys) {
    if (modem.settings.number(key::dtam) != 0) modem.calls->press(each);
    co_await modem.clock.sleep(tone + pause);
  }
}

/// AT+CLDTMF=<n>,"<key>,…"[,<timeBase>]   A tone is <n> times as long as the pause behind it, <timeBase> ms.
Result play_keys(Invocation& cmd) {
  const auto keys = local_keys(cmd.text(1));
  if (!keys) return Cme::invalid_input;
  const auto pause = std::chrono::milliseconds(cmd.number(2, 100));
  cmd.modem.tones->play_keys(sound_keys(cmd.modem, *keys, cmd.number(0) * pause, pause));
  return ok;
}

/// AT+CLDTMF   stops it.
Result stop_keys(Invocation& cmd) {
  cmd.modem.tones->stop_keys();
  return ok;
}

// --- 6.2.25 AT+STTONE, 6.2.26 AT+SIMTONE, 6.2.64 AT+SIMTONEX

/// `length` in ms of tone <command>; if it is not started, the one playing ends.
Result play(Invocation& cmd, bool start, std::uint32_t length) {
  const std::string name(cmd.command.name);
  if (start) {
    cmd.modem.tones->start(name, std::chrono::milliseconds(length), cmd.channel);
  } else {
    cmd.modem.tones->stop(name, cmd.channel);
  }
  return ok;
}

/// AT+STTONE=<mode>,<tone>,<duration>
Result play_toolkit_tone(Invocation& cmd) {
  const bool start = cmd.number(0) == 1;
  if (start && (!cmd.has(1) || !cmd.has(2))) return Cme::invalid_input;
  return play(cmd, start, cmd.number(2));
}

bool is_period(std::uint32_t ms) { return ms % 100 == 0; }

/// AT+SIMTONE=<mode>,<frequency>,<periodOn>,<periodOff>[,<duration>]   Without a duration it plays until stopped.
Result play_tone(Invocation& cmd) {
  const bool start = cmd.number(0) == 1;
  if (start && !(cmd.has(1) && cmd.has(2) && cmd.has(3))) return Cme::invalid_input;
  if (!is_period(cmd.number(2)) || !is_period(cmd.number(3))) return Cme::invalid_input;
  return play(cmd, start, cmd.number(4));
}

/// One <freq1>,<freq2>,<periodOn>,<periodOff>,<nextIndex> of AT+SIMTONEX, from argument `i` on.
bool is_tone_group(const Invocation& cmd, std::size_t i) {
  constexpr std::string_view ranges[] = {"20-20000", "0-20000", "200-25500", "10-25500", "0-4"};
  for (const std::string_view range : ranges) {
    const auto value = parse_number(cmd.arguments[i++].text);
    if (!value || !in_range(range, *value)) return false;
  }
  return is_period(cmd.number(i - 3));
}

/// AT+SIMTONEX=<mode>,<duration>,<group>[,<group>…]   up to five groups
Result play_cycle(Invocation& cmd) {
  const bool start = cmd.number(0) == 1;
  const std::size_t values = cmd.arguments.size() < 2 ? 0 : cmd.arguments.size() - 2;
  if (start && (values == 0 || values % 5 != 0 || values > 25)) return Cme::invalid_input;
  for (std::size_t i = 2; start && i < cmd.arguments.size(); i += 5) {
    if (!is_tone_group(cmd, i)) return Cme::invalid_input;
  }
  constexpr std::uint32_t longest_in_call = 10'000;
  const std::uint32_t length = cmd.number(1);
  return play(cmd, start, cmd.modem.calls->talking() ? std::min(length, longest_in_call) : length);
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    listed(29, setting("+VTD", "3.2.36", full, profile, {number("1-255", "1")})),
    {.name = "+VTS", .section = "3.2.37", .parameters = {text(20), repeated(text(20))},
     .test = "+VTS: (0-9,*,#,A,B,C,D),(1-255)", .write = send_keys},
    {.name = "+CLDTMF", .section = "6.2.13", .parameters = {number("1-100"), text(39), optional(number("10-500"))},
     .test = "+CLDTMF: (1-100),(0-9,A,B,C,D,E,F,*,#),(10-500)", .write = play_keys, .execute = stop_keys},
    {.name = "+STTONE", .section = "6.2.25",
     .parameters = {number("0,1"), optional(number("1-8,16-20")), optional(number("10-15300000"))},
     .test = "+STTONE: (0,1),(1-8,16-20),(10-15300000)", .write = play_toolkit_tone},
    {.name = "+SIMTONE", .section = "6.2.26",
     .parameters = {number("0,1"), optional(number("20-20000")), optional(number("200-25500")), optional(number("0,100-25500")),
                    optional(number("10-500000"))},
     .test = "+SIMTONE: (0,1),(20-20000),(200-25500),(0,100-25500),(10-500000)", .write = play_tone},
    {.name = "+SIMTONEX", .section = "6.2.64",
     .parameters = {number("0,1"), optional(number("10-500000")), repeated(number("0-25500"))},
     .test = "+SIMTONEX: (0,1),(10-500000),(20-20000),(0-20000),(200-25500),(10-25500),(0-4)...", .write = play_cycle},
    {.name = "+DDET", .section = "15.2.1", .saved = profile,
     .parameters = {number("0,1", "0"), optional(number("0-10000")), optional(number("0,1")), optional(number("0,1"))},
     .test = show_ranges, .read = show_detection, .write = set_detection, .profile_line = 34},
};
// clang-format on

}  // namespace

std::span<const Command> tone_commands() { return table; }

}  // namespace sim800
