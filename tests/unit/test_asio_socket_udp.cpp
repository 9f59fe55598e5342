// UDP sockets of the module, against peers on loopback.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/ip/udp.hpp>

#include "socket_rig.hpp"

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

struct UdpRig : sim800::test::SocketRig {
  explicit UdpRig(const sim800::HostMap& hosts = {}, const sim800::LinkModel& model = {}, bool with_faults = false)
      : SocketRig(hosts, model, with_faults), there(loop) {
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
  UdpRig rig;
  rig.open();
  CHECK(rig.module.connected == SocketError::none);
  CHECK(rig.socket().peer() == rig.there.address());
  const std::string first = every_byte(256), second = every_byte(1460);
  rig.socket().send(first);
  rig.socket().send("");
  rig.socket().send(second);
  rig.until([&] { return rig.there.received.size() == 2; });
  CHECK(rig.there.received == std::vector<std::string>{first, second});
  CHECK(rig.there.from.port() == rig.own_port());
  CHECK(rig.there.from.address().is_loopback());
  CHECK(rig.socket().acknowledged() == first.size() + second.size());

  rig.there.send(second, rig.own_port());
  rig.there.send("", rig.own_port());
  rig.there.send(first, rig.own_port());
  rig.until([&] { return rig.socket().waiting() == first.size() + second.size(); });
  CHECK((rig.socket().readable() == second));
  CHECK(rig.socket().source() == rig.there.address());
  rig.socket().consume(1000);
  CHECK((rig.socket().readable() == second.substr(1000)));
  rig.socket().consume(460);
  CHECK((rig.socket().readable() == first));
  rig.socket().consume(256);
  CHECK(rig.socket().readable().empty());
  CHECK(rig.socket().waiting() == 0);
}

TEST_CASE("udp socket: a stranger is heard only where all are") {
  UdpRig rig;
  rig.open();
  Place stranger(rig.loop);
  stranger.send("unwanted", rig.own_port());
  rig.there.send("wanted", rig.own_port());
  rig.until([&] { return rig.socket().waiting() > 0; });
  CHECK(rig.socket().readable() == "wanted");
  rig.socket().consume(6);
  rig.settle();
  CHECK(rig.socket().readable().empty());
  rig.socket().take_all(true);
  stranger.send("welcome", rig.own_port());
  rig.until([&] { return rig.socket().waiting() > 0; });
  CHECK(rig.socket().readable() == "welcome");
  CHECK(rig.socket().source() == stranger.address());
}

TEST_CASE("udp socket: datagrams can be sent to another place") {
  UdpRig rig;
  rig.open();
  Place other(rig.loop);
  rig.socket().redirect(other.address());
  rig.socket().send("to the other");
  rig.until([&] { return !other.received.empty(); });
  CHECK(rig.there.received.empty());
  rig.there.send("from the old one", rig.own_port());
  other.send("answer", rig.own_port());
  rig.until([&] { return rig.socket().waiting() > 0; });
  CHECK(rig.socket().readable() == "answer");
  CHECK(rig.socket().peer() == other.address());
}

TEST_CASE("udp socket: the host map holds for it, and firmware sees the address it has named") {
  UdpRig rig({{"10.1.2.3", "127.0.0.1"}, {"gone.test", "unresolvable"}, {"hole.test", "blackhole"}});
  rig.open("10.1.2.3");
  rig.socket().send("hello");
  rig.until([&] { return !rig.there.received.empty(); });
  rig.there.send("answer", rig.own_port());
  rig.until([&] { return rig.socket().waiting() > 0; });
  CHECK(rig.socket().source() == SocketAddress{"10.1.2.3", rig.there.port()});
  rig.module.socket.reset();
  rig.module.connected.reset();
  rig.open("gone.test");
  CHECK(rig.module.connected == SocketError::dns);
  rig.module.connected.reset();
  rig.open("hole.test");
  CHECK(rig.module.connected == SocketError::none);
  rig.socket().send("nobody hears that");
  rig.settle();
  CHECK(rig.socket().acknowledged() == 17);
}

TEST_CASE("udp socket: what finds no room is lost, and nothing else") {
  UdpRig rig;
  rig.open();
  const std::string big = every_byte(1460);
  rig.there.send(big, rig.own_port());
  rig.there.send(big, rig.own_port());
  rig.there.send("one too many", rig.own_port());
  rig.until([&] { return rig.socket().waiting() == 2920; });
  rig.settle();
  rig.socket().consume(1460);
  rig.there.send("fits again", rig.own_port());
  rig.until([&] { return rig.socket().waiting() == 1470; });
  rig.socket().consume(1460);
  CHECK(rig.socket().readable() == "fits again");
  rig.socket().send(every_byte(3000));
  rig.socket().send("small");
  rig.until([&] { return !rig.there.received.empty(); });
  CHECK(rig.there.received == std::vector<std::string>{"small"});
}

TEST_CASE("udp socket: the link takes its time, and a black hole takes the datagrams") {
  sim800::LinkModel slow;
  slow.latency = 600ms;
  slow.up_kbps = 8;  // 1000 bytes a second
  UdpRig rig({}, slow);
  rig.open();
  rig.socket().send(every_byte(1000));
  rig.settle();
  CHECK(rig.socket().room() == 1920);
  rig.advance(1299ms);
  CHECK(rig.there.received.empty());
  CHECK(rig.socket().acknowledged() == 0);
  rig.advance(1ms);
  rig.until([&] { return rig.there.received.size() == 1; });
  CHECK(rig.socket().acknowledged() == 1000);
  rig.there.send("answer", rig.own_port());
  rig.settle();
  rig.advance(299ms);
  CHECK(rig.socket().waiting() == 0);
  rig.advance(1ms);
  CHECK(rig.socket().waiting() == 6);

  slow.blackhole = true;
  rig.link.set_model(slow);
  rig.socket().send("lost");
  rig.there.send("lost, too", rig.own_port());
  rig.settle();
  rig.advance(10s);
  rig.link.set_model({});
  rig.socket().send("not lost");
  rig.until([&] { return rig.there.received.size() == 2; });
  CHECK(rig.there.received.back() == "not lost");
  CHECK(rig.socket().waiting() == 6);
}

TEST_CASE("udp socket: faults") {
  using sim800::Direction;
  using sim800::Phase;
  SUBCASE("phases") {
    UdpRig rig({}, {}, true);
    rig.open();
    rig.socket().send("x");
    rig.until([&] { return !rig.there.received.empty(); });
    CHECK(rig.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::data});
    CHECK(rig.faults.kinds.front().target == "127.0.0.1");
    CHECK(rig.faults.kinds.front().socket == 2);
  }
  SUBCASE("the name is not found") {
    UdpRig rig({}, {}, true);
    rig.faults.at_phase[Phase::dns] = sim800::test::dns_fails();
    rig.open();
    CHECK(rig.module.connected == SocketError::dns);
  }
  SUBCASE("held up") {
    UdpRig rig({}, {}, true);
    rig.faults.at_phase[Phase::data] = sim800::test::hold(5s);
    rig.open();
    rig.socket().send("x");
    rig.settle();
    rig.advance(4s);
    CHECK(rig.there.received.empty());
    rig.advance(1s);
    rig.until([&] { return !rig.there.received.empty(); });
  }
  SUBCASE("ended") {
    UdpRig rig({}, {}, true);
    rig.faults.at_stop[{Direction::up, 4}] = sim800::test::cut(sim800::Verdict::Cut::reset);
    rig.open();
    rig.socket().send("abcd");
    rig.until([&] { return rig.module.closed.has_value(); });
    CHECK(rig.module.closed == SocketError::reset);
    CHECK(rig.socket().room() == 0);
  }
}

TEST_CASE("udp socket: a port that is taken") {
  UdpRig rig;
  const udp::socket other(rig.loop, {asio::ip::address_v4::loopback(), rig.own_port()});
  rig.open();
  CHECK(rig.module.connected == SocketError::no_connect);
}
