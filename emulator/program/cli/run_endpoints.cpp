// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "emulator/program/cli/run_limits.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

bool is_consecutive(const std::string& address) { return address.ends_with('+'); }

/// With a port for each module.
HostPort first_of(const std::string& address, unsigned modules) {
  const auto first = parse_host_port(std::string_view(address).substr(0, address.size() - 1));
  if (!first) throw RunError(fmt::format("--tcp: expected HOST:PORT+, found \"{}\"", address));
  if (first->port != 0 && first->port + (modules - 1) > 65'535U)
    throw RunError(fmt::format("--tcp: expected a port with {} more up to 65535, found \"{}\"", modules - 1, address));
  return *first;
}

/// None given: what stands for them.
RunOptions completed(RunOptions options, unsigned modules) {
  const bool none = options.ptys.empty() && options.tcps.empty() && options.tcp_anys.empty() &&
                    options.pty_dir.empty() && !options.stdio && options.rfc2217s.empty() && options.unixes.empty() &&
                    options.connections.empty() && options.serials.empty();
  if (none && modules == 1) options.ptys.emplace_back("./sim800.tty");
  if (none && modules > 1) options.pty_dir = "./sim800.ttys";
  return options;
}

/// A pty has its two sides, and if it stands alone a claim on its link and a watch; a TCP line its client, and a
/// listener unless it shares one.
Demand demand_of(const RunOptions& options, unsigned modules) {
  Demand demand;
  const auto of_all = [modules](std::size_t each) { return each * modules; };
  const auto consecutive = static_cast<std::size_t>(std::ranges::count_if(options.tcps, is_consecutive));
  demand.ptys = options.ptys.size() + (options.pty_dir.empty() ? 0 : modules);
  demand.descriptors = 2 * demand.ptys + 2 * options.ptys.size() + (options.pty_dir.empty() ? 0 : 2);
  demand.descriptors += 2 * (options.tcps.size() - consecutive) + of_all(2) * consecutive;
  demand.descriptors += (of_all(1) + 1) * options.tcp_anys.size();
  demand.descriptors += 2 * (options.rfc2217s.size() + options.unixes.size()) + options.connections.size();
  demand.descriptors += options.serials.size() + (options.tap.empty() ? 0 : Tap::most_sniffers + 1);
  return demand;
}

}  // namespace

RunEndpoints::RunEndpoints(asio::io_context& loop, const RunOptions& given, unsigned modules,
                           std::function<void()> at_end)
    : loop_(loop), modules_(modules), baud_(given.baud) {
  const RunOptions options = completed(given, modules);
  require(demand_of(options, modules));
  open_dealt(options);
  open_for_all(options);
  if (options.stdio) {
    own(open_stdio(loop_, std::move(at_end)), 0);
    stdio_ = owned_.back().get();
  }
  if (!options.tap.empty()) {
    tap_ = open_tap(loop_, options.tap);
    watch_lines();
  }
}

void RunEndpoints::watch_lines() {
  for (Line& line : lines_) {
    Endpoint* watched = watched_.emplace_back(tap_->watch(*line.endpoint)).get();
    if (line.endpoint == stdio_) stdio_ = watched;
    line.endpoint = watched;
  }
}

/// `knows_rate`: hosts set it in earnest there, as on hardware.
void RunEndpoints::own(std::unique_ptr<Endpoint> endpoint, unsigned module, bool knows_rate) {
  const bool strict = baud_.empty() ? knows_rate : baud_ == "strict";
  lines_.push_back({.endpoint = owned_.emplace_back(std::move(endpoint)).get(), .module = module, .strict = strict});
}

void RunEndpoints::open_dealt(const RunOptions& options) {
  unsigned pty = 0, tcp = 0;
  for (const std::string& link : options.ptys) own(open_pty(loop_, link), pty++ % modules_);
  for (auto address = options.tcps.begin(); address != options.tcps.end(); ++address) {
    if (is_consecutive(*address)) continue;
    const auto before = std::count(options.tcps.begin(), address, *address);
    own(open_tcp(loop_, *address, static_cast<std::size_t>(before) + 1), tcp++ % modules_);
  }
  unsigned port = 0, path = 0, connection = 0, serial = 0;
  for (auto address = options.rfc2217s.begin(); address != options.rfc2217s.end(); ++address) {
    const auto before = std::count(options.rfc2217s.begin(), address, *address);
    own(open_rfc2217(loop_, *address, static_cast<std::size_t>(before) + 1), port++ % modules_, true);
  }
  for (const std::string& each : options.unixes) own(open_unix(loop_, each), path++ % modules_);
  for (const std::string& target : options.connections) own(open_connection(loop_, target), connection++ % modules_);
  for (const std::string& each : options.serials) own(open_serial(loop_, each), serial++ % modules_);
}

void RunEndpoints::open_for_all(const RunOptions& options) {
  if (!options.pty_dir.empty()) {
    unsigned module = 0;
    for (auto& endpoint : open_ptys(loop_, options.pty_dir, modules_)) own(std::move(endpoint), module++);
  }
  for (const std::string& address : options.tcps) {
    if (is_consecutive(address)) open_tcps(address);
  }
  for (const std::string& address : options.tcp_anys) {
    EndpointPool& pool = *pools_.emplace_back(open_tcp_any(loop_, address, modules_));
    for (unsigned module = 0; module < modules_; ++module) lines_.push_back({&pool.line(module), module});
  }
}

/// Port 0 picks any free port for each.
void RunEndpoints::open_tcps(const std::string& address) {
  HostPort each = first_of(address, modules_);
  const bool any = each.port == 0;
  for (unsigned module = 0; module < modules_; ++module) {
    own(open_tcp(loop_, to_host_port(each.host, each.port), any ? module + 1 : 1), module);
    if (!any) ++each.port;
  }
}

std::vector<std::string> RunEndpoints::announcements(const std::vector<std::string>& names) const {
  std::vector<std::string> all;
  for (const Line& line : lines_) {
    const std::string text = line.endpoint->announcement();
    if (text.empty()) continue;  // it shares a port with others
    all.push_back(modules_ == 1 ? text : fmt::format("{} module {}", text, names[line.module]));
  }
  for (const auto& pool : pools_) all.push_back(pool->announcement());
  if (tap_) all.push_back(tap_->announcement());
  return all;
}

void RunEndpoints::start() {
  for (const Line& line : lines_) {
    if (line.endpoint != stdio_) line.endpoint->attach(*line.user);
  }
  for (const auto& pool : pools_) pool->start();
  if (tap_) tap_->start();
}

}  // namespace sim800
