// Commands about the network: registration, operators, signal, cells (AT manual chapters 3 and 6).
// SPDX-License-Identifier: MIT
#include <fmt/compile.h>

#include <algorithm>
#include <array>

#include "emulator/at/host_text.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/cell_list.hpp"
#include "emulator/network/cells.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_settings.hpp"
#include "emulator/network/operator_names.hpp"
#include "emulator/sim/preferred_operators.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

bool radio_on(Invocation& cmd) { return cmd.modem.functionality() == 1; }

/// +CSQ: <rssi>,<ber>   99,99 until a cell has been found.
Result show_signal(Invocation& cmd) {
  const SignalPoint signal = cmd.modem.network->signal();
  std::array<char, 40> text{};  // asked more often than anything else: the format is compiled
  const char* end = fmt::format_to(text.data(), FMT_COMPILE("+CSQ: {},{}"), signal.rssi, signal.ber);
  cmd.line({text.data(), end});
  return ok;
}

/// +CREG: <n>,<stat>[,<lac>,<ci>]
Result show_registration(Invocation& cmd) {
  cmd.print("+CREG: {}", cmd.modem.network->creg(cmd.modem.settings.number(key::creg), true));
  return ok;
}

// --- 3.2.22 AT+COPS

constexpr Result abort_cops{static_cast<Cme>(609)};
constexpr std::uint32_t automatically = 0, manually = 1, deregister = 2, format_only = 3, manual_then_automatic = 4;

/// A network without a name in this format is shown by its number.
std::string name_of(const Operator& shown, std::uint32_t format) {
  const std::string& name = format == 2 ? shown.plmn : format == 1 ? shown.short_name : shown.long_name;
  return name.empty() ? shown.plmn : name;
}

/// +COPS: <mode>[,<format>,"<oper>"]
Result show_operator(Invocation& cmd) {
  const Settings& settings = cmd.modem.settings;
  const std::uint32_t mode = settings.number(key::cops_mode), format = settings.number(key::cops_format);
  if (cmd.modem.network->registered()) {
    cmd.print("+COPS: {},{},\"{}\"", mode, format,
              text_for_host(settings, name_of(cmd.modem.network->serving(), format)));
  } else {
    cmd.print("+COPS: {}", mode);
  }
  return ok;
}

/// +COPS: (<stat>,"<long>","<short>","<numeric>"),…,,(<mode>s),(<format>s)   at most 45 s; any character aborts it.
Task<Result> scan_operators(Invocation& cmd) {
  if (!radio_on(cmd)) co_return Cme::cfun_off;
  if (co_await cmd.channel.interrupted_within(cmd.modem.latency[Latency::operator_scan])) co_return abort_cops;
  const auto shown = [&cmd](const std::string& text) { return text_for_host(cmd.modem.settings, text); };
  std::string list;
  for (const Operator& found : cmd.modem.network->operators()) {
    const bool shunned = found.status != Operator::Status::current && cmd.modem.network->shuns(found.plmn);
    list += fmt::format("({},\"{}\",\"{}\",\"{}\"),",
                        static_cast<int>(shunned ? Operator::Status::forbidden : found.status), shown(found.long_name),
                        shown(found.short_name), shown(found.plmn));
  }
  cmd.print("+COPS: {},(0-4),(0-2)", list);
  co_return ok;
}

/// Why <oper> cannot be registered with; nothing if it can.
std::optional<Result> refuse_operator(const std::optional<Operator>& found) {
  if (!found) return Cme::no_network_service;
  if (found->status == Operator::Status::forbidden) return Cme::network_not_allowed;
  return std::nullopt;
}

/// What `find` finds by <oper>, which is in the host's character set; hosts type numbers in plain text under UCS2 too.
template <class Find>
auto by_name(Invocation& cmd, const Find& find) {
  const auto name = text_from_host(cmd.modem.settings, cmd.text(2));
  auto found = find(name.value_or(""));
  return found ? found : find(cmd.text(2));
}

constexpr Result not_stored = kept_if(false);

/// In one write.
bool keep_operator(Settings& settings, std::uint32_t mode, const std::optional<Operator>& found) {
  Settings::Values values = settings.values_of(key::cops_mode.command);
  values[key::cops_mode.value] = std::to_string(mode);
  if (mode == manually) values[key::cops_oper.value] = found->plmn;
  return settings.set_values_of(key::cops_mode.command, std::move(values));
}

/// AT+COPS=<mode>[,<format>[,"<oper>"]]   <format> 0 if omitted with mode 3.
Task<Result> select_operator(Invocation& cmd) {
  Modem& modem = cmd.modem;
  std::uint32_t mode = cmd.number(0);
  const std::uint32_t format = cmd.number(1);
  const bool manual = mode == manually || mode == manual_then_automatic;
  if (manual && !cmd.has(2)) co_return Cme::invalid_input;
  if (mode != format_only) {
    if (!radio_on(cmd)) co_return Cme::cfun_off;
    if (const auto refused = modem.sim->refusal()) co_return *refused;
  }
  if ((cmd.has(1) || mode == format_only) && !modem.settings.set(key::cops_format, format)) co_return not_stored;
  if (mode == format_only) co_return ok;
  if (mode == deregister) {
    if (!modem.settings.set(key::cops_mode, mode)) co_return not_stored;
    modem.network->leave(&cmd.channel);
    cmd.channel.flush();
    co_await modem.clock.sleep(modem.latency[Latency::operator_select]);
    co_return ok;
  }
  const auto find = [&](const std::string& name) { return modem.network->find(format, name); };
  const std::optional<Operator> found = manual ? by_name(cmd, find) : std::nullopt;
  if (const auto refused = refuse_operator(found); manual && refused) {
    if (mode == manually) {
      modem.network->leave(&cmd.channel);
      co_return *refused;
    }
    mode = automatically;
  } else if (manual) {
    mode = manually;
  }
  const std::string before = modem.network->serving().plmn;
  if (!keep_operator(modem.settings, mode, found)) co_return not_stored;
  const std::string wanted = mode == manually ? found->plmn : modem.network->wanted();
  const bool there = modem.network->registered() && before == wanted;
  if (!there) modem.network->search(&cmd.channel);
  const Duration registering = there ? Duration::zero() : modem.network->registering_time();
  co_await modem.clock.sleep(std::max(registering, modem.latency[Latency::operator_select]));
  co_return modem.network->registered() ? ok : Result{Cme::no_network_service};
}

// --- 3.2.40 AT+CPOL, 3.2.41 AT+COPN

/// +CPOL: <index>,<format>,"<oper>"
Result show_preferred(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  for (const auto& [place, entry] : cmd.modem.preferred_operators->entries())
    cmd.print("+CPOL: {},{},\"{}\"", place, entry.format,
              entry.format == 2 ? entry.name : text_for_host(cmd.modem.settings, entry.name));
  return ok;
}

/// AT+CPOL=<index>[,<format>,"<oper>"]   <index> alone deletes. The card has the network's number only, so that a name
/// which nobody knows cannot be kept there.
Result set_preferred(Invocation& cmd) {
  if (const auto refused = cmd.modem.sim->refusal()) return *refused;
  PreferredOperators& preferred = *cmd.modem.preferred_operators;
  if (cmd.arguments.size() == 1) return kept_if(preferred.remove(cmd.number(0)));
  const std::uint32_t format = cmd.number(1);
  const auto name = by_name(cmd, [&](const std::string& typed) {
    return plmn_of(cmd.modem.world.network, format, typed) ? std::optional(typed) : std::nullopt;
  });
  if (!cmd.has(1) || !name) return Cme::invalid_input;
  return kept_if(preferred.set(cmd.number(0), {format, *name}));
}

/// +COPN: "<numeric>","<long>"   the module's table of the world.
Result list_names(Invocation& cmd) {
  for (const OperatorName& known : operator_names())
    cmd.print("+COPN: \"{}\",\"{}\"", known.plmn, text_for_host(cmd.modem.settings, std::string(known.name)));
  return ok;
}

// --- 6.2.17 AT+CBAND, 6.2.21 AT+CENG

/// +CBAND: <op_band>[,<ALL_BAND>]
Result show_bands(Invocation& cmd) {
  const std::string& bands = cmd.modem.settings.text(key::cband);
  cmd.print("+CBAND: {}", bands == "ALL_BAND" ? "EGSM_DCS_MODE,ALL_BAND" : bands);
  return ok;
}

Result set_bands(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  cmd.modem.network->bands_changed(&cmd.channel);
  return kept;
}

/// +CENG: <mode>,<Ncell>, an empty line, and the cells
Result show_cells(Invocation& cmd) {
  cmd.line(cmd.settings.print(cmd.command.name));
  const std::vector<std::string> lines = cmd.modem.cells->lines();
  if (!lines.empty()) cmd.line("");
  for (const std::string& line : lines) cmd.line(line);
  return ok;
}

Result set_cells(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  cmd.modem.cells->apply();
  return kept;
}

// --- 6.2.65 AT+CROAMING, 6.2.66 AT+CNETSCAN, 6.2.79 AT+CELLIST

/// +CROAMING: <state>   0 at home, 1 in another country, 2 in another network of the same country.
Result show_roaming(Invocation& cmd) {
  const Network& network = *cmd.modem.network;
  const bool abroad = network.serving().plmn.substr(0, 3) != cmd.modem.identity.imsi.substr(0, 3);
  cmd.print("+CROAMING: {}", !network.roaming() ? 0 : abroad ? 1 : 2);
  return ok;
}

/// Operator:"<name>",MCC:…,MNC:…,Rxlev:…,Cellid:…,Arfcn:…[,Lac:…,Bsic:…]   one line per cell; at most 45 s.
Task<Result> scan_cells(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (!radio_on(cmd)) co_return Cme::cfun_off;
  co_await modem.clock.sleep(modem.latency[Latency::operator_scan]);
  for (const Cell& cell : modem.network->cells()) {
    const auto known = modem.network->find(2, cell.plmn);
    const std::string name = known ? known->long_name : std::string(operator_name(cell.plmn));
    std::string text = fmt::format("Operator:\"{}\",MCC:{},MNC:{},Rxlev:{},Cellid:{:04X},Arfcn:{}",
                                   text_for_host(modem.settings, name), cell.plmn.substr(0, 3), cell.plmn.substr(3),
                                   cell.level, cell.id, cell.channel);
    if (modem.settings.number(key::cnetscan) == 1) text += fmt::format(",Lac:{:04X},Bsic:{:02}", cell.area, cell.bsic);
    cmd.line(text);
  }
  co_return ok;
}

/// +CELLIST: <MCC>,<MNC>,<Arfcn>,<Rxlev>,<CellID>,<Lac>,<Bsic>   what was found last, while scanning is on.
Result show_scanned(Invocation& cmd) {
  if (!cmd.modem.cells.made()) return ok;
  for (const std::string& line : cmd.modem.cells->found()) cmd.line(line);
  return ok;
}

Result set_scanning(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  cmd.modem.cells->scan();
  return kept;
}

constexpr std::size_t longest_name = 128;  // 32 characters in UCS2
constexpr Models dual_band{Model::sim800v, Model::sim800w, Model::sim800w16, Model::sim800a};
constexpr std::string_view two_bands = "EGSM_MODE,PGSM_MODE,DCS_MODE,EGSM_DCS_MODE,ALL_BAND",
                           all_bands =
                               "EGSM_MODE,PGSM_MODE,DCS_MODE,GSM850_MODE,PCS_MODE,EGSM_DCS_MODE,GSM850_PCS_MODE,"
                               "EGSM_PCS_MODE,ALL_BAND";
constexpr const char* dual_band_test = "+CBAND: (EGSM_MODE,DCS_MODE,EGSM_DCS_MODE,ALL_BAND)";
constexpr const char* quad_band_test =
    "+CBAND: (EGSM_MODE,DCS_MODE,GSM850_MODE,PCS_MODE,EGSM_DCS_MODE,GSM850_PCS_MODE,EGSM_PCS_MODE,ALL_BAND)";

constexpr Command band_row(std::string_view bands, const char* test) {
  return {.name = "+CBAND",
          .section = "6.2.17",
          .saved = automatic,
          .parameters = {choice(bands, "ALL_BAND")},
          .test = test,
          .read = show_bands,
          .write = set_bands};
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+COPS", .section = "3.2.22", .saved = automatic,
     .parameters = {number("0-4", "0"), optional(number("0-2", "0")), optional(text(longest_name, ""))},
     .test = with_input(scan_operators), .read = show_operator, .write = select_operator, .seconds = 120},
    {.name = "+CREG", .section = "3.2.32", .saved = profile, .parameters = {optional(number("0-2", "0"))},
     .test = show_ranges, .read = show_registration, .write = keep_setting, .profile_line = 18},
    {.name = "+CSQ", .section = "3.2.35", .test = "+CSQ: (0-31,99),(0-7,99)", .execute = show_signal},
    {.name = "+CPOL", .section = "3.2.40", .saved = automatic,
     .parameters = {number("1-20"), optional(number("0-2")), optional(text(longest_name))},
     .test = "+CPOL: (1-20),(0-2)", .read = show_preferred, .write = set_preferred},
    {.name = "+COPN", .section = "3.2.41", .test = "", .execute = list_names},
    on(Models::all() - dual_band, band_row(all_bands, quad_band_test)),
    on(dual_band, band_row(two_bands, dual_band_test)),
    {.name = "+CENG", .section = "6.2.21", .parameters = {number("0-4", "0"), optional(number("0,1", "0"))},
     .test = show_ranges, .read = show_cells, .write = set_cells},
    {.name = "+CROAMING", .section = "6.2.65", .execute = show_roaming},
    {.name = "+CNETSCAN", .section = "6.2.66", .parameters = {number("0,1", "0")},
     .test = show_ranges, .read = show_setting, .write = keep_setting, .execute = scan_cells, .seconds = 45},
    {.name = "+CELLIST", .section = "6.2.79", .parameters = {number("0,1", "0"), optional(number("10-7200", "30"))},
     .test = show_ranges, .read = show_setting, .write = set_scanning, .execute = show_scanned},
};
// clang-format on

}  // namespace

std::span<const Command> network_commands() { return table; }

}  // namespace sim800
