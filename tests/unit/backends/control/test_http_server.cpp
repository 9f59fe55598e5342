// The control interface's server: clients that leave, and answers that come later.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "backends/control/http_server.hpp"
#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct ServerFixture : Fixture {
  ServerFixture() {
    server->start([this](const std::shared_ptr<HttpExchange>& exchange) {
      held = exchange;
      held->on_gone = [this] { gone = true; };
    });
  }

  UniqueFd ask(const std::string& request) {
    UniqueFd client = connected_to_path(path);
    write(client.get(), request);
    return client;
  }
  UniqueFd wait_for_it() {
    UniqueFd client = ask("GET /v1/wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    run_until([this] { return held != nullptr; });
    settle();
    return client;
  }
  /// Long before anybody is looked after.
  bool is_noticed() {
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    while (!gone && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_for(std::chrono::seconds(1));
    }
    return gone;
  }

  TemporaryFolder folder;
  std::string path = folder.path / "control";
  std::unique_ptr<HttpServer> server = std::make_unique<HttpServer>(loop, "unix:" + path);
  std::shared_ptr<HttpExchange> held;
  bool gone = false;
};

TEST_CASE_FIXTURE(ServerFixture, "http server: an answer may come later") {
  const UniqueFd client = wait_for_it();
  CHECK(held->present());
  held->answer({.body = "{}\n"});
  settle();
  CHECK(read(client.get(), 15) == "HTTP/1.1 200 OK");
  CHECK_FALSE(gone);
}

TEST_CASE_FIXTURE(ServerFixture, "http server: who leaves while it waits is noticed at once") {
  UniqueFd client = wait_for_it();
  client = UniqueFd();
  CHECK(is_noticed());
  CHECK_FALSE(held->present());
}

TEST_CASE_FIXTURE(ServerFixture, "http server: so is who has ended its sending, or leaves a stream") {
  SUBCASE("half closed") {
    const UniqueFd client = wait_for_it();
    shutdown(client.get(), SHUT_WR);
    CHECK(is_noticed());
    CHECK(read(client.get(), 12) == "HTTP/1.1 408");
  }
  SUBCASE("a stream, and bytes that nobody reads") {
    UniqueFd client = wait_for_it();
    std::weak_ptr<int> taken;
    {
      const auto token = std::make_shared<int>();
      taken = token;
      held->stream("text/event-stream", [token, first = true]() mutable -> std::optional<std::string> {
        return std::exchange(first, false) ? "data: x\n\n" : "";
      });
    }
    settle();
    client = UniqueFd();
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    while (!taken.expired() && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_for(std::chrono::seconds(1));
    }
    CHECK(taken.expired());
  }
}

TEST_CASE_FIXTURE(ServerFixture, "http server: places that were left are free again") {
  for (unsigned n = 0; n < 2 * HttpServer::max_clients; ++n) {
    held.reset();
    gone = false;
    UniqueFd client = wait_for_it();
    client = UniqueFd();
    REQUIRE(is_noticed());
  }
}

TEST_CASE("http server: an address that cannot be is refused") {
  asio::io_context loop;
  CHECK_THROWS_WITH_AS(HttpServer(loop, "nonsense"), "--control: \"nonsense\" is no HOST:PORT ([HOST]:PORT for IPv6)",
                       HttpServerError);
  const HttpServer local(loop, "127.0.0.1:0"), unspecific(loop, "0.0.0.0:0");
  CHECK(local.url().starts_with("http://127.0.0.1:"));
  CHECK(local.is_local());
  CHECK_FALSE(local.is_unix());
  CHECK_FALSE(unspecific.is_local());
}

}  // namespace
}  // namespace sim800::endpoint_test
