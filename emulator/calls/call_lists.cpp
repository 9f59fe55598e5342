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

bool CallLists::set_emergency(bool enabled) {
  own_emergency_ = enabled;
  return save_emergency();
}

bool CallLists::set_emergency(bool enabled, std::vector<std::string> numbers) {
  emergency_ = std::move(numbers);
  return set_emergency(enabled);
}

bool CallLists::save_emergency() const {
  Nvram::Section section{{"mode", own_emergency_ ? "1" : "0"}};
  // Keys that sort in list order: there are at most eleven numbers.
  for (std::size_t i = 0; i < emergency_.size(); ++i) section.emplace(std::to_string(10 + i), emergency_[i]);
  return nvram_.store(emergency_section, std::move(section));
}

bool CallLists::set_white_list(WhiteList mode) {
  white_ = mode;
  return save_white_list();
}

bool CallLists::set_white_number(std::size_t place, std::string number) {
  white_numbers_.at(place) = std::move(number);
  return save_white_list();
}

bool CallLists::save_white_list() const {
  Nvram::Section section{{"mode", std::to_string(static_cast<int>(white_))}};
  for (std::size_t i = 0; i < white_numbers_.size(); ++i) {
    if (!white_numbers_[i].empty()) section.emplace(std::to_string(i), white_numbers_[i]);
  }
  return nvram_.store(white_section, std::move(section));
}

bool CallLists::lets(std::string_view from, WhiteList what) const {
  if (white_ != WhiteList::both && white_ != what) return true;
  return !from.empty() && std::ranges::find(white_numbers_, from) != white_numbers_.end();
}

}  // namespace sim800
