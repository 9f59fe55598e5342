// Guesses which word was meant.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// How many characters must be added, removed or replaced to make one text of the other; case counts for nothing.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The words that `text` is probably a slip of, nearest first.
std::vector<std::string_view> near_words(std::string_view text, const std::vector<std::string_view>& words);

/// "unknown key; did you mean "hosts"?" (`what` is "key"), or a list of the words where none is near.
std::string unknown_word(std::string_view what, std::string_view text, const std::vector<std::string_view>& words);

}  // namespace sim800
