// JSON texts laid over each other, and where each part of what comes of it stands.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/json/positions.hpp"

namespace sim800 {

class LayeredJson {
 public:
  LayeredJson() = default;
  /// One text alone; `source` is its name in mistakes.
  LayeredJson(std::string_view text, std::string source);

  struct Layer {
    std::string source;  ///< its name in mistakes
    std::shared_ptr<const PlacedJson> json;
    bool has_lines = true;  ///< false: a setting of the command line, where a place would say nothing
  };

  /// Lays one more over what is there.  Objects are merged key by key, the lists `faults`, `events` and `expect` of the
  /// whole go on, anything else replaces what was there; null takes it out.
  void add(Layer layer);

  const std::vector<Layer>& layers() const { return layers_; }
  /// False where a text is no JSON at all, or there is none.
  bool parsed() const;
  const nlohmann::json& root() const { return root_; }
  /// Takes a key out of the whole.
  void forget(const std::string& key);

  struct Found {
    std::size_t layer;    ///< its index
    std::string pointer;  ///< within it
    Token token;
  };
  /// The value that the pointer leads to, which must be there, or its key.
  Found value_at(const std::string& pointer) const;
  Found key_at(const std::string& pointer) const;

 private:
  struct Origin {
    std::size_t layer = 0;
    std::string pointer;
  };
  void merge(nlohmann::json& into, const nlohmann::json& part, const std::string& place, const std::string& pointer);
  void append(nlohmann::json& into, const nlohmann::json& part, const std::string& place);
  void set(nlohmann::json& into, const nlohmann::json& part, const std::string& place, const std::string& pointer);
  void lose(const std::string& place);
  Origin origin_of(const std::string& pointer) const;

  std::vector<Layer> layers_;
  nlohmann::json root_;
  /// Of values that stand elsewhere than the value around them, by their place in the whole.
  std::map<std::string, Origin> origins_;
};

}  // namespace sim800
