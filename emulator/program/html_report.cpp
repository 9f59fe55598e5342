// A run as one page: verdict, what it was to show, where that fell in time, and the transcript.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "emulator/program/run_report.hpp"
#include "emulator/program/transcript.hpp"

namespace sim800 {
namespace {

/// A browser shows no more with ease; the last are those that matter.
constexpr std::size_t most_lines = 20'000;

constexpr std::string_view style = R"(
body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; background: #fff; }
h1 .passed { color: #17692b; } h1 .failed { color: #b3261e; }
table { border-collapse: collapse; } td, th { text-align: left; vertical-align: top; padding: .25em 1em .25em 0; }
td.passed { color: #17692b; } td.failed { color: #b3261e; font-weight: bold; } td.skipped { color: #777; }
td pre { margin: 0; white-space: pre-wrap; }
.time { position: relative; height: 2.2em; border-bottom: 2px solid #bbb; margin: 1em 0 2em; }
.time a { position: absolute; bottom: 0; width: 3px; height: 1.6em; }
.time span { position: absolute; top: 2.4em; font-size: 80%; color: #777; }
a.fault, .line.fault { background: #f6c9c5; } a.happening, .line.happening { background: #fbe7b5; }
a.power, .line.power { background: #d8d8ee; } .time a.fault { background: #b3261e; }
.time a.happening { background: #d39e00; } .time a.power { background: #5b5ba8; }
.line { display: block; font: 13px/1.35 monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.line.rx { color: #0b5cad; } .line.other { color: #777; } .line:target { outline: 2px solid #0b5cad; }
)";

struct Line {
  double time;
  std::string name, text;
};

struct Recorded {
  std::vector<Line> lines;
  std::size_t before = 0;  ///< lines that are not shown
  double end = 0;
};

Recorded read_trace(const std::string& file) {
  Recorded recorded;
  if (file.empty()) return recorded;
  std::ifstream in(file, std::ios::binary);
  std::vector<TraceEvent> pieces;
  std::string line;
  while (std::getline(in, line)) {
    TraceEvent event;
    const std::string mistake = parse_trace_event(line, event);
    if (!mistake.empty() && in.eof()) break;
    if (!mistake.empty()) throw TraceError(fmt::format("{}: {}", file, mistake));
    recorded.end = event.time;
    if (!pieces.empty() && continues(pieces.back(), event)) {
      pieces.back().bytes += event.bytes;
    } else if (!left_out(event, {})) {
      pieces.push_back(std::move(event));
      if (pieces.size() < 2 * most_lines) continue;
      pieces.erase(pieces.begin(), pieces.begin() + most_lines);
      recorded.before += most_lines;
    }
  }
  std::size_t width = 0;
  const bool several = std::ranges::any_of(pieces, [&pieces](const TraceEvent& event) {
    return !event.channel.empty() && !pieces.back().channel.empty() && event.channel != pieces.back().channel;
  });
  if (several)
    for (const TraceEvent& event : pieces) width = std::max(width, event.channel.size());
  for (const TraceEvent& event : pieces)
    recorded.lines.push_back({event.time, event.name, transcript_line(event, width, {.decode = true})});
  return recorded;
}

bool is_mark(const Line& line) { return line.name == "fault" || line.name == "happening" || line.name == "power"; }

std::string time_line(const Recorded& recorded) {
  std::string text = "<div class=\"time\">";
  const double span = std::max(recorded.end, 0.001);
  for (std::size_t i = 0; i < recorded.lines.size(); ++i) {
    const Line& line = recorded.lines[i];
    if (!is_mark(line)) continue;
    text += fmt::format("<a class=\"{}\" style=\"left:{:.2f}%\" href=\"#l{}\" title=\"{}\"></a>", line.name,
                        100 * line.time / span, i, xml_text(line.text));
  }
  return text +
         fmt::format("<span style=\"left:0\">0 s</span><span style=\"right:0\">{:.3f} s</span></div>\n", recorded.end);
}

std::string table(const RunReport& report) {
  static constexpr std::string_view words[] = {"passed", "failed", "skipped"};
  std::string text = "<table>\n";
  for (const RunCase& one : report.cases) {
    const std::string_view outcome = words[static_cast<std::size_t>(one.outcome)];
    text +=
        fmt::format("<tr><td class=\"{0}\">{0}</td><td>{1}</td><td>{2}</td><td><pre>{3}</pre></td></tr>\n", outcome,
                    xml_text(one.group), xml_text(one.name),
                    xml_text(one.place.empty() || one.message.empty() ? one.message : one.place + ": " + one.message));
  }
  return text + "</table>\n";
}

std::string transcript(const Recorded& recorded) {
  std::string text = "<h2>Transcript</h2>\n";
  if (recorded.before > 0) text += fmt::format("<p>The first {} lines are not shown.</p>\n", recorded.before);
  for (std::size_t i = 0; i < recorded.lines.size(); ++i) {
    const Line& line = recorded.lines[i];
    const bool coloured = is_mark(line) || line.name == "rx" || line.name == "tx";
    text += fmt::format("<span class=\"line {}\" id=\"l{}\">{}</span>\n", coloured ? line.name : "other", i,
                        xml_text(line.text));
  }
  return text;
}

}  // namespace

std::string html_page(const RunReport& report, const std::string& trace) {
  const Recorded recorded = read_trace(trace);
  const std::string_view verdict = report.passed() ? "passed" : "failed";
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}: {1}</title>\n<style>{2}</style>"
      "</head><body>\n<h1>{0}: <span class=\"{1}\">{1}</span></h1>\n<p>{3:.3f} s</p>\n",
      xml_text(report.title), verdict, style, report.seconds);
  page += table(report);
  if (!trace.empty()) page += "<h2>Time</h2>\n" + time_line(recorded) + transcript(recorded);
  return page + "</body></html>\n";
}

}  // namespace sim800
