// SPDX-License-Identifier: MIT
#include "scenarios/json/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace sim800 {
namespace {

// Nobody mistypes such a long word for one of ours, and the work grows with the length.
constexpr std::size_t longest_slip = 64;

// How many a longer list is cut to.
constexpr std::size_t listed_of_many = 4;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // distances of a's prefix to each prefix of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::vector<std::string_view> near_words(std::string_view text, const std::vector<std::string_view>& words) {
  if (text.size() > longest_slip) return {};
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string_view word : words) {
    const std::size_t distance = edit_distance(text, word);
    if (distance <= 1 + text.size() / 3 && distance < word.size()) near.emplace_back(distance, word);
  }
  std::ranges::sort(near);
  std::vector<std::string_view> result(near.size());
  std::ranges::transform(near, result.begin(), &std::pair<std::size_t, std::string_view>::second);
  return result;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& words) {
  const auto near = near_words(text, words);
  return near.empty() ? "" : fmt::format("did you mean \"{}\"?", near.front());
}

std::string listed(const std::vector<std::string>& words) {
  if (words.size() <= max_listed) return fmt::format("{}", fmt::join(words, ", "));
  return fmt::format("{}, …", fmt::join(words.begin(), words.begin() + listed_of_many, ", "));
}

std::string one_of(const std::vector<std::string>& words) {
  return (words.size() == 1 ? "" : "one of ") + listed(words);
}

}  // namespace sim800
