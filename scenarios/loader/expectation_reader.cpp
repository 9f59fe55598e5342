// SPDX-License-Identifier: MIT
#include "scenarios/loader/expectation_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/faults/trigger_reader.hpp"
#include "scenarios/loader/loader.hpp"
#include "scenarios/loader/schema.hpp"

namespace sim800 {
namespace {

constexpr const char* counts[] = {"at_least", "at_most", "times"};

/// The trigger of an entry that counts one: it stands among the entry's other keys.
std::string words_of_trigger(const Value& entry) {
  const nlohmann::json& triggers = published_schema().at("definitions").at("trigger").at("properties");
  for (const Value& member : entry.members()) {
    const bool beside = member.name() == "nth" || member.name() == "every_nth";
    if (!beside && triggers.contains(member.name())) return fmt::format("{} {}", member.name(), member.words());
  }
  return "";
}

bool seek(const Value& on, Expectation& into) {
  auto awaited = read_awaited(on);
  if (!awaited) return false;
  into.terms.sought.push_back(awaited->on_words);
  into.sought.push_back(std::move(*awaited));
  return true;
}

bool read_counts(const Value& entry, Expectation& into) {
  Terms& terms = into.terms;
  if (std::ranges::none_of(counts, [&entry](const char* key) { return static_cast<bool>(entry[key]); })) {
    entry.refuse(R"("at_most", "at_least" or "times" beside the trigger)", "none",
                 R"(for a trigger that has to come at all, use "eventually")");
    return false;
  }
  auto trigger = read_trigger(entry);
  if (!trigger) return false;
  into.sought.push_back({.on = std::move(*trigger), .on_words = words_of_trigger(entry)});
  terms.sought.push_back(into.sought.back().on_words);
  entry["at_least"].read(terms.at_least);
  if (const auto most = entry["at_most"].integer()) terms.at_most = static_cast<std::uint64_t>(*most);
  if (const auto times = entry["times"].integer()) {
    terms.at_least = static_cast<std::uint64_t>(*times);
    terms.at_most = terms.at_least;
    if (entry["at_least"]) entry["at_least"].refuse_name(R"(either "times" or "at_least")", "both");
    return true;
  }
  if (terms.at_most && terms.at_least > *terms.at_most) entry["at_most"].refuse(R"(no less than "at_least")");
  const bool bounded = terms.at_least > 0 && terms.at_most;
  if (bounded && entry["within"]) {
    entry["within"].refuse_name(R"("within" beside "at_least" or "at_most")", "both of them",
                                "it means another time for each: make two expectations of it");
  }
  terms.sliding = terms.at_most && entry["within"];
  return true;
}

bool read_sought(const Value& entry, Expectation& into) {
  for (const char* key : {"never", "eventually", "order"}) {
    const Value wanted = entry[key];
    if (!wanted) continue;
    for (const char* count : counts) {
      if (entry[count]) entry[count].refuse_name(fmt::format("no \"{}\" beside \"{}\"", count, key));
    }
    into.terms.ordered = wanted.name() == "order";
    if (wanted.name() == "never") into.terms.at_most = 0;
    if (wanted.name() == "eventually") into.terms.at_least = 1;
    bool complete = true;
    for (const Value& on : wanted.items()) complete = seek(on, into) && complete;
    return complete;
  }
  return read_counts(entry, into);
}

void check_fault_name(const Value& on, const std::vector<std::string>& names) {
  const auto wanted = on["fault"].text();
  if (wanted && std::ranges::find(names, *wanted) == names.end())
    on["fault"].refuse("the \"name\" of one of the faults");
}

/// A fault that is not there never fires.
void check_fault_names(const Value& file, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Fault& fault : scenario.faults) names.push_back(fault.name);
  for (const Value& entry : file["expect"].items()) {
    check_fault_name(entry, names);
    for (const char* key : {"never", "eventually", "order", "once"}) {
      for (const Value& on : entry[key].items()) check_fault_name(on, names);
    }
  }
}

}  // namespace

std::optional<Expectation> read_expectation(const Value& entry) {
  Expectation expectation;
  entry["name"].read(expectation.name);
  expectation.tags = entry["tags"].texts();
  expectation.pointer = entry.pointer();
  expectation.place = entry.where();
  entry["within"].read(expectation.terms.within);
  if (const auto words = entry["within"].text()) expectation.terms.within_words = *words;
  bool complete = read_sought(entry, expectation);
  if (entry["once"]) {
    expectation.once = read_awaited(entry["once"]);
    if (expectation.once) expectation.terms.once = expectation.once->on_words;
    complete = complete && expectation.once;
  }
  return complete ? std::optional(std::move(expectation)) : std::nullopt;
}

void read_expectations(const Value& file, Scenario& into) {
  for (const Value& entry : file["expect"].items()) {
    if (auto expectation = read_expectation(entry))
      into.expectations.push_back(std::make_shared<const Expectation>(std::move(*expectation)));
  }
  check_fault_names(file, into);
}

std::shared_ptr<const Expectation> parse_expectation(std::string_view text, const std::string& source) {
  const LayeredJson json(text, source);
  Report report(json);
  std::optional<Expectation> expectation;
  if (json.parsed()) {
    check_against(published_schema().at("definitions").at("expectation"), json.root(), report);
    report.one_for_each_place();
    if (report.size() == 0) expectation = read_expectation(Value(report, json.root()));
  }
  if (auto mistakes = report.take(); !mistakes.empty()) throw ScenarioError(std::move(mistakes));
  return std::make_shared<const Expectation>(std::move(*expectation));
}

}  // namespace sim800
