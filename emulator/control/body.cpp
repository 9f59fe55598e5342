// SPDX-License-Identifier: MIT
#include "emulator/control/body.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "protocol/text/unicode.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

constexpr const char* source = "body";

void append_json(std::string& out, const nlohmann::ordered_json& value) {
  if (value.is_number_float()) {  // of which dump() writes 17 digits now and then
    fmt::format_to(std::back_inserter(out), "{}", value.get<double>());
  } else if (!value.is_structured()) {
    out += value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else {
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& [key, part] : value.items()) {
      if (!std::exchange(first, false)) out += ',';
      if (value.is_object()) {
        append_json(out, key);
        out += ':';
      }
      append_json(out, part);
    }
    out += value.is_object() ? '}' : ']';
  }
}

}  // namespace

std::string json_text(const nlohmann::ordered_json& value) {
  std::string out;
  append_json(out, value);
  return out;
}

Refusal::Refusal(int code, std::vector<ScenarioMistake> found)
    : std::runtime_error(found.empty() ? "" : found.front().text()), status(code), mistakes(std::move(found)) {}

Refusal::Refusal(int code, std::string place, std::string expected, std::string found, std::string hint)
    : Refusal(code, {ScenarioMistake{.file = std::move(place),
                                     .expected = std::move(expected),
                                     .found = std::move(found),
                                     .hint = std::move(hint)}}) {}

ServerAnswer Refusal::answer() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ScenarioMistake& mistake : mistakes) {
    nlohmann::ordered_json one{{"text", mistake.text()}, {"place", mistake.file}};
    if (mistake.line > 0) one.update({{"line", mistake.line}, {"column", mistake.column}});
    if (mistake.line > 0 || !mistake.pointer.empty()) one["pointer"] = mistake.pointer;
    one["expected"] = mistake.expected;
    if (!mistake.found.empty()) one["found"] = mistake.found;
    if (!mistake.hint.empty()) one["hint"] = mistake.hint;
    list.push_back(std::move(one));
  }
  const nlohmann::ordered_json answer{{"errors", std::move(list)}};
  return {.status = status, .body = json_text(answer) + "\n"};
}

Body::Body(std::string_view text, const nlohmann::json& rules) : json_(text, source), report_(json_) {
  if (json_.parsed()) {
    check_against(rules, json_.root(), report_);
    report_.one_for_each_place();
  }
  done();
}

void Body::done() {
  if (auto mistakes = report_.take(); !mistakes.empty()) throw Refusal(400, std::move(mistakes));
}

std::string text_of_bytes(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

std::optional<std::string> bytes_of_text(std::string_view text) {
  std::string bytes;
  for (const char16_t unit : from_utf8(text)) {
    if (unit > 0xFF) return std::nullopt;
    bytes += static_cast<char>(unit);
  }
  return bytes;
}

}  // namespace sim800
