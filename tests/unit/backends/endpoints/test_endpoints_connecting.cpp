// A connection that the module makes: what becomes of it when the other end vanishes.
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <sys/socket.h>

#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

std::uint16_t port_of(int socket, decltype(&getpeername) of) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (of(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

TEST_CASE_FIXTURE(Fixture, "a connection to an end whose machine vanishes is given up") {
  const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(listen(listener.get(), 1) == 0);  // on any port
  const std::uint16_t port = port_of(listener.get(), getsockname);
  endpoint = open_connection(loop, "tcp:127.0.0.1:" + std::to_string(port));
  endpoint->attach(user);
  run_until_log("+");
  int probes = 0;
  for (int socket = 3; socket < 1024; ++socket) {
    int on = 0;
    socklen_t size = sizeof on;
    if (port_of(socket, getpeername) == port && getsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, &size) == 0)
      probes += on;
  }
  CHECK(probes == 1);
}

}  // namespace
}  // namespace sim800::endpoint_test
