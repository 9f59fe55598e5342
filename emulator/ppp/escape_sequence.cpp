// SPDX-License-Identifier: MIT
#include "emulator/ppp/escape_sequence.hpp"

#include <algorithm>

namespace sim800 {
namespace {

constexpr std::string_view sequence = "+++";

}  // namespace

void EscapeSequence::begin() {
  end();
  last_input_ = clock_.now();
}

void EscapeSequence::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  const Duration before = clock_.now() - last_input_;
  last_input_ = clock_.now();
  const bool on_time = pluses_ == 0 ? before >= guard : before < guard;
  const bool only_pluses =
      bytes.size() <= sequence.size() - pluses_ && std::ranges::all_of(bytes, [](char c) { return c == '+'; });
  if (!on_time || !only_pluses) {
    end();
    return acts_.data(bytes);
  }
  pluses_ += bytes.size();
  silence_ = clock_.after(guard, [this] {
    if (pluses_ < sequence.size()) return end();
    pluses_ = 0;
    acts_.escape();
  });
}

void EscapeSequence::end() {
  silence_.cancel();
  const std::size_t count = pluses_;
  pluses_ = 0;
  if (count > 0) acts_.data(sequence.substr(0, count));
}

}  // namespace sim800
