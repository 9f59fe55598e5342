// Call barring, a network service with a password of its own (22.088; AT manual 3.2.17, 3.2.29).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/core/nvram.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class CallBarring {
 public:
  static constexpr unsigned all_classes = 7;  ///< voice 1, data 2, fax 4
  /// Messages are of no class that AT+CLCK knows: they are barred with all classes, or by the code *33*…*16#.
  static constexpr unsigned voice = 1, messages = 8;

  /// What the network stores for this subscriber; its password at first.
  CallBarring(Nvram& nvram, const std::string& imsi, std::string_view password);

  /// The barred classes; `facility` is AO, OI, OX, AI or IR.
  unsigned barred(std::string_view facility) const;
  /// `facility` may also be AB, AG (outgoing) or AC (incoming), which can only be lifted together. A programme for
  /// outgoing calls takes the place of the one before it. 16 for a wrong password, 3 once three wrong ones were given
  /// in a row; 23 if it cannot be stored, and then nothing has changed.
  Result bar(std::string_view facility, bool on, std::string_view password, unsigned classes);
  /// Four digits, initially 0000.
  Result change_password(std::string_view old_password, std::string_view new_password);

  /// Where the subscriber is, seen from home.
  struct Place {
    bool roams = false;         ///< in another network
    std::string country, home;  ///< calling codes of where it is, and of home
  };
  /// The programme that bars a call or message (`kind`: voice or messages) to that number; "": none.
  std::string_view bars_outgoing(std::string_view number, unsigned kind, const Place& place) const;
  /// Likewise one to the module.
  std::string_view bars_incoming(unsigned kind, const Place& place) const;

 private:
  struct Kept {
    std::map<std::string, unsigned, std::less<>> barred;
    std::string password;
    unsigned wrong = 0;  ///< passwords in a row
  };
  std::optional<Result> check(std::string_view password);
  Result keep(Kept changed);

  Nvram& nvram_;
  std::string section_;
  Kept kept_;
};

}  // namespace sim800
