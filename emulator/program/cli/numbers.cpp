// Numbers on the command line.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "emulator/program/cli/cli.hpp"

namespace sim800 {
namespace {

/// The number that the whole text is, or nothing.
template <typename Number>
std::optional<Number> parsed(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || rest != end) return std::nullopt;
  return value;
}

template <typename Number>
CLI::Validator in_range(const char* kind, Number least, Number most) {
  const std::string range = fmt::format("{} from {} to {}", kind, least, most);
  return {[=](const std::string& text) -> std::string {
            const auto value = parsed<Number>(text);
            if (value && *value >= least && *value <= most) return {};  // NaN is neither
            return fmt::format("expected {}, found \"{}\"", range, text);
          },
          ""};
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) { return in_range("a whole number", least, most); }

CLI::Validator number(double least, double most) { return in_range("a number", least, most); }

}  // namespace sim800
