// SPDX-License-Identifier: MIT
#include "protocol/ppp/frame.hpp"

#include <array>
#include <optional>
#include <utility>

namespace sim800 {
namespace {

constexpr char flag = '\x7e', escape = '\x7d', escape_bit = '\x20';
constexpr char all_stations = '\xff', unnumbered_information = '\x03';
constexpr std::uint16_t fcs_start = 0xffff, fcs_good = 0xf0b8;
/// XON and XOFF: the module asks for them to be escaped, so that bare ones come from something between it and the host.
constexpr std::uint32_t inserted = 0x000a0000;

constexpr std::array<std::uint16_t, 256> fcs_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1U) ^ 0x8408U : value >> 1U;
    table[byte] = static_cast<std::uint16_t>(value);
  }
  return table;
}();

std::uint16_t add_to_fcs(std::uint16_t fcs, std::string_view bytes) {
  for (const char c : bytes) {
    const unsigned index = (fcs ^ static_cast<unsigned char>(c)) & 0xffU;
    fcs = static_cast<std::uint16_t>((fcs >> 8U) ^ fcs_table[index]);
  }
  return fcs;
}

bool in_map(char c, std::uint32_t accm) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && ((accm >> byte) & 1U) != 0;
}

/// The protocol number, one octet or two; nothing where it is neither.
std::optional<PppFrame> parse(std::string_view content) {
  if (content.size() >= 2 && content[0] == all_stations && content[1] == unnumbered_information)
    content.remove_prefix(2);
  if (content.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(content[0]);
  if ((first & 1U) != 0) return PppFrame{first, std::string(content.substr(1))};
  if (content.size() < 2) return std::nullopt;
  const auto second = static_cast<unsigned char>(content[1]);
  if ((second & 1U) == 0) return std::nullopt;
  return PppFrame{static_cast<std::uint16_t>(first << 8U | second), std::string(content.substr(2))};
}

}  // namespace

std::uint16_t ppp_fcs(std::string_view bytes) {
  return static_cast<std::uint16_t>(add_to_fcs(fcs_start, bytes) ^ 0xffffU);
}

std::string encode(const PppFrame& frame, const PppFraming& framing) {
  std::string content;
  content.reserve(frame.info.size() + 6);
  if (!framing.short_address) content.append({all_stations, unnumbered_information});
  if (!framing.short_protocol || frame.protocol > 0xff) content.push_back(static_cast<char>(frame.protocol >> 8U));
  content.push_back(static_cast<char>(frame.protocol & 0xffU));
  content += frame.info;
  const std::uint16_t fcs = ppp_fcs(content);
  content.push_back(static_cast<char>(fcs & 0xffU));
  content.push_back(static_cast<char>(fcs >> 8U));

  std::string line(1, flag);
  line.reserve(content.size() + content.size() / 8 + 2);
  for (const char c : content) {
    if (c == flag || c == escape || in_map(c, framing.accm)) {
      line.push_back(escape);
      line.push_back(static_cast<char>(c ^ escape_bit));
    } else {
      line.push_back(c);
    }
  }
  line.push_back(flag);
  return line;
}

void PppDecoder::feed(std::string_view bytes, const std::function<void(PppFrame)>& take) {
  for (const char c : bytes) {
    if (c == flag) {
      end_frame(take);
      inside_ = true;
      continue;
    }
    if (!inside_ || too_long_ || in_map(c, inserted)) continue;  // noise between frames, RFC 1662 4.2
    if (c == escape) {
      escaped_ = true;
      continue;
    }
    if (frame_.size() == longest) {
      too_long_ = true;
      continue;
    }
    frame_.push_back(std::exchange(escaped_, false) ? static_cast<char>(c ^ escape_bit) : c);
  }
}

// Fewer than four octets between two flags are no frame (RFC 1662 4.3).
void PppDecoder::end_frame(const std::function<void(PppFrame)>& take) {
  const std::string frame = std::exchange(frame_, {});
  const bool broken = std::exchange(too_long_, false) || escaped_;
  escaped_ = false;
  if (frame.size() < 4 && !broken) return;
  if (broken || add_to_fcs(fcs_start, frame) != fcs_good) {
    ++bad_;
    return;
  }
  if (auto parsed = parse(std::string_view(frame).substr(0, frame.size() - 2))) {
    take(std::move(*parsed));
  } else {
    ++bad_;
  }
}

void PppDecoder::reset() {
  frame_.clear();
  escaped_ = too_long_ = inside_ = false;
}

}  // namespace sim800
