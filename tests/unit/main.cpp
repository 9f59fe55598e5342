// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "tests/support/source_dir.hpp"

const std::string& sim800::test::source_dir() {
  static const std::string path = SIM800_SOURCE_DIR;
  return path;
}
