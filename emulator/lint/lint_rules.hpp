// What a host can do wrong on the line: the rules of the driver lint.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sim800 {

enum class LintRule : std::uint8_t {
  early_line,
  impatient,
  early_data,
  data_too_long,
  data_too_short,
  missed_urc,
  unheard,
  unknown_command,
  hurried_retry,
  line_end,
  long_line,
  unread_registration,
};

struct LintRuleRow {
  LintRule rule;
  std::string_view id;       ///< "early-line"
  std::string_view summary;  ///< what the host did
  std::string_view reason;   ///< why that is a mistake
  std::string_view section;  ///< of the AT manual V1.12; empty: that of the command concerned
};

/// In the order of the enumeration.
std::span<const LintRuleRow> lint_rules();
const LintRuleRow& row_of(LintRule rule);

}  // namespace sim800
