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

/// "<active> <classes> <seconds> <number>"
std::string to_text(const Forwarding& kept) {
  return fmt::format("{} {} {} {}", kept.active ? 1 : 0, kept.classes, kept.seconds, kept.number);
}

Forwarding to_forwarding(std::string_view text) {
  const auto word = [&text] {
    const std::string_view first = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(first.size() + 1, text.size()));
    return first;
  };
  Forwarding kept;
  kept.active = word() == "1";
  kept.classes = parse_number(word()).value_or(0);
  kept.seconds = parse_number(word()).value_or(kept.seconds);
  kept.number = word();
  return kept;
}

}  // namespace

SupplementaryServices::SupplementaryServices(Nvram& nvram, const std::string& imsi)
    : nvram_(nvram), section_("supplementary:" + imsi) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  for (std::size_t reason = 0; reason < kept_.forwarding.size(); ++reason) {
    if (const auto found = saved->find(key_of(reason)); found != saved->end())
      kept_.forwarding.at(reason) = to_forwarding(found->second);
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
