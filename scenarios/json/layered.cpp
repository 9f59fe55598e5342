// SPDX-License-Identifier: MIT
#include "scenarios/json/layered.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sim800 {
namespace {

using nlohmann::json;

bool goes_on(std::string_view place) {
  static constexpr std::array<std::string_view, 3> lists{"/events", "/expect", "/faults"};
  return std::ranges::find(lists, place) != lists.end();
}

}  // namespace

LayeredJson::LayeredJson(std::string_view text, std::string source) {
  add({std::move(source), std::make_shared<const PlacedJson>(text)});
}

void LayeredJson::add(Layer layer) {
  layers_.push_back(std::move(layer));
  const json& part = layers_.back().json->root();
  if (layers_.size() == 1) {
    root_ = part;
    origins_[""] = {};
  } else {
    merge(root_, part, "", "");
  }
}

bool LayeredJson::parsed() const {
  return !layers_.empty() && std::ranges::all_of(layers_, [](const Layer& layer) { return layer.json->parsed(); });
}

void LayeredJson::forget(const std::string& key) {
  if (!root_.is_object()) return;
  root_.erase(key);
  lose(pointer_to("", key));
}

void LayeredJson::merge(json& into, const json& part, const std::string& place, const std::string& pointer) {
  if (!into.is_object() || !part.is_object()) return set(into, part, place, pointer);
  for (const auto& [key, value] : part.items()) {
    const std::string below = pointer_to(place, key), there = pointer_to(pointer, key);
    const auto old = into.find(key);
    if (value.is_null() && goes_on(below)) {
      set(into[key], json::array(), below, there);
    } else if (old == into.end()) {
      set(into[key], value, below, there);
    } else if (value.is_null()) {
      into.erase(old);
      lose(below);
    } else if (goes_on(below) && old->is_array() && value.is_array()) {
      append(*old, value, below);
    } else {
      merge(*old, value, below, there);
    }
  }
}

void LayeredJson::append(json& into, const json& part, const std::string& place) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    origins_[pointer_to(place, std::to_string(into.size()))] = {layers_.size() - 1,
                                                                pointer_to(place, std::to_string(i))};
    into.push_back(part[i]);
  }
}

void LayeredJson::set(json& into, const json& part, const std::string& place, const std::string& pointer) {
  into = part;
  lose(place);
  origins_[place] = {layers_.size() - 1, pointer};
}

/// What stood there and below is not there any more.
void LayeredJson::lose(const std::string& place) {
  origins_.erase(place);
  const std::string below = place + '/';
  for (auto it = origins_.lower_bound(below); it != origins_.end() && it->first.starts_with(below);)
    it = origins_.erase(it);
}

LayeredJson::Origin LayeredJson::origin_of(const std::string& pointer) const {
  for (std::string above = pointer;; above.erase(above.rfind('/'))) {
    const auto found = origins_.find(above);
    if (found != origins_.end()) return {found->second.layer, found->second.pointer + pointer.substr(above.size())};
    if (above.empty()) return {0, pointer};
  }
}

LayeredJson::Found LayeredJson::value_at(const std::string& pointer) const {
  Origin origin = origin_of(pointer);
  Token token = layers_[origin.layer].json->value_at(origin.pointer);
  return {origin.layer, std::move(origin.pointer), std::move(token)};
}

LayeredJson::Found LayeredJson::key_at(const std::string& pointer) const {
  Origin origin = origin_of(pointer);
  Token token = layers_[origin.layer].json->key_at(origin.pointer);
  return {origin.layer, std::move(origin.pointer), std::move(token)};
}

}  // namespace sim800
