// sim800 ctl: the control interface (docs/control.md) from a shell.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>

#include "emulator/program/cli/cli.hpp"
#include "emulator/program/cli/control_client.hpp"
#include "emulator/program/cli/json_table.hpp"
#include "scenarios/json/duration_text.hpp"

namespace sim800 {
namespace {

using Json = nlohmann::ordered_json;

constexpr int refused = 1;

struct CtlOptions {
  std::string url, token_file, module;
  bool json = false;
};

/// What verbs are made of: one asks, and shows what comes.
class Ctl {
 public:
  explicit Ctl(std::shared_ptr<const CtlOptions> options) : options_(std::move(options)) {}

  int show(const std::string& method, const std::string& path, const Json& body = {}) const {
    const auto reply = ask(method, path, body);
    if (reply.refused()) return complain(reply);
    print(reply.body);
    return 0;
  }
  int act(const Json& action) const { return show("POST", "/do", action); }

  ControlClient::Reply ask(const std::string& method, const std::string& path, const Json& body = {}) const {
    return client().ask(method, of_module(method, path), body.is_null() ? "" : body.dump());
  }
  /// Each line of a stream.
  int follow(const std::string& path) const {
    const auto reply = client().follow(of_module("GET", path), [](std::string_view bytes) {
      std::cout << bytes << std::flush;
      return static_cast<bool>(std::cout);
    });
    return reply.refused() ? complain(reply) : 0;
  }
  static int complain(const ControlClient::Reply& reply) {
    const Json answer = Json::parse(reply.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("errors")) {
      std::cerr << fmt::format("sim800: refused with {}: {}\n", reply.status, reply.body);
    } else {
      for (const Json& error : answer["errors"])
        std::cerr << fmt::format("sim800: {}\n", error.value("text", std::string()));
    }
    return reply.status == 400 ? usage_error : refused;
  }
  /// What a run answers is JSON, or text for other programs.
  void print(const std::string& body) const {
    const Json answer = options_->json ? Json(Json::value_t::discarded) : Json::parse(body, nullptr, false);
    std::cout << (answer.is_discarded() ? body : json_table(answer));
  }
  bool as_json() const { return options_->json; }

 private:
  /// Time, report and sums are the run's, whichever module is meant; what is done to all modules is not asked of one.
  std::string of_module(const std::string& method, const std::string& path) const {
    if (options_->module.empty()) return path;
    for (const char* common : {"/clock", "/report", "/metrics", "/scenarios/"}) {
      if (path.starts_with(common)) return path;
    }
    if (path.starts_with("/reset") || path == "/shutdown" || (method == "PUT" && path == "/scenario"))
      throw ControlClientError("expected no --module: this is done to all modules");
    return "/modems/" + ControlClient::escaped(options_->module) + path;
  }
  ControlClient client() const {
    std::string url = options_->url, token;
    if (url.empty()) {
      const char* const given = std::getenv("SIM800_CONTROL");
      url = given != nullptr ? given : "";
    }
    if (url.empty())
      throw ControlClientError("expected --control URL, or SIM800_CONTROL in the environment, found neither");
    if (!options_->token_file.empty()) {
      std::ifstream file(options_->token_file);
      if (!std::getline(file, token))
        throw ControlClientError(fmt::format("--control-token: cannot read {}", options_->token_file));
    }
    return {url, token};
  }

  std::shared_ptr<const CtlOptions> options_;
};

/// JSON as it is, or the name of a file with it.
Json json_or_file(const std::string& given) {
  std::string text = given;
  if (!given.starts_with('{') && !given.starts_with('[')) {
    std::ifstream file(given);
    if (!file) throw ControlClientError(fmt::format("expected JSON or a file with it, found \"{}\"", given));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw ControlClientError(fmt::format("expected JSON, found \"{}\"", given));
  return json;
}

/// JSON, or a file with it, or the scenario of that name that ships with the program that runs.
std::optional<Json> scenario_called(const Ctl& ctl, const std::string& given, int& status) {
  if (given.starts_with('{') || given.starts_with('[') || std::ifstream(given)) return json_or_file(given);
  const auto reply = ctl.ask("GET", "/scenarios/" + ControlClient::escaped(given));
  if (!reply.refused()) return Json::parse(reply.body);
  if (reply.status == 404) {
    std::cerr << fmt::format(
        "sim800: expected JSON, a file with it, or the name of a scenario that ships, found \"{}\"\n", given);
    status = refused;
  } else {
    status = Ctl::complain(reply);
  }
  return std::nullopt;
}

int put_scenario(const Ctl& ctl, const std::string& given) {
  if (given.empty()) return ctl.show("GET", "/scenario");
  int status = 0;
  const auto scenario = scenario_called(ctl, given, status);
  return scenario ? ctl.show("PUT", "/scenario", *scenario) : status;
}

/// One fault, or all those of a scenario.
int add_fault(const Ctl& ctl, const std::string& given) {
  int status = 0;
  const auto found = scenario_called(ctl, given, status);
  if (!found) return status;
  const bool is_scenario = found->is_object() && !found->contains("on") && !given.starts_with('{');
  if (is_scenario && !found->contains("faults")) throw ControlClientError(given + " is a scenario without faults");
  if (!found->is_object() || !found->contains("faults")) return ctl.show("POST", "/faults", *found);
  for (const Json& fault : found->at("faults")) {
    status = ctl.show("POST", "/faults", fault);
    if (status != 0) return status;
  }
  return 0;
}

int call(const Ctl& ctl, const std::string& what, unsigned rings) {
  const std::pair<const char*, const char*> far_ends[] = {
      {"answer", "answered"}, {"busy", "busy"}, {"no-answer", "no-answer"}, {"hang-up", "ended"}};
  for (const auto& [word, state] : far_ends) {
    if (what != word) continue;
    const auto calls = ctl.ask("GET", "/calls");
    if (calls.refused()) return Ctl::complain(calls);
    const Json list = Json::parse(calls.body);
    if (list.empty()) throw ControlClientError("there is no call");
    return ctl.show("PATCH", fmt::format("/calls/{}", list.back()["id"].get<int>()), {{"state", state}});
  }
  Json body{{"from", what}};
  if (rings > 0) body["rings"] = rings;
  return ctl.show("POST", "/calls", body);
}

int link(const Ctl& ctl, const std::string& what, const std::string& value) {
  const auto expected = [&](const char* form) {
    return ControlClientError(fmt::format("{}: expected {}, found \"{}\"", what, form, value));
  };
  if (what == "latency") {
    const auto latency = parse_duration(value);
    if (!latency) throw expected("a duration such as \"600ms\"");
    return ctl.act({{"link", {{"latency_ms", std::chrono::duration<double, std::milli>(*latency).count()}}}});
  }
  if (what == "blackhole") {
    if (value != "on" && value != "off") throw expected("on or off");
    return ctl.act({{"link", {{"blackhole", value == "on"}}}});
  }
  double rate = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, rate);
  if (error != std::errc() || rest != end) throw expected("a number of kbit/s");
  return ctl.act({{"link", {{what + "_kbps", rate}}}});
}

int at(const Ctl& ctl, const std::string& line) {
  const auto reply = ctl.ask("POST", "/at", {{"line", line}});
  constexpr int late = 408;  // it has what there was until then
  if (reply.refused() && reply.status != late) return Ctl::complain(reply);
  const Json answer = Json::parse(reply.body);
  if (ctl.as_json()) {
    std::cout << reply.body;
  } else {
    for (const Json& one : answer["lines"]) std::cout << one.get<std::string>() << '\n';
  }
  if (reply.status == late) {
    std::cerr << "sim800: no final result within 60 s\n";
    return refused;
  }
  if (!ctl.as_json()) std::cout << answer.value("result", std::string()) << '\n';
  return 0;
}

/// A verb, which may have arguments.
class Verbs {
 public:
  Verbs(CLI::App& ctl, int& status, std::shared_ptr<const CtlOptions> options)
      : app_(ctl), status_(status), ctl_(std::move(options)) {}

  CLI::App* group(const std::string& name, const std::string& help) const {
    CLI::App* made = app_.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }
  CLI::App* add(CLI::App* to, const std::string& name, const std::string& help,
                std::function<int(const Ctl&)> run) const {
    CLI::App* made = (to != nullptr ? to : &app_)->add_subcommand(name, help);
    made->callback([run = std::move(run), ctl = ctl_, &status = status_] {
      try {
        status = run(ctl);
      } catch (const ControlClientError& problem) {
        std::cerr << "sim800: " << problem.what() << '\n';
        status = usage_error;
      }
    });
    return made;
  }

 private:
  CLI::App& app_;
  int& status_;
  Ctl ctl_;
};

struct Arguments {
  std::string one, two, timeout = "10s";
  int number = 0;
  double factor = 1;
  std::optional<int> second;
  unsigned rings = 0;
  bool flag = false;
};

void add_arrivals(const Verbs& verbs, const std::shared_ptr<Arguments>& a) {
  CLI::App* sms = verbs.group("sms", "Messages");
  CLI::App* send = verbs.add(sms, "send", "A message arrives", [a](const Ctl& ctl) {
    return ctl.show("POST", "/sms", {{"from", a->one}, {"text", a->two}});
  });
  send->add_option("FROM", a->one, "The sender's number, or a name")->required();
  send->add_option("TEXT", a->two, "What it says")->required();
  verbs.add(sms, "list", "What came and what the host has sent",
            [](const Ctl& ctl) { return ctl.show("GET", "/sms"); });
  CLI::App* calls =
      verbs.add(nullptr, "call", "A number calls; or the far end of a call: answer, busy, no-answer, hang-up",
                [a](const Ctl& ctl) { return call(ctl, a->one, a->rings); });
  calls->add_option("FROM", a->one, "A number, or one of these words")->required();
  calls->add_option("--rings", a->rings, "The caller gives up after so many");
  CLI::App* ussd = verbs.add(nullptr, "ussd", "A text comes from the network",
                             [a](const Ctl& ctl) { return ctl.show("POST", "/ussd", {{"text", a->one}}); });
  ussd->add_option("TEXT", a->one, "What it says")->required();
}

void add_world(const Verbs& verbs, const std::shared_ptr<Arguments>& a) {
  CLI::App* signal = verbs.add(nullptr, "signal", "The signal from now on", [a](const Ctl& ctl) {
    Json level{{"rssi", a->number}};
    if (a->second) level["ber"] = *a->second;
    return ctl.act({{"signal", level}});
  });
  signal->add_option("RSSI", a->number, "As AT+CSQ has it: 0 to 31, or 99")->required();
  signal->add_option("BER", a->second, "Likewise: 0 to 7, or 99");
  struct Word {
    const char *verb, *help;
    std::vector<std::string> words;
  };
  const Word words[] = {
      {"registration", "What the network says", {"home", "roaming", "searching", "denied", "unknown"}},
      {"sim", "The card", {"removed", "inserted", "locked"}},
      {"supply",
       "The supply voltage",
       {"normal", "under-voltage", "under-voltage-off", "over-voltage", "over-voltage-off"}}};
  for (const Word& word : words) {
    verbs
        .add(nullptr, word.verb, word.help,
             [a, verb = std::string(word.verb)](const Ctl& ctl) { return ctl.act({{verb, a->one}}); })
        ->add_option("STATE", a->one)
        ->required()
        ->check(CLI::IsMember(word.words));
  }
  verbs
      .add(nullptr, "power", "Presses PWRKEY, or takes the supply away",
           [a](const Ctl& ctl) { return ctl.show("POST", "/power", {{"power", a->one}}); })
      ->add_option("WHAT", a->one)
      ->required()
      ->check(CLI::IsMember({"key", "loss"}));
  CLI::App* radio = verbs.add(nullptr, "link", "The radio link: latency 600ms, down 40, up 20 (kbit/s), blackhole on",
                              [a](const Ctl& ctl) { return link(ctl, a->one, a->two); });
  radio->add_option("WHAT", a->one)->required()->check(CLI::IsMember({"latency", "down", "up", "blackhole"}));
  radio->add_option("VALUE", a->two)->required();
  verbs
      .add(nullptr, "do", "An action, or a list of them, as in a scenario",
           [a](const Ctl& ctl) { return ctl.act(json_or_file(a->one)); })
      ->add_option("JSON|FILE", a->one)
      ->required();
  verbs
      .add(nullptr, "world", "Changes the scenario by a JSON merge patch",
           [a](const Ctl& ctl) { return ctl.show("PATCH", "/world", json_or_file(a->one)); })
      ->add_option("JSON|FILE", a->one)
      ->required();
  verbs
      .add(nullptr, "scenario", "The scenario as it is now, or another one: modules boot",
           [a](const Ctl& ctl) { return put_scenario(ctl, a->one); })
      ->add_option("JSON|FILE|NAME", a->one);
  verbs
      .add(nullptr, "state", "The named state, or enters another one",
           [a](const Ctl& ctl) {
             return a->one.empty() ? ctl.show("GET", "/state") : ctl.show("PUT", "/state", {{"state", a->one}});
           })
      ->add_option("NAME", a->one);
}

void add_faults(const Verbs& verbs, const std::shared_ptr<Arguments>& a) {
  CLI::App* fault = verbs.group("fault", "Faults");
  verbs
      .add(fault, "add", "One more, as in a scenario's \"faults\"; or all those of a scenario",
           [a](const Ctl& ctl) { return add_fault(ctl, a->one); })
      ->add_option("JSON|FILE|NAME", a->one)
      ->required();
  verbs.add(fault, "list", "All, with their counters", [](const Ctl& ctl) { return ctl.show("GET", "/faults"); });
  verbs
      .add(fault, "remove", "Removes one",
           [a](const Ctl& ctl) { return ctl.show("DELETE", "/faults/" + ControlClient::escaped(a->one)); })
      ->add_option("ID", a->one)
      ->required();
}

void add_watching(const Verbs& verbs, const std::shared_ptr<Arguments>& a) {
  verbs.add(nullptr, "at", "Types a line on a channel of its own", [a](const Ctl& ctl) { return at(ctl, a->one); })
      ->add_option("LINE", a->one)
      ->required();
  CLI::App* wait =
      verbs.add(nullptr, "wait", "Waits for an event: registered, bearer_open ... or a trigger", [a](const Ctl& ctl) {
        if (a->one.starts_with('{'))
          return ctl.show("POST", "/wait", {{"on", json_or_file(a->one)}, {"timeout", a->timeout}});
        return ctl.show("GET", fmt::format("/wait?event={}&timeout={}", ControlClient::escaped(a->one),
                                           ControlClient::escaped(a->timeout)));
      });
  wait->add_option("EVENT|JSON", a->one)->required();
  wait->add_option("--timeout", a->timeout, "Of module time")->type_name("DURATION")->capture_default_str();
  CLI::App* events = verbs.add(nullptr, "events", "What has happened", [a](const Ctl& ctl) {
    const std::string match = a->one.empty() ? "" : "match=" + ControlClient::escaped(a->one);
    return ctl.follow(a->flag ? "/events?" + match : "/events?format=jsonl" + (match.empty() ? "" : "&" + match));
  });
  events->add_option("REGEX", a->one);
  events->add_flag("-f,--follow", a->flag, "What happens from now on");
  for (const char* name : {"modem", "calls", "commands", "report", "metrics"})
    verbs.add(nullptr, name, fmt::format("GET /{}", name),
              [name](const Ctl& ctl) { return ctl.show("GET", std::string("/") + name); });
}

void add_run_control(const Verbs& verbs, const std::shared_ptr<Arguments>& a) {
  CLI::App* clock = verbs.group("clock", "Module time");
  verbs.add(clock, "show", "How late it is", [](const Ctl& ctl) { return ctl.show("GET", "/clock"); });
  verbs.add(clock, "pause", "It stands still", [](const Ctl& ctl) { return ctl.show("POST", "/clock/pause"); });
  verbs.add(clock, "resume", "It goes on", [](const Ctl& ctl) { return ctl.show("POST", "/clock/resume"); });
  verbs
      .add(clock, "advance", "It passes at once",
           [a](const Ctl& ctl) { return ctl.show("POST", "/clock/advance", {{"by", a->one}}); })
      ->add_option("DURATION", a->one)
      ->required();
  verbs
      .add(clock, "scale", "Seconds of the day per second of module time",
           [a](const Ctl& ctl) { return ctl.show("PUT", "/clock", {{"scale", a->factor}}); })
      ->add_option("FACTOR", a->factor)
      ->required()
      ->check(number(0.000001, 1000));
  verbs
      .add(nullptr, "reset", "Everything as at the start",
           [a](const Ctl& ctl) { return ctl.show("POST", a->flag ? "/reset?keep=stores" : "/reset"); })
      ->add_flag("--keep-stores", a->flag, "NVRAM, card and drive stay");
  verbs.add(nullptr, "shutdown", "Ends the run", [](const Ctl& ctl) { return ctl.show("POST", "/shutdown"); });
}

}  // namespace

void add_ctl(CLI::App& app, int& status) {
  auto options = std::make_shared<CtlOptions>();
  CLI::App* command = app.add_subcommand("ctl", "Change a run that has --control, and look at it (docs/control.md)");
  command->require_subcommand(1);
  command->add_option("--control", options->url, "Where it is; otherwise SIM800_CONTROL says so")
      ->type_name("URL|unix:PATH");
  command->add_option("--control-token", options->token_file, "File with the token that it asks for")
      ->type_name("FILE");
  command->add_option("--module", options->module, "One of several modules; otherwise the first")->type_name("NAME");
  command->add_flag("--json", options->json, "For programs");
  const Verbs verbs(*command, status, options);
  const auto arguments = std::make_shared<Arguments>();
  add_arrivals(verbs, arguments);
  add_world(verbs, arguments);
  add_faults(verbs, arguments);
  add_watching(verbs, arguments);
  add_run_control(verbs, arguments);
}

}  // namespace sim800
