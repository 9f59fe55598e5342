// Values of a JSON file, as readers ask for them.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "scenarios/json/reader.hpp"

namespace sim800 {
namespace {

using Texts = std::vector<std::string>;

struct File {
  explicit File(std::string_view text) : json(text, "f"), report(json), root(report, json.root()) {}
  Texts mistakes() {
    Texts texts;
    for (const ScenarioMistake& mistake : report.take()) texts.push_back(mistake.text());
    return texts;
  }
  LayeredJson json;
  Report report;
  Value root;
};

TEST_CASE("reader: what is there and of the right type is read, anything else leaves the member alone") {
  const File file(
      R"({"text": "t", "number": 1.5, "integer": 7, "flag": true, "span": "2s", "word": "up", "null": null})");
  const Value& root = file.root;
  std::string text = "-";
  double number = -1;
  int integer = -1;
  bool flag = false;
  Duration span{};
  char word = '-';
  for (const char* key : {"missing", "null"}) {
    root[key].read(text);
    root[key].read(number);
    root[key].read(integer);
    root[key].read(flag);
    root[key].read(span);
    root[key].read(word, {{"up", 'u'}, {"down", 'd'}});
  }
  root["number"].read(integer);
  root["text"].read(word, {{"up", 'u'}, {"down", 'd'}});
  root["text"]["deeper"].read(text);
  CHECK(text == "-");
  CHECK(number == -1);
  CHECK(integer == -1);
  CHECK_FALSE(flag);
  CHECK(span == Duration::zero());
  CHECK(word == '-');
  root["text"].read(text);
  root["number"].read(number);
  root["integer"].read(integer);
  root["flag"].read(flag);
  root["span"].read(span);
  root["word"].read(word, {{"up", 'u'}, {"down", 'd'}});
  CHECK(text == "t");
  CHECK(number == 1.5);
  CHECK(integer == 7);
  CHECK(flag);
  CHECK(span == 2s);
  CHECK(word == 'u');
}

TEST_CASE("reader: arrays and objects, and a value that stands for an array") {
  const File file(R"({"list": [{"a": 1}, {"a": 2}], "one": {"a": 3}, "texts": ["x", 1, "y"], "text": "z"})");
  const auto sum = [&file](const char* key) {
    std::int64_t total = 0;
    for (const Value& item : file.root[key].items()) total += item["a"].integer().value_or(0);
    return total;
  };
  CHECK(sum("list") == 3);
  CHECK(sum("one") == 3);
  CHECK(sum("missing") == 0);
  CHECK(file.root["texts"].texts() == Texts{"x", "y"});
  CHECK(file.root["text"].texts() == Texts{"z"});
  Texts names;
  for (const Value& value : file.root.members()) names.push_back(value.name());
  CHECK(names == Texts{"list", "one", "text", "texts"});
}

TEST_CASE("reader: a mistake has the place of its value or of its key, and says what stands there") {
  File file("{\"a\": {\"b/c\": [1,\n  \"two\"]}, \"d\": []}");
  file.root["a"]["b/c"].items()[1].refuse("a number", {}, "a hint");
  file.root["a"].refuse_name("another key");
  file.root["d"].refuse("something");
  file.root.refuse("nothing", "it");
  CHECK(file.mistakes() == Texts{"f:1:1: expected nothing, found it", "f:1:2: /a: expected another key, found \"a\"",
                                 "f:2:3: /a/b~1c/1: expected a number, found \"two\" (a hint)",
                                 "f:2:17: /d: expected something, found an empty array"});
}

TEST_CASE("reader: a renamed key is read under its old name, and not under both") {
  File old(R"({"network": {"strength": 5}})");
  int rssi = 0;
  old.root["network"]["rssi"].alias("strength").read(rssi);
  CHECK(rssi == 5);
  old.root["missing"]["rssi"].alias("strength").read(rssi);
  old.root["network"]["rssi"].alias("strength").refuse("more");
  CHECK(old.mistakes() == Texts{"f:1:26: /network/strength: expected more, found 5"});

  File renamed(R"({"network": {"rssi": 6}})");
  renamed.root["network"]["rssi"].alias("strength").read(rssi);
  CHECK(rssi == 6);
  CHECK(renamed.mistakes().empty());

  File both(R"({"network": {"rssi": 7, "strength": 8}})");
  both.root["network"]["rssi"].alias("strength").read(rssi);
  CHECK(rssi == 7);
  CHECK(both.mistakes() ==
        Texts{R"(f:1:25: /network/strength: expected either "rssi" or its old name "strength", found both)"});
}

}  // namespace
}  // namespace sim800
