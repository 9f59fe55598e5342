// SPDX-License-Identifier: MIT
#include "emulator/control/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "emulator/control/handlers.hpp"

namespace sim800 {
namespace {

/// The only action of the fault that stands for a wait.
struct Notify final : Action {
  explicit Notify(std::function<void()> a) : act(std::move(a)) {}
  void apply(Stage& /*stage*/) const override { act(); }
  std::function<void()> act;
};

nlohmann::ordered_json record_of(const ControlApi& /*api*/, Journal& journal, ControlledRun& run,
                                 const std::string& words) {
  return {{"n", journal.last()}, {"t", seconds(run.clock().now())}, {"on", words}, {"paused", run.clock().paused()}};
}

std::uint64_t fired(const ControlledModule& module, std::size_t fault) {
  for (const FaultEngine::Counters& one : module.faults.counters()) {
    if (one.number == fault) return one.fired;
  }
  return 0;
}

}  // namespace

PendingWait::PendingWait(Call& call, Wish wish)
    : api_(call.api),
      exchange_(call.exchange),
      module_(call.module()),
      wish_(std::move(wish)),
      wall_(call.run().loop()) {}

PendingWait::~PendingWait() = default;

void PendingWait::begin(Call& call, Wish wish) {
  if (call.api.waiting() >= most) throw Refusal(503, "wait", fmt::format("at most {} at a time", most), "one more");
  const auto made = std::make_shared<PendingWait>(call, std::move(wish));
  call.api.add(made);
  made->start();
}

void PendingWait::met_at_once(Call& call, const Wish& wish) {
  if (wish.pause) call.run().clock().pause();
  call.reply(record_of(call.api, call.journal(), call.run(), wish.words));
}

void PendingWait::start() {
  const std::weak_ptr<PendingWait> self = weak_from_this();
  if (wish_.fault) fired_before_ = fired(module_, *wish_.fault);
  if (wish_.trigger) {
    auto fault = std::make_shared<Fault>(std::move(*wish_.trigger));
    fault->times = 1;
    fault->steps = {ActionStep{std::make_shared<Notify>([self] {
      if (const auto wait = self.lock()) wait->met();
    })}};
    trigger_ = module_.faults.add(std::move(fault), false);
  }
  exchange_->on_gone = [self] {
    if (const auto wait = self.lock()) wait->end();
  };
  timeout_ = api_.run().clock().after(wish_.timeout, [self] {
    if (const auto wait = self.lock()) wait->timed_out();
  });
  watch_wall();
}

/// A clock that stands still would let nobody's time be up.
void PendingWait::watch_wall() {
  wall_.expires_after(std::max<Duration>(wish_.timeout, 1ms));
  wall_.async_wait([self = weak_from_this()](asio::error_code problem) {
    const auto wait = self.lock();
    if (problem || !wait) return;
    if (wait->api_.run().clock().paused()) return wait->timed_out();
    wait->watch_wall();
  });
}

void PendingWait::fault_fired(unsigned module) {
  if (wish_.fault && module == module_.index && fired(module_, *wish_.fault) > fired_before_) met();
}

void PendingWait::met() {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();
  // Who has left sees nothing, and would never let time go on.
  if (wish_.pause && exchange_->present()) api_.run().clock().pause();
  exchange_->answer({.body = json_text(record_of(api_, api_.journal(), api_.run(), wish_.words)) + "\n"});
  end();
}

void PendingWait::timed_out() {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();
  exchange_->answer(Refusal(408, "timeout", wish_.words, "nothing of the kind in this time").answer());
  end();
}

void PendingWait::give_up() {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();
  exchange_->answer(Refusal(409, "wait", wish_.words, "a reset").answer());
  end();
}

void PendingWait::end() {
  const auto self = shared_from_this();
  over_ = true;
  if (trigger_) module_.faults.remove(*trigger_);
  trigger_.reset();
  timeout_.cancel();
  wall_.cancel();
  exchange_->on_gone = nullptr;
  api_.remove(*this);
}

}  // namespace sim800
