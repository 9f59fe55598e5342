// Call barring, a network service with a password of its own (22.088; AT manual 3.2.17, 3.2.29).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "emulator/core/nvram.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class CallBarring {
 public:
  static constexpr unsigned all_classes = 7;  ///< voice 1, data 2, fax 4

  /// What the network stores for this subscriber.
  CallBarring(Nvram& nvram, const std::string& imsi);

  /// The barred classes; `facility` is AO, OI, OX, AI or IR.
  unsigned barred(std::string_view facility) const;
  /// 16 for a wrong password; 23 if it cannot be stored, and then nothing has changed.
  Result bar(std::string_view facility, bool on, std::string_view password, unsigned classes);
  /// Four digits, initially 0000.
  Result change_password(std::string_view old_password, std::string_view new_password);

 private:
  struct Kept {
    std::map<std::string, unsigned, std::less<>> barred;
    std::string password = "0000";
  };
  Result keep(Kept changed);

  Nvram& nvram_;
  std::string section_;
  Kept kept_;
};

}  // namespace sim800
