// The SIM card: whether it is there, locked, ready, and what it holds (27.007 chapter 8, AT manual 3.2.28).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/nvram.hpp"
#include "emulator/surroundings.hpp"
#include "protocol/result.hpp"

namespace sim800 {

class Sim {
 public:
  enum class State : std::uint8_t {
    off,  ///< not powered: the module boots, or CFUN is 0
    absent,
    pin,  ///< SIM PIN is asked for
    puk,  ///< SIM PUK is asked for
    ready,
  };

  Sim(const Surroundings& surroundings, Nvram& nvram);

  State state() const { return state_; }
  bool present() const { return present_; }
  bool ready() const { return state_ == State::ready; }
  bool locked() const { return state_ == State::pin || state_ == State::puk; }
  /// Why nothing can be read from the card now: CME 10, 11, 12 or 14.
  std::optional<Result> refusal() const;
  /// The word of +CPIN: "READY", "SIM PIN", "SIM PUK", "NOT INSERTED", "NOT READY".
  std::string_view word() const;

  void power_on();
  void power_off() { state_ = State::off; }

  // Whether it is powered or not: pulled out, put in, made to ask for its PIN.
  void remove();
  void insert() { present_ = true; }
  void lock();

  /// AT+CPIN=<pin>[,<newpin>].  Three wrong PINs block the card, ten wrong PUKs for good (13, SIM failure).
  Result enter(std::string_view pin, std::optional<std::string_view> new_pin);

  std::function<void()> on_unlocked;

 private:
  Result enter_pin(std::string_view pin);
  Result enter_puk(std::string_view puk, std::string_view new_pin);
  void unlock();
  void save();

  const Surroundings& surroundings_;
  Nvram& nvram_;
  State state_ = State::off;
  bool present_;
  std::string pin_;  ///< empty: not asked for
  int pin_tries_ = 3;
  int puk_tries_ = 10;
};

}  // namespace sim800
