// The SIM card: whether it is there, locked, ready, and what guards it (27.007 chapter 8, AT manual 3.2.17, 3.2.28,
// 3.2.29, 6.2.3). SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Sim final : public Service {
 public:
  enum class State : std::uint8_t {
    off,  ///< not powered: the module is booting, or CFUN is 0
    absent,
    pin,  ///< SIM PIN required
    puk,  ///< SIM PUK required
    ready,
  };
  /// PIN1 protects the card, PIN2 fixed dialling and call charges. Three attempts each, ten for their PUKs.
  enum class Guard : std::uint8_t { pin1, pin2 };
  struct Attempts {
    std::uint8_t pin = 3, puk = 10;
  };

  Sim(const Environment& environment, Nvram& nvram);

  State state() const { return state_; }
  bool present() const { return present_; }
  bool ready() const { return state_ == State::ready; }
  bool locked() const { return state_ == State::pin || state_ == State::puk; }
  /// Why the card cannot be read now: CME 10, 11, 12 or 14.
  std::optional<Result> refusal() const;
  /// The word of +CPIN: "READY", "SIM PIN", "SIM PUK", "SIM PIN2", "SIM PUK2", "NOT INSERTED", "NOT READY".
  std::string_view word() const;

  /// The card gets its supply: at start-up, and by AT+CFUN.
  void activate();
  void deactivate() { state_ = State::off; }
  void power_off() override { deactivate(); }

  // Powered or not: removed, inserted, or made to ask for its PIN.
  void remove();
  void insert() { present_ = true; }
  void lock();

  /// AT+CPIN=<pin>[,<newpin>].  Three wrong PINs block the card, ten wrong PUKs for good (13, SIM failure).
  Result enter(std::string_view pin, std::optional<std::string_view> new_pin);
  /// AT+CLCK="SC": whether PIN1 is required at power-on.
  bool asks_pin() const { return kept_.asks_pin; }
  Result ask_pin(bool on, std::string_view pin);
  /// Protected by PIN2, which is given once per session; 17 if it is missing, and then AT+CPIN accepts it.
  Result give_pin2(std::optional<std::string_view> pin2);
  bool knows_pin2() const { return knows_pin2_; }
  /// AT+CLCK="FD", protected by PIN2.
  bool fixed_dialling() const { return kept_.fixed_dialling; }
  Result fix_dialling(bool on, std::optional<std::string_view> pin2);
  /// AT+CPWD="SC" or "P2". PIN1 can be changed only while it is required.
  Result change(Guard which, std::string_view old_pin, std::string_view new_pin);
  Attempts attempts(Guard which) const { return secret(which).left; }

  // The same as commands of the card itself (51.011 8.9 to 8.13), whatever AT+CPIN awaits.
  Result verify_code(Guard which, std::string_view code);
  Result change_code(Guard which, std::string_view old_code, std::string_view new_code);
  Result switch_code(bool asked, std::string_view code);
  Result unblock_code(Guard which, std::string_view puk, std::string_view new_code);

  /// Changes each time the card is started.
  unsigned activation() const { return activation_; }

  std::function<void()> on_unlocked;
  /// A card in use has blocked itself: it requires the PUK from now on.
  std::function<void()> on_blocked;

 private:
  /// Four to eight digits.
  class Code {
   public:
    Code& operator=(std::string_view digits);
    operator std::string_view() const { return {digits_.data(), size_}; }  // NOLINT(google-explicit-constructor)

   private:
    std::array<char, 8> digits_{};
    std::uint8_t size_ = 0;
  };
  struct Secret {
    Code pin;
    Attempts left;
  };
  /// What the card stores.
  struct Kept {
    std::array<Secret, 2> secrets;
    bool asks_pin = false, fixed_dialling = false;

    Secret& secret(Guard which) { return secrets[static_cast<std::size_t>(which)]; }
    const Secret& secret(Guard which) const { return secrets[static_cast<std::size_t>(which)]; }
  };
  const Secret& secret(Guard which) const { return kept_.secret(which); }
  void load();
  /// The card is as `changed`; 23, and as before, if that cannot be stored.
  Result keep(const Kept& changed);
  Result verify(Guard which, std::string_view pin);
  Result unblock(Guard which, std::string_view puk, std::string_view new_pin);
  Result blocked(Guard which);
  void unlock();
  void remember_pin2();

  const Environment& environment_;
  Nvram& nvram_;
  State state_ = State::off;
  bool present_;
  bool wants_pin2_ = false;  ///< the last refusal was 17 or 18: AT+CPIN means PIN2
  bool knows_pin2_ = false;  ///< given in this session
  std::uint8_t activation_ = 0;
  Kept kept_;
};

}  // namespace sim800
