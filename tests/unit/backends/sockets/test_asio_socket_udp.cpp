// UDP sockets of the module, against peers on loopback.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/ip/udp.hpp>

#include "tests/support/socket_fixture.hpp"

namespace {

using asio::ip::udp;
using namespace std::chrono_literals;
using sim800::Duration;
using sim800::SocketAddress;
using sim800::SocketError;
using sim800::test::every_byte;

/// A place that takes datagrams and can send them.
struct Place {
  explicit Place(asio::io_context& loop) : socket(loop, {asio::ip::address_v4::loopback(), 0}) { receive(); }
  void receive() {
    socket.async_receive_from(asio::buffer(buffer), from, [this](std::error_code problem, std::size_t count) {
      if (problem == asio::error::operation_aborted) return;
      received.emplace_back(buffer.data(), count);
      receive();
    });
  }
  void send(std::string_view bytes, std::uint16_t port) {
    socket.send_to(asio::buffer(bytes), {asio::ip::address_v4::loopback(), port});
  }
  std::uint16_t port() const { return socket.local_endpoint().port(); }
  SocketAddress address() const { return {"127.0.0.1", port()}; }

  udp::socket socket;
  udp::endpoint from;
  std::vector<std::string> received;
  std::array<char, 65536> buffer{};
};

struct UdpRig : sim800::test::SocketFixture {
  explicit UdpRig(const sim800::HostMap& hosts = {}, const sim800::LinkModel& model = {}, bool with_faults = false)
      : SocketFixture(hosts, model, with_faults), there(loop) {
    module.reads = false;
  }
  void open(const std::string& host = "127.0.0.1") {
    sim800::SocketRequest wanted;
    wanted.kind = sim800::SocketRequest::Kind::udp;
    wanted.id = 2;
    wanted.host = host;
    wanted.port = there.port();
    wanted.local_port = own_port();
    connect(wanted);
    until([this] { return module.connected.has_value(); });
  }
  std::uint16_t own_port() {
    if (port_ == 0) port_ = Place(loop).port();
    return port_;
  }
  sim800::Socket& socket() const { return *module.socket; }

  Place there;

 private:
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("udp socket: datagrams keep their borders") {
  UdpRig fixture;
  fixture.open();
  CHECK(fixture.module.connected == SocketError::none);
  CHECK(fixture.socket().peer() == fixture.there.address());
  const std::string first = every_byte(256), second = every_byte(1460);
  fixture.socket().send(first);
  fixture.socket().send("");
  fixture.socket().send(second);
  fixture.until([&] { return fixture.there.received.size() == 2; });
  CHECK(fixture.there.received == std::vector<std::string>{first, second});
  CHECK(fixture.there.from.port() == fixture.own_port());
  CHECK(fixture.there.from.address().is_loopback());
  CHECK(fixture.socket().acknowledged() == first.size() + second.size());

  fixture.there.send(second, fixture.own_port());
  fixture.there.send("", fixture.own_port());
  fixture.there.send(first, fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() == first.size() + second.size(); });
  CHECK((fixture.socket().readable() == second));
  CHECK(fixture.socket().source() == fixture.there.address());
  fixture.socket().consume(1000);
  CHECK((fixture.socket().readable() == second.substr(1000)));
  fixture.socket().consume(460);
  CHECK((fixture.socket().readable() == first));
  fixture.socket().consume(256);
  CHECK(fixture.socket().readable().empty());
  CHECK(fixture.socket().waiting() == 0);
}

TEST_CASE("udp socket: a stranger is heard only where all are") {
  UdpRig fixture;
  fixture.open();
  Place stranger(fixture.loop);
  stranger.send("unwanted", fixture.own_port());
  fixture.there.send("wanted", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() > 0; });
  CHECK(fixture.socket().readable() == "wanted");
  fixture.socket().consume(6);
  fixture.settle();
  CHECK(fixture.socket().readable().empty());
  fixture.socket().take_all(true);
  stranger.send("welcome", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() > 0; });
  CHECK(fixture.socket().readable() == "welcome");
  CHECK(fixture.socket().source() == stranger.address());
}

TEST_CASE("udp socket: datagrams can be sent to another place") {
  UdpRig fixture;
  fixture.open();
  Place other(fixture.loop);
  fixture.socket().redirect(other.address());
  fixture.socket().send("to the other");
  fixture.until([&] { return !other.received.empty(); });
  CHECK(fixture.there.received.empty());
  fixture.there.send("from the old one", fixture.own_port());
  other.send("answer", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() > 0; });
  CHECK(fixture.socket().readable() == "answer");
  CHECK(fixture.socket().peer() == other.address());
}

TEST_CASE("udp socket: the host map holds for it, and firmware sees the address it has named") {
  UdpRig fixture({{"10.1.2.3", "127.0.0.1"}, {"gone.test", "unresolvable"}, {"hole.test", "blackhole"}});
  fixture.open("10.1.2.3");
  fixture.socket().send("hello");
  fixture.until([&] { return !fixture.there.received.empty(); });
  fixture.there.send("answer", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() > 0; });
  CHECK(fixture.socket().source() == SocketAddress{"10.1.2.3", fixture.there.port()});
  fixture.module.socket.reset();
  fixture.module.connected.reset();
  fixture.open("gone.test");
  CHECK(fixture.module.connected == SocketError::dns);
  fixture.module.connected.reset();
  fixture.open("hole.test");
  CHECK(fixture.module.connected == SocketError::none);
  fixture.socket().send("nobody hears that");
  fixture.settle();
  CHECK(fixture.socket().acknowledged() == 17);
}

TEST_CASE("udp socket: what finds no room is lost, and nothing else") {
  UdpRig fixture;
  fixture.open();
  const std::string big = every_byte(1460);
  fixture.there.send(big, fixture.own_port());
  fixture.there.send(big, fixture.own_port());
  fixture.there.send("one too many", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() == 2920; });
  fixture.settle();
  fixture.socket().consume(1460);
  fixture.there.send("fits again", fixture.own_port());
  fixture.until([&] { return fixture.socket().waiting() == 1470; });
  fixture.socket().consume(1460);
  CHECK(fixture.socket().readable() == "fits again");
  fixture.socket().send(every_byte(3000));
  fixture.socket().send("small");
  fixture.until([&] { return !fixture.there.received.empty(); });
  CHECK(fixture.there.received == std::vector<std::string>{"small"});
}

TEST_CASE("udp socket: the link takes its time, and a black hole takes the datagrams") {
  sim800::LinkModel slow;
  slow.latency = 600ms;
  slow.up_kbps = 8;  // 1000 bytes a second
  UdpRig fixture({}, slow);
  fixture.open();
  fixture.socket().send(every_byte(1000));
  fixture.settle();
  CHECK(fixture.socket().room() == 1920);
  fixture.advance(1299ms);
  CHECK(fixture.there.received.empty());
  CHECK(fixture.socket().acknowledged() == 0);
  fixture.advance(1ms);
  fixture.until([&] { return fixture.there.received.size() == 1; });
  CHECK(fixture.socket().acknowledged() == 1000);
  fixture.there.send("answer", fixture.own_port());
  fixture.settle();
  fixture.advance(299ms);
  CHECK(fixture.socket().waiting() == 0);
  fixture.advance(1ms);
  CHECK(fixture.socket().waiting() == 6);

  slow.blackhole = true;
  fixture.link.set_model(slow);
  fixture.socket().send("lost");
  fixture.there.send("lost, too", fixture.own_port());
  fixture.settle();
  fixture.advance(10s);
  fixture.link.set_model({});
  fixture.socket().send("not lost");
  fixture.until([&] { return fixture.there.received.size() == 2; });
  CHECK(fixture.there.received.back() == "not lost");
  CHECK(fixture.socket().waiting() == 6);
}

TEST_CASE("udp socket: faults") {
  using sim800::Direction;
  using sim800::Phase;
  SUBCASE("phases") {
    UdpRig fixture({}, {}, true);
    fixture.open();
    fixture.socket().send("x");
    fixture.until([&] { return !fixture.there.received.empty(); });
    CHECK(fixture.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::data});
    CHECK(fixture.faults.kinds.front().target == "127.0.0.1");
    CHECK(fixture.faults.kinds.front().socket == 2);
  }
  SUBCASE("the name is not found") {
    UdpRig fixture({}, {}, true);
    fixture.faults.at_phase[Phase::dns] = sim800::test::dns_fails();
    fixture.open();
    CHECK(fixture.module.connected == SocketError::dns);
  }
  SUBCASE("held up") {
    UdpRig fixture({}, {}, true);
    fixture.faults.at_phase[Phase::data] = sim800::test::hold(5s);
    fixture.open();
    fixture.socket().send("x");
    fixture.settle();
    fixture.advance(4s);
    CHECK(fixture.there.received.empty());
    fixture.advance(1s);
    fixture.until([&] { return !fixture.there.received.empty(); });
  }
  SUBCASE("ended") {
    UdpRig fixture({}, {}, true);
    fixture.faults.at_stop[{Direction::up, 4}] = sim800::test::cut(sim800::Verdict::Cut::reset);
    fixture.open();
    fixture.socket().send("abcd");
    fixture.until([&] { return fixture.module.closed.has_value(); });
    CHECK(fixture.module.closed == SocketError::reset);
    CHECK(fixture.socket().room() == 0);
  }
}

TEST_CASE("udp socket: a port that is taken") {
  UdpRig fixture;
  const udp::socket other(fixture.loop, {asio::ip::address_v4::loopback(), fixture.own_port()});
  fixture.open();
  CHECK(fixture.module.connected == SocketError::no_connect);
}

TEST_CASE("udp socket: a flood leaves room for everything else") {
  sim800::test::SocketFixture fixture;
  asio::ip::udp::socket peer(fixture.loop, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
  sim800::SocketRequest wanted = fixture.request();
  wanted.kind = sim800::SocketRequest::Kind::udp;
  wanted.port = peer.local_endpoint().port();
  fixture.connect(wanted);
  fixture.until([&] { return fixture.module.connected.has_value(); });
  fixture.module.write("hello");
  std::array<char, 16> buffer{};
  asio::ip::udp::endpoint module;
  bool came = false;
  peer.async_receive_from(asio::buffer(buffer), module, [&](std::error_code, std::size_t) { came = true; });
  fixture.until([&] { return came; });
  for (int count = 0; count < 200; ++count) peer.send_to(asio::buffer("x", 1), module);
  std::size_t at_my_turn = 0;
  bool had_a_turn = false;
  fixture.until([&] { return !fixture.module.received.empty(); });
  asio::post(fixture.loop, [&] {
    at_my_turn = fixture.module.received.size();
    had_a_turn = true;
  });
  fixture.until([&] { return had_a_turn; });
  CHECK(at_my_turn < 200);
  fixture.until([&] { return fixture.module.received.size() == 200; });
}
