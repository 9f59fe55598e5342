// Reads the steps of a fault or an event: actions, waits and repetitions.
// SPDX-License-Identifier: MIT
#include "scenarios/faults/step_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scenarios/faults/actions.hpp"
#include "scenarios/faults/trigger_reader.hpp"

namespace sim800 {
namespace {

constexpr Duration least_pass = 1ms;
constexpr std::uint64_t most_actions = 10'000;  ///< without a wait

/// Texts of an action in which captures are replaced.
std::vector<Value> texts_of(const Value& action) {
  std::vector<Value> texts{action["urc"], action["sms"]["from"], action["sms"]["text"], action["call"]["from"],
                           action["ussd"]["text"]};
  for (const Value& line : action["lines"].items()) texts.push_back(line);
  return texts;
}

/// "$3" where the expression has two groups would always be empty.
void check_captures(const Value& action, const StepContext& context) {
  if (!context.groups) return;
  for (const Value& value : texts_of(action)) {
    const std::string text = value.text().value_or("");
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      if (text[i] != '$') continue;
      const char digit = text[++i];
      if (digit >= '0' && digit <= '9' && digit - '0' > *context.groups) {
        value.refuse(fmt::format("captures up to ${}", *context.groups), fmt::format("${}", digit),
                     fmt::format("the trigger's regular expression has {} group{}; $$ is a dollar sign",
                                 *context.groups, *context.groups == 1 ? "" : "s"));
        break;
      }
    }
  }
}

class StepReader {
 public:
  explicit StepReader(StepContext context) : context_(std::move(context)) {}

  Steps read(const Value& list) {
    Steps steps;
    for (const Value& entry : list.items()) {
      if (const Value wait = entry["wait"]) {
        read_wait(wait, steps);
      } else if (const Value repeat = entry["repeat"]) {
        read_repeat(repeat, steps);
      } else {
        check_captures(entry, context_);
        if (auto action = read_action(entry, context_)) steps.push_back({std::move(action)});
      }
    }
    return steps;
  }

 private:
  /// What follows a wait acts in the middle of nothing, or of what has ended it.
  void read_wait(const Value& wait, Steps& into) {
    if (wait.is_object()) {
      auto awaited = read_awaited(wait);
      if (!awaited) return;
      if (const auto groups = capture_groups(awaited->on)) context_.groups = groups;
      awaited_.push_back(std::make_unique<Awaited>(*awaited));
      context_.trigger = awaited_.back().get();
      into.push_back({Wait{std::move(*awaited)}});
    } else {
      context_.trigger = nullptr;
      if (const auto span = wait.duration_range()) into.push_back({Wait{*span}});
    }
  }

  void read_repeat(const Value& repeat, Steps& into) {
    Repeat read;
    if (const auto times = repeat["times"].integer()) read.times = static_cast<std::uint64_t>(*times);
    Steps steps = this->read(repeat["do"]);
    const Pace pace = pace_of(steps);
    const bool waits = pace.waits_for_trigger || pace.least >= least_pass;
    if (!read.times && !waits) {
      repeat["do"].refuse("a wait of at least 1ms", "none", "without \"times\" it goes on for ever");
    } else if (!waits && *read.times * std::max<std::uint64_t>(pace.actions, 1) > most_actions) {
      repeat["times"].refuse(fmt::format("at most {} actions without a wait of at least 1ms", most_actions),
                             fmt::format("{}", *read.times * std::max<std::uint64_t>(pace.actions, 1)));
    }
    read.steps = std::make_shared<const Steps>(std::move(steps));
    into.push_back({std::move(read)});
  }

  StepContext context_;
  std::vector<std::unique_ptr<Awaited>> awaited_;  ///< that contexts point to
};

/// The product, or the greatest number there is.
std::uint64_t many(std::uint64_t times, std::uint64_t each) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  return each != 0 && times > most / each ? most : times * each;
}

bool acts_more_often(const Pace& a, const Pace& b) {
  return static_cast<double>(a.actions) * std::chrono::duration<double>(b.least).count() >
         static_cast<double>(b.actions) * std::chrono::duration<double>(a.least).count();
}

}  // namespace

bool StepContext::by_command() const {
  return trigger != nullptr &&
         (std::holds_alternative<CommandTrigger>(trigger->on) || std::holds_alternative<LineTrigger>(trigger->on));
}

std::string StepContext::words() const {
  return trigger != nullptr ? fmt::format("\"{}\"", trigger->on_words) : "none";
}

Steps read_steps(const Value& steps, const Awaited* trigger, std::optional<int> groups) {
  StepContext context{.trigger = trigger, .groups = groups};
  if (trigger != nullptr) context.groups = capture_groups(trigger->on);
  return StepReader(context).read(steps);
}

std::string summary_of_steps(const Value& steps) {
  std::string words;
  for (const Value& step : steps.items()) {
    if (!words.empty()) words += "; ";
    words += step.summary();
  }
  return words;
}

Pace pace_of(const Steps& steps) {
  Pace pace;
  for (const ActionStep& step : steps) {
    if (const auto* wait = std::get_if<Wait>(&step.what)) {
      const auto* span = std::get_if<DurationRange>(&wait->until);
      if (span != nullptr) pace.least += span->least;
      pace.waits_for_trigger = pace.waits_for_trigger || span == nullptr;
    } else if (const auto* repeat = std::get_if<Repeat>(&step.what)) {
      const Pace inner = pace_of(*repeat->steps);
      const std::uint64_t times = repeat->times.value_or(1);
      pace.actions += many(times, inner.actions);
      pace.least += inner.least * static_cast<Duration::rep>(std::min<std::uint64_t>(times, 1000));
      pace.waits_for_trigger = pace.waits_for_trigger || inner.waits_for_trigger;
      pace.ends = pace.ends && inner.ends && repeat->times.has_value();
    } else {
      ++pace.actions;
    }
  }
  return pace;
}

std::optional<Pace> busiest(const Steps& steps) {
  std::optional<Pace> found;
  const auto consider = [&found](const std::optional<Pace>& pace) {
    if (pace && (!found || acts_more_often(*pace, *found))) found = pace;
  };
  for (const ActionStep& step : steps) {
    const auto* repeat = std::get_if<Repeat>(&step.what);
    if (repeat == nullptr) continue;
    const Pace pass = pace_of(*repeat->steps);
    if (pass.least >= least_pass) consider(pass);
    consider(busiest(*repeat->steps));
  }
  return found;
}

}  // namespace sim800
