// SPDX-License-Identifier: MIT
#include "emulator/commands/command_list.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "emulator/core/world.hpp"

namespace sim800 {
namespace {

std::vector<const Command*> rows_of_all_chapters() {
  std::vector<const Command*> rows;
  // clang-format off: one chapter, one line
  for (const auto chapter : {
           v25ter_commands(),
           call_commands(),
           profile_commands(),
           equipment_commands(),
           sim_card_commands(),
           network_commands(),
           supplementary_commands(),
           phone_book_commands(),
           tone_commands(),
           toolkit_commands(),
           clock_commands(),
           gprs_commands(),
           simcom_commands(),
           audio_commands(),
           pin_commands(),
           charge_commands(),
           media_commands(),
           tcpip_commands(),
           tcpip_connection_commands(),
           tcpip_data_commands(),
           bearer_commands(),
           ping_commands(),
           location_commands(),
           ntp_commands(),
           multiplexer_commands(),
           ssl_commands(),
           http_commands(),
           ftp_commands(),
           smtp_commands(),
           pop3_commands(),
           mms_commands(),
           file_system_commands(),
           sms_commands(),
           sms_storage_commands(),
           sms_sending_commands(),
       }) {
    // clang-format on
    for (const Command& command : chapter) rows.push_back(&command);
  }
  return rows;
}

}  // namespace

CommandRows all_commands() {
  static const std::vector<const Command*> rows = rows_of_all_chapters();
  return rows;
}

std::vector<const Command*> commands_by_name() {
  std::vector<const Command*> list;
  std::set<std::string_view> seen;
  for (const Command* command : all_commands()) {
    if (seen.insert(command->name).second) list.push_back(command);
  }
  return list;
}

std::string typed_name(const Command& command) {
  const bool bare = command.name == "A/" || command.name == "+++";
  return (bare ? "" : "AT") + std::string(command.name);
}

const CommandTable& command_table(const ModuleConfig& module) {
  using Kind = std::tuple<std::string, std::string, decltype(module.commands)>;
  static std::mutex guard;
  static std::map<Kind, CommandTable> tables;
  const Kind kind{module.model, module.revision, module.commands};
  const std::scoped_lock lock(guard);
  return tables.try_emplace(kind, all_commands(), module).first->second;
}

}  // namespace sim800
