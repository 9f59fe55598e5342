// Commands for the SIM card: PINs and contents (AT manual chapters 3 and 6).
// SPDX-License-Identifier: MIT
#include "emulator/at/host_text.hpp"
#include "emulator/calls/call_barring.hpp"
#include "emulator/commands/network_services.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

std::optional<std::string_view> given(const Invocation& cmd, std::size_t i, const std::string& text) {
  return cmd.has(i) ? std::optional<std::string_view>(text) : std::nullopt;
}

// --- 3.2.28 AT+CPIN

/// +CPIN: <code>   READY, SIM PIN, SIM PUK …; no card: CME 10; not ready yet: CME 14.
Result show_pin_state(Invocation& cmd) {
  const Sim& sim = *cmd.modem.sim;
  if (sim.state() == Sim::State::absent) return Cme::sim_not_inserted;
  if (sim.state() == Sim::State::off && cmd.modem.functionality() != 0) return Cme::sim_busy;
  cmd.print("+CPIN: {}", sim.word());
  return ok;
}

/// AT+CPIN=<pin>[,<newpin>]
Task<Result> enter_pin(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::pin]);
  const std::string pin = cmd.text(0), new_pin = cmd.text(1);
  co_return cmd.modem.sim->enter(pin, given(cmd, 1, new_pin));
}

// --- 3.2.17 AT+CLCK, 3.2.29 AT+CPWD, 6.2.3 AT+SPIC

constexpr std::uint32_t query = 2;

/// AO, OI, OX, AI, IR, and AB, AG, AC for several of them: the network answers.
Task<Result> lock_calls(Invocation& cmd, std::string facility) {
  Modem& modem = cmd.modem;
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  co_await modem.clock.sleep(modem.latency[Latency::network_request]);
  const unsigned classes = cmd.number(3, CallBarring::all_classes);
  if (cmd.number(1) == query) co_return show_barring(cmd, facility, classes);
  co_return bar_calls(modem, facility, cmd.number(1) == 1, cmd.text(2), barring_classes(classes));
}

/// AT+CLCK=<fac>,<mode>[,<passwd>[,<class>]]
Task<Result> lock_facility(Invocation& cmd) {
  Modem& modem = cmd.modem;
  const std::string facility(find_choice(cmd.command.parameters[0].range, cmd.arguments[0].text));
  const bool lock = cmd.number(1) == 1, asks = cmd.number(1) == query;
  if (const auto refused = modem.sim->refusal()) co_return *refused;
  const bool of_card = facility == "SC" || facility == "FD";
  if (!of_card && facility.front() != 'P') co_return co_await lock_calls(cmd, facility);
  if (asks) {
    const bool on = facility == "SC" ? modem.sim->asks_pin() : facility == "FD" && modem.sim->fixed_dialling();
    cmd.print("+CLCK: {}", on ? 1 : 0);
    co_return ok;
  }
  if (!of_card) co_return Cme::not_allowed;  // PN, PU, PP: this module is not locked to anything
  co_await modem.clock.sleep(modem.latency[Latency::facility]);
  const std::string password = cmd.text(2);
  if (facility == "FD") co_return modem.sim->fix_dialling(lock, given(cmd, 2, password));
  co_return cmd.has(2) ? modem.sim->ask_pin(lock, password) : Result{Cme::incorrect_password};
}

/// AT+CPWD=<fac>,<oldpwd>,<newpwd>
Task<Result> change_password(Invocation& cmd) {
  Modem& modem = cmd.modem;
  const std::string facility(find_choice(cmd.command.parameters[0].range, cmd.arguments[0].text));
  if (const auto refused = modem.sim->refusal()) co_return *refused;
  if (facility == "SC" || facility == "P2") {
    co_await modem.clock.sleep(modem.latency[Latency::facility]);
    co_return modem.sim->change(facility == "SC" ? Sim::Guard::pin1 : Sim::Guard::pin2, cmd.text(1), cmd.text(2));
  }
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  co_await modem.clock.sleep(modem.latency[Latency::network_request]);
  if (!modem.world.network.services.barring) co_return Cme::not_allowed;
  co_return modem.barring->change_password(cmd.text(1), cmd.text(2));
}

/// +SPIC: <pin1>,<pin2>,<puk1>,<puk2>
Result show_attempts(Invocation& cmd) {
  const Sim& sim = *cmd.modem.sim;
  if (!sim.ready() && !sim.locked()) return *sim.refusal();
  const Sim::Attempts one = sim.attempts(Sim::Guard::pin1), two = sim.attempts(Sim::Guard::pin2);
  cmd.print("+SPIC: {},{},{},{}", one.pin, two.pin, one.puk, two.puk);
  return ok;
}

// --- 3.2.15 AT+CIMI, 6.2.23 AT+CCID, 6.2.15 AT+CSPN

Task<Result> show_imsi(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_imsi]);
  if (const auto refused = cmd.modem.sim->refusal()) co_return *refused;
  cmd.line(cmd.modem.identity.imsi);
  co_return ok;
}

/// The card's number can be read while the card is locked.
Task<Result> show_iccid(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_read]);
  const Sim& sim = *cmd.modem.sim;
  if (!sim.ready() && !sim.locked()) co_return *sim.refusal();
  cmd.line(cmd.modem.identity.iccid);
  co_return ok;
}

/// +CSPN: <spn>,<display mode>   the card's name, whatever network serves it.
Task<Result> show_provider(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_read]);
  if (const auto refused = cmd.modem.sim->refusal()) co_return *refused;
  const std::string file = cmd.modem.card->content({ef::gsm, ef::spn});
  const std::string name = file.empty() ? "" : to_utf8(decode_alpha(std::string_view(file).substr(1)));
  const unsigned condition = file.empty() ? 0 : static_cast<unsigned char>(file[0]);
  cmd.print("+CSPN: \"{}\",{}", text_for_host(cmd.modem.settings, name), condition & 1U);
  co_return ok;
}

// --- 6.2.28 AT+CGID

/// +GID: <gid1>,<gid2>   the first byte of each file; 0xff where the card has none.
Task<Result> show_groups(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_read]);
  if (const auto refused = cmd.modem.sim->refusal()) co_return *refused;
  const auto first_byte = [&cmd](std::uint16_t id) {
    const std::string file = cmd.modem.card->content({ef::gsm, id});
    return file.empty() ? 0xffU : static_cast<unsigned char>(file[0]);
  };
  cmd.print("+GID: {:#04x},{:#04x}", first_byte(ef::gid1), first_byte(ef::gid2));
  co_return ok;
}

// --- 6.2.53 AT+CSMINS

/// +CSMINS: <n>,<SIM inserted>
Result show_presence(Invocation& cmd) {
  cmd.print("+CSMINS: {},{}", cmd.modem.settings.number(key::csmins), cmd.modem.sim->present() ? 1 : 0);
  return ok;
}

// --- 3.2.34 AT+CRSM, 3.2.44 AT+CSIM

constexpr Result missing_parameter{static_cast<Cme>(753)}, invalid_command{static_cast<Cme>(754)},
    invalid_file{static_cast<Cme>(755)}, missing_place{static_cast<Cme>(756)}, invalid_place{static_cast<Cme>(757)},
    missing_data{static_cast<Cme>(758)}, invalid_data{static_cast<Cme>(759)};

/// What is wrong with the parameters of AT+CRSM.
std::optional<Result> refuse_access(const Invocation& cmd, CardFiles::Operation operation) {
  using enum CardFiles::Operation;
  if (!in_range("176,178,192,214,220,242", cmd.number(0))) return invalid_command;
  if (operation == status) return std::nullopt;
  if (!cmd.has(1)) return missing_parameter;
  if (cmd.number(1) > 0xffff) return invalid_file;
  if (operation == get_response) return std::nullopt;
  for (const std::size_t i : {2U, 3U, 4U}) {
    if (!cmd.has(i)) return missing_place;
    if (cmd.number(i) > 255) return invalid_place;
  }
  if (operation != update_binary && operation != update_record) return std::nullopt;
  if (!cmd.has(5)) return missing_data;
  if (from_hex(cmd.text(5)).value_or("").empty()) return invalid_data;
  return std::nullopt;
}

/// AT+CRSM=<Command>[,<fileId>[,<P1>,<P2>,<P3>[,<data>]]]   a refusal by the card is answered with OK too.
Task<Result> access_file(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_read]);
  const Sim& sim = *cmd.modem.sim;
  const auto operation = static_cast<CardFiles::Operation>(cmd.number(0));
  if (const auto refused = refuse_access(cmd, operation)) co_return *refused;
  if (!sim.ready() && !sim.locked()) co_return *sim.refusal();
  const CardFiles::Parameters parameters{cmd.number(2), cmd.number(3), cmd.number(4),
                                         from_hex(cmd.text(5)).value_or("")};
  const CardAnswer answer = cmd.modem.card->operate(operation, static_cast<std::uint16_t>(cmd.number(1)), parameters);
  if (answer.data.empty()) {
    cmd.print("+CRSM: {},{}", answer.status / 256, answer.status % 256);
  } else {
    cmd.print("+CRSM: {},{},\"{}\"", answer.status / 256, answer.status % 256, to_hex(answer.data));
  }
  co_return ok;
}

/// AT+CSIM=<length>,<Command>
Task<Result> transmit(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sim_read]);
  const Sim& sim = *cmd.modem.sim;
  const std::string command = cmd.text(1), apdu = from_hex(command).value_or("");
  if (cmd.number(0) != command.size() || apdu.size() < 5) co_return Cme::invalid_input;
  if (!sim.ready() && !sim.locked()) co_return *sim.refusal();
  const CardAnswer answer = cmd.modem.card->transmit(apdu);
  const std::string response = fmt::format("{}{:04X}", to_hex(answer.data), answer.status);
  cmd.print("+CSIM: {},\"{}\"", response.size(), response);
  co_return ok;
}

constexpr Command lock_row(std::string_view facilities, const char* test) {
  return {.name = "+CLCK",
          .section = "3.2.17",
          .parameters = {choice(facilities), number("0-2"), optional(text(8)), optional(number("1-7"))},
          .test = test,
          .write = lock_facility,
          .seconds = 15};
}

constexpr Parameter any_number = number("0-4294967295");

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CIMI", .section = "3.2.15", .test = "", .execute = show_imsi, .seconds = 20},
    on(Models::all() - Models{Model::sim800c_ds},
       lock_row("AO,OI,OX,AI,IR,AB,AG,AC,FD,SC,PN,PU,PP,PC,PF", R"(+CLCK: ("AO","OI","OX","AI","IR","FD","SC","PN","PU","PP"))")),
    on({Model::sim800c_ds},  // 20.13
       lock_row("AO,OI,OX,AI,IR,AB,AG,AC,SC,PN,PU,PP,PC,PF", R"(+CLCK: ("AO","OI","OX","AI","IR","SC","PN","PU","PP"))")),
    {.name = "+CPIN", .section = "3.2.28", .parameters = {text(8), optional(text(8))},
     .test = "", .read = show_pin_state, .write = enter_pin, .seconds = 5},
    {.name = "+CPWD", .section = "3.2.29", .parameters = {choice("AO,OI,OX,AI,IR,AB,P2,SC"), text(8), text(8)},
     .test = R"(+CPWD: ("AO",4),("OI",4),("OX",4),("AI",4),("IR",4),("AB",4),("P2",8),("SC",8))", .write = change_password, .seconds = 15},
    {.name = "+CRSM", .section = "3.2.34",
     .parameters = {any_number, optional(any_number), optional(any_number), optional(any_number), optional(any_number), optional(text(512))},
     .test = "", .write = access_file},
    {.name = "+CSIM", .section = "3.2.44", .parameters = {number("0-522"), text(522)}, .test = "", .write = transmit},
    {.name = "+SPIC", .section = "6.2.3", .execute = show_attempts},
    {.name = "+CSPN", .section = "6.2.15", .read = show_provider},
    {.name = "+CCID", .section = "6.2.23", .test = "", .execute = show_iccid, .seconds = 2},
    {.name = "+CGID", .section = "6.2.28", .execute = show_groups},
    listed(42, setting("+CSDT", "6.2.52", state, profile, {number("0-1", "0")})),
    {.name = "+CSMINS", .section = "6.2.53", .saved = profile, .parameters = {number("0,1", "0")},
     .test = show_ranges, .read = show_presence, .write = keep_setting, .profile_line = 43},
};
// clang-format on

}  // namespace

std::span<const Command> sim_card_commands() { return table; }

}  // namespace sim800
