// What a run has shown, for those who were not there: as JUnit XML for CI, as one page for people.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// Something that a run was to show, and whether it did.
struct RunCase {
  enum class Outcome : std::uint8_t { passed, failed, skipped };
  std::string group;  ///< "faults", "expectations", "command", or a dialogue's file
  std::string name;
  Outcome outcome = Outcome::passed;
  std::string message;  ///< of one that has not passed: its first line says what happened, others what came nearest
  std::string place;    ///< "FILE:LINE:COLUMN", or empty
};

struct RunReport {
  std::string title;  ///< the scenario's name, or what was played
  double seconds = 0;
  std::vector<RunCase> cases;

  bool passed() const;
};

std::string junit_xml(const RunReport& report);

/// `trace`: the file that holds the run's trace; empty: none.  Throws TraceError where it holds something else.
std::string html_page(const RunReport& report, const std::string& trace);

/// As text of an XML or HTML document, whatever its bytes are.
std::string xml_text(std::string_view bytes);

}  // namespace sim800
