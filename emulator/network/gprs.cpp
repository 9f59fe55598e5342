// SPDX-License-Identifier: MIT
#include "emulator/network/gprs.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "emulator/network/network_settings.hpp"
#include "protocol/at/arguments.hpp"

namespace sim800 {
namespace {

constexpr Result not_subscribed{static_cast<Cme>(133)};
constexpr std::string_view section_name = "gprs";

std::string to_text(const Gprs::Quality& quality) { return fmt::format("{}", fmt::join(quality, ",")); }

Gprs::Quality to_quality(std::string_view text) {
  Gprs::Quality quality = Gprs::initial_quality;
  for (unsigned& value : quality) {
    const std::string_view part = text.substr(0, text.find(','));
    value = parse_number(part).value_or(value);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return quality;
}

}  // namespace

Gprs::Gprs(const Environment& environment, Settings& settings, PdpContexts& pdp, Nvram& nvram)
    : environment_(environment), settings_(settings), pdp_(pdp), nvram_(nvram) {
  const Nvram::Section* saved = nvram_.find(section_name);
  if (saved == nullptr) return;
  for (unsigned cid = 1; cid <= count; ++cid) {
    const auto value = [&](std::string_view key) -> std::optional<std::string> {
      const auto found = saved->find(fmt::format("{}{}", key, cid));
      return found == saved->end() ? std::nullopt : std::optional(found->second);
    };
    if (auto apn = value("apn")) context(cid).definition = {*apn, value("address").value_or("")};
    context(cid).requested = to_quality(value("requested").value_or(""));
    context(cid).minimum = to_quality(value("minimum").value_or(""));
  }
}

bool Gprs::save() const {
  Nvram::Section section;
  for (unsigned cid = 1; cid <= count; ++cid) {
    const Context& saved = context(cid);
    section.emplace(fmt::format("requested{}", cid), to_text(saved.requested));
    section.emplace(fmt::format("minimum{}", cid), to_text(saved.minimum));
    if (!saved.definition) continue;
    section.emplace(fmt::format("apn{}", cid), saved.definition->apn);
    section.emplace(fmt::format("address{}", cid), saved.definition->address);
  }
  return nvram_.store(section_name, std::move(section));
}

bool Gprs::define(unsigned cid, std::optional<Definition> definition) {
  return keep(context(cid).definition, std::move(definition));
}

unsigned Gprs::first() const {
  for (unsigned cid = 1; cid <= count; ++cid) {
    if (context(cid).definition || context(cid).active) return cid;
  }
  return 1;
}

std::string Gprs::address(unsigned cid) const { return active(cid) ? pdp_.address(context(cid).apn) : "0.0.0.0"; }

// CGACT=1 answers when the network does (manual: at most 150 s).
Task<Result> Gprs::activate(unsigned cid, bool by_default, Credentials credentials) {
  Context& activated = context(cid);
  if (activated.active) co_return ok;
  if (!activated.definition && !by_default) co_return not_subscribed;
  co_await environment_.clock.sleep(environment_.latency[Latency::pdp_activate]);
  if (activated.active) co_return ok;
  if (!activated.definition && !by_default) co_return not_subscribed;  // undefined meanwhile, on another channel
  const std::string apn = activated.definition ? activated.definition->apn : "";
  if (apn.empty() && !pdp_.knows(apn)) co_return not_subscribed;
  const Result result = pdp_.open({apn, credentials.user, credentials.password});
  if (!result.is_ok()) co_return result;
  activated.apn = apn;
  activated.active = true;
  co_return ok;
}

Task<Result> Gprs::deactivate(unsigned cid, Channel* cause) {
  if (!context(cid).definition && !context(cid).active) co_return not_subscribed;
  if (!context(cid).active) co_return ok;
  co_await environment_.clock.sleep(environment_.latency[Latency::pdp_deactivate]);
  if (!active(cid)) co_return ok;  // lost in the meantime
  const std::string freed = address(cid);
  end(cid);
  report(fmt::format("ME DEACT \"IP\",\"{}\",{}", freed, cid), cause);
  co_return ok;
}

void Gprs::release(unsigned cid) {
  if (!active(cid)) return;
  const std::string freed = address(cid);
  end(cid);
  report(fmt::format("ME DEACT \"IP\",\"{}\",{}", freed, cid), nullptr);
}

std::optional<std::string> Gprs::secret(unsigned cid) const {
  const auto& defined = context(cid).definition;
  return pdp_.password(defined ? defined->apn : "");
}

void Gprs::end(unsigned cid) {
  Context& ended = context(cid);
  if (!ended.active) return;
  ended.active = false;
  pdp_.close(ended.apn);
  if (on_ended) on_ended(cid);
}

void Gprs::lose_contexts() {
  for (unsigned cid = 1; cid <= count; ++cid) {
    if (!active(cid)) continue;
    const std::string address_lost = address(cid);
    end(cid);
    report(fmt::format("NW DEACT \"IP\",\"{}\",{}", address_lost, cid), nullptr);
  }
}

void Gprs::detached(Channel* cause, bool by_module) {
  for (unsigned cid = 1; cid <= count; ++cid) end(cid);
  report(by_module ? "ME DETACH" : "NW DETACH", cause);
}

void Gprs::power_off() {
  for (unsigned cid = 1; cid <= count; ++cid) end(cid);
}

void Gprs::report(std::string_view event, Channel* cause) const {
  if (settings_.number(key::cgerep) == 1) environment_.urc(fmt::format("+CGEV: {}", event), cause);
}

}  // namespace sim800
