// The RFC 2217 endpoint: clients that send anything, and one that stops the flow.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstring>
#include <random>

#include "protocol/at/telnet.hpp"
#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct Rfc2217Fixture : Fixture {
  Rfc2217Fixture() {
    endpoint = open_rfc2217(loop, "127.0.0.1:0");
    endpoint->attach(user);
  }
  UniqueFd connect() const { return connected_to_port(*endpoint); }
};

/// Subnegotiations, commands, negotiation and data, well formed or nearly.
std::string random_frame(std::mt19937& chance) {
  const auto below = [&chance](unsigned limit) { return static_cast<char>(chance() % limit); };
  const char iac = static_cast<char>(telnet::iac);
  switch (below(6)) {
    case 0: return {iac, static_cast<char>(telnet::will + chance() % 4), below(64)};
    case 1: return {iac, static_cast<char>(240 + chance() % 15)};
    case 2: return {below(128), below(128), iac, iac};
    default: break;
  }
  std::string values(1, static_cast<char>(chance() % 4 == 0 ? chance() : chance() % 13));
  for (auto length = chance() % 8; length > 0; --length) values += static_cast<char>(chance());
  return telnet::subnegotiation(telnet::option_com_port, chance() % 8 == 0 ? telnet::escaped(values) : values);
}

TEST_CASE_FIXTURE(Rfc2217Fixture, "rfc2217: after any frames the line is as good as before") {
  constexpr unsigned many = 30'000;
  std::mt19937 chance(1);
  {
    const UniqueFd host = connect();
    std::string burst;
    for (unsigned i = 0; i < many; ++i) {
      burst += random_frame(chance);
      if (burst.size() < 4000 && i + 1 < many) continue;
      write(host.get(), burst);
      burst.clear();
      settle();
      std::string answers(std::size_t{1} << 18, '\0');
      while (::read(host.get(), answers.data(), answers.size()) > 0) settle();
      user.log.resize(1);
    }
  }
  run_until([this] { return user.log.ends_with('-'); });
  user.log.clear();
  const UniqueFd next = connect();
  write(next.get(), "AT\r");
  run_until_log("+AT\r");
}

}  // namespace
}  // namespace sim800::endpoint_test
