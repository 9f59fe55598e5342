// One direction of the radio link for IP packets: late, one after the other, or lost.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "backends/link/link_path.hpp"

namespace sim800 {

class PacketLink {
 public:
  /// Packets that are on their way; those beyond are lost, as in any router.
  static constexpr std::size_t most = 256;

  PacketLink(const LinkState& link, Direction direction, std::uint64_t seed,
             std::function<void(std::string packet)> arrived);
  void send(std::string_view packet);
  std::uint64_t lost() const { return lost_; }

 private:
  bool loses();
  void arrive();

  const LinkState& link_;
  LinkPath path_;
  std::mt19937_64 chance_;
  std::function<void(std::string)> arrived_;
  std::deque<std::pair<TimePoint, std::string>> on_the_way_;
  std::uint32_t burst_left_ = 0;
  std::uint64_t lost_ = 0;
  Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace sim800
