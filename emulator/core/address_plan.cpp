// SPDX-License-Identifier: MIT
#include "emulator/core/address_plan.hpp"

#include <fmt/format.h>

#include <random>

namespace sim800 {

std::string AddressPlan::text_of(std::uint32_t place) {
  return fmt::format("10.{}.{}.{}", place / (256 * 254), place / 254 % 256, 1 + place % 254);
}

std::uint32_t AddressPlan::place_of(std::uint64_t seed, const std::string& apn) {
  std::uint64_t mixed = seed;
  for (const char c : apn) mixed = mixed * 31 + static_cast<unsigned char>(c);
  std::mt19937_64 random(mixed);
  const std::uint64_t bits = random();
  return static_cast<std::uint32_t>((bits % 256 * 256 + bits / 256 % 256) * 254 + bits / 65536 % 254);
}

std::string AddressPlan::assign(unsigned module, const std::string& apn) {
  std::string& address = assigned_[{module, apn}];
  if (!address.empty()) return address;
  constexpr std::uint32_t stride = 65'537;  // prime: leads away from the modules of another APN
  std::uint32_t place = (place_of(seed_, apn) + module) % size;
  for (address = text_of(place); !owners_.emplace(address, module).second; address = text_of(place)) {
    place = (place + stride) % size;
  }
  return address;
}

void AddressPlan::close(const std::string& address) {
  const auto found = open_.find(address);
  if (found != open_.end() && found->second > 0) --found->second;
}

void AddressPlan::forget(unsigned module) {
  const auto first = assigned_.lower_bound({module, ""}), last = assigned_.lower_bound({module + 1, ""});
  for (auto entry = first; entry != last; ++entry) {
    owners_.erase(entry->second);
    open_.erase(entry->second);
  }
  assigned_.erase(first, last);
}

std::optional<AddressPlan::Neighbour> AddressPlan::find(const std::string& address) const {
  const auto found = open_.find(address);
  if (found == open_.end()) return std::nullopt;
  return Neighbour{loopback_of(address), found->second > 0};
}

std::string AddressPlan::loopback_of(const std::string& address) {
  const std::size_t dot = address.find('.');
  return dot == std::string::npos ? "127.0.0.1" : "127" + address.substr(dot);
}

std::optional<std::string> AddressPlan::address_at(const std::string& loopback) const {
  if (!loopback.starts_with("127.")) return std::nullopt;
  std::string usual = "10" + loopback.substr(3);
  if (const auto found = open_.find(usual); found != open_.end() && found->second > 0) return usual;
  for (const auto& [address, contexts] : open_) {
    if (contexts > 0 && loopback_of(address) == loopback) return address;
  }
  return std::nullopt;
}

}  // namespace sim800
