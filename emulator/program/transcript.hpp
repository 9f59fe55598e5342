// A trace as a transcript for people, event by event.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/program/trace_event.hpp"

namespace sim800 {

struct TraceView {
  /// Also what repeats the bytes (command, result), payloads in full, and the host's bytes in pieces.
  bool all = false;
  bool colour = false;  ///< for a terminal
  bool decode = false;  ///< what PDUs and HTTP messages say, in lines of their own
};

/// Seconds, channel (where `channel_width` is not 0), what happened; without a line end.
std::string transcript_line(const TraceEvent& event, std::size_t channel_width, TraceView view);

/// Nothing is shown of it.
bool left_out(const TraceEvent& event, TraceView view);

/// The host's bytes that came right behind others.
bool continues(const TraceEvent& before, const TraceEvent& event);

/// A transcript while things happen: a line at a time, as soon as it is whole.
class Transcript {
 public:
  explicit Transcript(std::function<void(const std::string& line)> print, TraceView view = {})
      : print_(std::move(print)), view_(view) {}

  void add(TraceEvent event);
  /// The host's bytes that may be continued are shown now.
  void flush();

 private:
  void show(const TraceEvent& event);

  std::function<void(const std::string&)> print_;
  TraceView view_;
  bool kept_ = false;
  TraceEvent pending_;  ///< while `kept_`: the host's bytes, of which more may come
  std::string first_channel_;
  std::size_t width_ = 0;  ///< of the channels, once there are two
};

}  // namespace sim800
