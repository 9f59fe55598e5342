// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_record.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <sstream>
#include <system_error>

#include "emulator/program/trace_print.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

/// A scenario's name as a file's.
std::string file_name(const std::string& title) {
  std::string name = title;
  for (char& c : name) {
    if (c == '/' || c == '\0') c = '-';
  }
  return name.starts_with('.') ? "-" + name : name;
}

/// The first of NAME, NAME-2, NAME-3 … that is free.
fs::path free_place(const fs::path& folder, const std::string& name) {
  fs::path place = folder / name;
  std::error_code ignored;
  for (int n = 2; fs::exists(place.string() + ".jsonl", ignored); ++n) place = folder / fmt::format("{}-{}", name, n);
  return place;
}

}  // namespace

void write_file(const std::string& file, const std::string& text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) throw RunError(fmt::format("{}: {}", file, std::strerror(errno)));
}

void check_report_file(const std::string& file, bool html) {
  const std::string ending = fs::path(file).extension().string();
  if (ending != ".xml" && !(html && ending == ".html"))
    throw RunError(fmt::format("--report: expected FILE.xml{}, found \"{}\"", html ? " or FILE.html" : "", file));
  errno = 0;
  if (!std::ofstream(file, std::ios::binary | std::ios::app))
    throw RunError(fmt::format("--report: {}: {}", file, std::strerror(errno)));
}

RunRecord::RunRecord(RunOptions& options) : report_(options.report), folder_(options.trace_on_failure) {
  if (!report_.empty()) check_report_file(report_, true);
  std::error_code problem;
  if (!folder_.empty()) fs::create_directories(folder_, problem);
  if (problem) throw RunError(fmt::format("--trace-on-failure: {}: {}", folder_, problem.message()));
  const bool read = report_.ends_with(".html") || !folder_.empty();
  if (read && options.trace == "-")
    throw RunError("--trace: expected a file beside a report or --trace-on-failure, which read it, found \"-\"");
  if (read && options.trace.empty()) options.trace = temporary_.path() / "trace.jsonl";
  trace_ = read ? options.trace : "";
}

bool RunRecord::finish(const RunReport& report, bool failed, Log& log) const {
  try {
    if (!report_.empty()) write_report(report);
    if (failed && !folder_.empty()) keep_trace(report, log);
    return true;
  } catch (const std::exception& problem) {
    log.say(fmt::format("sim800: {}", problem.what()));
    return false;
  }
}

void RunRecord::write_report(const RunReport& report) const {
  write_file(report_, report_.ends_with(".html") ? html_page(report, trace_) : junit_xml(report));
}

void RunRecord::keep_trace(const RunReport& report, Log& log) const {
  const std::string place = free_place(folder_, file_name(report.title));
  fs::copy_file(trace_, place + ".jsonl");
  std::ifstream in(trace_, std::ios::binary);
  std::ostringstream transcript;
  print_trace(in, trace_, transcript, {.decode = true});
  write_file(place + ".txt", transcript.str());
  log.say(fmt::format("sim800: trace: {}.jsonl", place));
}

}  // namespace sim800
