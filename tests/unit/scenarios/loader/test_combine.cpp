// Scenarios made of others: what comes of them, and where a mistake is said to be.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenarios/loader/combine.hpp"
#include "tests/support/source_dir.hpp"
#include "tests/support/temporary_directory.hpp"

namespace sim800 {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

struct Folder {
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(directory.path() / name, std::ios::binary) << text;
    return (directory.path() / name).string();
  }
  json merged(const Texts& names, const Texts& settings = {}) const {
    const Combined combined = combine(names, settings, shipped);
    parse_modules(combined);
    return combined.json.root();
  }
  /// Mistakes, without the folder's name.
  Texts mistakes(const Texts& names, const Texts& settings = {}) const {
    Texts texts;
    try {
      parse_modules(combine(names, settings, shipped));
    } catch (const ScenarioError& error) {
      for (const ScenarioMistake& mistake : error.mistakes) {
        std::string text = mistake.text();
        if (text.starts_with(directory.path().string())) text.erase(0, directory.path().string().size() + 1);
        texts.push_back(text);
      }
    }
    return texts;
  }
  TemporaryDirectory directory;
  std::vector<std::filesystem::path> shipped{directory.path() / "shipped"};
};

TEST_CASE(
    "combine: scalars are the later's, maps are merged, faults and events follow one another, other lists replace") {
  const Folder folder;
  const auto one = folder.write("one.json", R"({"name": "one", "network": {"signal": {"rssi": 3, "ber": 2},
    "hosts": {"a": "127.0.0.1:1", "b": "refuse"}}, "faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 1}}],
    "sim": {"messages": [{"index": 1, "from": "1", "text": "x"}]}})");
  const auto two = folder.write("two.json", R"({"name": "two", "network": {"signal": {"rssi": 9},
    "hosts": {"b": "blackhole", "*": "unresolvable"}}, "faults": [{"on": {"command": "AT+COPS"}, "do": {"cme": 2}}],
    "events": [{"after": "1s", "do": {"reset": true}}], "sim": {"messages": []}})");
  const json merged = folder.merged({one, two});
  CHECK(merged["name"] == "two");
  CHECK(merged["network"]["signal"] == json({{"rssi", 9}, {"ber", 2}}));
  CHECK(merged["network"]["hosts"] == json({{"a", "127.0.0.1:1"}, {"b", "blackhole"}, {"*", "unresolvable"}}));
  CHECK(merged["faults"].size() == 2);
  CHECK(merged["faults"][1]["do"]["cme"] == 2);
  CHECK(merged["events"].size() == 1);
  CHECK(merged["sim"]["messages"] == json::array());
  const auto modules = parse_modules(combine({one, two}, {}, {}));
  CHECK(modules.front().scenario->faults.size() == 2);
}

TEST_CASE("combine: null takes out what stood there") {
  const Folder folder;
  const auto one = folder.write("one.json", R"({"sim": {"pin": "1234"}, "network": {"link": {"latency_ms": 5}},
                                               "events": [{"after": "1s", "do": {"reset": true}}]})");
  const auto two = folder.write("two.json", R"({"sim": {"pin": null}, "network": {"link": null}, "events": null,
                                               "faults": null})");
  const json merged = folder.merged({one, two});
  CHECK(merged["sim"] == json::object());
  CHECK(merged["network"] == json::object());
  CHECK(merged["events"] == json::array());
  CHECK(folder.mistakes({one, folder.write("three.json", R"({"serial": null})")}) ==
        Texts{"three.json:1:12: /serial: expected an object, found null"});
}

TEST_CASE("combine: a mistake is told with its own file and place") {
  const Folder folder;
  const auto one = folder.write("one.json", R"({"network": {"signal": {"rssi": 3}, "gprs": 1},
  "faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 1}}]})");
  const auto two = folder.write("two.json", R"({"network": {"signal": {"ber": 9}, "hots": {}},
  "faults": [{"on": {"command": "AT+CSQ"}, "do": {"cme": 1}},
             {"on": {"comand": "AT+CSQ"}, "do": {"cme": 1}}]})");
  CHECK(folder.mistakes({one, two}, {"network.gprs=maybe"}) ==
        Texts{"two.json:1:32: /network/signal/ber: expected an integer from 0 to 7, or 99, found 9",
              R"(two.json:1:36: /network/hots: expected a known key, found "hots" (did you mean "hosts"?))",
              R"(two.json:3:22: /faults/1/on/comand: expected a known key, found "comand" (did you mean "command"?))",
              R"(--set network.gprs=maybe: /network/gprs: expected true or false, found "maybe")"});
  // What the program alone refuses, too.
  const auto three = folder.write("three.json", R"({"module": {"settings": {"+CMEE": 7}}, "faults": [
    {"on": {"command": "AT+CSQ"}, "do": {"cme": 1}}, {"on": {"line": "("}, "do": {"cme": 1}}]})");
  const auto said =
      folder.mistakes({folder.write("base.json", R"({"faults": [{"on": {"line": "x"}, "do": {"cme": 1}}]})"), three});
  REQUIRE(said.size() == 2);
  CHECK(said[0].starts_with("three.json:1:35: /module/settings/+CMEE: expected value 1 of +CMEE"));
  CHECK(said[1].starts_with("three.json:2:70: /faults/1/on/line: expected a regular expression"));
}

TEST_CASE("combine: a scenario extends files beside it and scenarios that ship") {
  const Folder folder;
  std::filesystem::create_directory(folder.shipped.front());
  folder.write("shipped/slow.json", R"({"name": "slow", "network": {"link": {"latency_ms": 5, "down_kbps": 1}}})");
  folder.write("base.json", R"({"extends": "slow", "network": {"link": {"down_kbps": 2}, "gprs": false}})");
  const auto mine = folder.write("mine.json", R"({"extends": ["base.json"], "network": {"gprs": true}})");
  CHECK(folder.merged({mine}) ==
        json::parse(R"({"name": "slow", "network": {"link": {"latency_ms": 5, "down_kbps": 2}, "gprs": true}})"));
  const Combined combined = combine({mine}, {}, folder.shipped);
  REQUIRE(combined.files.size() == 3);
  CHECK(combined.files[0].path.filename() == "slow.json");
  CHECK(combined.files[2].path.filename() == "mine.json");
}

TEST_CASE("combine: what two scenarios extend comes once, before both") {
  const Folder folder;
  folder.write("base.json", R"({"network": {"gprs": false}, "events": [{"after": "1s", "do": {"reset": true}}]})");
  const auto a = folder.write("a.json", R"({"extends": "base.json", "network": {"gprs": true}})");
  const auto b = folder.write("b.json", R"({"extends": "base.json", "name": "b"})");
  const json merged = folder.merged({a, b, a});
  CHECK(merged["network"]["gprs"] == true);
  CHECK(merged["events"].size() == 1);
}

TEST_CASE("combine: what cannot be extended is refused where it is asked for") {
  const Folder folder;
  const auto self = folder.write("self.json", R"({"extends": "self.json"})");
  CHECK(folder.mistakes({self}) ==
        Texts{R"(self.json:1:13: /extends: expected a scenario that does not extend this one, found "self.json")"});
  const auto a = folder.write("a.json", R"({"extends": "b.json"})");
  folder.write("b.json", "{\n \"extends\": [\"./a.json\"]}");
  CHECK(folder.mistakes({a}) ==
        Texts{R"(b.json:2:14: /extends/0: expected a scenario that does not extend this one, found "./a.json")"});
  const auto wrong = folder.write("wrong.json", R"({"extends": ["a.json", 1]})");
  CHECK(folder.mistakes({wrong}) ==
        Texts{"wrong.json:1:13: /extends: expected a scenario's file, or the name of one that "
              "ships, or an array of those, found an array"});
  const auto gone = folder.write("gone.json", R"({"extends": "nowhere"})");
  CHECK(folder.mistakes({gone}) == Texts{R"(gone.json:1:13: /extends: expected a scenario file, found "nowhere" )"
                                         "(no scenarios ship with this program)"});
  std::string last = "{}";
  for (int i = 0; i < 20; ++i) {
    folder.write(fmt::format("n{}.json", i), last);
    last = fmt::format(R"({{"extends": "n{}.json"}})", i);
  }
  const auto said = folder.mistakes({folder.write("deep.json", last)});
  REQUIRE(said.size() == 1);
  CHECK(said[0].ends_with("expected at most 16 scenarios that extend each other, found \"n4.json\""));
  const auto broken = folder.write("broken.json", "{\"name\": \n}");
  const auto child = folder.write("child.json", R"({"extends": "broken.json"})");
  REQUIRE(folder.mistakes({child}).size() == 1);
  CHECK(folder.mistakes({child})[0].starts_with("broken.json:2:1: /name: expected "));
}

TEST_CASE("combine: a text of its own extends nothing") {
  CHECK_THROWS_WITH(parse_scenario(R"({"extends": "slow-2g"})", "f"),
                    R"(f:1:2: /extends: expected no "extends" in a text that has no file, found "extends")");
}

TEST_CASE("combine: a setting of the command line is laid over all files") {
  const Folder folder;
  const auto one = folder.write("one.json", R"({"network": {"signal": {"rssi": 3, "ber": 1}}})");
  const json merged =
      folder.merged({one}, {"network.signal.rssi=9", "name=nine", "network.hosts.www.sim.com=127.0.0.1:80",
                            "network.hosts.*=refuse", "network.apns.my.apn.user=me", "network.numbers.+420.call=busy",
                            "timing.overrides.bearer.open=2s", "/network/hosts/a.b=refuse", "module.settings.+CMEE=2",
                            R"(sim.messages=[{"index": 1, "status": "REC READ", "from": "1", "text": ""}])"});
  CHECK(merged["network"]["signal"] == json({{"rssi", 9}, {"ber", 1}}));
  CHECK(merged["name"] == "nine");
  CHECK(merged["network"]["hosts"] == json({{"www.sim.com", "127.0.0.1:80"}, {"*", "refuse"}, {"a.b", "refuse"}}));
  CHECK(merged["network"]["apns"]["my.apn"]["user"] == "me");
  CHECK(merged["network"]["numbers"]["+420"]["call"] == "busy");
  CHECK(merged["timing"]["overrides"]["bearer.open"] == "2s");
  CHECK(merged["module"]["settings"]["+CMEE"] == 2);
  CHECK(merged["sim"]["messages"].size() == 1);
  CHECK(folder.merged({}, {"sim.pin=\"1234\""})["sim"]["pin"] == "1234");
}

TEST_CASE("combine: settings that are none are refused") {
  const Folder folder;
  CHECK(folder.mistakes({}, {"nothing"}) ==
        Texts{R"(--set nothing: expected KEY=VALUE, such as network.signal.rssi=3, found "nothing")"});
  CHECK(folder.mistakes({}, {"=1"}) ==
        Texts{R"(--set =1: expected KEY=VALUE, such as network.signal.rssi=3, found "=1")"});
  CHECK(folder.mistakes({}, {"netwrk.gprs=true"}) ==
        Texts{R"(--set netwrk.gprs=true: /netwrk: expected a known key, found "netwrk" (did you mean "network"?))"});
  CHECK(folder.mistakes({}, {R"(network={"gprs": 1, "plmn": 2})"}).size() == 2);
  CHECK(folder.mistakes({}, {"extends=slow-2g"}) ==
        Texts{"--set extends=slow-2g: expected a key other than \"extends\", found \"extends\" (scenarios to lay over "
              "each other stand on the command line themselves)"});
}

TEST_CASE("combine: // begins a comment, except in a text") {
  const Folder folder;
  const auto file =
      folder.write("c.json", "// what it is for\n{\"name\": \"a//b\", // é\n \"sim\": {\"pin\": 7} // \"x\n}");
  CHECK(folder.mistakes({file}) == Texts{"c.json:3:17: /sim/pin: expected 4 to 8 digits, found 7"});
  const auto slash = folder.write("d.json", R"({"name": "x\"//y", "description": "z"})");
  CHECK(folder.merged({slash})["name"] == "x\"//y");
  CHECK(folder.mistakes({folder.write("e.json", "// nothing else")}) ==
        Texts{"e.json:1:1: expected a JSON object, found an empty file"});
  CHECK(folder.mistakes({folder.write("f.json", "{} / no")}).size() == 1);
}

}  // namespace
}  // namespace sim800
