// The control interface without a socket: waits, faults, readers that fall behind, requests before the module is ready.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>

#include "tests/support/control_fixture.hpp"

using namespace sim800;
using namespace sim800::test;

TEST_CASE("control: a wait for a trigger is answered when it has come, and then no more") {
  ControlFixture f;
  const auto wait = f.send("POST", "/wait", R"({"on": {"command": "AT+CSQ", "nth": 2}})");
  CHECK(f.api.waiting() == 1);
  f.typed("AT+CSQ");
  CHECK_FALSE(wait->answered);
  f.typed("AT+CSQ");
  REQUIRE(wait->answered);
  CHECK(wait->answered->status == 200);
  CHECK(f.api.waiting() == 0);
  CHECK(f.faults.counters().empty());
  CHECK(f.faults.never_fired().empty());
}

TEST_CASE("control: time that stands still ends no wait by module time, but advancing does") {
  ControlFixture f;
  const auto wait = f.send("GET", "/wait", {}, {{"event", "unregistered"}, {"timeout", "10s"}});
  CHECK_FALSE(wait->answered);
  f.ask("POST", "/clock/advance", R"({"by": "11s"})");
  REQUIRE(wait->answered);
  CHECK(wait->answered->status == 408);
}

TEST_CASE("control: who has left a wait does not hold time") {
  ControlFixture f;
  f.time.resume();
  const auto wait = f.send("POST", "/wait", R"({"on": {"command": "AT+CSQ"}, "pause": true})");
  wait->there = false;
  f.typed("AT+CSQ");
  CHECK_FALSE(f.time.paused());
}

TEST_CASE("control: a wait holds time at the instant of its trigger") {
  ControlFixture f(R"({"events": [{"after": "5s", "do": {"urc": "+HELLO"}}]})");
  const auto wait = f.send("POST", "/wait", R"({"on": {"urc": "HELLO"}, "pause": true, "timeout": "1min"})");
  f.time.resume();
  f.ask("POST", "/clock/advance", R"({"by": "30s"})");
  REQUIRE(wait->answered);
  CHECK(f.time.paused());
  CHECK(f.time.now() >= 5s);
  CHECK(f.time.now() < 6s);
}

TEST_CASE("control: a wait for a fault") {
  ControlFixture f;
  const auto fault = f.ask("POST", "/faults", R"({"on": {"command": "AT+CSQ"}, "do": {"cme": 3}})");
  CHECK(f.status == 201);
  const auto wait = f.send("GET", "/wait", {}, {{"fault", fault["id"].dump()}});
  CHECK_FALSE(wait->answered);
  f.typed("AT+CSQ");
  REQUIRE(wait->answered);
  CHECK(wait->answered->status == 200);
}

TEST_CASE("control: too many waits are refused") {
  ControlFixture f;
  std::vector<std::shared_ptr<FakeExchange>> waits;
  for (int i = 0; i < 100; ++i) waits.push_back(f.send("GET", "/wait", {}, {{"event", "power_off"}}));
  f.ask("GET", "/wait", {}, {{"event", "power_off"}});
  CHECK(f.status == 503);
  f.api.let_go();
  CHECK(waits.front()->answered->status == 409);
  CHECK(f.api.waiting() == 0);
}

TEST_CASE("control: a reader that falls behind is told what is missing") {
  ControlFixture f;
  const auto reader = f.send("GET", "/events", {}, {{"from", "1"}});
  REQUIRE(reader->source);
  for (std::size_t i = 0; i < Journal::max_events + 10; ++i) f.trace.event("note", {{"text", "x"}});
  CHECK(f.journal.events().size() == Journal::max_events);
  const auto text = reader->source();
  REQUIRE(text);
  CHECK(text->starts_with("id: "));  // it has read nothing so far, so that nothing is missing
  for (std::size_t i = 0; i < Journal::max_events + 10; ++i) f.trace.event("note", {{"text", "x"}});
  CHECK(reader->source()->starts_with("event: missing\ndata: {\"event\":\"missing\",\"events\":"));
}

TEST_CASE("control: until the module has booted only the program answers") {
  ControlFixture f;
  f.is_ready = false;
  CHECK(f.ask("GET", "/health")["status"] == "booting");
  CHECK(f.status == 503);
  f.ask("GET", "/modem");
  CHECK(f.status == 503);
  f.ask("GET", "/version");
  CHECK(f.status == 200);
}

TEST_CASE("control: each row of the table has a place of its own, and is described") {
  std::set<std::string> seen;
  const auto described = openapi("0");
  for (const ControlRoute& route : control_routes()) {
    INFO(std::string(route.method), " ", std::string(route.path));
    CHECK(seen.insert(std::string(route.method) + " " + std::string(route.path)).second);
    CHECK_FALSE(route.summary.empty());
    CHECK(described["paths"].contains("/v1" + std::string(route.path)));
    if (!route.body.empty()) CHECK(nlohmann::json::accept(route.body));
  }
}

TEST_CASE("control: nobody gets in without the token, or from another site") {
  ServerRequest request{"GET", "/v1/modem", {}, {{"host", "localhost:1"}}, {}};
  CHECK_NOTHROW(check_access(request, {}));
  for (const char* host :
       {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "1.2.3.4", "[::2]"}) {
    request.headers["host"] = host;
    CHECK_THROWS_AS(check_access(request, {}), Refusal);
  }
  for (const char* host : {"localhost", "127.0.0.1:80", "127.1.2.3", "[::1]:80"}) {
    request.headers["host"] = host;
    CHECK_NOTHROW(check_access(request, {}));
  }
  request.headers["origin"] = "http://evil.example";
  CHECK_THROWS_AS(check_access(request, {}), Refusal);
  request.headers.erase("origin");
  for (const char* given : {"", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeff", "0123456789abcdef"}) {
    request.headers["authorization"] = given;
    CHECK_THROWS_AS(check_access(request, {"0123456789abcdef", true}), Refusal);
  }
  request.headers["authorization"] = "Bearer 0123456789abcdef";
  CHECK_NOTHROW(check_access(request, {"0123456789abcdef", true}));
}

TEST_CASE("control: an answer comes when what was asked for has happened") {
  ControlFixture f;
  CHECK(f.ask("GET", "/modem")["power"] == "on");
  f.ask("POST", "/do", R"({"power": "loss"})");
  CHECK(f.ask("GET", "/modem")["power"] == "off");
  f.ask("POST", "/power", R"({"power": "key"})");
  f.ask("POST", "/do", R"({"freeze": true})");
  CHECK(f.ask("GET", "/modem")["power"] == "frozen");
}

TEST_CASE("control: the far end of a call acts by the words of scenarios") {
  ControlFixture f(R"({"network": {"numbers": {"*": {"call": "no-answer"}}}})");
  f.typed("ATD123;");
  f.ask("POST", "/do", R"({"call": {"state": "answered"}})");
  CHECK(f.ask("GET", "/calls")[0]["state"] == "active");
  f.typed("AT+DDET=1");
  f.ask("POST", "/do", R"({"call": {"dtmf": "5"}})");
  f.ask("POST", "/clock/advance", R"({"by": "1s"})");
  CHECK(f.port.take().find("+DTMF: 5") != std::string::npos);
  f.ask("POST", "/do", R"({"call": {"state": "ended"}})");
  CHECK(f.ask("GET", "/calls").empty());
  f.ask("POST", "/do", R"({"call": {"state": "answered"}})");  // there is none: nothing happens
  CHECK(f.status == 200);
}

TEST_CASE("control: the far end of a call puts the module on hold and takes it back") {
  ControlFixture f(R"({"network": {"numbers": {"*": {"call": "no-answer"}}}})");
  f.typed("AT+CSSN=0,1");
  f.typed("ATD123;");
  f.ask("PATCH", "/calls/1", R"({"state": "held"})");
  CHECK(f.status == 409);  // nobody has answered
  f.ask("PATCH", "/calls/1", R"({"state": "answered"})");
  f.port.take();
  f.ask("PATCH", "/calls/1", R"({"state": "retrieved"})");
  CHECK(f.status == 409);
  CHECK(f.ask("PATCH", "/calls/1", R"({"state": "held"})")[0]["state"] == "active");  // as the module sees it
  CHECK(f.port.take() == "\r\n+CSSU: 2\r\n");
  f.ask("PATCH", "/calls/1", R"({"state": "held"})");
  CHECK(f.status == 409);
  f.ask("PATCH", "/calls/1", R"({"state": "retrieved"})");
  CHECK(f.port.take() == "\r\n+CSSU: 3\r\n");
  f.ask("PATCH", "/calls/1", R"({"state": "multiparty"})");
  f.ask("PATCH", "/calls/1", R"({"state": "transferred"})");
  CHECK(f.port.take() == "\r\n+CSSU: 4\r\n\r\n+CSSU: 8\r\n");
}

TEST_CASE("control: events that were forgotten leave room for as many") {
  Journal journal;
  const std::string long_text(10'000, 'x');
  const auto fill = [&](int count) {
    for (int i = 0; i < count; ++i) journal.add(TimePoint{}, 0, "", "note", {{"text", long_text}});
  };
  fill(3000);  // more than are kept
  const std::size_t most = journal.events().size();
  journal.forget([](const Journal::Event&) { return true; });
  fill(200);
  CHECK(journal.events().size() == 200);
  fill(3000);
  CHECK(journal.events().size() == most);
}

TEST_CASE("control: names of modules and results stand in quotes in the metrics") {
  ControlFixture f;
  f.journal.add(f.time.now(), 0, "", "result", {{"channel", "x"}, {"text", "odd \"one\" \\ of\ntwo"}});
  const std::string text = f.send("GET", "/metrics")->answered->body;
  CHECK(text.find(R"(result="odd \"one\" \\ of\ntwo"} 1)") != std::string::npos);
}

TEST_CASE("control: a patch of the world is done when it is answered, and changes what lasts") {
  ControlFixture f;
  f.typed("AT+CREG=1");
  const auto patched = f.ask("PATCH", "/world", R"({"network": {"registration": "roaming", "signal": {"rssi": 3}}})");
  CHECK(f.status == 200);
  CHECK(patched["network"]["registration"] == "roaming");
  CHECK(f.typed("AT+CSQ").find("+CSQ: 3,0") != std::string::npos);
  f.ask("POST", "/clock/advance", R"({"by": "1min"})");
  CHECK(f.typed("AT+CREG?").find("+CREG: 1,5") != std::string::npos);
  f.ask("POST", "/do", R"([{"registration": "denied", "for": "10s"}, {"signal": {"rssi": 30}, "for": "10s"}])");
  f.ask("POST", "/clock/advance", R"({"by": "5s"})");
  CHECK(f.typed("AT+CREG?;+CSQ").find("+CREG: 1,3\r\n\r\n+CSQ: 30,0") != std::string::npos);
  f.ask("POST", "/clock/advance", R"({"by": "1min"})");
  CHECK(f.typed("AT+CREG?;+CSQ").find("+CREG: 1,5\r\n\r\n+CSQ: 3,0") != std::string::npos);
}

TEST_CASE("control: the times of a patched signal come, each when it is due") {
  ControlFixture f;
  f.ask("POST", "/do", R"({"signal": {"rssi": 30}})");
  f.typed("AT+EXUNSOL=\"SQ\",1");
  f.ask("PATCH", "/world",
        R"({"network": {"signal": [{"at": "0s", "rssi": 9}, {"at": "10s", "rssi": 5}, {"at": "20s", "rssi": 1}]}})");
  CHECK(f.status == 200);
  CHECK(f.port.take() == "\r\n+CSQN: 9,0\r\n");
  f.ask("POST", "/clock/advance", R"({"by": "10s"})");
  CHECK(f.port.take() == "\r\n+CSQN: 5,0\r\n");
  f.ask("POST", "/clock/advance", R"({"by": "10s"})");
  CHECK(f.port.take() == "\r\n+CSQN: 1,0\r\n");
}

TEST_CASE("control: a link that is patched is there when the answer is") {
  ControlFixture f;
  LinkModel seen;
  f.faults.on_link = [&seen](const LinkModel& model) { seen = model; };
  const auto exchange = std::make_shared<FakeExchange>(ServerRequest{
      "PATCH", "/v1/world", {}, {{"host", "localhost"}}, R"({"network": {"link": {"latency_ms": 600}}})"});
  f.api.handle(exchange);
  while (!exchange->answered) {
    f.io.restart();
    REQUIRE(f.io.poll_one() > 0);
  }
  CHECK(exchange->answered->status == 200);
  CHECK(seen.latency == 600ms);
}

TEST_CASE("control: a refused patch changes nothing") {
  ControlFixture f;
  for (const char* patch : {R"({"network": {"signal": {"rssi": 3}, "cells": []}})",
                            R"({"network": {"signal": {"rssi": 3}}, "sim": {"present": false, "imsi": "1"}})",
                            R"({"network": {"signal": {"rssi": 3}, "registration": "nowhere"}})"}) {
    f.ask("PATCH", "/world", patch);
    CHECK(f.status >= 400);
    CHECK(f.typed("AT+CSQ").find("+CSQ: 21,0") != std::string::npos);
    CHECK(f.ask("GET", "/scenario") == nlohmann::json::object());
    CHECK(f.ask("GET", "/modem")["sim"]["present"] == true);
  }
}
