// What faults do to an HTTP transfer, at each of its phases, and what the server sees of it.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "fake_interference.hpp"
#include "http_rig.hpp"
#include "tls_server.hpp"

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
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(hello)});
  HttpRequest request = request_to(server.port());
  request.url = "http://as.typed/";
  CHECK(rig.fetch(request).body == "hello");
  CHECK((rig.faults.phases == plain));
  REQUIRE(rig.faults.kinds.size() == 1);
  CHECK(rig.faults.kinds[0].user == TransferKind::User::http);
  CHECK(rig.faults.kinds[0].verb == "GET");
  CHECK(rig.faults.kinds[0].target == "http://as.typed/");
  CHECK(server.requests.at(0).starts_with("GET / HTTP/1.1\r\n"));

  rig.faults.phases.clear();
  const TlsServer tls;
  CHECK(rig.fetch(tls_request_to(tls.port())).status == 200);
  CHECK((rig.faults.phases == secure));
}

TEST_CASE("http faults: a transfer that nobody watches goes straight to the server") {
  WatchedRig rig;
  rig.faults.watches = false;
  LoopbackServer server(rig.loop, {answering(hello)});
  CHECK(rig.fetch(request_to(server.port())).body == "hello");
  CHECK_FALSE(rig.link.relays());
  rig.faults.relay = true;
  rig.client = make_curl_http_client(rig.loop, rig.link, &rig.faults);
  CHECK(rig.link.relays());
  CHECK(rig.fetch(request_to(server.port())).body == "hello");
}

TEST_CASE("http faults: a redirect's phases are those of the first request, its data those of the answer") {
  WatchedRig rig;
  LoopbackServer target(rig.loop, {answering(hello)});
  LoopbackServer server(rig.loop, {answering(redirect_to("http://" + at(target.port()) + "/"))});
  rig.faults.at_phase[Phase::data] = truncate_after(3);
  HttpRequest request = request_to(server.port());
  request.follow_redirects = true;
  CHECK(rig.fetch(request).status == status::network_error);
  CHECK((rig.faults.phases == plain));
  CHECK(target.requests.size() == 1);
}

TEST_CASE("http faults: a code, or a failing name, ends it at any phase") {
  const TlsServer tls;
  for (const bool secured : {false, true}) {
    for (const Phase phase : secured ? secure : plain) {
      CAPTURE(secured);
      CAPTURE(static_cast<int>(phase));
      for (const auto& [verdict, expected] : {std::pair{end_with(604), 604}, std::pair{dns_fails(), 603}}) {
        WatchedRig rig;
        LoopbackServer server(rig.loop, {answering(hello)});
        rig.faults.at_phase[phase] = verdict;
        const HttpResult result = rig.fetch(secured ? tls_request_to(tls.port()) : request_to(server.port()));
        CHECK(result.status == expected);
        CHECK(result.body.empty());
        CHECK(rig.faults.phases.back() == phase);
        if (secured) continue;
        run_until(rig.loop, [&] { return phase == Phase::dns || phase == Phase::connect || server.ended == 1; });
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
        WatchedRig rig;
        LoopbackServer server(rig.loop, {{.pieces = {hello}, .end = Script::End::hold}});
        rig.faults.at_phase[phase] = cut(how);
        const HttpResult result = rig.fetch(secured ? tls_request_to(tls.port()) : request_to(server.port()));
        // The TLS server's page has no length: it ends where the connection is closed.
        const bool at_end = secured && phase == Phase::data && how == Cut::close;
        CHECK(result.status == (at_end ? 200 : phase == Phase::tls ? status::tls_no_channel : status::network_error));
        CHECK(rig.faults.phases.back() == phase);
        if (secured || phase == Phase::dns || phase == Phase::connect) continue;
        run_until(rig.loop, [&] { return server.ended == 1; });
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
      WatchedRig rig;
      LoopbackServer server(rig.loop, {answering(hello)});
      rig.faults.at_phase[phase] = hold(10s);
      rig.start(secured ? tls_request_to(tls.port()) : request_to(server.port()));
      run_until(rig.loop, [&] { return rig.faults.has(phase); });
      rig.clock.advance(9'999ms);
      rig.settle();
      CHECK_FALSE(rig.result);
      CHECK(rig.faults.phases.back() == phase);
      CHECK(rig.transfer->progress().done == 0);
      if (phase == Phase::request && !secured) CHECK(server.requests.at(0).empty());
      rig.clock.advance(1ms);
      run_until(rig.loop, [&] { return rig.result.has_value(); });
      CHECK(rig.result->status == 200);
    }
  }
}

TEST_CASE("http faults: one that is held for good ends when it is destroyed") {
  for (const Phase phase : plain) {
    WatchedRig rig;
    LoopbackServer server(rig.loop, {answering(hello)});
    rig.faults.at_phase[phase] = hold(Verdict::forever);
    rig.start(request_to(server.port()));
    run_until(rig.loop, [&] { return rig.faults.has(phase); });
    rig.clock.advance(24h);
    rig.settle();
    CHECK_FALSE(rig.result);
    rig.transfer.reset();
    CHECK(rig.faults.running == nullptr);
    rig.settle();
    CHECK_FALSE(rig.result);
  }
}

TEST_CASE("http faults: waiting comes before ending") {
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(hello)});
  Verdict both = end_with(605);
  both.hold = 5s;
  rig.faults.at_phase[Phase::header] = both;
  rig.start(request_to(server.port()));
  run_until(rig.loop, [&] { return rig.faults.has(Phase::header); });
  rig.settle();
  CHECK_FALSE(rig.result);
  rig.clock.advance(5s);
  run_until(rig.loop, [&] { return rig.result.has_value(); });
  CHECK(rig.result->status == 605);
}

TEST_CASE("http faults: a truncated body is an error where its length is known") {
  for (const Phase phase : plain) {
    CAPTURE(static_cast<int>(phase));
    WatchedRig rig;
    LoopbackServer server(rig.loop, {answering(hello), answering(until_closed)});
    rig.faults.at_phase[phase] = truncate_after(2);
    CHECK(rig.fetch(request_to(server.port())).status == status::network_error);
    const HttpResult closed = rig.fetch(request_to(server.port()));
    CHECK(closed.status == 200);
    CHECK(closed.body == "he");
    CHECK(closed.head == "HTTP/1.1 200 OK\r\n\r\n");
  }
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(hello)});
  rig.faults.at_phase[Phase::data] = truncate_after(5);
  CHECK(rig.fetch(request_to(server.port())).body == "hello");
  rig.faults.at_phase[Phase::data] = truncate_after(0);
  CHECK(rig.fetch(request_to(server.port())).status == status::network_error);
}

TEST_CASE("http faults: a chunked body that is cut is not whole") {
  WatchedRig rig;
  LoopbackServer server(
      rig.loop,
      {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")});
  rig.faults.at_phase[Phase::data] = truncate_after(7);
  CHECK(rig.fetch(request_to(server.port())).status == status::network_error);
  rig.faults.at_phase.clear();
  CHECK(rig.fetch(request_to(server.port())).body == "helloworld");
}

TEST_CASE("http faults: a stop in the body is exact") {
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(page(100'000))});
  rig.faults.at_stop[{Direction::down, 40'000}] = hold(1min);
  rig.faults.at_stop[{Direction::down, 70'001}] = hold(1min);
  rig.start(request_to(server.port()));
  for (const std::size_t stop : {40'000U, 70'001U}) {
    run_until(rig.loop, [&] { return !rig.faults.stops.empty() && rig.faults.stops.back().second == stop; });
    rig.settle();
    CHECK(rig.transfer->progress().done == stop);
    CHECK(rig.transfer->progress().total == 100'000);
    CHECK_FALSE(rig.result);
    rig.clock.advance(1min);
  }
  run_until(rig.loop, [&] { return rig.result.has_value(); });
  CHECK(rig.result->body.size() == 100'000);
}

TEST_CASE("http faults: a stop in what is sent is exact, and the server gets what was sent before") {
  for (const Cut how : {Cut::close, Cut::reset}) {
    WatchedRig rig;
    LoopbackServer server(rig.loop, {answering(hello)});
    const std::string body(100'000, 'y');
    rig.faults.at_stop[{Direction::up, 40'000}] = cut(how);
    CHECK(rig.fetch(post_to(server.port(), body)).status == status::network_error);
    run_until(rig.loop, [&] { return server.ended == 1; });
    CHECK(body_of(server.requests.at(0)).size() == 40'000);
  }
}

TEST_CASE("http faults: an upload goes on after it was held, whole") {
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(hello)});
  const std::string body(250'000, 'y');
  rig.faults.at_phase[Phase::data] = hold(1s);
  rig.faults.at_stop[{Direction::up, 100'000}] = hold(1s);
  rig.faults.at_stop[{Direction::up, 250'000}] = hold(1s);
  rig.start(post_to(server.port(), body));
  run_until(rig.loop, [&] { return rig.faults.has(Phase::data); });
  CHECK_FALSE(rig.faults.has(Phase::header));
  rig.settle();
  CHECK(rig.transfer->progress().sending);
  CHECK(rig.transfer->progress().done == 0);
  for (std::size_t stops = 1; stops <= 2; ++stops) {
    rig.clock.advance(1s);
    run_until(rig.loop, [&] { return rig.faults.stops.size() == stops; });
    rig.settle();
    CHECK_FALSE(rig.result);
  }
  rig.clock.advance(1s);
  run_until(rig.loop, [&] { return rig.result.has_value(); });
  CHECK(rig.result->body == "hello");
  CHECK((body_of(server.requests.at(0)) == body));
}

TEST_CASE("http faults: a running transfer can be interrupted") {
  struct Row {
    Verdict verdict;
    int status;
  };
  for (const Row& row : {Row{end_with(602), 602}, Row{dns_fails(), 603}, Row{cut(Cut::reset), 601},
                         Row{cut(Cut::close), 601}, Row{truncate_after(1'000), 601}}) {
    WatchedRig rig;
    LoopbackServer server(rig.loop,
                          {{.pieces = {page(1'000).substr(0, 500), std::string(100, 'x')}, .end = Script::End::hold}});
    rig.start(request_to(server.port()));
    run_until(rig.loop, [&] { return rig.faults.has(Phase::data); });
    rig.settle();
    rig.faults.running->interrupt(row.verdict);
    if (row.verdict.truncate_after) {
      CHECK_FALSE(rig.result);
      continue;
    }
    run_until(rig.loop, [&] { return rig.result.has_value(); });
    CHECK(rig.result->status == row.status);
    run_until(rig.loop, [&] { return server.ended == 1; });
  }
}

TEST_CASE("http faults: an interruption holds, and one that ends does not wait for it") {
  WatchedRig rig;
  LoopbackServer server(rig.loop, {answering(page(100'000))});
  rig.faults.at_stop[{Direction::down, 10}] = hold(Verdict::forever);
  rig.start(request_to(server.port()));
  run_until(rig.loop, [&] { return !rig.faults.stops.empty(); });
  rig.faults.running->interrupt(hold(1h));
  rig.clock.advance(2h);
  rig.settle();
  CHECK(rig.transfer->progress().done == 10);
  rig.faults.running->interrupt(cut(Cut::reset));
  run_until(rig.loop, [&] { return rig.result.has_value(); });
  CHECK(rig.result->status == status::network_error);
}

TEST_CASE("http faults: a fault may destroy the transfer as it is asked") {
  for (const Phase phase : plain) {
    CAPTURE(static_cast<int>(phase));
    WatchedRig rig;
    LoopbackServer server(rig.loop, {answering(hello)});
    rig.faults.on_reached = [&](Phase now) {
      if (now == phase) rig.transfer.reset();
    };
    rig.start(request_to(server.port()));
    run_until(rig.loop, [&] { return rig.faults.has(phase); });
    rig.settle();
    CHECK_FALSE(rig.result);
    CHECK(rig.faults.running == nullptr);
  }
}
