// SPDX-License-Identifier: MIT
// The pinger on ICMP: what becomes of hosts, and real echoes on loopback where the system permits them.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

#include "backends/ping/icmp_ping.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/unique_fd.hpp"
#include "tests/support/loopback_server.hpp"

namespace sim800::test {
namespace {

bool icmp_permitted() {
  for (const int type : {SOCK_RAW, SOCK_DGRAM}) {
    if (UniqueFd(socket(AF_INET, type | SOCK_CLOEXEC, IPPROTO_ICMP)).get() >= 0) return true;
  }
  return false;
}

struct PingRig {
  explicit PingRig(HostMap hosts = {}, const LinkModel& model = {}) : link(loop, std::move(hosts), clock, model) {}

  /// The address shown for a host, which is then the one to ping.
  std::string open(const std::string& host) {
    std::optional<std::string> address;
    ping = pinger->open(host, [&](std::string found) { address = std::move(found); });
    CHECK_FALSE(address);
    run_until(loop, [&] { return address.has_value(); });
    return *address;
  }
  void send(std::size_t length, unsigned sent_ttl = 64) {
    ttl.reset();
    ping->send(length, sent_ttl, [this](unsigned left) { ttl = left; });
  }
  /// Lets what is on its way come in; module time does not move.
  void settle() {
    for (int i = 0; i < 20 && !ttl; ++i) {
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(10));
      clock.advance(Duration::zero());
    }
  }

  asio::io_context loop;
  VirtualClock clock;
  RadioLink link;
  std::unique_ptr<Pinger> pinger = make_icmp_pinger(loop, link, 1);
  std::unique_ptr<Ping> ping;
  std::optional<unsigned> ttl;
};

}  // namespace

TEST_CASE("icmp ping: the address that a host is shown with") {
  PingRig fixture(HostMap{{"a.test", "127.0.0.1:8080"},
                          {"8.8.8.8", "127.0.0.1"},
                          {"gone.test", "unresolvable"},
                          {"192.0.2.7", "unresolvable"},
                          {"hole.test", "blackhole"},
                          {"192.0.2.8", "blackhole"},
                          {"shut.test", "refuse"},
                          {"v6.test", "::1"}});
  CHECK(fixture.open("A.test") == "127.0.0.1");
  CHECK(fixture.open("8.8.8.8") == "8.8.8.8");
  CHECK(fixture.open("gone.test") == "");
  CHECK(fixture.open("192.0.2.7") == "192.0.2.7");
  CHECK(fixture.open("hole.test") == "192.0.2.1");
  CHECK(fixture.open("192.0.2.8") == "192.0.2.8");
  CHECK(fixture.open("shut.test") == "192.0.2.1");
  CHECK(fixture.open("v6.test") == "");
}

TEST_CASE("icmp ping: echoes of any length come back once each, with their time to live") {
  if (!icmp_permitted()) return;
  PingRig fixture(HostMap{{"a.test", "127.0.0.1"}});
  REQUIRE(fixture.open("a.test") == "127.0.0.1");
  for (const std::size_t length : {0U, 1U, 32U, 1024U}) {
    CAPTURE(length);
    fixture.send(length, 255);
    fixture.settle();
    REQUIRE(fixture.ttl);
    CHECK(*fixture.ttl >= 64);  // the other side's own
  }
}

TEST_CASE("icmp ping: the link delays replies, or swallows them") {
  if (!icmp_permitted()) return;
  PingRig fixture({}, {.latency = 600ms, .up_kbps = 16});
  REQUIRE(fixture.open("127.0.0.1") == "127.0.0.1");
  fixture.send(12);  // 40 bytes in all, 320 bits: 20 ms
  fixture.settle();
  CHECK_FALSE(fixture.ttl);
  fixture.clock.advance(620ms - 1ns);
  CHECK_FALSE(fixture.ttl);
  fixture.clock.advance(1ns);
  CHECK(fixture.ttl);

  fixture.link.set_model({.blackhole = true});
  fixture.send(12);
  fixture.settle();
  fixture.clock.advance(1min);
  CHECK_FALSE(fixture.ttl);
}

TEST_CASE("icmp ping: nothing comes once it is destroyed") {
  PingRig fixture;
  bool found = false;
  fixture.ping = fixture.pinger->open("127.0.0.1", [&](const std::string&) { found = true; });
  fixture.ping.reset();
  fixture.settle();
  CHECK_FALSE(found);
}

TEST_CASE("icmp ping: a flood of packets leaves room for everything else") {
  const UniqueFd flood(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
  if (flood.get() < 0) return;  // the other kind of socket gets no packets but its own
  PingRig fixture;
  fixture.open("127.0.0.1");
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string packet("\x00\x00\xff\xff\x00\x00\x00\x00", 8);  // an echo reply that nobody has asked for
  for (int count = 0; count < 200; ++count) {
    REQUIRE(sendto(flood.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&there),
                   sizeof there) == 8);
  }
  fixture.loop.restart();
  CHECK(fixture.loop.poll() >= 3);  // turns of the loop, each with its part of the packets
}

}  // namespace sim800::test
