// The values of all settings: factory, user profile, active.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/command.hpp"
#include "emulator/core/nvram.hpp"

namespace sim800 {

/// The command table decides which settings exist, their factory values, and where they are stored.
class Settings {
 public:
  using Values = std::vector<std::string>;

  /// Settings of the rows that `model` has, and of other models' rows with other names (which nobody can reach). Loads
  /// from `nvram`; `stored` comes from the scenario and overrides it.
  Settings(CommandRows rows, Model model, Nvram& nvram, const std::map<std::string, Values>& stored);

  /// What was expected, if `values` cannot be stored under `name`: an unknown setting, too many values, a value out of
  /// range. A value that any model accepts is valid.
  static std::optional<std::string> refuse(CommandRows rows, std::string_view name, const Values& values);
  std::optional<std::string> refuse(std::string_view name, const Values& values) const {
    return refuse(rows_, name, values);
  }

  const Values& values(std::string_view name) const { return entry(name).active; }
  std::uint32_t number(std::string_view name, std::size_t i = 0) const;
  /// Changes one value; AUTO_SAVE settings are written at once.
  void set(std::string_view name, std::size_t i, std::string value);

  void boot();          ///< the active values become the stored ones
  void load_user();     ///< ATZ
  void load_factory();  ///< AT&F
  bool store_user();    ///< AT&W; false if the state directory refuses

  enum class Profile : std::uint8_t { factory, user, active };
  /// "+CSCS: \"IRA\"": a setting as printed by AT&V and read forms.
  std::string print(std::string_view name, Profile profile = Profile::active) const;

 private:
  struct Entry {
    const Command* command = nullptr;
    Values factory, user, active;
  };
  const Entry& entry(std::string_view name) const;
  bool store(Saved saved);
  void load(const Nvram::Section& section);

  CommandRows rows_;
  Nvram& nvram_;
  std::map<std::string_view, Entry, std::less<>> entries_;
};

}  // namespace sim800
