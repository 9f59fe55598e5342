// How connections of the TCP/IP toolkit begin and end, as the host sees it (AT manual 8.2.2, 8.2.6, 8.2.12, 8.2.18).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/ip_bench.hpp"

using namespace sim800;
using namespace sim800::test;

TEST_CASE("ip: a single connection from IP STATUS") {
  IpBench bench;
  bench.bring_up();
  CHECK(bench.ask(R"(AT+CIPSTART="TCP","server.example","8500")") == OK);
  CHECK(bench.state() == "TCP CONNECTING");
  HeldSockets::Peer& peer = bench.sockets.last();
  CHECK(peer.request.host == "server.example");
  CHECK(peer.request.port == 8500);
  CHECK(peer.request.kind == SocketRequest::Kind::tcp);
  CHECK_FALSE(peer.request.tls.has_value());
  REQUIRE(peer.request.keep_alive.has_value());
  CHECK(peer.request.keep_alive->count == 9);
  peer.connect();
  CHECK(bench.wait(0s) == framed("CONNECT OK"));
  CHECK(bench.ask("AT+CIPSTATUS") == OK + framed("STATE: CONNECT OK"));
  CHECK(bench.ask(R"(AT+CIPSTART="TCP","server.example",8500)") == ERROR + framed("ALREADY CONNECT"));
  peer.close();
  CHECK(bench.wait(0s) == framed("CLOSED"));
  CHECK(bench.state() == "TCP CLOSED");
  CHECK_FALSE(peer.alive);
  bench.connect(R"(AT+CIPSTART="tcp",server.example,80)");
  CHECK(bench.state() == "CONNECT OK");
}

TEST_CASE("ip: a single connection from IP INITIAL brings up the context by itself") {
  IpBench bench;
  bench.ask("ATE0");
  CHECK(bench.ask(R"(AT+CIPSTART="UDP","10.1.2.3",53)") == OK);
  bench.sockets.last().connect();
  CHECK(bench.wait(0s) == framed("CONNECT OK"));
  CHECK(bench.state() == "CONNECT OK");
  CHECK(bench.ask("AT+CIPCLOSE") == framed("CLOSE OK"));
  CHECK(bench.state() == "UDP CLOSED");

  World world = Bench::instant();
  world.network.apns.emplace();
  IpBench refused(world);
  refused.ask("ATE0");
  CHECK(refused.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)") == OK + framed("STATE: PDP DEACT") + framed("CONNECT FAIL"));
  world.network.gprs = false;
  IpBench none(world);
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
    IpBench bench;
    bench.bring_up(multi);
    for (const SocketError error : {SocketError::dns, SocketError::no_connect}) {
      CHECK(bench.ask(line) == OK);
      bench.sockets.last().connect(error);
      CHECK(bench.wait(0s) == fail);
    }
    CHECK(bench.ask(line) == OK);  // nobody answers
    CHECK(bench.wait(75s - 1ms).empty());
    CHECK(bench.wait(1ms) == fail);
    CHECK_FALSE(bench.sockets.last().alive);
    bench.ask("AT+CIPSSL=1");
    CHECK(bench.ask(line) == OK);
    CHECK(bench.sockets.last().request.tls.has_value());
    bench.sockets.last().connect(SocketError::tls);
    CHECK(bench.wait(0s) == framed(number + "CLOSE OK"));
    CHECK(bench.ask(multi ? "AT+CIPCLOSE=0" : "AT+CIPCLOSE") == ERROR);
  }
}

TEST_CASE("ip: field times from OK to the outcome") {
  World world;
  IpBench bench(world);
  bench.ask("ATE0");
  bench.wait(10s);
  for (const char* line : {"AT+CSTT", "AT+CIICR", "AT+CIFSR"}) {
    bench.ask(line);
    bench.wait(2s);
  }
  bench.ask(R"(AT+CIPSTART="TCP","server.example",80)");
  CHECK(bench.wait(100ms) == OK);
  bench.wait(720ms);  // the name is looked up
  bench.sockets.last().connect();
  CHECK(bench.wait(100ms).empty());
  CHECK(bench.wait(150ms) == framed("CONNECT OK"));
  bench.sockets.last().close();
  CHECK(bench.wait(290ms).empty());
  bench.state();  // the answer takes its 15 ms, in which the end is noticed
  CHECK(bench.wait(20ms) == OK + framed("STATE: TCP CLOSED") + framed("CLOSED"));
}

TEST_CASE("ip: malformed AT+CIPSTART") {
  IpBench bench;
  bench.bring_up();
  for (const char* line : {R"(AT+CIPSTART="TCP","h")", R"(AT+CIPSTART="SCTP","h",80)", R"(AT+CIPSTART="TCP","",80)",
                           R"(AT+CIPSTART="TCP","h",0)", R"(AT+CIPSTART="TCP","h",65536)", R"(AT+CIPSTART="TCP","h",x)",
                           R"(AT+CIPSTART=0,"TCP","h",80)", "AT+CIPSTART", "AT+CIPSTART?"}) {
    CAPTURE(line);
    CHECK(bench.ask(line) == ERROR);
  }
  bench.ask("AT+CMEE=1");
  CHECK(bench.ask(R"(AT+CIPSTART="TCP","h")") == framed("+CME ERROR: 3"));
  CHECK(bench.state() == "IP STATUS");
}

TEST_CASE("ip: six connections, TCP and UDP mixed") {
  IpBench bench;
  bench.ask("ATE0");
  bench.ask("AT+CIPMUX=1");
  CHECK(bench.ask(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)") == ERROR);  // not from IP INITIAL
  bench.bring_up(true);
  CHECK(bench.state() == "IP STATUS");
  for (int n = 0; n < 6; ++n) {
    const std::string kind = n % 2 == 0 ? "TCP" : "UDP";
    CHECK(bench.ask(fmt::format(R"(AT+CIPSTART={},"{}","10.1.2.3",{})", n, kind, 8000 + n)) == OK);
    bench.sockets.last().connect();
    CHECK(bench.wait(0s) == framed(fmt::format("{}, CONNECT OK", n)));
  }
  CHECK(bench.ask(R"(AT+CIPSTART=6,"TCP","10.1.2.3",80)") == ERROR);
  CHECK(bench.ask(R"(AT+CIPSTART=2,"TCP","10.1.2.3",80)") == ERROR + framed("2, ALREADY CONNECT"));
  CHECK(bench.state() == "IP PROCESSING");
  bench.sockets.peers[0]->close();
  CHECK(bench.wait(0s) == framed("0, CLOSED"));
  CHECK(bench.ask("AT+CIPCLOSE=0") == ERROR);
  CHECK(bench.ask("AT+CIPCLOSE") == ERROR);
  CHECK(bench.ask("AT+CIPCLOSE=1") == framed("1, CLOSE OK"));
  CHECK(bench.ask("AT+CIPCLOSE=2,1") == framed("2, CLOSE OK"));
  CHECK(bench.ask("AT+CIPSTATUS=2") == "\r\n+CIPSTATUS: 2,0,\"TCP\",\"10.1.2.3\",\"8002\",\"CLOSED\"\r\n" + OK);
  CHECK(bench.ask("AT+CIPSTATUS=6") == ERROR);
  for (const char* line : {"AT+CIPCLOSE=3", "AT+CIPCLOSE=4,1", "AT+CIPCLOSE=5"}) bench.ask(line);
  CHECK(bench.state() == "IP STATUS");
}

TEST_CASE("ip: slow close waits for the peer, five seconds at most; quick close does not") {
  World world = Bench::instant();
  IpBench bench(world);
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  CHECK(bench.ask("AT+CIPCLOSE").empty());
  CHECK(peer.finished);
  CHECK(bench.wait(4s).empty());
  peer.close();
  CHECK(bench.wait(0s) == framed("CLOSE OK"));
  HeldSockets::Peer& silent = bench.connect();
  CHECK(bench.ask("AT+CIPCLOSE=0").empty());
  CHECK(bench.wait(5s) == framed("CLOSE OK"));
  CHECK_FALSE(silent.alive);
  bench.connect();
  CHECK(bench.ask("AT+CIPCLOSE=1") == framed("CLOSE OK"));
}

TEST_CASE("ip: closing while it connects") {
  IpBench bench;
  bench.bring_up();
  bench.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)");
  CHECK(bench.ask("AT+CIPCLOSE") == framed("CLOSE OK"));
  CHECK(bench.wait(100s).empty());
  CHECK(bench.state() == "TCP CLOSED");
}

TEST_CASE("ip: a server with one connection") {
  IpBench bench;
  bench.bring_up();
  bench.sockets.taken_port = 80;
  CHECK(bench.ask("AT+CIPSERVER=1,80") == OK + ERROR);
  CHECK(bench.ask("AT+CIPSERVER=1,8888") == OK + framed("SERVER OK"));
  CHECK(bench.sockets.listening == 8888);
  CHECK(bench.state() == "SERVER LISTENING");
  CHECK(bench.ask("AT+CIPSERVER?") == "\r\n+CIPSERVER: 1,8888,0,0\r\n" + OK);
  HeldSockets::Peer& client = bench.sockets.accept("10.78.103.220");
  CHECK(bench.wait(0s) == framed("REMOTE IP: 10.78.103.220"));
  CHECK(bench.state() == "CONNECT OK");
  CHECK_FALSE(bench.sockets.accept("10.0.0.2").alive);  // one client at a time
  client.send("hello");
  CHECK(bench.wait(0s) == "hello");
  client.close();
  CHECK(bench.wait(0s) == framed("CLOSED"));
  CHECK(bench.state() == "SERVER LISTENING");
  HeldSockets::Peer& second = bench.sockets.accept("10.0.0.3");
  bench.wait(0s);
  CHECK(bench.ask("AT+CIPSERVER=0") == OK + framed("SERVER CLOSE"));
  CHECK(bench.sockets.listening == 0);
  CHECK(second.alive);
  CHECK(bench.ask("AT+CIPCLOSE=1") == framed("CLOSE OK"));
}

TEST_CASE("ip: a server from IP INITIAL") {
  IpBench bench;
  bench.ask("ATE0");
  CHECK(bench.ask("AT+CIPSERVER=1,8888") == OK + framed("SERVER OK"));
  CHECK(bench.state() == "SERVER LISTENING");
  CHECK(bench.ask("AT+CIPSHUT") == framed("SHUT OK"));
  CHECK(bench.sockets.listening == 0);
}

TEST_CASE("ip: a server with several connections: five clients at most, lowest number first") {
  IpBench bench;
  bench.bring_up(true);
  bench.ask("AT+CIPSERVER=1,8888");
  CHECK(bench.state() == "IP PROCESSING");
  for (int n = 0; n < 5; ++n) {
    CHECK(bench.sockets.accept("10.76.40.73").alive);
    CHECK(bench.wait(0s) == framed(fmt::format("{}, REMOTE IP: 10.76.40.73", n)));
  }
  CHECK_FALSE(bench.sockets.accept("10.76.40.74").alive);
  CHECK(bench.ask("AT+CIPSTATUS").find("\r\nS: 0,0,\"8888\",\"LISTENING\"\r\nC: 0,0,\"TCP\",\"10.76.40.73\",") !=
        std::string::npos);
  bench.sockets.peers[1]->close();
  bench.wait(0s);
  bench.sockets.accept("10.76.40.75");
  CHECK(bench.wait(0s) == framed("1, REMOTE IP: 10.76.40.75"));
}

TEST_CASE("ip: local ports, keep-alive and certificates go along") {
  IpBench bench;
  bench.bring_up();
  bench.ask("AT+CLPORT=\"UDP\",8888");
  bench.ask("AT+CLPORT=\"TCP\",7777");
  bench.ask("AT+CIPTKA=0");
  HeldSockets::Peer& tcp = bench.connect();
  CHECK(tcp.request.local_port == 7777);
  CHECK_FALSE(tcp.request.keep_alive.has_value());
  bench.ask("AT+CIPCLOSE=1");
  CHECK(bench.connect(R"(AT+CIPSTART="UDP","10.1.2.3",53)").request.local_port == 8888);
  bench.ask("AT+CIPCLOSE=1");

  CHECK(bench.ask("AT+SSLSETCERT=?") == "\r\n+SSLSETCERT: 100,32\r\n" + OK);
  CHECK(bench.ask("AT+SSLSETCERT=\"C:\\USER\\none.crt\"") == OK + framed("+SSLSETCERT: 1"));
  bench.files.put("C:\\USER\\my.crt", "certificate and key");
  CHECK(bench.ask("AT+SSLSETCERT=\"C:\\USER\\my.crt\",\"word\"") == OK + framed("+SSLSETCERT: 0"));
  bench.ask("AT+CIPSSL=1");
  HeldSockets::Peer& tls = bench.connect();
  REQUIRE(tls.request.tls.has_value());
  CHECK(tls.request.tls->certificate.empty());
  CHECK_FALSE(tls.request.tls->verify_peer);
  bench.ask("AT+CIPCLOSE=1");
  bench.ask("AT+SSLOPT=1,1");
  bench.ask("AT+SSLOPT=0,0");
  HeldSockets::Peer& own = bench.connect();
  CHECK(own.request.tls->certificate == "certificate and key");
  CHECK(own.request.tls->password == "word");
  CHECK(own.request.tls->verify_peer);
}

TEST_CASE("ip: everything ends with a reset, a power cut, AT+CIPSHUT") {
  for (const int way : {0, 1, 2}) {
    IpBench bench;
    bench.bring_up(true);
    HeldSockets::Peer& up = bench.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
    bench.ask(R"(AT+CIPSTART=1,"TCP","10.1.2.3",81)");
    HeldSockets::Peer& connecting = bench.sockets.last();
    if (way == 0) bench.modem.reset();
    if (way == 1) bench.modem.lose_power();
    if (way == 2) CHECK(bench.ask("AT+CIPSHUT") == framed("SHUT OK"));
    const std::string said = bench.wait(90s);
    CHECK(said.find("CLOSED") == std::string::npos);
    CHECK(said.find("FAIL") == std::string::npos);
    CHECK_FALSE(up.alive);
    CHECK_FALSE(connecting.alive);
  }
}
