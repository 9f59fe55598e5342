// SPDX-License-Identifier: MIT
#include "protocol/pattern.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace sim800 {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  // A match costs the length of the text times the size of the compiled expression at worst: both have a limit. A
  // scenario may have thousands of them.
  options.set_max_mem(256 << 10);
  return options;
}

// RE2's words without the part that is wrong where that is long.
std::string reason(const re2::RE2& refused) {
  const std::string &words = refused.error(), &part = refused.error_arg();
  constexpr std::size_t longest_part = 40, separator = 2;
  return part.size() <= longest_part ? words : words.substr(0, words.size() - part.size() - separator);
}

}  // namespace

Pattern::Pattern(std::string_view source) : compiled_(std::make_shared<re2::RE2>(piece(source), options())) {
  if (!compiled_->ok()) throw PatternError(reason(*compiled_));
}

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *compiled_); }

bool Pattern::matches(std::string_view text) const { return re2::RE2::FullMatch(piece(text), *compiled_); }

std::optional<std::vector<std::string>> Pattern::groups_in(std::string_view text) const {
  constexpr int most = 10;
  std::array<re2::StringPiece, most> found;
  const int count = std::min(most, 1 + groups());
  if (!compiled_->Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, found.data(), count)) return std::nullopt;
  std::vector<std::string> groups;
  for (int i = 0; i < count; ++i) groups.emplace_back(found.at(static_cast<std::size_t>(i)));
  return groups;
}

int Pattern::groups() const { return compiled_->NumberOfCapturingGroups(); }

}  // namespace sim800
