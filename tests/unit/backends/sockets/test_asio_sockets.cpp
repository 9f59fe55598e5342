// The module as a server, and names.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/socket_fixture.hpp"

namespace {

using namespace std::chrono_literals;

using sim800::SocketError;
using sim800::test::every_byte;
using sim800::test::ModuleEnd;
using sim800::test::RelayEnd;
using sim800::test::SocketFixture;
using sim800::test::unused_port;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("server socket: several clients, each with its own bytes") {
  SocketFixture fixture;
  const std::uint16_t port = unused_port(fixture.loop);
  std::vector<std::unique_ptr<ModuleEnd>> accepted;
  auto server = fixture.sockets->listen({"", port}, [&](std::unique_ptr<sim800::Socket> socket) {
    accepted.push_back(std::make_unique<ModuleEnd>());
    accepted.back()->watch(std::move(socket));
  });
  REQUIRE(server);
  CHECK_FALSE(fixture.sockets->listen({"", port}, nullptr));

  constexpr std::size_t count = 5;
  std::vector<std::unique_ptr<RelayEnd>> clients;
  const std::string text = every_byte(100'000);
  for (std::size_t i = 0; i < count; ++i) {
    auto& client = *clients.emplace_back(std::make_unique<RelayEnd>(fixture.loop));
    client.socket.connect({asio::ip::address_v4::loopback(), port});
    client.read();
    client.write(text);
    fixture.until([&] { return accepted.size() == i + 1; });
    CHECK(accepted[i]->socket->peer() == sim800::SocketAddress{"127.0.0.1", client.socket.local_endpoint().port()});
  }
  for (std::size_t i = 0; i < count; ++i) accepted[i]->write(text.substr(0, 1000 * i + 1));
  for (std::size_t i = 0; i < count; ++i) {
    fixture.until(
        [&] { return accepted[i]->received.size() == text.size() && clients[i]->received.size() == 1000 * i + 1; });
    CHECK((accepted[i]->received == text));
    CHECK((clients[i]->received == text.substr(0, 1000 * i + 1)));
    CHECK_FALSE(accepted[i]->closed);
  }

  // The server closes; who is in stays in.
  server.reset();
  RelayEnd late(fixture.loop);
  std::error_code refused;
  late.socket.connect({asio::ip::address_v4::loopback(), port}, refused);
  CHECK(refused == asio::error::connection_refused);
  accepted[0]->write("still here");
  fixture.until([&] { return clients[0]->received.size() == 11; });
  clients[0]->socket.close();
  fixture.until([&] { return accepted[0]->closed.has_value(); });
  CHECK(accepted[0]->closed == SocketError::none);
  // The port can be had again at once.
  CHECK(fixture.sockets->listen({"", port}, nullptr));
}

TEST_CASE("server socket: may be closed, and its client sent away, as one comes") {
  SocketFixture fixture;
  const std::uint16_t port = unused_port(fixture.loop);
  std::unique_ptr<sim800::SocketServer> server;
  int came = 0;
  server = fixture.sockets->listen({"", port}, [&](std::unique_ptr<sim800::Socket>) {
    ++came;
    server.reset();
  });
  RelayEnd client(fixture.loop);
  client.socket.connect({asio::ip::address_v4::loopback(), port});
  client.read();
  fixture.until([&] { return static_cast<bool>(client.error); });
  CHECK(came == 1);
}

TEST_CASE("server socket: its clients come through the radio link") {
  SocketFixture fixture({}, {.latency = 600ms});
  const std::uint16_t port = unused_port(fixture.loop);
  ModuleEnd accepted;
  const auto server = fixture.sockets->listen(
      {"", port}, [&](std::unique_ptr<sim800::Socket> socket) { accepted.watch(std::move(socket)); });
  RelayEnd client(fixture.loop);
  client.socket.connect({asio::ip::address_v4::loopback(), port});
  client.read();
  const std::string text = "hello";
  client.write(text);
  fixture.settle();
  fixture.advance(299ms);
  CHECK_FALSE(accepted.socket);
  fixture.advance(1ms);
  fixture.until([&] { return accepted.socket != nullptr; });
  CHECK(accepted.socket->peer() == sim800::SocketAddress{"127.0.0.1", client.socket.local_endpoint().port()});
  CHECK(accepted.received.empty());
  fixture.advance(300ms);
  fixture.until([&] { return accepted.received == text; });
  accepted.write("back");
  fixture.settle();
  fixture.advance(299ms);
  CHECK(client.received.empty());
  fixture.advance(1ms);
  fixture.until([&] { return client.received == "back"; });
}

TEST_CASE("sockets: names have addresses, by the host map") {
  SocketFixture fixture({{"mapped.test", "10.0.0.1:99"}, {"gone.test", "unresolvable"}});
  struct Row {
    const char* host;
    std::vector<std::string> found;
  };
  for (const Row& row : {Row{"mapped.test", {"10.0.0.1"}}, Row{"gone.test", {}}, Row{"localhost", {"127.0.0.1"}},
                         Row{"192.0.2.1", {"192.0.2.1"}}}) {
    CAPTURE(row.host);
    std::optional<std::vector<std::string>> found;
    std::unique_ptr<sim800::NameQuery> query;
    query = fixture.sockets->resolve(row.host, [&](std::vector<std::string> addresses) {
      found = std::move(addresses);
      query.reset();
    });
    CHECK_FALSE(found);
    fixture.until([&] { return found.has_value(); });
    CHECK(*found == row.found);
  }
  bool called = false;
  fixture.sockets->resolve("localhost", [&](const std::vector<std::string>&) { called = true; });
  fixture.settle();
  CHECK_FALSE(called);
}

TEST_CASE("server socket: of many clients that come at once few are on their way through the radio") {
  SocketFixture fixture({}, {.latency = 1s});
  const std::uint16_t port = unused_port(fixture.loop);
  std::size_t came = 0;
  const auto server = fixture.sockets->listen({"", port}, [&](std::unique_ptr<sim800::Socket>) { ++came; });
  const std::size_t before = open_descriptors();
  constexpr std::size_t count = 100;
  std::vector<std::unique_ptr<RelayEnd>> clients;
  for (std::size_t i = 0; i < count; ++i) {
    auto& client = *clients.emplace_back(std::make_unique<RelayEnd>(fixture.loop));
    client.socket.connect({asio::ip::address_v4::loopback(), port});
  }
  fixture.settle();
  CHECK(came == 0);
  CHECK(open_descriptors() <= before + count + 8);
  while (came < count) {
    const std::size_t earlier = came;
    fixture.advance(1s);
    CHECK(came > earlier);
    CHECK(open_descriptors() <= before + count + 3 * 8 + 2 * 33);  // and those sent away, who do not close
    REQUIRE(came > earlier);
  }
}

TEST_CASE("socket: what is closed against peers that take nothing uses up no descriptors") {
  SocketFixture fixture({}, {}, false, 4096);
  std::vector<sim800::test::tcp::socket> held;
  fixture.establish();
  const std::size_t before = open_descriptors();
  const std::string text = every_byte(2920);
  for (std::size_t number = 1; number <= 100; ++number) {
    fixture.acceptor.async_accept(
        [&](std::error_code, sim800::test::tcp::socket socket) { held.push_back(std::move(socket)); });
    ModuleEnd one;
    one.watch(fixture.sockets->connect(fixture.request()));
    fixture.until([&] { return one.connected && held.size() == number; });
    held.back().send(asio::buffer("unread", 6));
    while (one.socket->room() > 0) {  // until the peer's system takes no more either
      one.socket->send(text);
      fixture.settle();
    }
  }
  fixture.settle();
  CHECK(open_descriptors() <= before + held.size() + 33);
}
