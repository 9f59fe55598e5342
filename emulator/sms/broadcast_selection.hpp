// Which cell broadcasts the host wants (27.005 3.3.4; AT manual 4.2.13).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

class BroadcastSelection {
 public:
  static constexpr std::size_t max_identifiers = 15, max_codings = 5;

  bool refuses = false;  ///< <mode> 1: what the lists name is refused

  /// AT+CSCB: 0 alone clears both lists, 1 alone accepts every coding; 0 with lists adds to them. What does not fit
  /// into a full list is dropped. False if a list is invalid: numbers separated by commas, no ranges.
  bool change(std::uint32_t mode, std::string_view identifiers, std::string_view codings);
  /// An empty list of codings stands for all of them.
  bool wants(std::uint16_t identifier, std::uint8_t coding) const;

  const std::vector<std::uint32_t>& numbers() const { return identifiers_; }
  std::string identifiers() const;  ///< "0,1,5"
  std::string codings() const;      ///< "0-255" means all

 private:
  std::vector<std::uint32_t> identifiers_, codings_;
  bool every_coding_ = false;
};

}  // namespace sim800
