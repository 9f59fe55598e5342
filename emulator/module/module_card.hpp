// The files of the card that show what the module's services keep.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "emulator/sim/card_contents.hpp"

namespace sim800 {

class ChargeMeter;
class Modem;
struct SimConfig;

class ModuleCard final : public CardContents {
 public:
  ModuleCard(Modem& modem, std::uint64_t seed) : modem_(modem), seed_(seed) {}

  std::optional<std::string> content(const CardFile& file, unsigned record) const override;
  std::string meaning(const CardFile& file, unsigned record, const std::string& bytes) const override;
  Taking take(const CardFile& file, unsigned record, const std::string& bytes) override;

 private:
  std::string entry(const CardFile& file, unsigned record) const;
  std::string message(unsigned record) const;
  std::string operators() const;
  std::optional<std::string> location() const;
  std::optional<std::string> packet_location() const;
  std::string cipher_key(unsigned service) const;
  std::optional<std::string> sms_status() const;
  std::string broadcasts(std::size_t length) const;
  std::string read(const CardFile& file, unsigned record) const;

  Modem& modem_;
  const std::uint64_t seed_;
};

/// Charges that the scenario's files have; for a card on which nothing has been counted.
void fill_meter(ChargeMeter& meter, const SimConfig& sim);

}  // namespace sim800
