// Guesses which word was meant.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// How many characters must be added, removed or replaced to turn one text into the other, regardless of case.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The words that `text` is probably a misspelling of, nearest first.
std::vector<std::string_view> near_words(std::string_view text, const std::vector<std::string_view>& words);

/// `did you mean "hosts"?`; empty where no word is near.
std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& words);

/// The most words that a message lists.
inline constexpr std::size_t max_listed = 12;

/// `"up", "down"`; of more than `max_listed` only the first few.
std::string listed(const std::vector<std::string>& words);

/// The same behind "one of", unless it is one only.
std::string one_of(const std::vector<std::string>& words);

}  // namespace sim800
