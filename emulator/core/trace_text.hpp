// An event of a run as a line of JSON; docs/trace.md describes it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/core/duration.hpp"
#include "emulator/core/trace.hpp"

namespace sim800 {

/// Names of events and keys are literals, and most of them one and the same in the whole program.
inline bool same_literal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

/// Of a field, a text, number or flag; empty, 0 or false without it.
template <class Value, class Fields>
Value value_of(const Fields& fields, std::string_view key) {
  for (const Trace::Field& field : fields) {
    const auto* const value = std::get_if<Value>(&field.value);
    if (value != nullptr && same_literal(field.key, key)) return *value;
  }
  return {};
}
inline std::string_view text_of(Trace::Fields fields, std::string_view key) {
  return value_of<std::string_view>(fields, key);
}

/// An instant as all records of a run have it: to the nearest microsecond.
constexpr std::int64_t trace_micros(TimePoint time) { return (time.count() + 500) / 1000; }

/// Appends `"t":…,"event":…` and the fields, without the braces around them. `module` is empty where there is only one.
void append_event(std::string& line, TimePoint now, std::string_view module, std::string_view name,
                  std::span<const Trace::Field> fields);

}  // namespace sim800
