// HTTP over libcurl: what goes wrong, and the module's code for it (manual 11.2.5), each by real means.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

#include "backends/http/curl_http_status.hpp"
#include "tests/support/http_client_fixture.hpp"

namespace {

using sim800::HttpMethod;
using sim800::HttpRequest;
using sim800::HttpResult;
namespace status = sim800::http_status;
using sim800::test::answering;
using sim800::test::HttpClientFixture;
using sim800::test::LoopbackServer;
using sim800::test::request_to;
using sim800::test::run_until;
using sim800::test::Script;
using sim800::test::unused_port;

using End = Script::End;

// The status of a GET to a server with this script.
int status_for(Script script) {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {std::move(script)});
  const HttpResult result = fixture.fetch(request_to(server.port()));
  if (result.head.empty()) CHECK(result.body.empty());
  return result.status;
}

int status_for_answer(std::string text) { return status_for(answering(std::move(text))); }

// Leaves the process without a free file descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = dup(STDERR_FILENO);
    close(lowest);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("http 600: the answer is not HTTP") {
  using namespace std::string_literals;
  CHECK(status_for_answer("220 mail.test ESMTP\r\n") == status::not_http);
  CHECK(status_for_answer("<html>no head at all</html>") == status::not_http);
  CHECK(status_for_answer("HTTP/1.1 abc OK\r\n\r\n") == status::not_http);
  CHECK(status_for_answer("HTTP/9.9 200 OK\r\n\r\n") == status::not_http);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n") == status::not_http);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"s) == status::not_http);
  std::string garbage;
  for (int i = 0; i < 20'000; ++i) garbage += static_cast<char>((i * 7919 + i / 256) % 256);
  CHECK(status_for_answer(garbage) == status::not_http);
}

TEST_CASE("http 601: nobody listens") {
  HttpClientFixture fixture;
  CHECK(fixture.fetch(request_to(unused_port(fixture.loop))).status == status::network_error);
}

TEST_CASE("http 601: the connection is cut") {
  CHECK(status_for({}) == status::network_error);
  CHECK(status_for({.pieces = {}, .end = End::reset}) == status::network_error);
  CHECK(status_for({.pieces = {}, .end = End::reset, .awaits_request = false}) == status::network_error);
  CHECK(status_for_answer("HT") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nContent-Len") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 100 Continue\r\n\r\n") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel") == status::network_error);
  CHECK(status_for_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") == status::network_error);
  CHECK(status_for({.pieces = {"HTTP/1.1 200 OK\r\n\r\nsome"}, .end = End::reset}) == status::network_error);
}

TEST_CASE("http 601: what came of the response before the cut is kept") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  struct Row {
    std::string head, wire, body;
  };
  for (const Row& row :
       {Row{head, "short", "short"}, Row{head, "", ""}, Row{chunked, "5\r\nhello\r\n5\r\nwo", "hellowo"}}) {
    for (const End end : {End::close, End::reset}) {
      HttpClientFixture fixture;
      LoopbackServer server(fixture.loop, {{.pieces = {row.head + row.wire}, .end = end}});
      const HttpResult result = fixture.fetch(request_to(server.port()));
      CHECK(result.status == status::network_error);
      CHECK(result.head == row.head);
      CHECK(result.body == row.body);
    }
  }
}

TEST_CASE("http: what has arrived can be asked for, unless it only leads on") {
  for (const bool leads_on : {false, true}) {
    HttpClientFixture fixture;
    const std::string head = leads_on ? "HTTP/1.1 302 Moved\r\nLocation: /two\r\n" : "HTTP/1.1 200 OK\r\n";
    LoopbackServer server(fixture.loop, {{.pieces = {head + "Content-Length: 99\r\n\r\nshort"}, .end = End::hold}});
    HttpRequest request = request_to(server.port());
    request.follow_redirects = true;
    fixture.start(request);
    CHECK(fixture.transfer->received().body.empty());
    run_until(fixture.loop, [&] { return fixture.transfer->progress().done == 5; });
    const HttpResult received = fixture.transfer->received();
    CHECK(received.body == (leads_on ? "" : "short"));
    CHECK(received.head.empty() == leads_on);
  }
}

TEST_CASE("http 601: a server that says what only the module says") {
  for (int code = 599; code <= 607; ++code) {
    CAPTURE(code);
    HttpClientFixture fixture;
    LoopbackServer server(fixture.loop,
                          {answering("HTTP/1.1 " + std::to_string(code) + " Own\r\nContent-Length: 2\r\n\r\nhi")});
    const HttpResult result = fixture.fetch(request_to(server.port()));
    const bool own = code >= 600 && code <= 606;
    CHECK(result.status == (own ? status::network_error : code));
    CHECK(result.body == (own ? "" : "hi"));
    CHECK(result.head.empty() == own);
  }
}

TEST_CASE("http 602: more than the limit") {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  SUBCASE("a body with its length told") {
    CHECK(status_for_answer(head + "Content-Length: 319489\r\n\r\n" + std::string(319'489, 'x')) == status::no_memory);
  }
  SUBCASE("an endless body") {
    CHECK(status_for({.pieces = {head + "\r\n", std::string(10'000, 'x')}, .endless = true}) == status::no_memory);
  }
  SUBCASE("endless chunks") {
    const std::string chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
    CHECK(status_for({.pieces = {head + "Transfer-Encoding: chunked\r\n\r\n", chunk}, .endless = true}) ==
          status::no_memory);
  }
  SUBCASE("endless header lines") {
    CHECK(status_for({.pieces = {head, "X-More: " + std::string(1000, 'x') + "\r\n"}, .endless = true}) ==
          status::no_memory);
  }
  SUBCASE("a header line without end") {
    CHECK(status_for({.pieces = {head + "X-Long: ", std::string(10'000, 'x')}, .endless = true}) == status::no_memory);
  }
  SUBCASE("a status line without end") {
    CHECK(status_for({.pieces = {"HTTP/1.1 200 ", std::string(10'000, 'x')}, .endless = true}) == status::no_memory);
  }
  SUBCASE("interim answers without end") {
    CHECK(status_for({.pieces = {"HTTP/1.1 100 Continue\r\nX: " + std::string(1000, 'x') + "\r\n\r\n"},
                      .endless = true}) == status::no_memory);
  }
  SUBCASE("trailers without end") {
    CHECK(status_for({.pieces = {head + "Transfer-Encoding: chunked\r\n\r\n0\r\n",
                                 "X-Trailer: " + std::string(1000, 'x') + "\r\n"},
                      .endless = true}) == status::no_memory);
  }
}

TEST_CASE("http 602: the limit is the request's own") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop,
                        {answering("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n" + std::string(50, 'x'))});
  HttpRequest request = request_to(server.port());
  request.limit = 38;
  CHECK(fixture.fetch(request).status == status::no_memory);  // the head has 39 bytes
  request.limit = 49;
  CHECK(fixture.fetch(request).status == status::no_memory);  // the body has 50
  request.limit = 50;
  CHECK(fixture.fetch(request).status == 200);
}

TEST_CASE("http 603: there is no such host") {
  using namespace std::string_literals;
  HttpClientFixture fixture({{"gone.test", "unresolvable"}, {"*", "refuse"}});
  const std::string hosts[] = {"gone.test", "",    " ",      "a b",   "a\r\nHost: b", "a\x01b",  "a/b",
                               "a?b",       "a#b", "user@a", "a:1:2", "[::1",         "[]",      "caf\xe9",
                               "a\0b"s,     "%zz", "%0d%0a", "a\\b",  "a<b>",         "\xff\xfe"};
  for (const std::string& host : hosts) {
    CAPTURE(host);
    HttpRequest request = request_to(80);
    request.host = host;
    CHECK(fixture.fetch(request).status == status::dns_error);
  }
  HttpRequest request = request_to(80);
  request.proxy_host = "gone.test";
  request.proxy_port = 8080;
  CHECK(fixture.fetch(request).status == status::dns_error);
}

TEST_CASE("http 603: a redirect to a host that is not there") {
  HttpClientFixture fixture(sim800::HostMap{{"gone.test", "unresolvable"}});
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 302 Moved\r\nLocation: http://gone.test/\r\n\r\n")});
  HttpRequest request = request_to(server.port());
  request.follow_redirects = true;
  CHECK(fixture.fetch(request).status == status::dns_error);
}

TEST_CASE("http 604: no socket left") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 204 None\r\n\r\n")});
  CHECK(fixture.fetch(request_to(server.port())).status == 204);
  {
    const NoDescriptors none;
    CHECK(fixture.fetch(request_to(server.port())).status == status::stack_busy);
  }
  CHECK(fixture.fetch(request_to(server.port())).status == 204);
}

TEST_CASE("http: the host map's refusals, and its black hole that the service's TIMEOUT has to end") {
  HttpClientFixture fixture({{"refuse.test", "refuse"}, {"192.0.2.1", "unresolvable"}, {"hole.test", "blackhole"}});
  HttpRequest request = request_to(80);
  request.host = "refuse.test";
  CHECK(fixture.fetch(request).status == status::network_error);
  request.host = "192.0.2.1";
  CHECK(fixture.fetch(request).status == status::network_error);
  request.host = "hole.test";
  fixture.start(request);
  fixture.loop.restart();
  fixture.loop.run();  // returns as there is nothing to wait for
  CHECK_FALSE(fixture.result);
  fixture.transfer.reset();
  CHECK_FALSE(fixture.result);
}

TEST_CASE("http: a server that answers before it has read all of a POST has answered") {
  HttpClientFixture fixture;
  LoopbackServer server(
      fixture.loop, {{.pieces = {"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"}, .awaits_request = false}});
  const std::string bytes(5'000'000, 'x');
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  request.body = bytes;
  const HttpResult result = fixture.fetch(request);
  CHECK(result.status == 413);
  CHECK(result.body == "no");
}

TEST_CASE("http 601: the connection is cut while a POST goes out") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {{.pieces = {}, .end = End::reset, .awaits_request = false}}, 4096);
  const std::string bytes(5'000'000, 'x');
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  request.body = bytes;
  CHECK(fixture.fetch(request).status == status::network_error);
}

TEST_CASE("http: an alert is known by its number, not by a word that a host's name may have") {
  using sim800::http_status_of;
  CHECK(http_status_of(CURLE_SSL_CONNECT_ERROR, "error:0A00042E:SSL routines::tlsv1 alert protocol version") == 606);
  CHECK(http_status_of(CURLE_SSL_CONNECT_ERROR, "error:0A000458:SSL routines::tlsv1 unrecognized name") == 606);
  CHECK(http_status_of(CURLE_RECV_ERROR, "OpenSSL SSL_read: error:0A000416:SSL routines::sslv3 alert, errno 0") == 606);
  CHECK(http_status_of(CURLE_SSL_CONNECT_ERROR, "error:0A00010B:SSL routines::wrong version number") == 605);
  CHECK(http_status_of(CURLE_SSL_CONNECT_ERROR, "Connection reset by peer in connection to alert.test:443") == 605);
  CHECK(http_status_of(CURLE_RECV_ERROR, "Recv failure: Connection reset by peer") == 601);
  CHECK(http_status_of(CURLE_SSL_CONNECT_ERROR, "error:") == 605);
}
