// Several calls at a time (AT+CHLD: 22.030 6.5.5, 22.083, 22.084), and DTMF of the far end (AT+DDET).
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/calls/call_service.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/plmn/call_cause.hpp"

namespace sim800 {
namespace {

constexpr std::size_t max_parties = 5;
constexpr Duration usual_tone = 100ms, between_tones = 100ms;

}  // namespace

/// <n>: 0, 1, 2, 3, 4, 1x and 2x as 11 to 17 and 21 to 27.
Result CallService::hold(unsigned n, Channel* channel) {
  const int id = static_cast<int>(n % 10);
  const Subscription& provided = environment_.world.network.services;
  if (!provided.hold && (n >= 20 || (n >= 2 && n <= 4))) return Cme::not_allowed;
  if (n == 3 && !provided.multiparty) return Cme::not_allowed;
  if (n >= 20) return talk_only_to(id, channel);
  if (n >= 10) return end_one(id, channel);
  switch (n) {
    case 0:
      if (who_asks() != 0) {
        end(who_asks(), call_cause::busy, true, channel);
        return ok;
      }
      if (!in_state(State::held)) return Cme::not_allowed;
      end_all(State::held, channel);
      return ok;
    case 1: return end_others(channel);
    case 2: return swap(channel);
    case 3: return join(channel);
    default: return connect_both(channel);
  }
}

/// The call that is to be answered; 0: none.
int CallService::who_asks() const {
  for (const Connection& call : connections_) {
    if (call.state == State::incoming || call.state == State::waiting) return call.id;
  }
  return 0;
}

/// AT+CHLD=1: the active calls end, the waiting or held call becomes active.
Result CallService::end_others(Channel* channel) {
  if (connections_.empty()) return Cme::not_allowed;
  const int asks = who_asks();
  if (asks != 0) change(asks, State::active, channel);
  for (const int id : ids(State::active)) {
    if (id != asks) end(id, call_cause::normal, true, channel);
  }
  if (asks == 0) change_all(State::held, State::active, channel);
  return ok;
}

Result CallService::end_one(int id, Channel* channel) {
  if (find(id) == nullptr) return Cme::not_allowed;
  end(id, call_cause::normal, true, channel);
  return ok;
}

/// AT+CHLD=2: active and held calls are swapped, or the waiting call takes the place of the active one.
Result CallService::swap(Channel* channel) {
  const std::vector<int> active = ids(State::active), held = ids(State::held);
  const int asks = who_asks();
  if (active.empty() && held.empty() && asks == 0) return Cme::not_allowed;
  if (asks != 0 && !active.empty() && !held.empty()) return Cme::not_allowed;  // only one party can be on hold
  for (const int id : active) change(id, State::held, channel);
  if (asks != 0) {
    change(asks, State::active, channel);
  } else {
    for (const int id : held) change(id, State::active, channel);
  }
  return ok;
}

/// AT+CHLD=2x: only x is active; the others are held.
Result CallService::talk_only_to(int id, Channel* channel) {
  const Connection* wanted = find(id);
  if (wanted == nullptr || !wanted->connected()) return Cme::not_allowed;
  if (wanted->state == State::held) return swap(channel);
  if (ids(State::active).size() > 1 && in_state(State::held)) return Cme::not_allowed;
  find(id)->multiparty = false;
  check_multiparty();
  for (const int other : ids(State::active)) {
    if (other != id) change(other, State::held, channel);
  }
  return ok;
}

/// AT+CHLD=3
Result CallService::join(Channel* channel) {
  if (!talking() || !in_state(State::held)) return Cme::not_allowed;
  if (ids(State::active).size() + ids(State::held).size() > max_parties) return Cme::not_allowed;
  for (Connection& call : connections_) {
    if (!call.connected()) continue;
    call.multiparty = true;
    if (call.leg != 0) environment_.plmn->notify(call.leg, CallNotice::multiparty);
  }
  change_all(State::held, State::active, channel);
  return ok;
}

/// AT+CHLD=4: the two parties are connected, and the module leaves both.
Result CallService::connect_both(Channel* channel) {
  if (!talking() || !in_state(State::held)) return Cme::not_allowed;
  transfer();
  end_all(State::active, channel);
  end_all(State::held, channel);
  return ok;
}

/// Between modules the two parties go on talking to each other; a party of the scenario hangs up.
void CallService::transfer() {
  const std::vector<int> active = ids(State::active), held = ids(State::held);
  if (active.size() != 1 || held.size() != 1) return;
  Connection &one = *find(active.front()), &other = *find(held.front());
  if (one.leg == 0 || other.leg == 0) return;
  environment_.plmn->hold(other.leg, false);
  for (const CallLeg leg : {one.leg, other.leg}) environment_.plmn->notify(leg, CallNotice::transferred);
  environment_.plmn->transfer(std::exchange(one.leg, 0), std::exchange(other.leg, 0));
}

void CallService::change(int id, State state, Channel* channel) {
  Connection& call = *find(id);
  if (!call.connected() && state == State::active) return connect(id, channel);  // answered
  const bool was_held = call.state == State::held;
  call.state = state;
  if (state == State::held) forget_keys(id);
  if (call.leg != 0 && was_held != (state == State::held)) environment_.plmn->hold(call.leg, !was_held);
  report(call, channel);
}

void CallService::change_all(State from, State to, Channel* channel) {
  for (const int id : ids(from)) change(id, to, channel);
}

void CallService::end_all(State state, Channel* channel) {
  for (const int id : ids(state)) end(id, call_cause::normal, true, channel);
}

/// A call left alone in a conference becomes an ordinary call.
void CallService::check_multiparty() {
  for (const State state : {State::active, State::held}) {
    const auto party = [state](const Connection& c) { return c.multiparty && c.state == state; };
    if (std::ranges::count_if(connections_, party) != 1) continue;
    std::ranges::find_if(connections_, party)->multiparty = false;
  }
}

// --- keys of the far end

void CallService::remote_digits(std::string_view digits, std::optional<Duration> length, int id) {
  const std::vector<int> active = ids(State::active);
  if (id == 0 && !active.empty()) id = active.front();
  if (std::ranges::find(active, id) == active.end()) return;
  const bool idle = pressed_.empty();
  for (const char key : digits) pressed_.push_back({id, key, length.value_or(usual_tone)});
  if (idle) hear_next_key();
}

/// The call is over, or on hold: what its far end still presses is not heard.
void CallService::forget_keys(int id) {
  last_key_ = '\0';
  const bool hears_it = !pressed_.empty() && pressed_.front().call == id;
  std::erase_if(pressed_, [id](const FarKey& one) { return one.call == id; });
  if (hears_it) hear_next_key();
}

/// Once its tone is over.
void CallService::hear_next_key() {
  key_.cancel();
  if (!pressed_.empty())
    key_ = environment_.clock.after(pressed_.front().length + between_tones, [this] { hear_key(); });
}

void CallService::hear_key() {
  const auto [call, key, length] = pressed_.front();
  pressed_.erase(pressed_.begin());
  const TimePoint now = environment_.clock.now();
  const bool single = key == 'E' || key == 'F';
  const bool too_soon = key == last_key_ && now - last_key_at_ < std::chrono::milliseconds(keys.interval_ms);
  if (settings_.number(key::ddet) == 1 && (!single || keys.single_tones) && !too_soon) {
    last_key_ = key;
    last_key_at_ = now;
    const std::string heard = single ? (key == 'E' ? "1400" : "2300") : std::string(1, key);
    const auto tone_ms = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
    environment_.urc(keys.duration ? fmt::format("+DTMF: {},{}", heard, tone_ms) : "+DTMF: " + heard, nullptr);
  }
  hear_next_key();
}

}  // namespace sim800
