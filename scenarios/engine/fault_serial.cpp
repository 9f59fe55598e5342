// Faults of the serial line: triggers by bytes, and what noise does to bytes.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>

#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {
namespace {

bool covers(std::optional<SerialDirection> wanted, SerialDirection direction) {
  return wanted.value_or(direction) == direction;
}

/// `lost`: bytes still to be lost of a burst.
std::string through(const Noise& noise, std::string_view bytes, std::size_t& lost) {
  std::string out;
  for (const char byte : bytes) {
    if (lost > 0) {
      --lost;
      continue;
    }
    if (noise.chance->happens(noise.drop)) {
      lost = noise.burst - 1;
      continue;
    }
    char heard = byte;
    // One bit of the eight, so that the byte always changes.
    if (noise.chance->happens(noise.garble)) heard = static_cast<char>(byte ^ (1 << (noise.chance->bits() & 7)));
    out.push_back(heard);
    if (noise.chance->happens(noise.duplicate)) out.push_back(heard);
  }
  return out;
}

}  // namespace

std::size_t FaultEngine::until_stop(SerialDirection direction) const {
  std::uint64_t left = std::numeric_limits<std::size_t>::max();
  for (const auto& armed : armed_) {
    const auto* on = std::get_if<SerialTrigger>(&armed->fault->on);
    if (on != nullptr && !armed->removed && covers(on->direction, direction))
      left = std::min(left, on->after_bytes - armed->bytes);
  }
  return left;
}

bool FaultEngine::pass(SerialDirection direction, std::string& bytes) {
  const std::size_t count = bytes.size();
  const Noise& noise = direction == SerialDirection::rx ? noise_.current().rx : noise_.current().tx;
  if (noise.drop > 0 || noise.garble > 0 || noise.duplicate > 0)
    bytes = through(noise, bytes, lost_together_.at(static_cast<std::size_t>(direction)));
  std::vector<Due> all;
  for (const auto& armed : armed_) {
    const auto* on = std::get_if<SerialTrigger>(&armed->fault->on);
    if (on == nullptr || armed->removed || !covers(on->direction, direction)) continue;
    armed->bytes += count;
    if (armed->bytes < on->after_bytes) continue;
    armed->bytes = 0;
    if (due(*armed)) all.push_back({armed, {}});
  }
  return act(all, nullptr, nullptr);
}

std::size_t FaultEngine::slice() {
  const auto& pieces = noise_.current().pieces;
  const auto& wanted = pieces && pieces->slice ? pieces->slice : scenario_.world.serial.slice;
  return wanted ? serial_chance_.between(wanted->least, wanted->most) : 0;
}

Duration FaultEngine::gap() {
  const auto& pieces = noise_.current().pieces;
  return serial_chance_.in(pieces ? pieces->gap : scenario_.world.serial.gap);
}

void FaultEngine::change_level(ModemLine line, std::optional<bool> on, std::optional<Duration> span) {
  const auto held = levels_.try_emplace(
      line, clock_, std::nullopt, [this, line](const std::optional<bool>& level) { modem_->hold_line(line, level); });
  held.first->second.set(on, span);
}

void FaultEngine::change_board(const BoardPart& part, int value, std::optional<Duration> span) {
  const auto put = [this, part](const int& now) { soon([this, part, now] { part.apply(*modem_, part.name, now); }); };
  board_.try_emplace(part.name, clock_, part.before, put).first->second.set(value, span);
}

void FaultEngine::cut_serial_lines() {
  soon([this] {
    for (SerialLine* line : lines_) {
      const std::size_t lost = line->cut();
      if (lost > 0 && trace_ != nullptr) trace_->event("lost", {{"bytes", static_cast<std::int64_t>(lost)}});
    }
  });
}

}  // namespace sim800
