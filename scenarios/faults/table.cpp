// The table of actions, and what may stand beside each.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "scenarios/faults/actions.hpp"
#include "scenarios/faults/step_reader.hpp"

namespace sim800 {
namespace {

// clang-format off
constexpr ActionRow rows[] = {
    {"result", read_result},
    {"cme", read_cme},
    {"cms", read_cms},
    {"http_status", read_http_status},
    {"ftp_error", read_ftp_error},
    {"delay", read_delay},
    {"silence", read_silence},
    {"urc", read_urc},
    {"serial", read_serial},
    {"link", read_link},
    {"connection", read_connection},
    {"truncate_after", read_truncate_after},
    {"dns", read_dns},
    {"bearer", read_bearer},
    {"pdp", read_pdp},
    {"registration", read_registration},
    {"cell", read_cell},
    {"gprs", read_gprs},
    {"signal", read_signal},
    {"sim", read_sim},
    {"sms", read_sms},
    {"call", read_call},
    {"ussd", read_ussd},
    {"supply", read_supply},
    {"temperature", read_temperature},
    {"level", read_level_action},
    {"battery", read_battery},
    {"adc", read_adc},
    {"antenna", read_antenna},
    {"jamming", read_jamming},
    {"key_pad", read_key_pad},
    {"pins", read_pins},
    {"cell_broadcast", read_cell_broadcast},
    {"toolkit", read_toolkit},
    {"reset", read_reset},
    {"freeze", read_freeze},
    {"power", read_power},
    {"state", read_state},
    {"raw", read_raw},
};

/// Keys allowed next to an action.
struct Beside {
  std::string_view key;
  std::array<std::string_view, 17> actions;
};
constexpr Beside besides[] = {
    {"lines", {"result", "cme", "cms"}},
    {"place", {"urc", "raw", "sms"}},
    {"for", {"serial", "link", "dns", "registration", "cell", "gprs", "signal", "sim", "supply", "temperature", "level",
             "state", "adc", "antenna", "jamming", "key_pad", "pins"}}};
// clang-format on

void check_besides(const Value& action, std::string_view name) {
  for (const Beside& beside : besides) {
    const Value value = action[beside.key];
    if (!value || std::ranges::find(beside.actions, name) != beside.actions.end()) continue;
    std::vector<std::string_view> names(beside.actions.begin(), beside.actions.end());
    std::erase(names, "");
    value.refuse_name(fmt::format("\"{}\" only beside \"{}\"", beside.key, fmt::join(names, "\" or \"")),
                      fmt::format("it beside \"{}\"", name));
  }
}

/// A message comes at once, or inside the response of the command that triggers it.
void check_place(const Value& action, const StepContext& context) {
  const Value place = action["place"];
  if (!place || !action["sms"]) return;
  if (place.text() != "inside") return place.refuse("\"inside\"", {}, "without a place a message comes at once");
  if (!context.by_command())
    place.refuse_name("a command or line trigger for \"place\" beside \"sms\"", context.words());
}

/// Once it has begun to connect, a transfer has no name left to look up.
bool too_late(std::string_view name, const StepContext& context) {
  const auto* transfer = context.trigger != nullptr ? std::get_if<TransferTrigger>(&context.trigger->on) : nullptr;
  return name == "dns" && transfer != nullptr &&
         (transfer->after_bytes > 0 || transfer->content || transfer->phase.value_or(Phase::dns) != Phase::dns);
}

}  // namespace

std::shared_ptr<const Action> read_action(const Value& action, const StepContext& context) {
  const auto* named = std::ranges::find_if(rows, [&action](const ActionRow& row) { return bool(action[row.name]); });
  if (named == std::end(rows)) return nullptr;
  check_besides(action, named->name);
  check_place(action, context);
  if (too_late(named->name, context) && !action["for"])
    action[named->name].refuse_name("a trigger in phase \"dns\" or without a phase", context.words());
  return named->read(action);
}

std::span<const ActionRow> action_rows() { return rows; }

}  // namespace sim800
