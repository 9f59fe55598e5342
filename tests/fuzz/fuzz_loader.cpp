// libFuzzer's entry into the loader of scenario files: ./dev fuzz loader.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/fuzz_scenario.hpp"

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string fault = sim800::test::loader_fault({reinterpret_cast<const char*>(data), size});
  if (fault.empty()) return 0;
  std::fprintf(stderr, "fuzz_loader: %s\n", fault.c_str());
  std::abort();
}

// Randomly changed bytes are hardly ever JSON: every other time keys and values are changed instead.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::mt19937_64 chance(seed);
  if (chance() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string text = sim800::test::mutated_scenario({reinterpret_cast<const char*>(data), size}, chance);
  const std::size_t length = std::min(text.size(), most);
  std::memcpy(data, text.data(), length);
  return length;
}
}
