// The program itself: health, version, schema, the list of requests, the scenarios that ship.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "emulator/control/handlers.hpp"
#include "emulator/core/trace_text.hpp"
#include "scenarios/loader/loader.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {

double seconds(TimePoint time) { return static_cast<double>(trace_micros(time)) / 1e6; }

double seconds_between(TimePoint from, TimePoint to) {
  return static_cast<double>(trace_micros(to) - trace_micros(from)) / 1e6;
}

void get_health(Call& call) {
  call.reply({{"status", call.run().ready() ? "ready" : "booting"}, {"waits", call.api.waiting()}},
             call.run().ready() ? 200 : 503);
}

void get_version(Call& call) { call.reply({{"version", call.run().version()}, {"api", 1}}); }

void get_schema(Call& call) { call.reply_text(std::string(schema_text()), "application/schema+json"); }

void get_openapi(Call& call) { call.reply(openapi(call.run().version())); }

void get_modems(Call& call) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < call.run().modules(); ++i) {
    const ControlledModule module = call.run().module(i);
    list.push_back({{"name", module.name},
                    {"model", module.scenario.world.module.model},
                    {"imei", module.modem.identity.imei},
                    {"number", module.modem.identity.number}});
  }
  call.reply(list);
}

void get_scenarios(Call& call) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& [name, path] : shipped_files(call.run().shipped())) list.push_back({{"name", name}});
  call.reply(list);
}

void get_scenario_named(Call& call) {
  const auto shipped = shipped_files(call.run().shipped());
  const std::string& name = call.arguments.front();
  if (!shipped.contains(name))
    throw Refusal(404, "scenario", "a name of GET /v1/scenarios", fmt::format("\"{}\"", name));
  call.reply_text(find_scenario(name, call.run().shipped()).text, "application/json");
}

void post_shutdown(Call& call) {
  call.reply_done();
  call.run().stop();
}

}  // namespace sim800
