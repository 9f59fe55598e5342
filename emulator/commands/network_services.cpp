// SPDX-License-Identifier: MIT
#include "emulator/commands/network_services.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/at/settings.hpp"
#include "emulator/calls/call_barring.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/phone_book.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

constexpr unsigned single_classes[] = {1, 2, 4};
using Services = SupplementaryServices;

/// Registers, switches or erases one target; false if there is nothing to switch on.
bool change_target(Forwarding& kept, ForwardingMode mode, const Forwarding& wanted) {
  using enum ForwardingMode;
  switch (mode) {
    case registration: kept = wanted; return true;
    case erasure: kept = {}; return true;
    case disable: kept.active = false; return true;
    case enable: kept.active = !kept.number.empty(); return kept.active;
    case query: break;
  }
  return false;
}

}  // namespace

std::optional<Result> network_unreachable(Modem& modem) {
  if (modem.functionality() != 1) return Cme::cfun_off;
  if (const auto refused = modem.sim->refusal()) return refused;
  if (!modem.network->registered()) return Cme::no_network_service;
  return std::nullopt;
}

bool fixed_dialling_forbids(Modem& modem, std::string_view number) {
  if (!modem.sim->fixed_dialling()) return false;
  return std::ranges::none_of(modem.phone_book->entries("FD"), [number](const auto& entry) {
    const std::string& fixed = entry.second.number;
    return !fixed.empty() && number.starts_with(fixed);
  });
}

std::optional<Result> refuse_message(Modem& modem, std::string_view number, std::string_view centre) {
  constexpr Result fixed = Result::cms(302), suspended = Result::cms(530), barred = Result::cms(10);
  constexpr std::uint32_t packets_only = 0;
  if (fixed_dialling_forbids(modem, number) || fixed_dialling_forbids(modem, centre)) return fixed;
  if (modem.settings.number(key::cgsms) == packets_only && modem.calls->busy()) return suspended;
  const bool bars = !modem.barring->bars_outgoing(number, CallBarring::messages, modem.calls->place()).empty();
  return bars ? std::optional(barred) : std::nullopt;
}

// Forwarding of all calls and the barring of all outgoing ones exclude each other (22.088 on 22.082).
Result change_forwarding(Modem& modem, unsigned reason, ForwardingMode mode, const Forwarding& wanted,
                         unsigned classes) {
  if (!modem.world.network.services.forwarding) return Cme::not_allowed;
  const bool starts = mode == ForwardingMode::registration || mode == ForwardingMode::enable;
  if (starts && (modem.barring->barred("AO") & classes) != 0) return Cme::not_allowed;
  Services& services = modem.calls->services;
  if (mode == ForwardingMode::registration && modem.calls->lists.is_emergency(wanted.number, true))
    return Cme::not_allowed;
  Services::Kept kept = services.kept();
  const unsigned first = reason == 4 ? 0 : reason == 5 ? 1 : reason, last = reason >= 4 ? 3 : reason;
  bool changed = false;
  for (unsigned i = first; i <= last; ++i) {
    for (std::size_t c = 0; c < Services::classes; ++c) {
      if ((classes & 1U << c) != 0) changed = change_target(kept.forwarding.at(i).at(c), mode, wanted) || changed;
    }
  }
  return changed ? kept_if(services.keep(std::move(kept))) : Result{Cme::not_allowed};
}

/// +CCFC: <status>,<class>[,<number>,<type>[,<subaddr>,<satype>,<time>]]   one line for each class
Result show_forwarding(Invocation& cmd, unsigned reason, unsigned classes) {
  if (!cmd.modem.world.network.services.forwarding) return Cme::not_allowed;
  const Services::Targets& targets = cmd.modem.calls->services.kept().forwarding.at(reason);
  bool any = false;
  for (std::size_t c = 0; c < targets.size(); ++c) {
    const Forwarding& kept = targets.at(c);
    if (!kept.active || (classes & 1U << c) == 0) continue;
    any = true;
    const std::string time = reason == Services::no_reply ? fmt::format(",\"\",0,{}", kept.seconds) : "";
    cmd.print("+CCFC: 1,{},\"{}\",{}{}", 1U << c, kept.number, type_of_number(kept.number), time);
  }
  if (!any) cmd.print("+CCFC: 0,{}", classes);
  return ok;
}

Result let_calls_wait(Modem& modem, bool on, unsigned classes) {
  if (!modem.world.network.services.waiting) return Cme::not_allowed;
  Services::Kept kept = modem.calls->services.kept();
  kept.waiting_classes = on ? kept.waiting_classes | classes : kept.waiting_classes & ~classes;
  return kept_if(modem.calls->services.keep(std::move(kept)));
}

Result show_waiting_classes(Invocation& cmd, unsigned classes) {
  if (!cmd.modem.world.network.services.waiting) return Cme::not_allowed;
  const unsigned waiting = cmd.modem.calls->services.kept().waiting_classes & classes;
  for (const unsigned one : single_classes) {
    if ((waiting & one) != 0) cmd.print("+CCWA: 1,{}", one);
  }
  if (waiting == 0) cmd.line("+CCWA: 0,7");
  return ok;
}

unsigned barring_classes(unsigned classes) {
  return classes == CallBarring::all_classes ? classes | CallBarring::messages : classes;
}

Result bar_calls(Modem& modem, std::string_view facility, bool on, std::string_view password, unsigned classes) {
  if (!modem.world.network.services.barring) return Cme::not_allowed;
  if (on && facility == "AO" && modem.calls->services.forwards(Services::unconditional)) return Cme::not_allowed;
  return modem.barring->bar(facility, on, password, classes);
}

/// +CLCK: <status>[,<class>]   one line for each barred class; one for all if none is barred.
Result show_barring(Invocation& cmd, std::string_view facility, unsigned classes) {
  if (!cmd.modem.world.network.services.barring) return Cme::not_allowed;
  const unsigned barred = cmd.modem.barring->barred(facility) & classes;
  const unsigned calls = classes & CallBarring::all_classes;
  if (barred == 0) cmd.print("+CLCK: 0,{}", calls != 0 ? calls : classes);
  for (const unsigned one : {1U, 2U, 4U, 8U}) {
    if ((barred & one) != 0) cmd.print("+CLCK: 1,{}", one);
  }
  return ok;
}

int presentation_of(Modem& modem, std::string_view command) {
  const Subscription& services = modem.world.network.services;
  if (command != "+CLIR") return (command == "+CLIP" ? services.clip : services.colp) ? 1 : 0;
  using enum Subscription::Clir;
  switch (services.clir) {
    case not_provisioned: return 0;
    case permanent: return 1;
    case restricted: return 3;
    case allowed: break;
  }
  return 4;
}

}  // namespace sim800
