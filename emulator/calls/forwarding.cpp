// SPDX-License-Identifier: MIT
#include "emulator/calls/forwarding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/at/arguments.hpp"

namespace sim800 {
namespace {

constexpr std::string_view waiting_key = "waiting";

std::string key_of(std::size_t reason) { return fmt::format("forwarding{}", reason); }

/// "<active> <classes> <seconds> <number>" for each target, with ; between them
std::string to_text(const SupplementaryServices::Targets& targets) {
  std::string text;
  unsigned written = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if ((written & 1U << i) != 0) continue;
    unsigned alike = 0;
    for (std::size_t j = i; j < targets.size(); ++j) alike |= targets.at(j) == targets.at(i) ? 1U << j : 0;
    written |= alike;
    const Forwarding& kept = targets.at(i);
    if (!text.empty()) text += ';';
    text += fmt::format("{} {} {} {}", kept.active ? 1 : 0, alike, kept.seconds, kept.number);
  }
  return text;
}

std::string_view take(std::string_view& text, char end) {
  const std::string_view first = text.substr(0, text.find(end));
  text.remove_prefix(std::min(first.size() + 1, text.size()));
  return first;
}

SupplementaryServices::Targets to_targets(std::string_view text) {
  SupplementaryServices::Targets targets;
  while (!text.empty()) {
    std::string_view one = take(text, ';');
    Forwarding kept;
    kept.active = take(one, ' ') == "1";
    const unsigned classes = parse_number(take(one, ' ')).value_or(0);
    kept.seconds = parse_number(take(one, ' ')).value_or(kept.seconds);
    kept.number = one;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if ((classes & 1U << i) != 0) targets.at(i) = kept;
    }
  }
  return targets;
}

}  // namespace

SupplementaryServices::SupplementaryServices(Nvram& nvram, const std::string& imsi)
    : nvram_(nvram), section_("supplementary:" + imsi) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  for (std::size_t reason = 0; reason < kept_.forwarding.size(); ++reason) {
    if (const auto found = saved->find(key_of(reason)); found != saved->end())
      kept_.forwarding.at(reason) = to_targets(found->second);
  }
  if (const auto found = saved->find(waiting_key); found != saved->end())
    kept_.waiting_classes = parse_number(found->second).value_or(kept_.waiting_classes);
}

bool SupplementaryServices::keep(Kept changed) {
  Nvram::Section section{{std::string(waiting_key), std::to_string(changed.waiting_classes)}};
  for (std::size_t reason = 0; reason < changed.forwarding.size(); ++reason)
    section.emplace(key_of(reason), to_text(changed.forwarding.at(reason)));
  if (!nvram_.store(section_, std::move(section))) return false;
  kept_ = std::move(changed);
  return true;
}

}  // namespace sim800
