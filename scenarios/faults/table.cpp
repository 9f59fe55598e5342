// The table of actions, and which triggers they fit.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

// clang-format off
constexpr ActionRow rows[] = {
    {"result", read_result, by_command},
    {"cme", read_cme, by_command},
    {"cms", read_cms, by_command},
    {"http_status", read_http_status, by_command | by_http | by_itself},
    {"ftp_error", read_ftp_error, by_command | by_ftp | by_itself},
    {"delay", read_delay, by_command | by_transfer},
    {"silence", read_silence},
    {"urc", read_urc},
    {"serial", read_serial},
    {"link", read_link},
    {"connection", read_connection, by_transfer},
    {"truncate_after", read_truncate_after, by_transfer},
    {"dns", read_dns, by_transfer},
    {"bearer", read_bearer},
    {"pdp", read_pdp},
    {"registration", read_registration},
    {"signal", read_signal},
    {"sim", read_sim},
    {"sms", read_sms},
    {"call", read_call},
    {"ussd", read_ussd},
    {"supply", read_supply},
    {"temperature", read_temperature},
    {"reset", read_reset},
    {"freeze", read_freeze},
    {"power", read_power},
    {"state", read_state},
};
// clang-format on

/// Keys allowed next to an action.
struct Beside {
  std::string_view key;
  std::array<std::string_view, 3> actions;
  std::uint8_t sources = by_any;
};
constexpr Beside besides[] = {
    {"lines", {"result", "cme", "cms"}}, {"place", {"urc"}, by_command}, {"for", {"serial", "link"}}};

std::uint8_t source_of(const Fault* fault) {
  if (fault == nullptr) return by_itself;
  const Trigger& on = fault->on;
  if (std::holds_alternative<CommandTrigger>(on) || std::holds_alternative<LineTrigger>(on)) return by_command;
  const auto* transfer = std::get_if<TransferTrigger>(&on);
  if (transfer == nullptr) return by_itself;
  switch (transfer->user) {
    case TransferKind::User::http: return by_http;
    case TransferKind::User::ftp: return by_ftp;
    case TransferKind::User::socket: return by_socket;
  }
  return by_itself;
}

std::string fitting(std::uint8_t sources) {
  if ((sources & (by_command | by_transfer)) == (by_command | by_transfer))
    return "a command, line or transfer trigger";
  if (sources == by_command) return "a command or line trigger";
  if (sources == by_transfer) return "an http, ftp or socket trigger";
  return (sources & by_http) != 0 ? "any trigger but ftp and socket" : "any trigger but http and socket";
}

/// Refuses a key that makes no sense with what triggers it.
void refuse_trigger(const Value& value, std::uint8_t sources, const Fault* fault) {
  value.refuse_name(fmt::format("{} for \"{}\"", fitting(sources), value.name()),
                    fault != nullptr ? fmt::format("\"{}\"", fault->on_words) : "an event");
}

void check_besides(const Value& action, const ActionRow& row, const Fault* fault) {
  for (const Beside& beside : besides) {
    const Value value = action[beside.key];
    if (!value) continue;
    if (std::ranges::find(beside.actions, row.name) == beside.actions.end()) {
      std::vector<std::string_view> names(beside.actions.begin(), beside.actions.end());
      std::erase(names, "");
      value.refuse_name(fmt::format("\"{}\" only beside \"{}\"", beside.key, fmt::join(names, "\" or \"")),
                        fmt::format("it beside \"{}\"", row.name));
    } else if ((beside.sources & source_of(fault)) == 0) {
      refuse_trigger(value, beside.sources, fault);
    }
  }
}

/// Once it has begun to connect, a transfer has no name left to look up.
bool too_late(const ActionRow& row, const Fault* fault) {
  const auto* transfer = fault != nullptr ? std::get_if<TransferTrigger>(&fault->on) : nullptr;
  return row.name == "dns" && transfer != nullptr &&
         (transfer->after_bytes > 0 || transfer->phase.value_or(Phase::dns) != Phase::dns);
}

std::shared_ptr<const Action> read_action(const Value& action, const Fault* fault) {
  const auto* named = std::ranges::find_if(rows, [&action](const ActionRow& row) { return bool(action[row.name]); });
  if (named == std::end(rows)) return nullptr;
  check_besides(action, *named, fault);
  if ((named->sources & source_of(fault)) == 0) {
    refuse_trigger(action[named->name], named->sources, fault);
    return nullptr;
  }
  if (too_late(*named, fault))
    action[named->name].refuse_name("a trigger in phase \"dns\" or without a phase",
                                    fmt::format("\"{}\"", fault->on_words));
  return named->read(action);
}

}  // namespace

std::span<const ActionRow> action_rows() { return rows; }

Actions read_actions(const Value& actions, const Fault* fault) {
  Actions read;
  for (const Value& action : actions.items()) {
    if (auto made = read_action(action, fault)) read.push_back(std::move(made));
  }
  return read;
}

std::string summary_of_actions(const Value& actions) {
  std::string words;
  for (const Value& action : actions.items()) {
    if (!words.empty()) words += "; ";
    words += action.summary();
  }
  return words;
}

}  // namespace sim800
