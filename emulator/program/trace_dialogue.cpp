// SPDX-License-Identifier: MIT
#include "emulator/program/trace_dialogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/program/trace_print.hpp"
#include "protocol/pattern.hpp"
#include "protocol/text/escape.hpp"

namespace sim800 {
namespace {

constexpr double shortest_pause = 1;  ///< seconds; shorter ones are how long a host takes
constexpr std::string_view prompt = "\r\n> ";

bool plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// The number of bytes that follow a line as they are.
std::optional<std::size_t> announced(const std::string& line) {
  static const Pattern counted(R"(\+(HTTPREAD|HTTPHEAD): \d+|\+(FTPGET|FTPLIST|FTPEXTGET|POP3READ): 2,\d+)");
  static const Pattern of_socket(R"(\+CIPRXGET: [23],\d,\d+,\d+|\+RECEIVE,\d,\d+:|\+IPD,\d+:)");
  std::size_t begin = 0;
  if (counted.matches(line)) {
    begin = line.find_last_not_of("0123456789") + 1;
  } else if (of_socket.matches(line)) {
    const std::size_t end = line.starts_with("+CIPRXGET") ? line.rfind(',') : line.size() - 1;
    begin = line.find_last_not_of("0123456789", end - 1) + 1;
  } else {
    return std::nullopt;
  }
  std::size_t count = 0;
  std::from_chars(line.data() + begin, line.data() + line.size(), count);
  return count;
}

class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void from_host(const std::string& bytes, double time) {
    if (sent_.empty()) {
      finish_module();
      if (begun_ && time - last_ >= shortest_pause) out_ << fmt::format("~ {:.3f}s\n", time - last_);
    }
    begun_ = true;
    sent_ += bytes;
    echo_ += bytes;
    last_ = time;
  }

  /// What was sent up to a line end is a command.
  void command() {
    const auto end = sent_.find_first_of("\r\n");
    if (end == sent_.npos) return;
    const std::string line = sent_.substr(0, end);
    if (plain(line) && sent_[end] == '\r')
      out_ << "> " << line << '\n';
    else
      out_ << ">= " << escaped(sent_.substr(0, end + 1)) << '\n';
    sent_.erase(0, end + 1);
  }

  void from_module(std::string_view bytes, double time) {
    if (!begun_) return;
    last_ = time;
    while (!bytes.empty() && !echo_.empty() && bytes.front() == echo_.front()) {
      bytes.remove_prefix(1);
      echo_.erase(0, 1);
    }
    if (bytes.empty()) return;
    echo_.clear();
    payload();
    got_ += bytes;
    lines();
  }

  void end() {
    payload();
    finish_module();
  }

 private:
  /// What was sent and is no command.
  void payload() {
    if (!sent_.empty()) out_ << ">= " << escaped(std::exchange(sent_, {})) << '\n';
  }

  void lines() {
    for (;;) {
      if (bytes_left_ > 0) {
        const std::size_t taken = std::min(bytes_left_, got_.size());
        got_.erase(0, taken);
        bytes_left_ -= taken;
        if (bytes_left_ > 0) return;
      }
      if (got_ == prompt) {
        out_ << "< > \n";
        return got_.clear();
      }
      const auto begin = got_.find_first_not_of("\r\n");
      if (begin == got_.npos) return;
      const auto end = got_.find("\r\n", begin);
      if (end == got_.npos) return;
      const std::string line = got_.substr(begin, end - begin);
      out_ << (plain(line) ? "< " + line : "<= " + escaped(got_.substr(0, end + 2))) << '\n';
      got_.erase(0, end + 2);
      const auto count = announced(line);
      if (!count || *count == 0) continue;
      out_ << fmt::format("<< {} bytes\n", *count);
      bytes_left_ = *count;
    }
  }

  /// A line that the host did not wait for.
  void finish_module() {
    if (got_.find_first_not_of("\r\n") != got_.npos) out_ << "<= " << escaped(got_) << '\n';
    got_.clear();
  }

  std::ostream& out_;
  std::string sent_, echo_, got_;
  std::size_t bytes_left_ = 0;  ///< of a payload
  double last_ = 0;
  bool begun_ = false;
};

std::vector<TraceEvent> events_of(std::istream& in, const std::string& file) {
  std::vector<TraceEvent> events;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    TraceEvent event;
    const std::string mistake = parse_trace_event(line, event);
    if (!mistake.empty() && in.eof()) break;  // its writer was stopped there
    if (!mistake.empty()) throw TraceError(trace_mistake(file, number, mistake, line));
    if (event.name == "rx" || event.name == "tx" || event.name == "command") events.push_back(std::move(event));
  }
  return events;
}

}  // namespace

void print_dialogue(std::istream& in, const std::string& file, const std::string& channel, std::ostream& out) {
  const std::vector<TraceEvent> events = events_of(in, file);
  std::set<std::string> used;
  for (const TraceEvent& event : events) {
    if (event.name == "rx") used.insert(event.channel);
  }
  if (channel.empty() && used.size() != 1)
    throw TraceError(fmt::format("{}: expected one line that a host has used, or --channel, found {}", file,
                                 used.empty() ? "none" : fmt::format("{}", fmt::join(used, ", "))));
  if (!channel.empty() && !used.contains(channel))
    throw TraceError(fmt::format("{}: expected a line that a host has used ({}), found \"{}\"", file,
                                 fmt::join(used, ", "), channel));
  const std::string& which = channel.empty() ? *used.begin() : channel;
  Writer writer(out);
  for (const TraceEvent& event : events) {
    if (event.channel != which) continue;
    if (event.name == "rx") writer.from_host(event.bytes, event.time);
    if (event.name == "tx") writer.from_module(event.bytes, event.time);
    if (event.name == "command") writer.command();
  }
  writer.end();
}

}  // namespace sim800
