// Fires faults when their triggers match, and events when their time comes.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/link/interference.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/at/serial_line.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/trace.hpp"
#include "scenarios/engine/layers.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/stage.hpp"

namespace sim800 {

class FaultEngine final : public Interference, public CommandFaults, public SerialFaults, private Effects {
 public:
  /// All outlive the engine.
  struct Parts {
    const Scenario& scenario;
    Clock& clock;
    Trace* trace = nullptr;
    std::uint64_t seed = 0;
  };
  explicit FaultEngine(const Parts& parts);
  FaultEngine(const FaultEngine&) = delete;
  FaultEngine& operator=(const FaultEngine&) = delete;

  /// Some fault concerns bytes on the serial line.
  bool needs_serial_line() const { return needs_serial_line_; }
  /// Lines whose bytes are lost when the module's UART stops.
  void add(SerialLine& line) { lines_.push_back(&line); }
  /// Applies what faults do to the radio link.
  std::function<void(const LinkModel&)> on_link;

  /// Time counts from here. Attaches itself to the module, which outlives the last call to the engine.
  void start(Modem& modem);

  /// The faults that have not fired: "/faults/2: command AT+CSQ".
  std::vector<std::string> never_fired() const;
  std::uint64_t fired(std::size_t fault) const { return armed_[fault]->fired; }
  const LinkModel& link() const { return link_.current(); }

  // Interference
  std::unique_ptr<TransferWatch> watch(const TransferKind& kind) override;
  bool needs_relay() const override { return needs_relay_; }

  // CommandFaults
  void line(std::string_view line, CommandVerdict& verdict) override;
  void command(std::string_view name, CommandVerdict& verdict) override;
  void urc(std::string_view text) override;
  bool unsettled() const override { return turns_left_ > 0; }

  // SerialFaults
  std::size_t until_stop(SerialDirection direction) const override;
  bool pass(SerialDirection direction, std::string& bytes) override;

 private:
  class Watch;
  struct Armed {
    const Fault& fault;
    std::size_t index;
    Chance chance;
    std::uint64_t seen = 0;  ///< matches of the trigger
    std::uint64_t fired = 0;
    std::uint64_t bytes = 0;  ///< on the serial line since the last match
    bool acting = false;      ///< its own actions do not trigger it
  };

  template <class T, class Matches>
  bool trigger(Matches matches, CommandVerdict* command = nullptr, Verdict* transfer = nullptr);
  bool due(Armed& armed);
  template <class T, class Matches>
  bool chain(Matches matches);
  bool act(const std::vector<Armed*>& due, CommandVerdict* command, Verdict* transfer);
  void record(std::string_view kind, std::size_t index, std::string_view on, std::string_view what);
  void settle(unsigned turns);
  void start_timers();
  void repeat(std::size_t event, TimePoint when);
  TimePoint next_time(TimePoint last, Duration period);
  void happen(std::size_t event);
  void note_needs(const Actions& actions);

  void change_link(const LinkChange& change, std::optional<Duration> span) override { link_.add(change, span); }
  void change_noise(const NoiseChange& change, std::optional<Duration> span) override { noise_.add(change, span); }
  void set_state(const std::string& state) override { state_ = state; }
  void end_transfer(TransferKind::User user, int code) override;
  void cut_serial_lines() override;
  void soon(std::function<void()> act) override;

  const Scenario& scenario_;
  Clock& clock_;
  Trace* trace_;
  Modem* modem_ = nullptr;
  TimePoint started_{};
  std::vector<std::unique_ptr<Armed>> armed_;
  std::vector<Chance> event_chances_;
  std::vector<Timer> timers_, event_timers_;
  std::string state_{first_state};
  Layers<LinkModel, LinkChange> link_;
  Layers<SerialNoise, NoiseChange> noise_;
  std::vector<SerialLine*> lines_;
  std::vector<Watch*> watches_;
  std::map<TransferKind::User, int> pending_codes_;  ///< for the next transfer of the kind
  std::vector<TransferKind::User> watched_;          ///< kinds of which every transfer is watched
  bool needs_relay_ = false, needs_serial_line_ = false;
  std::vector<std::function<void()>> effects_;
  TimePoint effects_since_{};  ///< when their timer was set
  Timer effects_timer_;
  TimePoint chained_since_{};
  unsigned chained_ = 0;      ///< firings since then that other firings may have caused
  bool events_late_ = false;  ///< that the machine is too slow for the events has been said
  unsigned turns_left_ = 0;   ///< of the loop, until what the last fault has caused is over
  Timer turn_;
};

}  // namespace sim800
