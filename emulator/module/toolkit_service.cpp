// SPDX-License-Identifier: MIT
#include "emulator/module/toolkit_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/at/host_text.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/module/toolkit_words.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/card_status.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/sms/sms_time.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum ProactiveType;

/// What the module does without asking the host.
bool is_for_module(ProactiveType type) {
  switch (type) {
    case set_up_call:
    case send_ss:
    case send_ussd:
    case send_sms:
    case send_dtmf:
    case play_tone:
    case display_text:
    case get_inkey:
    case get_input:
    case select_item:
    case set_up_menu:
    case set_up_idle_text: return false;
    default: return true;
  }
}

/// What the host lets the module do, by a command of its own.
bool is_for_network(ProactiveType type) {
  return type == set_up_call || type == send_ss || type == send_ussd || type == send_sms || type == send_dtmf;
}

Duration span_of(const ToolkitDuration& given) {
  switch (given.unit) {
    case ToolkitDuration::Unit::minutes: return std::chrono::minutes(given.count);
    case ToolkitDuration::Unit::seconds: return std::chrono::seconds(given.count);
    case ToolkitDuration::Unit::tenths: break;
  }
  return std::chrono::milliseconds(100 * given.count);
}

}  // namespace

ToolkitService::ToolkitService(Modem& modem, const Environment& environment, const CardApplication& application)
    : modem_(modem), environment_(environment), card_(application) {
  modem_.card->toolkit = [this](std::uint8_t instruction, std::string_view data, unsigned length) {
    return transmit(instruction, data, length);
  };
  modem_.card->waiting = [this] { return command_ ? 0 : card_.pending().size(); };
}

bool ToolkitService::tells() const { return modem_.settings.number(key::stkpcis) == 1; }

void ToolkitService::start() {
  if (started_ == modem_.sim->activation()) return;
  power_off();
  started_ = modem_.sim->activation();
  card_.start();
  fetch_soon();
}

void ToolkitService::power_off() {
  for (Timer* timer : {&next_, &patience_, &poll_}) timer->cancel();
  work_.cancel();
  card_.stop();
  command_.reset();
  menu_.clear();
  shown_ = ended_ = carrying_out_ = false;
  started_.reset();
}

// --- from the card

/// On a fresh stack: what the host has asked for is answered first, and then told that this has ended the session.
void ToolkitService::fetch_soon() {
  if (command_ || (!ended_ && card_.pending().empty())) return;
  next_ = environment_.clock.after(environment_.latency[Latency::sim_read], [this] { fetch(); });
}

void ToolkitService::fetch() {
  if (command_) return;  // next_ may watch its call
  next_.cancel();
  if (std::exchange(ended_, false)) environment_.urc("+STKPCI: 2", nullptr);
  if (card_.pending().empty() || !modem_.sim->ready()) return;
  environment_.record("toolkit", {{"fetched", to_hex(card_.pending())}});
  command_ = decode_proactive(card_.pending());
  if (!command_) return finish(plain(TerminalResponse::data_not_understood));
  if (command_->type == set_up_menu) take_menu();
  if (is_for_module(command_->type)) return handle_alone(*command_);
  if (tells()) return show(*command_);
  const bool needs_nobody = command_->type == set_up_menu || command_->type == set_up_idle_text;
  finish(needs_nobody ? plain(TerminalResponse::performed) : unable_to(TerminalResponse::no_cause));
}

/// One item without a text takes the menu away (6.4.8).
void ToolkitService::take_menu() {
  menu_ = command_->items;
  std::erase_if(menu_, [](const ToolkitItem& item) { return item.id == 0 || item.text.empty(); });
}

void ToolkitService::handle_alone(const ProactiveCommand& command) {
  constexpr std::uint8_t reset = 4;
  const std::string_view name = name_of(command.type);
  if (tells() && !name.empty()) environment_.urc(fmt::format("+STKPCI: 1,{}", name), nullptr);
  switch (command.type) {
    case refresh:
      if (command.qualifier == reset) return modem_.restart_sim();
      return finish(plain(TerminalResponse::performed));
    case more_time:
    case polling_off:
    case set_up_event_list: return finish(plain(TerminalResponse::performed));
    case poll_interval: {
      TerminalResponse response = plain(TerminalResponse::performed);
      response.duration = command.duration.value_or(ToolkitDuration{});
      return finish(response);
    }
    case provide_local_information: return finish(local_information(command.qualifier));
    default:
      return finish(
          plain(name.empty() ? TerminalResponse::type_not_understood : TerminalResponse::beyond_capabilities));
  }
}

/// <qualifier> 0 where the module is, 1 its IMEI, 3 the time (12.6).
TerminalResponse ToolkitService::local_information(unsigned what) const {
  constexpr unsigned place = 0, identity = 1, date = 3;
  TerminalResponse response = plain(TerminalResponse::performed);
  const Network& network = *modem_.network;
  switch (what) {
    case place:
      if (!network.registered()) return unable_to(TerminalResponse::no_service);
      response.location = encode_plmn(network.serving().plmn) + from_hex(network.area() + network.cell()).value_or("");
      break;
    case identity: response.imei = imei_octets(modem_.imei()); break;
    case date: response.time = SmsTime::parse(modem_.rtc.text()).value_or(SmsTime{}).encode(); break;
    default: return plain(TerminalResponse::beyond_capabilities);
  }
  return response;
}

// --- to the host

std::string ToolkitService::shown(const std::string& alpha) const {
  if (!environment_.world.module.quirks.stk_text) return to_hex(alpha);
  return escaped_for_host(modem_.settings, to_utf8(decode_alpha(alpha)));
}

std::string ToolkitService::quoted(const std::optional<ToolkitText>& text) const {
  if (!text) return "\"\"";
  if (environment_.world.module.quirks.stk_text)
    return fmt::format("\"{}\"", escaped_for_host(modem_.settings, to_utf8(text->text())));
  return fmt::format("\"{:02X}{}\"", text->coding, to_hex(text->bytes));
}

std::string ToolkitService::quoted_alpha(const ProactiveCommand& command) const {
  return command.alpha && !command.alpha->empty() ? fmt::format("\"{}\"", shown(*command.alpha)) : "0";
}

/// As the AT manual lists them (5.2.8).
std::string ToolkitService::fields(const ProactiveCommand& command) const {
  const std::string alpha = quoted_alpha(command);
  const std::string number = number_in(command.address);
  switch (command.type) {
    case display_text:
    case get_inkey: return fmt::format("{},{}", command.qualifier, quoted(command.text));
    case get_input: {
      const auto [least, most] = command.response_length.value_or(std::pair<std::uint8_t, std::uint8_t>{0, 255});
      return fmt::format("{},{},{},{}", command.qualifier, quoted(command.text), least, most);
    }
    case play_tone: {
      const ToolkitDuration span = command.duration.value_or(ToolkitDuration{ToolkitDuration::Unit::seconds, 0});
      return fmt::format("{},{},{},{}", alpha, command.tone.value_or(0), static_cast<int>(span.unit), span.count);
    }
    case set_up_menu:
    case select_item: return fmt::format("{},{}", command.items.size(), alpha);
    case send_sms:
      return fmt::format("{},{},\"{}\"", alpha, number.empty() ? "0" : '"' + number + '"',
                         to_hex(command.sms.value_or("")));
    case send_ss: return fmt::format("{},\"{}\"", alpha, number_in(command.ss));
    case send_ussd:
      return fmt::format("{},\"{}\"", alpha, text_for_host(modem_.settings, to_utf8(ussd_in(command.ussd))));
    case set_up_call: return fmt::format("{},{}", alpha, number.empty() ? "0" : '"' + number + '"');
    case send_dtmf: return fmt::format("{},\"{}\"", alpha, decode_digits(command.dtmf.value_or("")));
    default: return quoted(command.text);
  }
}

void ToolkitService::show(const ProactiveCommand& command) {
  shown_ = true;
  patience_ = environment_.clock.after(
      command.duration && command.type != play_tone ? span_of(*command.duration) : patience, [this] { give_up(); });
  environment_.urc(fmt::format("+STKPCI: 0,{},{}", name_of(command.type), fields(command)), nullptr);
  if (command.type == set_up_menu || command.type == select_item) show_items();
}

void ToolkitService::show_items() {
  const std::vector<ToolkitItem> items = command_->items;
  for (std::size_t i = 0; i < items.size(); ++i)
    environment_.urc(fmt::format("+STKPCI: 0,ITEM,{},{},\"{}\"", i + 1, items[i].id, shown(items[i].text)), nullptr);
}

/// The host has not answered: what needs no answer is done (6.4.1, 6.4.8).
void ToolkitService::give_up() {
  constexpr std::uint8_t user_clears = 0x80;
  if (!command_) return;
  const bool message_goes = command_->type == display_text && (command_->qualifier & user_clears) == 0;
  const bool nothing_to_do = message_goes || command_->type == set_up_menu || command_->type == set_up_idle_text ||
                             command_->type == play_tone;
  if (nothing_to_do) return finish(plain(TerminalResponse::performed));
  finish(is_for_network(command_->type) ? unable_to(TerminalResponse::no_cause) : plain(TerminalResponse::no_response));
}

// --- back to the card

void ToolkitService::finish(const TerminalResponse& response) {
  patience_.cancel();
  const ProactiveCommand answered = command_.value_or(ProactiveCommand{});
  environment_.record("toolkit", {{"response", to_hex(encode_response(answered, response))}});
  command_.reset();
  carrying_out_ = false;
  const Duration wait = card_.answer(response);
  if (wait > Duration::zero()) {
    poll_ = environment_.clock.after(wait, [this] {
      card_.go_on();
      fetch_soon();
    });
  }
  if (card_.pending().empty()) ended_ = std::exchange(shown_, false);
  fetch_soon();
}

// --- from the host

bool ToolkitService::answers_fit(const TerminalResponse& response) const {
  if (!response.ok()) return !response.text && !response.item;
  switch (command_->type) {
    case get_inkey: return response.text && response.text->characters() == 1;
    case get_input: {
      const auto [least, most] = command_->response_length.value_or(std::pair<std::uint8_t, std::uint8_t>{0, 255});
      return response.text && response.text->characters() >= least && response.text->characters() <= most;
    }
    case select_item:
      return response.item &&
             std::ranges::find(command_->items, *response.item, &ToolkitItem::id) != command_->items.end();
    default: return !response.text && !response.item && !is_for_network(command_->type);
  }
}

bool ToolkitService::respond(std::string_view result, std::optional<std::string_view> text) {
  if (!command_ || !shown_ || carrying_out_) return false;
  const auto code = from_hex(result);
  if (!code || code->empty() || code->size() > 2) return false;
  TerminalResponse response = plain(static_cast<std::uint8_t>((*code)[0]));
  response.additional = code->substr(1);
  if (response.result == TerminalResponse::unable && response.additional.empty()) response.additional = '\0';
  if (text) {
    const auto bytes = from_hex(*text);
    if (!bytes || bytes->empty()) return false;
    if (command_->type != select_item) {
      response.text = ToolkitText{static_cast<std::uint8_t>((*bytes)[0]), bytes->substr(1)};
    } else if (bytes->size() == 1) {
      response.item = static_cast<std::uint8_t>((*bytes)[0]);
    } else {
      return false;
    }
  }
  if (!answers_fit(response)) return false;
  finish(response);
  return true;
}

bool ToolkitService::envelope(std::string_view tag, std::string_view data) {
  const auto kind = from_hex(tag), value = from_hex(data);
  if (!kind || !value || kind->size() != 1 || value->size() != 1 || !modem_.sim->ready()) return false;
  const auto what = static_cast<std::uint8_t>((*value)[0]);
  const bool selects = *kind == "\xd3", reports = *kind == "\xd6";
  if (!selects && !reports) return false;
  // A menu that the host has not answered is there nevertheless.
  if (command_ && command_->type == set_up_menu) {
    finish(plain(TerminalResponse::performed));
    ended_ = false;
    fetch();
  }
  if (command_) return false;
  if (selects && std::ranges::find(menu_, what, &ToolkitItem::id) == menu_.end()) return false;
  environment_.record("toolkit", {{"envelope", to_hex(selects ? menu_selection(what) : event_download(what))}});
  if (!(selects ? card_.select(what) : card_.report(what))) return false;
  fetch_soon();
  return true;
}

bool ToolkitService::carry_out(ProactiveType type, unsigned code, Channel& asker, RunCode run_code) {
  constexpr unsigned start_it = 0, start_without_icon = 4, not_understood = 50, silence = 18;
  if (!command_ || !shown_ || carrying_out_ || command_->type != type) return false;
  switch (code) {
    case start_it:
    case start_without_icon: start_carrying_out(asker, run_code); break;
    case not_understood: finish(plain(TerminalResponse::data_not_understood)); break;
    // Set-up of a call has no such answer (manual 5.2.3).
    case silence: finish(unable_to(TerminalResponse::no_cause)); break;
    case TerminalResponse::unable: finish(unable_to(TerminalResponse::no_cause)); break;
    default: finish(plain(static_cast<std::uint8_t>(code))); break;
  }
  return true;
}

void ToolkitService::start_carrying_out(Channel& asker, RunCode run_code) {
  patience_.cancel();
  carrying_out_ = true;
  const auto run = [this](Task<> task) {
    work_ = std::move(task);
    work_.start([this] { work_.cancel(); });
  };
  switch (command_->type) {
    case set_up_call: return place_call(asker);
    case send_sms: return run(send_message());
    case send_dtmf: return send_digits();
    default: return run(ask_network(asker, run_code));
  }
}

// --- what else comes from outside

bool ToolkitService::take_sms(const Sms& message) {
  constexpr std::uint8_t sim_data_download = 0x7f;
  if (message.protocol != sim_data_download || sms_coding(message.coding).message_class != 2) return false;
  if (command_ || !card_.receive_sms()) return false;
  environment_.record("toolkit", {{"envelope", to_hex(sms_download({}, encode_sms(message)))}});
  fetch_soon();
  return true;
}

void ToolkitService::send(std::shared_ptr<const ToolkitSteps> steps) {
  card_.send(std::move(steps));
  fetch_soon();
}

// --- the same as commands of the card (51.011 9.2.18 to 9.2.21)

CardAnswer ToolkitService::transmit(std::uint8_t instruction, std::string_view data, unsigned length) {
  constexpr std::uint8_t profile = 0x10, get_command = 0x12, response_to_command = 0x14;
  switch (instruction) {
    case profile: return {};
    case get_command: return fetched_by_host(length);
    case response_to_command: {
      const auto response = decode_response(data);
      if (!response || !command_ || carrying_out_) return {.status = technical_problem};
      finish(*response);
      return {};
    }
    default: return take_envelope(data);
  }
}

CardAnswer ToolkitService::fetched_by_host(unsigned length) {
  const std::string command = card_.pending();
  if (command.empty()) return {.status = technical_problem};
  if (length != command.size()) return {.status = static_cast<std::uint16_t>(wrong_length + command.size())};
  fetch();
  return {.data = command};
}

/// What is none, or not for this card, is a technical problem; only one session goes on at a time.
CardAnswer ToolkitService::take_envelope(std::string_view data) {
  const auto given = decode_envelope(data);
  const bool complete = given && ((given->tag == Envelope::menu_selection && given->item) ||
                                  (given->tag == Envelope::event_download && given->event) ||
                                  (given->tag == Envelope::sms_download && given->sms));
  if (!complete) return {.status = technical_problem};
  if (card_.busy()) return {.status = toolkit_busy};
  const bool taken = given->tag == Envelope::menu_selection   ? card_.select(*given->item)
                     : given->tag == Envelope::event_download ? card_.report(*given->event)
                                                              : card_.receive_sms();
  if (!taken) return {.status = technical_problem};
  environment_.record("toolkit", {{"envelope", to_hex(data)}});
  fetch_soon();
  return {};
}

}  // namespace sim800
