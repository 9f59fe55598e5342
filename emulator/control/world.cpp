// The world as a scenario describes it, changed while the module runs.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "emulator/control/handlers.hpp"
#include "emulator/network/network.hpp"
#include "scenarios/engine/stage.hpp"
#include "scenarios/json/layered.hpp"
#include "scenarios/loader/loader.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

using nlohmann::json;

/// A part of the world that can change, and how the module learns of it.
struct LivePart {
  std::string_view pointer;
  void (*apply)(Call& call, World& world, World&& fresh);
};

/// As an action of a scenario without an end: what a fault has changed for a while becomes this after it.
struct ForGood final : Action {
  ForGood(std::function<void(Effects&)> a, Needs n) : act(std::move(a)), needed(n) {}
  void apply(Stage& stage) const override { act(stage.effects); }
  Needs needs() const override { return needed; }
  std::function<void(Effects&)> act;
  Needs needed;
};

void change(Call& call, const std::string& words, std::function<void(Effects&)> act, Action::Needs needs = {}) {
  call.module().faults.perform(
      std::make_shared<const Steps>(Steps{ActionStep{std::make_shared<ForGood>(std::move(act), needs)}}), words);
}

void apply_signal(Call& call, World& world, World&& fresh) {
  world.network.signal = std::move(fresh.network.signal);
  world.network.rssi = fresh.network.rssi;
  world.network.ber = fresh.network.ber;
  change(call, "signal", [](Effects& effects) { effects.change_signal(std::nullopt, std::nullopt); });
}

void apply_registration(Call& call, World& world, World&& fresh) {
  const Registration now = world.network.registration = fresh.network.registration;
  change(call, "registration", [now](Effects& effects) { effects.change_registration(now, std::nullopt); });
}

void apply_link(Call& call, World& world, World&& fresh) {
  world.network.link = fresh.network.link;
  change(call, "link", [link = world.network.link](Effects& effects) { effects.change_link(link, std::nullopt); },
         {.relay = true});
}

void apply_presence(Call& call, World& world, World&& fresh) {
  world.sim.present = fresh.sim.present;
  const Card card = world.sim.present ? Card::inserted : Card::removed;
  change(call, "sim", [card](Effects& effects) { effects.change_card(card, std::nullopt); });
}

constexpr LivePart live_parts[] = {
    {"/network/signal", apply_signal},
    {"/network/registration", apply_registration},
    {"/network/link", apply_link},
    {"/network/hosts",
     [](Call& call, World& world, World&& fresh) {
       world.network.hosts = std::move(fresh.network.hosts);
       call.module().link.set_hosts(world.network.hosts);
     }},
    {"/network/gprs", [](Call&, World& world, World&& fresh) { world.network.gprs = fresh.network.gprs; }},
    {"/network/apns", [](Call&, World& world, World&& fresh) { world.network.apns = std::move(fresh.network.apns); }},
    {"/network/operators",
     [](Call&, World& world, World&& fresh) { world.network.operators = std::move(fresh.network.operators); }},
    {"/network/location", [](Call&, World& world, World&& fresh) { world.network.location = fresh.network.location; }},
    {"/network/ussd", [](Call&, World& world, World&& fresh) { world.network.ussd = std::move(fresh.network.ussd); }},
    {"/network/numbers",
     [](Call&, World& world, World&& fresh) { world.network.numbers = std::move(fresh.network.numbers); }},
    {"/sim/present", apply_presence},
    {"/timing/scale", [](Call& call, World&, World&& fresh) { call.run().clock().set_scale(fresh.timing.scale); }},
};

const LivePart* part_at(const std::string& pointer) {
  for (const LivePart& part : live_parts) {
    if (pointer == part.pointer || pointer.starts_with(std::string(part.pointer) + "/")) return &part;
  }
  return nullptr;
}

/// The parts that a patch touches; refuses keys that cannot change.
void find_parts(const json& patch, const std::string& pointer, std::vector<const LivePart*>& parts,
                std::vector<ScenarioMistake>& mistakes) {
  for (const auto& [key, value] : patch.items()) {
    const std::string place = pointer_to(pointer, key);
    if (const LivePart* part = part_at(place)) {
      if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
    } else if (value.is_object() && !value.empty()) {
      find_parts(value, place, parts, mistakes);
    } else {
      std::vector<std::string> known;
      for (const LivePart& one : live_parts) known.emplace_back(one.pointer);
      mistakes.push_back({.file = "body",
                          .pointer = place,
                          .expected = "a key that can change while the module runs",
                          .found = fmt::format("\"{}\"", key),
                          .hint = fmt::format("these can: {}", fmt::join(known, ", "))});
    }
  }
}

}  // namespace

void get_scenario(Call& call) { call.reply(nlohmann::ordered_json(call.run().document(call.module().index))); }

void patch_world(Call& call) {
  Body body(call.request().body, call.rules());
  json& document = call.run().document(call.module().index);
  json merged = document;
  merged.merge_patch(body.json());
  const Scenario fresh = parse_scenario(merged.dump(), "body");
  std::vector<const LivePart*> parts;
  std::vector<ScenarioMistake> mistakes;
  find_parts(body.json(), "", parts, mistakes);
  if (!mistakes.empty()) throw Refusal(409, std::move(mistakes));
  document = std::move(merged);
  for (const LivePart* part : parts) part->apply(call, call.module().scenario.world, World(fresh.world));
  call.reply_when_settled(nlohmann::ordered_json(document));
}

void put_scenario(Call& call) {
  Body body(call.request().body, call.rules());
  parse_modules(call.request().body, "body");
  call.of.reset();
  call.run().replace(body.json(), [call]() mutable { call.reply_done(); });
}

void post_scenario(Call& call) {
  Body body(call.request().body, call.rules());
  LayeredJson layers(call.run().document(0).dump(), "scenario");
  layers.add({"body", std::make_shared<const PlacedJson>(call.request().body)});
  parse_modules(layers.root().dump(), "body");
  call.of.reset();
  call.run().replace(layers.root(), [call]() mutable { call.reply_done(); });
}

void post_reset(Call& call) {
  const std::string keep_what = call.query("keep").value_or("");
  if (!keep_what.empty() && keep_what != "stores")
    throw Refusal(400, "keep", "\"stores\"", fmt::format("\"{}\"", keep_what));
  call.of.reset();
  call.run().reset(keep_what == "stores", [call]() mutable { call.reply_done(); });
}

}  // namespace sim800
