// Data of the TCP/IP toolkit's connections, as the host sends and gets it (AT manual 8.2.3-8.2.5, 8.2.15-8.2.26).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/unit/ip_bench.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

const std::string PROMPT = "\r\n> ";
const std::string all_values = [] {
  std::string text;
  for (int i = 0; i < 256; ++i) text.push_back(static_cast<char>(i));
  return text;
}();

}  // namespace

TEST_CASE("ip data: a block of fixed length, whatever its bytes") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  CHECK(bench.ask("AT+CIPSEND=256") == PROMPT);
  CHECK(bench.say(all_values) == framed("SEND OK"));
  CHECK(peer.got == all_values);
  CHECK(bench.say("AT+CIPSEND=3\r\n") == PROMPT);  // the LF is no payload
  CHECK(bench.say("abcAT\r") == framed("SEND OK") + OK);
  CHECK(peer.got == all_values + "abc");
  for (const char* line : {"AT+CIPSEND=0", "AT+CIPSEND=1461", "AT+CIPSEND=x", "AT+CIPSEND=1,2", "AT+CIPSEND=1,2,3"}) {
    CAPTURE(line);
    CHECK(bench.ask(line) == ERROR);
  }
  CHECK(bench.ask("AT+CIPSEND=1460") == PROMPT);
  CHECK(bench.say(std::string(1460, 'x')) == framed("SEND OK"));
  CHECK(bench.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 1460\r\n" + OK);
}

TEST_CASE("ip data: text up to Ctrl-Z") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  CHECK(bench.ask("AT+CIPSEND") == PROMPT);
  CHECK(bench.say("hellp\bo\r\n\x01\x1a") == framed("SEND OK"));
  CHECK(peer.got == "hello\r\n\x01");
  bench.ask("AT+CIPSEND");
  CHECK(bench.say("never mind\x1b") == OK);
  CHECK(peer.got == "hello\r\n\x01");
  bench.ask("AT+CIPSEND");
  CHECK(bench.say("\x1a") == ERROR);
  bench.ask("AT+CIPSEND");
  CHECK(bench.say(std::string(1461, 'y') + "\x1a") == ERROR);
  CHECK(peer.got == "hello\r\n\x01");
  bench.ask("ATE1");
  CHECK(bench.say("AT+CIPSEND\r") == "AT+CIPSEND\r" + PROMPT);
  CHECK(bench.say("ab\rc\x1a") == "ab\rc" + framed("SEND OK"));
}

TEST_CASE("ip data: AT+CIPSPRT and AT+CIPATS") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  bench.ask("AT+CIPSPRT=0");
  CHECK(bench.ask("AT+CIPSEND=2").empty());
  CHECK(bench.say("ab") == framed("SEND OK"));
  bench.ask("AT+CIPSPRT=2");
  CHECK(bench.ask("AT+CIPSEND=2").empty());
  CHECK(bench.say("cd").empty());
  bench.ask("AT+CIPSPRT=1");
  bench.ask("AT+CIPATS=1,5");
  CHECK(bench.ask("AT+CIPSEND") == PROMPT);
  bench.say("timed");
  CHECK(bench.wait(4s).empty());
  CHECK(bench.wait(1s) == framed("SEND OK"));
  CHECK(bench.ask("AT+CIPSEND=9") == PROMPT);
  bench.say("less");
  CHECK(bench.wait(5s) == framed("SEND OK"));
  CHECK(peer.got == "abcdtimedless");
}

TEST_CASE("ip data: quick send, several connections") {
  IpBench bench;
  bench.bring_up(true);
  HeldSockets::Peer& peer = bench.connect(R"(AT+CIPSTART=3,"TCP","10.1.2.3",80)");
  CHECK(bench.ask("AT+CIPSEND") == ERROR);
  CHECK(bench.ask("AT+CIPSEND=0,4") == ERROR);
  CHECK(bench.ask("AT+CIPSEND=6,4") == ERROR);
  CHECK(bench.ask("AT+CIPSEND=3,4,\"10.1.2.3\",80") == ERROR);
  CHECK(bench.ask("AT+CIPSEND=3,4") == PROMPT);
  CHECK(bench.say("abcd") == framed("3, SEND OK"));
  bench.ask("AT+CIPQSEND=1");
  peer.confirms = false;
  CHECK(bench.ask("AT+CIPSEND=3") == PROMPT);
  CHECK(bench.say("efg\x1a") == framed("DATA ACCEPT:3,3"));
  CHECK(bench.ask("AT+CIPACK=3") == "\r\n+CIPACK: 7,4,3\r\n" + OK);
  peer.confirm();
  CHECK(bench.ask("AT+CIPACK=3") == "\r\n+CIPACK: 7,7,0\r\n" + OK);
  CHECK(bench.ask("AT+CIPACK=0") == ERROR);
  CHECK(bench.ask("AT+CIPACK") == ERROR);
  CHECK(bench.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 3,1460\r\n" + OK);
}

TEST_CASE("ip data: SEND OK is the peer's word; a silent one is given up after 645 s") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  peer.confirms = false;
  bench.ask("AT+CIPSEND=4");
  CHECK(bench.say("data").empty());
  CHECK(bench.wait(60s).empty());
  peer.confirm();
  CHECK(bench.wait(0s) == framed("SEND OK"));
  bench.ask("AT+CIPSEND=4");
  CHECK(bench.say("lost").empty());
  CHECK(bench.wait(645s - 1ms).empty());
  CHECK(bench.wait(1ms) == framed("SEND FAIL") + framed("CLOSED"));
  CHECK(bench.state() == "TCP CLOSED");
}

TEST_CASE("ip data: a full send queue waits for room, and says how much there is") {
  IpBench bench;
  bench.bring_up();
  bench.ask("AT+CIPQSEND=1");
  HeldSockets::Peer& peer = bench.connect();
  peer.room = 100;
  CHECK(bench.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 100\r\n" + OK);
  bench.ask("AT+CIPSEND=150");
  peer.room = 0;
  CHECK(bench.say(std::string(150, 'z')).empty());
  peer.room = 1000;
  peer.change();
  CHECK(bench.wait(0s) == framed("DATA ACCEPT:150"));
  CHECK(peer.got.size() == 150);
}

TEST_CASE("ip data: the connection goes while data is typed") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  bench.ask("AT+CIPSEND=4");
  peer.close();
  CHECK(bench.wait(0s).empty());  // nothing stands between prompt and result
  CHECK(bench.say("data") == framed("SEND FAIL") + framed("CLOSED"));
}

TEST_CASE("ip data: pushed to a single connection's host, as the three settings ask") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  peer.send(all_values);
  CHECK(bench.wait(0s) == all_values);
  bench.ask("AT+CIPHEAD=1");
  peer.send("test2");
  CHECK(bench.wait(0s) == "\r\n+IPD,5:test2");
  bench.ask("AT+CIPSHOWTP=1");
  peer.send("test2");
  CHECK(bench.wait(0s) == "\r\n+IPD,5,TCP:test2");
  bench.ask("AT+CIPSRIP=1");
  peer.send("test2");
  CHECK(bench.wait(0s) == "\r\nRECV FROM:10.1.2.3:80\r\n\r\n+IPD,5,TCP:test2");
  bench.ask("AT+CIPHEAD=0");
  peer.send("test2");
  CHECK(bench.wait(0s) == "\r\nRECV FROM:10.1.2.3:80\r\ntest2");
  bench.ask("AT+CIPSRIP=0;+CIPHEAD=1;+CIPSHOWTP=0");
  peer.send(std::string(1461, 'x'));
  CHECK(bench.wait(0s) == "\r\n+IPD,1460:" + std::string(1460, 'x') + "\r\n+IPD,1:x");
}

TEST_CASE("ip data: pushed with several connections") {
  IpBench bench;
  bench.bring_up(true);
  HeldSockets::Peer& peer = bench.connect(R"(AT+CIPSTART=1,"TCP","10.1.2.3",80)");
  peer.send("SIM800 TCP test..");
  CHECK(bench.wait(0s) == "\r\n+RECEIVE,1,17:\r\nSIM800 TCP test..");
  bench.ask("AT+CIPSRIP=1");
  peer.send("x");
  CHECK(bench.wait(0s) == "\r\n+RECEIVE,1,1,10.1.2.3:80:\r\nx");
  peer.send("last");
  peer.close();
  CHECK(bench.wait(0s) == "\r\n+RECEIVE,1,4,10.1.2.3:80:\r\nlast" + framed("1, CLOSED"));
}

TEST_CASE("ip data: nothing is pushed into an answer, and a host that does not read stops the peer") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  bench.ask("AT+CIPSEND=4");
  peer.send("pushed");
  CHECK(bench.wait(0s).empty());
  CHECK(bench.say("data") == framed("SEND OK") + "pushed");
  bench.port.stuck = Port::congested_at;
  peer.send("more");
  CHECK(bench.wait(0s).empty());
  CHECK(peer.queue.size() == 1);
  bench.port.stuck = 0;
  bench.channel->drained();
  CHECK(bench.wait(0s) == "more");
}

TEST_CASE("ip data: read by AT+CIPRXGET, several connections") {
  IpBench bench;
  bench.bring_up(true);
  CHECK(bench.ask("AT+CIPRXGET=1") == OK);
  HeldSockets::Peer& peer = bench.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
  CHECK(bench.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,0\r\n" + OK);
  peer.send(std::string(365, 'r'));
  CHECK(bench.wait(0s) == framed("+CIPRXGET: 1,0"));
  peer.send("more");
  CHECK(bench.wait(0s).empty());  // the host knows already
  CHECK(bench.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,369\r\n" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,0,63") == "\r\n+CIPRXGET: 2,0,63,306\r\n" + std::string(63, 'r') + OK);
  CHECK(bench.ask("AT+CIPRXGET=3,0,2") == "\r\n+CIPRXGET: 3,0,2,304\r\n7272" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,0") == "\r\n+CIPRXGET: 2,0,304,0\r\n" + std::string(300, 'r') + "more" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,0,10") == "\r\n+CIPRXGET: 2,0,0,0\r\n" + OK);
  peer.send("again");
  CHECK(bench.wait(0s) == framed("+CIPRXGET: 1,0"));
  CHECK(bench.ask("AT+CIPRXGET=3,0,1460") == "\r\n+CIPRXGET: 3,0,5,0\r\n616761696E" + OK);
  for (const char* line : {"AT+CIPRXGET=2", "AT+CIPRXGET=2,1,10", "AT+CIPRXGET=4,5", "AT+CIPRXGET=2,0,1461",
                           "AT+CIPRXGET=2,0,0", "AT+CIPRXGET=2,6,1", "AT+CIPRXGET=4,0,1", "AT+CIPRXGET=1,0"}) {
    CAPTURE(line);
    CHECK(bench.ask(line) == ERROR);
  }
}

TEST_CASE("ip data: read by AT+CIPRXGET, one connection") {
  IpBench bench;
  bench.bring_up();
  bench.ask("AT+CIPRXGET=1");
  bench.ask("AT+CIPSRIP=1");
  HeldSockets::Peer& peer = bench.connect();
  peer.send("HELLO WORLD");
  CHECK(bench.wait(0s) == framed("+CIPRXGET: 1,10.1.2.3:80"));
  bench.ask("AT+CIPSRIP=0");
  CHECK(bench.ask("AT+CIPRXGET=4") == "\r\n+CIPRXGET: 4,11\r\n" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,1460") == "\r\n+CIPRXGET: 2,11,0\r\nHELLO WORLD" + OK);
  peer.send("x");
  CHECK(bench.wait(0s) == framed("+CIPRXGET: 1"));
}

TEST_CASE("ip data: +CIPRXGET: 1 stands before the bytes can be read, and never inside an answer") {
  World world;
  IpBench bench(world);
  bench.ask("ATE0");
  bench.wait(1s);
  for (const char* line : {"AT+CIPRXGET=1", "AT+CSTT", "AT+CIICR", "AT+CIFSR", R"(AT+CIPSTART="TCP","10.1.2.3",80)"}) {
    bench.ask(line);
    bench.wait(2s);
  }
  HeldSockets::Peer& peer = bench.sockets.last();
  peer.connect();
  bench.wait(2s);
  bench.ask("AT+CIPRXGET=4");
  peer.send("abc");  // while the answer is under way
  CHECK(bench.wait(15ms) == "\r\n+CIPRXGET: 4,0\r\n" + OK + framed("+CIPRXGET: 1"));
}

TEST_CASE("ip data: what the peer sent before it closed can be read until it is gone") {
  IpBench bench;
  bench.bring_up(true);
  bench.ask("AT+CIPRXGET=1");
  HeldSockets::Peer& peer = bench.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
  peer.send("last words");
  peer.close();
  CHECK(bench.wait(0s) == framed("+CIPRXGET: 1,0") + framed("0, CLOSED"));
  CHECK(bench.ask("AT+CIPSTATUS=0").find("\"CLOSED\"") != std::string::npos);
  CHECK(bench.ask("AT+CIPRXGET=2,0,4") == "\r\n+CIPRXGET: 2,0,4,6\r\nlast" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,0,9") == "\r\n+CIPRXGET: 2,0,6,0\r\n words" + OK);
  CHECK(bench.ask("AT+CIPRXGET=2,0,9") == ERROR);
  CHECK_FALSE(peer.alive);
}

TEST_CASE("ip data: datagrams") {
  IpBench bench;
  bench.bring_up();
  bench.ask("AT+CIPHEAD=1");
  HeldSockets::Peer& peer = bench.connect(R"(AT+CIPSTART="UDP","116.228.221.51","9600")");
  peer.address = {"116.228.221.51", 9600};
  CHECK(bench.ask("AT+CIPSEND=3") == PROMPT);
  peer.confirms = false;
  CHECK(bench.say("one") == framed("SEND OK"));  // nobody acknowledges a datagram
  CHECK(bench.ask("AT+CIPACK") == "\r\n+CIPACK: 3,0,3\r\n" + OK);
  CHECK(peer.datagrams == std::vector<std::string>{"one"});
  CHECK(bench.ask("AT+CIPUDPMODE=1") == OK);
  CHECK(peer.takes_all);
  bench.ask("AT+CIPSRIP=1");
  peer.send("test1", {"10.0.0.9", 1234});
  peer.send("test2");
  CHECK(bench.wait(0s) ==
        "\r\nRECV FROM:10.0.0.9:1234\r\n\r\n+IPD,5:test1\r\nRECV FROM:116.228.221.51:9600\r\n"
        "\r\n+IPD,5:test2");
  CHECK(bench.ask("AT+CIPUDPMODE=2,\"211.136.131.65\",4500") == OK);
  CHECK(peer.redirected == SocketAddress{"211.136.131.65", 4500});
  CHECK(bench.ask("AT+CIPUDPMODE?") == "\r\n+CIPUDPMODE: 1,\"211.136.131.65\",4500\r\n" + OK);
}

TEST_CASE("ip data: a client's end of AT+CIPSEND") {
  IpBench bench;
  bench.bring_up();
  HeldSockets::Peer& peer = bench.connect();
  bench.ask("AT+CIPSEND=4");
  bench.channel->receive("ab");
  bench.channel->client_left();
  bench.channel->client_arrived();
  CHECK(bench.say("AT\r") == OK);
  CHECK(peer.got.empty());
  CHECK(bench.state() == "CONNECT OK");
}
