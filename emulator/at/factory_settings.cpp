// SPDX-License-Identifier: MIT
#include "emulator/at/factory_settings.hpp"

#include <cstdlib>

#include "emulator/at/command.hpp"

namespace sim800 {
namespace {

SettingValues values_of(const Command& command) {
  if (!command.list.empty()) return split_values(command.list);
  SettingValues values;
  for (std::size_t i = 0; i < command.kept(); ++i) values.emplace_back(command.parameters[i].initial);
  return values;
}

FactorySettings::Row row_of(const Command& command) {
  FactorySettings::Row row{&command, values_of(command), {}};
  for (const std::string& value : row.values) row.numbers.push_back(parse_number(value).value_or(0));
  return row;
}

}  // namespace

SettingValues split_values(std::string_view text) {
  SettingValues values;
  for (std::size_t start = 0;;) {
    const std::size_t comma = text.find(',', start);
    values.emplace_back(text.substr(start, comma - start));
    if (comma == std::string_view::npos) return values;
    start = comma + 1;
  }
}

FactorySettings::FactorySettings(std::span<const Command* const> rows, const NameTable<const Command*>& has)
    : by_name_(rows.size()) {
  for (const Command* command : rows) {
    if (!command->is_setting()) continue;
    if (by_name_.emplace(command->name, static_cast<std::uint16_t>(rows_.size()))) {
      rows_.push_back(row_of(*command));
    } else if (const Command* const* had = has.find(command->name); had != nullptr && *had == command) {
      rows_[*by_name_.find(command->name)] = row_of(*command);
    }
  }
}

std::optional<std::size_t> FactorySettings::find(std::string_view name) const {
  const std::uint16_t* found = by_name_.find(name);
  return found != nullptr ? std::optional<std::size_t>(*found) : std::nullopt;
}

std::size_t FactorySettings::index_of(std::string_view name) const {
  const std::uint16_t* found = by_name_.find(name);
  if (found == nullptr) std::abort();
  return *found;
}

std::size_t FactorySettings::index_of(const SettingKey& key) const {
  const std::uint16_t* found = by_name_.find(key.hash);
  if (found == nullptr) std::abort();
  return *found;
}

}  // namespace sim800
