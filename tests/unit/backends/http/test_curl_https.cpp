// HTTPS over libcurl against the `openssl` program: versions, SNI, certificates, alerts, proxies.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "tests/support/http_client_fixture.hpp"
#include "tests/support/openssl_program.hpp"
#include "tests/support/tls_server.hpp"

namespace {

using sim800::HttpRequest;
using sim800::HttpResult;
using sim800::TlsVersion;
namespace status = sim800::http_status;
using sim800::test::answering;
using sim800::test::HttpClientFixture;
using sim800::test::LoopbackServer;
using sim800::test::request_to;
using sim800::test::Script;
using sim800::test::TlsServer;
using sim800::test::unused_port;

HttpRequest tls_request_to(std::uint16_t port) {
  HttpRequest request = request_to(port);
  request.tls = true;
  request.host = "tls.test";
  return request;
}

const sim800::HostMap hosts = {{"tls.test", "127.0.0.1"}, {"other.test", "127.0.0.1"}};

// A proxy that knows CONNECT: takes one connection to wherever the test says, and passes the bytes on.
class ConnectProxy {
 public:
  ConnectProxy(asio::io_context& loop, std::uint16_t target)
      : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}), client_(loop), server_(loop) {
    acceptor_.async_accept(client_, [this, target](std::error_code) {
      client_.async_read_some(asio::buffer(up_), [this, target](std::error_code, std::size_t n) {
        request.assign(up_.data(), n);
        server_.connect({asio::ip::address_v4::loopback(), target});
        asio::write(client_, asio::buffer(std::string_view("HTTP/1.1 200 Connected\r\nX-Proxy: 1\r\n\r\n")));
        pump(client_, server_, up_);
        pump(server_, client_, down_);
      });
    });
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string request;

 private:
  using Socket = asio::ip::tcp::socket;
  using Bytes = std::array<char, 16384>;

  void pump(Socket& from, Socket& to, Bytes& bytes) {
    from.async_read_some(asio::buffer(bytes), [this, &from, &to, &bytes](std::error_code error, std::size_t n) {
      std::error_code ignored;
      if (error) {
        to.shutdown(Socket::shutdown_send, ignored);
        return;
      }
      asio::write(to, asio::buffer(bytes, n), ignored);
      pump(from, to, bytes);
    });
  }

  asio::ip::tcp::acceptor acceptor_;
  Socket client_, server_;
  Bytes up_{}, down_{};
};

}  // namespace

TEST_CASE("https: a page comes through, by TLS 1.2 unless less is wanted") {
  const TlsServer server({"-tls1_2"});
  HttpClientFixture fixture(hosts);
  const HttpResult result = fixture.fetch(tls_request_to(server.port()));
  CHECK(result.status == 200);
  CHECK(result.head.starts_with("HTTP/1.0 200 ok\r\n"));
  CHECK(result.body.find("TLSv1.2") != std::string::npos);
  HttpRequest request = tls_request_to(server.port());
  request.tls_options.profile.max = TlsVersion::v1_1;
  CHECK(fixture.fetch(request).status == status::tls_alert);
}

TEST_CASE("https: old versions are spoken") {
  for (const auto& [version, name] :
       {std::pair(TlsVersion::v1_0, "Protocol  : TLSv1\n"), std::pair(TlsVersion::v1_1, "Protocol  : TLSv1.1\n")}) {
    const TlsServer server;
    HttpClientFixture fixture(hosts);
    HttpRequest request = tls_request_to(server.port());
    request.tls_options.profile.max = version;
    const HttpResult result = fixture.fetch(request);
    CHECK(result.status == 200);
    CHECK(result.body.find(name) != std::string::npos);
  }
}

TEST_CASE("https: the server's name is told in the handshake, or not") {
  // This server refuses any other name with an alert, but takes clients that tell none.
  const TlsServer server({"-servername", "tls.test", "-servername_fatal"});
  HttpClientFixture fixture(hosts);
  HttpRequest request = tls_request_to(server.port());
  CHECK(fixture.fetch(request).status == 200);
  request.host = "other.test";
  CHECK(fixture.fetch(request).status == status::tls_alert);
  request.tls_options.profile.sni = false;
  CHECK(fixture.fetch(request).status == 200);
}

TEST_CASE("https 606: the peer's alert, a refused certificate") {
  HttpClientFixture fixture(hosts);
  SUBCASE("the server speaks TLS 1.3 only") {
    const TlsServer server({"-tls1_3"});
    CHECK(fixture.fetch(tls_request_to(server.port())).status == status::tls_alert);
  }
  SUBCASE("the server wants a certificate from us") {
    const TlsServer server({"-Verify", "1"});
    CHECK(fixture.fetch(tls_request_to(server.port())).status == status::tls_alert);
  }
  SUBCASE("nobody vouches for the server's certificate") {
    const TlsServer server;
    HttpRequest request = tls_request_to(server.port());
    request.tls_options.verify_peer = true;
    CHECK(fixture.fetch(request).status == status::tls_alert);
  }
}

TEST_CASE("https 605: no channel comes about") {
  HttpClientFixture fixture(hosts);
  Script script = answering("HTTP/1.1 400 Bad Request\r\n\r\n");
  script.awaits_request = false;
  SUBCASE("plain HTTP") {}
  SUBCASE("silence and a cut") { script = {.pieces = {}, .awaits_request = false}; }
  LoopbackServer server(fixture.loop, {script});
  CHECK(fixture.fetch(tls_request_to(server.port())).status == status::tls_no_channel);
}

TEST_CASE("https 601: nobody listens") {
  HttpClientFixture fixture(hosts);
  CHECK(fixture.fetch(tls_request_to(unused_port(fixture.loop))).status == status::network_error);
}

TEST_CASE("https: a redirect from http does not lead over") {
  const TlsServer server;
  HttpClientFixture fixture(hosts);
  LoopbackServer plain(
      fixture.loop,
      {answering("HTTP/1.1 302 Moved\r\nLocation: https://tls.test:" + std::to_string(server.port()) + "/\r\n\r\n")});
  HttpRequest request = request_to(plain.port());
  request.follow_redirects = true;
  CHECK(fixture.fetch(request).status == 302);
}

TEST_CASE("https: a proxy is asked to CONNECT, and its answer is not the server's") {
  const TlsServer server;
  HttpClientFixture fixture;
  ConnectProxy proxy(fixture.loop, server.port());
  HttpRequest request = tls_request_to(443);
  request.host = "nowhere.invalid";
  request.headers = {"X-Secret: for the server"};
  request.proxy_host = "127.0.0.1";
  request.proxy_port = proxy.port();
  const HttpResult result = fixture.fetch(request);
  CHECK(result.status == 200);
  CHECK(result.head.find("X-Proxy") == std::string::npos);
  CHECK(proxy.request ==
        "CONNECT nowhere.invalid:443 HTTP/1.1\r\nHost: nowhere.invalid:443\r\n"
        "User-Agent: SIMCom_MODULE\r\n\r\n");
}

TEST_CASE("https 601: a proxy that refuses") {
  HttpClientFixture fixture;
  LoopbackServer proxy(fixture.loop, {answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")});
  HttpRequest request = tls_request_to(443);
  request.proxy_host = "127.0.0.1";
  request.proxy_port = proxy.port();
  CHECK(fixture.fetch(request).status == status::network_error);
}

TEST_CASE("https: a transfer can be destroyed at any step of the handshake") {
  const TlsServer server;
  std::size_t cancelled = 0;
  for (int steps = 0;; ++steps) {
    HttpClientFixture fixture(hosts);
    fixture.start(tls_request_to(server.port()));
    for (int i = 0; i < steps && !fixture.result; ++i) fixture.loop.run_one();
    if (fixture.result) break;
    ++cancelled;
    fixture.transfer.reset();
    fixture.loop.poll();
    CHECK_FALSE(fixture.result);
  }
  CHECK(cancelled > 3);
}
