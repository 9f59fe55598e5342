// A JSON text with the place of each of its keys and values, which nlohmann_json does not keep.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// A position in a file, both from 1; columns count characters, not bytes.
struct Place {
  int line = 1, column = 1;
};

/// A key or a value of the text.
struct Token {
  Place place;
  /// As the text has it ("\"loud\"", "1e9"), cut where it is long; "an object" or "an array" for those.
  std::string text;
};

/// What stops a text from being taken as JSON at all; see ScenarioMistake.
struct JsonMistake {
  Place place;
  std::string pointer, expected, found;
};

/// Parsed JSON. Pointers are JSON pointers (RFC 6901) of values in the text; the position of a value is its first
/// character.
class PlacedJson {
 public:
  /// Limits; what is beyond them is a mistake, and nothing behind it is read: levels of nesting, bytes of a text and of
  /// a key as written.
  static constexpr std::size_t max_depth = 64, max_size = std::size_t{4} << 20, max_key = 300;

  /// Parses `text` (a byte-order mark and what stands behind // are skipped) and records what is wrong with it: a
  /// syntax error, or duplicate keys in an object, of which one more than `max_mistakes` ends it.
  explicit PlacedJson(std::string_view text);

  const std::vector<JsonMistake>& mistakes() const { return mistakes_; }
  /// False after a mistake that leaves no value to read.
  bool parsed() const { return parsed_; }
  /// The whole value.
  const nlohmann::json& root() const { return root_; }
  /// The value that the pointer leads to, which must be there, and its key.
  Token value_at(const std::string& pointer) const { return token_at(node_at(pointer).value); }
  Token key_at(const std::string& pointer) const { return token_at(node_at(pointer).key); }

 private:
  class Recorder;
  /// A value, in the order of the text: its parts follow it.
  struct Node {
    std::uint32_t key = 0, value = 0;  ///< offsets
    std::uint32_t end = 0;             ///< the first node that is not part of it
  };
  Place place_of(std::size_t offset) const;
  Token token_at(std::size_t offset) const;
  const Node& node_at(std::string_view pointer) const;
  std::size_t part(std::size_t parent, std::string_view name) const;
  bool key_is(const Node& node, std::string_view name) const;

  std::string text_;
  bool parsed_ = false;
  nlohmann::json root_;
  std::vector<Node> nodes_;
  std::vector<JsonMistake> mistakes_;
};

/// `pointer` one step down, to the value of `key`.
std::string pointer_to(const std::string& pointer, std::string_view key);

}  // namespace sim800
