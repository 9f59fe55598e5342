// sim800 lint: what the host of a recorded run did wrong.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emulator/lint/lint_text.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/run_options.hpp"
#include "emulator/program/cli/run_record.hpp"
#include "emulator/program/run_report.hpp"
#include "emulator/program/trace_event.hpp"

namespace sim800 {
namespace {

struct LintArguments {
  std::vector<std::string> files;
  std::string junit;
  bool rules = false;
};

/// The channel without the module that it belongs to; see TraceEvent.
std::string_view bare(std::string_view channel, const std::string& module) {
  if (!module.empty() && channel.starts_with(module))
    channel.remove_prefix(std::min(channel.size(), module.size() + 1));
  return channel;
}

class TraceLint {
 public:
  /// Throws TraceError.
  void read(std::istream& in, const std::string& file) {
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      TraceEvent event;
      const std::string mistake = parse_trace_event(line, event);
      if (!mistake.empty() && in.eof()) return;  // its writer was stopped in the middle
      if (!mistake.empty()) throw TraceError(fmt::format("{}:{}: {}", file, number, mistake));
      hear(event);
    }
    if (in.bad()) throw TraceError(fmt::format("{}: expected a trace file that can be read", file));
  }

  /// By the module's name, "" where there is one only.
  const std::map<std::string, Linter>& modules() const { return linters_; }

 private:
  void hear(const TraceEvent& event) {
    std::string text = event.bytes;
    for (const char* key : {"line", "signal", "state", "do", "text"}) {
      if (text.empty()) text = event.text(key);
    }
    LineEvent told{.at = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(event.time)),
                   .name = event.name,
                   .channel = bare(event.channel, event.module),
                   .text = text};
    const auto bytes = event.rest.find("bytes"), on = event.rest.find("on");
    if (bytes != event.rest.end() && bytes->is_number_integer()) told.bytes = bytes->get<std::int64_t>();
    if (on != event.rest.end() && on->is_boolean()) told.on = on->get<bool>();
    linters_[event.module].event(told);
  }

  std::map<std::string, Linter> linters_;
};

std::string place_of(const std::string& file, const std::string& module, const Finding& finding) {
  return fmt::format("{}: {:.3f} s {}{}{}", file, std::chrono::duration<double>(finding.at).count(), module,
                     module.empty() ? "" : " ", finding.channel);
}

void lint(const std::string& file, RunReport& report, std::set<LintRule>& broken) {
  std::ifstream opened;
  const bool standard_input = file == "-";
  if (!standard_input) opened.open(file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : opened;
  if (!in) throw TraceError(fmt::format("{}: expected a trace file that can be read", file));
  TraceLint trace;
  trace.read(in, file);
  for (const auto& [module, linter] : trace.modules()) {
    for (const Finding& finding : linter.findings()) {
      const std::string place = place_of(file, module, finding), text = text_of(finding);
      fmt::print("{}: {}\n", place, text);
      broken.insert(finding.rule);
      report.cases.push_back({.group = file,
                              .name = std::string(row_of(finding.rule).id),
                              .outcome = RunCase::Outcome::failed,
                              .message = fmt::format("{}\n{}", text, row_of(finding.rule).reason),
                              .place = place});
    }
    if (linter.dropped() > 0) fmt::print("{}: {} more findings are not shown\n", file, linter.dropped());
  }
}

int run_lint(const LintArguments& given) {
  RunReport report{.title = "lint", .seconds = 0, .cases = {}};
  std::set<LintRule> broken;
  try {
    if (!given.junit.empty()) check_report_file(given.junit, false);
    for (const std::string& file : given.files) lint(file, report, broken);
    for (const LintRule rule : broken) fmt::print("{}: {}\n", row_of(rule).id, row_of(rule).reason);
    for (const LintRuleRow& row : lint_rules()) {
      if (!broken.contains(row.rule)) report.cases.push_back({.group = "rules", .name = std::string(row.id)});
    }
    if (!given.junit.empty()) write_file(given.junit, junit_xml(report));
  } catch (const TraceError& problem) {
    fmt::print(stderr, "{}\n", problem.what());
    return usage_error;
  } catch (const RunError& problem) {
    fmt::print(stderr, "sim800: {}\n", problem.what());
    return usage_error;
  }
  return broken.empty() ? 0 : 1;
}

/// As docs/lint.md has them.
void print_rules() {
  fmt::print("| rule | the host | why that is a mistake | manual |\n|---|---|---|---|\n");
  for (const LintRuleRow& row : lint_rules()) {
    fmt::print("| `{}` | {} | {} | {} |\n", row.id, row.summary, row.reason,
               row.section.empty() ? "of the command" : row.section);
  }
}

}  // namespace

void add_lint(CLI::App& app, int& status) {
  const auto given = std::make_shared<LintArguments>();
  CLI::App* command = app.add_subcommand("lint", "Tell what the host of a recorded run did wrong on the line");
  auto* files = command->add_option("TRACE", given->files, "Traces that run --trace wrote; - is standard input");
  command->add_option("--report", given->junit, "Write the findings as JUnit XML, too")->type_name("FILE.xml");
  auto* rules = command->add_flag("--rules", given->rules, "List the rules")->excludes(files);
  command->callback([given, rules, &status] {
    if (*rules) {
      print_rules();
      status = 0;
      return;
    }
    if (given->files.empty()) throw CLI::ValidationError("lint", "expected a trace, or --rules, found none");
    status = run_lint(*given);
  });
}

}  // namespace sim800
