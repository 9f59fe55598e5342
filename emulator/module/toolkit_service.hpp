// The module's side of the toolkit: it fetches the card's commands, shows them to the host or carries them out, and
// answers the card (51.014; AT manual chapter 5).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/clock.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sim/toolkit_card.hpp"
#include "protocol/sim/proactive.hpp"
#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

class Modem;
struct ServiceCode;

class ToolkitService final : public Service {
 public:
  /// How long the host may take, unless the command says so itself.
  static constexpr Duration patience = std::chrono::seconds(60);

  ToolkitService(Modem& modem, const Environment& environment, const CardApplication& application);

  /// The card is ready: the module tells it what it can do. Once for each start of the card.
  void start();
  void power_off() override;
  bool busy() const override { return command_.has_value(); }

  /// AT+STKTRS. False if no command waits for it, or it does not fit.
  bool respond(std::string_view result, std::optional<std::string_view> text);
  /// AT+STKENVS
  bool envelope(std::string_view tag, std::string_view data);
  /// Does what a code of 22.030 asks of the network, without a word to the host.
  using RunCode = Result (*)(Modem& modem, Channel& asker, const ServiceCode& code);
  /// AT+STKCALL, AT+STKSMS, AT+STKSS, AT+STKUSSD, AT+STKDTMF
  bool carry_out(ProactiveType type, unsigned code, Channel& asker, RunCode run_code);
  const std::vector<ToolkitItem>& menu() const { return menu_; }

  /// A message for the card (SMS-PP download). False if it is none, or the card does not take it.
  bool take_sms(const Sms& message);
  /// The card has something to say now.
  void send(std::shared_ptr<const ToolkitSteps> steps);
  /// The card's commands TERMINAL PROFILE, FETCH, TERMINAL RESPONSE and ENVELOPE, from AT+CSIM.
  CardAnswer transmit(std::uint8_t instruction, std::string_view data, unsigned length);

  /// A text of the card for the host: in hexadecimal, or readable.
  std::string shown(const std::string& alpha) const;

 private:
  bool tells() const;
  void fetch_soon();
  void fetch();
  void take_menu();
  void handle_alone(const ProactiveCommand& command);
  TerminalResponse local_information(unsigned what) const;
  void show(const ProactiveCommand& command);
  void show_items();
  std::string fields(const ProactiveCommand& command) const;
  std::string quoted(const std::optional<ToolkitText>& text) const;
  std::string quoted_alpha(const ProactiveCommand& command) const;
  void give_up();
  void finish(const TerminalResponse& response);
  CardAnswer fetched_by_host(unsigned length);
  CardAnswer take_envelope(std::string_view data);
  bool answers_fit(const TerminalResponse& response) const;
  void start_carrying_out(Channel& asker, RunCode run_code);
  void place_call(Channel& asker);
  void watch_call();
  Task<> send_message();
  Task<> ask_network(Channel& asker, RunCode run_code);
  TerminalResponse sent_ss(Channel& asker, RunCode run_code);
  TerminalResponse sent_ussd();
  void send_digits();

  Modem& modem_;
  const Environment& environment_;
  ToolkitCard card_;
  std::vector<ToolkitItem> menu_;
  std::optional<ProactiveCommand> command_;  ///< fetched, and not answered yet
  bool shown_ = false;                       ///< the host has been told of it
  bool ended_ = false;                       ///< it is to be told that the session is over
  bool carrying_out_ = false;
  std::optional<unsigned> started_;  ///< the activation of the card that it was started for
  Timer next_, patience_, poll_;
  Task<> work_;
};

}  // namespace sim800
