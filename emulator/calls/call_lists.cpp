// SPDX-License-Identifier: MIT
#include "emulator/calls/call_lists.hpp"

#include <algorithm>
#include <utility>

#include "protocol/at/arguments.hpp"

namespace sim800 {
namespace {

constexpr std::string_view emergency_section = "emergency numbers", white_section = "white list";

bool is_one_of(std::string_view number, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, number) != list.end();
}

std::string value_of(const Nvram::Section& section, std::string_view key) {
  const auto found = section.find(key);
  return found == section.end() ? std::string() : found->second;
}

}  // namespace

CallLists::CallLists(Nvram& nvram) : nvram_(nvram) {
  if (const auto* saved = nvram_.find(emergency_section)) {
    own_emergency_ = value_of(*saved, "mode") == "1";
    emergency_.clear();
    for (const auto& [key, number] : *saved) {
      if (key != "mode") emergency_.push_back(number);
    }
  }
  if (const auto* saved = nvram_.find(white_section)) {
    white_ = static_cast<WhiteList>(std::min(parse_number(value_of(*saved, "mode")).value_or(0), 3U));
    for (std::size_t i = 0; i < white_numbers_.size(); ++i) white_numbers_[i] = value_of(*saved, std::to_string(i));
  }
}

bool CallLists::is_emergency(std::string_view number, bool card_present) const {
  if (is_one_of(number, {"112", "911"})) return true;
  if (own_emergency_ && std::ranges::find(emergency_, number) != emergency_.end()) return true;
  return !card_present && is_one_of(number, {"000", "08", "110", "118", "119", "999"});
}

bool CallLists::set_emergency(bool enabled, std::vector<std::string> numbers) {
  Nvram::Section section{{"mode", enabled ? "1" : "0"}};
  // Keys that sort in list order: there are at most eleven numbers.
  for (std::size_t i = 0; i < numbers.size(); ++i) section.emplace(std::to_string(10 + i), numbers[i]);
  if (!nvram_.store(emergency_section, std::move(section))) return false;
  own_emergency_ = enabled;
  emergency_ = std::move(numbers);
  return true;
}

bool CallLists::set_white_list(WhiteList mode, std::size_t place, std::string number) {
  WhiteNumbers numbers = white_numbers_;
  numbers.at(place) = std::move(number);
  return set_white_list(mode, std::move(numbers));
}

bool CallLists::set_white_list(WhiteList mode, WhiteNumbers numbers) {
  Nvram::Section section{{"mode", std::to_string(static_cast<int>(mode))}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!numbers[i].empty()) section.emplace(std::to_string(i), numbers[i]);
  }
  if (!nvram_.store(white_section, std::move(section))) return false;
  white_ = mode;
  white_numbers_ = std::move(numbers);
  return true;
}

bool CallLists::lets(std::string_view from, WhiteList what) const {
  if (white_ != WhiteList::both && white_ != what) return true;
  return !from.empty() && std::ranges::find(white_numbers_, from) != white_numbers_.end();
}

}  // namespace sim800
