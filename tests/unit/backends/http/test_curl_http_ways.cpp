// HTTP over libcurl: the ways a request goes, by redirects and proxies, and not by the environment.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/http_client_fixture.hpp"

namespace {

using sim800::HttpMethod;
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

// A value of the environment for the length of a test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("http: redirects are followed when asked for, names anew through the radio link") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(redirect_to("/two", 301)),
                                       answering(redirect_to("http://u:p@next.test/three#f", 307)), answering(hello)});
  sim800::RadioLink link(fixture.loop, {{"next.test", at(server.port())}}, fixture.clock);
  fixture.client = make_curl_http_client(fixture.loop, link);
  HttpRequest request = request_to(server.port(), "/one");
  SUBCASE("not asked for") {
    const HttpResult result = fixture.fetch(request);
    CHECK(result.status == 301);
    CHECK(result.body == "gone");
  }
  SUBCASE("asked for") {
    request.follow_redirects = true;
    const HttpResult result = fixture.fetch(request);
    CHECK(result.status == 200);
    CHECK(result.head == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    CHECK(result.body == "hello");
    REQUIRE(server.requests.size() == 3);
    CHECK(Head(server.requests[1]).first == "GET /two HTTP/1.1");
    CHECK(Head(server.requests[2]).first == "GET /three HTTP/1.1");
    CHECK(Head(server.requests[2]).lines.count("Host: next.test") == 1);
    CHECK(Head(server.requests[2]).lines.size() == 4);
  }
}

TEST_CASE("http: five redirects are followed, the answer to the sixth request is the result") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(redirect_to("/again"))});
  HttpRequest request = request_to(server.port());
  request.follow_redirects = true;
  const HttpResult result = fixture.fetch(request);
  CHECK(result.status == 302);
  CHECK(result.body == "gone");
  CHECK(server.requests.size() == 6);
}

TEST_CASE("http: a redirect to anything but http and https is an answer like others") {
  for (const std::string location : {"ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1:1/x",
                                     "javascript:1", "", "http://", "http://a b/", "//"}) {
    CAPTURE(location);
    HttpClientFixture fixture;
    LoopbackServer server(fixture.loop, {answering(redirect_to(location))});
    HttpRequest request = request_to(server.port());
    request.follow_redirects = true;
    const HttpResult result = fixture.fetch(request);
    CHECK(result.status == 302);
    CHECK(server.requests.size() == 1);
  }
}

TEST_CASE("http: a redirect to https is an answer like others") {
  for (const std::string location : {"https://127.0.0.1/x", "HTTPS://127.0.0.1:1/", "https://[::1]/"}) {
    CAPTURE(location);
    HttpClientFixture fixture;
    LoopbackServer server(fixture.loop, {answering(redirect_to("/two", 307)), answering(redirect_to(location, 301))});
    HttpRequest request = request_to(server.port());
    request.follow_redirects = true;
    const HttpResult result = fixture.fetch(request);
    CHECK(result.status == 301);
    CHECK(result.body == "gone");
    CHECK(result.head == redirect_to(location, 301).substr(0, result.head.size()));
    CHECK(server.requests.size() == 2);
  }
}

TEST_CASE("http: what becomes of the method in a redirect") {
  struct Row {
    HttpMethod method;
    int status;
    const char* second;
  };
  const Row rows[] = {{HttpMethod::post, 301, "GET"},  {HttpMethod::post, 302, "GET"},
                      {HttpMethod::post, 303, "GET"},  {HttpMethod::post, 307, "POST"},
                      {HttpMethod::post, 308, "POST"}, {HttpMethod::del, 302, "DELETE"},
                      {HttpMethod::del, 303, "GET"},   {HttpMethod::head, 303, "HEAD"}};
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.second);
    HttpClientFixture fixture;
    LoopbackServer server(fixture.loop,
                          {answering(redirect_to("/next", row.status)), answering("HTTP/1.1 204 None\r\n\r\n")});
    HttpRequest request = request_to(server.port());
    request.method = row.method;
    request.body = "data";
    request.content_type = "text/plain";
    request.follow_redirects = true;
    CHECK(fixture.fetch(request).status == 204);
    REQUIRE(server.requests.size() == 2);
    CHECK(Head(server.requests[1]).first == std::string(row.second) + " /next HTTP/1.1");
    const bool posted = std::string_view(row.second) == "POST";
    CHECK(body_of(server.requests[1]) == (posted ? "data" : ""));
    CHECK(Head(server.requests[1]).lines.count("Content-Type: text/plain") == (posted ? 1 : 0));
  }
}

TEST_CASE("http: a proxy is asked for the whole URL, and resolves the name itself") {
  HttpClientFixture fixture;
  LoopbackServer proxy(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(8080, "/x?y");
  request.host = "nowhere.invalid";
  request.proxy_host = "127.0.0.1";
  request.proxy_port = proxy.port();
  const Environment no_proxy("no_proxy", "*");
  CHECK(fixture.fetch(request).body == "hello");
  const Head head(proxy.requests.at(0));
  CHECK(head.first == "GET http://nowhere.invalid:8080/x?y HTTP/1.1");
  CHECK(head.lines == std::multiset<std::string>{"Host: nowhere.invalid:8080", "User-Agent: SIMCom_MODULE",
                                                 "Accept: */*", "Connection: close"});
}

TEST_CASE("http: nothing is taken from the environment") {
  HttpClientFixture fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  LoopbackServer proxy(fixture.loop, {answering("HTTP/1.1 500 Proxy\r\n\r\n")});
  char home[] = "/tmp/sim800-test-XXXXXX";
  REQUIRE(mkdtemp(home) != nullptr);
  std::ofstream(std::string(home) + "/.netrc") << "machine 127.0.0.1 login me password secret\n";
  {
    const std::string url = "http://" + at(proxy.port());
    const Environment variables[] = {
        {"http_proxy", url}, {"HTTP_PROXY", url}, {"ALL_PROXY", url}, {"all_proxy", url}, {"HOME", home}};
    CHECK(fixture.fetch(request_to(server.port())).body == "hello");
  }
  std::filesystem::remove_all(home);
  CHECK(proxy.requests.empty());
  CHECK(Head(server.requests.at(0)).lines.size() == 4);
}
