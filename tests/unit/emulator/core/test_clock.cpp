// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <string>

#include "emulator/core/task.hpp"
#include "emulator/program/asio_clock.hpp"

namespace sim800 {
namespace {

TEST_CASE("appointments happen in order, at their own instant; a cancelled one does not") {
  VirtualClock clock;
  std::string log;
  const Timer late = clock.after(2s, [&] { log += "late "; });
  const Timer early = clock.after(1s, [&] { log += clock.now() == 1s ? "early " : "wrong "; });
  const Timer second = clock.after(1s, [&] { log += "second "; });
  {
    const Timer gone = clock.after(1s, [&] { log += "gone "; });
  }
  clock.advance(1500ms);
  CHECK(log == "early second ");
  CHECK(clock.advance_to_next());
  CHECK(clock.now() == 2s);
  CHECK_FALSE(clock.advance_to_next());
  CHECK(log == "early second late ");
}

TEST_CASE("an appointment is due from its instant until it is kept") {
  VirtualClock clock;
  CHECK_FALSE(clock.is_due());
  bool due_inside = false;
  const Timer later = clock.after(1s, [] {});
  const Timer chain = clock.after(Duration::zero(), [&] { due_inside = clock.is_due(); });
  CHECK(clock.is_due());
  CHECK(clock.advance_to_next());
  CHECK_FALSE(due_inside);
  CHECK_FALSE(clock.is_due());
}

TEST_CASE("a destroyed coroutine is not resumed") {
  VirtualClock clock;
  bool resumed = false;
  const auto sleeper = [](Clock& c, bool& flag) -> Task<> {
    co_await c.sleep(1s);
    flag = true;
  };
  {
    Task<> task = sleeper(clock, resumed);
    task.start([] {});
  }
  clock.advance(2s);
  CHECK_FALSE(resumed);
}

TEST_CASE("on the event loop, appointments happen, the nearest first, however they were made") {
  asio::io_context loop;
  AsioClock clock(loop, 1e-6);  // a second is a microsecond
  std::string log;
  const Timer far = clock.after(400'000s, [&] { log += "far "; });
  const Timer near = clock.after(200'000s, [&] { log += "near "; });
  Timer nested;
  const Timer nearest = clock.after(10s, [&] { nested = clock.after(10s, [&] { log += "nested "; }); });
  loop.run();
  CHECK(log == "nested near far ");
}

}  // namespace
}  // namespace sim800
