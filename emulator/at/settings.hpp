// The values of all settings: factory, user profile, active.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "emulator/at/command.hpp"
#include "emulator/at/setting_key.hpp"
#include "emulator/core/nvram.hpp"

namespace sim800 {

/// The command table decides which settings exist, their factory values, and where they are stored.
class Settings {
 public:
  using Values = std::vector<std::string>;

  /// Settings of the module's commands, and of others with other names (which nobody can reach). Loads from `nvram`;
  /// `stored` comes from the scenario and overrides it.
  Settings(const CommandTable& commands, Nvram& nvram, const std::map<std::string, Values>& stored);

  /// What was expected, if `values` cannot be stored under `name`: an unknown setting, too many values, a value out of
  /// range. A value that any model accepts is valid.
  static std::optional<std::string> refuse(CommandRows rows, std::string_view name, const Values& values);
  std::optional<std::string> refuse(std::string_view name, const Values& values) const {
    return refuse(rows_, name, values);
  }

  std::uint32_t number(NumberKey key) const;
  const std::string& text(TextKey key) const { return entry(key.command).active[key.value]; }
  /// AUTO_SAVE settings are written at once; false if the state directory refuses, and then nothing has changed.
  bool set(NumberKey key, std::uint32_t value) { return set_value_of(key.command, key.value, std::to_string(value)); }
  bool set(TextKey key, std::string value) { return set_value_of(key.command, key.value, std::move(value)); }

  /// For handlers that serve any row: all that a command keeps, as text.
  const Values& values_of(std::string_view command) const { return entry(command).active; }
  bool set_value_of(std::string_view command, std::size_t i, std::string value);
  /// All of them, in one write.
  bool set_values_of(std::string_view command, Values values);

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
  struct Entry {
    const Command* command = nullptr;
    Values factory, user, active;
  };
  const Entry& entry(std::string_view name) const;
  Entry& entry(std::string_view name) { return const_cast<Entry&>(std::as_const(*this).entry(name)); }
  bool store(Saved saved);
  void load(const Nvram::Section& section);

  CommandRows rows_;
  Nvram& nvram_;
  std::unordered_map<std::string_view, Entry> entries_;
};

}  // namespace sim800
