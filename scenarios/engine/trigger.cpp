// SPDX-License-Identifier: MIT
#include "scenarios/engine/trigger.hpp"

#include <algorithm>

namespace sim800 {
namespace {

using Found = std::optional<Captures>;

Found found_if(bool matches) { return matches ? Found(Captures()) : Found(); }

Found found_by(const std::optional<Pattern>& pattern, std::string_view text) {
  return pattern ? pattern->groups_in(text) : Found(Captures());
}

/// Each trigger and what it waits for; anything else is not.
struct Matcher {
  template <class T, class O>
  Found operator()(const T& /*on*/, const O& /*what*/) const {
    return std::nullopt;
  }
  Found operator()(const CommandTrigger& on, const CommandGiven& what) const {
    const bool as_typed = !on.form || (*on.form == what.form && on.arguments == what.arguments);
    return found_if(on.name == what.name && as_typed);
  }
  Found operator()(const FaultTrigger& on, const FaultFired& what) const { return found_if(on.name == what.name); }
  Found operator()(const LineTrigger& on, const LineTyped& what) const { return on.pattern.groups_in(what.line); }
  Found operator()(const UrcTrigger& on, const UrcSaid& what) const { return on.pattern.groups_in(what.text); }
  Found operator()(const EventTrigger& on, const ModuleDid& what) const { return found_if(on.event == what.event); }
  Found operator()(const SmsSentTrigger& on, const SmsWasSent& what) const {
    Found number = found_by(on.number, what.number), text = found_by(on.text, what.text);
    const auto found = [&what](const Pattern& other) { return other.found_in(what.text); };
    if (!number || !text || std::ranges::any_of(on.unless, found)) return std::nullopt;
    return on.text ? text : number;
  }
  Found operator()(const DialledTrigger& on, const Dialled& what) const { return on.number.groups_in(what.number); }
  Found operator()(const StateTrigger& on, const StateEntered& what) const { return found_if(on.name == what.name); }
  Found operator()(const PowerTrigger& on, const PowerBecame& what) const { return found_if(on.state == what.state); }
  Found operator()(const LevelTrigger& on, const LevelBecame& what) const {
    return found_if(on.line == what.line && on.high == what.high);
  }
  Found operator()(const TransferTrigger& on, const TransferReached& what) const {
    const bool starts = on.after_bytes == 0 && !on.content && on.phase.value_or(what.phase) == what.phase;
    return starts && fits(on, what.kind) ? found_by(on.target, what.kind.target) : Found();
  }
  /// Without a direction, whichever gets that far first.
  Found operator()(const TransferTrigger& on, const TransferMoved& what) const {
    const bool stops = on.after_bytes > 0 && !on.content && on.direction.value_or(what.direction) == what.direction;
    return stops && on.after_bytes <= what.total && fits(on, what.kind) ? found_by(on.target, what.kind.target)
                                                                        : Found();
  }
  Found operator()(const TransferTrigger& on, const TransferCarried& what) const {
    const bool wanted = on.content && on.direction.value_or(what.direction) == what.direction;
    return wanted && fits(on, what.kind) ? on.content->groups_in(what.bytes) : Found();
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool fits(const TransferTrigger& trigger, const TransferKind& kind) {
  return trigger.user == kind.user && (!trigger.verb || *trigger.verb == kind.verb) &&
         (!trigger.socket || *trigger.socket == kind.socket) &&
         (!trigger.target || trigger.target->found_in(kind.target));
}

std::optional<Captures> match(const Trigger& trigger, const Occurrence& occurrence) {
  return std::visit(Matcher{}, trigger, occurrence);
}

std::optional<int> capture_groups(const Trigger& trigger) {
  const auto of = [](const std::optional<Pattern>& pattern) {
    return pattern ? std::optional(pattern->groups()) : std::nullopt;
  };
  if (const auto* line = std::get_if<LineTrigger>(&trigger)) return line->pattern.groups();
  if (const auto* urc = std::get_if<UrcTrigger>(&trigger)) return urc->pattern.groups();
  if (const auto* dialled = std::get_if<DialledTrigger>(&trigger)) return dialled->number.groups();
  if (const auto* sms = std::get_if<SmsSentTrigger>(&trigger)) return of(sms->text ? sms->text : sms->number);
  if (const auto* transfer = std::get_if<TransferTrigger>(&trigger))
    return of(transfer->content ? transfer->content : transfer->target);
  return std::nullopt;
}

std::string with_captures(const std::string& text, const Captures& captures) {
  if (captures.empty()) return text;
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool marked = text[i] == '$' && i + 1 < text.size();
    if (marked && text[i + 1] == '$') {
      result += text[++i];
    } else if (marked && is_digit(text[i + 1])) {
      const auto group = static_cast<std::size_t>(text[++i] - '0');
      if (group < captures.size()) result += captures[group];
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace sim800
