// SPDX-License-Identifier: MIT
#include "scenarios/engine/stage.hpp"

namespace sim800 {

bool covers(const LinkChange& upper, const LinkChange& lower) {
  return (upper.latency || !lower.latency) && (upper.jitter || !lower.jitter) &&
         (upper.down_kbps || !lower.down_kbps) && (upper.up_kbps || !lower.up_kbps) &&
         (upper.blackhole || !lower.blackhole) && (upper.loss || !lower.loss) && (upper.burst || !lower.burst) &&
         (upper.dns || !lower.dns) && (upper.dns_fails || !lower.dns_fails);
}

bool covers(const NoiseChange& upper, const NoiseChange& lower) {
  return (upper.rx || !lower.rx) && (upper.tx || !lower.tx) && (upper.pieces || !lower.pieces);
}

}  // namespace sim800
