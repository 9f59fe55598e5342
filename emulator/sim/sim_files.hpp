// The files of the card that firmware reads past the AT commands: ICCID, IMSI, service provider name, administrative
// data (GSM 11.11 chapter 10). SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/core/identity.hpp"
#include "emulator/core/world.hpp"

namespace sim800 {

class SimFiles {
 public:
  /// The card's response: its status words (9000 is success) and the bytes before them.
  struct Answer {
    std::uint16_t status = 0x9000;
    std::string data;
  };
  enum class Operation : std::uint8_t {
    read_binary = 176,
    read_record = 178,
    get_response = 192,
    update_binary = 214,
    update_record = 220,
    status = 242,
  };

  SimFiles(const World& world, const Identity& identity) : world_(world), identity_(identity) {}

  /// AT+CRSM: one operation on one file. `unlocked`: PIN1 was given; the ICCID can be read without it.
  Answer operate(Operation operation, std::uint16_t file, unsigned offset, unsigned length, bool unlocked) const;
  /// AT+CSIM: one APDU; SELECT is remembered for the following ones.
  Answer transmit(std::string_view apdu, bool unlocked);
  void power_on() { selected_ = master_file; }

 private:
  static constexpr std::uint16_t master_file = 0x3f00;
  bool exists(std::uint16_t file) const;
  std::string content(std::uint16_t file) const;
  Answer header(std::uint16_t file) const;

  const World& world_;
  const Identity& identity_;
  std::uint16_t selected_ = master_file;
};

}  // namespace sim800
