// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <fstream>
#include <optional>
#include <string>

#include "emulator/program/cli/run_options.hpp"

namespace sim800 {
namespace {

/// For all that a run has open besides endpoints: the loop, trace, state, and some connections.
constexpr std::size_t spare_descriptors = 32;

std::optional<std::size_t> number_in(const std::string& file) {
  std::size_t value = 0;
  return std::ifstream(file) >> value ? std::optional(value) : std::nullopt;
}

void require_ptys(std::size_t wanted) {
  const auto most = number_in("/proc/sys/kernel/pty/max"), used = number_in("/proc/sys/kernel/pty/nr");
  if (wanted == 0 || !most || !used || *used + wanted <= *most) return;
  throw RunError(
      fmt::format("{} pseudo-terminals are needed: kernel.pty.max allows {}, and {} are in use", wanted, *most, *used));
}

void require_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (wanted <= limit.rlim_cur) return;
  if (wanted > limit.rlim_max)
    throw RunError(fmt::format("{} descriptors are needed: RLIMIT_NOFILE allows {}", wanted, limit.rlim_max));
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) throw RunError("RLIMIT_NOFILE cannot be raised to its hard limit");
}

}  // namespace

void require(const Demand& demand) {
  require_ptys(demand.ptys);
  require_descriptors(demand.descriptors + spare_descriptors);
}

}  // namespace sim800
