// The steps of a fault or an event, one after the other, and where they wait.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "scenarios/engine/fault_engine.hpp"

namespace sim800 {
namespace {

/// So many courses of steps may wait at the same time; the loader sees to it that none does more than so many steps
/// without waiting.
constexpr std::size_t most_courses = 1000;
constexpr unsigned most_at_once = 100'000;

}  // namespace

void FaultEngine::begin(const Steps& steps, std::shared_ptr<const void> owner, const Armed* armed, const Stage& stage) {
  auto course = std::make_unique<Course>(
      Course{std::move(owner), armed, &stage.chance, stage.captures != nullptr ? *stage.captures : Captures(), {}, {}});
  course->frames.push_back({&steps});
  proceed(std::move(course), stage.command, stage.transfer);
}

/// To the next wait, or to its end.
void FaultEngine::proceed(std::unique_ptr<Course> course, CommandVerdict* command, Verdict* transfer) {
  for (unsigned done = 0; !course->frames.empty(); ++done) {
    if (course->armed != nullptr && course->armed->removed) return;
    if (done == most_at_once) return note("a fault or event ends: too many steps without a wait");
    Course::Frame& frame = course->frames.back();
    if (frame.next == frame.steps->size()) {
      frame.next = 0;
      if (frame.left && --*frame.left == 0) course->frames.pop_back();
      continue;
    }
    const ActionStep& step = (*frame.steps)[frame.next++];
    if (const auto* action = std::get_if<std::shared_ptr<const Action>>(&step.what)) {
      Stage stage{*modem_, *this, *course->chance, command, transfer, &course->captures};
      (*action)->apply(stage);
    } else if (const auto* repeat = std::get_if<Repeat>(&step.what)) {
      course->frames.push_back({repeat->steps.get(), 0, repeat->times});
    } else {
      return suspend(std::move(course), std::get<Wait>(step.what));
    }
  }
}

void FaultEngine::suspend(std::unique_ptr<Course> course, const Wait& wait) {
  if (courses_.size() == most_courses)
    return note("a fault or event ends where it would wait: too many of them wait already");
  Course* const waiting = course.get();
  courses_.push_back(std::move(course));
  if (const auto* span = std::get_if<DurationRange>(&wait.until)) {
    waiting->timer =
        clock_.after(waiting->chance->in(*span), [this, waiting] { proceed(resumed(waiting), nullptr, nullptr); });
    return;
  }
  auto once = std::make_shared<Fault>();
  static_cast<Awaited&>(*once) = std::get<Awaited>(wait.until);
  once->times = 1;
  purge();
  const auto armed = arm_unseen(std::move(once));
  join_transfers(armed);
  armed->goes_on = [this, waiting, self = armed.get()](const Stage& stage) {
    self->removed = true;
    auto course_again = resumed(waiting);
    if (!stage.captures->empty()) course_again->captures = *stage.captures;
    proceed(std::move(course_again), stage.command, stage.transfer);
  };
}

std::unique_ptr<FaultEngine::Course> FaultEngine::resumed(Course* course) {
  const auto place = std::ranges::find(courses_, course, &std::unique_ptr<Course>::get);
  auto taken = std::move(*place);
  courses_.erase(place);
  return taken;
}

}  // namespace sim800
