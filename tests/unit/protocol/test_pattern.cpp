// Patterns: RE2's syntax over bytes, and no text that takes them for ever.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "protocol/pattern.hpp"

namespace sim800 {
namespace {

std::string refusal(const std::string& source) {
  try {
    const Pattern pattern(source);
    return "none";
  } catch (const PatternError& error) {
    return error.what();
  }
}

TEST_CASE("pattern: somewhere in the text, or from end to end") {
  const Pattern csq("\\+CSQ: [0-9]+,0");
  CHECK(csq.matches("+CSQ: 21,0"));
  CHECK_FALSE(csq.matches("+CSQ: 21,0 "));
  CHECK(csq.found_in("AT+CSQ: 21,0 "));
  CHECK_FALSE(csq.found_in("+CSQ: ,0"));
  CHECK_FALSE(Pattern("O|K").matches("OK"));
  CHECK(Pattern("^AT$").found_in("AT"));
  CHECK_FALSE(Pattern("^AT$").found_in("AT\nAT"));                       // the ends of the text, not of its lines
  CHECK(Pattern("http:\\/\\/\\w+\\.\\d{1,3}").matches("http://a_b.1"));  // as ECMAScript has it, too
}

TEST_CASE("pattern: a character is a byte") {
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  CHECK(Pattern("(?s).{256}").matches(all));
  CHECK(Pattern("[\\x80-\\xFF]{128}").found_in(all));
  CHECK(Pattern("..").matches("é"));
  CHECK(Pattern("é").matches("é"));
}

TEST_CASE("pattern: what RE2 does not have is refused") {
  CHECK(refusal("A(?=B)") == "invalid perl operator: (?=");
  CHECK(refusal("A(?!B)") == "invalid perl operator: (?!");
  CHECK(refusal("(?<=A)B") == "invalid perl operator: (?<");
  CHECK(refusal("(A)\\1") == "invalid escape sequence: \\1");
  CHECK(refusal("(") == "missing ): (");
  CHECK(refusal(std::string(100'000, '(')) == "missing )");
  CHECK(refusal("*") == "no argument for repetition operator: *");
  CHECK(refusal("((a{100}){100}){100}") == "invalid repetition size: {100}");
  CHECK(refusal(std::string(1'000'000, 'a')) == "pattern too large - compile failed");
  CHECK(refusal(std::string(1'000, 'a')) == "none");
}

// A matcher that tries alternatives needs 2 to the power of the text's length steps here.
TEST_CASE("pattern: the work of a match grows with the text and no faster") {
  const std::string text(1'000'000, 'A');
  for (const char* source : {"(A*)*B", "(A+)+B", "(A|A)*B", "(A|AA)+B", "((A?){30}){30}B"}) {
    CAPTURE(source);
    const Pattern pattern(source);
    CHECK_FALSE(pattern.found_in(text));
    CHECK_FALSE(pattern.matches(text));
    CHECK(pattern.matches(text.substr(0, 500) + "B"));
  }
}

}  // namespace
}  // namespace sim800
