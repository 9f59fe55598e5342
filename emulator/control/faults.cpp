// Faults that come and go while the module runs.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <memory>

#include "emulator/control/handlers.hpp"
#include "scenarios/loader/fault_reader.hpp"

namespace sim800 {
namespace {

constexpr std::size_t most = 1000;

nlohmann::ordered_json shown(const FaultEngine::Counters& one) {
  nlohmann::ordered_json fault{{"id", one.number}};
  if (!one.fault->name.empty()) fault["name"] = one.fault->name;
  if (!one.fault->tags.empty()) fault["tags"] = one.fault->tags;
  fault.update({{"on", one.fault->on_words},
                {"do", one.fault->do_words},
                {"enabled", one.enabled},
                {"matched", one.matched},
                {"fired", one.fired}});
  return fault;
}

}  // namespace

FaultEngine::Counters fault_called(Call& call, const std::string& id) {
  for (const FaultEngine::Counters& one : call.module().faults.counters()) {
    if (std::to_string(one.number) == id || (!id.empty() && one.fault->name == id)) return one;
  }
  throw Refusal(404, "fault", "an id or a name of GET /v1/faults", fmt::format("\"{}\"", id));
}

void get_faults(Call& call) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FaultEngine::Counters& one : call.module().faults.counters()) list.push_back(shown(one));
  call.reply(list);
}

void post_faults(Call& call) {
  if (call.module().faults.counters().size() >= most)
    throw Refusal(409, "faults", fmt::format("at most {}", most), "one more");
  Body body(call.request().body, call.rules());
  auto fault = read_fault(body.value());
  body.done();
  if (!fault) throw Refusal(400, "body", "a fault", "something else");
  const std::string name = fault->name;
  for (const FaultEngine::Counters& one : call.module().faults.counters()) {
    if (!name.empty() && one.fault->name == name)
      throw Refusal(409, "name", "a name that no other fault has", fmt::format("\"{}\"", name));
  }
  const std::size_t number = call.module().faults.add(std::make_shared<const Fault>(std::move(*fault)));
  call.reply(shown(fault_called(call, std::to_string(number))), 201);
}

void delete_faults(Call& call) {
  for (const FaultEngine::Counters& one : call.module().faults.counters()) call.module().faults.remove(one.number);
  call.reply_done();
}

void get_fault(Call& call) { call.reply(shown(fault_called(call, call.arguments.front()))); }

void patch_fault(Call& call) {
  const std::size_t number = fault_called(call, call.arguments.front()).number;
  Body body(call.request().body, call.rules());
  bool on = true;
  body.value()["enabled"].read(on);
  call.module().faults.enable(number, on);
  get_fault(call);
}

/// Answers with what it had counted.
void delete_fault(Call& call) {
  const FaultEngine::Counters one = fault_called(call, call.arguments.front());
  const nlohmann::ordered_json last = shown(one);
  call.module().faults.remove(one.number);
  call.reply(last);
}

}  // namespace sim800
