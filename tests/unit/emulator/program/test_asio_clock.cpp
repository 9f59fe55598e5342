// Module time on the event loop, far away from its start.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include "emulator/program/asio_clock.hpp"

namespace sim800 {

TEST_CASE("clock: an appointment as far away as an alarm can be is not one for now, at any scale") {
  constexpr Duration century = 24h * 36525;
  for (const double scale : {1e-6, 0.5, 1.0, 1000.0}) {
    CAPTURE(scale);
    asio::io_context loop;
    AsioClock clock(loop, scale);
    int kept = 0;
    const Timer far = clock.after(century, [&kept] { kept += 100; });
    const Timer longest = clock.after(1000h, [&kept] { kept += 10; });
    const Timer now = clock.after(0s, [&kept] { kept += 1; });
    while (kept % 10 == 0) loop.run_one();
    loop.poll();
    CHECK(kept % 10 == 1);
    CHECK(kept < 100);
    if (scale > 0.1) CHECK(kept == 1);
  }
}

}  // namespace sim800
