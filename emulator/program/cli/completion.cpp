// sim800 completion: scripts for shells. They ask the program itself what may come next, so that they are never out of
// date.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "emulator/commands/command_list.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/command_facts.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

// The last word is the one at the cursor; bash takes ":" and "=" for the ends of words, and readline what is behind
// them.
constexpr std::string_view bash_script = R"(# bash completion for sim800
_sim800() {
  local cut=${COMP_LINE:0:COMP_POINT} words line
  read -r -a words <<<"$cut"
  [[ $cut == *' ' ]] && words+=("")
  local last=${words[-1]}
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    [[ $line == "$last"* ]] || continue
    if [[ $last == *[:=]* && $COMP_WORDBREAKS == *[:=]* ]]; then line=${line#"${last%"${last##*[:=]}"}"}; fi
    COMPREPLY+=("$line")
  done < <("${words[0]/#\~/$HOME}" complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _sim800 sim800
)";

constexpr std::string_view zsh_script = R"(#compdef sim800
# zsh completion for sim800
_sim800() {
  local -a found
  found=("${(@f)$(${(Q)~words[1]} complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("${(@)found%%$'\t'*}")
  if [[ -z "$found" ]]; then _files; else compadd -a found; fi
}
if [[ $funcstack[1] == _sim800 ]]; then _sim800 "$@"; else compdef _sim800 sim800; fi
)";

constexpr std::string_view fish_script = R"(# fish completion for sim800
function __sim800_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l found ($program complete $words[2..-1] 2>/dev/null)
    if test (count $found) -eq 0
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c sim800 -f -a '(__sim800_complete)'
)";

using Candidates = std::vector<std::pair<std::string, std::string>>;

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0 && !option.get_lnames().empty();
}

const CLI::App* subcommand_called(const CLI::App& app, const std::string& word) {
  for (const CLI::App* sub : app.get_subcommands({}))
    if (sub->check_name(word)) return sub;
  return nullptr;
}

/// What an option or an argument may be, where that is a list: "{home,roaming}" in its type's name, or by what it is.
Candidates values_of(const CLI::Option& option) {
  Candidates list;
  const std::string type = option.get_type_name(), name = option.get_name(true);
  if (const auto open = type.find('{'), close = type.find('}'); open != type.npos && close != type.npos) {
    std::string_view rest(type.data() + open + 1, close - open - 1);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      list.emplace_back(rest.substr(0, end), "");
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  } else if (type == "AT") {
    for (const Command* command : commands_by_name()) list.emplace_back(typed_name(*command), command->section);
  } else if (name == "SCENARIO" || name == "--scenario") {
    for (const auto& [scenario, path] : shipped_files(shipped_scenarios())) list.emplace_back(scenario, "scenario");
    // A shell offers files of its own only where this offers nothing.
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator(".", unreadable))
      if (entry.path().extension() == ".json") list.emplace_back(entry.path().filename(), "file");
  }
  return list;
}

void add_options(Candidates& list, const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) list.emplace_back("--" + name, option->get_description());
  }
}

Candidates candidates(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  const CLI::Option* open = nullptr;  // whose value comes next
  std::size_t positional = 0;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") return {};
    if (std::exchange(open, nullptr) != nullptr) continue;
    if (word.starts_with('-')) {
      const CLI::Option* option = app->get_option_no_throw(word);
      if (option != nullptr && takes_value(*option)) open = option;
    } else if (const CLI::App* next = subcommand_called(*app, word); next != nullptr) {
      app = next;
      positional = 0;
    } else {
      ++positional;
    }
  }
  const std::string last = words.empty() ? "" : words.back();
  if (open != nullptr) return values_of(*open);
  Candidates list;
  if (last.starts_with("--") && last.find('=') != last.npos) {
    const std::string name = last.substr(0, last.find('='));
    if (const CLI::Option* option = app->get_option_no_throw(name); option != nullptr) {
      for (auto& [value, help] : values_of(*option)) list.emplace_back(fmt::format("{}={}", name, value), help);
    }
    return list;
  }
  if (last.starts_with('-')) {
    add_options(list, *app);
    return list;
  }
  for (const CLI::App* sub : app->get_subcommands({})) list.emplace_back(sub->get_name(), sub->get_description());
  std::size_t place = 0;
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional()) continue;
    const bool here = place == positional || (place < positional && option->get_items_expected_max() > 1);
    ++place;
    if (!here) continue;
    for (auto& value : values_of(*option)) list.push_back(std::move(value));
  }
  return list;
}

}  // namespace

int print_completions(const CLI::App& app, const std::vector<std::string>& words) {
  const std::string last = words.empty() ? "" : words.back();
  for (const auto& [word, help] : candidates(app, words)) {
    if (word.starts_with(last)) std::cout << (help.empty() ? word : fmt::format("{}\t{}", word, help)) << '\n';
  }
  return 0;
}

void add_completion(CLI::App& app, int& status) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a script that completes commands in a shell");
  command->add_option("SHELL", *shell)->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &status] {
    std::cout << (*shell == "bash" ? bash_script : *shell == "zsh" ? zsh_script : fish_script);
    status = 0;
  });
}

}  // namespace sim800
