// How connections of the TCP/IP toolkit begin and end, as the host sees it (AT manual 8.2.2, 8.2.6, 8.2.12, 8.2.18).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "tests/support/ip_fixture.hpp"

using namespace sim800;
using namespace sim800::test;

TEST_CASE("ip: a single connection from IP STATUS") {
  IpFixture fixture;
  fixture.bring_up();
  CHECK(fixture.ask(R"(AT+CIPSTART="TCP","server.example","8500")") == OK);
  CHECK(fixture.state() == "TCP CONNECTING");
  HeldSockets::Peer& peer = fixture.sockets.last();
  CHECK(peer.request.host == "server.example");
  CHECK(peer.request.port == 8500);
  CHECK(peer.request.kind == SocketRequest::Kind::tcp);
  CHECK_FALSE(peer.request.tls.has_value());
  REQUIRE(peer.request.keep_alive.has_value());
  CHECK(peer.request.keep_alive->count == 9);
  peer.connect();
  CHECK(fixture.wait(0s) == framed("CONNECT OK"));
  CHECK(fixture.ask("AT+CIPSTATUS") == OK + framed("STATE: CONNECT OK"));
  CHECK(fixture.ask(R"(AT+CIPSTART="TCP","server.example",8500)") == ERROR + framed("ALREADY CONNECT"));
  peer.close();
  CHECK(fixture.wait(0s) == framed("CLOSED"));
  CHECK(fixture.state() == "TCP CLOSED");
  CHECK_FALSE(peer.alive);
  fixture.connect(R"(AT+CIPSTART="tcp",server.example,80)");
  CHECK(fixture.state() == "CONNECT OK");
}

TEST_CASE("ip: a single connection from IP INITIAL brings up the context by itself") {
  IpFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask(R"(AT+CIPSTART="UDP","10.1.2.3",53)") == OK);
  fixture.sockets.last().connect();
  CHECK(fixture.wait(0s) == framed("CONNECT OK"));
  CHECK(fixture.state() == "CONNECT OK");
  CHECK(fixture.ask("AT+CIPCLOSE") == framed("CLOSE OK"));
  CHECK(fixture.state() == "UDP CLOSED");

  World world = ModuleFixture::instant();
  world.network.apns.emplace();
  IpFixture refused(world);
  refused.ask("ATE0");
  CHECK(refused.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)") == OK + framed("STATE: PDP DEACT") + framed("CONNECT FAIL"));
  world.network.gprs = false;
  IpFixture none(world);
  none.ask("ATE0");
  CHECK(none.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)") == OK + framed("STATE: IP INITIAL") + framed("CONNECT FAIL"));
  CHECK(none.state() == "IP INITIAL");
}

TEST_CASE("ip: outcomes of a connection that does not come about") {
  for (const bool multi : {false, true}) {
    CAPTURE(multi);
    const std::string number = multi ? "0, " : "";
    const std::string line = multi ? R"(AT+CIPSTART=0,"TCP","10.1.2.3",9)" : R"(AT+CIPSTART="TCP","10.1.2.3",9)";
    const std::string fail = (multi ? "" : framed("STATE: TCP CLOSED")) + framed(number + "CONNECT FAIL");
    IpFixture fixture;
    fixture.bring_up(multi);
    for (const SocketError problem : {SocketError::dns, SocketError::no_connect}) {
      CHECK(fixture.ask(line) == OK);
      fixture.sockets.last().connect(problem);
      CHECK(fixture.wait(0s) == fail);
    }
    CHECK(fixture.ask(line) == OK);  // nobody answers
    CHECK(fixture.wait(75s - 1ms).empty());
    CHECK(fixture.wait(1ms) == fail);
    CHECK_FALSE(fixture.sockets.last().alive);
    fixture.ask("AT+CIPSSL=1");
    CHECK(fixture.ask(line) == OK);
    CHECK(fixture.sockets.last().request.tls.has_value());
    fixture.sockets.last().connect(SocketError::tls);
    CHECK(fixture.wait(0s) == framed(number + "CLOSE OK"));
    CHECK(fixture.ask(multi ? "AT+CIPCLOSE=0" : "AT+CIPCLOSE") == ERROR);
  }
}

TEST_CASE("ip: field times from OK to the outcome") {
  World world;
  IpFixture fixture(world);
  fixture.ask("ATE0");
  fixture.wait(10s);
  for (const char* line : {"AT+CSTT", "AT+CIICR", "AT+CIFSR"}) {
    fixture.ask(line);
    fixture.wait(2s);
  }
  fixture.ask(R"(AT+CIPSTART="TCP","server.example",80)");
  CHECK(fixture.wait(100ms) == OK);
  fixture.wait(720ms);  // the name is looked up
  fixture.sockets.last().connect();
  CHECK(fixture.wait(100ms).empty());
  CHECK(fixture.wait(150ms) == framed("CONNECT OK"));
  fixture.sockets.last().close();
  CHECK(fixture.wait(290ms).empty());
  fixture.state();  // the answer takes its 15 ms, in which the end is noticed
  CHECK(fixture.wait(15ms) == OK + framed("STATE: TCP CLOSED"));
  CHECK(fixture.wait(20ms) == framed("CLOSED"));
}

TEST_CASE("ip: malformed AT+CIPSTART") {
  IpFixture fixture;
  fixture.bring_up();
  for (const char* line : {R"(AT+CIPSTART="TCP","h")", R"(AT+CIPSTART="SCTP","h",80)", R"(AT+CIPSTART="TCP","",80)",
                           R"(AT+CIPSTART="TCP","h",0)", R"(AT+CIPSTART="TCP","h",65536)", R"(AT+CIPSTART="TCP","h",x)",
                           R"(AT+CIPSTART=0,"TCP","h",80)", "AT+CIPSTART", "AT+CIPSTART?"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
  fixture.ask("AT+CMEE=1");
  CHECK(fixture.ask(R"(AT+CIPSTART="TCP","h")") == framed("+CME ERROR: 3"));
  CHECK(fixture.state() == "IP STATUS");
}

TEST_CASE("ip: six connections, TCP and UDP mixed") {
  IpFixture fixture;
  fixture.ask("ATE0");
  fixture.ask("AT+CIPMUX=1");
  CHECK(fixture.ask(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)") == ERROR);  // not from IP INITIAL
  fixture.bring_up(true);
  CHECK(fixture.state() == "IP STATUS");
  for (int n = 0; n < 6; ++n) {
    const std::string kind = n % 2 == 0 ? "TCP" : "UDP";
    CHECK(fixture.ask(fmt::format(R"(AT+CIPSTART={},"{}","10.1.2.3",{})", n, kind, 8000 + n)) == OK);
    fixture.sockets.last().connect();
    CHECK(fixture.wait(0s) == framed(fmt::format("{}, CONNECT OK", n)));
  }
  CHECK(fixture.ask(R"(AT+CIPSTART=6,"TCP","10.1.2.3",80)") == ERROR);
  CHECK(fixture.ask(R"(AT+CIPSTART=2,"TCP","10.1.2.3",80)") == ERROR + framed("2, ALREADY CONNECT"));
  CHECK(fixture.state() == "IP PROCESSING");
  fixture.sockets.peers[0]->close();
  CHECK(fixture.wait(0s) == framed("0, CLOSED"));
  CHECK(fixture.ask("AT+CIPCLOSE=0") == ERROR);
  CHECK(fixture.ask("AT+CIPCLOSE") == ERROR);
  CHECK(fixture.ask("AT+CIPCLOSE=1") == framed("1, CLOSE OK"));
  CHECK(fixture.ask("AT+CIPCLOSE=2,1") == framed("2, CLOSE OK"));
  CHECK(fixture.ask("AT+CIPSTATUS=2") == "\r\n+CIPSTATUS: 2,0,\"TCP\",\"10.1.2.3\",\"8002\",\"CLOSED\"\r\n" + OK);
  CHECK(fixture.ask("AT+CIPSTATUS=6") == ERROR);
  for (const char* line : {"AT+CIPCLOSE=3", "AT+CIPCLOSE=4,1", "AT+CIPCLOSE=5"}) fixture.ask(line);
  CHECK(fixture.state() == "IP STATUS");
}

TEST_CASE("ip: slow close waits for the peer, five seconds at most; quick close does not") {
  World world = ModuleFixture::instant();
  IpFixture fixture(world);
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  CHECK(fixture.ask("AT+CIPCLOSE").empty());
  CHECK(peer.finished);
  CHECK(fixture.wait(4s).empty());
  peer.close();
  CHECK(fixture.wait(0s) == framed("CLOSE OK"));
  HeldSockets::Peer& silent = fixture.connect();
  CHECK(fixture.ask("AT+CIPCLOSE=0").empty());
  CHECK(fixture.wait(5s) == framed("CLOSE OK"));
  CHECK_FALSE(silent.alive);
  fixture.connect();
  CHECK(fixture.ask("AT+CIPCLOSE=1") == framed("CLOSE OK"));
}

TEST_CASE("ip: closing while it connects") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)");
  CHECK(fixture.ask("AT+CIPCLOSE") == framed("CLOSE OK"));
  CHECK(fixture.wait(100s).empty());
  CHECK(fixture.state() == "TCP CLOSED");
}

TEST_CASE("ip: a server with one connection") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.sockets.taken_port = 80;
  CHECK(fixture.ask("AT+CIPSERVER=1,80") == OK + ERROR);
  CHECK(fixture.ask("AT+CIPSERVER=1,8888") == OK + framed("SERVER OK"));
  CHECK(fixture.sockets.listening == 8888);
  CHECK(fixture.state() == "SERVER LISTENING");
  CHECK(fixture.ask("AT+CIPSERVER?") == "\r\n+CIPSERVER: 1,8888,0,0\r\n" + OK);
  HeldSockets::Peer& client = fixture.sockets.accept("10.78.103.220");
  CHECK(fixture.wait(0s) == framed("REMOTE IP: 10.78.103.220"));
  CHECK(fixture.state() == "CONNECT OK");
  CHECK_FALSE(fixture.sockets.accept("10.0.0.2").alive);  // one client at a time
  client.send("hello");
  CHECK(fixture.wait(0s) == "hello");
  client.close();
  CHECK(fixture.wait(0s) == framed("CLOSED"));
  CHECK(fixture.state() == "SERVER LISTENING");
  HeldSockets::Peer& second = fixture.sockets.accept("10.0.0.3");
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CIPSERVER=0") == OK + framed("SERVER CLOSE"));
  CHECK(fixture.sockets.listening == 0);
  CHECK(second.alive);
  CHECK(fixture.ask("AT+CIPCLOSE=1") == framed("CLOSE OK"));
}

TEST_CASE("ip: a server from IP INITIAL") {
  IpFixture fixture;
  fixture.ask("ATE0");
  CHECK(fixture.ask("AT+CIPSERVER=1,8888") == OK + framed("SERVER OK"));
  CHECK(fixture.state() == "SERVER LISTENING");
  CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
  CHECK(fixture.sockets.listening == 0);
}

TEST_CASE("ip: a server with several connections: five clients at most, lowest number first") {
  IpFixture fixture;
  fixture.bring_up(true);
  fixture.ask("AT+CIPSERVER=1,8888");
  CHECK(fixture.state() == "IP PROCESSING");
  for (int n = 0; n < 5; ++n) {
    CHECK(fixture.sockets.accept("10.76.40.73").alive);
    CHECK(fixture.wait(0s) == framed(fmt::format("{}, REMOTE IP: 10.76.40.73", n)));
  }
  CHECK_FALSE(fixture.sockets.accept("10.76.40.74").alive);
  CHECK(fixture.ask("AT+CIPSTATUS").find("\r\nS: 0,0,\"8888\",\"LISTENING\"\r\nC: 0,0,\"TCP\",\"10.76.40.73\",") !=
        std::string::npos);
  fixture.sockets.peers[1]->close();
  fixture.wait(0s);
  fixture.sockets.accept("10.76.40.75");
  CHECK(fixture.wait(0s) == framed("1, REMOTE IP: 10.76.40.75"));
}

TEST_CASE("ip: local ports, keep-alive and TLS go along") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CLPORT=\"UDP\",8888");
  fixture.ask("AT+CLPORT=\"TCP\",7777");
  fixture.ask("AT+CIPTKA=0");
  HeldSockets::Peer& tcp = fixture.connect();
  CHECK(tcp.request.local_port == 7777);
  CHECK_FALSE(tcp.request.keep_alive.has_value());
  fixture.ask("AT+CIPCLOSE=1");
  CHECK(fixture.connect(R"(AT+CIPSTART="UDP","10.1.2.3",53)").request.local_port == 8888);
  fixture.ask("AT+CIPCLOSE=1");

  fixture.ask("AT+CIPSSL=1");
  HeldSockets::Peer& tls = fixture.connect();
  REQUIRE(tls.request.tls.has_value());
  CHECK_FALSE(tls.request.tls->verify_peer);
  fixture.ask("AT+CIPCLOSE=1");
  fixture.ask("AT+SSLOPT=0,0");
  CHECK(fixture.connect().request.tls->verify_peer);
}

TEST_CASE("ip: everything ends with a reset, a power cut, AT+CIPSHUT") {
  for (const int way : {0, 1, 2}) {
    IpFixture fixture;
    fixture.bring_up(true);
    HeldSockets::Peer& up = fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
    fixture.ask(R"(AT+CIPSTART=1,"TCP","10.1.2.3",81)");
    HeldSockets::Peer& connecting = fixture.sockets.last();
    if (way == 0) fixture.modem.reset();
    if (way == 1) fixture.modem.lose_power();
    if (way == 2) CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
    const std::string said = fixture.wait(90s);
    CHECK(said.find("CLOSED") == std::string::npos);
    CHECK(said.find("FAIL") == std::string::npos);
    CHECK_FALSE(up.alive);
    CHECK_FALSE(connecting.alive);
  }
}

namespace {

/// With the module's own latencies, on IP STATUS; nothing of the radio, as the test plays the peers.
struct Paced : IpFixture {
  explicit Paced(const std::string& setting, TimingProfile profile = TimingProfile::typical)
      : IpFixture(paced(profile)) {
    for (const std::string& line :
         {std::string("ATE0"), setting, std::string("AT+CSTT"), std::string("AT+CIICR"), std::string("AT+CIFSR")}) {
      ask(line);
      wait(90s);
    }
    ask(setting == "AT+CIPMUX=1" ? R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)" : R"(AT+CIPSTART="TCP","10.1.2.3",80)");
    wait(100ms);
    peer = &sockets.last();
    peer->connect();
    wait(80s);
  }
  static World paced(TimingProfile profile) {
    World world;
    world.timing.profile = profile;
    return world;
  }
  HeldSockets::Peer* peer = nullptr;
};

}  // namespace

TEST_CASE("ip: CLOSED keeps its distance from the last byte, however long ago the peer's end was") {
  Paced b("AT+CIPMUX=0");
  b.port.stuck = Port::congested_at;  // the host does not read
  b.peer->send("late");
  b.peer->close();
  CHECK(b.wait(10s).empty());
  b.port.stuck = 0;
  b.channel->drained();
  CHECK(b.wait(0s) == "late");
  CHECK(b.wait(299ms).empty());
  CHECK(b.wait(1ms) == framed("CLOSED"));
}

TEST_CASE("ip: CLOSED keeps its distance from the peer's end, if that is later than the last byte") {
  Paced b("AT+CIPMUX=1");
  b.peer->send("x");
  CHECK(b.wait(10s).find("+RECEIVE,0,1:") != std::string::npos);
  b.peer->close();
  CHECK(b.wait(299ms).empty());
  CHECK(b.wait(1ms) == framed("0, CLOSED"));
}

TEST_CASE("ip: after a reset the data, or the word of them, and CLOSED come apart too") {
  for (const char* setting : {"AT+CIPMUX=0", "AT+CIPRXGET=1"}) {
    CAPTURE(setting);
    Paced b(setting);
    b.peer->send("x");
    b.peer->close(SocketError::reset);
    const std::string said = b.wait(0s);
    CHECK((said == "x" || said == framed("+CIPRXGET: 1")));
    CHECK(b.wait(299ms).empty());
    CHECK(b.wait(1ms) == framed("CLOSED"));
  }
}

TEST_CASE("ip: a host that fetches its bytes is told of the end once it has stopped") {
  Paced b("AT+CIPRXGET=1");
  b.peer->send(std::string(100, 'x'));
  b.peer->close();
  CHECK(b.wait(0s) == framed("+CIPRXGET: 1"));
  for (int i = 0; i < 5; ++i) {
    CHECK(b.wait(200ms).empty());
    b.ask("AT+CIPRXGET=2,10");
    CHECK(b.wait(15ms).starts_with("\r\n+CIPRXGET: 2,10,"));
  }
  CHECK(b.wait(299ms).find("CLOSED") == std::string::npos);
  CHECK(b.wait(1ms) == framed("CLOSED"));
  b.ask("AT+CIPRXGET=2,100");
  CHECK(b.wait(15ms) == "\r\n+CIPRXGET: 2,50,0\r\n" + std::string(50, 'x') + OK);
}

TEST_CASE("ip: nothing can be sent between the peer's end and CLOSED") {
  Paced b("AT+CIPMUX=0");
  b.peer->close();
  b.ask("AT+CIPSEND=1");
  CHECK(b.wait(15ms) == ERROR);
  CHECK(b.wait(1s) == framed("CLOSED"));
  CHECK(b.peer->got.empty());
}

TEST_CASE("ip: the wait for CLOSED is limited by AT+CIPRDTIMER") {
  Paced b("AT+CIPRDTIMER=100,100", TimingProfile::maximum);
  b.peer->close();
  CHECK(b.wait(99ms).empty());
  CHECK(b.wait(1ms) == framed("CLOSED"));
}
