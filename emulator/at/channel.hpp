// One AT channel: the state of one wire (echo, half a line, an open prompt) and the line that runs on it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "emulator/at/command.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/at/input_queue.hpp"
#include "emulator/at/text_entry.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/task.hpp"
#include "protocol/at/command_line.hpp"
#include "protocol/at/line_assembler.hpp"
#include "protocol/at/port.hpp"
#include "protocol/at/response.hpp"

namespace sim800 {

class ChannelOwner;
class Settings;

/// Takes what the host sends in data mode.
class DataUser {
 public:
  virtual ~DataUser() = default;
  /// Takes as many of the bytes as it has room for; for the rest Channel::data_wanted() is called later.
  virtual std::size_t from_host(std::string_view bytes) = 0;
  /// The client went.
  virtual void host_left() {}
  /// The wire takes output again.
  virtual void wire_free() {}
};

/// Bytes come in by receive(), become lines, lines become commands, answers leave through the port.  What arrives while
/// a command runs waits; unsolicited lines wait for the command's final result.
class Channel final : public PortUser {
 public:
  Channel(ChannelOwner& owner, Settings& settings, Port& port, std::string name);

  // From the wire.
  void receive(std::string_view bytes) override;
  bool wants_input() const override { return !input_.full(); }
  void client_arrived() override;
  void client_left() override;
  void drained() override;
  void output_lost(std::size_t count) override;

  // From the module.
  void urc(std::string_view text);
  void urc(Code code);
  /// A line that the running command itself causes: it stands before the command's result.
  void line_inside(std::string_view text);
  /// A line of the running command's answer that stands behind its result (AT+CIPSTATUS), and before any URC.
  void line_behind(std::string_view text) { behind_.emplace_back(text); }
  /// The module starts to answer, in the format its profile says.
  void power_up();
  /// The module stops to answer: what runs ends where it is.  `silently`: what waits to be said is dropped.
  void power_down(bool silently = false);
  /// The command that runs ends where it waits; nothing is said.
  void abandon_command();
  /// What runs ends where it is, and for so long nothing is heard or said; CommandVerdict::forever: until power-off.
  void fall_silent(Duration span);
  /// Nothing runs, nothing waits.
  bool idle() const {
    return !busy() && (user_ == nullptr || wire_ == Wire::lent) && input_.size() == 0 && out_.empty();
  }

  // For services that send more than lines.

  /// Nothing runs, nothing jams the wire: bytes that belong to no command may be written.
  bool free() const { return !busy() && wire_ == Wire::served && !congested_now(); }
  /// It is free() again; called also without need.
  std::function<void()> on_free;
  /// Bytes that belong to no command, just as they are.
  void write(std::string_view bytes);
  /// Such a line.
  void write_line(std::string_view text);
  /// Data mode, from the end of the running command on: DCD is on, no line is looked for, URCs wait.
  void go_online(DataUser& user);
  /// Command mode again; `said` and then the URCs that have waited follow.
  void go_offline(std::optional<Code> said = std::nullopt);
  bool online() const { return user_ != nullptr; }
  /// The data user has room again.
  void data_wanted() { pump(); }

  // For a multiplexer (multiplexer.hpp).

  /// A link that is not open has no lines: what ran there is over, nothing is said there.  Opened, it is as after
  /// power-on.
  void set_lines(bool on);
  /// Its wire carries frames: no lines here meanwhile.
  void lend() { wire_ = Wire::lent; }
  void take_back() { wire_ = Wire::served; }
  bool has_lines() const { return wire_ == Wire::served || wire_ == Wire::muted; }
  /// Unsolicited lines come here.
  bool takes_urcs = true;
  /// Bytes of the host that wait for what runs.
  std::size_t input_waiting() const { return input_.size(); }
  std::size_t unsent() const { return port_.unsent() + out_.size(); }

  // For handlers that talk back and forth.

  /// Sends what has been answered so far.
  void flush();
  enum class PayloadResult : std::uint8_t {
    complete,   ///< all bytes are there
    timed_out,  ///< the time is up; what came is there
    gone,       ///< the client went: the command ends without a word
  };
  /// Lets the LF of the line end come in before a prompt is written, so that it is not taken for payload.  False where
  /// the client has gone meanwhile: nobody is there to be prompted.
  Task<bool> settle_line_end();
  /// Waits; true as soon as the host types anything, which is taken (V.250 5.6.1: dialling, AT+COPS=?).
  Task<bool> interrupted_within(Duration span);
  /// Waits until `over` holds, which is looked at after each wake(); true if the host typed something before.
  Task<bool> interrupted_before(const std::function<bool()>& over);
  void wake() { input_came_.raise(); }
  /// Sends what has been answered so far (the prompt), then takes exactly `count` raw bytes.  DCD is on meanwhile
  /// (application note, chapter 3: HTTPDATA, FTPPUT, FTPEXTPUT).
  Task<PayloadResult> take_payload(std::string& into, std::size_t count, Duration limit);

  /// Prompts, then takes text up to Ctrl-Z or ESC, echoing it as it echoes commands.
  Task<PromptResult> take_text(std::string& into, PromptOptions options);

  /// S5 and &C changed.
  void apply_settings();
  /// The active profile was loaded: E, V, Q, S5 and &C hold on this channel.
  void load_format();

  const std::string& name() const { return name_; }
  Format format;

 private:
  /// The line that has come.
  enum class LineState : std::uint8_t {
    none,
    running,
    waits_for_wire,  ///< for the host to take what the line has answered so far
  };
  /// Who has the wire.
  enum class Wire : std::uint8_t {
    served,  ///< this channel
    muted,   ///< a fault, which keeps everything off it
    lent,    ///< a multiplexer, which is the data user
    closed,  ///< nobody: a DLC that is not open
  };
  struct Unsolicited {
    std::string text;
    std::optional<Code> code;
  };

  bool busy() const { return line_state_ != LineState::none; }
  void pump();
  bool forget_client();
  bool congested();
  bool congested_now() const { return unsent() >= Port::congested_at; }
  void say_waiting();
  void begin_line(bool runnable);
  void run_line();
  std::optional<Result> run(const TypedCommand& typed);
  std::optional<Result> run_as_judged();
  void end_verdict();
  void conversation_done();
  void end_line(Result result);
  void append(const Unsolicited& urc);
  void update_dcd();
  void push(Unsolicited urc);
  void forget_input();

  void consume(std::size_t count);

  ChannelOwner& owner_;
  Settings& settings_;
  Port& port_;
  std::string name_;

  InputQueue input_;
  Signal input_came_;

  LineAssembler assembler_;
  CommandLine line_;
  Arguments arguments_;
  std::size_t next_ = 0;  ///< command of the line that comes next
  bool runnable_ = false;
  Result last_ = ok;                         ///< of the commands that have let the line go on
  std::unique_ptr<CommandVerdict> verdict_;  ///< of faults, on the command that runs or comes next
  LineState line_state_ = LineState::none;
  Wire wire_ = Wire::served;
  bool pumping_ = false;
  bool receiving_ = false;
  bool carrier_ = false;
  bool dcd_ = false;

  std::string out_;
  Response response_{out_, format};
  std::optional<Invocation> invocation_;
  Task<Result> conversation_;
  Timer delay_;
  std::deque<Unsolicited> urcs_;
  std::vector<std::string> behind_;
  DataUser* user_ = nullptr;  ///< in data mode
};

}  // namespace sim800
