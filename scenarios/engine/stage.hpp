// What an action can see and use.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backends/link/interference.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/core/link_model.hpp"
#include "emulator/module/modem.hpp"
#include "scenarios/engine/chance.hpp"

namespace sim800 {

/// What happens to single bytes on the serial line: probabilities, 0 to 1.
struct Noise {
  double drop = 0, garble = 0, duplicate = 0;
  std::shared_ptr<Chance> chance;  ///< present if one of them is not 0
};
struct SerialNoise {
  Noise rx, tx;
};
struct NoiseChange {
  std::optional<Noise> rx, tx;
  void apply(SerialNoise& line) const;
};

/// Everything that `lower` sets is set by `upper`, too; see Layers.
bool covers(const LinkChange& upper, const LinkChange& lower);
bool covers(const NoiseChange& upper, const NoiseChange& lower);

/// What actions can do in addition to the module's methods: the fault engine's side.
class Effects {
 public:
  virtual ~Effects() = default;
  /// Without a duration it stays.
  virtual void change_link(const LinkChange& change, std::optional<Duration> span) = 0;
  virtual void change_noise(const NoiseChange& change, std::optional<Duration> span) = 0;
  virtual void set_state(const std::string& state) = 0;
  /// The running transfer of that kind ends with a code, else the next one.
  virtual void end_transfer(TransferKind::User user, int code) = 0;
  /// What the module has sent and the serial line not yet carried is lost.
  virtual void cut_serial_lines() = 0;
  /// For actions that must not run in the middle of a handler or a transfer: runs at the same instant, on a fresh
  /// stack.
  virtual void soon(std::function<void()> act) = 0;
};

struct Stage {
  Modem& modem;
  Effects& effects;
  Chance& chance;
  CommandVerdict* command = nullptr;  ///< of the command or line that triggered the fault
  Verdict* transfer = nullptr;        ///< of the transfer that did

  /// The transfer's connection is gone: not one more byte passes, even if the rest happens later at the same instant.
  void strand_transfer() const {
    if (transfer != nullptr) transfer->hold = Verdict::forever;
  }
};

}  // namespace sim800
