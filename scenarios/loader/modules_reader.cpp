// SPDX-License-Identifier: MIT
#include "scenarios/loader/modules_reader.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "protocol/text/characters.hpp"
#include "scenarios/loader/expectation_reader.hpp"
#include "scenarios/loader/fault_reader.hpp"
#include "scenarios/loader/own_command_reader.hpp"
#include "scenarios/loader/schema.hpp"
#include "scenarios/loader/world_reader.hpp"

namespace sim800 {
namespace {

using nlohmann::json;

std::string with_number(const std::string& text, unsigned n) {
  constexpr std::string_view mark = "{n";
  std::string result;
  std::size_t at = 0;
  for (std::size_t found = text.find(mark); found != text.npos; found = text.find(mark, found + 1)) {
    std::size_t end = found + mark.size();
    int width = 0;
    const bool wide = end + 1 < text.size() && text[end] == ':' && is_digit(text[end + 1]);
    if (wide) {
      width = text[end + 1] - '0';
      end += 2;
    }
    if (end >= text.size() || text[end] != '}') continue;
    result += text.substr(at, found - at) + fmt::format("{:0{}}", n, width);
    at = end + 1;
  }
  return result + text.substr(at);
}

/// Takes a text out of an object in `part`, which goes with its last key.
std::optional<std::string> take(json& part, const char* object, const char* key) {
  const auto place = part.find(object);
  if (place == part.end() || !place->is_object() || !place->contains(key)) return std::nullopt;
  auto text = place->at(key).get<std::string>();
  place->erase(key);
  if (place->empty()) part.erase(place);
  return text;
}

}  // namespace

json with_number(json value, unsigned n) {
  if (value.is_string()) return with_number(value.get_ref<const std::string&>(), n);
  if (value.is_structured()) {
    for (json& child : value) child = with_number(std::move(child), n);
  }
  return value;
}

ModulesReader::ModulesReader(const json& file, Report& report) : file_(file), common_(file), report_(report) {
  if (!common_.is_object()) return;
  common_.erase("modules");
  common_.erase("fleet");
}

std::vector<ModuleScenario> ModulesReader::read(bool sound) {
  sound_ = sound;
  const auto list = file_.find("modules"), fleet = file_.find("fleet");
  if (!sound || (list == file_.end() && fleet == file_.end())) {
    modules_.push_back({{}, {}, parse(json::object(), "")});
  } else if (list != file_.end() && fleet != file_.end()) {
    report_.at_key("/modules", "either \"modules\" or a \"fleet\"", "both");
  } else if (list != file_.end()) {
    read_list(*list);
  } else {
    read_fleet(*fleet);
  }
  return std::move(modules_);
}

void ModulesReader::read_list(const json& list) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = fmt::format("/modules/{}", i);
    if (!add(list[i], pointer)) continue;
    const std::string& name = modules_.back().name;
    if (!names.insert(name.empty() ? std::to_string(i) : name).second && !name.empty())
      report_.at_value(pointer + "/name", "each name once, and no other module's number");
  }
}

/// The first module with a mistake is enough.
void ModulesReader::read_fleet(const json& fleet) {
  const auto count = fleet.at("count").get<unsigned>();
  const json each = fleet.value("each", json::object());
  for (unsigned n = 0; n < count; ++n) {
    json part = with_number(each, n);
    if (!each.empty()) check_module_structure(part, report_, "/fleet/each");
    if (report_.size() > 0 || !add(std::move(part), "/fleet/each")) return;
  }
}

/// False where it has mistakes.
bool ModulesReader::add(json part, const std::string& pointer) {
  const std::size_t before = report_.size();
  if (const auto timing = part.find("timing"); timing != part.end() && timing->contains("scale"))
    report_.at_key(pointer + "/timing/scale", "no scale here", {}, "one for all modules stands in the common part");
  ModuleScenario module;
  if (const auto name = part.find("name"); name != part.end()) {
    module.name = *name;
    part.erase(name);
  }
  module.identity = {take(part, "module", "imei"), take(part, "sim", "imsi"), take(part, "sim", "iccid"),
                     take(part, "sim", "number")};
  std::shared_ptr<Scenario>& scenario = parsed_[part.dump()];
  if (!scenario) scenario = parse(part, pointer);
  module.scenario = scenario;
  modules_.push_back(std::move(module));
  return report_.size() == before;
}

std::shared_ptr<Scenario> ModulesReader::parse(const json& part, const std::string& pointer) {
  json merged = common_;
  if (!part.empty()) merged.merge_patch(part);
  report_.laid_over(pointer, part.empty() ? nullptr : &part);
  const Value root(report_, merged);
  auto scenario = std::make_shared<Scenario>();
  read_world(root, scenario->world);
  if (sound_) read_faults(root, *scenario);
  if (sound_) read_own_commands(root, *scenario);
  if (sound_) read_reactions(root, *scenario);
  if (sound_) read_expectations(root, *scenario);
  report_.laid_over("", nullptr);
  return scenario;
}

}  // namespace sim800
