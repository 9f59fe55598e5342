// What an action can see and use.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "backends/link/interference.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/core/chance.hpp"
#include "emulator/core/link_model.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "scenarios/engine/trigger.hpp"

namespace sim800 {

/// What happens to single bytes on the serial line: probabilities, 0 to 1.
struct Noise {
  double drop = 0, garble = 0, duplicate = 0;
  std::size_t burst = 1;           ///< so many bytes are lost together
  std::shared_ptr<Chance> chance;  ///< present if one of them is not 0
};
/// How the bytes towards the host arrive.
struct Pieces {
  std::optional<SizeRange> slice;
  DurationRange gap;
};
struct SerialNoise {
  Noise rx, tx;
  std::optional<Pieces> pieces;  ///< not given: as the scenario's `serial` has it
};
struct NoiseChange {
  std::optional<Noise> rx, tx;
  std::optional<Pieces> pieces;
  void apply(SerialNoise& line) const;
};

/// Everything that `lower` sets is set by `upper`, too; see Layers.
bool covers(const LinkChange& upper, const LinkChange& lower);
bool covers(const NoiseChange& upper, const NoiseChange& lower);

/// Something wired to the module, and how that notices a change of it.
struct BoardPart {
  std::string name;  ///< "antenna", "GPIO3"
  int before = 0;    ///< as the scenario has it at the start
  void (*apply)(Modem& modem, const std::string& name, int value) = nullptr;
};

/// The card, as the action `sim` puts it.
enum class Card : std::uint8_t { inserted, removed, locked };

/// What actions can do in addition to the module's methods: the fault engine's side.
class Effects {
 public:
  virtual ~Effects() = default;
  // Without a span it stays; with one, what would be there without it comes back in the end.
  virtual void change_link(const LinkChange& change, std::optional<Duration> span) = 0;
  virtual void change_noise(const NoiseChange& change, std::optional<Duration> span) = 0;
  virtual void change_state(const std::string& state, std::optional<Duration> span) = 0;
  /// Nothing: the signal is the scenario's.
  virtual void change_signal(const std::optional<SignalPoint>& signal, std::optional<Duration> span) = 0;
  virtual void change_registration(Registration registration, std::optional<Duration> span) = 0;
  virtual void change_supply(Supply supply, std::optional<Duration> span) = 0;
  virtual void change_temperature(int celsius, std::optional<Duration> span) = 0;
  virtual void change_card(Card card, std::optional<Duration> span) = 0;
  virtual void change_board(const BoardPart& part, int value, std::optional<Duration> span) = 0;
  /// Nothing: the line is left to whoever drives it.
  virtual void change_level(ModemLine line, std::optional<bool> on, std::optional<Duration> span) = 0;
  /// The running transfer of that kind ends with a code, else the next one.
  virtual void end_transfer(TransferKind::User user, int code) = 0;
  /// Happens to all running transfers, else to the next one.
  virtual void act_on_transfers(const Verdict& verdict) = 0;
  /// What will happen to the next command.
  virtual CommandVerdict& next_command() = 0;
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
  CommandVerdict* command = nullptr;   ///< of the command or line that triggered the fault
  Verdict* transfer = nullptr;         ///< of the transfer that did
  const Captures* captures = nullptr;  ///< of its trigger

  /// The transfer's connection is gone: not one more byte passes, even if the rest happens later at the same instant.
  void strand_transfer() const {
    if (transfer != nullptr) transfer->hold = Verdict::forever;
  }
  /// Of the command that triggered the fault, else of the next one.
  CommandVerdict& any_command() const { return command != nullptr ? *command : effects.next_command(); }
  /// To the transfer that triggered the fault, else to those in progress, else to the next one.
  void on_transfer(const std::function<void(Verdict&)>& change) const {
    if (transfer != nullptr) return change(*transfer);
    Verdict verdict;
    change(verdict);
    effects.act_on_transfers(verdict);
  }
  /// With what the trigger has captured.
  std::string text(const std::string& written) const {
    return captures != nullptr ? with_captures(written, *captures) : written;
  }
};

}  // namespace sim800
