// The expectations of one module: what they wait for, and how they stand.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulator/core/clock.hpp"
#include "emulator/core/trace.hpp"
#include "scenarios/engine/expectation.hpp"
#include "scenarios/engine/fault_engine.hpp"
#include "scenarios/expectations/judge.hpp"

namespace sim800 {

/// How an expectation ended.
struct ExpectationVerdict {
  std::string name;  ///< empty: it has none
  std::string what;  ///< what it expects, in one line
  std::vector<std::string> tags;
  bool passed = false;
  std::string message;  ///< empty where it passed; what came nearest stands in further lines
  std::string place;    ///< "FILE:LINE:COLUMN"
  std::string pointer;  ///< "/expect/0"
};

/// A module without expectations has none of these, and pays nothing. Faults tell it what happens: the engine must
/// outlive it.
class Expectations {
 public:
  /// `trace`: records those that fail; null: nobody does.
  Expectations(FaultEngine& engine, Clock& clock, Trace* trace = nullptr);
  Expectations(const Expectations&) = delete;
  Expectations& operator=(const Expectations&) = delete;
  ~Expectations();

  /// Those of a scenario; before the endpoints are connected. Their time counts from start().
  void add(const std::vector<std::shared_ptr<const Expectation>>& all);
  void start();

  // While it runs. An expectation is known by its number: of the scenario's its place in the list, then counted on.

  /// Judges one more, which begins now. Call on a fresh stack.
  std::size_t add(std::shared_ptr<const Expectation> expectation);
  /// False for a number that is not in use.
  bool remove(std::size_t number);
  struct Status {
    std::size_t number = 0;
    const Expectation* expectation = nullptr;
    Judge::State state = Judge::State::open;
    std::uint64_t count = 0;  ///< of what it looks for
    std::string why;          ///< what it expects; where it has failed, also what was found
  };
  std::vector<Status> status() const;
  /// As if the run were over now: none of them is open.
  std::vector<Status> status_at_end();

  /// One failed, the moment it did.
  std::function<void(const Status&)> on_failure;

  /// The run is over, for all of them.
  std::vector<ExpectationVerdict> end();

 private:
  struct Judged;

  void listen(const Awaited& awaited, Judged& judged, std::size_t which);
  void begin(Judged& judged);
  void told(Judged& judged, std::size_t which);
  void noticed(const Occurrence& what);
  void settled(Judged& judged);
  void compare_last();
  static Status status_of(const Judged& judged, const Judge& judge);

  FaultEngine& engine_;
  Clock& clock_;
  Trace* trace_;
  std::vector<std::unique_ptr<Judged>> judged_;
  std::size_t next_number_ = 0;
  bool started_ = false;
  std::uint64_t occurrences_ = 0;
  std::string what_;  ///< the last of them
  TimePoint when_{};
};

}  // namespace sim800
