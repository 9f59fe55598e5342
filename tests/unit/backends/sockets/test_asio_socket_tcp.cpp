// TCP sockets of the module, against a peer on loopback.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/support/socket_fixture.hpp"

namespace {

using sim800::SocketError;
using sim800::test::every_byte;
using sim800::test::ModuleEnd;
using sim800::test::SocketFixture;
using sim800::test::unused_port;
constexpr std::size_t window = sim800::Socket::window;

}  // namespace

TEST_CASE("tcp socket: bytes of every value pass both ways, in any amount") {
  for (const bool by_relay : {false, true}) {
    for (const std::size_t size : {0, 1, 1460, 1461, 2920, 2921, 1'000'000}) {
      CAPTURE(by_relay);
      CAPTURE(size);
      SocketFixture fixture;
      if (by_relay) fixture.link.relay_always();
      fixture.establish();
      const std::string up = every_byte(size), down = every_byte(size + 3).substr(3);
      fixture.peer.write(down);
      fixture.module.write(up);
      fixture.until([&] { return fixture.peer.received.size() >= size && fixture.module.received.size() >= size; });
      CHECK((fixture.peer.received == up));
      CHECK((fixture.module.received == down));
      CHECK(fixture.module.largest <= window);
      fixture.until([&] { return fixture.module.socket->acknowledged() == size; });
      fixture.module.socket->finish();
      fixture.until([&] { return fixture.peer.closed(); });
      CHECK_FALSE(fixture.module.closed);
      fixture.peer.socket.close();
      fixture.until([&] { return fixture.module.closed.has_value(); });
      CHECK(fixture.module.closed == SocketError::none);
    }
  }
}

TEST_CASE("tcp socket: knows its peer") {
  SocketFixture fixture({{"server.test", "127.0.0.1"}, {"10.1.2.3", "127.0.0.1"}});
  auto wanted = fixture.request();
  wanted.host = "server.test";
  fixture.connect(wanted);
  CHECK(fixture.module.socket->peer().host.empty());
  fixture.until([&] { return fixture.module.connected.has_value(); });
  CHECK(fixture.module.socket->peer() == sim800::SocketAddress{"127.0.0.1", fixture.port()});
  // Firmware that has named an address finds that very one.
  ModuleEnd other;
  wanted.host = "10.1.2.3";
  other.watch(fixture.sockets->connect(wanted));
  fixture.until([&] { return other.connected.has_value(); });
  CHECK(other.socket->peer() == sim800::SocketAddress{"10.1.2.3", fixture.port()});
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
      SocketFixture fixture({{"gone.test", "unresolvable"}, {"refuse.test", "refuse"}, {"10.9.9.9", "unresolvable"}});
      if (by_relay) fixture.link.relay_always();
      auto wanted = fixture.request();
      wanted.host = row.host;
      wanted.port = unused_port(fixture.loop);
      fixture.connect(wanted);
      fixture.until([&] { return fixture.module.connected.has_value(); });
      CHECK(fixture.module.connected == row.result);
      CHECK(fixture.module.socket->room() == 0);
      fixture.settle();
      CHECK_FALSE(fixture.module.closed);
    }
  }
}

TEST_CASE("tcp socket: a black hole never answers") {
  SocketFixture fixture(sim800::HostMap{{"hole.test", "blackhole"}});
  auto wanted = fixture.request();
  wanted.host = "hole.test";
  fixture.connect(wanted);
  fixture.settle();
  fixture.advance(std::chrono::hours(1));
  CHECK_FALSE(fixture.module.connected);
  fixture.module.socket.reset();
  fixture.settle();

  sim800::LinkModel dead;
  dead.blackhole = true;
  SocketFixture silent({}, dead);
  silent.connect();
  silent.advance(std::chrono::hours(1));
  CHECK_FALSE(silent.module.connected);
  CHECK_FALSE(silent.accepted);
}

TEST_CASE("tcp socket: the peer waits while nothing is taken") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketFixture fixture;
    if (by_relay) fixture.link.relay_always();
    fixture.module.reads = false;
    fixture.acceptor.set_option(asio::socket_base::send_buffer_size(16384));
    fixture.establish();
    const std::string text = every_byte(1'000'000);
    fixture.peer.write(text);
    fixture.until([&] { return fixture.module.socket->readable().size() == window; });
    fixture.settle();
    CHECK(fixture.peer.written == 0);
    CHECK(fixture.module.socket->waiting() == window);
    // What is taken is what makes room.
    fixture.module.socket->consume(100);
    fixture.until([&] { return fixture.module.socket->readable().size() == window; });
    CHECK((fixture.module.socket->readable() == text.substr(100, window)));
    fixture.module.received = text.substr(0, 100);
    fixture.module.reads = true;
    fixture.module.move();
    fixture.until([&] { return fixture.module.received.size() == text.size(); });
    CHECK((fixture.module.received == text));
  }
}

TEST_CASE("tcp socket: takes no more than there is room for, and counts what a peer has not acknowledged") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketFixture fixture({}, {}, false, 4096);
    if (by_relay) fixture.link.relay_always();
    fixture.peer.reads = false;
    fixture.establish();
    const std::string text = every_byte(5'000'000);
    fixture.module.write(text);
    fixture.settle();
    std::size_t given = 0;
    // Until the last buffer on the way is full.
    for (int still = 0; still < 20;) {
      fixture.loop.run_for(std::chrono::milliseconds(5));
      fixture.loop.restart();
      const std::size_t now = text.size() - fixture.module.unsent.size();
      still = now == given ? still + 1 : 0;
      given = now;
    }
    CHECK(given < 500'000);
    CHECK(fixture.module.socket->room() == 0);
    CHECK(fixture.module.socket->acknowledged() <= given - window);
    fixture.peer.reads = true;
    fixture.peer.read();
    fixture.until([&] {
      return fixture.module.socket->acknowledged() == text.size() && fixture.peer.received.size() == text.size();
    });
    CHECK((fixture.peer.received == text));
  }
}

TEST_CASE("tcp socket: FIN behind bytes that nobody has taken yet") {
  SocketFixture fixture;
  fixture.module.reads = false;
  fixture.establish();
  const std::string last = every_byte(window);
  fixture.peer.write(last);
  fixture.until([&] { return fixture.module.socket->readable().size() == last.size(); });
  fixture.peer.socket.shutdown(asio::socket_base::shutdown_send);
  fixture.until([&] { return fixture.module.closed.has_value(); });
  CHECK(fixture.module.closed == SocketError::none);
  CHECK((fixture.module.socket->readable() == last));
  CHECK(fixture.module.socket->room() == 0);
  fixture.module.socket->send("too late");
  fixture.module.socket->consume(last.size());
  fixture.settle();
  CHECK(fixture.module.socket->readable().empty());
}

TEST_CASE("tcp socket: a reset is told, whether anything is read or not") {
  for (const bool full : {false, true}) {
    for (const bool by_relay : {false, true}) {
      CAPTURE(full);
      CAPTURE(by_relay);
      SocketFixture fixture;
      if (by_relay) fixture.link.relay_always();
      fixture.module.reads = false;
      fixture.establish();
      const std::string text = every_byte(full ? 5000 : 100);
      fixture.peer.write(text);
      fixture.until([&] { return fixture.module.socket->readable().size() == std::min(window, text.size()); });
      fixture.settle();
      fixture.peer.reset();
      fixture.until([&] { return fixture.module.closed.has_value(); });
      CHECK(fixture.module.closed == SocketError::reset);
      CHECK((fixture.module.socket->readable() == text.substr(0, window)));
      CHECK(fixture.module.socket->room() == 0);
    }
  }
}

TEST_CASE("tcp socket: what was sent goes out before it is closed") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketFixture fixture({}, {}, false, 4096);
    if (by_relay) fixture.link.relay_always();
    fixture.peer.reads = false;
    fixture.establish();
    std::string all;
    for (std::size_t quiet = 0; quiet < 100;) {
      const std::string more = every_byte(fixture.module.socket->room());
      all += more;
      fixture.module.socket->send(more);
      fixture.settle();
      quiet = more.empty() ? quiet + 1 : 0;
    }
    fixture.module.socket.reset();
    fixture.settle();
    fixture.peer.reads = true;
    fixture.peer.read();
    fixture.until([&] { return static_cast<bool>(fixture.peer.error); });
    CHECK(fixture.peer.closed());
    CHECK((fixture.peer.received == all));
  }
}

TEST_CASE("tcp socket: closed with something unread, the peer gets a reset") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketFixture fixture;
    if (by_relay) fixture.link.relay_always();
    fixture.module.reads = false;
    fixture.establish();
    const std::string text = "unread";
    fixture.peer.write(text);
    fixture.until([&] { return fixture.module.socket->readable() == text; });
    fixture.module.socket->send("last words");
    fixture.module.socket.reset();
    fixture.until([&] { return static_cast<bool>(fixture.peer.error); });
    CHECK(fixture.peer.was_reset());
    CHECK(fixture.peer.received == "last words");
  }
}

TEST_CASE("tcp socket: may be destroyed within any event") {
  for (const int which : {0, 1, 2}) {
    CAPTURE(which);
    SocketFixture fixture;
    fixture.connect();
    auto& socket = fixture.module.socket;
    int told = 0;
    const auto end = [&] {
      ++told;
      socket.reset();
    };
    if (which == 0) socket->events.connected = [&](SocketError) { end(); };
    if (which == 1) socket->events.changed = end;
    if (which == 2) socket->events.closed = [&](SocketError) { end(); };
    fixture.until([&] { return fixture.accepted; });
    const std::string text = "hello";
    fixture.peer.write(text);
    fixture.settle();
    if (which == 2) fixture.peer.socket.shutdown(asio::socket_base::shutdown_send);
    fixture.until([&] { return told > 0; });
    fixture.settle();
    CHECK(told == 1);
  }
}

TEST_CASE("tcp socket: comes from the port it was told to") {
  for (const bool by_relay : {false, true}) {
    CAPTURE(by_relay);
    SocketFixture fixture;
    if (by_relay) fixture.link.relay_always();
    auto wanted = fixture.request();
    wanted.local_port = unused_port(fixture.loop);
    wanted.keep_alive = sim800::KeepAlive{std::chrono::seconds(30), std::chrono::seconds(5), 3};
    fixture.connect(wanted);
    fixture.until([&] { return fixture.accepted && fixture.module.connected; });
    CHECK(fixture.module.connected == SocketError::none);
    CHECK(fixture.peer.socket.remote_endpoint().port() == wanted.local_port);
  }
  SocketFixture fixture;
  const asio::ip::tcp::acceptor other(fixture.loop, {asio::ip::address_v4::any(), 0}, false);
  auto wanted = fixture.request();
  wanted.local_port = other.local_endpoint().port();
  fixture.connect(wanted);
  fixture.until([&] { return fixture.module.connected.has_value(); });
  CHECK(fixture.module.connected == SocketError::no_connect);
}

TEST_CASE("tcp socket: urgent data are data") {
  SocketFixture fixture;
  fixture.establish();
  const std::string before = "be", after = "fore";
  fixture.peer.socket.send(asio::buffer(before));
  fixture.peer.socket.send(asio::buffer("!", 1), asio::socket_base::message_out_of_band);
  fixture.peer.socket.send(asio::buffer(after));
  fixture.until([&] { return fixture.module.received.size() == 7; });
  CHECK(fixture.module.received == "be!fore");
  fixture.settle();
}
