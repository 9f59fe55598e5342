// SPDX-License-Identifier: MIT
#include "emulator/sms/broadcast_selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view all_codings = "0-255";

/// Adds the numbers of `text` to `list`; false if one is invalid or above `largest`.
bool add(std::vector<std::uint32_t>& list, std::string_view text, std::uint32_t largest, std::size_t room) {
  while (!text.empty()) {
    const std::string_view item = text.substr(0, text.find(','));
    const auto number = parse_number(trim(item));
    if (!number || *number > largest) return false;
    if (list.size() < room && std::ranges::find(list, *number) == list.end()) list.push_back(*number);
    text.remove_prefix(std::min(item.size() + 1, text.size()));
  }
  return true;
}

}  // namespace

bool BroadcastSelection::change(std::uint32_t mode, std::string_view identifiers, std::string_view codings) {
  refuses = mode == 1;
  if (identifiers.empty() && codings.empty()) {
    every_coding_ = refuses;
    codings_.clear();
    if (!refuses) identifiers_.clear();
    return true;
  }
  if (codings == all_codings) {
    every_coding_ = true;
    codings = {};
  }
  return add(identifiers_, identifiers, 0xFFFF, max_identifiers) && add(codings_, codings, 0xFF, max_codings);
}

bool BroadcastSelection::wants(std::uint16_t identifier, std::uint8_t coding) const {
  const bool any_coding = every_coding_ || codings_.empty();
  const bool listed = std::ranges::find(identifiers_, identifier) != identifiers_.end() &&
                      (any_coding || std::ranges::find(codings_, coding) != codings_.end());
  return listed != refuses;
}

std::string BroadcastSelection::identifiers() const { return fmt::format("{}", fmt::join(identifiers_, ",")); }
std::string BroadcastSelection::codings() const {
  return every_coding_ ? std::string(all_codings) : fmt::format("{}", fmt::join(codings_, ","));
}

}  // namespace sim800
