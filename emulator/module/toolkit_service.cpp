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
#include "emulator/sim/card_status.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/sim/card_coding.hpp"
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
  modem_.card->toolkit = [this](std::uint8_t instruction, std::string_view data, unsigned) {
    return transmit(instruction, data);
  };
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
  command_.reset();
  menu_.clear();
  shown_ = carrying_out_ = false;
  started_.reset();
}

// --- from the card

/// On a fresh stack: what the host has asked for is answered first.
void ToolkitService::fetch_soon() {
  if (command_ || card_.pending().empty()) return;
  next_ = environment_.clock.after(environment_.latency[Latency::sim_read], [this] { fetch(); });
}

void ToolkitService::fetch() {
  if (command_ || card_.pending().empty() || !modem_.sim->ready()) return;
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
    default:
      return finish(
          plain(name.empty() ? TerminalResponse::type_not_understood : TerminalResponse::beyond_capabilities));
  }
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
  if (!card_.pending().empty()) return fetch_soon();
  if (std::exchange(shown_, false)) session_ended();
}

/// On a fresh stack: behind the OK of the command that has ended it.
void ToolkitService::session_ended() {
  next_ = environment_.clock.after(environment_.latency[Latency::sim_read], [this] {
    environment_.urc("+STKPCI: 2", nullptr);
    fetch_soon();
  });
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
    next_.cancel();
    fetch();
  }
  if (command_) return false;
  if (selects && std::ranges::find(menu_, what, &ToolkitItem::id) == menu_.end()) return false;
  environment_.record("toolkit", {{"envelope", to_hex(selects ? menu_selection(what) : event_download(what))}});
  if (!(selects ? card_.select(what) : card_.report(what))) return false;
  fetch_soon();
  return true;
}

bool ToolkitService::carry_out(ProactiveType type, unsigned code, Channel& asker) {
  constexpr unsigned start_it = 0, start_without_icon = 4, not_understood = 50, silence = 18;
  if (!command_ || !shown_ || carrying_out_ || command_->type != type) return false;
  switch (code) {
    case start_it:
    case start_without_icon: start_carrying_out(asker); break;
    case not_understood: finish(plain(TerminalResponse::data_not_understood)); break;
    // Set-up of a call has no such answer (manual 5.2.3).
    case silence: finish(unable_to(TerminalResponse::no_cause)); break;
    case TerminalResponse::unable: finish(unable_to(TerminalResponse::no_cause)); break;
    default: finish(plain(static_cast<std::uint8_t>(code))); break;
  }
  return true;
}

void ToolkitService::start_carrying_out(Channel& asker) {
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
    default: return run(ask_network());
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
  if (!modem_.sim->ready()) return;
  card_.send(std::move(steps));
  fetch_soon();
}

CardAnswer ToolkitService::transmit(std::uint8_t instruction, std::string_view data) {
  constexpr std::uint8_t profile = 0x10, get_command = 0x12, response_to_command = 0x14;
  const auto ended = [this]() -> CardAnswer {
    const std::string& waiting = card_.pending();
    if (waiting.empty() || command_) return {};
    return {.status = static_cast<std::uint16_t>(has_command + std::min<std::size_t>(waiting.size(), 255))};
  };
  switch (instruction) {
    case profile: return ended();
    case get_command:
      if (card_.pending().empty()) return {.status = technical_problem};
      return {.data = card_.pending()};
    case response_to_command: {
      const auto response = decode_response(data);
      if (!response || !command_) return {.status = technical_problem};
      finish(*response);
      return {};
    }
    default: break;
  }
  const auto wanted = decode_envelope(data);
  if (!wanted) return {.status = technical_problem};
  if (command_) return {.status = toolkit_busy};
  const bool taken = wanted->item ? card_.select(*wanted->item) : wanted->event && card_.report(*wanted->event);
  if (!taken) return {.status = technical_problem};
  CardAnswer answer = ended();
  fetch_soon();
  return answer;
}

}  // namespace sim800
