// Reads what happens on a module's lines, as traces have it (docs/trace.md), and tells what the host did wrong.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/command.hpp"
#include "emulator/core/duration.hpp"
#include "emulator/lint/lint_rules.hpp"

namespace sim800 {

/// An event of a trace, with what the lint reads of it. Views last as long as the call.
struct LineEvent {
  TimePoint at{};
  std::string_view name, channel;
  std::string_view text;   ///< of rx and tx the data; else line, signal, text, state or do
  std::int64_t bytes = 0;  ///< of lost
  bool on = false;         ///< of line and client
};

/// What the host did wrong, the first time it did so.
struct Finding {
  LintRule rule{};
  TimePoint at{};
  std::string channel;
  std::string what;         ///< "AT+CSQ 0.010 s after AT+CIPSHUT, before its final result"
  std::string section;      ///< of the manual
  std::uint64_t times = 1;  ///< with the same commands
};

/// Of one module. Remembers a few lines of each channel, and at most `most_findings` findings.
class Linter {
 public:
  static constexpr std::size_t most_findings = 200;

  void event(const LineEvent& event);
  const std::vector<Finding>& findings() const { return findings_; }
  /// Findings that were one too many.
  std::uint64_t dropped() const { return dropped_; }
  /// A new one, the moment it is found.
  std::function<void(const Finding&)> on_finding;

 private:
  struct Piece {
    std::size_t end;  ///< of its bytes, counted from the start of `pending`
    std::uint64_t number;
    TimePoint at;
  };
  /// A line that the host has sent.
  struct Typed {
    std::string text;
    std::uint64_t number = 0;  ///< of the event that brought its first byte
    TimePoint at{};
    bool line_feed_only = false;
  };
  enum class Data : std::uint8_t { none, awaited, open };
  struct Line {
    std::string pending;        ///< bytes from the host that no command has claimed yet
    std::deque<Piece> pieces;   ///< of them
    bool carries_data = false;  ///< data mode, or frames of a multiplexer
    bool running = false;
    std::string command;      ///< the last line, without AT
    std::uint64_t ended = 0;  ///< event of its result
    TimePoint since{};        ///< of it, or of the end of its data
    Data data = Data::none;
    std::optional<std::uint64_t> announced;  ///< bytes; nothing: up to Ctrl-Z
    std::uint64_t taken = 0;                 ///< of them
    std::string heard;                       ///< the last bytes to the host since the command
    std::string refused;                     ///< the last line, if its result was an error
    TimePoint refused_at{};
    unsigned refusals = 0;    ///< of it in a row, without a pause
    std::size_t last_rx = 0;  ///< bytes of the event before this one, if that was rx
    std::string last_bytes;
  };
  /// A URC that says how a command went.
  struct AwaitedUrc {
    std::size_t row;
    std::string command;
    TimePoint since{};
  };

  void received(Line& line, const LineEvent& event);
  void sent(Line& line, const LineEvent& event);
  void command(Line& line, const LineEvent& event);
  void result(Line& line, const LineEvent& event);
  void lost(Line& line, const LineEvent& event);
  void urc(std::string_view text);
  void power(std::string_view state);

  std::optional<Typed> typed_line(Line& line, std::string_view command);
  void check_manner(const Line& line, const Typed& typed, const LineEvent& event);
  void check_patience(const Line& line, const Typed& typed, const LineEvent& event);
  void check_urcs(std::string_view command, TimePoint at, const LineEvent& event);
  void check_registration(const LineEvent& event);
  void check_names(const LineEvent& event, const std::string& line);
  void check_retry(Line& line, const LineEvent& event, const Typed* typed);
  void expect_data(Line& line, const LineEvent& event);
  void open_data(Line& line, const LineEvent& event);
  void take_data(Line& line, std::string_view bytes, const LineEvent& event);
  void keep(Line& line, std::string_view bytes, TimePoint at);
  void find(LintRule rule, const LineEvent& event, const std::string& about, std::string what,
            std::string_view section);

  std::map<std::string, Line, std::less<>> lines_;
  std::vector<AwaitedUrc> awaited_;
  std::uint64_t number_ = 0;  ///< of the event
  bool silenced_ = false;     ///< a fault, not the host, keeps the module from hearing
  bool mux_ = false;          ///< AT+CIPMUX=1
  bool registration_read_ = false;
  std::vector<Finding> findings_;
  std::map<std::string, std::size_t> by_subject_;  ///< findings, by rule and what it is about
  std::uint64_t dropped_ = 0;
};

}  // namespace sim800
