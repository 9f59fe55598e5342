// Expectations that come and go while the module runs.
// SPDX-License-Identifier: MIT
#include "scenarios/expectations/expectations.hpp"

#include <fmt/format.h>

#include <memory>

#include "emulator/control/handlers.hpp"
#include "scenarios/loader/expectation_reader.hpp"

namespace sim800 {
namespace {

constexpr std::size_t most = 1000;

nlohmann::ordered_json shown(const Expectations::Status& one) {
  constexpr std::string_view words[] = {"open", "met", "failed"};
  nlohmann::ordered_json json{{"id", one.number}};
  if (!one.expectation->name.empty()) json["name"] = one.expectation->name;
  if (!one.expectation->tags.empty()) json["tags"] = one.expectation->tags;
  json.update({{"state", words[static_cast<std::size_t>(one.state)]}, {"count", one.count}, {"why", one.why}});
  return json;
}

Expectations::Status called(Call& call, const std::string& id) {
  for (const Expectations::Status& one : call.module().expectations.status()) {
    if (std::to_string(one.number) == id || (!id.empty() && one.expectation->name == id)) return one;
  }
  throw Refusal(404, "expectation", "an id or a name of GET /v1/expectations", fmt::format("\"{}\"", id));
}

}  // namespace

nlohmann::ordered_json expectations_of(const ControlledModule& module, bool at_end) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const auto all = at_end ? module.expectations.status_at_end() : module.expectations.status();
  for (const Expectations::Status& one : all) list.push_back(shown(one));
  return list;
}

void get_expectations(Call& call) { call.reply(expectations_of(call.module())); }

void post_expectations(Call& call) {
  if (call.module().expectations.status().size() >= most)
    throw Refusal(409, "expectations", fmt::format("at most {}", most), "one more");
  Body body(call.request().body, call.rules());
  auto expectation = read_expectation(body.value());
  body.done();
  if (!expectation) throw Refusal(400, "body", "an expectation", "something else");
  const std::size_t number =
      call.module().expectations.add(std::make_shared<const Expectation>(std::move(*expectation)));
  call.reply(shown(called(call, std::to_string(number))), 201);
}

void delete_expectations(Call& call) {
  for (const Expectations::Status& one : call.module().expectations.status())
    call.module().expectations.remove(one.number);
  call.reply_done();
}

void get_expectation(Call& call) { call.reply(shown(called(call, call.arguments.front()))); }

/// Answers with how it stood.
void delete_expectation(Call& call) {
  const Expectations::Status one = called(call, call.arguments.front());
  const nlohmann::ordered_json last = shown(one);
  call.module().expectations.remove(one.number);
  call.reply(last);
}

}  // namespace sim800
