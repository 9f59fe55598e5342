// Sums and verdicts.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <iterator>

#include "emulator/control/handlers.hpp"

namespace sim800 {
namespace {

std::string label(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\\' || c == '"' || c == '\n') quoted += '\\';
    quoted += c == '\n' ? 'n' : c;
  }
  return quoted;
}

std::string xml(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

struct Metric {
  const char *name, *help;
  std::uint64_t Journal::Sums::* value;
};
constexpr Metric metrics[] = {
    {"commands_total", "Command lines of the host", &Journal::Sums::commands},
    {"received_bytes_total", "Bytes from the host", &Journal::Sums::received},
    {"sent_bytes_total", "Bytes to the host", &Journal::Sums::sent},
    {"lost_bytes_total", "Bytes dropped, in either direction", &Journal::Sums::lost},
    {"faults_fired_total", "Faults that fired", &Journal::Sums::faults},
    {"urcs_total", "Unsolicited result codes", &Journal::Sums::urcs},
};

struct FaultLine {
  std::string module;
  FaultEngine::Counters counters;
};

std::vector<FaultLine> all_faults(Call& call) {
  std::vector<FaultLine> list;
  for (std::size_t i = 0; i < call.run().modules(); ++i) {
    const ControlledModule module = call.run().module(i);
    for (const FaultEngine::Counters& one : module.faults.counters()) list.push_back({module.name, one});
  }
  return list;
}

std::string junit(Call& call, const std::vector<FaultLine>& faults, bool at_end) {
  std::size_t silent = 0;
  std::string cases;
  for (const auto& [module, one] : faults) {
    cases += fmt::format("  <testcase classname=\"faults\" name=\"{} {}: {}\"", xml(module),
                         one.fault->name.empty() ? std::to_string(one.number) : xml(one.fault->name),
                         xml(one.fault->on_words));
    if (one.fired > 0) {
      cases += "/>\n";
      continue;
    }
    ++silent;
    cases += fmt::format("><failure message=\"never fired\">matched {} times</failure></testcase>\n", one.matched);
  }
  std::size_t expected = 0;
  for (std::size_t i = 0; i < call.run().modules(); ++i) {
    const ControlledModule module = call.run().module(i);
    for (const auto& one : expectations_of(module, at_end)) {
      ++expected;
      const std::string why = one["why"];
      cases += fmt::format("  <testcase classname=\"expectations\" name=\"{} {}: {}\"", xml(module.name),
                           one["id"].dump(), xml(why));
      const bool failed = one["state"] == "failed";
      silent += failed ? 1 : 0;
      cases += failed ? fmt::format("><failure message=\"{}\"/></testcase>\n", xml(why)) : std::string("/>\n");
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sim800\" tests=\"{}\" failures=\"{}\">\n{}"
      "</testsuite>\n",
      faults.size() + expected, silent, cases);
}

}  // namespace

void get_metrics(Call& call) {
  std::string text;
  const auto each = [&call](const auto& act) {
    for (std::size_t i = 0; i < call.run().modules(); ++i) {
      const ControlledModule module = call.run().module(i);
      act(label(module.name), call.journal().sums(module.index));
    }
  };
  for (const Metric& metric : metrics) {
    text += fmt::format("# HELP sim800_{0} {1}\n# TYPE sim800_{0} counter\n", metric.name, metric.help);
    each([&](const std::string& name, const Journal::Sums& sums) {
      text += fmt::format("sim800_{}{{module=\"{}\"}} {}\n", metric.name, name, sums.*metric.value);
    });
  }
  text += "# HELP sim800_results_total Final results\n# TYPE sim800_results_total counter\n";
  each([&](const std::string& name, const Journal::Sums& sums) {
    for (const auto& [result, count] : sums.results)
      text += fmt::format("sim800_results_total{{module=\"{}\",result=\"{}\"}} {}\n", name, label(result), count);
  });
  text += "# HELP sim800_idle_seconds Module time since the last command line\n# TYPE sim800_idle_seconds gauge\n";
  each([&](const std::string& name, const Journal::Sums& sums) {
    if (sums.last_command)
      text += fmt::format("sim800_idle_seconds{{module=\"{}\"}} {:.6f}\n", name,
                          seconds_between(*sums.last_command, call.run().clock().now()));
  });
  call.reply_text(std::move(text), "text/plain; version=0.0.4; charset=utf-8");
}

void get_report(Call& call) {
  const std::string format = call.query("format").value_or("json");
  const bool at_end = call.flag("end");
  const std::vector<FaultLine> faults = all_faults(call);
  if (format == "junit") return call.reply_text(junit(call, faults, at_end), "application/xml");
  if (format != "json") throw Refusal(400, "format", "\"json\" or \"junit\"", fmt::format("\"{}\"", format));
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  bool passed = true;
  for (const auto& [module, one] : faults) {
    passed = passed && one.fired > 0;
    nlohmann::ordered_json line{{"module", module}, {"id", one.number}};
    if (!one.fault->name.empty()) line["name"] = one.fault->name;
    if (!one.fault->tags.empty()) line["tags"] = one.fault->tags;
    line.update(
        {{"on", one.fault->on_words}, {"do", one.fault->do_words}, {"matched", one.matched}, {"fired", one.fired}});
    list.push_back(std::move(line));
  }
  nlohmann::ordered_json expectations = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < call.run().modules(); ++i) {
    const ControlledModule module = call.run().module(i);
    for (auto& one : expectations_of(module, at_end)) {
      passed = passed && one["state"] != "failed";
      nlohmann::ordered_json line{{"module", module.name}};
      line.update(one);
      expectations.push_back(std::move(line));
    }
  }
  call.reply({{"passed", passed}, {"faults", std::move(list)}, {"expectations", std::move(expectations)}});
}

}  // namespace sim800
