// SPDX-License-Identifier: MIT
#include "emulator/control/journal.hpp"

#include "emulator/control/at_line.hpp"
#include "emulator/core/trace_text.hpp"

namespace sim800 {
namespace {

bool tells_of_command(const Journal::Event& event) {
  return same_literal(event.name, "command") || same_literal(event.name, "result");
}

/// Not of the line that the control interface types on.
bool of_host(Trace::Fields fields) { return text_of(fields, "channel") != AtLine::name; }

}  // namespace

void Journal::add(TimePoint now, unsigned module, std::string_view module_name, std::string_view name,
                  Trace::Fields fields) {
  Module& of = modules_[module];
  if (of.name != module_name) of.name = *names_.emplace(module_name).first;
  const Event event{++last_, now, module, name, of.name};
  events_.add(event, fields);
  sum_up(now, of.sums, name, fields);
  if (on_event) on_event(module, name);
}

/// Commands outlive the other events.
void Journal::left(const Event& event) {
  if (event.number > commands_forgotten_ && tells_of_command(event)) commands_.add(event);
}

void Journal::sum_up(TimePoint now, Sums& sums, std::string_view name, Trace::Fields fields) {
  if (same_literal(name, "command")) {
    if (!of_host(fields)) return;
    ++sums.commands;
    sums.last_command = now;
  } else if (same_literal(name, "result")) {
    if (!of_host(fields)) return;
    const std::string_view text = text_of(fields, "text"), first = text.substr(0, text.find(':'));
    const auto known = sums.results.find(first);
    ++(known != sums.results.end() ? known->second : sums.results[std::string(first)]);
  } else if (same_literal(name, "rx")) {
    if (of_host(fields)) sums.received += text_of(fields, "data").size();
  } else if (same_literal(name, "tx")) {
    if (of_host(fields)) sums.sent += text_of(fields, "data").size();
  } else if (same_literal(name, "lost")) {
    sums.lost += static_cast<std::uint64_t>(value_of<std::int64_t>(fields, "bytes"));
  } else if (same_literal(name, "fault")) {
    ++sums.faults;
  } else if (same_literal(name, "urc")) {
    ++sums.urcs;
  } else if (same_literal(name, "power")) {
    sums.power = text_of(fields, "state");
  } else if (same_literal(name, "client")) {
    sums.clients[std::string(text_of(fields, "channel"))] = value_of<bool>(fields, "present");
  } else if (same_literal(name, "line")) {
    sums.lines[{std::string(text_of(fields, "channel")), std::string(text_of(fields, "signal"))}] =
        value_of<bool>(fields, "on");
  }
}

std::vector<SeenCommand> Journal::commands() const {
  std::vector<SeenCommand> list;
  std::map<std::pair<unsigned, std::string>, std::size_t> last;  // of each channel, by its place in the list
  const auto see = [&](const Event& event) {
    std::pair channel(event.module, std::string(event.text("channel")));
    if (event.name == "command") {
      SeenCommand& seen = list.emplace_back();
      seen.number = event.number;
      seen.module = event.module;
      seen.channel = channel.second;
      seen.line = "AT" + std::string(event.text("line"));
      seen.at = event.at;
      last[std::move(channel)] = list.size() - 1;
    } else if (const auto found = last.find(channel); found != last.end() && !list[found->second].ended) {
      list[found->second].ended = event.at;
      list[found->second].result = event.text("text");
    }
  };
  for (const Event event : commands_) see(event);
  for (auto event = events_.from(commands_forgotten_ + 1); event != events_.end(); ++event) {
    if (tells_of_command(*event)) see(*event);
  }
  if (list.size() > max_commands) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(max_commands));
  return list;
}

void Journal::reset() {
  events_.clear();
  commands_.clear();
  // Clients and lines are what they are.
  for (auto& [module, of] : modules_) {
    Sums fresh;
    fresh.clients = std::move(of.sums.clients);
    fresh.lines = std::move(of.sums.lines);
    of.sums = std::move(fresh);
  }
  lost_ = last_;
}

}  // namespace sim800
