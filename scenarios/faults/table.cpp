// The table of actions, and which of them fit which trigger.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

// clang-format off
constexpr std::array<ActionRow, 27> rows{{
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
}};
// clang-format on

/// What may stand beside an action.
struct Beside {
  std::string_view key;
  std::array<std::string_view, 3> actions;
  std::uint8_t sources = by_any;
};
constexpr std::array<Beside, 3> besides{
    {{"lines", {"result", "cme", "cms"}}, {"place", {"urc"}, by_command}, {"for", {"serial", "link"}}}};

std::uint8_t source_of(const Trigger* on) {
  if (on == nullptr) return by_itself;
  if (std::holds_alternative<CommandTrigger>(*on) || std::holds_alternative<LineTrigger>(*on)) return by_command;
  const auto* transfer = std::get_if<TransferTrigger>(on);
  if (transfer == nullptr) return by_itself;
  switch (transfer->user) {
    case TransferKind::User::http: return by_http;
    case TransferKind::User::ftp: return by_ftp;
    case TransferKind::User::socket: return by_socket;
  }
  return by_itself;
}

std::string fitting(std::uint8_t sources) {
  if ((sources & (by_command | by_transfer)) == (by_command | by_transfer)) return "a command, a line or a transfer";
  if (sources == by_command) return "a command or a line";
  if (sources == by_transfer) return "http, ftp or socket";
  return (sources & by_http) != 0 ? "anything but ftp and socket" : "anything but http and socket";
}

void check_besides(const Entry& action, const ActionRow& row, std::uint8_t source) {
  for (const Beside& beside : besides) {
    if (!action.has(beside.key)) continue;
    if (std::ranges::find(beside.actions, row.name) == beside.actions.end()) {
      std::vector<std::string_view> names(beside.actions.begin(), beside.actions.end());
      std::erase(names, "");
      action.refuse(beside.key, fmt::format("only beside \"{}\"", fmt::join(names, "\", \"")));
    } else if ((beside.sources & source) == 0) {
      action.refuse(beside.key, fmt::format("only where the trigger is {}", fitting(beside.sources)));
    }
  }
}

/// When it has begun to connect, a transfer has no name to look up any more.
bool too_late(const ActionRow& row, const Trigger* on) {
  const auto* transfer = on != nullptr ? std::get_if<TransferTrigger>(on) : nullptr;
  return row.name == "dns" && transfer != nullptr &&
         (transfer->after_bytes > 0 || transfer->phase.value_or(Phase::dns) != Phase::dns);
}

std::shared_ptr<const Action> read_action(const Entry& action, const Trigger* on) {
  const auto* named = std::ranges::find_if(rows, [&action](const ActionRow& row) { return action.has(row.name); });
  if (named == rows.end()) return nullptr;
  const std::uint8_t source = source_of(on);
  check_besides(action, *named, source);
  if ((named->sources & source) == 0) {
    action.refuse(named->name, fmt::format("only where the trigger is {}", fitting(named->sources)));
    return nullptr;
  }
  if (too_late(*named, on)) action.refuse(named->name, "only in phase \"dns\", or without a phase");
  return named->read(action);
}

}  // namespace

std::span<const ActionRow> action_rows() { return rows; }

Actions read_actions(const Entry& entry, const Trigger* on) {
  Actions actions;
  for (const Entry& action : entry.list("do")) {
    if (auto read = read_action(action, on)) actions.push_back(std::move(read));
  }
  return actions;
}

std::string action_words(const Entry& entry) {
  std::string words;
  for (const Entry& action : entry.list("do")) {
    if (!words.empty()) words += "; ";
    words += action.words();
  }
  return words;
}

}  // namespace sim800
