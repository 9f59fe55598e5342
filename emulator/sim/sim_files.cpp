// SPDX-License-Identifier: MIT
#include "emulator/sim/sim_files.hpp"
#include "emulator/core/world.hpp"

#include <algorithm>

#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

constexpr std::uint16_t ef_iccid = 0x2fe2, ef_imsi = 0x6f07, ef_spn = 0x6f46, ef_ad = 0x6fad;
constexpr std::uint16_t df_telecom = 0x7f10, df_gsm = 0x7f20;

// Status words (GSM 11.11 9.4).
constexpr std::uint16_t wrong_length = 0x6700, wrong_parameters = 0x6b00, unknown_instruction = 0x6d00,
                        wrong_class = 0x6e00, out_of_range = 0x9402, file_not_found = 0x9404, wrong_kind = 0x9408,
                        access_denied = 0x9804;

/// Digits as stored on a card: two per byte, the first in the low half, F as filler.
std::string swapped_digits(std::string_view digits, std::size_t bytes) {
  std::string packed(bytes, '\xff');
  for (std::size_t i = 0; i < std::min(digits.size(), 2 * bytes); ++i) {
    const auto digit = static_cast<unsigned>(std::max(hex_value(digits[i]), 0));
    const auto before = static_cast<unsigned char>(packed[i / 2]);
    packed[i / 2] = static_cast<char>(i % 2 == 0 ? (before & 0xf0U) | digit : (before & 0x0fU) | digit << 4U);
  }
  return packed;
}

/// Length, then the parity of the number of digits in the place of a digit (10.3.2).
std::string imsi_file(std::string_view imsi) {
  const std::string digits = (imsi.size() % 2 == 1 ? "9" : "1") + std::string(imsi);
  return static_cast<char>((digits.size() + 1) / 2) + swapped_digits(digits, 8);
}

/// Display condition, then the name (10.3.11); letters and digits have the same codes in the GSM alphabet.
std::string spn_file(std::string_view name) {
  std::string file(17, '\xff');
  file[0] = '\0';
  std::ranges::copy(name.substr(0, 16), file.begin() + 1);
  return file;
}

/// Of the card's own network, which the IMSI begins with: those of the `serving` one if it is the same, else by the
/// country's numbering plan (E.212: three digits in North America and some other countries).
std::size_t mnc_digits(std::string_view imsi, std::string_view serving) {
  if (imsi.starts_with(serving)) return serving.size() - 3;
  constexpr std::string_view three_digits[] = {"302", "310", "311", "312", "313", "314", "315", "316", "334", "338",
                                               "342", "344", "346", "348", "350", "352", "354", "356", "358", "360",
                                               "365", "366", "376", "405", "708", "722", "732", "750"};
  return std::ranges::find(three_digits, imsi.substr(0, 3)) != std::end(three_digits) ? 3 : 2;
}

std::string big_endian(std::uint16_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)};
}

bool is_folder(std::uint16_t file) { return file == 0x3f00 || file == df_telecom || file == df_gsm; }

}  // namespace

bool SimFiles::exists(std::uint16_t file) const { return is_folder(file) || !content(file).empty(); }

std::string SimFiles::content(std::uint16_t file) const {
  switch (file) {
    case ef_iccid: return swapped_digits(identity_.iccid, 10);
    case ef_imsi: return imsi_file(identity_.imsi);
    case ef_spn: return spn_file(world_.network.operator_name);
    case ef_ad: return {0, 0, 0, static_cast<char>(mnc_digits(identity_.imsi, world_.network.plmn))};
    default: return {};
  }
}

/// The response to SELECT (9.2.1).
SimFiles::Answer SimFiles::header(std::uint16_t file) const {
  if (is_folder(file)) {
    const char kind = file == master_file ? 1 : 2;
    return {.data =
                std::string(4, '\0') + big_endian(file) + kind + std::string(5, '\0') + '\x09' + std::string(9, '\0')};
  }
  const std::string size = big_endian(static_cast<std::uint16_t>(content(file).size()));
  return {.data =
              std::string(2, '\0') + size + big_endian(file) + std::string("\x04\x00\x14\x0e\x55\x01\x02\x00\x00", 9)};
}

SimFiles::Answer SimFiles::operate(Operation operation, std::uint16_t file, unsigned offset, unsigned length,
                                   bool unlocked) const {
  if (operation == Operation::status) return header(master_file);
  if (!exists(file)) return {.status = file_not_found, .data = {}};
  const std::string bytes = content(file);
  switch (operation) {
    case Operation::get_response: return header(file);
    case Operation::update_binary: return {.status = access_denied, .data = {}};
    case Operation::read_binary: break;
    default: return {.status = wrong_kind, .data = {}};  // none of the files has records
  }
  if (bytes.empty()) return {.status = wrong_kind, .data = {}};
  if (!unlocked && file != ef_iccid) return {.status = access_denied, .data = {}};
  if (offset >= bytes.size()) return {.status = out_of_range, .data = {}};
  const auto left = static_cast<unsigned>(bytes.size()) - offset;
  if (length == 0 || length > left) return {.status = static_cast<std::uint16_t>(wrong_length + left), .data = {}};
  return {.data = bytes.substr(offset, length)};
}

SimFiles::Answer SimFiles::transmit(std::string_view apdu, bool unlocked) {
  const auto byte = [apdu](std::size_t i) { return i < apdu.size() ? static_cast<unsigned char>(apdu[i]) : 0U; };
  if (byte(0) != 0xa0) return {.status = wrong_class, .data = {}};
  const unsigned offset = byte(2) * 256 + byte(3), length = byte(4);
  switch (byte(1)) {
    case 0xa4: {  // SELECT
      if (length != 2 || apdu.size() < 7) return {.status = wrong_length, .data = {}};
      const auto file = static_cast<std::uint16_t>(byte(5) * 256 + byte(6));
      if (!exists(file)) return {.status = file_not_found, .data = {}};
      selected_ = file;
      return {.status = static_cast<std::uint16_t>(0x9f00 + header(file).data.size()), .data = {}};
    }
    case 0xc0:    // GET RESPONSE
    case 0xf2: {  // STATUS
      Answer answer = header(selected_);
      if (length > answer.data.size()) return {.status = wrong_length, .data = {}};
      if (offset != 0) return {.status = wrong_parameters, .data = {}};
      answer.data.resize(length == 0 ? answer.data.size() : length);
      return answer;
    }
    case 0xb0: return operate(Operation::read_binary, selected_, offset, length, unlocked);
    case 0xd6: return operate(Operation::update_binary, selected_, offset, length, unlocked);
    default: return {.status = unknown_instruction, .data = {}};
  }
}

}  // namespace sim800
