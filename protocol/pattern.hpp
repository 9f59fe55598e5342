// Regular expressions over bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace sim800 {

/// Not a regular expression that RE2 takes; what() says what is wrong with it.
struct PatternError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A regular expression in RE2's syntax (https://github.com/google/re2/wiki/Syntax): no look-around and no
/// back-references, so the work of a match is linear in the length of the text.  A character is one byte (Latin-1);
/// ^ and $ are the ends of the text.
class Pattern {
 public:
  /// What messages say is expected where a pattern stands.
  static constexpr std::string_view expected =
      "a regular expression in RE2 syntax (no look-around, no back-references)";

  /// Throws PatternError, also for an expression that needs more than 256 KiB once compiled.
  explicit Pattern(std::string_view source);

  /// It matches some part of the text.
  bool found_in(std::string_view text) const;
  /// It matches the text from end to end.
  bool matches(std::string_view text) const;
  /// Where it is found: the part that matches, then its groups (an empty text for one that takes no part); at most
  /// nine.
  std::optional<std::vector<std::string>> groups_in(std::string_view text) const;
  /// The number of its groups.
  int groups() const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace sim800
