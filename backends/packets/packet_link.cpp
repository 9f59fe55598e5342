// SPDX-License-Identifier: MIT
#include "backends/packets/packet_link.hpp"

namespace sim800 {

PacketLink::PacketLink(const LinkState& link, Direction direction, std::uint64_t seed,
                       std::function<void(std::string packet)> arrived)
    : link_(link), path_(link, direction, seed), chance_(seed), arrived_(std::move(arrived)) {}

bool PacketLink::loses() {
  if (link_.model.blackhole || on_the_way_.size() >= most) return true;
  if (burst_left_ > 0) return --burst_left_, true;
  if (link_.model.loss <= 0 || std::uniform_real_distribution<>(0, 1)(chance_) >= link_.model.loss) return false;
  burst_left_ = link_.model.burst - 1;
  return true;
}

void PacketLink::send(std::string_view packet) {
  if (loses()) {
    ++lost_;
    return;
  }
  on_the_way_.emplace_back(path_.send(packet.size()), packet);
  if (on_the_way_.size() == 1) arrive();
}

/// Never at once: nobody is called back from inside send(). What is due together arrives together.
void PacketLink::arrive() {
  timer_ = link_.clock.at(on_the_way_.front().first, [this] {
    const std::weak_ptr<int> alive = alive_;
    const TimePoint now = link_.clock.now();
    for (std::size_t due = on_the_way_.size(); due > 0 && on_the_way_.front().first <= now; --due) {
      const std::string packet = std::move(on_the_way_.front().second);
      on_the_way_.pop_front();
      arrived_(packet);
      if (alive.expired()) return;
    }
    if (!on_the_way_.empty()) arrive();
  });
}

}  // namespace sim800
