// Values by name, where all names are known when the table is built: a few instructions for each look-up.
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace sim800 {

/// Of a name (FNV-1a); the compiler computes those of names in the source.
constexpr std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2'166'136'261;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
  return hash;
}

/// Open addressing, at most half full.
template <class Value>
class NameTable {
 public:
  /// For at most that many names.
  explicit NameTable(std::size_t names) : slots_(std::bit_ceil(2 * names + 1)) {}

  /// False if the name is there already, with the value it has. Two names with one hash stop the program: find by hash
  /// could not tell them apart.
  bool emplace(std::string_view name, Value value) {
    const std::uint32_t hash = hash_of(name);
    Slot& slot = slots_[place_of(hash)];
    if (slot.name.data() == nullptr) {
      slot = {name, hash, value};
      return true;
    }
    if (slot.name != name) std::abort();
    return false;
  }
  /// Null if there is no such name.
  const Value* find(std::string_view name) const {
    const Slot& slot = slots_[place_of(hash_of(name))];
    return slot.name.data() != nullptr && slot.name == name ? &slot.value : nullptr;
  }
  /// Likewise for the hash of a name that is known to be in the table, or to share its hash with none that is.
  const Value* find(std::uint32_t hash) const {
    const Slot& slot = slots_[place_of(hash)];
    return slot.name.data() != nullptr ? &slot.value : nullptr;
  }

  template <class Act>
  void for_each(const Act& act) const {
    for (const Slot& slot : slots_) {
      if (slot.name.data() != nullptr) act(slot.value);
    }
  }

 private:
  struct Slot {
    std::string_view name;
    std::uint32_t hash = 0;
    Value value{};
  };
  /// The slot of the name with this hash, or the empty one where it would be.
  std::size_t place_of(std::uint32_t hash) const {
    std::size_t place = hash & (slots_.size() - 1);
    while (slots_[place].name.data() != nullptr && slots_[place].hash != hash)
      place = (place + 1) & (slots_.size() - 1);
    return place;
  }

  std::vector<Slot> slots_;
};

}  // namespace sim800
