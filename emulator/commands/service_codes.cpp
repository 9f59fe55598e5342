// SPDX-License-Identifier: MIT
#include "emulator/commands/service_codes.hpp"

#include <algorithm>

#include "emulator/calls/call_barring.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/commands/network_services.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/sim/sim.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

using Act = ServiceCode::Act;
constexpr unsigned call_classes = 7, all_services = 15;

/// A code of 22.030, and the <reason> or facility of the AT command that does the same.
struct Reason {
  std::string_view code;
  unsigned number;
};
constexpr Reason reasons[] = {{"21", 0}, {"67", 1}, {"61", 2}, {"62", 3}, {"002", 4}, {"004", 5}};

struct Facility {
  std::string_view code, name;
};
constexpr Facility facilities[] = {{"33", "AO"},  {"331", "OI"}, {"332", "OX"}, {"35", "AI"},
                                   {"351", "IR"}, {"330", "AB"}, {"333", "AG"}, {"353", "AC"}};

/// Who asks gives the class where the others have it, *#33**11#, or alone, *#33*11#, as networks print it.
unsigned asked_classes(const ServiceCode& code, unsigned all) {
  const std::string& alone = code.given[0];
  const std::string& group = code.given[1];
  return ServiceCode::classes_of(group.empty() && alone.size() == 2 ? alone : group, all);
}

/// *SC[*DN[*BS[*T]]]#   With a number it is a registration (22.030 6.5.2).
Result forward(Invocation& cmd, const ServiceCode& code, unsigned reason) {
  const auto& [number, group, time, rest] = code.given;
  const bool asks = code.act == Act::ask;
  const unsigned classes = asks ? asked_classes(code, call_classes) : ServiceCode::classes_of(group, call_classes);
  const unsigned seconds = parse_number(time).value_or(time.empty() ? 20 : 0);
  if (classes == 0 || !rest.empty() || seconds < 5 || seconds > 30 || !is_phone_number(number))
    return Cme::invalid_input;
  if (asks) return reason > 3 ? Result{Cme::not_allowed} : show_forwarding(cmd, reason, classes);
  using enum ForwardingMode;
  const bool registers = code.act == Act::enter || (code.act == Act::activate && !number.empty());
  if (registers && number.empty()) return Cme::invalid_input;
  const ForwardingMode mode = registers                     ? registration
                              : code.act == Act::activate   ? enable
                              : code.act == Act::deactivate ? disable
                                                            : erasure;
  return change_forwarding(cmd.modem, reason, mode, {.number = number, .active = true, .seconds = seconds}, classes);
}

/// *SC*PW[*BS]#
Result bar(Invocation& cmd, const ServiceCode& code, std::string_view facility) {
  const bool asks = code.act == Act::ask;
  const unsigned classes =
      asks ? asked_classes(code, all_services) : ServiceCode::classes_of(code.given[1], all_services);
  if (classes == 0 || !code.given[2].empty()) return Cme::invalid_input;
  if (asks) {
    const bool several = facility == "AB" || facility == "AG" || facility == "AC";
    return several ? Result{Cme::not_allowed} : show_barring(cmd, facility, classes);
  }
  if (code.act != Act::activate && code.act != Act::deactivate) return Cme::invalid_input;
  return bar_calls(cmd.modem, facility, code.act == Act::activate, code.given[0], classes);
}

/// *SC[*BS]#
Result wait_for(Invocation& cmd, const ServiceCode& code) {
  const unsigned classes = ServiceCode::classes_of(code.given[0], call_classes);
  if (classes == 0 || !code.given[1].empty()) return Cme::invalid_input;
  if (code.act == Act::ask) return show_waiting_classes(cmd, classes);
  if (code.act != Act::activate && code.act != Act::deactivate) return Cme::invalid_input;
  return let_calls_wait(cmd.modem, code.act == Act::activate, classes);
}

/// 30, 31, 76, 77: CLIP, CLIR, COLP, COLR can only be asked for.
Result present(Invocation& cmd, std::string_view service) {
  if (service == "77") {
    cmd.line("+COLR: 0");  // 27.007 7.31: not provisioned
    return ok;
  }
  const std::string_view command = service == "30" ? "+CLIP" : service == "31" ? "+CLIR" : "+COLP";
  const auto& set = service == "30" ? key::clip : service == "31" ? key::clir : key::colp;
  cmd.print("{}: {},{}", command, cmd.modem.settings.number(set), presentation_of(cmd.modem, command));
  return ok;
}

/// **04*OLD*NEW*NEW#, **042 for PIN2, **05*PUK*NEW*NEW#, **052 for PIN2 (22.030 6.6.2, 6.6.3)
Result change_pin(Modem& modem, const ServiceCode& code) {
  const auto& [first, wanted, again, rest] = code.given;
  if (code.act != Act::enter || !rest.empty()) return Cme::invalid_input;
  if (wanted != again) return Cme::incorrect_password;
  const Sim::Guard which = code.service.size() == 3 ? Sim::Guard::pin2 : Sim::Guard::pin1;
  if (code.service.starts_with("04")) return modem.sim->change(which, first, wanted);
  if (which == Sim::Guard::pin1 && modem.sim->state() == Sim::State::puk) return modem.sim->enter(first, wanted);
  return modem.sim->unblock_code(which, first, wanted);
}

/// [*|**]03*[ZZ]*OLD*NEW*NEW#   ZZ: a service whose password it is, or none; all have the same.
Result change_password(Modem& modem, const ServiceCode& code) {
  const auto& [service, old_one, wanted, again] = code.given;
  if (!modem.world.network.services.barring) return Cme::not_allowed;
  const bool bars = std::ranges::find(facilities, service, &Facility::code) != std::end(facilities);
  if ((code.act != Act::activate && code.act != Act::enter) || (!service.empty() && !bars)) return Cme::invalid_input;
  if (wanted != again) return Cme::incorrect_password;
  return modem.barring->change_password(old_one, wanted);
}

Result ask_network(Invocation& cmd, const ServiceCode& code) {
  const std::string_view service = code.service;
  if (const auto* found = std::ranges::find(reasons, service, &Reason::code); found != std::end(reasons))
    return forward(cmd, code, found->number);
  if (const auto* found = std::ranges::find(facilities, service, &Facility::code); found != std::end(facilities))
    return bar(cmd, code, found->name);
  if (service == "43") return wait_for(cmd, code);
  if (service == "03") return change_password(cmd.modem, code);
  if (!code.given[0].empty()) return Cme::invalid_input;
  return code.act == Act::ask ? present(cmd, service) : Result{Cme::not_allowed};
}

}  // namespace

Result run_code_for_card(Modem& modem, Channel& asker, const ServiceCode& code) {
  if (code.is_local()) return Cme::not_allowed;
  static constexpr Command nameless{};
  std::string unheard;
  const Format format;
  Response response(unheard, format);
  const Arguments none;
  Invocation run{modem, asker, modem.settings, nameless, {}, none, response};
  return ask_network(run, code);
}

Task<Result> run_service_code(Invocation& cmd, ServiceCode code) {
  Modem& modem = cmd.modem;
  if (code.service == "06") {
    cmd.line(modem.imei());
    co_return ok;
  }
  if (code.is_local()) {
    co_await modem.clock.sleep(modem.latency[Latency::facility]);
    co_return change_pin(modem, code);
  }
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  co_await modem.clock.sleep(modem.latency[Latency::supplementary]);
  if (const auto refused = network_unreachable(modem)) co_return *refused;
  co_return ask_network(cmd, code);
}

}  // namespace sim800
