// What the requests do; each is a row of the table in routes.cpp.
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "emulator/control/api.hpp"
#include "scenarios/engine/scenario.hpp"

namespace sim800 {

/// As in traces: to the nearest microsecond.
double seconds(TimePoint time);
/// Between two instants as traces have them.
double seconds_between(TimePoint from, TimePoint to);
/// By number or name; throws Refusal (404).
FaultEngine::Counters fault_called(Call& call, const std::string& id);
/// The state of a module.
nlohmann::ordered_json modem_state(Call& call);

// about.cpp
void get_health(Call& call);
void get_version(Call& call);
void get_schema(Call& call);
void get_openapi(Call& call);
void get_modems(Call& call);
void get_scenarios(Call& call);
void get_scenario_named(Call& call);
void post_shutdown(Call& call);
// modem.cpp
void get_modem(Call& call);
// actions.cpp
void post_do(Call& call);
void post_at(Call& call);
void post_sms(Call& call);
void post_ussd(Call& call);
void post_power(Call& call);
void post_module_reset(Call& call);
void get_state(Call& call);
void put_state(Call& call);
// calls.cpp
void post_calls(Call& call);
void get_calls(Call& call);
void patch_call(Call& call);
void delete_call(Call& call);
// faults.cpp
void get_faults(Call& call);
void post_faults(Call& call);
void delete_faults(Call& call);
void get_fault(Call& call);
void patch_fault(Call& call);
void delete_fault(Call& call);
// expectations.cpp
/// `at_end`: as if the run were over now.
nlohmann::ordered_json expectations_of(const ControlledModule& module, bool at_end = false);
void get_expectations(Call& call);
void post_expectations(Call& call);
void delete_expectations(Call& call);
void get_expectation(Call& call);
void delete_expectation(Call& call);
// events.cpp
void get_events(Call& call);
void delete_events(Call& call);
void get_trace(Call& call);
void get_wait(Call& call);
void post_wait(Call& call);
// seen.cpp
void get_commands(Call& call);
void get_commands_count(Call& call);
void get_commands_unmatched(Call& call);
void delete_commands(Call& call);
void get_http(Call& call);
void get_ftp(Call& call);
void get_sockets(Call& call);
void get_mail(Call& call);
void delete_http(Call& call);
void delete_ftp(Call& call);
void delete_sockets(Call& call);
void delete_mail(Call& call);
void get_sms(Call& call);
// report.cpp
void get_metrics(Call& call);
void get_report(Call& call);
// clock.cpp
void get_clock(Call& call);
void put_clock(Call& call);
void post_clock_pause(Call& call);
void post_clock_resume(Call& call);
void post_clock_advance(Call& call);
// world.cpp
void get_scenario(Call& call);
void put_scenario(Call& call);
void post_scenario(Call& call);
void patch_world(Call& call);
void post_reset(Call& call);

}  // namespace sim800
