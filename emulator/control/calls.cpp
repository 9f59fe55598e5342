// The far end of calls.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"

#include <fmt/format.h>

#include <optional>

#include "emulator/control/handlers.hpp"
#include "scenarios/faults/actions.hpp"

namespace sim800 {
namespace {

const CallService::Connection& call_with(Call& call) {
  const std::string& id = call.arguments.front();
  if (call.module().modem.calls.made()) {
    for (const CallService::Connection& one : call.module().modem.calls->connections()) {
      if (std::to_string(one.id) == id) return one;
    }
  }
  throw Refusal(404, "call", "an id of GET /v1/calls", fmt::format("\"{}\"", id));
}

void act(Call& call, int id, FarEnd what) {
  if (call.module().modem.calls->far_end(id, what)) return;
  std::string expected = "one that the module has dialled, and that is not connected yet";
  using enum FarEnd;
  if (what == hangs_up) expected = "one whose far end is not another module";
  if (what == holds) expected = "one that is connected, and not on hold by its far end";
  if (what == retrieves) expected = "one that its far end has put on hold";
  if (what == joins || what == transfers) expected = "one that is connected";
  throw Refusal(409, "call", expected, "another one");
}

}  // namespace

void post_calls(Call& call) {
  Body body(call.request().body, call.rules());
  std::string from;
  unsigned rings = 0;
  body.value()["from"].read(from);
  body.value()["rings"].read(rings);
  if (!call.module().modem.calls->receive(from, rings))
    throw Refusal(409, "call", "a module that can be reached", "no network, busy, or the call is forwarded or refused");
  get_calls(call);
}

void patch_call(Call& call) {
  Body body(call.request().body, call.rules());
  std::string keys;
  body.value()["dtmf"].read(keys);
  const std::optional<FarEnd> state = read_far_end(body.value()["state"]);
  const CallService::Connection& one = call_with(call);
  if (!keys.empty() && one.state != CallService::State::active)
    throw Refusal(409, "call", "one that is active", "one that is not");
  if (!keys.empty()) call.module().modem.calls->remote_digits(keys, {}, one.id);
  if (state) act(call, one.id, *state);
  get_calls(call);
}

void delete_call(Call& call) {
  act(call, call_with(call).id, FarEnd::hangs_up);
  get_calls(call);
}

}  // namespace sim800
