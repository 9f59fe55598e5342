// What faults do to an HTTP transfer, at each of its phases, and what the server sees of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/support/fake_interference.hpp"
#include "tests/support/http_client_fixture.hpp"
#include "tests/support/tls_server.hpp"

namespace {

using namespace sim800;
using namespace sim800::test;
namespace status = sim800::http_status;
using Cut = Verdict::Cut;

struct WatchedRig {
  WatchedRig() : link(loop, {{"tls.test", "127.0.0.1"}}, clock), client(make_curl_http_client(loop, link, &faults)) {}

  void start(HttpRequest request) {
    result.reset();
    transfer = client->start(std::move(request), [this](HttpResult ended) { result = std::move(ended); });
    CHECK_FALSE(result);
  }
  HttpResult fetch(HttpRequest request) {
    start(std::move(request));
    run_until(loop, [this] { return result.has_value(); });
    transfer.reset();
    settle();
    return *result;
  }
  void settle() {
    loop.restart();
    for (int quiet = 0; quiet < 3;) quiet = loop.poll() == 0 ? quiet + 1 : 0;
  }

  asio::io_context loop;
  VirtualClock clock;
  FakeInterference faults;
  RadioLink link;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<HttpTransfer> transfer;
  std::optional<HttpResult> result;
};

const std::vector<Phase> plain = {Phase::dns, Phase::connect, Phase::request, Phase::header, Phase::data};
const std::vector<Phase> secure = {Phase::dns, Phase::connect, Phase::tls, Phase::request, Phase::header, Phase::data};

const std::string until_closed = "HTTP/1.1 200 OK\r\n\r\nhello";

std::string page(std::size_t length) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + std::string(length, 'x');
}

HttpRequest post_to(std::uint16_t port, std::string_view body) {
  HttpRequest request = request_to(port);
  request.method = HttpMethod::post;
  request.body = body;
  return request;
}

HttpRequest tls_request_to(std::uint16_t port) {
  HttpRequest request = request_to(port);
  request.tls = true;
  request.host = "tls.test";
  return request;
}

}  // namespace

TEST_CASE("http faults: the phases are reached in their order, each once") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  HttpRequest request = request_to(server.port());
  request.url = "http://as.typed/";
  CHECK(fixture.fetch(request).body == "hello");
  CHECK((fixture.faults.phases == plain));
  REQUIRE(fixture.faults.kinds.size() == 1);
  CHECK(fixture.faults.kinds[0].user == TransferKind::User::http);
  CHECK(fixture.faults.kinds[0].verb == "GET");
  CHECK(fixture.faults.kinds[0].target == "http://as.typed/");
  CHECK(server.requests.at(0).starts_with("GET / HTTP/1.1\r\n"));

  fixture.faults.phases.clear();
  const TlsServer tls;
  CHECK(fixture.fetch(tls_request_to(tls.port())).status == 200);
  CHECK((fixture.faults.phases == secure));
}

TEST_CASE("http faults: a transfer that nobody watches goes straight to the server") {
  WatchedRig fixture;
  fixture.faults.watches = false;
  LoopbackServer server(fixture.loop, {answering(hello)});
  CHECK(fixture.fetch(request_to(server.port())).body == "hello");
  CHECK_FALSE(fixture.link.relays());
  fixture.faults.relay = true;
  fixture.client = make_curl_http_client(fixture.loop, fixture.link, &fixture.faults);
  CHECK(fixture.link.relays());
  CHECK(fixture.fetch(request_to(server.port())).body == "hello");
}

TEST_CASE("http faults: a redirect's phases are those of the first request, its data those of the answer") {
  WatchedRig fixture;
  LoopbackServer target(fixture.loop, {answering(hello)});
  LoopbackServer server(fixture.loop, {answering(redirect_to("http://" + at(target.port()) + "/"))});
  fixture.faults.at_phase[Phase::data] = truncate_after(3);
  HttpRequest request = request_to(server.port());
  request.follow_redirects = true;
  CHECK(fixture.fetch(request).status == status::network_error);
  CHECK((fixture.faults.phases == plain));
  CHECK(target.requests.size() == 1);
}

TEST_CASE("http faults: a code, or a failing name, ends it at any phase") {
  const TlsServer tls;
  for (const bool secured : {false, true}) {
    for (const Phase phase : secured ? secure : plain) {
      CAPTURE(secured);
      CAPTURE(static_cast<int>(phase));
      for (const auto& [verdict, expected] : {std::pair{end_with(604), 604}, std::pair{dns_fails(), 603}}) {
        WatchedRig fixture;
        LoopbackServer server(fixture.loop, {answering(hello)});
        fixture.faults.at_phase[phase] = verdict;
        const HttpResult result = fixture.fetch(secured ? tls_request_to(tls.port()) : request_to(server.port()));
        CHECK(result.status == expected);
        CHECK(result.body.empty());
        CHECK(fixture.faults.phases.back() == phase);
        if (secured) continue;
        run_until(fixture.loop, [&] { return phase == Phase::dns || phase == Phase::connect || server.ended == 1; });
        CHECK(server.requests.size() == (phase == Phase::dns || phase == Phase::connect ? 0 : 1));
        CHECK((phase != Phase::request || server.requests.at(0).empty()));
      }
    }
  }
}

TEST_CASE("http faults: a cut connection is cut at both ends") {
  const TlsServer tls;
  for (const Cut how : {Cut::close, Cut::reset}) {
    for (const bool secured : {false, true}) {
      for (const Phase phase : secured ? secure : plain) {
        CAPTURE(static_cast<int>(how));
        CAPTURE(secured);
        CAPTURE(static_cast<int>(phase));
        WatchedRig fixture;
        LoopbackServer server(fixture.loop, {{.pieces = {hello}, .end = Script::End::hold}});
        fixture.faults.at_phase[phase] = cut(how);
        const HttpResult result = fixture.fetch(secured ? tls_request_to(tls.port()) : request_to(server.port()));
        // The TLS server's page has no length: it ends where the connection is closed.
        const bool at_end = secured && phase == Phase::data && how == Cut::close;
        CHECK(result.status == (at_end ? 200 : phase == Phase::tls ? status::tls_no_channel : status::network_error));
        CHECK(fixture.faults.phases.back() == phase);
        if (secured || phase == Phase::dns || phase == Phase::connect) continue;
        run_until(fixture.loop, [&] { return server.ended == 1; });
        CHECK(server.requests.at(0).empty() == (phase == Phase::request));
      }
    }
  }
}

TEST_CASE("http faults: what is held goes on when its time has come, and not before") {
  const TlsServer tls;
  for (const bool secured : {false, true}) {
    for (const Phase phase : secured ? secure : plain) {
      CAPTURE(secured);
      CAPTURE(static_cast<int>(phase));
      WatchedRig fixture;
      LoopbackServer server(fixture.loop, {answering(hello)});
      fixture.faults.at_phase[phase] = hold(10s);
      fixture.start(secured ? tls_request_to(tls.port()) : request_to(server.port()));
      run_until(fixture.loop, [&] { return fixture.faults.has(phase); });
      fixture.clock.advance(9'999ms);
      fixture.settle();
      CHECK_FALSE(fixture.result);
      CHECK(fixture.faults.phases.back() == phase);
      CHECK(fixture.transfer->progress().done == 0);
      if (phase == Phase::request && !secured) CHECK(server.requests.at(0).empty());
      fixture.clock.advance(1ms);
      run_until(fixture.loop, [&] { return fixture.result.has_value(); });
      CHECK(fixture.result->status == 200);
    }
  }
}

TEST_CASE("http faults: one that is held for good ends when it is destroyed") {
  for (const Phase phase : plain) {
    WatchedRig fixture;
    LoopbackServer server(fixture.loop, {answering(hello)});
    fixture.faults.at_phase[phase] = hold(Verdict::forever);
    fixture.start(request_to(server.port()));
    run_until(fixture.loop, [&] { return fixture.faults.has(phase); });
    fixture.clock.advance(24h);
    fixture.settle();
    CHECK_FALSE(fixture.result);
    fixture.transfer.reset();
    CHECK(fixture.faults.running == nullptr);
    fixture.settle();
    CHECK_FALSE(fixture.result);
  }
}

TEST_CASE("http faults: waiting comes before ending") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  Verdict both = end_with(605);
  both.hold = 5s;
  fixture.faults.at_phase[Phase::header] = both;
  fixture.start(request_to(server.port()));
  run_until(fixture.loop, [&] { return fixture.faults.has(Phase::header); });
  fixture.settle();
  CHECK_FALSE(fixture.result);
  fixture.clock.advance(5s);
  run_until(fixture.loop, [&] { return fixture.result.has_value(); });
  CHECK(fixture.result->status == 605);
}

TEST_CASE("http faults: a truncated body is an error where its length is known") {
  for (const Phase phase : plain) {
    CAPTURE(static_cast<int>(phase));
    WatchedRig fixture;
    LoopbackServer server(fixture.loop, {answering(hello), answering(until_closed)});
    fixture.faults.at_phase[phase] = truncate_after(2);
    const HttpResult cut = fixture.fetch(request_to(server.port()));
    CHECK(cut.status == status::network_error);
    CHECK(cut.body == "he");
    CHECK(cut.head == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    const HttpResult closed = fixture.fetch(request_to(server.port()));
    CHECK(closed.status == 200);
    CHECK(closed.body == "he");
    CHECK(closed.head == "HTTP/1.1 200 OK\r\n\r\n");
  }
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  fixture.faults.at_phase[Phase::data] = truncate_after(5);
  CHECK(fixture.fetch(request_to(server.port())).body == "hello");
  fixture.faults.at_phase[Phase::data] = truncate_after(0);
  CHECK(fixture.fetch(request_to(server.port())).status == status::network_error);
}

TEST_CASE("http faults: a chunked body that is cut is not whole") {
  WatchedRig fixture;
  LoopbackServer server(
      fixture.loop,
      {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")});
  fixture.faults.at_phase[Phase::data] = truncate_after(7);
  const HttpResult cut = fixture.fetch(request_to(server.port()));
  CHECK(cut.status == status::network_error);
  CHECK(cut.body == "hellowo");
  fixture.faults.at_phase.clear();
  CHECK(fixture.fetch(request_to(server.port())).body == "helloworld");
}

TEST_CASE("http faults: a stop in the body is exact") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(page(100'000))});
  fixture.faults.at_stop[{Direction::down, 40'000}] = hold(1min);
  fixture.faults.at_stop[{Direction::down, 70'001}] = hold(1min);
  fixture.start(request_to(server.port()));
  for (const std::size_t stop : {40'000U, 70'001U}) {
    run_until(fixture.loop,
              [&] { return !fixture.faults.stops.empty() && fixture.faults.stops.back().second == stop; });
    fixture.settle();
    CHECK(fixture.transfer->progress().done == stop);
    CHECK(fixture.transfer->progress().total == 100'000);
    CHECK_FALSE(fixture.result);
    fixture.clock.advance(1min);
  }
  run_until(fixture.loop, [&] { return fixture.result.has_value(); });
  CHECK(fixture.result->body.size() == 100'000);
}

TEST_CASE("http faults: a stop in what is sent is exact, and the server gets what was sent before") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    WatchedRig fixture;
    LoopbackServer server(fixture.loop, {answering(hello)});
    const std::string body(100'000, 'y');
    fixture.faults.at_stop[{Direction::up, 40'000}] = cut(how);
    CHECK(fixture.fetch(post_to(server.port(), body)).status == status::network_error);
    run_until(fixture.loop, [&] { return server.ended == 1; });
    CHECK(body_of(server.requests.at(0)).size() == 40'000);
  }
}

TEST_CASE("http faults: an upload goes on after it was held, whole") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(hello)});
  const std::string body(250'000, 'y');
  fixture.faults.at_phase[Phase::data] = hold(1s);
  fixture.faults.at_stop[{Direction::up, 100'000}] = hold(1s);
  fixture.faults.at_stop[{Direction::up, 250'000}] = hold(1s);
  fixture.start(post_to(server.port(), body));
  run_until(fixture.loop, [&] { return fixture.faults.has(Phase::data); });
  CHECK_FALSE(fixture.faults.has(Phase::header));
  fixture.settle();
  CHECK(fixture.transfer->progress().sending);
  CHECK(fixture.transfer->progress().done == 0);
  for (std::size_t stops = 1; stops <= 2; ++stops) {
    fixture.clock.advance(1s);
    run_until(fixture.loop, [&] { return fixture.faults.stops.size() == stops; });
    fixture.settle();
    CHECK_FALSE(fixture.result);
  }
  fixture.clock.advance(1s);
  run_until(fixture.loop, [&] { return fixture.result.has_value(); });
  CHECK(fixture.result->body == "hello");
  CHECK((body_of(server.requests.at(0)) == body));
}

TEST_CASE("http faults: a reset within the body leaves what was let through") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(page(150'000))});
  fixture.faults.at_stop[{Direction::down, 40'000}] = cut(Cut::reset);
  const HttpResult result = fixture.fetch(request_to(server.port()));
  CHECK(result.status == status::network_error);
  CHECK(result.body.size() == 40'000);
}

TEST_CASE("http faults: a running transfer can be interrupted") {
  struct Row {
    Verdict verdict;
    int status;
  };
  for (const Row& row : {Row{end_with(602), 602}, Row{dns_fails(), 603}, Row{cut(Cut::reset), 601},
                         Row{cut(Cut::close), 601}, Row{truncate_after(1'000), 601}}) {
    WatchedRig fixture;
    LoopbackServer server(fixture.loop,
                          {{.pieces = {page(1'000).substr(0, 500), std::string(100, 'x')}, .end = Script::End::hold}});
    fixture.start(request_to(server.port()));
    run_until(fixture.loop, [&] { return fixture.faults.has(Phase::data); });
    fixture.settle();
    fixture.faults.running->interrupt(row.verdict);
    if (row.verdict.truncate_after) {
      CHECK_FALSE(fixture.result);
      continue;
    }
    run_until(fixture.loop, [&] { return fixture.result.has_value(); });
    CHECK(fixture.result->status == row.status);
    run_until(fixture.loop, [&] { return server.ended == 1; });
  }
}

TEST_CASE("http faults: an interruption holds, and one that ends does not wait for it") {
  WatchedRig fixture;
  LoopbackServer server(fixture.loop, {answering(page(100'000))});
  fixture.faults.at_stop[{Direction::down, 10}] = hold(Verdict::forever);
  fixture.start(request_to(server.port()));
  run_until(fixture.loop, [&] { return !fixture.faults.stops.empty(); });
  fixture.faults.running->interrupt(hold(1h));
  fixture.clock.advance(2h);
  fixture.settle();
  CHECK(fixture.transfer->progress().done == 10);
  fixture.faults.running->interrupt(cut(Cut::reset));
  run_until(fixture.loop, [&] { return fixture.result.has_value(); });
  CHECK(fixture.result->status == status::network_error);
}

TEST_CASE("http faults: a fault may destroy the transfer as it is asked") {
  for (const Phase phase : plain) {
    CAPTURE(static_cast<int>(phase));
    WatchedRig fixture;
    LoopbackServer server(fixture.loop, {answering(hello)});
    fixture.faults.on_reached = [&](Phase now) {
      if (now == phase) fixture.transfer.reset();
    };
    fixture.start(request_to(server.port()));
    run_until(fixture.loop, [&] { return fixture.faults.has(phase); });
    fixture.settle();
    CHECK_FALSE(fixture.result);
    CHECK(fixture.faults.running == nullptr);
  }
}
