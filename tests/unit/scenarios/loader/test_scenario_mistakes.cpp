// Every mistake in a scenario file is reported once, with its place and what was expected there.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "emulator/core/world.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/fuzz/fuzz_scenario.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800 {
namespace {

using Texts = std::vector<std::string>;

// "LINE:COLUMN: POINTER: expected …, found …" of each mistake in `text`.
Texts mistakes_of(std::string_view text) {
  try {
    parse_scenario(text, "f");
    return {};
  } catch (const ScenarioError& error) {
    Texts result;
    for (const ScenarioMistake& mistake : error.mistakes) result.push_back(mistake.text().substr(2));
    return result;
  }
}

struct Row {
  std::string text;
  Texts mistakes;
  int line = 0;  // where it begins in its file
};

std::string lines(const Texts& texts) { return fmt::format("{}", fmt::join(texts, "\n")); }

const std::string broken_file = test::source_dir() + "/tests/scenarios/broken.txt";

// The blocks of the file: lines of a scenario, then a line for each mistake; "#" begins a comment.
std::vector<Row> broken_scenarios() {
  std::vector<Row> rows;
  std::ifstream stream(broken_file);
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) rows.push_back({.text = {}, .mistakes = {}, .line = number});
    Row& row = rows.back();
    if (line.starts_with("=> ") || line.starts_with("-> ")) {
      row.mistakes.push_back(line.substr(3));
    } else {
      row.text += (row.text.empty() ? "" : "\n") + line;
    }
  }
  return rows;
}

TEST_CASE("each mistake is reported once, with its place and what was expected there") {
  const auto rows = broken_scenarios();
  CHECK(rows.size() >= 40);
  for (const Row& row : rows) {
    const Texts found = mistakes_of(row.text);
    if (found == row.mistakes) continue;
    ADD_FAIL_CHECK_AT(broken_file.c_str(), row.line,
                      row.text << "\n--- mistakes as the file has them\n"
                               << lines(row.mistakes) << "\n--- as the program reports them\n"
                               << lines(found));
  }
}

TEST_CASE("a text that is no JSON object is reported with the place where it stops being one") {
  const Row rows[] = {
      // The whole file.
      {"", {"1:1: expected a JSON object, found an empty file"}},
      {"\xEF\xBB\xBF \r\n", {"1:1: expected a JSON object, found an empty file"}},
      {"\n []", {"2:2: expected an object, found an empty array"}},
      {"null", {"1:1: expected an object, found null"}},
      // Syntax: only the first one can be known.
      {"{\"name\": tru}", {"1:13: /name: expected valid JSON, found an invalid literal"}},
      {"{\"sim\": {\n\"pin\" 1}}", {"2:7: /sim/pin: expected ':', found number literal"}},
      {"{\"sim\": {},\n}", {"2:1: /sim: expected string literal, found '}'"}},
      {"{\"sim\":", {"1:8: /sim: expected '[', '{', or a literal, found end of input"}},
      {"{} {}", {"1:4: expected end of input, found '{'"}},
      {"{\"a\"::1}", {"1:6: /a: expected '[', '{', or a literal, found ':'"}},
      {"[1, ,2]", {"1:5: /0: expected '[', '{', or a literal, found ','"}},
      {"{\"a\": 1]", {"1:8: /a: expected '}', found ']'"}},
      {"{\"a\": \"b", {"1:9: /a: expected valid JSON, found an invalid string: missing closing quote"}},
      {"{\"a\": \"\xFF\"}", {"1:8: /a: expected valid JSON, found an invalid string: ill-formed UTF-8 byte"}},
      {"{\"a\": 1e999}", {"1:7: /a: expected a number that fits a double, found 1e999"}},
      {"{} // x", {"1:4: expected valid JSON, found an invalid literal"}},
      {std::string(100'000, '['),
       {"1:65: " +
        [] {
          std::string p;
          for (int i = 0; i < 64; ++i) p += "/0";
          return p;
        }() +
        ": expected nesting of at most 64 levels, found one more"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    CHECK(lines(mistakes_of(row.text)) == lines(row.mistakes));
  }
}

TEST_CASE("scenarios changed at random are read, or refused with a reason and a place") {
  std::vector<std::string> texts;
  for (const Row& row : broken_scenarios()) texts.push_back(row.text);
  for (const auto& [name, file] : shipped_files({test::source_dir() + "/scenarios"})) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    texts.push_back(text.str());
  }
  std::mt19937_64 chance(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text = test::mutated_scenario(texts[chance() % texts.size()], chance);
    if (i % 4 == 0) text[chance() % text.size()] = static_cast<char>(chance());
    const std::string fault = test::loader_fault(text);
    CAPTURE(text);
    REQUIRE(fault == "");
    if (i % 8 == 0) texts[chance() % texts.size()] = text;
  }
}

TEST_CASE("the message of the error is one line for each mistake") {
  CHECK_THROWS_WITH_AS(parse_scenario("{\"name\": 1,\n\"serial\": 2}", "my.json"),
                       "my.json:1:10: /name: expected a string of one line, found 1\n"
                       "my.json:2:11: /serial: expected an object, found 2",
                       ScenarioError);
}

TEST_CASE("a byte-order mark and Windows line ends are taken") {
  CHECK(parse_scenario("\xEF\xBB\xBF{\r\n\"name\": \"n\"}", "f").world.name == "n");
  CHECK(mistakes_of("\xEF\xBB\xBF{\"name\": 1,\r\n\"sim\": 1}") ==
        Texts{"1:10: /name: expected a string of one line, found 1", "2:8: /sim: expected an object, found 1"});
}

TEST_CASE("a very long text is no danger, and is shown in short") {
  const std::string digits(1'000, '1');
  CHECK(mistakes_of(R"({"sim": {"pin": ")" + digits + "\"}}") ==
        Texts{R"(1:17: /sim/pin: expected 4 to 8 digits, found ")" + digits.substr(0, 39) + "…\""});
  const std::string euros = "a€€€€€€€€€€€€€€€€€€€€";  // three bytes each: not cut within one
  CHECK(mistakes_of(R"({"sim": {"pin": ")" + euros + "\"}}") ==
        Texts{R"(1:17: /sim/pin: expected 4 to 8 digits, found ")" + euros.substr(0, 37) + "…\""});
  const auto with_pattern = [](const std::string& pattern) {
    return mistakes_of(R"({"faults": [{"on": {"line": ")" + pattern + R"("}, "do": {"cme": 3}}]})");
  };
  CHECK(with_pattern(std::string(10'000, 'a')).empty());
  for (const std::string& pattern :
       {std::string(100'000, '('), std::string(1'000'000, 'a'), std::string("((a{100}){100}){100}")})
    CHECK(with_pattern(pattern).size() == 1);
  const std::string longest(1'000'000, 'a');
  CHECK(mistakes_of("{\"network\": {\"hosts\": {\"a\": \"" + longest + "\"}}}").size() == 1);
  CHECK(mistakes_of("{\"" + longest + "\": 1}").size() == 1);
  CHECK(mistakes_of("{\"sim\": {\"imsi\": \"" + std::string(1'000'000, '1') + "\"}}").size() == 1);
}

}  // namespace
}  // namespace sim800
