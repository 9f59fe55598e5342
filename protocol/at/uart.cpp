// SPDX-License-Identifier: MIT
#include "protocol/at/uart.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim800 {
namespace {

using Bits = std::vector<bool>;

void add_parity(Bits& bits, unsigned value, Framing::Parity parity) {
  const bool odd = (std::popcount(value) & 1) != 0;
  switch (parity) {
    case Framing::Parity::none: return;
    case Framing::Parity::odd: return bits.push_back(!odd);
    case Framing::Parity::even: return bits.push_back(odd);
    case Framing::Parity::mark: return bits.push_back(true);
    case Framing::Parity::space: return bits.push_back(false);
  }
}

/// Low is false.
Bits on_the_wire(std::string_view bytes, const Framing& framing) {
  Bits bits;
  bits.reserve(bytes.size() * framing.bits());
  for (const char byte : bytes) {
    const unsigned value = static_cast<unsigned char>(byte) & ((1U << framing.data_bits) - 1U);
    bits.push_back(false);
    for (unsigned i = 0; i < framing.data_bits; ++i) bits.push_back((value >> i & 1U) != 0);
    add_parity(bits, value, framing.parity);
    bits.insert(bits.end(), framing.stop_bits, true);
  }
  return bits;
}

}  // namespace

std::string as_heard(std::string_view bytes, const Framing& sender, const Framing& receiver) {
  const Bits bits = on_the_wire(bytes, sender);
  // Time in units of 1/(2 * both rates): a bit of the sender lasts twice the receiver's rate, and the other way round.
  const std::uint64_t sent_bit = std::uint64_t{2} * receiver.baud, read_bit = std::uint64_t{2} * sender.baud;
  const std::uint64_t end = bits.size() * sent_bit;
  const auto level = [&](std::uint64_t time) { return time >= end || bits[static_cast<std::size_t>(time / sent_bit)]; };
  const unsigned behind_start = receiver.bits() - 1U - receiver.stop_bits;
  std::string heard;
  for (std::uint64_t time = 0; time < end;) {
    if (level(time)) {  // idle, up to the sender's next bit
      time = (time / sent_bit + 1) * sent_bit;
      continue;
    }
    const std::uint64_t middle = time + read_bit / 2;
    if (level(middle)) {  // too short for a start bit
      time = (time / sent_bit + 1) * sent_bit;
      continue;
    }
    unsigned value = 0;
    for (unsigned i = 0; i < receiver.data_bits; ++i) {
      if (level(middle + (i + 1) * read_bit)) value |= 1U << i;
    }
    heard.push_back(static_cast<char>(value));
    // It looks for the next start bit from the middle of the stop bit on; after a break, once the line is high again.
    time = middle + (behind_start + 1) * read_bit;
    while (time < end && !level(time)) time = (time / sent_bit + 1) * sent_bit;
  }
  return heard;
}

}  // namespace sim800
