// Who may ping the module (AT manual 10.2.3): up to twenty rules that survive power-off.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>

#include "emulator/core/nvram.hpp"

namespace sim800 {

class IpFilters {
 public:
  static constexpr unsigned places = 20;
  struct Rule {
    std::string address, mask;
  };

  explicit IpFilters(Nvram& nvram);

  /// By location, 1 to `places`.
  const std::map<unsigned, Rule>& rules() const { return rules_; }
  std::optional<unsigned> free() const;
  /// False if the state directory refuses, and then nothing has changed.
  bool set(unsigned place, Rule rule);
  bool remove(unsigned place);
  bool clear() { return replace({}); }

 private:
  using Rules = std::map<unsigned, Rule>;
  bool replace(Rules changed);
  Nvram& nvram_;
  Rules rules_;
};

}  // namespace sim800
