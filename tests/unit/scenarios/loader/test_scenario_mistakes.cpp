// Every mistake in a scenario file is told once, with its place and what was expected there.
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

// "LINE:COLUMN: POINTER: EXPECTED" of each mistake in `text`.
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
};

// The blocks of a file: lines of a scenario, then a line for each mistake; "#" begins a comment.
std::vector<Row> rows_of(const std::string& file) {
  std::vector<Row> rows;
  std::ifstream stream(file);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with('#')) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) rows.emplace_back();
    Row& row = rows.back();
    if (line.starts_with("=> ") || line.starts_with("-> ")) {
      row.mistakes.push_back(line.substr(3));
    } else {
      row.text += (row.text.empty() ? "" : "\n") + line;
    }
  }
  return rows;
}

TEST_CASE("each mistake is told once, with its place and what was expected there") {
  const auto rows = rows_of(test::source_dir() + "/tests/scenarios/broken.txt");
  CHECK(rows.size() >= 40);
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(fmt::format("{}", fmt::join(mistakes_of(row.text), "\n")) ==
          fmt::format("{}", fmt::join(row.mistakes, "\n")));
  }
}

TEST_CASE("a text that is no JSON object is told with the place where it stops being one") {
  const Row rows[] = {
      // The whole file.
      {"", {"1:1: a JSON object; the file is empty"}},
      {"\xEF\xBB\xBF \r\n", {"1:1: a JSON object; the file is empty"}},
      {"\n []", {"2:2: an object"}},
      {"null", {"1:1: an object"}},
      // Syntax: only the first one can be known.
      {"{\"name\": tru}", {"1:13: /name: valid JSON: invalid literal"}},
      {"{\"sim\": {\n\"pin\" 1}}", {"2:7: /sim/pin: valid JSON: unexpected number literal; expected ':'"}},
      {"{\"sim\": {},\n}", {"2:1: /sim: valid JSON: unexpected '}'; expected string literal"}},
      {"{\"sim\":", {"1:8: /sim: valid JSON: unexpected end of input; expected '[', '{', or a literal"}},
      {"{} {}", {"1:4: valid JSON: unexpected '{'; expected end of input"}},
      {"{\"a\"::1}", {"1:6: /a: valid JSON: unexpected ':'; expected '[', '{', or a literal"}},
      {"[1, ,2]", {"1:5: /0: valid JSON: unexpected ','; expected '[', '{', or a literal"}},
      {"{\"a\": 1]", {"1:8: /a: valid JSON: unexpected ']'; expected '}'"}},
      {"{\"a\": \"b", {"1:9: /a: valid JSON: invalid string: missing closing quote"}},
      {"{\"a\": \"\xFF\"}", {"1:8: /a: valid JSON: invalid string: ill-formed UTF-8 byte"}},
      {"{\"a\": 1e999}", {"1:7: /a: valid JSON: number overflow parsing '1e999'"}},
      {"{} // x", {"1:4: valid JSON: invalid literal"}},
      {std::string(100'000, '['),
       {"1:65: " +
        [] {
          std::string p;
          for (int i = 0; i < 64; ++i) p += "/0";
          return p;
        }() +
        ": nesting of at most 64 levels"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 200));
    CHECK(fmt::format("{}", fmt::join(mistakes_of(row.text), "\n")) ==
          fmt::format("{}", fmt::join(row.mistakes, "\n")));
  }
}

TEST_CASE("scenarios changed at random are read, or refused with a reason and a place") {
  std::vector<std::string> texts;
  for (const Row& row : rows_of(test::source_dir() + "/tests/scenarios/broken.txt")) texts.push_back(row.text);
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
                       "my.json:1:10: /name: a text of one line\nmy.json:2:11: /serial: an object", ScenarioError);
}

TEST_CASE("a byte-order mark and Windows line ends are taken") {
  CHECK(parse_scenario("\xEF\xBB\xBF{\r\n\"name\": \"n\"}", "f").world.name == "n");
  CHECK(mistakes_of("\xEF\xBB\xBF{\"name\": 1,\r\n\"sim\": 1}") ==
        Texts{"1:10: /name: a text of one line", "2:8: /sim: an object"});
}

TEST_CASE("a very long text is no danger") {
  for (const char character : {'(', 'a', '['}) {
    const std::string pattern(1001, character);
    CHECK(mistakes_of(R"({"faults": [{"on": {"line": ")" + pattern + R"("}, "do": {"cme": 3}}]})") ==
          Texts{"1:29: /faults/0/on/line: a regular expression (ECMAScript) of at most 1000 characters"});
  }
  const std::string longest(1'000'000, 'a');
  CHECK(mistakes_of("{\"network\": {\"hosts\": {\"a\": \"" + longest + "\"}}}").size() == 1);
  CHECK(mistakes_of("{\"" + longest + "\": 1}").size() == 1);
  CHECK(mistakes_of("{\"sim\": {\"imsi\": \"" + std::string(1'000'000, '1') + "\"}}").size() == 1);
}

}  // namespace
}  // namespace sim800
