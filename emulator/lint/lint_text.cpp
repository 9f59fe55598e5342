// SPDX-License-Identifier: MIT
#include "emulator/lint/lint_text.hpp"

#include <fmt/format.h>

namespace sim800 {

std::string text_of(const Finding& finding) {
  std::string text = fmt::format("{}: {}", row_of(finding.rule).id, finding.what);
  if (!finding.section.empty()) text += fmt::format(" (manual {})", finding.section);
  if (finding.times > 1) text += fmt::format(", {} times", finding.times);
  return text;
}

}  // namespace sim800
