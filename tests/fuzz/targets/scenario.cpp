// Scenario files: whatever is in them, they are read, or refused with places and reasons.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/fuzz_scenario.hpp"
#include "tests/fuzz/target.hpp"

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string fault = sim800::test::loader_fault(sim800::test::text_of(data, size));
  sim800::test::require(fault.empty(), fault.c_str());
  return 0;
}

#ifdef SIM800_LIBFUZZER
// Randomly changed bytes are hardly ever JSON: every other time keys and values are changed instead.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::mt19937_64 chance(seed);
  if (chance() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string text = sim800::test::mutated_scenario(sim800::test::text_of(data, size), chance);
  const std::size_t length = std::min(text.size(), most);
  std::memcpy(data, text.data(), length);
  return length;
}
#endif
}
