// The values that settings leave the factory with.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/name_table.hpp"
#include "emulator/at/setting_key.hpp"

namespace sim800 {

struct Command;

using SettingValues = std::vector<std::string>;

/// All modules of a kind share one: what they hold themselves is what differs from it.
class FactorySettings {
 public:
  struct Row {
    const Command* command;
    SettingValues values;
    std::vector<std::uint32_t> numbers;  ///< the same as numbers; 0 for a text
  };

  /// Of these rows. Where several have a name, the one that a module `has` counts, or else the first: a setting exists
  /// also where its command does not, and then nobody can change it.
  FactorySettings(std::span<const Command* const> rows, const NameTable<const Command*>& has);

  const std::vector<Row>& rows() const { return rows_; }
  std::optional<std::size_t> find(std::string_view name) const;
  /// The index of a row; a name in our own code that has none stops the program.
  std::size_t index_of(std::string_view name) const;
  std::size_t index_of(const SettingKey& key) const;

 private:
  std::vector<Row> rows_;
  NameTable<std::uint16_t> by_name_;
};

/// "1,2,3" of an NVRAM or a row's list.
SettingValues split_values(std::string_view text);

}  // namespace sim800
