// Supplementary services stored by the network: call forwarding and call waiting (22.082, 22.083; AT manual 3.2.5,
// 3.2.6). They belong to the subscriber and survive the module's power-off.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "emulator/core/nvram.hpp"

namespace sim800 {

/// The target of one reason; classes are a sum of 1 voice, 2 data, 4 fax.
struct Forwarding {
  std::string number;  ///< empty: none registered
  unsigned classes = 0;
  bool active = false;
  unsigned seconds = 20;  ///< no reply: how long it rings before it is forwarded

  bool forwards_calls() const { return active && (classes & 1U) != 0; }
};

class SupplementaryServices {
 public:
  static constexpr std::size_t unconditional = 0, busy = 1, no_reply = 2, not_reachable = 3;

  /// What the network stores for this subscriber.
  SupplementaryServices(Nvram& nvram, const std::string& imsi);

  struct Kept {
    std::array<Forwarding, 4> forwarding;  ///< by <reason>
    unsigned waiting_classes = 1;          ///< classes whose calls can wait; 0: off
  };
  const Kept& kept() const { return kept_; }
  const Forwarding& forwarding(std::size_t reason) const { return kept_.forwarding.at(reason); }
  /// False if the state directory refuses, and then nothing has changed.
  bool keep(Kept changed);

 private:
  Nvram& nvram_;
  std::string section_;
  Kept kept_;
};

}  // namespace sim800
