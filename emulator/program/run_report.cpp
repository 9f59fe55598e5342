// SPDX-License-Identifier: MIT
#include "emulator/program/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim800 {
namespace {

/// How long the UTF-8 sequence at the front is; 0: it is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead >= 0xF5) return 0;
  std::size_t length = 2;
  if (lead >= 0xE0) length = lead < 0xF0 ? 3 : 4;
  const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  return length <= text.size() && std::ranges::all_of(text.substr(1, length - 1), goes_on) ? length : 0;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string test_case(const RunCase& one) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_text(one.group), xml_text(one.name));
  if (one.outcome == RunCase::Outcome::passed) return text + "/>\n";
  if (one.outcome == RunCase::Outcome::skipped)
    return text + fmt::format("><skipped message=\"{}\"/></testcase>\n", xml_text(first_line(one.message)));
  const std::string where = one.place.empty() ? "" : one.place + ": ";
  return text + fmt::format("><failure message=\"{}\">{}{}</failure></testcase>\n", xml_text(first_line(one.message)),
                            xml_text(where), xml_text(one.message));
}

}  // namespace

bool RunReport::passed() const {
  return std::ranges::none_of(cases, [](const RunCase& one) { return one.outcome == RunCase::Outcome::failed; });
}

std::string xml_text(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = std::max<std::size_t>(1, sequence_length(bytes));
    const char c = bytes.front();
    if (sequence_length(bytes) > 1)
      text += bytes.substr(0, length);
    else if (c == '&' || c == '<' || c == '>' || c == '"')
      text += fmt::format("&#{};", static_cast<int>(c));
    else if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7F))
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    bytes.remove_prefix(length);
  }
  return text;
}

std::string junit_xml(const RunReport& report) {
  const auto count = [&report](RunCase::Outcome outcome) {
    return std::ranges::count(report.cases, outcome, &RunCase::outcome);
  };
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
      xml_text(report.title), report.cases.size(), count(RunCase::Outcome::failed), count(RunCase::Outcome::skipped),
      report.seconds);
  for (const RunCase& one : report.cases) text += test_case(one);
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace sim800
