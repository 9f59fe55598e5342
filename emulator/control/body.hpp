// The JSON that a request brings, checked as scenario files are, and the refusal of one that does not fit.
// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/control/http_server.hpp"
#include "scenarios/json/layered.hpp"
#include "scenarios/json/mistake.hpp"
#include "scenarios/json/reader.hpp"

namespace sim800 {

/// A request that is refused: what is wrong, and where.
struct Refusal : std::runtime_error {
  Refusal(int code, std::vector<ScenarioMistake> found);
  /// `place` names a part of the request: "timeout", "Host".
  Refusal(int code, std::string place, std::string expected, std::string found = {}, std::string hint = {});
  ServerAnswer answer() const;

  int status;
  std::vector<ScenarioMistake> mistakes;
};

/// Throws Refusal (400).
class Body {
 public:
  /// `rules`: a node of a JSON Schema; its references mean the scenarios' schema.
  Body(std::string_view text, const nlohmann::json& rules);
  /// What is refused by whoever reads it is thrown by done().
  Value value() { return {report_, json_.root()}; }
  const nlohmann::json& json() const { return json_.root(); }
  Report& report() { return report_; }
  void done();

 private:
  LayeredJson json_;
  Report report_;
};

/// With as many digits as a number needs, and no more: a time has six decimals at most, as in traces.
std::string json_text(const nlohmann::ordered_json& value);

/// Bytes as JSON has them: each the character of its number, as in traces.
std::string text_of_bytes(std::string_view bytes);
/// The other way round; nothing where a character is none of them.
std::optional<std::string> bytes_of_text(std::string_view text);

}  // namespace sim800
