// SPDX-License-Identifier: MIT
#include "scenarios/expectations/expectations.hpp"

#include <algorithm>
#include <utility>

#include "scenarios/engine/occurrence_words.hpp"

namespace sim800 {
namespace {

constexpr std::size_t begins = static_cast<std::size_t>(-1);  ///< in place of the number of what is sought

}  // namespace

struct Expectations::Judged {
  Judged(std::size_t n, std::shared_ptr<const Expectation> given)
      : number(n), expectation(std::move(given)), judge(expectation->terms) {}

  std::size_t number;
  std::shared_ptr<const Expectation> expectation;
  Judge judge;
  std::vector<std::size_t> listeners;  ///< of the engine
  Timer deadline;
  bool told = false;       ///< that it is decided
  bool passed_by = false;  ///< what happens may be what comes nearest: nobody has said yet that it is it
};

Expectations::Expectations(FaultEngine& engine, Clock& clock, Trace* trace)
    : engine_(engine), clock_(clock), trace_(trace) {
  engine_.on_occurrence = [this](const Occurrence& what) { noticed(what); };
}

Expectations::~Expectations() {
  engine_.on_occurrence = nullptr;
  for (const auto& judged : judged_) {
    for (const std::size_t listener : judged->listeners) engine_.remove(listener);
  }
}

void Expectations::add(const std::vector<std::shared_ptr<const Expectation>>& all) {
  for (const auto& expectation : all) add(expectation);
}

std::size_t Expectations::add(std::shared_ptr<const Expectation> expectation) {
  Judged& judged = *judged_.emplace_back(std::make_unique<Judged>(next_number_++, std::move(expectation)));
  const Expectation& wanted = *judged.expectation;
  for (std::size_t i = 0; i < wanted.sought.size(); ++i) listen(wanted.sought[i], judged, i);
  // Last: what it begins with is itself no part of it.
  if (wanted.once) listen(*wanted.once, judged, begins);
  if (started_ && !wanted.once) begin(judged);
  return judged.number;
}

void Expectations::listen(const Awaited& awaited, Judged& judged, std::size_t which) {
  judged.listeners.push_back(engine_.listen(awaited, [this, self = &judged, which] { told(*self, which); }));
}

bool Expectations::remove(std::size_t number) {
  const auto found = std::ranges::find(judged_, number, [](const auto& judged) { return judged->number; });
  if (found == judged_.end()) return false;
  for (const std::size_t listener : (*found)->listeners) engine_.remove(listener);
  judged_.erase(found);
  return true;
}

void Expectations::start() {
  started_ = true;
  for (const auto& judged : judged_) {
    if (!judged->expectation->once) begin(*judged);
  }
}

void Expectations::begin(Judged& judged) {
  if (judged.judge.begun()) return;
  judged.judge.begin(clock_.now());
  const auto deadline = judged.judge.deadline();
  if (!deadline) return;
  judged.deadline = clock_.at(*deadline, [this, self = &judged] {
    compare_last();
    self->judge.time_up(clock_.now());
    settled(*self);
  });
}

void Expectations::told(Judged& judged, std::size_t which) {
  judged.passed_by = false;
  if (which == begins) return begin(judged);
  const Trigger& on = judged.expectation->sought[which].on;
  const bool counted = std::holds_alternative<TimeTrigger>(on) || std::holds_alternative<SerialTrigger>(on);
  const std::string what = counted ? judged.expectation->terms.sought[which] : what_;
  judged.judge.happened(which, what, clock_.now(), occurrences_);
  settled(judged);
}

/// Comes before anybody is told that it is what he waits for.
void Expectations::noticed(const Occurrence& what) {
  if (judged_.empty()) return;
  compare_last();
  ++occurrences_;
  what_ = words_of(what);
  when_ = clock_.now();
  for (const auto& judged : judged_) judged->passed_by = judged->judge.lacks(noun_of(what_));
}

void Expectations::compare_last() {
  for (const auto& judged : judged_) {
    if (std::exchange(judged->passed_by, false)) judged->judge.passed_by(what_, when_);
  }
}

/// What is decided listens no more.
void Expectations::settled(Judged& judged) {
  if (judged.judge.state() == Judge::State::open || std::exchange(judged.told, true)) return;
  judged.deadline.cancel();
  for (const std::size_t listener : std::exchange(judged.listeners, {})) engine_.remove(listener);
  if (judged.judge.state() != Judge::State::failed) return;
  if (trace_ != nullptr) {
    trace_->event("expectation", {{"expectation", static_cast<std::int64_t>(judged.number)},
                                  {"name", judged.expectation->name},
                                  {"text", judged.judge.why()}});
  }
  if (on_failure) on_failure(status_of(judged, judged.judge));
}

Expectations::Status Expectations::status_of(const Judged& judged, const Judge& judge) {
  const std::string why = judge.why();
  return {judged.number, judged.expectation.get(), judge.state(), judge.count(),
          why.empty() ? "expected " + judge.expected() : why};
}

std::vector<Expectations::Status> Expectations::status() const {
  std::vector<Status> all;
  all.reserve(judged_.size());
  for (const auto& judged : judged_) all.push_back(status_of(*judged, judged->judge));
  return all;
}

std::vector<Expectations::Status> Expectations::status_at_end() {
  compare_last();
  std::vector<Status> all;
  all.reserve(judged_.size());
  for (const auto& judged : judged_) {
    Judge judge = judged->judge;
    judge.end(clock_.now());
    all.push_back(status_of(*judged, judge));
  }
  return all;
}

std::vector<ExpectationVerdict> Expectations::end() {
  compare_last();
  std::vector<ExpectationVerdict> verdicts;
  for (const auto& judged : judged_) {
    judged->judge.end(clock_.now());
    settled(*judged);
    const Expectation& wanted = *judged->expectation;
    verdicts.push_back({wanted.name, judged->judge.expected(), wanted.tags, judged->judge.state() == Judge::State::met,
                        judged->judge.why(), wanted.place, wanted.pointer});
  }
  return verdicts;
}

}  // namespace sim800
