// The lines of a serial port beside those for data (V.24), and how bytes are framed on those.
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sim800 {

/// On is what V.24 calls so; at the module's pins that is a low level.
enum class ModemLine : std::uint8_t {
  dtr,  ///< from the host, as is
  rts,
  dcd,  ///< from the module, as are the rest
  cts,
  ri,
  dsr,
};
inline constexpr std::array modem_lines{ModemLine::dtr, ModemLine::rts, ModemLine::dcd,
                                        ModemLine::cts, ModemLine::ri,  ModemLine::dsr};

constexpr std::string_view text_of(ModemLine line) {
  constexpr std::array<std::string_view, modem_lines.size()> names{"DTR", "RTS", "DCD", "CTS", "RI", "DSR"};
  return names.at(static_cast<std::size_t>(line));
}
constexpr std::optional<ModemLine> find_modem_line(std::string_view name) {
  for (const ModemLine line : modem_lines) {
    if (text_of(line) == name) return line;
  }
  return std::nullopt;
}
constexpr bool is_from_host(ModemLine line) { return line == ModemLine::dtr || line == ModemLine::rts; }

/// The levels of all lines, and those that a scenario holds.
class LineLevels {
 public:
  bool is_on(ModemLine line) const { return (((held_ & bit(line)) != 0 ? held_levels_ : own_) & bit(line)) != 0; }
  /// As whoever drives the line has it. True if that changes its level.
  bool drive(ModemLine line, bool on) {
    const bool before = is_on(line);
    put(own_, line, on);
    return is_on(line) != before;
  }
  /// Whatever drives it; nothing: as that has it again. True if that changes its level.
  bool hold(ModemLine line, std::optional<bool> on) {
    const bool before = is_on(line);
    put(held_, line, on.has_value());
    put(held_levels_, line, on.value_or(false));
    return is_on(line) != before;
  }

 private:
  static constexpr std::uint8_t bit(ModemLine line) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(line));
  }
  static void put(std::uint8_t& bits, ModemLine line, bool on) {
    bits = static_cast<std::uint8_t>(on ? bits | bit(line) : bits & ~bit(line));
  }
  std::uint8_t own_ = bit(ModemLine::dtr) | bit(ModemLine::rts) | bit(ModemLine::cts) | bit(ModemLine::dsr);
  std::uint8_t held_ = 0, held_levels_ = 0;
};

/// How bytes are framed on the line.
struct Framing {
  enum class Parity : std::uint8_t { none, odd, even, mark, space };
  unsigned baud = 115'200;  ///< bit/s; 0: whatever the other side has
  std::uint8_t data_bits = 8;
  Parity parity = Parity::none;
  std::uint8_t stop_bits = 1;

  friend bool operator==(const Framing&, const Framing&) = default;
  /// Of one byte, with its start bit.
  unsigned bits() const { return 1U + data_bits + (parity == Parity::none ? 0U : 1U) + stop_bits; }
};

}  // namespace sim800
