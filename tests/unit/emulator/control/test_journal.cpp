// What a run keeps of its events: packed, in order, bounded, and as traces have them once somebody asks.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "emulator/control/handlers.hpp"
#include "emulator/control/journal.hpp"
#include "tests/support/control_fixture.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

std::vector<std::uint64_t> numbers(const EventRing& ring, std::uint64_t from = 0) {
  std::vector<std::uint64_t> list;
  for (auto at = ring.from(from); at != ring.end(); ++at) list.push_back((*at).number);
  return list;
}

void fill(EventRing& ring, std::uint64_t first, std::uint64_t last, const std::string& text) {
  for (std::uint64_t n = first; n <= last; ++n) ring.add({.number = n, .name = "note"}, {{"text", text}});
}

}  // namespace

TEST_CASE("journal: an event is kept as it was, with every kind of value") {
  EventRing ring(10, 10'000);
  {
    std::string text("a\0\"\xff", 4);
    ring.add({.number = 7, .at = 1'234'567'891ns, .module = 3, .name = "odd", .module_name = "meter"},
             {{"key", text}, {"least", INT64_MIN}, {"yes", true}, {"no", false}, {"empty", ""}});
    text = "gone";
  }
  const EventRing::Event event = *ring.begin();
  CHECK(event.module == 3);
  CHECK(event.text("key") == std::string_view("a\0\"\xff", 4));
  CHECK(event.text("least").empty());
  const std::string object = R"("t":1.234568,"event":"odd","module":"meter","key":"a\u0000\"\u00ff",)"
                             R"("least":-9223372036854775808,"yes":true,"no":false,"empty":""})";
  CHECK(event.json() == "{" + object);
  CHECK(event.numbered_json() == "{\"n\":7," + object);
}

TEST_CASE("journal: an event keeps the name that its module had") {
  Journal journal;
  const std::string before(40, 'a'), after(60, 'b');
  journal.add(1s, 0, before, "note", {{"text", "first"}});
  journal.add(2s, 0, after, "note", {{"text", "second"}});
  CHECK((*journal.events().begin()).module_name == before);
  CHECK((*journal.events().from(2)).module_name == after);
}

TEST_CASE("journal: the oldest events go, in order, whatever their size") {
  for (const std::size_t size : {0UL, 100UL, 30'000UL, 200'000UL}) {
    CAPTURE(size);
    EventRing ring(1000, 1'000'000);
    const std::string text(size, 'x');
    fill(ring, 1, 2500, text);
    const std::vector<std::uint64_t> kept = numbers(ring);
    REQUIRE_FALSE(kept.empty());
    CHECK(kept.size() == ring.size());
    CHECK(kept.size() <= 1000);
    CHECK(kept.size() * size <= 1'000'000);
    CHECK(kept.back() == 2500);
    CHECK(kept.front() == ring.dropped() + 1);
    CHECK(kept.size() == 2500 - ring.dropped());
    const std::uint64_t middle = kept[kept.size() / 2];
    CHECK(numbers(ring, middle).front() == middle);
    CHECK(numbers(ring, 2501).empty());
    for (auto at = ring.begin(); at != ring.end(); ++at) CHECK((*at).text("text").size() == size);
  }
}

TEST_CASE("journal: the last event stays, however large it is") {
  EventRing ring(1000, 10'000);
  fill(ring, 1, 10, "small");
  fill(ring, 11, 11, std::string(1'000'000, 'x'));
  CHECK(numbers(ring) == std::vector<std::uint64_t>{11});
  fill(ring, 12, 12, "small");
  CHECK(numbers(ring) == std::vector<std::uint64_t>{12});
}

TEST_CASE("journal: what is forgotten leaves the rest, and what comes after it") {
  EventRing ring(1000, 1'000'000);
  fill(ring, 1, 900, std::string(500, 'x'));
  ring.forget([](const EventRing::Event& event) { return event.number % 3 != 0; });
  CHECK(ring.size() == 300);
  CHECK(numbers(ring, 4).front() == 6);
  fill(ring, 901, 902, "x");
  CHECK(numbers(ring, 899) == std::vector<std::uint64_t>{900, 901, 902});
  CHECK(ring.dropped() == 0);
  ring.forget([](const EventRing::Event&) { return true; });
  CHECK(numbers(ring).empty());
  fill(ring, 903, 903, "x");
  CHECK(numbers(ring) == std::vector<std::uint64_t>{903});
}

TEST_CASE("journal: commands are those of the last lines, and outlive the other events") {
  Journal journal;
  const auto type = [&journal](const std::string& channel, const std::string& line) {
    journal.add(1s, 0, "", "command", {{"channel", channel}, {"line", line}});
  };
  const auto answer = [&journal](const std::string& channel, const std::string& text) {
    journal.add(3s, 0, "", "result", {{"channel", channel}, {"text", text}});
  };
  answer("a", "OK");  // of a line that nobody knows
  type("a", "+CSQ");
  type("b", "I");
  answer("a", "OK");
  answer("a", "ERROR");  // as above
  for (std::size_t n = 0; n <= Journal::max_events; ++n) journal.add(4s, 0, "", "note", {{"text", "x"}});
  const std::vector<SeenCommand> seen = journal.commands();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].number == 2);
  CHECK(seen[0].line == "AT+CSQ");
  CHECK(seen[0].result == "OK");
  CHECK(seen[0].at == 1s);
  CHECK(seen[0].ended == 3s);
  CHECK_FALSE(seen[1].ended);
  for (std::size_t n = 0; n < 2 * Journal::max_commands; ++n) type("c", std::to_string(n));
  CHECK(journal.commands().size() == Journal::max_commands);
  CHECK(journal.commands().back().line == "AT19999");
  CHECK(journal.sums(0).results.at("OK") == 2);
}

TEST_CASE("journal: one instant is the same number wherever it is shown") {
  ControlFixture f;
  for (int i = 0; i < 10; ++i) {
    f.ask("POST", "/clock/advance", R"({"by": "0.3us"})");
    f.typed("AT");
    const auto now = f.ask("GET", "/clock")["time"];
    CHECK(f.ask("GET", "/modem")["time"] == now);
    CHECK(f.ask("GET", "/commands").back()["t"] == now);
    const std::string lines = f.send("GET", "/events", {}, {{"format", "jsonl"}})->source().value_or("");
    const auto last = nlohmann::json::parse(lines.substr(lines.rfind('\n', lines.size() - 2) + 1));
    CHECK(last["event"] == "result");
    CHECK(last["t"] == now);
  }
}

TEST_CASE("control: a time has six decimals at most, and values are what they were") {
  for (std::int64_t micros = 10'528'000; micros < 10'538'000; ++micros) {
    const std::string text = json_text(seconds(TimePoint(micros * 1000)));
    REQUIRE(text.size() <= 9);
    REQUIRE(nlohmann::json::parse(text) == static_cast<double>(micros) / 1e6);
  }
  const auto value = nlohmann::ordered_json::parse(
      R"({"b":[],"a":{},"list":[1,-2,0.5,true,null,"x\"\u00e9\n"],"nested":{"k":[{"x":1e-06}]},"big":1e+300})");
  CHECK(nlohmann::ordered_json::parse(json_text(value)) == value);
  CHECK(json_text(value).starts_with(R"({"b":[],"a":{},"list":[1,-2,0.5,true,null,)"));
}
