// What the card wants of the network: calls, messages, codes, keys (51.014 6.4.9 to 6.4.13, 6.4.24).
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_barring.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/service_code.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/toolkit_service.hpp"
#include "emulator/module/toolkit_words.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sms/sms_service.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {

/// Not by the host, which therefore hears of it.
static void end_calls(CallService& calls, const Environment& environment) {
  std::vector<Channel*> askers;
  for (const CallService::Connection& call : calls.connections()) {
    if (call.state != CallService::State::waiting) askers.push_back(call.asker);
  }
  calls.hang_up(nullptr);
  for (Channel* asker : askers) environment.answer_code(Code::no_carrier, asker);
}

/// Qualifiers 0 and 1: only if nothing else is going on; 2 and 3 put other calls on hold, 4 and 5 end them (12.6).
void ToolkitService::place_call(Channel& asker) {
  constexpr std::uint8_t last_without_disturbing = 1, first_that_ends = 4;
  CallService& calls = *modem_.calls;
  if (!modem_.network->registered()) return finish(unable_to(TerminalResponse::no_service));
  if (!calls.connections().empty() && command_->qualifier <= last_without_disturbing)
    return finish(unable_to(TerminalResponse::busy_on_call));
  if (command_->qualifier >= first_that_ends) end_calls(calls, environment_);
  const Result dialled = calls.dial(number_in(command_->address), nullptr, asker);
  if (dialled == Result{Cme::not_allowed}) return finish(unable_to(TerminalResponse::busy_on_call));
  if (!dialled.is_ok()) return finish(unable_to(TerminalResponse::no_service));
  watch_call();
}

/// Answered once the call is connected, or is not to be.
void ToolkitService::watch_call() {
  using State = CallService::State;
  constexpr Duration glance = std::chrono::milliseconds(100);
  const CallService& calls = *modem_.calls;
  if (calls.in_state(State::dialling) || calls.in_state(State::alerting)) {
    next_ = environment_.clock.after(glance, [this] { watch_call(); });
    return;
  }
  if (calls.talking()) return finish(plain(TerminalResponse::performed));
  TerminalResponse response = plain(TerminalResponse::network_unable);
  response.additional = static_cast<char>(0x80 | calls.last_cause());
  finish(response);
}

/// A message of 8-bit data that the module has to pack (qualifier 1).
static Sms packed(Sms message) {
  const std::string text = message.data;
  message.coding &= 0xf3U;
  message.set_data({}, text);
  return message;
}

/// Fixed numbers are no matter to the card; what the network bars, it bars for the card, too.
Task<> ToolkitService::send_message() {
  constexpr std::uint8_t packs = 1;
  auto message = decode_sms(command_->sms.value_or(""), true);
  if (!message) {
    finish(plain(TerminalResponse::data_not_understood));
    co_return;
  }
  if (command_->qualifier == packs) message = packed(std::move(*message));
  std::optional<SmsAddress> centre;
  if (command_->address) centre = parse_number_address(from_utf8(number_in(command_->address)));
  const std::string to = to_utf8(message->address.text());
  const bool barred = !modem_.barring->bars_outgoing(to, CallBarring::messages, modem_.calls->place()).empty();
  std::uint8_t reference = 0;
  Result sent = Result::cms(10);
  if (!barred) sent = co_await modem_.sms->send(centre, *message, reference);
  if (sent.is_ok()) {
    finish(plain(TerminalResponse::performed));
  } else {
    finish(modem_.network->registered() ? plain(TerminalResponse::network_unable)
                                        : unable_to(TerminalResponse::no_service));
  }
}

/// USSD and supplementary services: the network's answer goes to the card, not to the host.
Task<> ToolkitService::ask_network(Channel& asker, RunCode run_code) {
  if (!modem_.network->registered()) {
    finish(unable_to(TerminalResponse::no_service));
    co_return;
  }
  co_await environment_.clock.sleep(environment_.latency[Latency::network_request]);
  if (!modem_.network->registered()) {
    finish(unable_to(TerminalResponse::no_service));
  } else {
    finish(command_->type == ProactiveType::send_ussd ? sent_ussd() : sent_ss(asker, run_code));
  }
}

/// As ATD with the same code (22.030); what that standard does not know is refused.
TerminalResponse ToolkitService::sent_ss(Channel& asker, RunCode run_code) {
  const auto code = parse_service_code(number_in(command_->ss));
  if (code && run_code(modem_, asker, *code).is_ok()) return plain(TerminalResponse::performed);
  TerminalResponse refused = plain(TerminalResponse::ss_error);
  refused.additional = std::string(1, '\0');
  return refused;
}

TerminalResponse ToolkitService::sent_ussd() {
  const auto& known = environment_.world.network.ussd;
  const auto found = known.find(to_utf8(ussd_in(command_->ussd)));
  TerminalResponse response = plain(TerminalResponse::performed);
  if (found != known.end() && !found->second.empty()) {
    response.text = ToolkitText::of(from_utf8(found->second.front()));
  } else {
    response = plain(TerminalResponse::ussd_error);
    response.additional = std::string(1, '\0');
  }
  return response;
}

void ToolkitService::send_digits() {
  CallService& calls = *modem_.calls;
  if (!calls.talking()) return finish(unable_to(TerminalResponse::not_in_call));
  for (const char digit : decode_digits(command_->dtmf.value_or(""))) {
    if (digit != 'p' && digit != 'w') calls.press(digit);
  }
  finish(plain(TerminalResponse::performed));
}

}  // namespace sim800
