// SPDX-License-Identifier: MIT
#include "emulator/lint/linter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "emulator/commands/command_list.hpp"
#include "emulator/commands/manual_index.hpp"
#include "emulator/lint/manners.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/text/escape.hpp"
#include "scenarios/json/nearest.hpp"

namespace sim800 {
namespace {

constexpr std::size_t most_pending = 4096;  ///< bytes from the host
constexpr std::size_t most_heard = 64;      ///< bytes to the host, in which a prompt is looked for
constexpr std::size_t shown = 60;           ///< characters of a line
constexpr std::size_t longest_line = 556;   ///< manual 1.4.4
constexpr Duration at_once = 1s;            ///< who waits less did not wait for the answer
constexpr Duration pause = 100ms;           ///< between a refusal and the next try
constexpr unsigned most_tries = 3;          ///< without it

double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

std::string line_text(std::string_view line) {
  return "AT" + escaped(line.size() <= shown ? line : line.substr(0, shown)) + (line.size() <= shown ? "" : "...");
}

/// Empty lines, Ctrl-Z and ESC do no harm anywhere.
bool harmless(char c) { return c == '\r' || c == '\n' || c == '\x1a' || c == '\x1b' || c == '\0' || c == ' '; }

bool all_harmless(std::string_view bytes) { return std::ranges::all_of(bytes, harmless); }

/// Nothing but AT: what finds out whether anybody listens.
bool only_knocks(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return harmless(c) || c == 'A' || c == 'T' || c == 'a' || c == 't'; });
}

bool same_line(std::string_view typed, std::string_view line) {
  std::string text;
  for (const char c : typed) {
    if (static_cast<unsigned char>(c) >= 0x20) text.push_back(c);
  }
  const auto at = std::ranges::search(text, std::string_view("AT"), [](char a, char b) { return (a & ~0x20) == b; });
  if (at.empty()) return false;
  const std::string_view rest = std::string_view(text).substr(static_cast<std::size_t>(at.end() - text.begin()));
  // Of a line that is too long the module keeps no more than this.
  const std::string_view kept = line.size() == longest_line ? rest.substr(0, longest_line) : rest;
  return std::ranges::equal(kept, line, [](char a, char b) { return a == b || b == '*'; });
}

const Command* find_command(std::string_view name) {
  for (const Command* command : all_commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

/// Of the whole manual, whether or not this module has them.
const std::set<std::string_view>& known_names() {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> all;
    for (const Command* command : all_commands()) all.insert(command->name);
    for (const ManualChapter& chapter : manual_chapters()) {
      for (const std::string_view name : chapter.commands()) all.insert(name);
    }
    return all;
  }();
  return names;
}

std::string_view section_of(std::string_view name) {
  const Command* command = find_command(name);
  return command != nullptr ? command->section : std::string_view();
}

/// The first command of a line that takes a while, or the first.
const Command* slowest(const CommandLine& line) {
  const Command* found = nullptr;
  for (const TypedCommand& typed : line.commands()) {
    const Command* command = find_command(typed.name.view());
    if (command != nullptr && (found == nullptr || command->seconds > found->seconds)) found = command;
  }
  return found;
}

/// One character too many, too few or another, or two that changed places.
bool one_slip(std::string_view typed, std::string_view meant) {
  const std::size_t distance = edit_distance(typed, meant);
  return distance == 1 || (distance == 2 && std::ranges::is_permutation(typed, meant));
}

bool is_refusal(std::string_view result) {
  return result == "ERROR" || result.starts_with("+CME ERROR") || result.starts_with("+CMS ERROR") || result == "4";
}

}  // namespace

void Linter::event(const LineEvent& event) {
  ++number_;
  if (event.name == "power") return power(event.text);
  if (event.name == "urc") return urc(event.text);
  if (event.name == "fault") {
    silenced_ =
        silenced_ || event.text.find("silence") != event.text.npos || event.text.find("freeze") != event.text.npos;
    return;
  }
  if (event.channel.empty()) return;
  Line& line = lines_.try_emplace(std::string(event.channel)).first->second;
  if (event.name == "lost") lost(line, event);
  line.last_rx = 0;
  if (event.name == "rx") received(line, event);
  if (event.name == "tx") sent(line, event);
  if (event.name == "command") command(line, event);
  if (event.name == "result") result(line, event);
  if (event.name == "client") line = Line();
  if (event.name == "line" && event.text == "DCD" && !event.on) line.carries_data = false;
}

void Linter::power(std::string_view state) {
  for (auto& [channel, line] : lines_) line = Line();
  awaited_.clear();
  registration_read_ = false;
  mux_ = false;
  silenced_ = state == "frozen";
}

// --- what the host sends

void Linter::received(Line& line, const LineEvent& event) {
  line.last_rx = event.text.size();
  line.last_bytes = std::string(event.text.substr(0, most_pending));
  if (line.carries_data) return;
  if (line.data == Data::open) return take_data(line, event.text, event);
  keep(line, event.text, event.at);
  if (line.data == Data::awaited && !all_harmless(event.text)) {
    find(LintRule::early_data, event, line.command,
         fmt::format("{} bytes after {}, before its prompt", event.text.size(), line_text(line.command)),
         section_of(name_of(line.command)));
  }
}

void Linter::keep(Line& line, std::string_view bytes, TimePoint at) {
  line.pending += bytes;
  line.pieces.push_back({line.pending.size(), number_, at});
  if (line.pending.size() <= most_pending) return;
  const std::size_t cut = line.pending.size() - most_pending;
  line.pending.erase(0, cut);
  while (!line.pieces.empty() && line.pieces.front().end <= cut) line.pieces.pop_front();
  for (Piece& piece : line.pieces) piece.end -= cut;
}

/// Takes the line that has become this command, and all before it, out of what is pending.
std::optional<Linter::Typed> Linter::typed_line(Line& line, std::string_view command) {
  std::optional<Typed> found;
  std::size_t begin = 0, done = 0;
  while (begin < line.pending.size()) {
    const std::size_t end = line.pending.find_first_of("\r\n", begin);
    if (end == line.pending.npos) break;
    const std::string_view text = std::string_view(line.pending).substr(begin, end - begin);
    std::size_t next = end + 1;
    if (same_line(text, command)) {
      const std::size_t first =
          begin + std::min(text.find_first_not_of(std::string_view("\0\x1a\x1b ", 4)), text.size() - 1);
      const auto piece = std::ranges::find_if(line.pieces, [first](const Piece& one) { return one.end > first; });
      found = Typed{std::string(text), piece->number, piece->at, line.pending[end] == '\n'};
    }
    if (line.pending[end] == '\r' && next < line.pending.size() && line.pending[next] == '\n') ++next;
    begin = next;
    done = next;
    if (found) break;
  }
  line.pending.erase(0, done);
  while (!line.pieces.empty() && line.pieces.front().end <= done) line.pieces.pop_front();
  for (Piece& piece : line.pieces) piece.end -= done;
  return found;
}

// --- a line that runs

void Linter::command(Line& line, const LineEvent& event) {
  line.carries_data = false;
  const auto typed = typed_line(line, event.text);
  if (typed) {
    check_manner(line, *typed, event);
    check_patience(line, *typed, event);
  }
  check_urcs(event.text, typed ? typed->at : event.at, event);
  check_registration(event);
  check_retry(line, event, typed ? &*typed : nullptr);
  line.command = std::string(event.text);
  line.since = event.at;
  line.running = true;
  line.heard.clear();
  expect_data(line, event);
}

void Linter::check_manner(const Line& /*line*/, const Typed& typed, const LineEvent& event) {
  const std::string text = line_text(event.text);
  if (typed.line_feed_only)
    find(LintRule::line_end, event, "LF", text + " ended with LF alone", row_of(LintRule::line_end).section);
  if (typed.text.ends_with("\\r") || typed.text.ends_with("\\n"))
    find(LintRule::line_end, event, "backslash", text + " ends with a backslash and a letter instead of CR",
         row_of(LintRule::line_end).section);
  const std::size_t prefix = typed.text.find_first_of("Aa") + 2;
  if (typed.text.size() > longest_line + prefix)
    find(LintRule::long_line, event, "long", fmt::format("{} has {} characters", text, typed.text.size() - prefix),
         "1.4.4");
}

void Linter::check_patience(const Line& line, const Typed& typed, const LineEvent& event) {
  if (line.command.empty() && line.ended == 0) return;
  if (!line.running && typed.number >= line.ended) return;
  const Duration waited = std::max(typed.at - line.since, Duration::zero());  // it may have come before
  const std::string what =
      fmt::format("{} {:.3f} s after {}", line_text(event.text), seconds(waited), line_text(line.command));
  if (waited < at_once)
    return find(LintRule::early_line, event, line.command, what + ", before its final result", "1.4.5");
  CommandLine commands;
  commands.parse(line.command);
  const Command* slow = slowest(commands);
  if (slow == nullptr || slow->seconds == 0 || waited >= std::chrono::seconds(slow->seconds)) return;
  find(LintRule::impatient, event, line.command,
       fmt::format("{}, for which the manual allows {} s", what, slow->seconds), slow->section);
}

void Linter::check_retry(Line& line, const LineEvent& event, const Typed* typed) {
  const bool again = !line.refused.empty() && line.refused == event.text && typed != nullptr &&
                     typed->number > line.ended && typed->at - line.refused_at < pause;
  line.refusals = again ? line.refusals + 1 : 0;
  if (line.refusals != most_tries - 1) return;
  find(LintRule::hurried_retry, event, line.refused,
       fmt::format("{} was refused {} times, each time sent again within {} ms", line_text(event.text), most_tries - 1,
                   pause / 1ms),
       section_of(name_of(event.text)));
}

void Linter::check_registration(const LineEvent& event) {
  if (registration_read_) return;
  CommandLine commands;
  commands.parse(event.text);
  for (const TypedCommand& typed : commands.commands()) {
    if (tells_registration(typed)) {
      registration_read_ = true;
      return;
    }
    if (!uses_network(typed)) continue;
    registration_read_ = true;  // said once
    return find(LintRule::unread_registration, event, "registration",
                fmt::format("{}, and neither AT+CREG nor AT+CGREG before it", line_text(event.text)),
                row_of(LintRule::unread_registration).section);
  }
}

void Linter::check_urcs(std::string_view command, TimePoint at, const LineEvent& event) {
  CommandLine commands;
  commands.parse(command);
  for (const TypedCommand& typed : commands.commands()) {
    std::erase_if(awaited_, [&typed](const AwaitedUrc& one) { return ends_wait(awaited_urcs()[one.row], typed); });
    for (const AwaitedUrc& one : awaited_) {
      const UrcManner& row = awaited_urcs()[one.row];
      if (!needs_urc(row, typed) || at - one.since >= row.limit) continue;
      find(LintRule::missed_urc, event, std::string(typed.name.view()) + one.command,
           fmt::format("{} {:.3f} s after {}, before its {}", line_text(command), seconds(at - one.since),
                       line_text(one.command), row.urc),
           section_of(typed.name.view()));
    }
  }
}

void Linter::urc(std::string_view text) {
  std::erase_if(awaited_, [text](const AwaitedUrc& one) { return says(awaited_urcs()[one.row], text); });
}

void Linter::result(Line& line, const LineEvent& event) {
  if (line.data == Data::open && line.announced && line.taken < *line.announced) {
    find(LintRule::data_too_short, event, line.command,
         fmt::format("{} of the {} bytes of {}", line.taken, *line.announced, line_text(line.command)),
         section_of(name_of(line.command)));
  }
  line.data = Data::none;
  line.running = false;
  line.ended = number_;
  CommandLine commands;
  commands.parse(line.command);
  const bool refused = is_refusal(event.text);
  line.refused = refused ? line.command : "";
  line.refused_at = event.at;
  if (refused && line.command.find('\\') == line.command.npos) {
    check_names(event, line.command);
  } else if (!refused) {
    for (const TypedCommand& typed : commands.commands()) {
      if (typed.name.view() == "+CIPMUX" && typed.form == Form::write) mux_ = typed.arguments.starts_with('1');
      if (typed.name.view() == "+CMUX" && typed.form == Form::write) line.carries_data = true;
      for (std::size_t i = 0; i < awaited_urcs().size(); ++i) {
        if (starts(awaited_urcs()[i], typed)) awaited_.push_back({i, line.command, event.at});
      }
    }
    if (awaited_.size() > 16) awaited_.erase(awaited_.begin());
  }
  if (event.text.starts_with("CONNECT")) line.carries_data = true;
}

void Linter::check_names(const LineEvent& event, const std::string& line) {
  CommandLine commands;
  commands.parse(line);
  for (const TypedCommand& typed : commands.commands()) {
    const std::string_view name = typed.name.view();
    if (!name.starts_with('+') || known_names().contains(name) || is_probed(name)) continue;
    const auto near = near_words(name, {known_names().begin(), known_names().end()});
    if (near.empty() || !one_slip(name, near.front())) continue;
    return find(LintRule::unknown_command, event, std::string(name),
                fmt::format("AT{}; the nearest is AT{}", name, near.front()), section_of(near.front()));
  }
}

// --- data behind a prompt

void Linter::expect_data(Line& line, const LineEvent& event) {
  CommandLine commands;
  commands.parse(event.text);
  line.data = Data::none;
  line.taken = 0;
  if (commands.commands().empty()) return;
  const TypedCommand& last = commands.commands().back();
  const DataManner* manner = data_of(last);
  if (manner == nullptr) return;
  line.data = Data::awaited;
  line.announced = announced(*manner, last, mux_);
  if (!all_harmless(line.pending)) {
    find(LintRule::early_data, event, line.command,
         fmt::format("{} bytes right behind {}, before its prompt", line.pending.size(), line_text(line.command)),
         section_of(last.name.view()));
  }
}

void Linter::sent(Line& line, const LineEvent& event) {
  if (line.data != Data::awaited) return;
  line.heard += event.text.substr(event.text.size() - std::min(event.text.size(), most_heard));
  if (line.heard.size() > 2 * most_heard) line.heard.erase(0, line.heard.size() - most_heard);
  if (const auto granted = prompt_in(line.heard)) {
    if (*granted > 0) line.announced = granted;
    open_data(line, event);
  }
}

void Linter::open_data(Line& line, const LineEvent& event) {
  line.data = Data::open;
  line.taken = 0;
  std::string early = std::exchange(line.pending, {});
  line.pieces.clear();
  early.erase(0, early.find_first_not_of("\r\n"));
  if (!all_harmless(early)) take_data(line, early, event);
}

void Linter::take_data(Line& line, std::string_view bytes, const LineEvent& event) {
  if (!line.announced) {
    const std::size_t end = bytes.find_first_of("\x1a\x1b");
    line.since = event.at;
    if (end == bytes.npos) return;
    line.data = Data::none;
    return keep(line, bytes.substr(end + 1), event.at);
  }
  const std::uint64_t room = *line.announced - std::min(line.taken, *line.announced);
  line.taken += bytes.size();
  line.since = event.at;
  if (bytes.size() <= room) return;
  const std::string_view rest = bytes.substr(static_cast<std::size_t>(room));
  keep(line, rest, event.at);
  const bool next_line = rest.find("AT") != rest.npos || rest.find("at") != rest.npos;
  if (all_harmless(rest) || next_line) return;
  find(LintRule::data_too_long, event, line.command,
       fmt::format("{} bytes more than the {} of {}", rest.size(), *line.announced, line_text(line.command)),
       section_of(name_of(line.command)));
}

/// The UART did not take what came just before.
void Linter::lost(Line& line, const LineEvent& event) {
  const bool unheard = line.last_rx > 0 && static_cast<std::uint64_t>(event.bytes) == line.last_rx;
  if (!unheard || silenced_ || only_knocks(line.last_bytes)) return;
  line.pending.clear();
  line.pieces.clear();
  find(LintRule::unheard, event, "unheard",
       fmt::format("\"{}\"", escaped(std::string_view(line.last_bytes).substr(0, shown))),
       row_of(LintRule::unheard).section);
}

void Linter::find(LintRule rule, const LineEvent& event, const std::string& about, std::string what,
                  std::string_view section) {
  const std::string subject = fmt::format("{} {}", row_of(rule).id, about);
  const auto known = by_subject_.find(subject);
  if (known != by_subject_.end()) {
    ++findings_[known->second].times;
    return;
  }
  if (findings_.size() == most_findings) {
    ++dropped_;
    return;
  }
  by_subject_.emplace(subject, findings_.size());
  findings_.push_back({rule, event.at, std::string(event.channel), std::move(what), std::string(section)});
  if (on_finding) on_finding(findings_.back());
}

}  // namespace sim800
