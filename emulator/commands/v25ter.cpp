// V.25ter commands for calls, identity and the serial line (AT manual chapter 2).
// SPDX-License-Identifier: MIT
#include "emulator/at/line_settings.hpp"
#include "emulator/core/world.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/ppp/ppp_service.hpp"
#include "protocol/text/characters.hpp"

#include <algorithm>

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

Result accept(Invocation&) { return ok; }

/// ATO: back to the data of a transparent connection or a data call.
Result resume_data(Invocation& cmd) {
  if (cmd.modem.ppp.made() && cmd.modem.ppp->resume(cmd.channel)) return Code::connect;
  return cmd.modem.ip->resume(cmd.channel) ? Code::connect : error;
}

Result show_product(Invocation& cmd) {
  cmd.line(cmd.modem.world.module.quirks.ati);
  return ok;
}
Result show_manufacturer(Invocation& cmd) {
  cmd.line("SIMCOM_Ltd");
  return ok;
}
Result show_model(Invocation& cmd) {
  cmd.print("SIMCOM_{}", cmd.modem.world.module.model);
  return ok;
}
Result show_revision(Invocation& cmd) {
  cmd.print("Revision:{}", cmd.modem.world.module.revision);
  return ok;
}
Result show_imei(Invocation& cmd) {
  cmd.line(cmd.modem.imei());
  return ok;
}

/// AT+SIMEI?, AT+SIMEI=<imei>: not in the manual, but drivers write the IMEI with it.
Result show_written_imei(Invocation& cmd) {
  cmd.print("+SIMEI: {}", cmd.modem.imei());
  return ok;
}
Result write_imei(Invocation& cmd) {
  const std::string imei = cmd.text(0);
  if (imei.size() != 15 || !std::ranges::all_of(imei, is_digit)) return Cme::invalid_input;
  return cmd.modem.set_imei(imei) ? ok : error;
}

/// AT&K<n> is no command of the module, but some firmware does not even refuse it (quirk).
Result control_flow(Invocation& cmd) {
  return cmd.modem.world.module.quirks.flow_control_silent ? Result::silent() : Result{Cme::unknown};
}

/// AT+IPR, AT+ICF: the result is still framed as before.
Result keep_framing(Invocation& cmd) {
  const Result kept = keep_setting(cmd);
  if (kept.is_ok()) cmd.channel.reframe_after_result();
  return kept;
}

/// +ICF?: the parity reads 255 where the format has none.
Result show_framing(Invocation& cmd) {
  const Settings& settings = cmd.modem.settings;
  const std::uint32_t format = settings.number(key::icf_format);
  const bool parity = format == 2 || format == 5;
  cmd.print("+ICF: {},{}", format, parity ? settings.number(key::icf_parity) : 255);
  return ok;
}

constexpr std::string_view rates = "0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800";

// Rows in the manual's order.  A/ and +++ are no commands of a line: the line assembler and the data mode know them.
// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    {.name = "A/", .section = "2.2.1"},
    {.name = "I", .section = "2.2.9", .parameters = {optional(number("0-9"))}, .write = show_product},
    {.name = "L", .section = "2.2.10", .support = accepts, .parameters = {optional(number("0-9"))}, .write = accept},
    {.name = "M", .section = "2.2.11", .support = accepts, .parameters = {optional(number("0-9"))}, .write = accept},
    {.name = "+++", .section = "2.2.12"},
    {.name = "O", .section = "2.2.13", .parameters = {optional(number("0"))}, .write = with_input(resume_data)},
    {.name = "P", .section = "2.2.14", .support = accepts, .execute = accept},
    {.name = "T", .section = "2.2.24", .support = accepts, .saved = automatic, .execute = accept},
    {.name = "+GCAP", .section = "2.2.33", .execute = "+GCAP: +CGSM"},
    {.name = "+GMI", .section = "2.2.34", .test = "", .execute = show_manufacturer},
    {.name = "+GMM", .section = "2.2.35", .test = "", .execute = show_model},
    {.name = "+GMR", .section = "2.2.36", .test = "", .execute = show_revision},
    {.name = "+GOI", .section = "2.2.37", .test = "", .execute = "SIM800"},
    {.name = "+GSN", .section = "2.2.38", .test = "", .execute = show_imei},
    {.name = "+ICF", .section = "2.2.39", .saved = profile_uart,
     .parameters = {number("1-6", "3"), optional(number("0,1,3", "3"))},
     .test = show_ranges, .read = show_framing, .write = keep_framing},
    listed(48, setting("+IFC", "2.2.40", full, profile_uart, {number("0-2", "0"), optional(number("0-2", "0"))})),
    {.name = "+IPR", .section = "2.2.41", .saved = profile_uart, .parameters = {number(rates, "115200")},
     .test = "+IPR: (),(0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800)",
     .read = show_setting, .write = keep_framing, .profile_line = 47},
    {.name = "+CGMI", .section = "3.2.8", .test = "", .execute = show_manufacturer},
    {.name = "+CGMM", .section = "3.2.9", .test = "", .execute = show_model},
    {.name = "+CGMR", .section = "3.2.10", .test = "", .execute = show_revision},
    {.name = "+CGSN", .section = "3.2.11", .test = "", .execute = show_imei},
    {.name = "+SIMEI", .section = "", .saved = automatic, .parameters = {text(15)},
     .test = "", .read = show_written_imei, .write = write_imei},
    {.name = "+FCLASS", .section = "", .support = accepts, .parameters = {number("0")},  // data; wvdial asks for it
     .test = "+FCLASS: (0)", .read = "+FCLASS: 0", .write = accept},
    {.name = "&K", .section = "", .parameters = {optional(number("0-4294967295"))},
     .write = control_flow, .usage_error = Cme::unknown},
};
// clang-format on

}  // namespace

std::span<const Command> v25ter_commands() { return table; }

}  // namespace sim800
