// SPDX-License-Identifier: MIT
#include "emulator/network/bearer.hpp"
#include "emulator/core/latency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::size_t apn_tag = 1, user_tag = 3, password_tag = 4;

bool fits(std::string_view tag, std::string_view value) {
  if (tag == "CONTYPE") return same_word(value, "GPRS") || same_word(value, "CSD");
  if (tag == "APN") return value.size() <= 64;
  if (tag == "USER" || tag == "PWD") return value.size() <= 32;
  if (tag == "RATE") return value.size() == 1 && in_range("0-3", parse_number(value).value_or(9));
  return value.size() <= 40;  // PHONENUM: as long as a phone book number
}

}  // namespace

Bearers::Bearers(const Environment& environment, PdpContexts& pdp) : environment_(environment), pdp_(pdp) {
  power_off();
}

void Bearers::power_off() {
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

// SAPBR=1 answers when the context is up, or when the network has refused it (manual: at most 85 s).
Task<Result> Bearers::open(unsigned cid) {
  Profile& opening = profile(cid);
  if (opening.state != State::closed) co_return Cme::not_allowed;
  opening.state = State::connecting;
  co_await environment_.clock.sleep(environment_.latency[Latency::bearer_open]);
  if (opening.state != State::connecting) co_return unspecified_gprs_error;  // the packet service went away meanwhile
  const std::string apn = opening.values[apn_tag];
  // A circuit-switched data call needs a modem to call: no network has had one for years.
  const Result result = opening.values[0] == "CSD"
                            ? unspecified_gprs_error
                            : pdp_.open({apn, opening.values[user_tag], opening.values[password_tag]});
  if (!result.is_ok()) {
    opening.state = State::closed;
    co_return result;
  }
  opening.apn = apn;
  opening.address = pdp_.address(apn);
  opening.state = State::connected;
  if (on_opened) on_opened(cid);
  co_return ok;
}

// SAPBR=0 (manual: at most 65 s).  No URC: that is for a bearer the network takes away.
Task<Result> Bearers::close(unsigned cid) {
  Profile& closing = profile(cid);
  if (closing.state != State::connected) co_return Cme::not_allowed;
  closing.state = State::closing;
  pdp_.close(closing.apn);
  if (on_closed) on_closed(cid);
  co_await environment_.clock.sleep(environment_.latency[Latency::bearer_close]);
  if (closing.state == State::closing) closing.state = State::closed;  // else it was lost, and maybe opened anew
  co_return ok;
}

void Bearers::lose_all(Channel* cause) {
  for (unsigned cid = 1; cid <= count; ++cid) {
    const State before = state(cid);
    if (before == State::closed) continue;
    profile(cid).state = State::closed;
    if (before != State::connected) continue;
    pdp_.close(profile(cid).apn);
    environment_.urc(fmt::format("+SAPBR {}: DEACT", cid), cause);
    if (on_closed) on_closed(cid);
  }
}

}  // namespace sim800
