// SPDX-License-Identifier: MIT
// What the loop and the thread of an FTP session tell each other.
#include "backends/ftp/ftp_bridge.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

namespace sim800::test {

TEST_CASE("ftp bridge: a host that has filled the room it was told of hears of what has become free since") {
  int told = 0;
  FtpBridge bridge([&] { ++told; });
  const auto hears = [&] {
    const int before = std::exchange(told, 0);
    bridge.take();
    return before > 0;
  };
  std::array<char, FtpBridge::worth_waking> block{};
  bridge.ready();
  CHECK(hears());
  CHECK(bridge.room() == FtpBridge::window);
  bridge.write(std::string(2 * block.size(), 'x'));
  CHECK(bridge.get(block) == block.size());
  CHECK_FALSE(hears());  // there was room left, it need not wait
  const std::size_t room = bridge.room();
  CHECK(bridge.get(block) == block.size());  // between the question and the write
  bridge.write(std::string(room, 'x'));
  CHECK(bridge.get(block) == block.size());
  CHECK(hears());
  CHECK(bridge.room() == 2 * block.size());
  CHECK(bridge.get(block) == block.size());
  CHECK_FALSE(hears());
  bridge.write(std::string(bridge.room(), 'x'));
  bridge.finish();
  CHECK(bridge.get(block) == block.size());
  CHECK_FALSE(hears());  // it has nothing more to write
}

}  // namespace sim800::test
