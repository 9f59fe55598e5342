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
      {"{} # x", {"1:4: expected valid JSON, found an invalid literal"}},
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

// `count` times `part`, with commas between them; "#" in it is the number.
std::string repeated(int count, const std::string& part) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string one = part;
    for (auto at = one.find('#'); at != one.npos; at = one.find('#')) one.replace(at, 1, std::to_string(i));
    text += (i == 0 ? "" : ",") + one;
  }
  return text;
}

TEST_CASE("of many mistakes the first hundred are looked for, whatever they are") {
  const std::string more = "expected at most 100 mistakes, found more (these were found first)";
  const std::string files[] = {
      "{\"sim\": {\"messages\": [" + repeated(50, R"({"index": 99, "status": "x", "text": 1})") + "]}}",
      "{\"faults\": [" + repeated(1000, R"({"on": {"comand": "AT"}, "doo": 1})") + "]}",
      "{" + repeated(100'000, R"("key#": 1)") + "}",
      "{" + repeated(100'000, R"("same": 1)") + "}",
      "{\"module\": {\"commands\": {" + repeated(1000, R"("+X#": true)") + "}}}",
      "{\"timing\": {\"overrides\": {" + repeated(1000, R"("x#": "1s")") + "}}}",
      "{\"network\": {\"hosts\": {" + repeated(1000, R"("?#": "")") + "}}}",
      "{\"faults\": [" + repeated(1000, R"({"on": {"urc": "(a#"}, "do": {"urc": "B"}})") + "]}",
      "{\"faults\": [" + repeated(1000, R"({"on": {"urc": "A"}, "do": {"urc": "B"}, "when_state": "s#"})") + "]}"};
  for (const std::string& file : files) {
    CAPTURE(file.substr(0, 80));
    const Texts found = mistakes_of(file);
    CHECK(found.size() == 101);
    CHECK(found.back() == " " + more);
  }
}

TEST_CASE("what is larger than a scenario may be is refused with its size, and not looked at") {
  const auto array = [](int count, const std::string& part) { return "[" + repeated(count, part) + "]"; };
  const std::string event = R"({"after": "1s", "do": {"urc": "A"}})";
  const std::string fault = R"({"on": {"time": "1s"}, "do": {"urc": "A"}})";
  const Row rows[] = {
      {"{\"events\": " + array(1001, event) + "}", {"1:12: /events: expected at most 1000 items, found 1001"}},
      {"{\"faults\": " + array(1001, fault) + "}", {"1:12: /faults: expected at most 1000 items, found 1001"}},
      {"{\"events\": [{\"after\": \"1s\", \"do\": " + array(101, R"({"urc": "A"})") + "}]}",
       {"1:35: /events/0/do: expected at most 100 items, found 101"}},
      {"{\"sim\": {\"messages\": " + array(51, "{}") + "}}",
       {"1:22: /sim/messages: expected at most 50 items, found 51"}},
      {"{\"network\": {\"hosts\": {" + repeated(1001, R"("h#": "refuse")") + "}}}",
       {"1:23: /network/hosts: expected at most 1000 keys, found 1001"}},
      {"{\"name\": \"" + std::string(2001, 'x') + "\"}", {"1:10: /name: expected at most 2000 characters, found 2001"}},
      {"{\"faults\": [{\"on\": {\"urc\": \"" + std::string(1001, 'x') + "\"}, \"do\": {\"urc\": \"A\"}}]}",
       {"1:28: /faults/0/on/urc: expected at most 1000 characters, found 1001"}},
      {"{\"" + std::string(301, 'k') + "\": 1}",
       {"1:2: expected a key of at most 300 bytes, found \"" + std::string(39, 'k') + "…\""}},
      {std::string(4 << 20, ' ') + "{}", {"1:1: expected at most 4 MiB, found more"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text.substr(0, 80));
    CHECK(lines(mistakes_of(row.text)) == lines(row.mistakes));
  }
  CHECK(mistakes_of("{\"events\": " + array(1000, event) + ", \"faults\": " + array(1000, fault) + "}").empty());
}

TEST_CASE("a long file is read once, not once for each of its values") {
  const std::string key(182, '1');
  CHECK(mistakes_of("{\"network\": {\"ussd\": {\"" + key + "\": [" + repeated(1'000'000, "1") + "]}}}") ==
        Texts{"1:209: /network/ussd/" + key + ": expected at most 100 items, found 1000000"});
  CHECK(mistakes_of("{\"a\\u0062\": {\"x\": [1,\n" + repeated(1'000'000, "2") + "]}}").size() == 1);
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
  CHECK(with_pattern(std::string(1000, 'a')).empty());
  for (const std::string& pattern : {std::string(1000, '('), std::string(1001, 'a'), std::string(1'000'000, 'a'),
                                     std::string("((a{100}){100}){100}")})
    CHECK(with_pattern(pattern).size() == 1);
  const std::string longest(1'000'000, 'a');
  CHECK(mistakes_of("{\"network\": {\"hosts\": {\"a\": \"" + longest + "\"}}}").size() == 1);
  CHECK(mistakes_of("{\"" + longest + "\": 1}").size() == 1);
  CHECK(mistakes_of("{\"sim\": {\"imsi\": \"" + std::string(1'000'000, '1') + "\"}}").size() == 1);
}

}  // namespace
}  // namespace sim800
