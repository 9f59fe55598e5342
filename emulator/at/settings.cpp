// SPDX-License-Identifier: MIT
#include "emulator/at/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <utility>

namespace sim800 {
namespace {

constexpr std::string_view profile_section = "profile";
constexpr std::string_view automatic_section = "auto";

// Values contain no comma: no setting stores free text with one.
std::string join(const Settings::Values& values) { return fmt::format("{}", fmt::join(values, ",")); }

Settings::Values split(std::string_view text) {
  Settings::Values values;
  for (std::size_t start = 0;;) {
    const std::size_t comma = text.find(',', start);
    values.emplace_back(text.substr(start, comma - start));
    if (comma == std::string_view::npos) return values;
    start = comma + 1;
  }
}

Settings::Values factory_values(const Command& command) {
  if (!command.list.empty()) return split(command.list);
  Settings::Values values;
  for (std::size_t i = 0; i < command.kept(); ++i) values.emplace_back(command.parameters[i].initial);
  return values;
}

bool fits(const Command& command, std::size_t i, std::string_view value) {
  const Parameter& parameter = command.kept_parameter(i);
  return parameter.accepts({value, parameter.kind != Parameter::Kind::number});
}

/// The name of a value in the section of a context.
std::string key_in(const SavedContext& context, std::string_view command, std::size_t i) {
  if (context.separator.empty()) return std::string(command);
  return fmt::format("{}{}{}", command, context.separator, i);
}

/// What was expected instead of `values`, which are in stored form.
std::optional<std::string> refuse_for(const Command& command, const Settings::Values& values) {
  const std::size_t kept = command.list.empty() ? command.kept() : split(command.list).size();
  if (values.size() > kept) return fmt::format("at most {} value(s) for {}", kept, command.name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!fits(command, i, values[i]))
      return fmt::format("value {} of {} in the range {}", i + 1, command.name, command.kept_parameter(i).range);
  }
  return std::nullopt;
}

bool in_profile(Saved saved) { return saved == Saved::profile || saved == Saved::profile_uart; }

}  // namespace

Settings::Settings(const CommandTable& commands, Nvram& nvram, const std::map<std::string, Values>& stored)
    : rows_(commands.rows()), nvram_(nvram) {
  for (const Command* command : rows_) {
    if (!command->is_setting()) continue;
    const Values factory = factory_values(*command);
    Entry entry{.command = command, .factory = factory, .user = factory, .active = factory};
    if (commands.find(command->name) == command) {
      entries_.insert_or_assign(command->name, std::move(entry));
    } else {
      entries_.try_emplace(command->name, std::move(entry));
    }
  }
  for (const std::string_view section : {profile_section, automatic_section}) {
    if (const auto* saved = nvram_.find(section)) load(*saved);
  }
  for (const auto& [name, values] : stored) std::ranges::copy(values, entries_.at(name).user.begin());
  boot();
}

void Settings::load(const Nvram::Section& section) {
  for (const auto& [name, text] : section) {
    // A value that this version would refuse (from the file of another version) stays at its factory value.
    const auto found = entries_.find(name);
    if (Values values = split(text); found != entries_.end() && !refuse(name, values)) {
      std::ranges::copy(values, found->second.user.begin());
    }
  }
}

std::optional<std::string> Settings::refuse(CommandRows rows, std::string_view name, const Values& values) {
  std::optional<std::string> expected = "the name of a setting, such as \"+CMEE\", \"E\", \"&C\" or \"S0\"";
  for (const Command* command : rows) {
    if (command->name != name || !command->is_setting()) continue;
    expected = refuse_for(*command, values);
    if (!expected) break;
  }
  return expected;
}

const Settings::Entry& Settings::entry(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) std::abort();  // a name in our own code that has no row
  return found->second;
}

std::uint32_t Settings::number(NumberKey key) const {
  return parse_number(entry(key.command).active[key.value]).value_or(0);
}

bool Settings::set_value_of(std::string_view command, std::size_t i, std::string value) {
  Entry& changed = entry(command);
  if (changed.command->saved != Saved::automatic) {
    changed.active[i] = std::move(value);
    return true;
  }
  Values values = changed.active;
  values[i] = std::move(value);
  return set_values_of(command, std::move(values));
}

bool Settings::set_values_of(std::string_view command, Values values) {
  Entry& changed = entry(command);
  std::swap(changed.active, values);
  if (changed.command->saved != Saved::automatic) return true;
  Values stored = std::exchange(changed.user, changed.active);
  if (store(Saved::automatic)) return true;
  changed.active = std::move(values);
  changed.user = std::move(stored);
  return false;
}

void Settings::boot() {
  for (auto& [name, entry] : entries_) entry.active = entry.command->saved == Saved::never ? entry.factory : entry.user;
}

void Settings::load_user() {
  for (auto& [name, entry] : entries_) {
    if (entry.command->saved == Saved::profile) entry.active = entry.user;
  }
}

void Settings::load_factory() {
  for (auto& [name, entry] : entries_) {
    if (entry.command->saved == Saved::profile) entry.active = entry.factory;
  }
}

bool Settings::store_user() {
  std::vector<std::pair<Entry*, Values>> before;
  for (auto& [name, entry] : entries_) {
    if (in_profile(entry.command->saved) && entry.user != entry.active)
      before.emplace_back(&entry, std::exchange(entry.user, entry.active));
  }
  if (store(Saved::profile)) return true;
  for (auto& [entry, values] : before) entry->user = std::move(values);
  return false;
}

bool Settings::store(Saved saved) {
  Nvram::Section section;
  for (const auto& [name, entry] : entries_) {
    const bool belongs = saved == Saved::automatic ? entry.command->saved == saved : in_profile(entry.command->saved);
    if (belongs) section.emplace(name, join(entry.user));
  }
  return nvram_.store(saved == Saved::automatic ? automatic_section : profile_section, std::move(section));
}

Nvram::Section Settings::values_of(const SavedContext& context) const {
  Nvram::Section values;
  for (const auto& [name, entry] : entries_) {
    if (entry.command->context != &context) continue;
    for (std::size_t i = 0; i < entry.active.size(); ++i) values.emplace(key_in(context, name, i), entry.active[i]);
  }
  return values;
}

void Settings::load(const SavedContext& context) {
  const Nvram::Section* saved = nvram_.find(context.section);
  if (saved == nullptr) return;
  for (auto& [name, entry] : entries_) {
    if (entry.command->context != &context) continue;
    for (std::size_t i = 0; i < entry.active.size(); ++i) {
      const auto found = saved->find(key_in(context, name, i));
      if (found != saved->end() && fits(*entry.command, i, found->second)) entry.active[i] = found->second;
    }
  }
}

std::string Settings::print(std::string_view name, Profile profile) const {
  const Entry& shown = entry(name);
  const Values& values = profile == Profile::factory ? shown.factory
                         : profile == Profile::user  ? shown.user
                                                     : shown.active;
  std::string text(name);
  text += ": ";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char* quote = shown.command->kept_parameter(i).kind == Parameter::Kind::number ? "" : "\"";
    text += fmt::format("{}{}{}{}", i == 0 ? "" : ",", quote, values[i], quote);
  }
  return text;
}

}  // namespace sim800
