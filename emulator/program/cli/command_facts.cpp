// SPDX-License-Identifier: MIT
#include "emulator/program/cli/command_facts.hpp"

#include <algorithm>
#include <iterator>

#include "emulator/core/personality.hpp"

namespace sim800 {

std::string_view word(Support support) {
  switch (support) {
    case Support::full: return "full";
    case Support::state: return "state";
    case Support::accepts: return "accepts";
  }
  return "";
}

std::string chapter_of(const Command& command) {
  return command.section.empty() ? "application note"
                                 : std::string(command.section.substr(0, command.section.find('.')));
}

std::vector<std::string> forms_of(const Command& command) {
  std::vector<std::string> list;
  if (command.test) list.emplace_back("test");
  if (command.read) list.emplace_back("read");
  if (command.write) list.emplace_back("write");
  if (command.execute || (command.basic() && command.write && !command.read)) list.emplace_back("execute");
  return list;
}

std::vector<std::string_view> models_with(const Command& command) {
  std::vector<std::string_view> list;
  std::ranges::copy_if(model_names(), std::back_inserter(list), [&command](std::string_view name) {
    const Model model = *find_model(name);
    return Personality(model, usual_revision(model)).has(command.name);
  });
  if (list.size() == model_names().size()) list.clear();
  return list;
}

}  // namespace sim800
