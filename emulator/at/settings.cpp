// SPDX-License-Identifier: MIT
#include "emulator/at/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sim800 {
namespace {

constexpr std::string_view profile_section = "profile";
constexpr std::string_view automatic_section = "auto";

// Values contain no comma: no setting stores free text with one.
std::string join(const Settings::Values& values) { return fmt::format("{}", fmt::join(values, ",")); }

bool fits(const Command& command, std::size_t i, std::string_view value) {
  const Parameter& parameter = command.kept_parameter(i);
  if (parameter.kind == Parameter::Kind::words)
    return find_choice(parameter.range, value) == value;  // as commands store it
  return parameter.accepts({value, parameter.kind != Parameter::Kind::number});
}

/// The name of a value in the section of a context.
std::string key_in(const SavedContext& context, std::string_view command, std::size_t i) {
  if (context.separator.empty()) return std::string(command);
  return fmt::format("{}{}{}", command, context.separator, i);
}

/// What was expected instead of `values`, which are in stored form.
std::optional<std::string> refuse_for(const Command& command, const Settings::Values& values) {
  const std::size_t kept = command.list.empty() ? command.kept() : split_values(command.list).size();
  if (values.size() > kept) return fmt::format("at most {} value(s) for {}", kept, command.name);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!fits(command, i, values[i]))
      return fmt::format("value {} of {} in the range {}", i + 1, command.name, command.kept_parameter(i).range);
  }
  return std::nullopt;
}

bool in_profile(Saved saved) { return saved == Saved::profile || saved == Saved::profile_uart; }

}  // namespace

void Settings::Changes::set(const FactorySettings::Row& factory, std::size_t row, Values values) {
  if (values == factory.values) {
    values_.erase(row);
  } else {
    values_.insert_or_assign(row, std::move(values));
  }
}

template <class Chosen>
void Settings::Changes::take(const Changes& other, const Chosen& chosen) {
  std::erase_if(values_, [&](const auto& each) { return chosen(each.first); });
  std::ranges::copy_if(other.values_, std::inserter(values_, values_.end()),
                       [&](const auto& each) { return chosen(each.first); });
}

Settings::Settings(const CommandTable& commands, Nvram& nvram, const std::map<std::string, Values>& stored)
    : rows_(commands.rows()), factory_(commands.factory()), nvram_(nvram) {
  for (const std::string_view section : {profile_section, automatic_section}) {
    if (const auto* saved = nvram_.find(section)) load(*saved);
  }
  for (const auto& [name, values] : stored) replace(user_, factory_.index_of(name), values);
  boot();
}

void Settings::load(const Nvram::Section& section) {
  for (const auto& [name, text] : section) {
    // A value that this version would refuse (from the file of another version) stays at its factory value.
    const auto row = factory_.find(name);
    if (const Values values = split_values(text); row && !refuse(name, values)) replace(user_, *row, values);
  }
}

void Settings::replace(Changes& profile, std::size_t row, const Values& first) {
  Values values = values_in(profile, row);
  std::ranges::copy(first, values.begin());
  profile.set(factory_.rows()[row], row, std::move(values));
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

bool Settings::change(std::size_t row, std::size_t i, std::string value) {
  Values values = active_values(row);
  values[i] = std::move(value);
  return change(row, std::move(values));
}

bool Settings::change(std::size_t row, Values values) {
  if (saved(row) != Saved::automatic) {
    active_.set(factory_.rows()[row], row, std::move(values));
    return true;
  }
  // In both profiles; as before, if it cannot be stored.
  const FactorySettings::Row& factory = factory_.rows()[row];
  Values active = active_values(row), user = values_in(user_, row);
  active_.set(factory, row, values);
  user_.set(factory, row, std::move(values));
  if (store(Saved::automatic)) return true;
  active_.set(factory, row, std::move(active));
  user_.set(factory, row, std::move(user));
  return false;
}

void Settings::boot() {
  active_.take(user_, [](std::size_t) { return true; });
  active_.take({}, [this](std::size_t row) { return saved(row) == Saved::never; });
}

void Settings::load_user() {
  active_.take(user_, [this](std::size_t row) { return saved(row) == Saved::profile; });
}

void Settings::load_factory() {
  active_.take({}, [this](std::size_t row) { return saved(row) == Saved::profile; });
}

bool Settings::store_user() {
  const Changes before = user_;
  user_.take(active_, [this](std::size_t row) { return in_profile(saved(row)); });
  if (store(Saved::profile)) return true;
  user_ = before;
  return false;
}

bool Settings::store(Saved kind) {
  Nvram::Section section;
  for (std::size_t row = 0; row < factory_.rows().size(); ++row) {
    const bool belongs = kind == Saved::automatic ? saved(row) == kind : in_profile(saved(row));
    if (belongs) section.emplace(factory_.rows()[row].command->name, join(values_in(user_, row)));
  }
  return nvram_.store(kind == Saved::automatic ? automatic_section : profile_section, std::move(section));
}

Nvram::Section Settings::values_of(const SavedContext& context) const {
  Nvram::Section values;
  for (std::size_t row = 0; row < factory_.rows().size(); ++row) {
    const Command& command = *factory_.rows()[row].command;
    if (command.context != &context) continue;
    const Values& active = active_values(row);
    for (std::size_t i = 0; i < active.size(); ++i) values.emplace(key_in(context, command.name, i), active[i]);
  }
  return values;
}

void Settings::load(const SavedContext& context) {
  const Nvram::Section* saved = nvram_.find(context.section);
  if (saved == nullptr) return;
  for (std::size_t row = 0; row < factory_.rows().size(); ++row) {
    const Command& command = *factory_.rows()[row].command;
    if (command.context != &context) continue;
    Values values = active_values(row);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto found = saved->find(key_in(context, command.name, i));
      if (found != saved->end() && fits(command, i, found->second)) values[i] = found->second;
    }
    active_.set(factory_.rows()[row], row, std::move(values));
  }
}

std::string Settings::print(std::string_view name, Profile profile) const {
  const std::size_t row = factory_.index_of(name);
  const Values& values = profile == Profile::factory ? factory_.rows()[row].values
                         : profile == Profile::user  ? values_in(user_, row)
                                                     : active_values(row);
  std::string text(name);
  text += ": ";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Command& command = *factory_.rows()[row].command;
    const char* quote = command.kept_parameter(i).kind == Parameter::Kind::number ? "" : "\"";
    text += fmt::format("{}{}{}{}", i == 0 ? "" : ",", quote, values[i], quote);
  }
  return text;
}

}  // namespace sim800
