// The latency table: complete, named as scenarios write it, and the same in docs/latencies.md.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"
#include "protocol/pattern.hpp"
#include "scenarios/json/duration_text.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800 {
namespace {

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Cells of the table in docs/latencies.md by name: typical, instant, maximum, meaning, evidence.
std::map<std::string, std::vector<std::string>> documented() {
  std::ifstream file(test::source_dir() + "/docs/latencies.md");
  std::map<std::string, std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream cells(line.substr(1));
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
    const std::string name = row.at(0).substr(1, row.at(0).size() - 2);
    row.erase(row.begin());
    rows[name] = row;
  }
  return rows;
}

TEST_CASE("every latency is found by its name, and names are unique") {
  const auto rows = latency_rows();
  REQUIRE(rows.size() == static_cast<std::size_t>(Latency::count_));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].name);
    CHECK(find_latency(rows[i].name) == static_cast<Latency>(i));
    CHECK(rows[i].typical > Duration::zero());
    CHECK(rows[i].maximum >= rows[i].typical);
  }
  CHECK(find_latency("boot.call_ready") == Latency::boot_call_ready);
  CHECK(find_latency("sim.read") == Latency::sim_read);
  CHECK(find_latency("cfun") == Latency::cfun);
  CHECK_FALSE(find_latency("boot_rdy"));
  CHECK_FALSE(find_latency(""));
}

TEST_CASE("a profile chooses the values, and overrides win over it") {
  TimingConfig timing;
  CHECK(Latencies(timing)[Latency::bearer_open] == 1500ms);
  timing.profile = TimingProfile::maximum;
  CHECK(Latencies(timing)[Latency::bearer_open] == 84s);
  timing.profile = TimingProfile::instant;
  timing.overrides["bearer.open"] = 7ms;
  const Latencies latencies(timing);
  CHECK(latencies[Latency::bearer_open] == 7ms);
  CHECK(latencies[Latency::boot_rdy] == 0ms);
}

TEST_CASE("the radio's round trip is the profile's, unless the scenario gives one") {
  World world;
  CHECK(initial_link(world).latency == 600ms);
  world.timing.profile = TimingProfile::maximum;
  CHECK(initial_link(world).latency == 600ms);
  world.timing.profile = TimingProfile::instant;
  CHECK(initial_link(world).clear());
  world.timing.overrides["radio.round_trip"] = 200ms;
  CHECK(initial_link(world).latency == 200ms);
  world.network.link.latency = 0s;
  world.network.link.down_kbps = 40;
  CHECK(initial_link(world).latency == 0s);
  CHECK(initial_link(world).down_kbps == 40);
}

TEST_CASE("no value of the profile maximum fails a timer of the manual") {
  TimingConfig timing;
  timing.profile = TimingProfile::maximum;
  const Latencies latencies(timing);
  CHECK(latencies[Latency::bearer_open] < 85s);
  CHECK(latencies[Latency::bearer_close] < 65s);
  CHECK(latencies[Latency::cfun] < 10s);
  CHECK(latencies[Latency::pin] < 5s);
  CHECK(latencies[Latency::sim_read] < 2s);
  CHECK(latencies[Latency::network_detach] < 75s);
  CHECK(latencies[Latency::operator_scan] < 45s);
  CHECK(latencies[Latency::call_setup] < 20s);
}

TEST_CASE("docs/latencies.md lists every latency with its three values") {
  const auto docs = documented();
  CHECK(docs.size() == latency_rows().size());
  for (const LatencyRow& row : latency_rows()) {
    CAPTURE(row.name);
    const auto found = docs.find(std::string(row.name));
    REQUIRE(found != docs.end());
    REQUIRE(found->second.size() == 5);
    CHECK(parse_duration(found->second[0]) == row.typical);
    CHECK(parse_duration(found->second[1]) == Duration::zero());
    CHECK(parse_duration(found->second[2]) == row.maximum);
    CHECK(found->second[3] == row.meaning);
    CHECK(Pattern("^(times: |order: |limit: |choice$)").found_in(found->second[4]));
  }
}

}  // namespace
}  // namespace sim800
