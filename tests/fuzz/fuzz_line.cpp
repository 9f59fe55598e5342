// Hostile input: random and mutated lines, payloads, clients, power cuts and servers at a running module.
//   fuzz_line [LINES [SEED]]     1,000,000 lines and seed 1 unless given; the same seed gives the same run
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/hostile_session.hpp"

namespace sim800::test {
namespace {

constexpr std::size_t memory_limit = 16 * 1024 * 1024;  // of which up to 4 MiB are what the ports recorded

int fuzz(std::uint64_t wanted, std::uint64_t seed) {
  fmt::print("fuzz_line: {} lines, seed {}\n", wanted, seed);
  std::fflush(stdout);
  spdlog::set_level(spdlog::level::off);
  Chance chance(seed);
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t lines = 0, sessions = 0, requests = 0, bytes_in = 0, bytes_out = 0;
  for (; lines < wanted; ++sessions) {
    HostileSession session(chance, lines, memory_limit);
    session.run();
    requests += session.requests();
    bytes_in += session.bytes_in;
    bytes_out += session.bytes_out;
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  fmt::print(
      "fuzz_line: {} lines in {} sessions, {} requests, {} bytes in, {} bytes out, {:.1f} s, {:.0f} lines/s: all "
      "well\n",
      lines, sessions, requests, bytes_in, bytes_out, time.count(), static_cast<double>(lines) / time.count());
  return 0;
}

}  // namespace
}  // namespace sim800::test

int main(int count, char** arguments) {
  const auto argument = [&](int i, std::uint64_t absent) {
    return i < count ? std::strtoull(arguments[i], nullptr, 10) : absent;
  };
  return sim800::test::fuzz(argument(1, 1'000'000), argument(2, 1));
}
