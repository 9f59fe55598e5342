// The record of a run, in the order things happened: a file of JSON Lines (docs/trace.md), and whoever listens.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "emulator/core/clock.hpp"
#include "emulator/core/output.hpp"
#include "emulator/core/secrets.hpp"

namespace sim800 {

class Trace {
 public:
  struct Field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, bool> value;
  };

  using Fields = std::initializer_list<Field>;

  /// Writes to no file.
  explicit Trace(const Clock& clock) : clock_(clock) {}
  /// Writes to `file`, replacing it with the first event; "-" is standard output. A FIFO is waited for until it has a
  /// reader. Throws StateError if it cannot be opened.
  Trace(const std::string& file, const Clock& clock);
  /// Of one module among several: writes to the run's file, each event with the module's name.
  Trace(Trace& run, std::string module) : clock_(run.clock_), run_(&run), module_(std::move(module)) {}

  /// Hears every event, after the file.
  std::function<void(std::string_view name, Fields fields)> listener;

  /// Strings hold bytes: each is written as the code point of its value, U+0000 to U+00FF. PINs and passwords on the
  /// line are masked, for the listener too.
  void event(std::string_view name, Fields fields = {});

  /// Null without a file.
  Output* output() { return output_ ? &*output_ : nullptr; }
  /// The events that are missing from the file: its disk was full, or its reader too slow, or gone.
  std::uint64_t missing() const { return missing_; }

 private:
  void pass(std::string_view name, Fields fields);
  void write(std::string_view module, std::string_view name, Fields fields);
  bool write_line(std::string_view module, std::string_view name, Fields fields);
  struct Direction {
    std::string_view name;  ///< "rx" or "tx"
    std::string channel;
    SecretMask mask;
  };
  SecretMask& mask_of(std::string_view name, std::string_view channel);

  const Clock& clock_;
  Trace* const run_ = nullptr;  ///< which writes; null: this one
  const std::string module_;    ///< whose events these are; empty: there is only one
  std::string file_;
  std::optional<Output> output_;
  std::string line_;
  std::uint64_t missing_ = 0, not_told_ = 0;  ///< not_told_: of them, since the last line that was written
  bool begun_ = false, failed_ = false;
  std::vector<Direction> directions_;  ///< of each channel so far, followed from piece to piece
};

}  // namespace sim800
