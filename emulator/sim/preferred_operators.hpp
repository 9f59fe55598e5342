// The card's list of preferred networks (27.007 7.19; AT manual 3.2.40).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "emulator/core/nvram.hpp"

namespace sim800 {

struct World;

class PreferredOperators {
 public:
  static constexpr unsigned places = 20;
  struct Entry {
    std::uint32_t format = 2;  ///< 0 long, 1 short, 2 numeric
    std::string name;
  };

  /// As last written; a card that nobody has written to has those of its file in the scenario.
  PreferredOperators(const World& world, Nvram& nvram, const std::string& iccid);

  /// By location, 1 to `places`.
  const std::map<unsigned, Entry>& entries() const { return entries_; }
  /// False if the state directory refuses, and then nothing has changed.
  bool set(unsigned place, Entry entry);
  bool remove(unsigned place);

  using Entries = std::map<unsigned, Entry>;
  bool replace(Entries changed);
  /// Of EF PLMNsel, three bytes each (51.011 10.3.4).
  static Entries decode(std::string_view file);

 private:
  Nvram& nvram_;
  std::string section_;
  Entries entries_;
};

}  // namespace sim800
