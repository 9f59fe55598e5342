// SPDX-License-Identifier: MIT
// What a second look found: last words, type-ahead before a reset, order of SSL and HTTP set-up, odd spellings.
#include <doctest/doctest.h>

#include "tests/unit/test_bench.hpp"

namespace sim800::test {

TEST_CASE("a channel whose command still runs hears the last words too") {
  Bench bench(World{});
  bench.say("ATE0\rAT+COPS=?\r");
  bench.wait(1s);
  bench.modem.press_power_key();
  CHECK(bench.wait(5s).ends_with("\r\nNORMAL POWER DOWN\r\n"));
  CHECK_FALSE(bench.modem.answers());
}

}  // namespace sim800::test
