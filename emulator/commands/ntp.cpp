// Time from an Internet server (NTP application note).
// SPDX-License-Identifier: MIT
#include <charconv>

#include "emulator/ip/ntp_service.hpp"
#include "emulator/module/modem.hpp"

namespace sim800 {
namespace {

Result show_profile(Invocation& cmd) {
  cmd.print("+CNTPCID: {}", cmd.modem.ntp->cid);
  return ok;
}
Result set_profile(Invocation& cmd) {
  if (cmd.modem.ntp->busy()) return Cme::not_allowed;
  cmd.modem.ntp->cid = cmd.number(0);
  return ok;
}

/// Quarters of an hour, with or without a sign; -47 to 48.
std::optional<int> parse_zone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int zone = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), zone);
  if (problem != std::errc() || end != text.data() + text.size() || zone < -47 || zone > 48) return std::nullopt;
  return zone;
}

Result show_server(Invocation& cmd) {
  cmd.print("+CNTP: {},{}", cmd.modem.ntp->server, cmd.modem.ntp->zone);
  return ok;
}

/// AT+CNTP=<server>[,<time zone>]
Result set_server(Invocation& cmd) {
  NtpService& ntp = *cmd.modem.ntp;
  const std::optional<int> zone = cmd.has(1) ? parse_zone(cmd.text(1)) : ntp.zone;
  if (!zone || cmd.text(0).empty()) return Cme::invalid_input;
  if (ntp.busy()) return Cme::not_allowed;
  ntp.server = cmd.text(0);
  ntp.zone = *zone;
  return ok;
}

/// OK, then +CNTP: <code>
Result synchronise(Invocation& cmd) {
  NtpService& ntp = *cmd.modem.ntp;
  if (ntp.busy() || ntp.server.empty()) return Cme::not_allowed;
  ntp.start(cmd.channel);
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "+CNTPCID", .section = "", .parameters = {number("1-3")},
     .test = show_ranges, .read = show_profile, .write = set_profile},
    {.name = "+CNTP", .section = "", .parameters = {text(64), optional(text(3))},
     .test = "+CNTP: 64,(-47-48)", .read = show_server, .write = set_server, .execute = synchronise},
};
// clang-format on

}  // namespace

std::span<const Command> ntp_commands() { return table; }

}  // namespace sim800
