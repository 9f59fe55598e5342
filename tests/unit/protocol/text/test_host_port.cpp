// HOST:PORT, read and written.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "protocol/text/host_port.hpp"

namespace sim800 {
namespace {

TEST_CASE("host and port: what is read is written the same way") {
  for (const char* text : {"localhost:80", "10.0.0.1:0", ":65535", "[::1]:4711", "[fe80::1%eth0]:1", "*:1"}) {
    CAPTURE(text);
    const auto found = parse_host_port(text);
    REQUIRE(found);
    CHECK(to_host_port(found->host, found->port) == text);
  }
  CHECK(parse_host_port("[::1]:4711") == HostPort{"::1", 4711});
}

TEST_CASE("host and port: anything else is refused") {
  for (const char* text : {"", "80", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:+1",
                           "localhost: 1", "localhost:1x", "::1:80", "[::1]", "[::1]80", "[]:1", "[[::1]]:1", "a]:1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_port(text));
  }
}

}  // namespace
}  // namespace sim800
