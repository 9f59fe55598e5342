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

/// What an octet does to the sequence when so many more follow it: eight octets are taken at once.
constexpr std::size_t at_once = 8;
constexpr std::array<std::array<std::uint16_t, 256>, at_once> fcs_tables = [] {
  std::array<std::array<std::uint16_t, 256>, at_once> tables{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1U) ^ 0x8408U : value >> 1U;
    tables[0][byte] = static_cast<std::uint16_t>(value);
  }
  for (std::size_t behind = 1; behind < at_once; ++behind) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint16_t before = tables[behind - 1][byte];
      tables[behind][byte] = static_cast<std::uint16_t>((before >> 8U) ^ tables[0][before & 0xffU]);
    }
  }
  return tables;
}();

std::uint16_t add_to_fcs(std::uint16_t fcs, std::string_view bytes) {
  while (bytes.size() >= at_once) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < at_once; ++i) {
      const unsigned before = i == 0 ? fcs & 0xffU : i == 1 ? fcs >> 8U : 0U;
      sum ^= fcs_tables[at_once - 1 - i][before ^ static_cast<unsigned char>(bytes[i])];
    }
    fcs = static_cast<std::uint16_t>(sum);
    bytes.remove_prefix(at_once);
  }
  for (const char c : bytes) {
    const unsigned index = (fcs ^ static_cast<unsigned char>(c)) & 0xffU;
    fcs = static_cast<std::uint16_t>((fcs >> 8U) ^ fcs_tables[0][index]);
  }
  return fcs;
}

bool in_map(char c, std::uint32_t accm) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 && ((accm >> byte) & 1U) != 0;
}

bool is_special(char c, std::uint32_t accm) { return c == flag || c == escape || in_map(c, accm); }

/// How many octets at the start go over the line as they are.
std::size_t plain_octets(std::string_view bytes, std::uint32_t accm) {
  std::size_t count = 0;
  while (count < bytes.size() && !is_special(bytes[count], accm)) ++count;
  return count;
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
  for (std::string_view rest = content; !rest.empty();) {
    const std::size_t plain = plain_octets(rest, framing.accm);
    line.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    line.push_back(escape);
    line.push_back(static_cast<char>(rest.front() ^ escape_bit));
    rest.remove_prefix(1);
  }
  line.push_back(flag);
  return line;
}

void PppDecoder::feed(std::string_view bytes, const std::function<void(PppFrame)>& take) {
  while (!bytes.empty()) {
    if (inside_ && !escaped_) {
      const std::size_t plain = plain_octets(bytes, inserted), room = longest - frame_.size();
      too_long_ = too_long_ || plain > room;
      if (!too_long_) frame_.append(bytes.substr(0, plain));
      bytes.remove_prefix(plain);
      if (bytes.empty()) return;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
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
