// Events as they happen, and waiting for them.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <charconv>
#include <memory>

#include "emulator/control/handlers.hpp"
#include "emulator/control/wait.hpp"
#include "emulator/network/bearer.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"
#include "scenarios/faults/trigger_reader.hpp"

namespace sim800 {
namespace {

/// Handed over at once: a client that reads slowly gets what the journal still has by then.
constexpr std::size_t portion = std::size_t{16} << 10U;

/// Goes through the journal at its reader's pace.
class Reader {
 public:
  Reader(Call& call, bool as_lines)
      : journal_(call.journal()),
        module_(call.whole_run ? std::nullopt : std::optional(call.module().index)),
        match_(call.pattern("match")),
        as_lines_(as_lines),
        next_(start(call, as_lines)) {}

  std::string portion_of_news() {
    std::string text;
    if (next_ <= journal_.lost()) {
      if (told_) text = missing(journal_.lost() - next_ + 1);
      next_ = journal_.lost() + 1;
    }
    told_ = true;
    const EventRing& events = journal_.events();
    for (auto at = events.from(next_); at != events.end() && text.size() < portion; ++at) {
      const Journal::Event event = *at;
      next_ = event.number + 1;
      if (module_ && *module_ != event.module) continue;
      const std::string json = event.numbered_json();
      if (match_ && !match_->found_in(json)) continue;
      text += shown(event, json);
    }
    return text;
  }
  /// Of what there was when it began.
  bool at_end() const { return next_ > last_; }

 private:
  static std::uint64_t start(Call& call, bool as_lines) {
    if (const auto from = call.count("from")) return *from;
    const std::string last = call.request().header("last-event-id");
    std::uint64_t number = 0;
    if (std::from_chars(last.data(), last.data() + last.size(), number).ec == std::errc()) return number + 1;
    return as_lines ? 0 : call.journal().last() + 1;
  }
  std::string shown(const Journal::Event& event, const std::string& json) const {
    if (as_lines_) return json + "\n";
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.number, event.name, json);
  }
  std::string missing(std::uint64_t count) const {
    const std::string json = fmt::format(R"({{"event":"missing","events":{}}})", count);
    return as_lines_ ? json + "\n" : fmt::format("event: missing\ndata: {}\n\n", json);
  }

  Journal& journal_;
  std::optional<unsigned> module_;
  std::optional<Pattern> match_;
  bool as_lines_, told_ = false;
  std::uint64_t last_ = journal_.last();
  std::uint64_t next_;
};

bool bearer_open(Modem& modem) {
  for (unsigned cid = 1; cid <= Bearers::count; ++cid) {
    if (modem.bearers.made() && modem.bearers->connected(cid)) return true;
  }
  return false;
}

struct NamedEvent {
  std::string_view name;
  ModuleEvent event;
  bool (*holds)(Modem& modem);  ///< null: it is an instant, not a state
};
constexpr NamedEvent named_events[] = {
    {"boot", ModuleEvent::boot, nullptr},
    {"sim_ready", ModuleEvent::sim_ready, [](Modem& modem) { return modem.sim.made() && modem.sim->ready(); }},
    {"registered", ModuleEvent::registered,
     [](Modem& modem) { return modem.network.made() && modem.network->registered(); }},
    {"unregistered", ModuleEvent::unregistered, nullptr},
    {"bearer_open", ModuleEvent::bearer_open, bearer_open},
    {"bearer_closed", ModuleEvent::bearer_closed, nullptr},
    {"power_off", ModuleEvent::power_off, nullptr},
};

const NamedEvent& event_named(const std::string& name) {
  std::string known;
  for (const NamedEvent& one : named_events) {
    if (one.name == name) return one;
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", one.name);
  }
  throw Refusal(400, "event", "one of " + known, fmt::format("\"{}\"", name));
}

}  // namespace

void get_events(Call& call) {
  const std::string format = call.query("format").value_or("");
  if (!format.empty() && format != "sse" && format != "jsonl")
    throw Refusal(400, "format", "\"sse\" or \"jsonl\"", fmt::format("\"{}\"", format));
  const auto reader = std::make_shared<Reader>(call, format == "jsonl");
  if (format != "jsonl")
    return call.api.stream(call.exchange, "text/event-stream", [reader] { return reader->portion_of_news(); });
  call.exchange->stream("application/jsonl", [reader]() -> std::optional<std::string> {
    while (!reader->at_end()) {
      if (auto text = reader->portion_of_news(); !text.empty()) return text;
    }
    return std::nullopt;
  });
}

void delete_events(Call& call) {
  call.journal().forget([](const Journal::Event&) { return true; });
  call.reply_done();
}

/// Without the numbers: what `sim800 trace` reads.
void get_trace(Call& call) {
  std::string text;
  for (const Journal::Event event : call.journal().events()) {
    if (call.whole_run || event.module == call.module().index) text += event.json() + "\n";
  }
  call.reply_text(std::move(text), "application/jsonl");
}

void get_wait(Call& call) {
  PendingWait::Wish wish{.timeout = call.duration("timeout", 10s), .pause = call.flag("pause")};
  const auto event = call.query("event"), fault = call.query("fault");
  if (event.has_value() == fault.has_value())
    throw Refusal(400, "query", "either \"event\" or \"fault\"", event ? "both" : "neither");
  if (event) {
    const NamedEvent& wanted = event_named(*event);
    wish.words = "event " + *event;
    if (!call.flag("next") && wanted.holds != nullptr && wanted.holds(call.module().modem))
      return PendingWait::met_at_once(call, wish);
    Fault trigger;
    trigger.on = EventTrigger{wanted.event};
    wish.trigger = std::move(trigger);
  } else {
    const FaultEngine::Counters counters = fault_called(call, *fault);
    wish.words = fmt::format("fault {} to fire", *fault);
    if (!call.flag("next") && counters.fired > 0) return PendingWait::met_at_once(call, wish);
    wish.fault = counters.number;
  }
  PendingWait::begin(call, std::move(wish));
}

void post_wait(Call& call) {
  Body body(call.request().body, call.rules());
  const Value on = body.value()["on"];
  Fault trigger;
  const auto read = read_trigger(on);
  on["nth"].read(trigger.nth);
  on["every_nth"].read(trigger.every_nth);
  PendingWait::Wish wish{.words = on.summary()};
  body.value()["timeout"].read(wish.timeout);
  body.value()["pause"].read(wish.pause);
  body.done();
  trigger.on = *read;
  wish.trigger = std::move(trigger);
  PendingWait::begin(call, std::move(wish));
}

}  // namespace sim800
