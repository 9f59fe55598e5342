// Fires faults when their triggers match, and events when their time comes.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
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
#include "emulator/core/observer.hpp"
#include "emulator/core/trace.hpp"
#include "scenarios/engine/layers.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/stage.hpp"
#include "scenarios/engine/temporary.hpp"

namespace sim800 {

class FaultEngine final : public Interference,
                          public CommandFaults,
                          public SerialFaults,
                          private Observer,
                          private Effects {
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

  /// The faults that have not fired: "/faults/2: command AT+CSQ", with the name of one that has a name.
  std::vector<std::string> never_fired() const;
  std::uint64_t fired(std::size_t fault) const { return armed_[fault]->fired; }

  // While it runs. A fault is known by its number: of the scenario's its place in the list, then counted on.

  /// Arms one more. Unless it is `shown`, it is in no trace or report. Call on a fresh stack.
  std::size_t add(std::shared_ptr<const Fault> fault, bool shown = true);
  /// Calls `tells` each time the trigger's time has come, before any fault acts; nothing else comes of it. Call on a
  /// fresh stack.
  std::size_t listen(const Awaited& awaited, std::function<void()> tells);
  /// Hears what is noticed, whoever waits for it, before those who do.
  std::function<void(const Occurrence&)> on_occurrence;
  /// False for a number that is not in use.  What it has begun to do ends where it waits.
  bool remove(std::size_t fault);
  bool enable(std::size_t fault, bool on);
  struct Counters {
    std::size_t number = 0;
    const Fault* fault = nullptr;
    bool enabled = true;
    std::uint64_t matched = 0, fired = 0;
  };
  /// Of those that are shown.
  std::vector<Counters> counters() const;
  /// What an event would do, now. Call on a fresh stack.
  void perform(std::shared_ptr<const Steps> steps, const std::string& words);
  const std::string& state() const { return state_.current(); }
  void enter(const std::string& state) { change_state(state, std::nullopt); }
  /// Something is to act that was not foreseen at the start.
  std::function<void(const Action::Needs&)> on_needs;
  const LinkModel& link() const { return link_.current(); }

  // Interference
  std::unique_ptr<TransferWatch> watch(const TransferKind& kind) override;
  bool needs_relay() const override { return needs_relay_; }

  // CommandFaults
  void line(std::string_view line, CommandVerdict& verdict) override;
  void command(const TypedCommand* command, CommandVerdict& verdict) override;
  void urc(std::string_view text) override;
  bool unsettled() const override { return turns_left_ > 0; }

  // SerialFaults
  std::size_t until_stop(SerialDirection direction) const override;
  bool pass(SerialDirection direction, std::string& bytes) override;
  std::size_t slice() override;
  Duration gap() override;

 private:
  class Watch;
  struct Armed {
    std::shared_ptr<const Fault> fault;
    std::size_t index;
    Chance chance;
    std::uint64_t seen = 0;  ///< matches of the trigger
    std::uint64_t fired = 0;
    std::uint64_t sessions = 0;  ///< transfers that its trigger may concern
    std::uint64_t bytes = 0;     ///< on the serial line since the last match
    bool acting = false;         ///< its own actions do not trigger it
    bool enabled = true, removed = false, shown = true;
    Timer timer = {};                             ///< of a time trigger
    std::function<void(const Stage&)> goes_on{};  ///< instead of steps: a step that waits
    std::function<void()> tells{};                ///< likewise: somebody listens
  };
  /// The steps of one firing, as far as they have come.
  struct Course {
    struct Frame {
      const Steps* steps;
      std::size_t next = 0;
      std::optional<std::uint64_t> left = 1;  ///< times, with the present one; nothing: without end
    };
    std::shared_ptr<const void> owner;  ///< of steps and chance; null: they outlive the engine
    const Armed* armed;                 ///< the fault that does it; null: an event
    Chance* chance;
    Captures captures;
    std::vector<Frame> frames;
    Timer timer;  ///< while it waits
  };
  static constexpr std::size_t first_unseen = std::size_t{1} << 40;  ///< numbers of what no report mentions
  struct Due {
    std::shared_ptr<Armed> armed;
    Captures captures;
  };

  std::shared_ptr<Armed> arm(std::shared_ptr<const Fault> fault, std::size_t number, bool shown);
  std::shared_ptr<Armed> arm_unseen(std::shared_ptr<const Fault> fault) {
    return arm(std::move(fault), next_unseen_++, false);
  }
  bool happened(const Occurrence& what, CommandVerdict* command = nullptr);
  bool chain(const Occurrence& what);
  bool due(Armed& armed);
  bool holds(const Conditions& when) const;
  bool act(const std::vector<Due>& due, CommandVerdict* command, Verdict* transfer);
  void record(std::string_view kind, std::size_t index, std::string_view on, std::string_view what);
  void settle(unsigned turns);
  void attach(Armed& armed);
  void join_transfers(const std::shared_ptr<Armed>& armed);
  Armed* find(std::size_t fault) const;
  void purge();
  void start_timers();
  void repeat(std::size_t event, TimePoint when);
  TimePoint next_time(TimePoint last, Duration period);
  void happen(std::size_t event);
  void note_needs(const Steps& steps);
  void note_needs(const Action::Needs& needs);
  void note(std::string_view text);

  // Steps
  void begin(const Steps& steps, std::shared_ptr<const void> owner, const Armed* armed, const Stage& stage);
  void proceed(std::unique_ptr<Course> course, CommandVerdict* command, Verdict* transfer);
  void suspend(std::unique_ptr<Course> course, const Wait& wait);
  std::unique_ptr<Course> resumed(Course* course);

  // Commands of the scenario's own
  void answer_own(const TypedCommand& typed, CommandVerdict& verdict);
  void answer_unknown(const TypedCommand& typed, CommandVerdict& verdict) const;

  // Observer
  void sms_sent(std::string_view number, std::string_view text) override { chain(SmsWasSent{number, text}); }
  void dialled(std::string_view number) override { chain(Dialled{number}); }
  void level(std::string_view line, bool high) override { chain(LevelBecame{line, high}); }
  void power(std::string_view state) override { chain(PowerBecame{state}); }

  // Effects
  void change_link(const LinkChange& change, std::optional<Duration> span) override { link_.add(change, span); }
  void change_noise(const NoiseChange& change, std::optional<Duration> span) override { noise_.add(change, span); }
  void change_state(const std::string& state, std::optional<Duration> span) override { state_.set(state, span); }
  void change_signal(const std::optional<SignalPoint>& signal, std::optional<Duration> span) override {
    signal_.set(signal ? std::optional(std::pair{signal->rssi, signal->ber}) : std::nullopt, span);
  }
  void change_registration(Registration registration, std::optional<Duration> span) override {
    registration_.set(registration, span);
  }
  void change_supply(Supply supply, std::optional<Duration> span) override { supply_.set(supply, span); }
  void change_temperature(int celsius, std::optional<Duration> span) override { temperature_.set(celsius, span); }
  void change_card(Card card, std::optional<Duration> span) override { card_.set(card, span); }
  void change_board(const BoardPart& part, int value, std::optional<Duration> span) override;
  void change_level(ModemLine line, std::optional<bool> on, std::optional<Duration> span) override;
  void end_transfer(TransferKind::User user, int code) override;
  void act_on_transfers(const Verdict& verdict) override;
  CommandVerdict& next_command() override;
  void cut_serial_lines() override;
  void soon(std::function<void()> act) override;

  void put_card(Card card);

  const Scenario& scenario_;
  Clock& clock_;
  Trace* trace_;
  Modem* modem_ = nullptr;
  TimePoint started_{};
  std::vector<std::shared_ptr<Armed>> armed_;
  std::vector<Chance> event_chances_;
  Chance live_chance_, serial_chance_;
  const std::uint64_t seed_;
  std::size_t next_number_ = 0, next_unseen_ = first_unseen;
  std::vector<Timer> event_timers_;
  std::vector<std::unique_ptr<Course>> courses_;  ///< that wait
  Temporary<std::string> state_;
  Layers<LinkModel, LinkChange> link_;
  Layers<SerialNoise, NoiseChange> noise_;
  Temporary<std::optional<std::pair<int, int>>> signal_;  ///< nothing: the scenario's
  Temporary<Registration> registration_;
  Temporary<Supply> supply_;
  Temporary<std::optional<int>> temperature_;  ///< nothing: the scenario's
  Temporary<Card> card_;
  std::map<ModemLine, Temporary<std::optional<bool>>> levels_;  ///< of lines that an action has moved
  std::map<std::string, Temporary<int>> board_;                 ///< what an action has changed of it, by name
  std::vector<SerialLine*> lines_;
  std::array<std::size_t, 2> lost_together_{};  ///< bytes still to be lost of a burst, in each direction
  std::vector<Watch*> watches_;
  std::map<TransferKind::User, int> pending_codes_;  ///< for the next transfer of the kind
  std::optional<Verdict> next_transfer_;             ///< for the next one of any kind
  std::optional<CommandVerdict> next_command_;
  std::vector<TransferKind::User> watched_;  ///< kinds of which every transfer is watched
  bool needs_relay_ = false, needs_serial_line_ = false, needs_commands_ = false;
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
