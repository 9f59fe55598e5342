// SIMCom's own commands (AT manual chapter 6).
// SPDX-License-Identifier: MIT
#include "emulator/modem.hpp"

namespace sim800 {
namespace {

using enum Support;
using enum Saved;

/// AT+CPOWD=<n>   0: off at once; 1: detaches, says NORMAL POWER DOWN, no OK either way (6.2.2).
Task<Result> power_down(Call& call) {
  Modem& modem = call.modem;
  if (call.number(0) == 1) {
    modem.detach_for_good();
    co_await modem.clock.sleep(modem.latency[Latency::power_down]);
    modem.urc("NORMAL POWER DOWN", &call.channel);
  }
  modem.power_off_soon();
  co_return Result::silent();
}

Result show_call_ready(Call& call) {
  call.print("+CCALR: {}", call.modem.call_ready() ? 1 : 0);
  return ok;
}

/// Manufacturer, model, revision (6.2.38).
Result show_product_information(Call& call) {
  const ModuleConfig& module = call.modem.world.module;
  call.line("SIMCOM_Ltd");
  call.print("SIMCOM_{}", module.model);
  call.print("Revision:{}", module.revision);
  return ok;
}

constexpr Parameter flag(std::string_view initial) { return number("0,1", initial); }

// clang-format off: a row is one or two lines, so that the table reads like the manual's index
constexpr Command table[] = {
    setting("+CBATCHK", "6.2.81", full, never, {flag("1")}),
    {.name = "+CPOWD", .section = "6.2.2", .parameters = {number("0,1")}, .write = power_down},
    setting("+CSNS", "6.2.8", state, profile, {number("0,2,4", "0")}),
    setting("+CFGRI", "6.2.11", state, profile, {number("0-2", "0")}),
    setting("+CLTS", "6.2.12", state, profile, {flag("0")}),
    setting("+CSCLK", "6.2.20", state, profile_uart, {number("0-2", "0")}),
    setting("+CCPD", "6.2.27", state, profile, {flag("1")}),
    setting("+MORING", "6.2.29", state, profile, {flag("0")}),
    setting("+CIURC", "6.2.32", full, profile, {flag("1")}),
    {.name = "+CCALR", .section = "6.2.37", .test = "+CCALR: (0,1)", .read = show_call_ready},
    {.name = "+GSV", .section = "6.2.38", .test = "", .execute = show_product_information},
    setting("+CAAS", "6.2.42", state, profile, {number("0-2", "1")}),
    setting("+SVR", "6.2.43", state, profile, {number("0-17", "16")}),
    setting("+CBUZZERRING", "6.2.48", state, profile, {flag("0")}),
    setting("+CNETLIGHT", "6.2.50", state, profile, {flag("1")}),
    setting("+CSGS", "6.2.54", state, profile, {number("0-2", "1")}),
    setting("+STKPCIS", "5.2.10", state, profile, {flag("0")}),
    setting("+VTD", "3.2.36", state, profile, {number("1-255", "1")}),
    setting("+CSCS", "3.2.12", state, profile, {words(R"("IRA","GSM","UCS2","HEX","PCCP","PCDN","8859-1")", "IRA")}),
    setting("+CMGF", "4.2.2", state, profile, {optional(flag("0"))}),
    setting("+CNMI", "4.2.8", state, profile,
            {number("0-3", "2"), optional(number("0-3", "1")), optional(number("0,2", "0")), optional(flag("0")), optional(flag("0"))}),
};
// clang-format on

}  // namespace

std::span<const Command> simcom_commands() { return table; }

}  // namespace sim800
