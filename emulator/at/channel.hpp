// One AT channel: the state of one serial line (echo, half a line, an open prompt) and the command line that runs on
// it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <list>
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
#include "emulator/at/workspace.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/task.hpp"
#include "protocol/at/line_assembler.hpp"
#include "protocol/at/modem_lines.hpp"
#include "protocol/at/port.hpp"
#include "protocol/at/response.hpp"

namespace sim800 {

class ChannelOwner;
class Settings;

/// Receives what the host sends in data mode.
class DataUser {
 public:
  virtual ~DataUser() = default;
  /// Takes as many of the bytes as fit; Channel::data_wanted() is called later for the rest.
  virtual std::size_t from_host(std::string_view bytes) = 0;
  /// The client left.
  virtual void host_left() {}
  /// The port accepts output again.
  virtual void wire_free() {}
  /// Data mode is over, and all that was on its way: power-off, or its DLC was closed.
  virtual void line_reset() {}
  /// The host let DTR fall: command mode, and with `hang_up` the end of the call (AT&D).
  virtual void dtr_dropped(bool /*hang_up*/) {}
};

/// Bytes come in by receive(), become lines, lines become commands, responses leave through the port. What arrives
/// while a command runs waits; URCs wait for the command's final result.
class Channel final : public PortUser {
 public:
  Channel(ChannelOwner& owner, Settings& settings, Port& port, std::string name);

  // From the port.
  void receive(std::string_view bytes) override;
  /// A host that stops the module has to be heard when it lets it go on.
  bool wants_input() const override { return output_stopped() ? input_.size() < most_behind_stop : !input_.full(); }
  void client_arrived() override;
  void client_left() override;
  void drained() override;
  void output_lost(std::size_t count) override;
  void host_line(ModemLine line, bool on) override;
  void host_framing(const Framing& framing) override;
  void host_break(bool on) override;

  // From the module.
  void urc(std::string_view text);
  void urc(Code code);
  void urc(std::string_view text, WhileOnline policy);
  /// RING and its lines that still wait are dropped.
  void stop_ringing();
  /// What belongs to a command that was given here, and comes behind its result: like a URC, but also where those are
  /// not sent, and followed by nothing else for a moment.
  void answer(std::string_view text) { push({std::string(text), std::nullopt, true}); }
  void answer(Code code) { push({{}, code, true}); }
  /// A line caused by the running command itself: it precedes the command's result, and does not wait for it.
  void line_inside(std::string_view text);
  /// A line of the running command's response that follows its result (AT+CIPSTATUS), before any URC.
  void line_behind(std::string_view text) { behind_.emplace_back(text); }
  /// The module starts to answer, in the format of its profile.
  void power_up();
  /// The module stops answering: what runs ends where it is. `silently`: lines waiting to be sent are dropped.
  void power_down(bool silently = false);
  /// The running command ends where it waits, without a result.
  void abandon_command();
  /// What runs ends where it is, and for this long nothing is received or sent; CommandVerdict::forever: until
  /// power-off.
  void fall_silent(Duration span);
  /// Nothing is running or waiting.
  bool idle() const;

  // For services that send more than lines.

  /// Nothing is running, the last result is some time ago and the port is not congested: bytes that belong to no
  /// command may be written.
  bool free() const { return !busy() && !resting_ && wire_ == Wire::served && !congested_now() && !output_stopped(); }
  /// It is free() again; may also be called without need.
  std::function<void()> on_free;
  /// Bytes that belong to no command, unchanged.
  void write(std::string_view bytes);
  /// A line that belongs to no command.
  void write_line(std::string_view text);
  /// Data mode, from the end of the running command on: DCD is on, input is not parsed, URCs wait.
  void go_online(DataUser& user);
  /// Command mode again; `said` follows, then the URCs that waited.
  void go_offline(std::optional<Code> said = std::nullopt);
  bool online() const { return user_ != nullptr; }
  /// The data user has room again.
  void data_wanted() { pump(); }

  // For a multiplexer (multiplexer.hpp).

  /// A DLC that is not open has no lines: what ran there is over, and nothing is sent. When opened, it is as after
  /// power-on.
  void set_lines(bool on);
  /// Its port carries frames: no lines in the meantime.
  void lend() { wire_ = Wire::lent; }
  void take_back() { wire_ = Wire::served; }
  bool has_lines() const { return wire_ == Wire::served || wire_ == Wire::muted; }
  /// URCs are sent here.
  bool takes_urcs = true;
  bool listens() const { return has_lines() && takes_urcs; }
  /// Bytes from the host that wait for the running command.
  std::size_t input_waiting() const { return input_.size(); }
  std::size_t unsent() const { return port_.unsent() + unsent_here(); }

  // Modem lines.

  bool is_on(ModemLine line) const { return levels_.is_on(line); }
  /// The module moves one of its own.
  void drive(ModemLine line, bool on);
  /// A scenario moves any of them, and leaves it to whoever drives it again. Call on a fresh stack.
  void hold(ModemLine line, std::optional<bool> on);
  /// AT+IPR or AT+ICF was given: the UART follows once the line has its result.
  void reframe_after_result() { reframe_ = true; }
  void frame(const Framing& framing) { port_.set_framing(framing); }

  // For conversations.

  /// Sends the response so far.
  void flush();
  enum class PayloadResult : std::uint8_t {
    complete,   ///< all bytes have arrived
    timed_out,  ///< the time is up; some bytes have arrived
    gone,       ///< the client left: the command ends without a result
  };
  /// Waits for the LF of the line end before a prompt is written, so that it is not taken for payload. False if the
  /// client has left in the meantime: there is nobody to prompt.
  Task<bool> settle_line_end();
  /// Waits; true as soon as the host types anything, which is consumed (V.250 5.6.1: dialling, AT+COPS=?).
  Task<bool> interrupted_within(Duration span);
  /// Waits until `over` holds, which is checked after each wake(); true if the host typed something before.
  Task<bool> interrupted_before(const std::function<bool()>& over);
  void wake() { input_came_.raise(); }
  /// Sends the response so far (the prompt), then takes exactly `count` raw bytes. DCD is on in the meantime
  /// (application note, chapter 3: HTTPDATA, FTPPUT, FTPEXTPUT).
  Task<PayloadResult> take_payload(std::string& into, std::size_t count, Duration limit);

  /// Prompts, then takes text up to Ctrl-Z or ESC, echoed like commands.
  Task<PromptResult> take_text(std::string& into, PromptOptions options);
  /// The running command takes a payload or a text now.
  bool takes_entry() const { return takes_entry_; }

  /// S5 and &C changed.
  void apply_settings();
  /// The active profile was loaded: E, V, Q, S5 and &C apply to this channel.
  void load_format();

  const std::string& name() const { return name_; }
  Format format;

 private:
  /// The line that has arrived.
  enum class LineState : std::uint8_t {
    none,
    running,
    waits_for_wire,  ///< for the host to read the line's responses so far
  };
  /// Who uses the port.
  enum class Wire : std::uint8_t {
    served,  ///< this channel
    muted,   ///< a fault, which keeps everything off it
    lent,    ///< a multiplexer, which is the data user
    closed,  ///< nobody: a DLC that is not open
  };
  /// With so many bytes waiting behind a host's XOFF, the wire stops reading.
  static constexpr std::size_t most_behind_stop = std::size_t{64} * 1024;
  struct Unsolicited {
    std::string text;
    std::optional<Code> code;
    bool answer = false;
    bool raw = false;  ///< `text` is bytes, not a line
  };

  bool busy() const { return line_state_ != LineState::none; }
  void pump();
  bool forget_client();
  bool congested();
  bool congested_now() const { return unsent() >= Port::congested_at; }
  void say_waiting();
  bool keeps_distance() const;
  void rest();
  bool holds_echo() const;
  bool takes_input(const CommandLine& line) const;
  void say_echo();
  void echo_ahead();
  void drop_echo();
  void echo_when_idle();
  void begin_line(bool runnable);
  bool lets_others_first(void (Channel::*go_on)());
  void run_line();
  std::optional<Result> run(const TypedCommand& typed);
  std::optional<Result> run_as_judged();
  void end_verdict();
  void let_in();
  void conversation_done();
  void end_line(Result result);
  void append(const Unsolicited& urc);
  void update_dcd();
  void power_lines(bool on);
  void moved(ModemLine line);
  void dtr_off();
  bool output_stopped() const;
  void resume_output();
  bool hold_output();
  void drop_held_output(std::size_t rest);
  std::string_view without_flow_bytes(std::string_view bytes, std::string& rest);
  void stop_host();
  void let_host_go_on();
  void send_now(char byte);
  void push(Unsolicited urc);
  void forget_input();
  void give_back_work();
  std::size_t unsent_here() const { return work_.peek() != nullptr ? work_.peek()->out.size() : 0; }

  void consume(std::size_t count);

  ChannelOwner& owner_;
  Settings& settings_;
  Port& port_;
  std::string name_;

  InputQueue input_;
  Signal input_came_;
  std::size_t ahead_ = 0;  ///< bytes of it, lines all of them, that were echoed when an earlier line was
  Timer idle_;             ///< until a line that is not complete is echoed
  Timer turn_;             ///< until the consequences of a fault have come first

  LineAssembler assembler_;
  std::size_t next_ = 0;  ///< the next command of the line
  bool runnable_ = false;
  Result last_ = ok;                         ///< of the commands after which the line went on
  std::unique_ptr<CommandVerdict> verdict_;  ///< of faults, on the running or next command
  LineState line_state_ = LineState::none;
  Wire wire_ = Wire::served;
  bool pumping_ = false;
  bool receiving_ = false;
  bool carrier_ = false;
  bool takes_entry_ = false;
  LineLevels levels_;
  bool powered_ = false;
  bool xoff_ = false;              ///< the host has sent XOFF
  bool reframe_ = false;           ///< see reframe_after_result()
  std::uint8_t host_stopped_ = 0;  ///< how the module has stopped the host, as AT+IFC has it

  BorrowedWorkspace work_{format};
  Task<Result> conversation_;
  Timer delay_, line_inside_;
  std::list<Unsolicited> urcs_;  ///< an empty list holds nothing on the heap, unlike a deque
  bool resting_ = false;         ///< a result was sent just now
  Timer rest_;
  unsigned hurried_ = 0;  ///< lines that came while it was resting, one after the other
  std::vector<std::string> behind_;
  DataUser* user_ = nullptr;  ///< in data mode
};

}  // namespace sim800
