// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include "tests/support/source_dir.hpp"

namespace {

// Tests of what goes wrong warn a lot; a failed check must not drown in that.
const bool quiet = (spdlog::set_level(spdlog::level::off), true);

}  // namespace

const std::string& sim800::test::source_dir() {
  static const std::string path = SIM800_SOURCE_DIR;
  return path;
}
