// RadioLink: the host map, and names looked up off the loop.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "backends/link/radio_link.hpp"
#include "emulator/core/clock.hpp"
#include "tests/support/loopback_server.hpp"

namespace {

using sim800::HostMap;
using sim800::RadioLink;
using sim800::Route;
using Kind = sim800::Route::Kind;

Route route(const HostMap& hosts, const std::string& host, std::uint16_t port) {
  asio::io_context loop;
  sim800::VirtualClock clock;
  RadioLink link(loop, hosts, clock);
  std::optional<Route> found;
  const auto lookup = link.route(host, port, [&](Route there) { found = std::move(there); });
  CHECK_FALSE(found);
  sim800::test::run_until(loop, [&] { return found.has_value(); });
  CHECK(loop.run() == 0);  // called once, and nothing keeps the loop alive
  return *found;
}

// What getaddrinfo() would make of these.
class Answer {
 public:
  explicit Answer(const std::vector<std::string>& addresses) {
    for (const std::string& text : addresses) add(text);
  }
  const addrinfo* list() const { return entries_.empty() ? nullptr : &entries_.front(); }

 private:
  void add(const std::string& text) {
    sockaddr_storage& address = addresses_.emplace_back();
    addrinfo& entry = entries_.emplace_back();
    const bool v6 = text.find(':') != std::string::npos;
    entry.ai_family = address.ss_family = v6 ? AF_INET6 : AF_INET;
    entry.ai_addrlen = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    entry.ai_addr = reinterpret_cast<sockaddr*>(&address);
    inet_pton(entry.ai_family, text.c_str(),
              v6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(&address)->sin6_addr)
                 : &reinterpret_cast<sockaddr_in*>(&address)->sin_addr);
    if (entries_.size() > 1) entries_[entries_.size() - 2].ai_next = &entry;
  }
  std::deque<sockaddr_storage> addresses_;
  std::deque<addrinfo> entries_;
};

}  // namespace

TEST_CASE("radio link: of a name's addresses, all of IPv4, else those of IPv6, each once") {
  using Addresses = std::vector<std::string>;
  const auto found = [](const Addresses& answer) { return sim800::numeric_addresses(Answer(answer).list()); };
  CHECK(found({}) == Addresses{});
  CHECK(found({"2001:db8::1", "10.0.0.2", "10.0.0.1", "10.0.0.2", "10.0.0.3"}) ==
        Addresses{"10.0.0.2", "10.0.0.1", "10.0.0.3"});
  CHECK(found({"2001:db8::1", "2001:db8::2"}) == Addresses{"2001:db8::1", "2001:db8::2"});
}

TEST_CASE("radio link: the host map decides where a connection goes") {
  const HostMap hosts = {{"Www.Example.com", "10.0.0.1"},
                         {"www.example.com:8080", "10.0.0.2:81"},
                         {"192.0.2.1", "10.0.0.3"},
                         {"v6.test", "[2001:db8::1]:82"},
                         {"bare6.test", "2001:db8::2"},
                         {"brackets6.test", "[2001:db8::3]"},
                         {"2001:DB8::9", "10.0.0.4"},
                         {"[2001:db8::9]:443", "10.0.0.5"},
                         {"gone.test", "unresolvable"},
                         {"192.0.2.2", "unresolvable"},
                         {"refuse.test", "refuse"},
                         {"192.0.2.3", "refuse"},
                         {"hole.test", "blackhole"},
                         {"name.test", "LOCALHOST:8080"},
                         {"name2.test", "localhost"},
                         {"bad.test", "10.0.0.9:99999"},
                         {"a.test", "b.test"},
                         {"b.test", "10.0.0.7"}};
  struct Row {
    const char* host;
    std::uint16_t port;
    Kind kind;
    const char* address;
    std::uint16_t there;
  };
  const Row rows[] = {
      {"www.example.com", 80, Kind::reachable, "10.0.0.1", 80},
      {"WWW.EXAMPLE.COM", 443, Kind::reachable, "10.0.0.1", 443},
      {"www.example.com", 8080, Kind::reachable, "10.0.0.2", 81},
      {"192.0.2.1", 80, Kind::reachable, "10.0.0.3", 80},
      {"v6.test", 80, Kind::reachable, "2001:db8::1", 82},
      {"bare6.test", 80, Kind::reachable, "2001:db8::2", 80},
      {"brackets6.test", 80, Kind::reachable, "2001:db8::3", 80},
      {"[2001:db8::9]", 80, Kind::reachable, "10.0.0.4", 80},
      {"2001:db8::9", 443, Kind::reachable, "10.0.0.5", 443},
      {"gone.test", 80, Kind::unresolvable, "", 80},
      {"192.0.2.2", 80, Kind::unreachable, "", 80},
      {"refuse.test", 80, Kind::refused, "", 80},
      {"192.0.2.3", 80, Kind::refused, "", 80},
      {"hole.test", 80, Kind::black_hole, "", 80},
      {"name.test", 80, Kind::reachable, "127.0.0.1", 8080},
      {"name2.test", 80, Kind::reachable, "127.0.0.1", 80},
      {"198.51.100.1", 80, Kind::reachable, "198.51.100.1", 80},
      {"[2001:db8::5]", 80, Kind::reachable, "2001:db8::5", 80},
  };
  for (const Row& row : rows) {
    CAPTURE(row.host);
    CAPTURE(row.port);
    const Route found = route(hosts, row.host, row.port);
    CHECK(found.kind == row.kind);
    CHECK(found.address == row.address);
    CHECK(found.port == row.there);
  }
}

TEST_CASE("radio link: a host is the same in every spelling, in the map and in what is asked for") {
  const std::vector<std::vector<const char*>> spellings = {
      {"127.0.0.1", "2130706433", "0x7f000001", "0x7F.1", "127.1", "0177.0.0.1", "::ffff:127.0.0.1", "::FFFF:7f00:1",
       "[::ffff:127.0.0.1]", "127.0.0.1."},
      {"www.sim.com", "WWW.SIM.COM", "www.sim.com.", "Www.Sim.Com."},
      {"2001:db8::9", "2001:DB8:0:0::9", "[2001:0db8::0009]"}};
  for (const auto& same : spellings) {
    for (const std::string key : same) {
      for (const std::string asked : same) {
        CAPTURE(key);
        CAPTURE(asked);
        const std::string with_port = (key.find("::") != key.npos && key[0] != '[' ? "[" + key + "]" : key) + ":81";
        const HostMap hosts = {{key, "10.0.0.1"}, {with_port, "10.0.0.2"}, {"*", "unresolvable"}};
        CHECK(route(hosts, asked, 80).address == "10.0.0.1");
        CHECK(route(hosts, asked, 81).address == "10.0.0.2");
      }
    }
  }
  CHECK(route({}, "0x7f.1", 80).address == "127.0.0.1");
  CHECK(route({{"a.test", "0x7f.1:81"}}, "a.test", 80).address == "127.0.0.1");
  CHECK(route({{"*", "unresolvable"}}, "127.1", 80).kind == Kind::unreachable);
  CHECK(route({{"*", "10.0.0.1"}}, "127.0.0.1 x", 80).address == "10.0.0.1");
  CHECK(route({{"127.0.0.1", "10.0.0.1"}, {"*", "10.0.0.2"}}, "127.0.0.1.5", 80).address == "10.0.0.2");
}

TEST_CASE("radio link: *.name is for all below it, unless another entry says more of one") {
  const HostMap hosts = {{"*.example.com", "10.0.0.1"},
                         {"*.b.Example.com:81", "10.0.0.2"},
                         {"x.example.com", "10.0.0.3"},
                         {"*", "unresolvable"}};
  CHECK(route(hosts, "a.example.com", 80).address == "10.0.0.1");
  CHECK(route(hosts, "A.B.EXAMPLE.COM", 81).address == "10.0.0.2");
  CHECK(route(hosts, "a.b.example.com", 80).address == "10.0.0.1");
  CHECK(route(hosts, "x.example.com", 80).address == "10.0.0.3");
  CHECK(route(hosts, "example.com", 80).kind == Kind::unresolvable);
  CHECK(route(hosts, "badexample.com", 80).kind == Kind::unresolvable);
}

TEST_CASE("radio link: lookups are late, or fail, as the model says") {
  asio::io_context loop;
  sim800::VirtualClock clock;
  RadioLink link(loop, {{"*", "10.0.0.1"}}, clock);
  std::optional<Route> found;
  std::unique_ptr<sim800::Lookup> lookup;
  const auto ask = [&](const char* host) {
    found.reset();
    lookup = link.route(host, 80, [&](Route there) { found = std::move(there); });
    loop.restart();
    loop.poll();
  };
  link.set_model({.dns = std::chrono::seconds(20)});
  ask("www.sim.com");
  CHECK_FALSE(found);
  clock.advance(std::chrono::milliseconds(19'999));
  CHECK_FALSE(found);
  clock.advance(std::chrono::milliseconds(1));
  CHECK(found.value().address == "10.0.0.1");
  ask("10.9.9.9");  // nothing to look up
  CHECK(found.has_value());
  link.set_model({.dns_fails = true});
  ask("www.sim.com");
  CHECK(found.value().kind == Kind::unresolvable);
  ask("10.9.9.9");
  CHECK(found.value().kind == Kind::reachable);
}

TEST_CASE("radio link: * is for all others, literals too") {
  const HostMap hosts = {{"*", "10.0.0.1:81"}, {"mine.test", "10.0.0.2"}};
  CHECK(route(hosts, "any.test", 80).address == "10.0.0.1");
  CHECK(route(hosts, "198.51.100.1", 80).port == 81);
  CHECK(route(hosts, "mine.test", 80).address == "10.0.0.2");
  CHECK(route({{"*", "unresolvable"}}, "any.test", 80).kind == Kind::unresolvable);
  CHECK(route({{"*", "unresolvable"}}, "198.51.100.1", 80).kind == Kind::unreachable);
}

TEST_CASE("radio link: names that are not mapped are resolved, IPv4 first") {
  const Route found = route({}, "localhost", 80);
  CHECK(found.kind == Kind::reachable);
  CHECK(found.address == "127.0.0.1");
  CHECK(found.port == 80);
}

TEST_CASE("radio link: what is no name has no address") {
  using namespace std::string_literals;
  const std::string hosts[] = {"",
                               "two words.test",
                               std::string(70, 'x') + ".test",
                               std::string(5000, 'x'),
                               "nul\0.test"s,
                               "127.0.0.1\0.test"s,
                               "line\r\nbreak",
                               "[]"};
  for (const std::string& host : hosts) {
    CAPTURE(host);
    CHECK(route({}, host, 80).kind == Kind::unresolvable);
  }
}

TEST_CASE("radio link: shared hosts are a link's own once they are set") {
  asio::io_context loop;
  sim800::VirtualClock clock;
  RadioLink one(loop, {{"here.test", "10.0.0.1"}}, clock), other(loop, {}, clock);
  const auto address = [&](RadioLink& link) {
    std::string found;
    const auto lookup = link.route("here.test", 80, [&](const Route& route) { found = route.address; });
    loop.restart();
    loop.run();
    return found;
  };
  other.share_hosts(one);
  CHECK(address(other) == "10.0.0.1");
  other.set_hosts({{"here.test", "10.0.0.2"}});
  CHECK(address(other) == "10.0.0.2");
  CHECK(address(one) == "10.0.0.1");
}

TEST_CASE("radio link: a forgotten lookup does not call back") {
  asio::io_context loop;
  sim800::VirtualClock clock;
  RadioLink link(loop, {{"here.test", "10.0.0.1"}}, clock);
  bool called = false;
  for (const char* host : {"here.test", "127.0.0.1", "localhost"}) {
    auto lookup = link.route(host, 80, [&](const Route&) { called = true; });
    lookup.reset();
  }
  loop.run();
  CHECK_FALSE(called);
}

TEST_CASE("radio link: a lookup may be destroyed by its own answer") {
  for (const char* host : {"127.0.0.1", "localhost"}) {
    asio::io_context loop;
    sim800::VirtualClock clock;
    RadioLink link(loop, {}, clock);
    std::unique_ptr<sim800::Lookup> lookup;
    int calls = 0;
    // The captured text would be read after its end if the callback went with the lookup.
    lookup = link.route(host, 80, [&, text = std::string(100, 'x')](const Route&) {
      lookup.reset();
      calls += text == std::string(100, 'x') ? 1 : 0;
    });
    loop.run();
    CHECK(calls == 1);
  }
}

TEST_CASE("radio link: an answer that comes after the end of the loop is lost, and nothing else") {
  for (int i = 0; i < 20; ++i) {
    asio::io_context loop;
    sim800::VirtualClock clock;
    RadioLink link(loop, {}, clock);
    const auto lookup = link.route("localhost", 80, [](const Route&) { FAIL("the loop never runs"); });
  }
}
