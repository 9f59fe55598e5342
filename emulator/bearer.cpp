// SPDX-License-Identifier: MIT
#include "emulator/bearer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "protocol/arguments.hpp"
#include "protocol/characters.hpp"

namespace sim800 {
namespace {

constexpr std::size_t apn_tag = 1, user_tag = 3, password_tag = 4;
constexpr int pdp_contexts = 2;  // profiles with the same APN share one
constexpr Result unspecified_gprs_error{static_cast<Cme>(148)};
constexpr Result pdp_authentication_failure{static_cast<Cme>(149)};

bool fits(std::string_view tag, std::string_view value) {
  if (tag == "CONTYPE") return same_word(value, "GPRS") || same_word(value, "CSD");
  if (tag == "APN") return value.size() <= 64;
  if (tag == "USER" || tag == "PWD") return value.size() <= 32;
  if (tag == "RATE") return value.size() == 1 && in_range("0-3", parse_number(value).value_or(9));
  return value.size() <= 40;  // PHONENUM: as long as a phone book number
}

}  // namespace

Bearers::Bearers(const Surroundings& surroundings, Network& network) : surroundings_(surroundings), network_(network) {
  reset();
}

void Bearers::reset() {
  for (Profile& profile : profiles_) {
    profile = Profile{};
    std::ranges::transform(tags, profile.values.begin(), [](const Tag& tag) { return std::string(tag.initial); });
  }
}

bool Bearers::set(unsigned cid, std::string_view tag, std::string_view value) {
  const auto* found = std::ranges::find_if(tags, [&](const Tag& known) { return same_word(known.name, tag); });
  if (found == tags.end() || !fits(found->name, value)) return false;
  std::string& kept = profile(cid).values[static_cast<std::size_t>(found - tags.begin())];
  kept = value;
  if (found->name == "CONTYPE") std::ranges::transform(kept, kept.begin(), to_upper);
  return true;
}

/// Why the network does not give this profile a PDP context.
std::optional<Result> Bearers::refusal_by_network(const Profile& opening) const {
  // A circuit-switched data call needs a modem to call: no network has had one for years.
  if (opening.values[0] == "CSD") return unspecified_gprs_error;
  if (!network_.registered() || !surroundings_.world.network.gprs) return unspecified_gprs_error;
  const std::string& apn = opening.values[apn_tag];
  if (const auto& known = surroundings_.world.network.apns) {
    const auto found = std::ranges::find_if(*known, [&](const auto& row) { return same_word(row.first, apn); });
    if (found == known->end()) return unspecified_gprs_error;
    const auto wrong = [](const std::optional<std::string>& asked, const std::string& given) {
      return asked && *asked != given;
    };
    if (wrong(found->second.user, opening.values[user_tag]) ||
        wrong(found->second.password, opening.values[password_tag])) {
      return pdp_authentication_failure;
    }
  }
  std::vector<std::string_view> contexts;
  for (const Profile& other : profiles_) {
    if (other.state == State::connected && !same_word(other.apn, apn)) contexts.push_back(other.apn);
  }
  std::ranges::sort(contexts);
  contexts.erase(std::ranges::unique(contexts).begin(), contexts.end());
  if (contexts.size() >= pdp_contexts) return unspecified_gprs_error;
  return std::nullopt;
}

/// The address follows from the seed and the APN, so that the same scenario always gives the same one.
std::string Bearers::address_for(const std::string& apn) const {
  if (const auto& known = surroundings_.world.network.apns) {
    const auto found = std::ranges::find_if(*known, [&](const auto& row) { return same_word(row.first, apn); });
    if (found != known->end() && found->second.ip) return *found->second.ip;
  }
  std::uint64_t mixed = surroundings_.seed;
  for (const char c : apn) mixed = mixed * 31 + static_cast<unsigned char>(to_upper(c));
  std::mt19937_64 random(mixed);
  const std::uint64_t bits = random();
  return fmt::format("10.{}.{}.{}", bits % 256, bits / 256 % 256, 1 + bits / 65536 % 254);
}

// SAPBR=1 answers when the context is up, or when the network has refused it (manual: at most 85 s).
Task<Result> Bearers::open(unsigned cid) {
  Profile& opening = profile(cid);
  if (opening.state != State::closed) co_return Cme::not_allowed;
  opening.state = State::connecting;
  co_await surroundings_.clock.sleep(surroundings_.latency[Latency::bearer_open]);
  if (opening.state != State::connecting) co_return unspecified_gprs_error;  // the packet service went away meanwhile
  if (const auto refused = refusal_by_network(opening)) {
    opening.state = State::closed;
    co_return *refused;
  }
  network_.attach();  // opening a bearer attaches by itself
  opening.apn = opening.values[apn_tag];
  opening.address = address_for(opening.apn);
  opening.state = State::connected;
  if (on_opened) on_opened(cid);
  co_return ok;
}

// SAPBR=0 (manual: at most 65 s).  No URC: that is for a bearer the network takes away.
Task<Result> Bearers::close(unsigned cid) {
  Profile& closing = profile(cid);
  if (closing.state != State::connected) co_return Cme::not_allowed;
  closing.state = State::closing;
  if (on_closed) on_closed(cid);
  co_await surroundings_.clock.sleep(surroundings_.latency[Latency::bearer_close]);
  if (closing.state == State::closing) closing.state = State::closed;  // else it was lost, and maybe opened anew
  co_return ok;
}

void Bearers::lose_all(Channel* cause) {
  for (unsigned cid = 1; cid <= count; ++cid) {
    const State before = state(cid);
    if (before == State::closed) continue;
    profile(cid).state = State::closed;
    if (before != State::connected) continue;
    surroundings_.urc(fmt::format("+SAPBR {}: DEACT", cid), cause);
    if (on_closed) on_closed(cid);
  }
}

}  // namespace sim800
