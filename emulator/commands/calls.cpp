// Voice calls: dialling, answering, holding, ending (AT manual chapters 2, 3 and 6).
// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/calls/dial_string.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/commands/data_call.hpp"
#include "emulator/commands/network_services.hpp"
#include "emulator/commands/phone_book.hpp"
#include "emulator/commands/service_codes.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network.hpp"
#include "emulator/ppp/ppp_service.hpp"
#include "emulator/sim/phone_book.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

// --- 2.2.3 to 2.2.6 ATD

constexpr std::size_t longest_number = 40;

/// The number that a dial string leads to; otherwise why there is none.
struct Wanted {
  std::string number;
  Result refused = ok;
};

Wanted find_number(Modem& modem, const DialString& dialled) {
  const PhoneBook& book = *modem.phone_book;
  if (dialled.kind == DialString::Kind::entry || dialled.kind == DialString::Kind::name) {
    if (modem.functionality() == 0) return {{}, Cme::cfun_off};
    if (const auto refused = phone_book_refusal(modem)) return {{}, *refused};
  }
  switch (dialled.kind) {
    case DialString::Kind::number:
      return {dialled.text, dialled.text.size() <= longest_number ? ok : Result{Cme::dial_string_too_long}};
    case DialString::Kind::entry: {
      const auto index = static_cast<int>(std::min(parse_number(dialled.text).value_or(0), 1000U));
      if (index < 1 || index > book.selected().capacity) return {{}, Cme::invalid_index};
      const auto found = book.entries().find(index);
      if (found == book.entries().end() || found->second.number.empty()) return {{}, Cme::not_found};
      return {found->second.number, ok};
    }
    case DialString::Kind::name: {
      const auto name = text_from_host(modem.settings, dialled.text);
      const auto number = name ? book.number_of(*name) : std::nullopt;
      return number ? Wanted{*number, ok} : Wanted{{}, Cme::not_found};
    }
    case DialString::Kind::last: {
      const auto& last = book.entries("LD");
      return last.empty() ? Wanted{{}, error} : Wanted{last.begin()->second.number, ok};
    }
    case DialString::Kind::none: break;
  }
  return {{}, error};
}

/// Why no call is possible now. An emergency call needs no card, only a cell.
std::optional<Result> no_service(Modem& modem, const std::string& number) {
  if (modem.functionality() != 1) return Cme::cfun_off;
  const bool emergency = modem.calls->lists.is_emergency(number, modem.sim->state() != Sim::State::absent);
  if (emergency && modem.network->signal().rssi != 99) return std::nullopt;  // there is a cell
  if (const auto refused = modem.sim->refusal(); refused && !emergency) return refused;
  if (modem.network->registered()) return std::nullopt;
  const std::uint32_t x = modem.settings.number(key::call_progress);
  return x == 2 || x == 4 ? Code::no_dialtone : Code::no_carrier;
}

/// A voice call: OK once it is dialled; with AT+COLP=1 once it is answered, or why it failed.
Task<Result> call_number(Invocation& cmd, std::string number, CallService::Options options) {
  CallService& calls = *cmd.modem.calls;
  const bool waits = cmd.modem.settings.number(key::colp) == 1;
  const Result dialled = calls.dial(number, waits ? &cmd.channel : nullptr, cmd.channel, options);
  if (dialled.is_ok()) cmd.modem.phone_book->log("LD", number);
  if (!dialled.is_ok() || !waits) co_return dialled;
  const std::function<bool()> settled = [&calls] { return calls.outcome().has_value(); };
  if (co_await cmd.channel.interrupted_before(settled)) calls.give_up(&cmd.channel);
  const Result outcome = calls.outcome().value_or(Code::no_carrier);
  if (outcome.is_ok() && calls.colp_line()) cmd.line(*calls.colp_line());
  co_return outcome;
}

/// ATD*99#: CONNECT at once, and PPP behind it.
Result call_network(Invocation& cmd, const DataCall& call) {
  Modem& modem = cmd.modem;
  if (modem.functionality() != 1) return Cme::cfun_off;
  if (const auto refused = modem.sim->refusal()) return *refused;
  const unsigned cid = call.cid.value_or(1);
  // Context 1 need not be defined: then it is the subscription's own.
  if (!modem.network->registered() || !modem.world.network.gprs || !modem.ppp->available(cid, cid == 1))
    return Code::no_carrier;
  return begin_data_call(cmd, cid, cid == 1);
}

/// The manual's entry for a dial string, which not every module has.
std::string_view entry_of(DialString::Kind kind) {
  switch (kind) {
    case DialString::Kind::entry: return "D><n>";
    case DialString::Kind::name: return "D><str>";
    case DialString::Kind::last: return "DL";
    case DialString::Kind::number:
    case DialString::Kind::none: break;
  }
  return "D";
}

constexpr Models without_codes{Model::sim868, Model::sim800c_ds};  // 20.15

/// ATD<n>[<mgsm>][;], ATD><n>[;], ATD><str>[;], ATDL   A data call is never answered: NO CARRIER.
Task<Result> dial(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (const auto data = parse_data_call(cmd.typed)) co_return call_network(cmd, *data);
  const DialString dialled = parse_dial_string(cmd.typed);
  if (modem.commands.find(entry_of(dialled.kind)) == nullptr) co_return Cme::unknown;
  Wanted wanted = find_number(modem, dialled);
  if (!wanted.refused.is_ok()) co_return wanted.refused;
  const auto code = parse_service_code(wanted.number);
  const bool for_network = wanted.number.ends_with('#');  // *100#
  if (without_codes.has(modem.model) && for_network && !(code && code->is_local())) co_return error;
  if (code && !code->is_local() && !modem.sim->refusal() && fixed_dialling_forbids(modem, wanted.number))
    co_return Cme::not_allowed;
  if (code) co_return co_await run_service_code(cmd, *code);
  CallService::Options options{.hide_number = dialled.hide_number, .group = dialled.group};
  if (const auto hides = take_number_hiding(wanted.number)) options.hide_number = hides;
  if (const auto refused = no_service(modem, wanted.number)) co_return *refused;
  if (!modem.calls->lists.is_emergency(wanted.number, true) && fixed_dialling_forbids(modem, wanted.number))
    co_return Cme::not_allowed;
  const bool voice = dialled.voice || dialled.kind == DialString::Kind::last;
  if (voice && for_network) co_return modem.ussd->send(wanted.number, cmd.channel);
  if (voice) co_return co_await call_number(cmd, wanted.number, options);
  modem.phone_book->log("LD", wanted.number);
  co_await cmd.channel.interrupted_within(modem.latency[Latency::call_setup]);
  co_return Code::no_carrier;
}

// --- 2.2.2 ATA, 2.2.8 ATH, 2.2.42 AT+HVOIC, AT+CHUP

/// Any character before the call is connected aborts it.
Task<Result> answer(Invocation& cmd) {
  CallService& calls = *cmd.modem.calls;
  if (!calls.in_state(CallService::State::incoming)) co_return Code::no_carrier;
  calls.begin_answer(&cmd.channel);
  if (co_await cmd.channel.interrupted_within(cmd.modem.latency[Latency::call_answer])) calls.give_up(&cmd.channel);
  if (!calls.outcome()) calls.finish_answer();
  co_return calls.outcome().value_or(Code::no_carrier);
}

Task<Result> hang_up(Invocation& cmd) {
  if (cmd.modem.ppp.made() && cmd.modem.ppp->hang_up(cmd.channel)) co_return ok;
  CallService& calls = *cmd.modem.calls;
  if (calls.connections().empty()) co_return ok;
  calls.hang_up(&cmd.channel);
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::call_end]);
  co_return ok;
}

// --- 3.2.14 AT+CHLD, 3.2.16 AT+CLCC, 3.2.23 AT+CPAS, 3.2.31 AT+CRC

Task<Result> hold(Invocation& cmd) {
  if (cmd.modem.calls->connections().empty()) co_return Cme::not_allowed;
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::call_hold]);
  co_return cmd.modem.calls->hold(cmd.number(0), &cmd.channel);
}

Result list_calls(Invocation& cmd) {
  for (const auto& connection : cmd.modem.calls->connections()) cmd.line(cmd.modem.calls->describe(connection));
  return ok;
}

/// +CPAS: <pas>   0 ready, 3 ringing, 4 call in progress
Result show_activity(Invocation& cmd) {
  const CallService& calls = *cmd.modem.calls;
  const bool rings = calls.in_state(CallService::State::incoming);
  cmd.print("+CPAS: {}", rings ? 3 : calls.connections().empty() ? 0 : 4);
  return ok;
}

/// AT+CRC=[<mode>]   Without a value it stays as it was.
Result set_ring_form(Invocation& cmd) { return cmd.arguments.size() == 0 ? ok : keep_setting(cmd); }

// --- 6.2.45 AT+CEMNL

/// +CEMNL: <mode>[,<amount>,<numbers>]
Result show_emergency_numbers(Invocation& cmd) {
  const CallLists& lists = cmd.modem.calls->lists;
  std::string text = lists.own_emergency_numbers() ? "+CEMNL: 1" : "+CEMNL: 0";
  if (lists.own_emergency_numbers()) {
    text += fmt::format(",{}", lists.emergency_numbers().size());
    for (const std::string& number : lists.emergency_numbers()) text += fmt::format(",\"{}\"", number);
  }
  cmd.line(text);
  return ok;
}

/// AT+CEMNL=<mode>[,<amount>,<number>,…]
Result set_emergency_numbers(Invocation& cmd) {
  CallLists& lists = cmd.modem.calls->lists;
  const bool enabled = cmd.number(0) == 1;
  if (!cmd.has(1)) return kept_if(lists.set_emergency(enabled));
  if (cmd.arguments.size() != 2 + cmd.number(1)) return Cme::invalid_input;
  std::vector<std::string> numbers;
  for (std::size_t i = 2; i < cmd.arguments.size(); ++i) {
    const std::string number = cmd.text(i);
    if (number.empty() || number.size() > 3 || !parse_number(number)) return Cme::invalid_input;
    numbers.push_back(number);
  }
  return kept_if(lists.set_emergency(enabled, std::move(numbers)));
}

// --- 6.2.51 AT+CWHITELIST

/// +CWHITELIST: <mode>[,<number1>,…]   up to the last entry in use
Result show_white_list(Invocation& cmd) {
  const CallLists& lists = cmd.modem.calls->lists;
  std::string text = fmt::format("+CWHITELIST: {}", static_cast<int>(lists.white_list()));
  std::size_t end = lists.white_numbers().size();
  while (end > 0 && lists.white_numbers()[end - 1].empty()) --end;
  for (const std::string& number : lists.white_numbers().first(end)) text += fmt::format(",\"{}\"", number);
  cmd.line(text);
  return ok;
}

/// AT+CWHITELIST=<mode>[,<index>,<number>]   Only mode 1 accepts numbers.
Result set_white_list(Invocation& cmd) {
  CallLists& lists = cmd.modem.calls->lists;
  const auto mode = static_cast<CallLists::WhiteList>(cmd.number(0));
  if (cmd.has(1) != (cmd.arguments.size() == 3)) return Cme::invalid_input;
  if (cmd.has(1)) {
    if (mode != CallLists::WhiteList::calls || !is_phone_number(cmd.text(2))) return Cme::invalid_input;
    return kept_if(lists.set_white_list(mode, cmd.number(1) - 1, cmd.text(2)));
  }
  return kept_if(lists.set_white_list(mode));
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "A", .section = "2.2.2", .execute = with_input(answer), .seconds = 20},
    {.name = "D", .section = "2.2.3", .execute = with_input(dial), .seconds = 20},
    {.name = "D><n>", .section = "2.2.4", .execute = with_input(dial)},
    {.name = "D><str>", .section = "2.2.5", .execute = with_input(dial)},
    {.name = "DL", .section = "2.2.6", .execute = with_input(dial)},
    {.name = "H", .section = "2.2.8", .parameters = {optional(number("0"))}, .write = hang_up, .seconds = 20},
    {.name = "+HVOIC", .section = "2.2.42", .execute = hang_up, .seconds = 20},
    {.name = "+CHUP", .section = "", .test = "", .execute = hang_up, .seconds = 20},
    {.name = "+CVHU", .section = "", .support = state, .parameters = {flag("0")},  // 27.007 6.20; OK in logs of R14.18
     .test = "+CVHU: (0-1)", .read = show_setting, .write = keep_setting},
    {.name = "+CHLD", .section = "3.2.14", .parameters = {number("0-4,11-17,21-27")},
     .test = "+CHLD: (0,1,1x,2,2x,3,4)", .write = hold, .seconds = 20},
    {.name = "+CLCC", .section = "3.2.16", .saved = automatic, .parameters = {flag("0")},
     .test = show_ranges, .read = show_setting, .write = keep_setting, .execute = list_calls},
    {.name = "+CPAS", .section = "3.2.23", .test = "+CPAS: (0,2,3,4)", .execute = show_activity},
    {.name = "+CRC", .section = "3.2.31", .parameters = {optional(flag("0"))},
     .test = show_ranges, .read = show_setting, .write = set_ring_form},
    setting("+CDRIND", "6.2.14", full, never, {flag("0")}),
    listed(35, setting("+MORING", "6.2.29", full, profile, {flag("0")})),
    setting("+GSMBUSY", "6.2.44", full, never, {number("0-2", "0")}),
    {.name = "+CEMNL", .section = "6.2.45", .saved = automatic, .parameters = {number("0,1"), optional(number("1-11")), repeated(text(3))},
     .test = R"(+CEMNL: (0-1),(1-11),("0"-"999")...)", .read = show_emergency_numbers, .write = set_emergency_numbers},
    {.name = "+CWHITELIST", .section = "6.2.51", .saved = automatic,
     .parameters = {number("0-3"), optional(number("1-30")), optional(text(40))},
     .test = "+CWHITELIST: (0-3)", .read = show_white_list, .write = set_white_list},
};
// clang-format on

}  // namespace

std::span<const Command> call_commands() { return table; }

}  // namespace sim800
