// Results of a command: result codes (V.250 5.7.1, AT manual 2.2.25) and +CME/+CMS errors (manual chapter 18).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace sim800 {

/// Values are the digits of ATV0; the module does not use 5.
enum class Code : std::uint8_t {
  ok = 0,
  connect = 1,
  ring = 2,
  no_carrier = 3,
  error = 4,
  no_dialtone = 6,
  busy = 7,
  no_answer = 8,
  proceeding = 9,
};

std::string_view text_of(Code code);

/// The CME codes that handlers use by name; any other number of the table is valid too.
enum class Cme : std::uint16_t {
  not_allowed = 3,
  sim_not_inserted = 10,
  sim_pin_required = 11,
  sim_puk_required = 12,
  sim_failure = 13,
  sim_busy = 14,
  incorrect_password = 16,
  sim_pin2_required = 17,
  memory_full = 20,
  invalid_index = 21,
  not_found = 22,
  memory_failure = 23,
  text_too_long = 24,
  text_characters = 25,
  dial_string_too_long = 26,
  dial_string_characters = 27,
  no_network_service = 30,
  network_not_allowed = 32,
  unknown = 100,
  invalid_input = 765,
  cfun_off = 797,
};

std::string_view cme_text(int number);
std::string_view cms_text(int number);

/// The result of a command. After `ok` and `answered` the line continues; anything else ends it (V.250 5.4.1).
struct Result {
  enum class Kind : std::uint8_t {
    code,      ///< OK, NO CARRIER, …
    cme,       ///< +CME ERROR, in the form set by AT+CMEE
    cms,       ///< +CMS ERROR, likewise
    silent,    ///< nothing is printed (AT+CPOWD, a command whose client left)
    answered,  ///< like OK, but the lines are the whole response (AT+CIFSR): no OK unless from a later command
  };
  Kind kind = Kind::code;
  std::uint16_t number = 0;

  constexpr Result(Code code)
      : kind(Kind::code), number(static_cast<std::uint16_t>(code)) {}                      // NOLINT: Code is a Result
  constexpr Result(Cme cme) : kind(Kind::cme), number(static_cast<std::uint16_t>(cme)) {}  // NOLINT
  static constexpr Result silent() { return {Kind::silent, 0}; }
  static constexpr Result answered() { return {Kind::answered, 0}; }
  static constexpr Result cms(std::uint16_t number) { return {Kind::cms, number}; }

  constexpr bool is_ok() const { return kind == Kind::code && number == static_cast<std::uint16_t>(Code::ok); }
  constexpr bool is_printed() const { return kind != Kind::silent && kind != Kind::answered; }
  constexpr bool continues_line() const { return is_ok() || kind == Kind::answered; }
  constexpr bool operator==(const Result&) const = default;

 private:
  constexpr Result(Kind k, std::uint16_t n) : kind(k), number(n) {}
};

inline constexpr Result ok{Code::ok};
inline constexpr Result error{Code::error};

}  // namespace sim800
