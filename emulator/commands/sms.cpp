// Settings of the message service (AT manual chapter 4, and those of 6.2 that concern messages).
// SPDX-License-Identifier: MIT
#include "emulator/at/line_settings.hpp"
#include "emulator/commands/delayed.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_print.hpp"
#include "emulator/sms/sms_service.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

constexpr Result invalid_value = Result::cms(325);

CharacterSet character_set(const Invocation& cmd) { return find_character_set(cmd.modem.settings.text(key::cscs)); }

/// A setting that is refused until the message service is ready, as all of them are on hardware.
Result keep_if_ready(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  return keep_setting(cmd);
}

// --- 4.2.8 CNMI

Result set_indications(Invocation& cmd) {
  const Result kept = keep_if_ready(cmd);
  if (kept.is_ok()) cmd.modem.sms->indications_changed();
  return kept;
}

// --- 4.2.9 CPMS

constexpr SmsService::Use uses[] = {SmsService::Use::read, SmsService::Use::write, SmsService::Use::receive};

/// Of Bluetooth builds: without SM_P and ME_P, which prefer a memory and use the other when it is full.
bool has_preferred_memories(const Invocation& cmd) { return cmd.modem.world.module.quirks.cpms_preferred; }

Result show_memory_names(Invocation& cmd) {
  if (has_preferred_memories(cmd)) return show_ranges(cmd);
  cmd.line(R"(+CPMS: ("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT"))");
  return ok;
}

std::string_view memory_name(Invocation& cmd, SmsService::Use use) {
  const std::string_view name = cmd.modem.sms->memory_name(use);
  return has_preferred_memories(cmd) ? name : name.substr(0, 2);
}

std::string fill_level(Invocation& cmd, SmsService::Use use) {
  const SmsMemory memory = cmd.modem.sms->memory(use);
  return fmt::format("{},{}", memory.used(), memory.capacity());
}

/// +CPMS: <mem1>,<used1>,<total1>,<mem2>,<used2>,<total2>,<mem3>,<used3>,<total3>
Result show_memories(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  std::string text = "+CPMS: ";
  for (const SmsService::Use use : uses) {
    text += fmt::format("{}\"{}\",{}", use == uses[0] ? "" : ",", memory_name(cmd, use), fill_level(cmd, use));
  }
  cmd.line(text);
  return ok;
}

/// AT+CPMS=<mem1>[,<mem2>[,<mem3>]]   answers with used and total locations, without names.
Result choose_memories(Invocation& cmd) {
  for (std::size_t i = 0; i < cmd.arguments.size() && !has_preferred_memories(cmd); ++i) {
    if (cmd.text(i).ends_with("_P")) return invalid_value;
  }
  if (const Result kept = keep_if_ready(cmd); !kept.is_ok()) return kept;
  cmd.print("+CPMS: {},{},{}", fill_level(cmd, uses[0]), fill_level(cmd, uses[1]), fill_level(cmd, uses[2]));
  return ok;
}

// --- 4.2.12 CSCA

/// Errors of AT+CSCA are +CME ERROR (4.2.12).
std::optional<Result> centre_refusal(const Modem& modem) {
  const auto refused = modem.sim->refusal();
  return refused ? refused : modem.sms->refusal();
}

Result show_centre(Invocation& cmd) {
  if (const auto refused = centre_refusal(cmd.modem)) return *refused;
  const SmsAddress centre = cmd.modem.sms->centre().value_or(SmsAddress{});
  cmd.print("+CSCA: {},{}", cmd.modem.sms->print().quoted(centre), centre.type);
  return ok;
}

/// AT+CSCA=<sca>[,<tosca>]
Task<Result> set_centre(Invocation& cmd) {
  co_await cmd.modem.clock.sleep(cmd.modem.latency[Latency::sms_settings]);
  if (const auto refused = centre_refusal(cmd.modem)) co_return *refused;
  const auto type = cmd.has(1) ? std::optional(static_cast<std::uint8_t>(cmd.number(1))) : std::nullopt;
  const auto address = typed_number(character_set(cmd), cmd.text(0), type);
  if (!address) co_return Cme::invalid_input;
  co_return cmd.modem.sms->set_centre(*address) ? ok : Result{Cme::memory_failure};
}

// --- 4.2.15 CSMP

/// +CSMP: <fo>,<vp>,<pid>,<dcs>   <vp> is a number or a time in quotes.
Result show_parameters(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  const char* quote = parse_number(values[1]) ? "" : "\"";
  cmd.print("+CSMP: {},{}{}{},{},{}", values[0], quote, values[1], quote, values[2], values[3]);
  return ok;
}

bool is_validity(const Argument& typed) {
  if (const auto number = parse_number(typed.text)) return *number <= 255;
  return typed.quoted && SmsTime::parse(typed.text).has_value();
}

/// AT+CSMP=[<fo>[,<vp>,<pid>,<dcs>]]
Result set_parameters(Invocation& cmd) {
  if (cmd.has(1) && !is_validity(cmd.arguments[1])) return Cme::invalid_input;
  const Settings::Values before = cmd.settings.values_of(cmd.command.name);
  if (const Result kept = keep_if_ready(cmd); !kept.is_ok()) return kept;
  if (cmd.modem.sms->keep_first_octet()) return ok;
  cmd.settings.set_values_of(cmd.command.name, before);
  return kept_if(false);
}

// --- 4.2.11, 4.2.10 CSAS, CRES

Result save_parameters(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  return cmd.modem.sms->save_profile(cmd.number(0)) ? ok : Result::cms(320);
}
Result restore_parameters(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  return cmd.modem.sms->restore_profile(cmd.number(0)) ? ok : Result::cms(320);
}

// --- 4.2.16 CSMS

Result show_service(Invocation& cmd) {
  cmd.print("+CSMS: {},1,1,1", cmd.modem.settings.number(key::csms));
  return ok;
}
/// +CSMS: <mt>,<mo>,<bm>
Result select_service(Invocation& cmd) {
  if (const Result kept = keep_if_ready(cmd); !kept.is_ok()) return kept;
  cmd.line("+CSMS: 1,1,1");
  return ok;
}

// --- 4.2.13 CSCB, 6.2.9 CDSCB

/// +CSCB: <mode>,<mids>,<dcss>
Result show_broadcasts(Invocation& cmd) {
  const BroadcastSelection& selection = cmd.modem.sms->broadcasts();
  cmd.print("+CSCB: {},\"{}\",\"{}\"", selection.refuses ? 1 : 0, selection.identifiers(), selection.codings());
  return ok;
}

/// AT+CSCB=<mode>[,<mids>[,<dcss>]]
Result select_broadcasts(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  BroadcastSelection selection = cmd.modem.sms->broadcasts();
  if (!selection.change(cmd.number(0), cmd.text(1), cmd.text(2))) return invalid_value;
  return cmd.modem.sms->set_broadcasts(std::move(selection)) ? ok : Result::cms(320);
}

Result reset_broadcasts(Invocation& cmd) {
  if (const auto refused = cmd.modem.sms->refusal()) return *refused;
  return cmd.modem.sms->set_broadcasts({}) ? ok : Result::cms(320);
}

constexpr Parameter memory = words(R"("SM","ME","SM_P","ME_P","MT")", "SM_P");

/// A setting that takes effect only once the message service is ready.
constexpr Command sms_setting(std::string_view name, std::string_view section, Support support, Saved saved,
                              std::array<Parameter, 9> parameters) {
  Command row = setting(name, section, support, saved, parameters);
  row.write = keep_if_ready;
  return row;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    listed(28, setting("+CSCS", "3.2.12", full, profile, {words(R"("IRA","GSM","UCS2","HEX","PCCP","PCDN","8859-1")", "IRA")})),
    listed(26, sms_setting("+CMGF", "4.2.2", full, profile, {optional(flag("0"))})),
    {.name = "+CNMI", .section = "4.2.8", .saved = profile,
     .parameters = {number("0-3", "2"), optional(number("0-3", "1")), optional(number("0,2", "0")), optional(flag("0")), optional(flag("0"))},
     .test = show_ranges, .read = show_setting, .write = set_indications, .profile_line = 27},
    {.name = "+CPMS", .section = "4.2.9", .parameters = {memory, optional(memory), optional(memory)},
     .test = show_memory_names, .read = show_memories, .write = choose_memories, .usage_error = invalid_value},
    {.name = "+CRES", .section = "4.2.10", .parameters = {number("0-3")},
     .test = show_ranges, .write = delayed<Latency::sms_settings, restore_parameters>, .execute = delayed<Latency::sms_settings, restore_parameters>, .seconds = 5, .usage_error = invalid_value},
    {.name = "+CSAS", .section = "4.2.11", .parameters = {number("0-3")},
     .test = show_ranges, .write = delayed<Latency::sms_settings, save_parameters>, .execute = delayed<Latency::sms_settings, save_parameters>, .seconds = 5, .usage_error = invalid_value},
    {.name = "+CSCA", .section = "4.2.12", .parameters = {text(88), optional(number("128-255"))},
     .test = "", .read = delayed<Latency::sms_settings, show_centre>, .write = set_centre, .seconds = 5},
    {.name = "+CSCB", .section = "4.2.13", .parameters = {number("0,1"), optional(text(100)), optional(text(100))},
     .test = "+CSCB: (0,1)", .read = show_broadcasts, .write = select_broadcasts, .usage_error = invalid_value},
    sms_setting("+CSDH", "4.2.14", full, never, {optional(flag("0"))}),
    {.name = "+CSMP", .section = "4.2.15",
     .parameters = {optional(number("0-255", "17")), optional(text(20, "167")), optional(number("0-255", "0")), optional(number("0-255", "0"))},
     .test = "+CSMP: (0-255),(0-255),(0-255),(0-255)", .read = show_parameters, .write = set_parameters},
    {.name = "+CSMS", .section = "4.2.16", .parameters = {flag("0")},
     .test = show_ranges, .read = show_service, .write = select_service},
    {.name = "+CDSCB", .section = "6.2.9", .execute = reset_broadcasts},
    {.name = "+SCLASS0", .section = "6.2.22", .parameters = {flag("0")},
     .test = "+SCLASS0: (0, 1)", .read = show_setting, .write = keep_if_ready},
    sms_setting("+CMGHEX", "6.2.30", full, never, {flag("0")}),
    sms_setting("+SRSPT", "6.2.78", state, never, {flag("0")}),
};
// clang-format on

}  // namespace

std::span<const Command> sms_commands() { return table; }

}  // namespace sim800
