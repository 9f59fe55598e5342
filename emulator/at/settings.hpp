// The values of all settings: factory, user profile, active.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/at/command.hpp"
#include "emulator/at/factory_settings.hpp"
#include "emulator/at/setting_key.hpp"
#include "emulator/core/nvram.hpp"
#include "protocol/at/arguments.hpp"

namespace sim800 {

/// The command table decides which settings exist, their factory values, and where they are stored. A module that
/// nobody has configured holds no values: profiles are what differs from the factory's.
class Settings {
 public:
  using Values = SettingValues;

  /// Settings of the module's commands, and of others with other names (which nobody can reach). Loads from `nvram`;
  /// `stored` comes from the scenario and overrides it.
  Settings(const CommandTable& commands, Nvram& nvram, const std::map<std::string, Values>& stored);

  /// What was expected, if `values` cannot be stored under `name`: an unknown setting, too many values, a value out of
  /// range. A value that any model accepts is valid.
  static std::optional<std::string> refuse(CommandRows rows, std::string_view name, const Values& values);
  std::optional<std::string> refuse(std::string_view name, const Values& values) const {
    return refuse(rows_, name, values);
  }

  std::uint32_t number(const NumberKey& key) const {
    const std::size_t row = factory_.index_of(key);
    if (const Values* own = active_.find(row)) return parse_number((*own)[key.value]).value_or(0);
    return factory_.rows()[row].numbers[key.value];
  }
  /// Valid until a setting changes, as other references to values are.
  const std::string& text(const TextKey& key) const { return active_values(factory_.index_of(key))[key.value]; }
  /// AUTO_SAVE settings are written at once; false if the state directory refuses, and then nothing has changed.
  bool set(const NumberKey& key, std::uint32_t value) {
    return change(factory_.index_of(key), key.value, std::to_string(value));
  }
  bool set(const TextKey& key, std::string value) {
    return change(factory_.index_of(key), key.value, std::move(value));
  }

  /// For handlers that serve any row: all that a command keeps, as text.
  const Values& values_of(std::string_view command) const { return active_values(factory_.index_of(command)); }
  bool set_value_of(std::string_view command, std::size_t i, std::string value) {
    return change(factory_.index_of(command), i, std::move(value));
  }
  /// All of them, in one write.
  bool set_values_of(std::string_view command, Values values) {
    return change(factory_.index_of(command), std::move(values));
  }

  void boot();          ///< the active values become the stored ones
  void load_user();     ///< ATZ
  void load_factory();  ///< AT&F
  bool store_user();    ///< AT&W; false if the state directory refuses, and then nothing has changed

  /// The active values of all commands of a context, as they stand in its section of the NVRAM.
  Nvram::Section values_of(const SavedContext& context) const;
  /// Takes them from there; what is missing, or refused by this version, is left as it is.
  void load(const SavedContext& context);

  enum class Profile : std::uint8_t { factory, user, active };
  /// "+CSCS: \"IRA\"": a setting as printed by AT&V and read forms.
  std::string print(std::string_view name, Profile profile = Profile::active) const;

 private:
  /// Values by row.
  class Changes {
   public:
    const Values* find(std::size_t row) const {
      if (values_.empty()) return nullptr;
      const auto found = values_.find(row);
      return found == values_.end() ? nullptr : &found->second;
    }
    /// Nothing is held for a row that has the factory's values.
    void set(const FactorySettings::Row& factory, std::size_t row, Values values);
    /// Takes over another profile's values of each row that is `chosen`.
    template <class Chosen>
    void take(const Changes& other, const Chosen& chosen);

   private:
    std::map<std::size_t, Values> values_;
  };

  const Values& values_in(const Changes& profile, std::size_t row) const {
    const Values* own = profile.find(row);
    return own != nullptr ? *own : factory_.rows()[row].values;
  }
  const Values& active_values(std::size_t row) const { return values_in(active_, row); }
  /// Replaces the first values of a row.
  void replace(Changes& profile, std::size_t row, const Values& first);
  bool change(std::size_t row, std::size_t i, std::string value);
  bool change(std::size_t row, Values values);
  Saved saved(std::size_t row) const { return factory_.rows()[row].command->saved; }
  bool store(Saved kind);
  void load(const Nvram::Section& section);

  CommandRows rows_;
  const FactorySettings& factory_;
  Nvram& nvram_;
  Changes user_, active_;
};

}  // namespace sim800
