// Dialogue files. Those that name other files are left out: they would have the fuzzer open anything.
// SPDX-License-Identifier: MIT
#include <string>

#include "protocol/dialogue.hpp"
#include "tests/fuzz/target.hpp"

namespace {

/// A payload of megabytes is slow and teaches nothing.
bool is_modest(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 5) return false;
  }
  return text.find('@') == text.npos;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  const std::string_view text = text_of(data, size);
  if (!is_modest(text)) return 0;
  try {
    const sim800::Dialogue dialogue = sim800::parse_dialogue(text, "f");
    int line = 0;
    for (const sim800::Step& step : dialogue.steps) {
      require(step.line > line, "steps out of order");
      line = step.line;
    }
    (void)dialogue.begins_at_power_on();
  } catch (const sim800::DialogueError& error) {
    const std::string_view what = error.what();
    require(what.starts_with("f:"), "a mistake without its place");
    require(what.size() < 2000 && what.find('\n') == what.npos, "a mistake of more than a line");
  }
  return 0;
}
