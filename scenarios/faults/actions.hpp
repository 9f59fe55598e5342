// What faults and events can do: one reader for each file of this folder, and the table that lists them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/stage.hpp"
#include "scenarios/json/entry.hpp"

namespace sim800 {

/// An action as a fault's or event's "do" has it: its name and what stands beside it.  Null after a mistake, which is
/// noted.
using ReadAction = std::shared_ptr<const Action> (*)(const Entry& action);

std::shared_ptr<const Action> read_result(const Entry& action);
std::shared_ptr<const Action> read_cme(const Entry& action);
std::shared_ptr<const Action> read_cms(const Entry& action);
std::shared_ptr<const Action> read_http_status(const Entry& action);
std::shared_ptr<const Action> read_ftp_error(const Entry& action);
std::shared_ptr<const Action> read_delay(const Entry& action);
std::shared_ptr<const Action> read_silence(const Entry& action);
std::shared_ptr<const Action> read_urc(const Entry& action);
std::shared_ptr<const Action> read_serial(const Entry& action);
std::shared_ptr<const Action> read_link(const Entry& action);
std::shared_ptr<const Action> read_connection(const Entry& action);
std::shared_ptr<const Action> read_truncate_after(const Entry& action);
std::shared_ptr<const Action> read_dns(const Entry& action);
std::shared_ptr<const Action> read_bearer(const Entry& action);
std::shared_ptr<const Action> read_pdp(const Entry& action);
std::shared_ptr<const Action> read_registration(const Entry& action);
std::shared_ptr<const Action> read_signal(const Entry& action);
std::shared_ptr<const Action> read_sim(const Entry& action);
std::shared_ptr<const Action> read_sms(const Entry& action);
std::shared_ptr<const Action> read_call(const Entry& action);
std::shared_ptr<const Action> read_ussd(const Entry& action);
std::shared_ptr<const Action> read_supply(const Entry& action);
std::shared_ptr<const Action> read_temperature(const Entry& action);
std::shared_ptr<const Action> read_reset(const Entry& action);
std::shared_ptr<const Action> read_freeze(const Entry& action);
std::shared_ptr<const Action> read_power(const Entry& action);
std::shared_ptr<const Action> read_state(const Entry& action);

/// What sets a fault off, as far as actions ask.
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
  std::uint8_t sources = by_any;  ///< what it makes sense with
};
std::span<const ActionRow> action_rows();

/// The actions of an entry of `faults` (`on` is its trigger) or `events` (null).
Actions read_actions(const Entry& entry, const Trigger* on);
/// In short: "cme 3; state broken".
std::string action_words(const Entry& entry);

}  // namespace sim800
