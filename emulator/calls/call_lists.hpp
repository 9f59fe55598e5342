// Numbers with a special role in calls: emergency numbers and the white list (AT manual 6.2.45, 6.2.51).
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/nvram.hpp"

namespace sim800 {

class CallLists {
 public:
  explicit CallLists(Nvram& nvram);

  // AT+CEMNL

  /// Whether a call to it needs neither card nor registration. Without a card there are more such numbers (22.101
  /// 10.1).
  bool is_emergency(std::string_view number, bool card_present) const;
  bool own_emergency_numbers() const { return own_emergency_; }
  const std::vector<std::string>& emergency_numbers() const { return emergency_; }
  /// False if the state directory refuses, and then nothing has changed.
  bool set_emergency(bool enabled) { return set_emergency(enabled, emergency_); }
  bool set_emergency(bool enabled, std::vector<std::string> numbers);

  // AT+CWHITELIST

  static constexpr std::size_t white_list_size = 30;
  enum class WhiteList : std::uint8_t { off, calls, sms, both };
  WhiteList white_list() const { return white_; }
  std::span<const std::string> white_numbers() const { return white_numbers_; }
  bool set_white_list(WhiteList mode) { return set_white_list(mode, white_numbers_); }
  /// Also the number at `place`, which counts from 0.
  bool set_white_list(WhiteList mode, std::size_t place, std::string number);
  bool lets_call(std::string_view from) const { return lets(from, WhiteList::calls); }
  bool lets_sms(std::string_view from) const { return lets(from, WhiteList::sms); }

 private:
  using WhiteNumbers = std::array<std::string, white_list_size>;
  bool lets(std::string_view from, WhiteList what) const;
  bool set_white_list(WhiteList mode, WhiteNumbers numbers);

  Nvram& nvram_;
  bool own_emergency_ = false;
  std::vector<std::string> emergency_{"112", "119"};
  WhiteList white_ = WhiteList::off;
  WhiteNumbers white_numbers_;
};

}  // namespace sim800
