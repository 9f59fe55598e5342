// Module time from outside.
// SPDX-License-Identifier: MIT
#include "emulator/control/handlers.hpp"

namespace sim800 {
namespace {

nlohmann::ordered_json clock_state(Call& call) {
  const AsioClock& clock = call.run().clock();
  return {{"time", seconds(clock.now())}, {"scale", clock.scale()}, {"paused", clock.paused()}};
}

}  // namespace

void get_clock(Call& call) { call.reply(clock_state(call)); }

void put_clock(Call& call) {
  Body body(call.request().body, call.rules());
  call.run().clock().set_scale(body.json()["scale"].get<double>());
  call.reply(clock_state(call));
}

void post_clock_pause(Call& call) {
  call.run().clock().pause();
  call.reply(clock_state(call));
}

void post_clock_resume(Call& call) {
  call.run().clock().resume();
  call.reply(clock_state(call));
}

void post_clock_advance(Call& call) {
  Body body(call.request().body, call.rules());
  Duration by{};
  body.value()["by"].read(by);
  body.done();
  const bool begun = call.run().clock().advance(by, [call]() mutable { call.reply(clock_state(call)); });
  if (!begun) throw Refusal(409, "clock", "one advance at a time", "another one is under way");
}

}  // namespace sim800
