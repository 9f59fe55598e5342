// HTTP over libcurl: what goes out, what comes back, progress, cancellation.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>

#include "tests/support/http_client_fixture.hpp"

namespace {

using sim800::HttpMethod;
using sim800::HttpProgress;
using sim800::HttpRequest;
using sim800::HttpResult;
using sim800::test::answering;
using sim800::test::at;
using sim800::test::body_of;
using sim800::test::Head;
using sim800::test::hello;
using sim800::test::HttpClientFixture;
using sim800::test::LoopbackServer;
using sim800::test::redirect_to;
using sim800::test::request_to;
using sim800::test::run_until;
using sim800::test::Script;
using sim800::test::unused_port;

}  // namespace

TEST_CASE("http: through a link that is not clear") {
  HttpClientFixture fixture;
  fixture.link.set_model({.latency = std::chrono::milliseconds(2), .down_kbps = 100'000});
  const std::string body(100'000, 'x');
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body)});
  const HttpResult result = fixture.fetch(request_to(server.port(), "/page"));
  CHECK(result.status == 200);
  CHECK((result.body == body));
  CHECK(Head(server.requests.at(0)).lines.contains("Host: " + at(server.port())));
  CHECK(fixture.fetch(request_to(sim800::test::unused_port(fixture.loop))).status ==
        sim800::http_status::network_error);
}

TEST_CASE("http: GET sends these headers and no others, and gives back status, head and body") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 200 Fine\r\nX-One: A\r\nContent-Length: 5\r\n\r\nhello")});
  const HttpResult result = fixture.fetch(request_to(server.port(), "/a%2Fb/../c?d=e&f=%20"));
  CHECK(result.status == 200);
  CHECK(result.head == "HTTP/1.1 200 Fine\r\nX-One: A\r\nContent-Length: 5\r\n\r\n");
  CHECK(result.body == "hello");
  const Head head(server.requests.at(0));
  CHECK(head.first == "GET /a%2Fb/../c?d=e&f=%20 HTTP/1.1");
  CHECK(head.lines == std::multiset<std::string>{"Host: " + at(server.port()), "User-Agent: SIMCom_MODULE",
                                                 "Accept: */*", "Connection: close"});
}

TEST_CASE("http: a mapped name keeps its Host header") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  sim800::RadioLink link(fixture.loop, {{"www.sim.com", at(server.port())}}, fixture.clock);
  fixture.client = make_curl_http_client(fixture.loop, link);
  HttpRequest request = request_to(80);
  request.host = "www.sim.com";
  CHECK(fixture.fetch(request).status == 200);
  CHECK(Head(server.requests.at(0)).lines.count("Host: www.sim.com") == 1);
}

TEST_CASE("http: a name that is not mapped is resolved") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(server.port());
  request.host = "localhost";
  CHECK(fixture.fetch(request).body == "hello");
}

TEST_CASE("http: POST sends the very bytes, and a form's type unless another is given") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i % 256);
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  request.body = bytes;
  SUBCASE("form") {}
  SUBCASE("given") { request.content_type = "application/json"; }
  SUBCASE("given as an extra header") { request.headers = {"content-type: application/json"}; }
  CHECK(fixture.fetch(request).body == "hello");
  const std::string& sent = server.requests.at(0);
  CHECK(body_of(sent) == bytes);
  const Head head(sent);
  CHECK(head.first == "POST / HTTP/1.1");
  CHECK(head.lines.count("Content-Length: 100000") == 1);
  CHECK(head.lines.size() == 6);
  const std::string type = request.headers.empty() ? "Content-Type: " : "content-type: ";
  const bool form = request.headers.empty() && request.content_type.empty();
  CHECK(head.lines.count(type + (form ? "application/x-www-form-urlencoded" : "application/json")) == 1);
}

TEST_CASE("http: a POST without a body says so") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 204 No Content\r\n\r\n")});
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  CHECK(fixture.fetch(request).status == 204);
  CHECK(Head(server.requests.at(0)).lines.count("Content-Length: 0") == 1);
}

TEST_CASE("http: HEAD has the head only, whatever length it names") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")});
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::head;
  const HttpResult result = fixture.fetch(request);
  CHECK(result.status == 200);
  CHECK(result.head == "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(result.body.empty());
  CHECK(Head(server.requests.at(0)).first == "HEAD / HTTP/1.1");
}

TEST_CASE("http: DELETE sends no body and gets one") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(server.port(), "/thing");
  request.method = HttpMethod::del;
  request.body = "not sent";
  CHECK(fixture.fetch(request).body == "hello");
  const Head head(server.requests.at(0));
  CHECK(head.first == "DELETE /thing HTTP/1.1");
  CHECK(head.lines.size() == 4);
  CHECK(body_of(server.requests.at(0)).empty());
}

TEST_CASE("http: a range and extra headers go out, 206 comes back") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nlo")});
  HttpRequest request = request_to(server.port());
  request.range = "3-";
  request.headers = {"Authorization: Basic QQ==", "X-Empty:", "Accept: text/html"};
  const HttpResult result = fixture.fetch(request);
  CHECK(result.status == 206);
  CHECK(result.body == "lo");
  const auto lines = Head(server.requests.at(0)).lines;
  CHECK(lines.count("Range: bytes=3-") == 1);
  CHECK(lines.count("Authorization: Basic QQ==") == 1);
  CHECK(lines.count("X-Empty:") == 1);
  CHECK(lines.count("Accept: text/html") == 1);
  CHECK(lines.count("Accept: */*") == 0);
}

TEST_CASE("http: nothing that firmware gives can add a line to the request, or change its length") {
  using namespace std::string_literals;
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(server.port(), "/a\r\nX-Evil: 1\r\n\r\n b\x80\0c"s);
  request.method = HttpMethod::post;
  request.body = "body";
  request.user_agent = "U\r\nX-Evil: 2";
  request.content_type = "text/plain\r\nX-Evil: 3";
  request.range = "1-\r\nX-Evil: 4";
  request.headers = {"X-A: 1\r\nX-Evil: 5",
                     "X-B: 1\nX-Evil: 6",
                     "X-C: \0X-Evil: 7"s,
                     " X-Evil: 8",
                     "no colon",
                     "X Evil: 9",
                     "Content-Length: 999",
                     "transfer-encoding: chunked",
                     "Expect: 100-continue",
                     "Connection: keep-alive",
                     "Host:",
                     "X-Good: yes",
                     ": nameless",
                     ""};
  CHECK(fixture.fetch(request).status == 200);
  const Head head(server.requests.at(0));
  CHECK(head.first == "POST /a%0D%0AX-Evil:%201%0D%0A%0D%0A%20b%80%00c HTTP/1.1");
  CHECK(head.lines == std::multiset<std::string>{"Host:", "User-Agent: UX-Evil: 2", "Accept: */*", "Connection: close",
                                                 "Range: bytes=1-X-Evil: 4", "Content-Type: text/plainX-Evil: 3",
                                                 "Content-Length: 4", "X-Good: yes"});
  CHECK(body_of(server.requests.at(0)) == "body");
}

TEST_CASE("http: chunks are put together, trailers and interim answers left out, other encodings left alone") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop,
                        {answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
                                   "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Trailer: 1\r\nHTTP/1.1 500: no\r\n\r\n")});
  const HttpResult result = fixture.fetch(request_to(server.port()));
  CHECK(result.status == 200);
  CHECK(result.head == "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(result.body == "abcdefg");
}

TEST_CASE("http: an answer that drips in byte by byte is the same") {
  HttpClientFixture fixture;
  Script drip;
  for (const char c : std::string_view(hello)) drip.pieces.emplace_back(1, c);
  LoopbackServer server(fixture.loop, {drip});
  CHECK(fixture.fetch(request_to(server.port())).body == "hello");
}

TEST_CASE("http: without a length the body goes up to the end; what exceeds the length is not body") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering("HTTP/1.0 200 OK\r\n\r\nuntil the end"),
                                       answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello")});
  CHECK(fixture.fetch(request_to(server.port())).body == "until the end");
  CHECK(fixture.fetch(request_to(server.port())).body == "he");
}

TEST_CASE("http: a body of just the limit is taken, bytes of any value") {
  HttpClientFixture fixture;
  std::string bytes;
  for (int i = 0; i < 319'488; ++i) bytes += static_cast<char>(i % 251);
  LoopbackServer server(fixture.loop, {answering("HTTP/1.1 200 OK\r\nContent-Length: 319488\r\n\r\n" + bytes)});
  CHECK(fixture.fetch(request_to(server.port())).body == bytes);
}

TEST_CASE("http: progress of a download shows while it runs") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop,
                        {{.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", std::string(100, 'x')},
                          .end = Script::End::hold}});
  fixture.start(request_to(server.port()));
  CHECK(fixture.transfer->progress().done == 0);
  CHECK_FALSE(fixture.transfer->progress().sending);
  run_until(fixture.loop, [&] { return fixture.transfer->progress().done == 100; });
  CHECK(fixture.transfer->progress().total == 1000);
  CHECK_FALSE(fixture.transfer->progress().sending);
  CHECK_FALSE(fixture.result);
}

TEST_CASE("http: progress of an upload shows while it runs") {
  HttpClientFixture fixture;
  // The server does not read before it has been seen that not everything is out.
  LoopbackServer server(fixture.loop, {answering(hello)}, 4096);
  const std::string bytes(20'000'000, 'x');
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  request.body = bytes;
  fixture.start(request);
  HttpProgress progress = fixture.transfer->progress();
  CHECK(progress.sending);
  CHECK(progress.total == bytes.size());
  run_until(fixture.loop, [&] { return fixture.transfer->progress().done > 0; });
  progress = fixture.transfer->progress();
  CHECK(progress.sending);
  CHECK(progress.done < bytes.size());
  CHECK(progress.total == bytes.size());
  run_until(fixture.loop, [&] { return !fixture.transfer->progress().sending; });
  run_until(fixture.loop, [&] { return fixture.result.has_value(); });
  CHECK(fixture.result->body == "hello");
  CHECK(body_of(server.requests.at(0)).size() == bytes.size());
}

TEST_CASE("http: what the radio link has taken of an upload counts as sent once the server has it") {
  HttpClientFixture fixture;
  fixture.link.set_model({.up_kbps = 80});  // 10,000 bytes a second
  LoopbackServer server(fixture.loop, {answering(hello)});
  const std::string bytes(200'000, 'x');
  HttpRequest request = request_to(server.port());
  request.method = HttpMethod::post;
  request.body = bytes;
  fixture.start(request);
  run_until(fixture.loop, [&] { return fixture.transfer->progress().done > 0; });
  CHECK(fixture.transfer->progress().sending);
  CHECK(fixture.transfer->progress().done < 20'000);
  fixture.transfer.reset();
}

TEST_CASE("http: a transfer can be destroyed at any step") {
  std::size_t cancelled = 0;
  for (int steps = 0;; ++steps) {
    HttpClientFixture fixture;
    Script script{.pieces = {redirect_to("/two")}};
    LoopbackServer server(fixture.loop,
                          {script, {.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", "llo"}}});
    HttpRequest request = request_to(server.port());
    request.host = "localhost";
    request.follow_redirects = true;
    fixture.start(request);
    for (int i = 0; i < steps && !fixture.result; ++i) fixture.loop.run_one();
    if (fixture.result) break;
    ++cancelled;
    fixture.transfer.reset();
    run_until(fixture.loop, [&] { return server.ended == server.requests.size(); });
    fixture.loop.poll();
    CHECK_FALSE(fixture.result);
    // The client is as good as before.
    CHECK(fixture.fetch(request_to(server.port())).status != 601);
  }
  CHECK(cancelled > 5);
}

TEST_CASE("http: a transfer and its client can be destroyed by the transfer's own answer") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(server.port());
  bool answered = false;
  SUBCASE("after a request") {}
  SUBCASE("after a host that is none") { request.host = "a b"; }
  SUBCASE("after a connection that fails") { request.port = unused_port(fixture.loop); }
  fixture.transfer = fixture.client->start(request, [&](const HttpResult&) {
    fixture.transfer.reset();
    fixture.client.reset();
    answered = true;
  });
  run_until(fixture.loop, [&] { return answered; });
  fixture.loop.poll();
}

TEST_CASE("http: a request can be started from within the answer to another, and several run at once") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  std::unique_ptr<sim800::HttpTransfer> second, third;
  int answers = 0;
  fixture.transfer = fixture.client->start(request_to(server.port()), [&](const HttpResult&) {
    ++answers;
    second = fixture.client->start(request_to(server.port()), [&](const HttpResult&) { ++answers; });
    third = fixture.client->start(request_to(server.port()), [&](const HttpResult&) { ++answers; });
  });
  run_until(fixture.loop, [&] { return answers == 3; });
}

TEST_CASE("http: the client may go before its transfers, and the loop end with requests under way") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {{.pieces = {}, .end = Script::End::hold}});
  fixture.start(request_to(server.port()));
  run_until(fixture.loop, [&] { return !server.requests.empty() && !server.requests[0].empty(); });
  fixture.client.reset();
}
