// Supplementary services stored by the network: call forwarding and call waiting (22.082, 22.083; AT manual 3.2.5,
// 3.2.6). They belong to the subscriber and survive the module's power-off.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "emulator/core/nvram.hpp"

namespace sim800 {

/// The target of one reason for one class.
struct Forwarding {
  std::string number;  ///< empty: none registered
  bool active = false;
  unsigned seconds = 20;  ///< no reply: how long it rings before it is forwarded

  bool operator==(const Forwarding&) const = default;
};

class SupplementaryServices {
 public:
  static constexpr std::size_t unconditional = 0, busy = 1, no_reply = 2, not_reachable = 3;
  /// A class is a bit: 1 voice, 2 data, 4 fax.
  static constexpr std::size_t classes = 3;
  using Targets = std::array<Forwarding, classes>;  ///< by class, voice first

  /// What the network stores for this subscriber.
  SupplementaryServices(Nvram& nvram, const std::string& imsi);

  struct Kept {
    std::array<Targets, 4> forwarding;  ///< by <reason>
    unsigned waiting_classes = 1;       ///< classes whose calls can wait; 0: off
  };
  const Kept& kept() const { return kept_; }
  /// That of voice calls.
  const Forwarding& forwarding(std::size_t reason) const { return kept_.forwarding.at(reason).front(); }
  bool forwards(std::size_t reason) const { return forwarding(reason).active; }
  /// False if the state directory refuses, and then nothing has changed.
  bool keep(Kept changed);

 private:
  Nvram& nvram_;
  std::string section_;
  Kept kept_;
};

}  // namespace sim800
