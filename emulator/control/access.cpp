// Who may ask: a page of another site, which a browser of this machine shows, may not (docs/security.md).
// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include "emulator/control/api.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

/// Takes as long wherever the difference is.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
  return difference == 0;
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool names_this_machine(std::string_view host) {
  const std::string_view name = without_port(host);
  if (same_word(name, "localhost") || name == "[::1]") return true;
  if (!name.starts_with("127.")) return false;
  for (const char c : name) {
    if (!is_digit(c) && c != '.') return false;
  }
  return true;
}

}  // namespace

void check_access(const ServerRequest& request, const ControlApi::Access& access) {
  const std::string host = request.header("host");
  if (access.by_name && access.token.empty() && !names_this_machine(host))
    throw Refusal(403, "Host", "localhost or a loopback address", host.empty() ? "none" : host);
  const std::string origin = request.header("origin");
  if (!origin.empty() && origin != "http://" + host) throw Refusal(403, "Origin", "none, or http://" + host, origin);
  const std::string site = request.header("sec-fetch-site");
  if (site == "cross-site" || site == "same-site") throw Refusal(403, "Sec-Fetch-Site", "same-origin", site);
  if (access.token.empty()) return;
  const std::string given = request.header("authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (!given.starts_with(scheme) || !same_secret(std::string_view(given).substr(scheme.size()), access.token))
    throw Refusal(401, "Authorization", "Bearer and the token of --control-token",
                  given.empty() ? "none" : "something else");
}

}  // namespace sim800
