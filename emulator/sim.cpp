// SPDX-License-Identifier: MIT
#include "emulator/sim.hpp"

#include <algorithm>

#include "protocol/arguments.hpp"
#include "protocol/characters.hpp"

namespace sim800 {
namespace {

bool is_code(std::string_view text) {
  return text.size() >= 4 && text.size() <= 8 && std::ranges::all_of(text, is_digit);
}

}  // namespace

Sim::Sim(const Surroundings& surroundings, Nvram& nvram)
    : surroundings_(surroundings), nvram_(nvram), present_(surroundings.world.sim.present) {
  pin_ = surroundings_.world.sim.pin.value_or("");
  // What a card remembers belongs to that card.
  const Nvram::Section* saved = nvram_.find("sim:" + surroundings_.world.sim.iccid);
  if (saved == nullptr) return;
  const auto number = [&](std::string_view key, int absent) {
    const auto found = saved->find(key);
    return found == saved->end() ? absent : static_cast<int>(parse_number(found->second).value_or(absent));
  };
  if (const auto found = saved->find("pin"); found != saved->end()) pin_ = found->second;
  pin_tries_ = std::clamp(number("pin_tries", 3), 0, 3);
  puk_tries_ = std::clamp(number("puk_tries", 10), 0, 10);
}

std::optional<Result> Sim::refusal() const {
  switch (state_) {
    case State::off: return Cme::sim_busy;
    case State::absent: return Cme::sim_not_inserted;
    case State::pin: return Cme::sim_pin_required;
    case State::puk: return puk_tries_ > 0 ? Cme::sim_puk_required : Cme::sim_failure;
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
  return "READY";
}

void Sim::power_on() {
  if (!present_) {
    state_ = State::absent;
  } else if (pin_.empty()) {
    state_ = State::ready;
  } else {
    state_ = pin_tries_ > 0 ? State::pin : State::puk;
  }
}

void Sim::remove() {
  present_ = false;
  if (state_ != State::off) state_ = State::absent;
}

void Sim::lock() {
  if (pin_.empty()) pin_ = surroundings_.world.sim.pin.value_or("1234");
  save();
  if (state_ == State::ready) power_on();
}

Result Sim::enter(std::string_view pin, std::optional<std::string_view> new_pin) {
  if (state_ == State::ready) return Cme::not_allowed;
  if (state_ == State::pin) return enter_pin(pin);
  if (state_ == State::puk && puk_tries_ > 0) return new_pin ? enter_puk(pin, *new_pin) : Result{Cme::sim_puk_required};
  return *refusal();
}

Result Sim::enter_pin(std::string_view pin) {
  if (!is_code(pin)) return Cme::incorrect_password;  // refused before the card sees it: no attempt is lost
  if (pin == pin_) {
    unlock();
    return ok;
  }
  --pin_tries_;
  save();
  if (pin_tries_ > 0) return Cme::incorrect_password;
  state_ = State::puk;
  return Cme::sim_puk_required;
}

Result Sim::enter_puk(std::string_view puk, std::string_view new_pin) {
  if (!is_code(puk) || !is_code(new_pin)) return Cme::incorrect_password;
  if (puk == surroundings_.world.sim.puk) {
    pin_ = new_pin;
    unlock();
    return ok;
  }
  --puk_tries_;
  save();
  return puk_tries_ > 0 ? Cme::incorrect_password : Cme::sim_failure;
}

void Sim::unlock() {
  pin_tries_ = 3;
  puk_tries_ = 10;
  save();
  state_ = State::ready;
  if (on_unlocked) on_unlocked();
}

void Sim::save() {
  nvram_.store("sim:" + surroundings_.world.sim.iccid,
               {{"pin", pin_}, {"pin_tries", std::to_string(pin_tries_)}, {"puk_tries", std::to_string(puk_tries_)}});
}

}  // namespace sim800
