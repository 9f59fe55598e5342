// What the command line of `sim800 run` asks for.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sim800 {

struct RunOptions {
  std::vector<std::string> scenarios;  ///< files, or names of those that ship
  bool strict = false;                 ///< faults that never fired and expectations that failed make it fail
  std::vector<std::string> settings;   ///< KEY=VALUE, laid over each scenario
  bool separate = false;               ///< each scenario is a module of its own
  std::optional<unsigned> modules;     ///< so many of the same
  std::optional<std::string> state;
  std::string pcap;
  std::string timing, trace, log_level = "warning";
  std::vector<std::string> ptys, tcps, tcp_anys, rfc2217s, unixes, connections, serials;
  std::string tap;   ///< where sniffers connect
  std::string baud;  ///< whether a host at another rate gets garbage: "lax", "strict"; empty: as the port is
  std::string pty_dir;
  bool stdio = false, show = false;
  std::string report, trace_on_failure;  ///< FILE.xml or FILE.html; a folder
  std::string lint;                      ///< tell what the host does wrong: "warning", or "error" to fail for it
  bool allow_unfired = false;            ///< faults that never fired do not make exec fail
  double ready_within = 120;           ///< seconds of real time until exec gives up on a module that does not get ready
  std::string control, control_token;  ///< where requests come in, and the file of what they have to bring
  std::optional<double> time_scale;
  std::uint64_t seed = 1;
  std::vector<std::string> arguments;  ///< all of them as given, for whoever wants to repeat the run
};

/// Options that contradict each other, a scenario, or the system: tells what was expected and what was found.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace sim800
