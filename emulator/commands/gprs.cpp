// The packet service (AT manual chapter 7).
// SPDX-License-Identifier: MIT
#include <fmt/ranges.h>

#include "emulator/commands/data_call.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/gprs.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_settings.hpp"
#include "emulator/ppp/ppp_service.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/ip_address.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

bool radio_on(Invocation& cmd) { return cmd.modem.functionality() == 1; }

// --- 7.2.1 AT+CGATT

Result show_attachment(Invocation& cmd) {
  cmd.print("+CGATT: {}", cmd.modem.network->attached() ? 1 : 0);
  return ok;
}

constexpr Result unspecified_error{static_cast<Cme>(148)};

/// 27.007 9.2.2: GMM causes as errors.
Result why_not_attached(const Network& network) {
  const int refusal = network.packet_refusal();
  switch (refusal) {
    case 0: return Cme::unknown;
    case 3:
    case 6:
    case 7:
    case 11:
    case 12:
    case 13: return static_cast<Cme>(100 + refusal);
    default: return unspecified_error;
  }
}

/// AT+CGATT=<state>   Detaching closes the bearers: +SAPBR 1: DEACT precedes the OK.
Task<Result> set_attachment(Invocation& cmd) {
  Modem& modem = cmd.modem;
  const bool attach = cmd.number(0) == 1;
  if (!radio_on(cmd)) co_return Cme::cfun_off;
  if (attach == modem.network->attached()) co_return ok;
  if (attach && !modem.network->registered()) co_return Cme::unknown;  // what hardware answers if it is sent too early
  co_await modem.clock.sleep(modem.latency[Latency::network_detach]);
  if (attach) {
    modem.network->attach(&cmd.channel);
    co_return modem.network->attached() ? ok : why_not_attached(*modem.network);
  }
  modem.network->detach(&cmd.channel);
  co_return ok;
}

// --- 7.2.2 AT+CGDCONT

/// +CGDCONT: <cid>,<PDP_type>,<APN>,<PDP_addr>,<data_comp>,<head_comp>
Result show_contexts(Invocation& cmd) {
  for (unsigned cid = 1; cid <= Gprs::count; ++cid) {
    const auto& defined = cmd.modem.gprs->definition(cid);
    if (!defined) continue;
    const std::string& address = defined->address;
    cmd.print("+CGDCONT: {},\"IP\",\"{}\",\"{}\",0,0", cid, defined->apn, address.empty() ? "0.0.0.0" : address);
  }
  return ok;
}

/// AT+CGDCONT=<cid>[,<PDP_type>[,<APN>[,<PDP_addr>[,<d_comp>[,<h_comp>]]]]]   <cid> alone undefines it.
Result define_context(Invocation& cmd) {
  Gprs& gprs = *cmd.modem.gprs;
  const unsigned cid = cmd.number(0);
  if (!cmd.text(3).empty() && !is_ip_address(cmd.text(3))) return not_allowed;
  if (cmd.arguments.size() == 1) {
    if (gprs.active(cid)) return not_allowed;
    return kept_if(gprs.define(cid, std::nullopt));
  }
  // Hosts send it before each call; it counts from the next activation.
  return kept_if(gprs.define(cid, Gprs::Definition{cmd.text(2), cmd.text(3) == "0.0.0.0" ? "" : cmd.text(3)}));
}

// --- 7.2.3 AT+CGQMIN, 7.2.4 AT+CGQREQ

bool is_request(const Invocation& cmd) { return cmd.command.name == "+CGQREQ"; }

const Gprs::Quality& quality(Invocation& cmd, unsigned cid) {
  return is_request(cmd) ? cmd.modem.gprs->requested(cid) : cmd.modem.gprs->minimum(cid);
}

Result show_quality(Invocation& cmd) {
  for (unsigned cid = 1; cid <= Gprs::count; ++cid)
    cmd.print("{}: {},{}", cmd.command.name, cid, fmt::join(quality(cmd, cid), ","));
  return ok;
}

/// AT+CGQREQ=<cid>[,<precedence>[,<delay>[,<reliability>[,<peak>[,<mean>]]]]]   omitted values get their first value.
Result set_quality(Invocation& cmd) {
  if (!Gprs::has(cmd.number(0))) return not_allowed;
  Gprs::Quality set{};
  for (std::size_t i = 0; i < set.size(); ++i) set[i] = cmd.number(i + 1, Gprs::initial_quality[i]);
  Gprs& gprs = *cmd.modem.gprs;
  return kept_if(is_request(cmd) ? gprs.request(cmd.number(0), set) : gprs.demand(cmd.number(0), set));
}

// --- 7.2.5 AT+CGACT, 7.2.6 AT+CGDATA, 7.2.7 AT+CGPADDR

Result show_activation(Invocation& cmd) {
  for (unsigned cid = 1; cid <= Gprs::count; ++cid)
    cmd.print("+CGACT: {},{}", cid, cmd.modem.gprs->active(cid) ? 1 : 0);
  return ok;
}

/// AT+CGACT=<state>[,<cid>]   Without <cid> the first context, which need not be defined.
Task<Result> set_activation(Invocation& cmd) {
  Gprs& gprs = *cmd.modem.gprs;
  const bool named = cmd.has(1);
  const unsigned cid = cmd.number(1, gprs.first());
  if (!Gprs::has(cid)) co_return not_allowed;
  if (cmd.number(0) == 0) {
    if (!named && !gprs.active(cid)) co_return ok;
    co_return co_await gprs.deactivate(cid, &cmd.channel);
  }
  if (!radio_on(cmd)) co_return Cme::cfun_off;
  if (const auto refused = cmd.modem.sim->refusal()) co_return *refused;
  co_return co_await gprs.activate(cid, !named);
}

/// AT+CGDATA=<L2P>[,<cid>]   CONNECT, and the context is activated once the host has negotiated that far.
Result enter_data_state(Invocation& cmd) {
  Modem& modem = cmd.modem;
  if (!radio_on(cmd)) return Cme::cfun_off;
  if (const auto refused = modem.sim->refusal()) return *refused;
  const unsigned cid = cmd.number(1, modem.gprs->first());
  if (!Gprs::has(cid)) return not_allowed;
  constexpr Result not_subscribed{static_cast<Cme>(133)};
  if (cmd.has(1) && !modem.gprs->definition(cid) && !modem.gprs->active(cid)) return not_subscribed;
  if (!modem.network->registered() || !modem.world.network.gprs) return unspecified_error;
  if (!modem.ppp->available(cid, !cmd.has(1))) return not_allowed;
  return begin_data_call(cmd, cid, !cmd.has(1));
}

Result list_addresses(Invocation& cmd) {
  std::vector<unsigned> defined;
  for (unsigned cid = 1; cid <= Gprs::count; ++cid) {
    if (cmd.modem.gprs->definition(cid) || cmd.modem.gprs->active(cid)) defined.push_back(cid);
  }
  cmd.print("+CGPADDR: ({})", fmt::join(defined, ","));
  return ok;
}

/// +CGPADDR: <cid>,<PDP_addr>
Result show_address(Invocation& cmd) {
  const unsigned cid = cmd.number(0);
  if (!Gprs::has(cid)) return not_allowed;
  if (!cmd.modem.gprs->definition(cid) && !cmd.modem.gprs->active(cid)) return Cme::invalid_input;
  cmd.print("+CGPADDR: {},\"{}\"", cid, cmd.modem.gprs->address(cid));
  return ok;
}

// --- 7.2.10 AT+CGREG

/// +CGREG: <n>,<stat>[,<lac>,<ci>]
Result show_registration(Invocation& cmd) {
  cmd.print("+CGREG: {}", cmd.modem.network->cgreg(cmd.modem.settings.number(key::cgreg), true));
  return ok;
}

/// Those beyond Gprs::count are refused by the handlers: 3, as AT+CGDCONT=4 on hardware.
constexpr Parameter cid = number("0-255");

constexpr Command quality_command(std::string_view name, std::string_view section, const char* test) {
  return {.name = name,
          .section = section,
          .support = state,
          .saved = automatic,
          .parameters = {cid, optional(number("0-3")), optional(number("0-4")), optional(number("0-5")),
                         optional(number("0-9")), optional(number("0-18,31"))},
          .test = test,
          .read = show_quality,
          .write = set_quality};
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CGATT", .section = "7.2.1", .parameters = {number("0,1")},
     .test = show_ranges, .read = show_attachment, .write = set_attachment, .seconds = 75},
    {.name = "+CGDCONT", .section = "7.2.2", .saved = automatic,
     .parameters = {number("1-3"), optional(words("\"IP\"")), optional(text(64)), optional(text(15)), optional(number("0")), optional(number("0"))},
     .test = "+CGDCONT: (1-3),\"IP\",,,(0),(0)", .read = show_contexts, .write = define_context, .usage_error = not_allowed},
    quality_command("+CGQMIN", "7.2.3", "+CGQMIN: \"IP\",(0-3),(0-4),(0-5),(0-9),(0-18,31)"),
    quality_command("+CGQREQ", "7.2.4", "+CGQREQ: \"IP\",(0-3),(0-4),(0-5),(0-9),(0-18,31)"),
    {.name = "+CGACT", .section = "7.2.5", .parameters = {number("0,1"), optional(cid)},
     .test = "+CGACT: (0,1)", .read = show_activation, .write = set_activation, .seconds = 150},
    {.name = "+CGDATA", .section = "7.2.6", .parameters = {words("\"PPP\""), optional(cid)},
     .test = "+CGDATA: (\"PPP\")", .write = with_input(enter_data_state)},
    {.name = "+CGPADDR", .section = "7.2.7", .parameters = {cid}, .test = list_addresses, .write = show_address},
    setting("+CGCLASS", "7.2.8", state, automatic, {words("\"B\",\"CG\",\"CC\"", "B")}),
    setting("+CGEREP", "7.2.9", full, never, {number("0,1", "0")}),
    {.name = "+CGREG", .section = "7.2.10", .saved = profile, .parameters = {optional(number("0-2", "0"))},
     .test = show_ranges, .read = show_registration, .write = keep_setting, .profile_line = 19},
    setting("+CGSMS", "7.2.11", state, automatic, {number("0-3", "1")}),
};
// clang-format on

}  // namespace

std::span<const Command> gprs_commands() { return table; }

}  // namespace sim800
