// What the network asks of a subscription before it sets up a call: barring, number presentation, closed user groups,
// and what it charges then (22.081, 22.085, 22.086, 22.088). SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/calls/calling_code.hpp"
#include "emulator/plmn/call_cause.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

constexpr Duration warned_before = 5s;  // AT manual 3.2.51

}  // namespace

CallBarring::Place CallService::place() const {
  const std::string& number = environment_.identity.number;
  std::string home = number.starts_with('+') ? std::string(calling_code_of(std::string_view(number).substr(1)))
                                             : calling_code_of_network(environment_.identity.imsi);
  std::string country = calling_code_of_network(network_.serving().plmn);
  if (country.empty()) country = home;
  return {.roams = network_.roaming(), .country = std::move(country), .home = std::move(home)};
}

/// Why the network does not set up this call; nothing: it does.
std::optional<int> CallService::forbidden(const Connection& call) {
  if (call.hops != 0 || lists.is_emergency(call.number, true)) return std::nullopt;  // who forwards it pays for it
  const auto bars = barring_.bars_outgoing(call.number, CallBarring::voice, place());
  if (!bars.empty()) {
    tell_caller(call, "+CSSI: 5");
    return call_cause::facility_rejected;
  }
  const auto& group = environment_.world.network.services.group;
  if (!group) return std::nullopt;
  const auto member = [&](const std::string& one) { return same_subscriber(one, call.number); };
  const bool inside = std::ranges::any_of(group->members, member);
  if (call.offered.group && inside) tell_caller(call, fmt::format("+CSSI: 4,{}", group->index));
  if (call.offered.group ? inside || group->outgoing_access : group->outgoing_access) return std::nullopt;
  return call_cause::not_in_group;
}

/// A subscriber of a group calls it unless he says otherwise.
void CallService::join_group(Connection& call, std::optional<bool> wanted) const {
  const auto& group = environment_.world.network.services.group;
  if (group && wanted.value_or(true)) call.offered.group = group->index;
}

/// Shows the module's number to the far end, or not.
void CallService::hide(Connection& call, std::optional<bool> wanted) {
  constexpr std::uint32_t invoke = 1;  // 2: suppress
  const std::uint32_t set = settings_.number(key::clir);
  if (!wanted && set != 0) wanted = set == invoke;
  using enum Subscription::Clir;
  const Subscription::Clir clir = environment_.world.network.services.clir;
  if (clir == permanent && wanted == false) tell_caller(call, "+CSSI: 7");
  const bool hidden = clir == permanent || (clir != not_provisioned && wanted.value_or(clir == restricted));
  call.offered.from = hidden ? "" : environment_.identity.number;
  call.offered.shown = hidden ? CallOffer::Number::withheld : CallOffer::Number::valid;
}

/// The card counts; a limit that is reached ends the calls it has to pay for (22.024).
void CallService::charge(int id, unsigned units) {
  const bool had_limit = meter.kept().maximum != 0;
  meter.add(units);
  if (settings_.number(key::caoc) == 2) environment_.urc(fmt::format("+CCCM: \"{:06X}\"", meter.current()), nullptr);
  if (!had_limit || !meter.used_up()) return;
  find(id)->charge = environment_.clock.after(Duration::zero(), [this] {
    std::vector<int> charged;
    for (const Connection& call : connections_) {
      if (!call.from_network) charged.push_back(call.id);
    }
    for (const int one : charged) end(one, call_cause::meter_full, false);
  });
}

/// The next units are due after `span`; +CCWV precedes those that reach the limit.
void CallService::charge_later(int id, Duration span) {
  if (meter.used_up()) return;
  const Tariff tariff = *environment_.world.network.tariff;
  const bool last = meter.kept().maximum != 0 && meter.left() <= tariff.units;
  const bool warns = last && settings_.number(key::ccwe) == 1 && span > Duration::zero();
  if (warns && span > warned_before) {
    find(id)->charge = environment_.clock.after(span - warned_before, [this, id] { charge_later(id, warned_before); });
    return;
  }
  if (warns) environment_.urc("+CCWV", nullptr);
  find(id)->charge = environment_.clock.after(span, [this, id, tariff] {
    charge(id, tariff.units);
    charge_later(id, tariff.period);
  });
}

}  // namespace sim800
