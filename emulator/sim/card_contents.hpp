// The contents of files that the module itself works with: the phone book, messages, the network.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/sim/card_directory.hpp"

namespace sim800 {

/// What AT commands show and change is kept once, by the services; this writes it as a card does. `record` is 0 for a
/// file without records.
class CardContents {
 public:
  virtual ~CardContents() = default;
  /// Nothing: the file holds what was written to it, and nobody else looks at it.
  virtual std::optional<std::string> content(const CardFile& file, unsigned record) const = 0;
  /// What content() would be, had these bytes been taken: what is lost in between is not what they mean.
  virtual std::string meaning(const CardFile& file, unsigned record, const std::string& bytes) const = 0;
  enum class Taking : unsigned char { taken, failed, not_its_own };
  virtual Taking take(const CardFile& file, unsigned record, const std::string& bytes) = 0;
};

}  // namespace sim800
