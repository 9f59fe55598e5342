// The table of requests. A new one is a row here, its function in handlers.hpp, and a line in docs/control.md.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "emulator/control/handlers.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

using enum ControlRoute::Scope;

constexpr std::string_view any_object = R"({"type": "object", "additionalProperties": true})";
constexpr std::string_view action_list = R"({"$ref": "#/definitions/actions"})";
constexpr std::string_view fault_object = R"({"$ref": "#/definitions/fault"})";
constexpr std::string_view expectation_object = R"({"$ref": "#/definitions/expectation"})";
constexpr std::string_view at_question =
    R"({"type": "object", "required": ["line"], "additionalProperties": false, "properties": {
  "line": {"type": "string", "maxLength": 600},
  "payload": {"type": "string", "maxLength": 400000},
  "timeout": {"$ref": "#/definitions/duration"}}})";
constexpr std::string_view fault_switch =
    R"({"type": "object", "required": ["enabled"], "additionalProperties": false, "properties": {
  "enabled": {"type": "boolean"}}})";
constexpr std::string_view state_object =
    R"({"type": "object", "required": ["state"], "additionalProperties": false, "properties": {
  "state": {"$ref": "#/definitions/line"}}})";
constexpr std::string_view sms_object = R"({"$ref": "#/definitions/action/properties/sms"})";
constexpr std::string_view call_object =
    R"({"type": "object", "required": ["from"], "additionalProperties": false, "properties": {
  "from": {"$ref": "#/definitions/action/properties/call/properties/from"},
  "rings": {"$ref": "#/definitions/count"}}})";
constexpr std::string_view call_change =
    R"({"type": "object", "minProperties": 1, "x-expected": "\"dtmf\" or \"state\"", "additionalProperties": false, "properties": {
  "state": {"$ref": "#/definitions/action/properties/call/properties/state"},
  "dtmf": {"$ref": "#/definitions/action/properties/call/properties/dtmf"}}})";
constexpr std::string_view ussd_object = R"({"$ref": "#/definitions/action/properties/ussd"})";
constexpr std::string_view power_object =
    R"({"type": "object", "required": ["power"], "additionalProperties": false, "properties": {
  "power": {"enum": ["key", "loss"]}}})";
constexpr std::string_view clock_object =
    R"({"type": "object", "required": ["scale"], "additionalProperties": false, "properties": {
  "scale": {"type": "number", "minimum": 1e-6, "maximum": 1000, "x-expected": "a number from 0.000001 to 1000"}}})";
constexpr std::string_view advance_object =
    R"({"type": "object", "required": ["by"], "additionalProperties": false, "properties": {
  "by": {"$ref": "#/definitions/duration"}}})";
constexpr std::string_view wait_object =
    R"({"type": "object", "required": ["on"], "additionalProperties": false, "properties": {
  "on": {"$ref": "#/definitions/trigger"},
  "timeout": {"$ref": "#/definitions/duration"},
  "pause": {"type": "boolean"}}})";

// clang-format off
constexpr ControlRoute routes[] = {
    {"GET", "/health", program, get_health, "Whether the module has booted"},
    {"GET", "/version", program, get_version, "The program's version"},
    {"GET", "/schema", program, get_schema, "The JSON Schema of scenarios, whose words the requests share"},
    {"GET", "/openapi.json", program, get_openapi, "This list, for programs"},
    {"GET", "/modems", run, get_modems, "The modules of the run"},
    {"GET", "/modem", module, get_modem, "The state of the module"},
    {"POST", "/do", module, post_do, "Does an action, or several, as a scenario's \"do\"", {}, action_list},
    {"POST", "/at", module, post_at, "Types a line on a channel of its own; answered with the response", {}, at_question},
    {"GET", "/faults", module, get_faults, "The faults with their counters"},
    {"POST", "/faults", module, post_faults, "Adds a fault", {}, fault_object},
    {"DELETE", "/faults", module, delete_faults, "Removes all faults"},
    {"GET", "/faults/{id}", module, get_fault, "One fault, by number or name"},
    {"PATCH", "/faults/{id}", module, patch_fault, "Switches a fault on or off", {}, fault_switch},
    {"DELETE", "/faults/{id}", module, delete_fault, "Removes a fault"},
    {"GET", "/expectations", module, get_expectations, "The expectations and how they stand"},
    {"POST", "/expectations", module, post_expectations, "Adds an expectation", {}, expectation_object},
    {"DELETE", "/expectations", module, delete_expectations, "Removes all expectations"},
    {"GET", "/expectations/{id}", module, get_expectation, "One expectation, by number or name"},
    {"DELETE", "/expectations/{id}", module, delete_expectation, "Removes an expectation"},
    {"GET", "/state", module, get_state, "The named state"},
    {"PUT", "/state", module, put_state, "Enters a named state", {}, state_object},
    {"GET", "/scenario", module, get_scenario, "The scenario, with what has been changed since"},
    {"PUT", "/scenario", run, put_scenario, "Another scenario: modules boot", {}, any_object},
    {"POST", "/scenario", run, post_scenario, "One more scenario on top of what is there: modules boot", {}, any_object},
    {"PATCH", "/world", module, patch_world, "Changes the world: a JSON merge patch of the scenario", {}, any_object},
    {"POST", "/sms", module, post_sms, "A message arrives", {}, sms_object},
    {"GET", "/sms", module, get_sms, "Messages in both directions, decoded", "direction"},
    {"POST", "/calls", module, post_calls, "A call comes in", {}, call_object},
    {"GET", "/calls", module, get_calls, "The calls"},
    {"PATCH", "/calls/{id}", module, patch_call, "The far end answers, is busy, presses keys ...", {}, call_change},
    {"DELETE", "/calls/{id}", module, delete_call, "The far end hangs up"},
    {"POST", "/ussd", module, post_ussd, "The network sends a text", {}, ussd_object},
    {"POST", "/power", module, post_power, "Presses PWRKEY, or takes the supply away", {}, power_object},
    {"POST", "/module/reset", module, post_module_reset, "The RESET pin"},
    {"POST", "/reset", run, post_reset, "Everything as at the start", "keep"},
    {"GET", "/events", module, get_events, "Events as they happen: server-sent, or as JSON Lines", "from match format"},
    {"DELETE", "/events", run, delete_events, "Forgets the events"},
    {"GET", "/trace", module, get_trace, "The events kept, as a trace"},
    {"GET", "/wait", module, get_wait, "Waits for an event of the module, or for a fault to fire", "event fault timeout next pause"},
    {"POST", "/wait", module, post_wait, "Waits for a trigger", {}, wait_object},
    {"GET", "/commands", module, get_commands, "The command lines of the host", "match"},
    {"GET", "/commands/count", module, get_commands_count, "How many there were", "match"},
    {"GET", "/commands/unmatched", module, get_commands_unmatched, "Those that the module does not know"},
    {"DELETE", "/commands", run, delete_commands, "Forgets the command lines"},
    {"GET", "/http", module, get_http, "The HTTP requests of the module"},
    {"DELETE", "/http", run, delete_http, "Forgets them"},
    {"GET", "/ftp", module, get_ftp, "The FTP sessions of the module"},
    {"DELETE", "/ftp", run, delete_ftp, "Forgets them"},
    {"GET", "/sockets", module, get_sockets, "The connections of the module"},
    {"DELETE", "/sockets", run, delete_sockets, "Forgets them"},
    {"GET", "/mail", module, get_mail, "The module's connections to mail servers"},
    {"DELETE", "/mail", run, delete_mail, "Forgets them"},
    {"GET", "/clock", run, get_clock, "Module time"},
    {"PUT", "/clock", run, put_clock, "Makes it pass faster or slower", {}, clock_object},
    {"POST", "/clock/pause", run, post_clock_pause, "Makes it stand still"},
    {"POST", "/clock/resume", run, post_clock_resume, "Makes it go on"},
    {"POST", "/clock/advance", run, post_clock_advance, "Lets time pass at once", {}, advance_object},
    {"GET", "/metrics", run, get_metrics, "Sums, as Prometheus reads them"},
    {"GET", "/report", run, get_report, "Which faults have fired, and how the expectations stand", "format end"},
    {"GET", "/scenarios", program, get_scenarios, "The scenarios that ship"},
    {"GET", "/scenarios/{name}", program, get_scenario_named, "One of them"},
    {"POST", "/shutdown", program, post_shutdown, "Ends the run, as SIGTERM"},
};
// clang-format on

/// References to the scenarios' schema lead to where it is served.
nlohmann::ordered_json published(nlohmann::ordered_json rules) {
  if (rules.is_object()) {
    if (rules.contains("$ref")) rules["$ref"] = fmt::format("/v1/schema{}", rules["$ref"].get<std::string>());
    for (auto& [key, value] : rules.items()) value = published(std::move(value));
  }
  return rules;
}

nlohmann::ordered_json parameters(const ControlRoute& route, bool of_module) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  const auto add = [&list](std::string_view name, const char* in, bool required) {
    list.push_back({{"name", name}, {"in", in}, {"required", required}, {"schema", {{"type", "string"}}}});
  };
  if (of_module) add("module", "path", true);
  for (std::size_t open = route.path.find('{'); open != route.path.npos; open = route.path.find('{', open + 1))
    add(route.path.substr(open + 1, route.path.find('}', open) - open - 1), "path", true);
  for (std::string_view rest = route.query; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    add(rest.substr(0, end), "query", false);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return list;
}

nlohmann::ordered_json operation(const ControlRoute& route, bool of_module) {
  nlohmann::ordered_json entry{{"summary", route.summary}};
  if (auto list = parameters(route, of_module); !list.empty()) entry["parameters"] = std::move(list);
  if (!route.body.empty())
    entry["requestBody"] = {
        {"required", true},
        {"content", {{"application/json", {{"schema", published(nlohmann::ordered_json::parse(route.body))}}}}}};
  entry["responses"] = {{"200", {{"description", "Done"}}}, {"4XX", {{"description", "Refused; the body says why"}}}};
  return entry;
}

}  // namespace

std::span<const ControlRoute> control_routes() { return routes; }

nlohmann::ordered_json openapi(const std::string& version) {
  nlohmann::ordered_json paths = nlohmann::ordered_json::object();
  for (const ControlRoute& route : routes) {
    paths[fmt::format("/v1{}", route.path)][lower_case(route.method)] = operation(route, false);
    if (route.scope == module)
      paths[fmt::format("/v1/modems/{{module}}{}", route.path)][lower_case(route.method)] = operation(route, true);
  }
  return {
      {"openapi", "3.0.3"}, {"info", {{"title", "sim800 control"}, {"version", version}}}, {"paths", std::move(paths)}};
}

}  // namespace sim800
