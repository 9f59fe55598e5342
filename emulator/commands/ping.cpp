// Ping in both directions (AT manual chapter 10). Nothing outside can reach the module's address, so the settings
// against being pinged are only stored and shown.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "emulator/core/world.hpp"
#include "emulator/ip/ip_filters.hpp"
#include "emulator/ip/ping_service.hpp"
#include "emulator/module/modem.hpp"
#include "protocol/at/ip_address.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

// --- 10.2.1 AT+CIPPING

constexpr unsigned usual_count = 4, usual_length = 32, usual_limit = 100, usual_ttl = 64;
constexpr Duration limit_unit = 100ms;
/// The manual's values for a probe without a reply, whatever its time limit.
constexpr unsigned lost_time = 600, lost_ttl = 255;

/// +CIPPING: <retryNum>,<dataLen>,<timeout>,<ttl>
Result show_ping(Invocation& cmd) {
  cmd.print("+CIPPING: {},{},{},{}", usual_count, usual_length, usual_limit, usual_ttl);
  return ok;
}

/// In units, rounded; at least 1, as hardware shows for a near host.
std::int64_t in_units(Duration time, Duration unit) { return std::max<std::int64_t>((time + unit / 2) / unit, 1); }

/// AT+CIPPING=<IPaddr>[,<retryNum>[,<dataLen>[,<timeout>[,<ttl>]]]] +CIPPING: <replyId>,<Ip Address>,<replyTime>,<ttl>
/// one line per probe, as soon as its result is known.
Task<Result> ping(Invocation& cmd) {
  const Duration unit = std::chrono::milliseconds(cmd.modem.world.module.quirks.ping_unit_ms);
  PingService::Request request{cmd.text(0), cmd.number(1, usual_count), cmd.number(2, usual_length),
                               cmd.number(3, usual_limit) * limit_unit, cmd.number(4, usual_ttl)};
  co_return co_await cmd.modem.ping->run(std::move(request), [&cmd, unit](const PingService::Probe& probe) {
    if (probe.time) {
      cmd.print("+CIPPING: {},\"{}\",{},{}", probe.number, probe.address, in_units(*probe.time, unit), probe.ttl);
    } else {
      cmd.print("+CIPPING: {},\"{}\",{},{}", probe.number, probe.address, lost_time, lost_ttl);
    }
    cmd.channel.flush();
  });
}

// --- 10.2.3 AT+CIPFLT

/// +CIPFLT: <item>,<ipAddr>,<mask>
Result show_filters(Invocation& cmd) {
  for (const auto& [place, rule] : cmd.modem.ip_filters->rules())
    cmd.print("+CIPFLT: {},\"{}\",\"{}\"", place, rule.address, rule.mask);
  return ok;
}

enum Action : std::uint8_t { remove_rule, add_rule, remove_all };

/// AT+CIPFLT=<action>[,<item>][,<ipAddr>,<mask>]   Without <item> a rule gets the first free location.
Result set_filter(Invocation& cmd) {
  IpFilters& filters = *cmd.modem.ip_filters;
  switch (cmd.number(0)) {
    case remove_rule:
      if (!cmd.has(1) || cmd.arguments.size() > 2) return Cme::invalid_input;
      if (!filters.rules().contains(cmd.number(1))) return Cme::not_found;
      return kept_if(filters.remove(cmd.number(1)));
    case add_rule: {
      if (!is_ip_address(cmd.text(2)) || !is_ip_address(cmd.text(3))) return Cme::invalid_input;
      const std::optional<unsigned> place = cmd.has(1) ? cmd.number(1) : filters.free();
      if (!place) return Cme::memory_full;
      return kept_if(filters.set(*place, {cmd.text(2), cmd.text(3)}));
    }
    default: break;
  }
  if (cmd.arguments.size() > 1) return Cme::invalid_input;
  return kept_if(filters.clear());
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CIPPING", .section = "10.2.1",
     .parameters = {text(255), optional(number("1-100")), optional(number("0-1024")), optional(number("1-600")), optional(number("1-255"))},
     .test = "+CIPPING: (1-100),(0-1024),(1-600),(1-255)", .read = show_ping, .write = ping},
    setting("+CIPCTL", "10.2.2", state, automatic, {number("0,1,2", "1")}),
    {.name = "+CIPFLT", .section = "10.2.3", .support = state,
     .parameters = {number("0-2"), optional(number("1-20")), optional(text(15)), optional(text(15))},
     .test = "+CIPFLT: (0-2),(1-20)", .read = show_filters, .write = set_filter},
    setting("+CIPBEIPING", "10.2.4", state, never, {number("0,1", "0")}),
};
// clang-format on

}  // namespace

std::span<const Command> ping_commands() { return table; }

}  // namespace sim800
