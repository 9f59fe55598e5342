// Several modules in one scenario file.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>

#include "scenarios/loader/loader.hpp"

using namespace sim800;

namespace {

std::string mistakes_in(const std::string& text) {
  try {
    parse_modules(text, "f");
    return {};
  } catch (const ScenarioError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("modules: a file without them is one module") {
  const auto modules = parse_modules(R"({"sim": {"number": "+49170"}})", "f");
  REQUIRE(modules.size() == 1);
  CHECK(modules[0].name.empty());
  CHECK_FALSE(modules[0].identity.number);
  CHECK(modules[0].scenario->world.sim.number == "+49170");
}

TEST_CASE("modules: maps merge key by key, lists replace") {
  const auto modules = parse_modules(R"({
    "network": {"signal": {"rssi": 9}, "hosts": {"a": "refuse"}},
    "events": [{"after": "1s", "do": {"reset": true}}, {"after": "2s", "do": {"reset": true}}],
    "modules": [{}, {"name": "car", "network": {"hosts": {"b": "refuse"}}, "events": []}]})",
                                     "f");
  REQUIRE(modules.size() == 2);
  CHECK(modules[1].name == "car");
  CHECK(modules[0].scenario->world.network.hosts.size() == 1);
  CHECK(modules[1].scenario->world.network.hosts.size() == 2);
  CHECK(modules[1].scenario->world.network.rssi == 9);
  CHECK(modules[0].scenario->events.size() == 2);
  CHECK(modules[1].scenario->events.empty());
}

TEST_CASE("modules: those that differ in name and identity share a world") {
  const auto modules = parse_modules(R"({"sim": {"pin": "1111"}, "modules": [
    {"sim": {"number": "+491"}}, {"name": "x", "module": {"imei": "123456789012345"}, "sim": {"imsi": "262011"}},
    {"sim": {"pin": "2222"}}]})",
                                     "f");
  REQUIRE(modules.size() == 3);
  CHECK(modules[0].scenario == modules[1].scenario);
  CHECK(modules[0].scenario != modules[2].scenario);
  CHECK(modules[0].identity.number == "+491");
  CHECK(modules[1].identity.imei == "123456789012345");
  CHECK(modules[2].scenario->world.sim.pin == "2222");
}

TEST_CASE("fleet: so many, with their numbers in texts") {
  const auto modules = parse_modules(R"({"fleet": {"count": 12, "each": {
    "name": "t{n}", "sim": {"number": "+4917{n:4}"}, "network": {"hosts": {"a": "127.0.0.1:80{n:2}"}}}}})",
                                     "f");
  REQUIRE(modules.size() == 12);
  CHECK(modules[11].name == "t11");
  CHECK(modules[3].identity.number == "+49170003");
  CHECK(modules[3].scenario->world.network.hosts.at("a") == "127.0.0.1:8003");
  const auto alike =
      parse_modules(R"({"fleet": {"count": 3, "each": {"network": {"operator": "{n}{n}{x}{n:}{n"}}}})", "f");
  CHECK(alike[2].scenario->world.network.operator_name == "22{x}{n:}{n");
  const auto same = parse_modules(R"({"fleet": {"count": 3}})", "f");
  CHECK(same[0].scenario == same[2].scenario);
}

TEST_CASE("modules: mistakes are told at their place in the file") {
  CHECK(mistakes_in(R"({"modules": []})") ==
        "f:1:13: /modules: expected an array with at least one module, found an empty array");
  CHECK(mistakes_in(R"({"modules": [{}], "fleet": {"count": 1}})") ==
        "f:1:2: /modules: expected either \"modules\" or a \"fleet\", found both");
  CHECK(mistakes_in(R"({"modules": [{"name": "a"}, {"name": "a"}]})") ==
        "f:1:38: /modules/1/name: expected each name once, and no other module's number, found \"a\"");
  CHECK(mistakes_in(R"({"modules": [{"modul": {}}]})").starts_with("f:1:15: /modules/0/modul: expected"));
  CHECK(mistakes_in(R"({"modules": [{"name": "a b"}]})") ==
        "f:1:23: /modules/0/name: expected letters, digits, dots, hyphens and underscores, found \"a b\"");
  CHECK(mistakes_in(R"({"modules": [{}, {"timing": {"scale": 2}}]})") ==
        "f:1:30: /modules/1/timing/scale: expected no scale here, found \"scale\" (one for all modules stands in the "
        "common part)");
  CHECK(mistakes_in(R"({"fleet": {}})") == "f:1:11: /fleet: expected the key \"count\", found none");
  CHECK(mistakes_in(R"({"fleet": {"count": 0}})") ==
        "f:1:21: /fleet/count: expected an integer from 1 to 100000, found 0");
  CHECK(mistakes_in(R"({"fleet": {"count": 2, "each": {"module": {"imei": "{n}"}}}})") ==
        "f:1:52: /fleet/each/module/imei: expected 15 digits, found \"{n}\"");
}

TEST_CASE("modules: what only the program knows is refused where it stands") {
  CHECK(mistakes_in(R"({"modules": [{"module": {"settings": {"+NONE": 1}}}]})")
            .starts_with("f:1:39: /modules/0/module/"));
  CHECK(mistakes_in(R"({"module": {"settings": {"+NONE": 1}}, "modules": [{}]})")
            .starts_with("f:1:26: /module/settings/"));
}
