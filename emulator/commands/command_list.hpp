// The whole command table: the chapters' tables one after the other.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "emulator/at/command.hpp"

namespace sim800 {

/// The rows of all models.
CommandRows all_commands();
/// The same; if those of one name differ between models, the first.
std::vector<const Command*> commands_by_name();
/// As typed: "AT+CSQ", "ATE", "A/".
std::string typed_name(const Command& command);
/// The commands of one module; created on first use, and kept for all modules of the same kind.
/// Thread-safe.
const CommandTable& command_table(const ModuleConfig& module);

/// The chapters; each is the table at the end of its file in commands/.
std::span<const Command> v25ter_commands();
std::span<const Command> call_commands();
std::span<const Command> profile_commands();
std::span<const Command> equipment_commands();
std::span<const Command> sim_card_commands();
std::span<const Command> clock_commands();
std::span<const Command> network_commands();
std::span<const Command> supplementary_commands();
std::span<const Command> phone_book_commands();
std::span<const Command> tone_commands();
std::span<const Command> toolkit_commands();
std::span<const Command> gprs_commands();
std::span<const Command> simcom_commands();
std::span<const Command> audio_commands();
std::span<const Command> pin_commands();
std::span<const Command> charge_commands();
std::span<const Command> media_commands();
std::span<const Command> tcpip_commands();
std::span<const Command> tcpip_connection_commands();
std::span<const Command> tcpip_data_commands();
std::span<const Command> bearer_commands();
std::span<const Command> ping_commands();
std::span<const Command> location_commands();
std::span<const Command> ntp_commands();
std::span<const Command> multiplexer_commands();
std::span<const Command> ssl_commands();
std::span<const Command> http_commands();
std::span<const Command> ftp_commands();
std::span<const Command> smtp_commands();
std::span<const Command> pop3_commands();
std::span<const Command> mms_commands();
std::span<const Command> file_system_commands();
std::span<const Command> sms_commands();
std::span<const Command> sms_storage_commands();
std::span<const Command> sms_sending_commands();

}  // namespace sim800
