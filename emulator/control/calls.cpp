// The far end of calls.
// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "emulator/control/handlers.hpp"

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

void act(Call& call, int id, const std::string& state) {
  using enum CallService::FarEnd;
  constexpr std::pair<std::string_view, CallService::FarEnd> words[] = {
      {"answered", answers}, {"busy", is_busy}, {"no-answer", does_not_answer}, {"ended", hangs_up}};
  for (const auto& [word, what] : words) {
    if (word == state && !call.module().modem.calls->far_end(id, what))
      throw Refusal(409, "call", "one that the module has dialled, and that is not connected yet", "another one");
  }
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
  std::string keys, state;
  body.value()["dtmf"].read(keys);
  body.value()["state"].read(state);
  const CallService::Connection& one = call_with(call);
  if (!keys.empty() && one.state != CallService::State::active)
    throw Refusal(409, "call", "one that is active", "one that is not");
  if (!keys.empty()) call.module().modem.calls->remote_digits(keys);
  if (!state.empty()) act(call, one.id, state);
  get_calls(call);
}

void delete_call(Call& call) {
  act(call, call_with(call).id, "ended");
  get_calls(call);
}

}  // namespace sim800
