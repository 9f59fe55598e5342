// Advice of charge: what the card counts (22.024, 22.086; AT manual 3.2.1 to 3.2.3, 3.2.50, 3.2.51).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "emulator/core/nvram.hpp"

namespace sim800 {

class ChargeMeter {
 public:
  static constexpr std::uint32_t most = 0xFFFFFF;  ///< the meters have three bytes

  /// The files of the card: ACM, ACMmax, PUCT.
  ChargeMeter(Nvram& nvram, const std::string& imsi);

  struct Kept {
    std::uint32_t total = 0;    ///< ACM
    std::uint32_t maximum = 0;  ///< ACMmax; 0: there is none
    std::string currency, price;
  };
  const Kept& kept() const { return kept_; }
  /// False if it cannot be stored, and then nothing has changed.
  bool keep(Kept changed);

  std::uint32_t current() const { return current_; }  ///< CCM: of the call in progress, or the last one
  void begin() { current_ = 0; }
  void add(std::uint32_t units);
  /// No call may be charged any more.
  bool used_up() const { return kept_.maximum != 0 && kept_.total >= kept_.maximum; }
  /// The units are counted that are left; ACMmax is set.
  std::uint32_t left() const { return used_up() ? 0 : kept_.maximum - kept_.total; }

 private:
  Nvram& nvram_;
  std::string section_;
  Kept kept_;
  std::uint32_t current_ = 0;
};

}  // namespace sim800
