// What faults and events can do: one reader for each file in this folder, and the table that lists them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/stage.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// Reads an action as a fault's or event's "do" has it: its name and what stands beside it.  Null after a mistake,
/// which is reported.
using ReadAction = std::shared_ptr<const Action> (*)(const Value& action);

std::shared_ptr<const Action> read_result(const Value& action);
std::shared_ptr<const Action> read_cme(const Value& action);
std::shared_ptr<const Action> read_cms(const Value& action);
std::shared_ptr<const Action> read_http_status(const Value& action);
std::shared_ptr<const Action> read_ftp_error(const Value& action);
std::shared_ptr<const Action> read_delay(const Value& action);
std::shared_ptr<const Action> read_silence(const Value& action);
std::shared_ptr<const Action> read_urc(const Value& action);
std::shared_ptr<const Action> read_serial(const Value& action);
std::shared_ptr<const Action> read_link(const Value& action);
std::shared_ptr<const Action> read_connection(const Value& action);
std::shared_ptr<const Action> read_truncate_after(const Value& action);
std::shared_ptr<const Action> read_dns(const Value& action);
std::shared_ptr<const Action> read_bearer(const Value& action);
std::shared_ptr<const Action> read_pdp(const Value& action);
std::shared_ptr<const Action> read_registration(const Value& action);
std::shared_ptr<const Action> read_signal(const Value& action);
std::shared_ptr<const Action> read_sim(const Value& action);
std::shared_ptr<const Action> read_sms(const Value& action);
std::shared_ptr<const Action> read_call(const Value& action);
std::shared_ptr<const Action> read_ussd(const Value& action);
std::shared_ptr<const Action> read_supply(const Value& action);
std::shared_ptr<const Action> read_temperature(const Value& action);
std::shared_ptr<const Action> read_reset(const Value& action);
std::shared_ptr<const Action> read_freeze(const Value& action);
std::shared_ptr<const Action> read_power(const Value& action);
std::shared_ptr<const Action> read_state(const Value& action);

/// Triggers, as far as actions tell them apart.
enum Source : std::uint8_t {
  by_command = 1,  ///< command, line
  by_http = 2,
  by_ftp = 4,
  by_socket = 8,
  by_itself = 16,  ///< anything else: serial, urc, time, event, and events of a scenario
  by_transfer = by_http | by_ftp | by_socket,
  by_any = by_command | by_transfer | by_itself,
};

struct ActionRow {
  std::string_view name;
  ReadAction read;
  std::uint8_t sources = by_any;  ///< the triggers it makes sense with
};
std::span<const ActionRow> action_rows();

/// The actions that stand under "do" in a fault whose trigger has been read, or in an event (null).
Actions read_actions(const Value& actions, const Fault* fault);
/// In short: "cme 3; state broken".
std::string summary_of_actions(const Value& actions);

// Words and objects that stand in other places of a scenario, too.
std::optional<Registration> read_registration_word(const Value& value);
std::optional<SerialDirection> read_serial_direction(const Value& value);
LinkChange read_link_change(const Value& link);

}  // namespace sim800
