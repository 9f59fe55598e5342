// SPDX-License-Identifier: MIT
#include "emulator/sim/sim.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>
#include <utility>

#include "protocol/at/arguments.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view default_pin = "1234";
constexpr Result pin2_required{static_cast<Cme>(17)}, puk2_required{static_cast<Cme>(18)};

bool is_code(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && std::ranges::all_of(text, is_digit);
}

}  // namespace

Sim::Sim(const Environment& environment, Nvram& nvram)
    : environment_(environment), nvram_(nvram), present_(environment.world.sim.present) {
  kept_.asks_pin = !environment.world.sim.pin.value_or("").empty();
  kept_.secret(Guard::pin1).pin = kept_.asks_pin ? std::string_view(*environment.world.sim.pin) : default_pin;
  kept_.secret(Guard::pin2).pin = environment.world.sim.pin2;
  load();
}

// What a card stores belongs to that card.

void Sim::load() {
  const Nvram::Section* saved = nvram_.find("sim:" + environment_.identity.iccid);
  if (saved == nullptr) return;
  const auto text = [&](std::string_view key, std::string_view absent) {
    const auto found = saved->find(key);
    return std::string(found == saved->end() ? absent : found->second);
  };
  const auto count = [&](std::string_view key, std::uint32_t most) {
    return static_cast<std::uint8_t>(std::min(parse_number(text(key, "")).value_or(most), most));
  };
  Secret &first = kept_.secret(Guard::pin1), &second = kept_.secret(Guard::pin2);
  first.pin = text("pin", first.pin);
  first.left = {count("pin_tries", 3), count("puk_tries", 10)};
  second.pin = text("pin2", second.pin);
  second.left = {count("pin2_tries", 3), count("puk2_tries", 10)};
  kept_.asks_pin = text("pin_asked", kept_.asks_pin ? "1" : "0") == "1";
  kept_.fixed_dialling = text("fixed_dialling", "0") == "1";
}

Result Sim::keep(const Kept& changed) {
  const Secret &first = changed.secret(Guard::pin1), &second = changed.secret(Guard::pin2);
  const bool stored =
      nvram_.store("sim:" + environment_.identity.iccid, {{"pin", std::string(first.pin)},
                                                          {"pin_asked", changed.asks_pin ? "1" : "0"},
                                                          {"pin_tries", std::to_string(first.left.pin)},
                                                          {"puk_tries", std::to_string(first.left.puk)},
                                                          {"pin2", std::string(second.pin)},
                                                          {"pin2_tries", std::to_string(second.left.pin)},
                                                          {"puk2_tries", std::to_string(second.left.puk)},
                                                          {"fixed_dialling", changed.fixed_dialling ? "1" : "0"}});
  if (!stored) return Cme::memory_failure;
  kept_ = changed;
  return ok;
}

// --- state

std::optional<Result> Sim::refusal() const {
  switch (state_) {
    case State::off: return Cme::sim_busy;
    case State::absent: return Cme::sim_not_inserted;
    case State::pin: return Cme::sim_pin_required;
    case State::puk: return secret(Guard::pin1).left.puk > 0 ? Cme::sim_puk_required : Cme::sim_failure;
    case State::ready: break;
  }
  return std::nullopt;
}

std::string_view Sim::word() const {
  switch (state_) {
    case State::off: return "NOT READY";
    case State::absent: return "NOT INSERTED";
    case State::pin: return "SIM PIN";
    case State::puk: return "SIM PUK";
    case State::ready: break;
  }
  if (wants_pin2_) return secret(Guard::pin2).left.pin > 0 ? "SIM PIN2" : "SIM PUK2";
  return "READY";
}

void Sim::activate() {
  ++activation_;
  wants_pin2_ = knows_pin2_ = false;
  if (!present_) {
    state_ = State::absent;
  } else if (secret(Guard::pin1).left.pin == 0) {
    state_ = State::puk;
  } else {
    state_ = kept_.asks_pin ? State::pin : State::ready;
  }
}

void Sim::remove() {
  present_ = false;
  if (state_ != State::off) state_ = State::absent;
}

void Sim::lock() {
  kept_.asks_pin = true;  // stored or not: the scenario says so
  static_cast<void>(keep(kept_));
  if (state_ == State::ready) activate();
}

// --- what guards it

/// A code of the wrong form is refused before the card sees it: no attempt is used up.
Result Sim::verify(Guard which, std::string_view pin) {
  const Attempts left = secret(which).left;
  if (left.pin == 0) return blocked(which);
  if (!is_code(pin)) return Cme::incorrect_password;
  const bool right = pin == std::string_view(secret(which).pin);
  if (right && left.pin == Attempts().pin) return ok;
  Kept changed = kept_;
  changed.secret(which).left.pin = right ? Attempts().pin : static_cast<std::uint8_t>(left.pin - 1);
  if (which == Guard::pin1 && changed.secret(which).left.pin == 0) changed.asks_pin = true;  // as 51.011 8.12 allows
  const Result stored = keep(changed);
  if (right || !stored.is_ok()) return stored;
  return secret(which).left.pin > 0 ? Cme::incorrect_password : blocked(which);
}

Result Sim::unblock(Guard which, std::string_view puk, std::string_view new_pin) {
  if (secret(which).left.puk == 0) return Cme::sim_failure;
  if (!is_code(puk) || !is_code(new_pin)) return Cme::incorrect_password;
  Kept changed = kept_;
  const bool right = puk == environment_.world.sim.puk;
  if (right) {
    changed.secret(which).pin = new_pin;
    changed.secret(which).left = {};
    if (which == Guard::pin1) changed.asks_pin = true;  // whatever it was before (51.011 8.13)
  } else {
    --changed.secret(which).left.puk;
  }
  const Result stored = keep(changed);
  if (right || !stored.is_ok()) return stored;
  return secret(which).left.puk > 0 ? Cme::incorrect_password : Cme::sim_failure;
}

/// No attempt is left: the PUK is required.
Result Sim::blocked(Guard which) {
  if (which == Guard::pin2) {
    wants_pin2_ = true;
    return puk2_required;
  }
  if (state_ == State::pin) state_ = State::puk;
  if (state_ == State::ready) {
    state_ = State::puk;
    if (on_blocked) on_blocked();
  }
  return Cme::sim_puk_required;
}

void Sim::unlock() {
  state_ = State::ready;
  if (on_unlocked) on_unlocked();
}

Result Sim::enter(std::string_view pin, std::optional<std::string_view> new_pin) {
  if (const auto refused = refusal(); refused && !locked()) return *refused;
  if (state_ == State::ready && !wants_pin2_) return Cme::not_allowed;
  const Guard which = state_ == State::ready ? Guard::pin2 : Guard::pin1;
  if (secret(which).left.pin == 0) {
    if (secret(which).left.puk == 0) return Cme::sim_failure;
    if (!new_pin) return which == Guard::pin1 ? Result{Cme::sim_puk_required} : puk2_required;
    if (const Result result = unblock(which, pin, *new_pin); !result.is_ok()) return result;
  } else if (const Result result = verify(which, pin); !result.is_ok()) {
    return result;
  }
  if (which == Guard::pin1) {
    unlock();
  } else {
    remember_pin2();
  }
  return ok;
}

void Sim::remember_pin2() {
  wants_pin2_ = false;
  knows_pin2_ = true;
}

Result Sim::ask_pin(bool on, std::string_view pin) {
  if (const auto refused = refusal()) return *refused;
  return switch_code(on, pin);
}

Result Sim::switch_code(bool on, std::string_view pin) {
  if (const Result result = verify(Guard::pin1, pin); !result.is_ok()) return result;
  Kept changed = kept_;
  changed.asks_pin = on;
  return keep(changed);
}

Result Sim::give_pin2(std::optional<std::string_view> pin2) {
  if (const auto refused = refusal()) return *refused;
  if (knows_pin2_) return ok;
  if (!pin2) {
    wants_pin2_ = true;
    return secret(Guard::pin2).left.pin > 0 ? pin2_required : puk2_required;
  }
  const Result result = verify(Guard::pin2, *pin2);
  knows_pin2_ = result.is_ok();
  return result;
}

Result Sim::fix_dialling(bool on, std::optional<std::string_view> pin2) {
  if (const Result result = give_pin2(pin2); !result.is_ok()) return result;
  Kept changed = kept_;
  changed.fixed_dialling = on;
  return keep(changed);
}

Result Sim::change(Guard which, std::string_view old_pin, std::string_view new_pin) {
  if (const auto refused = refusal()) return *refused;
  if (which == Guard::pin1 && !kept_.asks_pin) return Cme::not_allowed;
  return change_code(which, old_pin, new_pin);
}

Result Sim::change_code(Guard which, std::string_view old_pin, std::string_view new_pin) {
  if (!is_code(new_pin)) return Cme::incorrect_password;
  if (const Result result = verify(which, old_pin); !result.is_ok()) return result;
  Kept changed = kept_;
  changed.secret(which).pin = new_pin;
  return keep(changed);
}

Result Sim::verify_code(Guard which, std::string_view code) {
  if (which == Guard::pin1 && state_ == State::pin) return enter(code, std::nullopt);
  const Result result = verify(which, code);
  if (result.is_ok() && which == Guard::pin2) remember_pin2();
  return result;
}

Result Sim::unblock_code(Guard which, std::string_view puk, std::string_view new_code) {
  const Result result = unblock(which, puk, new_code);
  if (!result.is_ok()) return result;
  if (which == Guard::pin2) {
    remember_pin2();
  } else if (locked()) {
    unlock();
  }
  return result;
}

Sim::Code& Sim::Code::operator=(std::string_view digits) {
  size_ = static_cast<std::uint8_t>(std::min(digits.size(), digits_.size()));
  std::ranges::copy(digits.substr(0, size_), digits_.begin());
  return *this;
}

}  // namespace sim800
