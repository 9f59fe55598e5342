// The index of the AT manual V1.12: its 341 commands, by chapter.
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace sim800 {

struct ManualChapter {
  int number;
  std::string_view title;
  std::string_view names;  ///< without AT, separated by spaces; the n-th is section <number>.2.n

  std::vector<std::string_view> commands() const;
};

std::span<const ManualChapter> manual_chapters();

}  // namespace sim800
