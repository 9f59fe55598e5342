// TCP sockets of the module, against a peer on loopback.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "socket_rig.hpp"

namespace {

using sim800::SocketError;
using sim800::test::every_byte;
using sim800::test::ModuleEnd;
using sim800::test::SocketRig;
using sim800::test::unused_port;
constexpr std::size_t window = sim800::Socket::window;

}  // namespace

TEST_CASE("tcp socket: bytes of every value pass both ways, in any amount") {
  for (const bool by_relay : {false, true}) {
    for (const std::size_t size : {0, 1, 1460, 1461, 2920, 2921, 1'000'000}) {
      CAPTURE(by_relay);
      CAPTURE(size);
      SocketRig rig;
      if (by_relay) rig.link.relay_always();
      rig.establish();
      const std::string up = every_byte(size), down = every_byte(size + 3).substr(3);
      rig.peer.write(down);
      rig.module.write(up);
      rig.until([&] { return rig.peer.received.size() >= size && rig.module.received.size() >= size; });
      CHECK((rig.peer.received == up));
      CHECK((rig.module.received == down));
      CHECK(rig.module.largest <= window);
      rig.until([&] { return rig.module.socket->acknowledged() == size; });
      rig.module.socket->finish();
      rig.until([&] { return rig.peer.closed(); });
      CHECK_FALSE(rig.module.closed);
      rig.peer.socket.close();
      rig.until([&] { return rig.module.closed.has_value(); });
      CHECK(rig.module.closed == SocketError::none);
    }
  }
}

TEST_CASE("tcp socket: knows its peer") {
  SocketRig rig({{"server.test", "127.0.0.1"}, {"10.1.2.3", "127.0.0.1"}});
  auto wanted = rig.request();
  wanted.host = "server.test";
  rig.connect(wanted);
  CHECK(rig.module.socket->peer().host.empty());
  rig.until([&] { return rig.module.connected.has_value(); });
  CHECK(rig.module.socket->peer() == sim800::SocketAddress{"127.0.0.1", rig.port()});
  // Firmware that has named an address finds that very one.
  ModuleEnd other;
  wanted.host = "10.1.2.3";
  other.watch(rig.sockets->connect(wanted));
  rig.until([&] { return other.connected.has_value(); });
  CHECK(other.socket->peer() == sim800::SocketAddress{"10.1.2.3", rig.port()});
}

TEST_CASE("tcp socket: a server that cannot be reached") {
  struct Row {
    const char* host;
    SocketError result;
  };
  for (const bool by_relay : {false, true}) {
    for (const Row& row : {Row{"gone.test", SocketError::dns}, Row{"refuse.test", SocketError::no_connect},
                           Row{"10.9.9.9", SocketError::no_connect}, Row{"127.0.0.1", SocketError::no_connect}}) {
      CAPTURE(row.host);
      SocketRig rig({{"gone.test", "unresolvable"}, {"refuse.test", "refuse"}, {"10.9.9.9", "unresolvable"}});
      if (by_relay) rig.link.relay_always();
      auto wanted = rig.request();
      wanted.host = row.host;
      wanted.port = unused_port(rig.loop);
      rig.connect(wanted);
      rig.until([&] { return rig.module.connected.has_value(); });
      CHECK(rig.module.connected == row.result);
      CHECK(rig.module.socket->room() == 0);
      rig.settle();
      CHECK_FALSE(rig.module.closed);
    }
  }
}

TEST_CASE("tcp socket: a black hole never answers") {
  SocketRig rig(sim800::HostMap{{"hole.test", "blackhole"}});
  auto wanted = rig.request();
  wanted.host = "hole.test";
  rig.connect(wanted);
  rig.settle();
  rig.advance(std::chrono::hours(1));
  CHECK_FALSE(rig.module.connected);
  rig.module.socket.reset();
  rig.settle();

  sim800::LinkModel dead;
  dead.blackhole = true;
  SocketRig silent({}, dead);
  silent.connect();
  silent.advance(std::chrono::hours(1));
  CHECK_FALSE(silent.module.connected);
  CHECK_FALSE(silent.accepted);
}

TEST_CASE("tcp socket: the peer waits while nothing is taken") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketRig rig;
    if (by_relay) rig.link.relay_always();
    rig.module.reads = false;
    rig.acceptor.set_option(asio::socket_base::send_buffer_size(16384));
    rig.establish();
    const std::string text = every_byte(1'000'000);
    rig.peer.write(text);
    rig.until([&] { return rig.module.socket->readable().size() == window; });
    rig.settle();
    CHECK(rig.peer.written == 0);
    CHECK(rig.module.socket->waiting() == window);
    // What is taken is what makes room.
    rig.module.socket->consume(100);
    rig.until([&] { return rig.module.socket->readable().size() == window; });
    CHECK((rig.module.socket->readable() == text.substr(100, window)));
    rig.module.received = text.substr(0, 100);
    rig.module.reads = true;
    rig.module.move();
    rig.until([&] { return rig.module.received.size() == text.size(); });
    CHECK((rig.module.received == text));
  }
}

TEST_CASE("tcp socket: takes no more than there is room for, and counts what a peer has not acknowledged") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketRig rig({}, {}, false, 4096);
    if (by_relay) rig.link.relay_always();
    rig.peer.reads = false;
    rig.establish();
    const std::string text = every_byte(5'000'000);
    rig.module.write(text);
    rig.settle();
    std::size_t given = 0;
    // Until the last buffer on the way is full.
    for (int still = 0; still < 20;) {
      rig.loop.run_for(std::chrono::milliseconds(5));
      rig.loop.restart();
      const std::size_t now = text.size() - rig.module.unsent.size();
      still = now == given ? still + 1 : 0;
      given = now;
    }
    CHECK(given < 500'000);
    CHECK(rig.module.socket->room() == 0);
    CHECK(rig.module.socket->acknowledged() <= given - window);
    rig.peer.reads = true;
    rig.peer.read();
    rig.until(
        [&] { return rig.module.socket->acknowledged() == text.size() && rig.peer.received.size() == text.size(); });
    CHECK((rig.peer.received == text));
  }
}

TEST_CASE("tcp socket: FIN behind bytes that nobody has taken yet") {
  SocketRig rig;
  rig.module.reads = false;
  rig.establish();
  const std::string last = every_byte(window);
  rig.peer.write(last);
  rig.until([&] { return rig.module.socket->readable().size() == last.size(); });
  rig.peer.socket.shutdown(asio::socket_base::shutdown_send);
  rig.until([&] { return rig.module.closed.has_value(); });
  CHECK(rig.module.closed == SocketError::none);
  CHECK((rig.module.socket->readable() == last));
  CHECK(rig.module.socket->room() == 0);
  rig.module.socket->send("too late");
  rig.module.socket->consume(last.size());
  rig.settle();
  CHECK(rig.module.socket->readable().empty());
}

TEST_CASE("tcp socket: a reset is told, whether anything is read or not") {
  for (const bool full : {false, true}) {
    for (const bool by_relay : {false, true}) {
      CAPTURE(full);
      CAPTURE(by_relay);
      SocketRig rig;
      if (by_relay) rig.link.relay_always();
      rig.module.reads = false;
      rig.establish();
      const std::string text = every_byte(full ? 5000 : 100);
      rig.peer.write(text);
      rig.until([&] { return rig.module.socket->readable().size() == std::min(window, text.size()); });
      rig.settle();
      rig.peer.reset();
      rig.until([&] { return rig.module.closed.has_value(); });
      CHECK(rig.module.closed == SocketError::reset);
      CHECK((rig.module.socket->readable() == text.substr(0, window)));
      CHECK(rig.module.socket->room() == 0);
    }
  }
}

TEST_CASE("tcp socket: what was sent goes out before it is closed") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketRig rig({}, {}, false, 4096);
    if (by_relay) rig.link.relay_always();
    rig.peer.reads = false;
    rig.establish();
    std::string all;
    for (std::size_t quiet = 0; quiet < 100;) {
      const std::string more = every_byte(rig.module.socket->room());
      all += more;
      rig.module.socket->send(more);
      rig.settle();
      quiet = more.empty() ? quiet + 1 : 0;
    }
    rig.module.socket.reset();
    rig.settle();
    rig.peer.reads = true;
    rig.peer.read();
    rig.until([&] { return static_cast<bool>(rig.peer.error); });
    CHECK(rig.peer.closed());
    CHECK((rig.peer.received == all));
  }
}

TEST_CASE("tcp socket: closed with something unread, the peer gets a reset") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketRig rig;
    if (by_relay) rig.link.relay_always();
    rig.module.reads = false;
    rig.establish();
    const std::string text = "unread";
    rig.peer.write(text);
    rig.until([&] { return rig.module.socket->readable() == text; });
    rig.module.socket->send("last words");
    rig.module.socket.reset();
    rig.until([&] { return static_cast<bool>(rig.peer.error); });
    CHECK(rig.peer.was_reset());
    CHECK(rig.peer.received == "last words");
  }
}

TEST_CASE("tcp socket: may be destroyed within any event") {
  for (const int which : {0, 1, 2}) {
    CAPTURE(which);
    SocketRig rig;
    rig.connect();
    auto& socket = rig.module.socket;
    int told = 0;
    const auto end = [&] {
      ++told;
      socket.reset();
    };
    if (which == 0) socket->events.connected = [&](SocketError) { end(); };
    if (which == 1) socket->events.changed = end;
    if (which == 2) socket->events.closed = [&](SocketError) { end(); };
    rig.until([&] { return rig.accepted; });
    const std::string text = "hello";
    rig.peer.write(text);
    rig.settle();
    if (which == 2) rig.peer.socket.shutdown(asio::socket_base::shutdown_send);
    rig.until([&] { return told > 0; });
    rig.settle();
    CHECK(told == 1);
  }
}

TEST_CASE("tcp socket: comes from the port it was told to") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketRig rig;
    if (by_relay) rig.link.relay_always();
    auto wanted = rig.request();
    wanted.local_port = unused_port(rig.loop);
    wanted.keep_alive = sim800::KeepAlive{std::chrono::seconds(30), std::chrono::seconds(5), 3};
    rig.connect(wanted);
    rig.until([&] { return rig.accepted && rig.module.connected; });
    CHECK(rig.module.connected == SocketError::none);
    CHECK(rig.peer.socket.remote_endpoint().port() == wanted.local_port);
  }
  SocketRig rig;
  const asio::ip::tcp::acceptor other(rig.loop, {asio::ip::address_v4::any(), 0}, false);
  auto wanted = rig.request();
  wanted.local_port = other.local_endpoint().port();
  rig.connect(wanted);
  rig.until([&] { return rig.module.connected.has_value(); });
  CHECK(rig.module.connected == SocketError::no_connect);
}

TEST_CASE("tcp socket: urgent data are data") {
  SocketRig rig;
  rig.establish();
  const std::string before = "be", after = "fore";
  rig.peer.socket.send(asio::buffer(before));
  rig.peer.socket.send(asio::buffer("!", 1), asio::socket_base::message_out_of_band);
  rig.peer.socket.send(asio::buffer(after));
  rig.until([&] { return rig.module.received.size() == 7; });
  CHECK(rig.module.received == "be!fore");
  rig.settle();
}
