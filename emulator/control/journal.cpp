// SPDX-License-Identifier: MIT
#include "emulator/control/journal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/core/trace_text.hpp"

namespace sim800 {
namespace {

std::string_view text_in(Trace::Fields fields, std::string_view key) {
  for (const Trace::Field& field : fields) {
    if (field.key != key) continue;
    if (const auto* text = std::get_if<std::string_view>(&field.value)) return *text;
  }
  return {};
}

std::int64_t number_in(Trace::Fields fields, std::string_view key) {
  for (const Trace::Field& field : fields) {
    if (field.key != key) continue;
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) return *number;
  }
  return 0;
}

bool is_true(Trace::Fields fields, std::string_view key) {
  for (const Trace::Field& field : fields) {
    if (field.key != key) continue;
    if (const auto* flag = std::get_if<bool>(&field.value)) return *flag;
  }
  return false;
}

constexpr std::size_t overhead = sizeof(Journal::Event) + 32;

}  // namespace

void Journal::add(TimePoint now, unsigned module, std::string_view module_name, std::string_view name,
                  Trace::Fields fields) {
  Event event{++last_, module, std::string(name), fmt::format("{{\"n\":{},", last_)};
  append_event(event.json, now, module_name, name, fields);
  event.json += '}';
  bytes_ += event.json.size() + overhead;
  events_.push_back(std::move(event));
  while (events_.size() > max_events || (bytes_ > max_bytes && events_.size() > 1)) {
    bytes_ -= std::min(bytes_, events_.front().json.size() + overhead);
    lost_ = events_.front().number;
    events_.pop_front();
  }
  sum_up(now, module, name, fields);
  if (on_event) on_event(events_.back());
}

void Journal::sum_up(TimePoint now, unsigned module, std::string_view name, Trace::Fields fields) {
  Sums& sums = sums_[module];
  if (name == "command") {
    begin(now, module, text_in(fields, "channel"), text_in(fields, "line"));
  } else if (name == "result") {
    end(now, module, text_in(fields, "channel"), text_in(fields, "text"));
  } else if (name == "rx") {
    sums.received += text_in(fields, "data").size();
  } else if (name == "tx") {
    sums.sent += text_in(fields, "data").size();
  } else if (name == "lost") {
    sums.lost += static_cast<std::uint64_t>(number_in(fields, "bytes"));
  } else if (name == "fault") {
    ++sums.faults;
  } else if (name == "urc") {
    ++sums.urcs;
  } else if (name == "power") {
    sums.power = text_in(fields, "state");
  } else if (name == "client") {
    sums.clients[std::string(text_in(fields, "channel"))] = is_true(fields, "present");
  } else if (name == "line") {
    sums.lines[{std::string(text_in(fields, "channel")), std::string(text_in(fields, "signal"))}] =
        is_true(fields, "on");
  }
}

void Journal::begin(TimePoint now, unsigned module, std::string_view channel, std::string_view line) {
  Sums& sums = sums_[module];
  ++sums.commands;
  sums.last_command = now;
  SeenCommand& seen = commands_.emplace_back();
  seen.number = last_;
  seen.module = module;
  seen.channel = channel;
  seen.line = "AT" + std::string(line);
  seen.at = now;
  if (commands_.size() > max_commands) commands_.pop_front();
}

void Journal::end(TimePoint now, unsigned module, std::string_view channel, std::string_view result) {
  ++sums_[module].results[std::string(result.substr(0, result.find(':')))];
  // The one that runs on a channel is among the last.
  const auto found = std::find_if(commands_.rbegin(), commands_.rend(), [&](const SeenCommand& seen) {
    return seen.module == module && seen.channel == channel;
  });
  if (found == commands_.rend() || found->ended) return;
  found->ended = now;
  found->result = result;
}

void Journal::forget(const std::function<bool(const Event&)>& which) {
  std::erase_if(events_, which);
  bytes_ = 0;
  for (const Event& event : events_) bytes_ += event.json.size() + overhead;
}

void Journal::reset() {
  events_.clear();
  commands_.clear();
  // Clients and lines are what they are.
  for (auto& [module, sums] : sums_) {
    Sums fresh;
    fresh.clients = std::move(sums.clients);
    fresh.lines = std::move(sums.lines);
    sums = std::move(fresh);
  }
  bytes_ = 0;
  lost_ = last_;
}

std::deque<Journal::Event>::const_iterator Journal::from(std::uint64_t number) const {
  return std::ranges::lower_bound(events_, number, {}, &Event::number);
}

}  // namespace sim800
