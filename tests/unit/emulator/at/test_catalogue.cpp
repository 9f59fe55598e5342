// SPDX-License-Identifier: MIT
// The command table against the manual's facts (tests/data/catalogue.json): every form of every command that is known,
// with good and with bad arguments.  What differs on purpose stands with its reason in docs/compatibility.md, and
// nothing else may; a line there that has become untrue fails as well.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "emulator/commands/manual_index.hpp"
#include "emulator/core/personality.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/source_dir.hpp"

namespace sim800::test {
namespace {

using Json = nlohmann::json;

Json data(const std::string& file) { return Json::parse(std::ifstream(test::source_dir() + "/tests/data/" + file)); }

const Json& catalogue() {
  static const Json all = data("catalogue.json");
  return all;
}

/// What docs/compatibility.md lists: "+GMR execute".  Each is ticked off when it is met.
class Deviations {
 public:
  Deviations() {
    std::ifstream file(test::source_dir() + "/docs/compatibility.md");
    static const std::regex row(R"(\| `AT(\S+)` \| (\w+) \| .+ \|)");
    std::smatch found;
    for (std::string line; std::getline(file, line);) {
      if (std::regex_match(line, found, row)) left_.insert(fmt::format("{} {}", found[1].str(), found[2].str()));
    }
  }
  /// Notes that `what` of the command differs; whether that is listed.  If not: put it right, or list it with the
  /// reason.
  bool allow(const std::string& command, const std::string& what) {
    const std::string key = fmt::format("{} {}", command, what);
    if (left_.contains(key)) met_.insert(key);
    return left_.contains(key);
  }
  /// Those about one of `kinds` that nothing was found for.
  std::vector<std::string> unmet(const std::set<std::string>& kinds) const {
    std::vector<std::string> list;
    for (const std::string& key : left_) {
      if (kinds.contains(key.substr(key.find(' ') + 1)) && !met_.contains(key)) list.push_back(key);
    }
    return list;
  }

 private:
  std::set<std::string> left_, met_;
};

/// A model that has the command: SIM800L where it does.
Model model_for(const Json& entry) {
  const auto command = entry["name"].get<std::string>();
  if (!entry.contains("models") || Personality(module_of(Model::sim800l)).has(command)) return Model::sim800l;
  for (const auto& name : entry["models"].get<std::vector<std::string>>()) {
    if (Personality(module_of(*find_model(name))).has(command)) return *find_model(name);
  }
  return Model::sim800l;
}

/// "SIM800L SIM808": the models of a set that the manual knows; about others it says nothing.
std::string names_of(Models models) {
  static const std::set<std::string> known = [] {
    std::set<std::string> names;
    for (const Json& entry : catalogue()) {
      for (const Json& name : entry.value("models", Json::array())) names.insert(name.get<std::string>());
    }
    return names;
  }();
  std::string text;
  for (const std::string& name : known) {
    if (models.has(*find_model(name))) text += (text.empty() ? "" : " ") + name;
  }
  return text;
}

World world_for(const Json& entry) {
  World world = ModuleFixture::instant();
  world.module = module_of(model_for(entry));
  world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
  return world;
}

/// The row; none where it only stands in AT&V.
const Command* find(const Json& entry) {
  const Command* row = command_table(module_of(model_for(entry))).find(entry["name"].get<std::string>());
  return row != nullptr && (row->test || row->read || row->write || row->execute) ? row : nullptr;
}

bool extended(const Json& entry) {
  const auto name = entry["name"].get<std::string>();
  return name != "+++" && (name[0] == '+' || name[0] == '*');
}

/// A module on which the command may be used.
struct Ready : ModuleFixture {
  explicit Ready(const Json& entry) : ModuleFixture(world_for(entry)) {
    const bool needs_service = entry["section"].get<std::string>().starts_with("11.");
    if (needs_service && entry["name"] != "+HTTPINIT") ask("AT+HTTPINIT");
    const bool needs_mms = entry["section"].get<std::string>().starts_with("14.");
    if (needs_mms && entry["name"] != "+CMMSINIT") ask("AT+CMMSINIT");
    if (entry["section"].get<std::string>().starts_with("8.")) lead_to_use_of(entry["name"]);
  }

 private:
  /// Chapter 8 says for each command in which state it may be used.
  void lead_to_use_of(const std::string& name) {
    static const std::set<std::string> from_start{"+CIICR", "+CIFSR", "+CDNSGIP", "+CIPSEND", "+CIPACK", "+CIPCLOSE"};
    static const std::set<std::string> active{"+CIFSR", "+CDNSGIP", "+CIPSEND", "+CIPACK", "+CIPCLOSE"};
    if (from_start.contains(name)) ask("AT+CSTT");
    if (!active.contains(name)) return;
    ask("AT+CIICR");
    if (name == "+CIFSR") return;
    ask("AT+CIFSR");
    ask("AT+CIPSTART=\"TCP\",\"10.1.2.3\",80");
    sockets.last().connect();
    wait(0s);
  }
};

/// The answer, also one that takes a while.
std::string answer_to(ModuleFixture& fixture, const std::string& line) {
  std::string answer = fixture.ask(line);
  for (int i = 0; answer.empty() && i < 20; ++i) answer = fixture.wait(10s);
  return answer;
}

// --- the manual's print as a pattern: <x> stands for a value, (<x>s) for a list, [...] for what may be missing

std::string pattern_of(std::string print) {
  static const std::regex line_end("<CR><LF>"), value(R"(<[^>]*>s?)");
  print = std::regex_replace(print, line_end, "\r\n");
  print = std::regex_replace(print, value, "\x01");
  std::string pattern;
  for (std::size_t i = 0; i < print.size(); ++i) {
    const char c = print[i];
    if (c == '\x01')
      pattern += ".*";
    else if (c == '[')
      pattern += "(?:";
    else if (c == ']')
      pattern += ")?";
    else if (print.compare(i, 3, "\u2026") == 0 || print.compare(i, 3, "...") == 0)
      pattern += "[^]*", i += 2;
    else if (c == ' ')
      pattern += " ?";
    else if (c == ',')
      pattern += ", ?";
    else if (std::string_view(R"(\^$.|?*+(){})").find(c) != std::string_view::npos)
      pattern += std::string("\\") + c;
    else
      pattern += c;
  }
  return pattern;
}

/// A print is lines up to OK, and perhaps other lines up to another OK.
bool as_printed(const std::string& answer, const Json& print) {
  std::string pattern;
  for (const auto& line : print) {
    const auto text = line.get<std::string>();
    if (text != "OK") {
      if (!text.empty()) pattern += (pattern.empty() ? "\r\n" : "") + pattern_of(text) + "\r\n";
      continue;
    }
    if (std::regex_match(answer, std::regex(pattern + "\r\nOK\r\n(?:\r\n.*\r\n)*"))) return true;
    pattern.clear();
  }
  return !pattern.empty() && std::regex_match(answer, std::regex(pattern));  // a print without OK: AT+CIFSR
}

// --- arguments, good and bad

std::vector<std::uint32_t> ends_of(const std::string& range) {
  std::vector<std::uint32_t> ends;
  std::uint32_t value = 0;
  for (const char c : range + ",") {
    if (c >= '0' && c <= '9')
      value = value * 10 + static_cast<std::uint32_t>(c - '0');
    else
      ends.push_back(std::exchange(value, 0));
  }
  return ends;
}

std::vector<std::string> good_values(const Json& argument) {
  std::vector<std::string> values;
  if (argument.contains("range")) {
    for (const std::uint32_t end : ends_of(argument["range"])) values.push_back(std::to_string(end));
  } else if (argument.contains("words")) {
    for (const auto& word : argument["words"]) values.push_back('"' + word.get<std::string>() + '"');
  } else {
    values.emplace_back(argument.contains("number") ? "1" : "\"1\"");
  }
  return values;
}

std::vector<std::string> bad_values(const Json& argument) {
  std::vector<std::string> values;
  if (argument.contains("range")) {
    const auto ends = ends_of(argument["range"]);
    const auto [low, high] = std::ranges::minmax(ends);
    values = {std::to_string(high + 1), "x", "\"x\"", "4294967296", "-1"};
    if (low > 0) values.push_back(std::to_string(low - 1));
  } else if (argument.contains("words")) {
    values = {"\"no such word\"", "99999"};
  } else if (argument.contains("number")) {
    values = {"x", "-1"};
  }
  return values;
}

/// The line with `value` as argument `place` and good ones before it.
std::string with(const Json& entry, std::size_t place, const std::string& value) {
  std::string line = "AT" + entry["name"].get<std::string>() + "=";
  const Json& arguments = entry["arguments"];
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > place && arguments[i]["optional"]) break;
    line += (i == 0 ? "" : ",") + (i == place ? value : good_values(arguments[i]).front());
  }
  return line;
}

std::vector<std::string> bad_lines(const Json& entry) {
  std::vector<std::string> lines;
  const Json& arguments = entry["arguments"];
  std::size_t needed = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i]["optional"]) needed = i + 1;
    for (const std::string& value : bad_values(arguments[i])) lines.push_back(with(entry, i, value));
  }
  if (arguments.empty()) return lines;
  const std::size_t last = arguments.size() - 1;
  lines.push_back(with(entry, last, good_values(arguments[last]).front()) + ",1");
  if (needed == 0) return lines;
  lines.push_back("AT" + entry["name"].get<std::string>() + "=");
  if (needed > 1) {
    const std::string all = with(entry, needed - 1, "1");
    lines.push_back(all.substr(0, all.rfind(',')));
  }
  return lines;
}

/// 753 to 759 are AT+CRSM's own.  The TCP/IP toolkit says 3 to everything.
bool refused(const std::string& answer, const Command& row) {
  if (row.usage_error == Result{Cme::not_allowed} && answer == "\r\n+CME ERROR: 3\r\n") return true;
  static const std::regex refusal("\r\n(?:ERROR|\\+CMS ERROR: \\d+|\\+CME ERROR: (?:75[3-9]|765))\r\n");
  return std::regex_match(answer, refusal);
}

bool understood(const std::string& answer) {
  return answer != "\r\n+CME ERROR: 765\r\n" && answer != "\r\n+CME ERROR: 100\r\n";
}

}  // namespace

TEST_CASE("catalogue: section, saving mode, longest response time, models") {
  static const std::map<std::string, std::set<Saved>> modes = {{"NO_SAVE", {Saved::never}},
                                                               {"-", {Saved::never}},
                                                               {"AUTO_SAVE", {Saved::automatic}},
                                                               {"AT&W", {Saved::profile, Saved::profile_uart}}};
  Deviations deviations;
  for (const Json& entry : catalogue()) {
    const auto name = entry["name"].get<std::string>();
    CAPTURE(name);
    Models listed = Models::all();
    if (entry.contains("models")) {
      listed = Models();
      for (const auto& model : entry["models"]) listed = listed | Models{*find_model(model.get<std::string>())};
    }
    CHECK(names_of(models_of(name)) == names_of(listed));
    const Command* row = find(entry);
    if (row == nullptr) continue;
    if (row->section != entry["section"].get<std::string>()) CHECK(deviations.allow(name, "section"));
    const auto mode = modes.find(entry["saved"].is_string() ? entry["saved"].get<std::string>() : "-");
    if (mode != modes.end() && !mode->second.contains(row->saved)) CHECK(deviations.allow(name, "saved"));
    if (row->seconds != entry.value("seconds", 0)) CHECK(deviations.allow(name, "time"));
  }
  CHECK(deviations.unmet({"section", "saved", "time"}) == std::vector<std::string>{});
}

TEST_CASE("catalogue: the index that sim800 commands --coverage counts by is the manual's") {
  std::size_t entry = 0;
  for (const ManualChapter& chapter : manual_chapters()) {
    int number = 0;
    for (const std::string_view name : chapter.commands()) {
      const auto& expected =
          std::ranges::find(catalogue(), name, [](const Json& e) { return e["name"].get<std::string>(); });
      CAPTURE(name);
      REQUIRE(expected != catalogue().end());
      CHECK((*expected)["section"] == fmt::format("{}.2.{}", chapter.number, ++number));
      ++entry;
    }
  }
  CHECK(entry == catalogue().size());
  CHECK(entry == 341);
}

TEST_CASE("catalogue: test, read and execution forms answer as printed, other forms are unknown") {
  static const std::pair<const char*, const char*> forms[] = {{"test", "=?"}, {"read", "?"}, {"execute", ""}};
  Deviations deviations;
  for (const Json& entry : catalogue()) {
    if (find(entry) == nullptr || !extended(entry)) continue;
    const auto name = entry["name"].get<std::string>();
    for (const auto& [form, suffix] : forms) {
      Ready fixture(entry);
      const std::string line = "AT" + name + suffix;
      const std::string answer = answer_to(fixture, line);
      CAPTURE(line);
      CAPTURE(answer);
      const bool fits = entry.contains(form) ? as_printed(answer, entry[form]) : answer == "\r\n+CME ERROR: 100\r\n";
      if (!fits) CHECK(deviations.allow(name, form));
    }
  }
  CHECK(deviations.unmet({"test", "read", "execute"}) == std::vector<std::string>{});
}

TEST_CASE("catalogue: arguments out of range, of the wrong kind, too many or too few are refused") {
  Deviations deviations;
  for (const Json& entry : catalogue()) {
    const Command* row = find(entry);
    if (row == nullptr || !entry.contains("arguments") || !extended(entry)) continue;
    const auto name = entry["name"].get<std::string>();
    Ready fixture(entry);
    for (const std::string& line : bad_lines(entry)) {
      const std::string answer = answer_to(fixture, line);
      CAPTURE(line);
      CAPTURE(answer);
      if (!refused(answer, *row)) CHECK(deviations.allow(name, "refusal"));
    }
  }
  CHECK(deviations.unmet({"refusal"}) == std::vector<std::string>{});
}

TEST_CASE("catalogue: arguments at both ends of their range are understood") {
  Deviations deviations;
  for (const Json& entry : catalogue()) {
    const bool free = entry.contains("arguments") && !entry.contains("coupled");  // of one another
    if (find(entry) == nullptr || !free || !extended(entry)) continue;
    const auto name = entry["name"].get<std::string>();
    for (std::size_t i = 0; i < entry["arguments"].size(); ++i) {
      if (entry["arguments"][i].contains("text") || entry["arguments"][i].contains("number")) continue;
      for (const std::string& value : good_values(entry["arguments"][i])) {
        Ready fixture(entry);
        const std::string line = with(entry, i, value);
        const std::string answer = fixture.ask(line);
        CAPTURE(line);
        CAPTURE(answer);
        if (!understood(answer)) CHECK(deviations.allow(name, "write"));
      }
    }
  }
  CHECK(deviations.unmet({"write"}) == std::vector<std::string>{});
}

TEST_CASE("catalogue: every CME and CMS error has the manual's text") {
  const Json errors = data("errors.json");
  for (int number = 0; number < 6000; ++number) {
    CAPTURE(number);
    const std::string key = std::to_string(number);
    CHECK(cme_text(number) == errors["cme"].value(key, "unknown"));
    CHECK(cms_text(number) == errors["cms"].value(key, "unknown"));
  }
}

}  // namespace sim800::test
