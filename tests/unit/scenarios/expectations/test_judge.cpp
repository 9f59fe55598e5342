// SPDX-License-Identifier: MIT
// When an expectation is met, when it fails, and what is said of it: without a module.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/expectations/judge.hpp"

namespace sim800 {
namespace {

Terms of(std::string sought) {
  Terms terms;
  terms.sought = {std::move(sought)};
  return terms;
}

Terms in_order() {
  Terms terms;
  terms.ordered = true;
  terms.sought = {"command A", "command B", "command A"};
  return terms;
}

void happened(Judge& judge, const std::vector<std::size_t>& which, std::string_view what, TimePoint now) {
  static std::uint64_t occurrence = 0;
  ++occurrence;
  for (const std::size_t one : which) judge.happened(one, what, now, occurrence);
}

void spans(Terms& terms, Duration span, const std::string& words) {
  terms.within = span;
  terms.within_words = words;
}

}  // namespace

TEST_CASE("a judge counts nothing before it has begun") {
  Terms terms = of("line A");
  terms.at_most = 0;
  terms.once = "fault \"x\"";
  Judge judge(terms);
  happened(judge, {0}, "line A", 1s);
  CHECK(judge.state() == Judge::State::open);
  SUBCASE("and nobody has shown anything if it never begins") {
    judge.end(2s);
    CHECK(judge.state() == Judge::State::failed);
    CHECK(judge.why() == "expected no line A, once fault \"x\", but it never began: no fault \"x\"");
  }
  SUBCASE("then it does") {
    judge.begin(2s);
    judge.begin(3s);
    happened(judge, {0}, "line A", 4s);
    CHECK(judge.state() == Judge::State::failed);
    CHECK(judge.why() == "expected no line A, once fault \"x\", found \"line A\" at 4.000 s");
  }
}

TEST_CASE("at most so many, in any span of time") {
  Terms terms = of("command AT+X");
  terms.at_most = 2;
  terms.sliding = true;
  spans(terms, 10s, "10s");
  Judge judge(terms);
  judge.begin(0s);
  CHECK_FALSE(judge.deadline());
  for (const Duration at : {1s, 2s, 11s, 12s, 21s}) happened(judge, {0}, "command AT+X", at);
  CHECK(judge.state() == Judge::State::open);
  SUBCASE("for as long as the run lasts") {
    judge.end(30s);
    CHECK(judge.state() == Judge::State::met);
    CHECK(judge.count() == 5);
  }
  SUBCASE("one more is one too many") {
    happened(judge, {0}, "command AT+X=1", 21999ms);
    CHECK(judge.state() == Judge::State::failed);
    CHECK(judge.why() ==
          "expected at most 2 of command AT+X within any 10s, found 3 (at 12.000 s, 21.000 s, 21.999 s), the last of "
          "them \"command AT+X=1\"");
    judge.end(30s);
    CHECK(judge.state() == Judge::State::failed);
  }
}

TEST_CASE("exactly so many within a time") {
  Terms terms = of("urc RING");
  terms.at_least = 2;
  terms.at_most = 2;
  spans(terms, 10s, "10s");
  Judge judge(terms);
  judge.begin(5s);
  CHECK(judge.deadline() == 15s);
  happened(judge, {0}, "urc RING", 6s);
  SUBCASE("one is missing") {
    judge.time_up(15s);
    CHECK(judge.why() ==
          "expected exactly 2 of urc RING within 10s, found 1 (at 6.000 s) until the time was up at 15.000 s");
  }
  SUBCASE("one is too late, at the very instant") {
    happened(judge, {0}, "urc RING", 15s);
    CHECK(judge.state() == Judge::State::failed);
    CHECK(judge.count() == 1);
  }
  SUBCASE("one is too many") {
    happened(judge, {0}, "urc RING", 7s);
    CHECK(judge.state() == Judge::State::open);
    happened(judge, {0}, "urc RING", 8s);
    CHECK(judge.state() == Judge::State::failed);
  }
  SUBCASE("as it should be") {
    happened(judge, {0}, "urc RING", 14999ms);
    judge.time_up(15s);
    happened(judge, {0}, "urc RING", 16s);
    CHECK(judge.state() == Judge::State::met);
    CHECK(judge.why().empty());
  }
}

TEST_CASE("what came nearest is told, where something was missing") {
  Terms terms = of("http method=POST url=/upload");
  terms.at_least = 1;
  Judge judge(terms);
  judge.begin(0s);
  judge.passed_by("http GET http://www.sim.com/", 1s);
  judge.passed_by("http POST http://www.sim.com/uploads", 2s);
  judge.passed_by("http POST http://www.sim.com/a/long/way/from/it", 3s);
  SUBCASE("at the end of the run") {
    judge.end(4s);
    CHECK(judge.why() ==
          "expected http method=POST url=/upload, found none until the run ended at 4.000 s\n"
          "  expected  http method=POST url=/upload\n"
          "  nearest   http POST http://www.sim.com/uploads at 2.000 s");
  }
  SUBCASE("not where nothing was") {
    happened(judge, {0}, "http POST http://www.sim.com/upload", 4s);
    judge.end(5s);
    CHECK(judge.state() == Judge::State::met);
  }
}

TEST_CASE("in this order") {
  const Terms terms = in_order();
  Judge judge(terms);
  judge.begin(0s);
  SUBCASE("one that had its turn may come again") {
    // Each A is the first and the third of them.
    happened(judge, {0, 2}, "command AT+A", 1s);
    happened(judge, {0, 2}, "command AT+A", 1s);
    happened(judge, {1}, "command AT+B", 1s);
    happened(judge, {1}, "command AT+B", 1s);
    CHECK(judge.state() == Judge::State::open);
    happened(judge, {0, 2}, "command AT+A", 1s);
    CHECK(judge.state() == Judge::State::met);
  }
  SUBCASE("one before its turn ends it") {
    happened(judge, {1}, "command AT+B", 3s);
    CHECK(
        judge.why() ==
        "expected in this order: command A, command B, command A, found \"command AT+B\" at 3.000 s before command A");
  }
  SUBCASE("one that does not come is named by the one before it") {
    happened(judge, {0}, "command AT+A", 3s);
    judge.passed_by("command AT+BB", 4s);
    judge.end(5s);
    CHECK(
        judge.why() ==
        "expected in this order: command A, command B, command A, found nothing more after \"command AT+A\" at 3.000 s "
        "until the run ended at 5.000 s\n"
        "  expected  command B\n"
        "  nearest   command AT+BB at 4.000 s");
    CHECK(judge.count() == 1);
  }
}

}  // namespace sim800
