// Data of the TCP/IP toolkit's connections, as the host sends and gets it (AT manual 8.2.3-8.2.5, 8.2.15-8.2.26).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <functional>

#include "emulator/core/world.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/network/network.hpp"
#include "tests/support/ip_fixture.hpp"

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
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  CHECK(fixture.ask("AT+CIPSEND=256") == PROMPT);
  CHECK(fixture.say(all_values) == framed("SEND OK"));
  CHECK(peer.got == all_values);
  CHECK(fixture.say("AT+CIPSEND=3\r\n") == PROMPT);  // the LF is no payload
  CHECK(fixture.say("abcAT\r") == framed("SEND OK") + OK);
  CHECK(peer.got == all_values + "abc");
  for (const char* line : {"AT+CIPSEND=0", "AT+CIPSEND=1461", "AT+CIPSEND=x", "AT+CIPSEND=1,2", "AT+CIPSEND=1,2,3"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
  CHECK(fixture.ask("AT+CIPSEND=1460") == PROMPT);
  CHECK(fixture.say(std::string(1460, 'x')) == framed("SEND OK"));
  CHECK(fixture.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 1460\r\n" + OK);
}

TEST_CASE("ip data: text up to Ctrl-Z") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  CHECK(fixture.ask("AT+CIPSEND") == PROMPT);
  CHECK(fixture.say("hellp\bo\r\n\x01\x1a") == framed("SEND OK"));
  CHECK(peer.got == "hello\r\n\x01");
  fixture.ask("AT+CIPSEND");
  CHECK(fixture.say("never mind\x1b") == OK);
  CHECK(peer.got == "hello\r\n\x01");
  fixture.ask("AT+CIPSEND");
  CHECK(fixture.say("\x1a") == ERROR);
  fixture.ask("AT+CIPSEND");
  CHECK(fixture.say(std::string(1461, 'y') + "\x1a") == ERROR);
  CHECK(peer.got == "hello\r\n\x01");
  fixture.ask("ATE1");
  CHECK(fixture.say("AT+CIPSEND\r") == "AT+CIPSEND\r" + PROMPT);
  CHECK(fixture.say("ab\rc\x1a") == "ab\rc" + framed("SEND OK"));
}

TEST_CASE("ip data: AT+CIPSPRT and AT+CIPATS") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  fixture.ask("AT+CIPSPRT=0");
  CHECK(fixture.ask("AT+CIPSEND=2").empty());
  CHECK(fixture.say("ab") == framed("SEND OK"));
  fixture.ask("AT+CIPSPRT=2");
  CHECK(fixture.ask("AT+CIPSEND=2").empty());
  CHECK(fixture.say("cd").empty());
  fixture.ask("AT+CIPSPRT=1");
  fixture.ask("AT+CIPATS=1,5");
  CHECK(fixture.ask("AT+CIPSEND") == PROMPT);
  fixture.say("timed");
  CHECK(fixture.wait(4s).empty());
  CHECK(fixture.wait(1s) == framed("SEND OK"));
  CHECK(fixture.ask("AT+CIPSEND=9") == PROMPT);
  fixture.say("less");
  CHECK(fixture.wait(5s) == framed("SEND OK"));
  CHECK(peer.got == "abcdtimedless");
}

TEST_CASE("ip data: quick send, several connections") {
  IpFixture fixture;
  fixture.bring_up(true);
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=3,"TCP","10.1.2.3",80)");
  CHECK(fixture.ask("AT+CIPSEND") == ERROR);
  CHECK(fixture.ask("AT+CIPSEND=0,4") == ERROR);
  CHECK(fixture.ask("AT+CIPSEND=6,4") == ERROR);
  CHECK(fixture.ask("AT+CIPSEND=3,4,\"10.1.2.3\",80") == ERROR);
  CHECK(fixture.ask("AT+CIPSEND=3,4") == PROMPT);
  CHECK(fixture.say("abcd") == framed("3, SEND OK"));
  fixture.ask("AT+CIPQSEND=1");
  peer.confirms = false;
  CHECK(fixture.ask("AT+CIPSEND=3") == PROMPT);
  CHECK(fixture.say("efg\x1a") == framed("DATA ACCEPT:3,3"));
  CHECK(fixture.ask("AT+CIPACK=3") == "\r\n+CIPACK: 7,4,3\r\n" + OK);
  peer.confirm();
  CHECK(fixture.ask("AT+CIPACK=3") == "\r\n+CIPACK: 7,7,0\r\n" + OK);
  CHECK(fixture.ask("AT+CIPACK=0") == ERROR);
  CHECK(fixture.ask("AT+CIPACK") == ERROR);
  CHECK(fixture.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 3,1460\r\n" + OK);
}

TEST_CASE("ip data: SEND OK is the peer's word; a silent one is given up after 645 s") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  peer.confirms = false;
  fixture.ask("AT+CIPSEND=4");
  CHECK(fixture.say("data").empty());
  CHECK(fixture.wait(60s).empty());
  peer.confirm();
  CHECK(fixture.wait(0s) == framed("SEND OK"));
  fixture.ask("AT+CIPSEND=4");
  CHECK(fixture.say("lost").empty());
  CHECK(fixture.wait(645s - 1ms).empty());
  CHECK(fixture.wait(1ms) == framed("SEND FAIL") + framed("CLOSED"));
  CHECK(fixture.state() == "TCP CLOSED");
}

TEST_CASE("ip data: a module that goes off while AT+CIPSEND waits says nothing of it") {
  const std::string boot =
      framed("RDY") + framed("+CFUN: 1") + framed("+CPIN: READY") + framed("Call Ready") + framed("SMS Ready");
  const auto say_when = [](const std::function<void(IpFixture&)>& end) {
    IpFixture fixture;
    fixture.bring_up();
    fixture.connect().confirms = false;
    fixture.ask("AT+CIPSEND=4");
    CHECK(fixture.say("data").empty());
    end(fixture);
    return fixture.wait(1min);
  };
  CHECK(say_when([](IpFixture& fixture) { fixture.modem.lose_power(); }).empty());
  CHECK(say_when([](IpFixture& fixture) { fixture.modem.freeze(); }).empty());
  CHECK(say_when([&](IpFixture& fixture) { fixture.modem.reset(); }) == boot);
  CHECK(say_when([](IpFixture& fixture) { fixture.modem.press_power_key(); }) == framed("NORMAL POWER DOWN"));
  CHECK(say_when([](IpFixture& fixture) { fixture.modem.power_off_soon(); }).empty());
  CHECK(say_when([](IpFixture& fixture) { fixture.modem.reset_soon(); }) == boot);
}

TEST_CASE("ip data: two channels at the prompt of one connection: the later one is refused") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  peer.confirms = false;
  RecordingPort second;
  Channel& other = fixture.modem.attach(second, "second");
  fixture.ask("AT+CIPSEND=4");
  other.receive("AT+CIPSEND=4\r");
  fixture.clock.advance(0s);
  CHECK(fixture.say("data").empty());
  second.take();
  other.receive("more");
  fixture.clock.advance(0s);
  CHECK(second.take().ends_with(ERROR));
  peer.confirm();
  CHECK(fixture.wait(0s) == framed("SEND OK"));
  CHECK(peer.got == "data");
}

TEST_CASE("ip data: a full send queue waits for room, and says how much there is") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPQSEND=1");
  HeldSockets::Peer& peer = fixture.connect();
  peer.room = 100;
  CHECK(fixture.ask("AT+CIPSEND?") == "\r\n+CIPSEND: 100\r\n" + OK);
  fixture.ask("AT+CIPSEND=150");
  peer.room = 0;
  CHECK(fixture.say(std::string(150, 'z')).empty());
  peer.room = 1000;
  peer.change();
  CHECK(fixture.wait(0s) == framed("DATA ACCEPT:150"));
  CHECK(peer.got.size() == 150);
}

TEST_CASE("ip data: the connection goes while data is typed") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  fixture.ask("AT+CIPSEND=4");
  peer.close();
  CHECK(fixture.wait(0s).empty());  // nothing stands between prompt and result
  CHECK(fixture.say("data") == framed("SEND FAIL") + framed("CLOSED"));
}

TEST_CASE("ip data: pushed to a single connection's host, as the three settings ask") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  peer.send(all_values);
  CHECK(fixture.wait(0s) == all_values);
  fixture.ask("AT+CIPHEAD=1");
  peer.send("test2");
  CHECK(fixture.wait(0s) == "\r\n+IPD,5:test2");
  fixture.ask("AT+CIPSHOWTP=1");
  peer.send("test2");
  CHECK(fixture.wait(0s) == "\r\n+IPD,5,TCP:test2");
  fixture.ask("AT+CIPSRIP=1");
  peer.send("test2");
  CHECK(fixture.wait(0s) == "\r\nRECV FROM:10.1.2.3:80\r\n\r\n+IPD,5,TCP:test2");
  fixture.ask("AT+CIPHEAD=0");
  peer.send("test2");
  CHECK(fixture.wait(0s) == "\r\nRECV FROM:10.1.2.3:80\r\ntest2");
  fixture.ask("AT+CIPSRIP=0;+CIPHEAD=1;+CIPSHOWTP=0");
  peer.send(std::string(1461, 'x'));
  CHECK(fixture.wait(0s) == "\r\n+IPD,1460:" + std::string(1460, 'x') + "\r\n+IPD,1:x");
}

TEST_CASE("ip data: pushed with several connections") {
  IpFixture fixture;
  fixture.bring_up(true);
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=1,"TCP","10.1.2.3",80)");
  peer.send("SIM800 TCP test..");
  CHECK(fixture.wait(0s) == "\r\n+RECEIVE,1,17:\r\nSIM800 TCP test..");
  fixture.ask("AT+CIPSRIP=1");
  peer.send("x");
  CHECK(fixture.wait(0s) == "\r\n+RECEIVE,1,1,10.1.2.3:80:\r\nx");
  peer.send("last");
  peer.close();
  CHECK(fixture.wait(0s) == "\r\n+RECEIVE,1,4,10.1.2.3:80:\r\nlast" + framed("1, CLOSED"));
}

TEST_CASE("ip data: nothing is pushed into an answer, and a host that does not read stops the peer") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  fixture.ask("AT+CIPSEND=4");
  peer.send("pushed");
  CHECK(fixture.wait(0s).empty());
  CHECK(fixture.say("data") == framed("SEND OK") + "pushed");
  fixture.port.stuck = Port::congested_at;
  peer.send("more");
  CHECK(fixture.wait(0s).empty());
  CHECK(peer.queue.size() == 1);
  fixture.port.stuck = 0;
  fixture.channel->drained();
  CHECK(fixture.wait(0s) == "more");
}

TEST_CASE("ip data: read by AT+CIPRXGET, several connections") {
  IpFixture fixture;
  fixture.bring_up(true);
  CHECK(fixture.ask("AT+CIPRXGET=1") == OK);
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
  CHECK(fixture.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,0\r\n" + OK);
  peer.send(std::string(365, 'r'));
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,0"));
  peer.send("more");
  CHECK(fixture.wait(0s).empty());  // the host knows already
  CHECK(fixture.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,369\r\n" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,63") == "\r\n+CIPRXGET: 2,0,63,306\r\n" + std::string(63, 'r') + OK);
  CHECK(fixture.ask("AT+CIPRXGET=3,0,2") == "\r\n+CIPRXGET: 3,0,2,304\r\n7272" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,0") == "\r\n+CIPRXGET: 2,0,304,0\r\n" + std::string(300, 'r') + "more" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,10") == "\r\n+CIPRXGET: 2,0,0,0\r\n" + OK);
  peer.send("again");
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,0"));
  CHECK(fixture.ask("AT+CIPRXGET=3,0,1460") == "\r\n+CIPRXGET: 3,0,5,0\r\n616761696E" + OK);
  for (const char* line : {"AT+CIPRXGET=2", "AT+CIPRXGET=2,1,10", "AT+CIPRXGET=4,5", "AT+CIPRXGET=2,0,1461",
                           "AT+CIPRXGET=2,0,0", "AT+CIPRXGET=2,6,1", "AT+CIPRXGET=4,0,1", "AT+CIPRXGET=1,0"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == ERROR);
  }
}

TEST_CASE("ip data: read by AT+CIPRXGET, one connection") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPRXGET=1");
  fixture.ask("AT+CIPSRIP=1");
  HeldSockets::Peer& peer = fixture.connect();
  peer.send("HELLO WORLD");
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,10.1.2.3:80"));
  fixture.ask("AT+CIPSRIP=0");
  CHECK(fixture.ask("AT+CIPRXGET=4") == "\r\n+CIPRXGET: 4,11\r\n" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,1460") == "\r\n+CIPRXGET: 2,11,0\r\nHELLO WORLD" + OK);
  peer.send("x");
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1"));
}

TEST_CASE("ip data: +CIPRXGET: 1 stands before the bytes can be read, and never inside an answer") {
  World world;
  IpFixture fixture(world);
  fixture.ask("ATE0");
  fixture.wait(1s);
  for (const char* line : {"AT+CIPRXGET=1", "AT+CSTT", "AT+CIICR", "AT+CIFSR", R"(AT+CIPSTART="TCP","10.1.2.3",80)"}) {
    fixture.ask(line);
    fixture.wait(2s);
  }
  HeldSockets::Peer& peer = fixture.sockets.last();
  peer.connect();
  fixture.wait(2s);
  fixture.ask("AT+CIPRXGET=4");
  peer.send("abc");  // while the answer is under way
  CHECK(fixture.wait(15ms) == "\r\n+CIPRXGET: 4,0\r\n" + OK);
  CHECK(fixture.wait(20ms) == framed("+CIPRXGET: 1"));
}

TEST_CASE("ip data: what the peer sent before it closed can be read until it is gone") {
  IpFixture fixture;
  fixture.bring_up(true);
  fixture.ask("AT+CIPRXGET=1");
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
  peer.send("last words");
  peer.close();
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,0") + framed("0, CLOSED"));
  CHECK(fixture.ask("AT+CIPSTATUS=0").find("\"CLOSED\"") != std::string::npos);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,4") == "\r\n+CIPRXGET: 2,0,4,6\r\nlast" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,9") == "\r\n+CIPRXGET: 2,0,6,0\r\n words" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,9") == ERROR);
  CHECK_FALSE(peer.alive);
}

TEST_CASE("ip data: datagrams") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPHEAD=1");
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART="UDP","116.228.221.51","9600")");
  peer.address = {"116.228.221.51", 9600};
  CHECK(fixture.ask("AT+CIPSEND=3") == PROMPT);
  peer.confirms = false;
  CHECK(fixture.say("one") == framed("SEND OK"));  // nobody acknowledges a datagram
  CHECK(fixture.ask("AT+CIPACK") == "\r\n+CIPACK: 3,0,3\r\n" + OK);
  CHECK(peer.datagrams == std::vector<std::string>{"one"});
  CHECK(fixture.ask("AT+CIPUDPMODE=1") == OK);
  CHECK(peer.takes_all);
  fixture.ask("AT+CIPSRIP=1");
  peer.send("test1", {"10.0.0.9", 1234});
  peer.send("test2");
  CHECK(fixture.wait(0s) ==
        "\r\nRECV FROM:10.0.0.9:1234\r\n\r\n+IPD,5:test1\r\nRECV FROM:116.228.221.51:9600\r\n"
        "\r\n+IPD,5:test2");
  CHECK(fixture.ask("AT+CIPUDPMODE=2,\"211.136.131.65\",4500") == OK);
  CHECK(peer.redirected == SocketAddress{"211.136.131.65", 4500});
  CHECK(fixture.ask("AT+CIPUDPMODE?") == "\r\n+CIPUDPMODE: 1,\"211.136.131.65\",4500\r\n" + OK);
}

TEST_CASE("ip data: a client's end of AT+CIPSEND") {
  IpFixture fixture;
  fixture.bring_up();
  HeldSockets::Peer& peer = fixture.connect();
  fixture.ask("AT+CIPSEND=4");
  fixture.channel->receive("ab");
  fixture.channel->client_left();
  fixture.channel->client_arrived();
  CHECK(fixture.say("AT\r") == OK);
  CHECK(peer.got.empty());
  CHECK(fixture.state() == "CONNECT OK");
}

// --- after a cut

TEST_CASE("ip data: what was announced can be read after the context has gone") {
  for (const bool by_command : {false, true}) {
    CAPTURE(by_command);
    IpFixture fixture;
    fixture.bring_up(true);
    fixture.ask("AT+CIPRXGET=1");
    HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
    peer.send("last words");
    CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,0"));
    if (by_command) {
      CHECK(fixture.ask("AT+CGATT=0") == framed("+PDP: DEACT") + OK);
    } else {
      fixture.modem.lose_bearers();
      CHECK(fixture.wait(0s) == framed("+PDP: DEACT"));
    }
    CHECK_FALSE(peer.alive);
    CHECK(fixture.state() == "PDP DEACT");
    CHECK(fixture.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,10\r\n" + OK);
    CHECK(fixture.ask("AT+CIPRXGET=2,0,4") == "\r\n+CIPRXGET: 2,0,4,6\r\nlast" + OK);
    CHECK(fixture.ask("AT+CIPRXGET=3,0,9") == "\r\n+CIPRXGET: 3,0,6,0\r\n20776F726473" + OK);
    CHECK(fixture.ask("AT+CIPRXGET=2,0,9") == ERROR);
  }
}

TEST_CASE("ip data: AT+CIPSHUT and a new connection discard what nobody has read") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPRXGET=1");
  HeldSockets::Peer& peer = fixture.connect();
  peer.send("unread");
  peer.close();
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1") + framed("CLOSED"));
  HeldSockets::Peer& next = fixture.connect();
  CHECK(fixture.ask("AT+CIPRXGET=4") == "\r\n+CIPRXGET: 4,0\r\n" + OK);
  next.send("unread");
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1") + framed("+PDP: DEACT"));
  CHECK(fixture.ask("AT+CIPSHUT") == framed("SHUT OK"));
  CHECK(fixture.ask("AT+CIPRXGET=2,6") == ERROR);
  CHECK(fixture.wait(1min).empty());
}

TEST_CASE("ip data: what was received is pushed, or announced, before +PDP: DEACT") {
  for (const bool manual : {false, true}) {
    CAPTURE(manual);
    IpFixture fixture;
    fixture.bring_up();
    if (manual) fixture.ask("AT+CIPRXGET=1");
    HeldSockets::Peer& peer = fixture.connect();
    fixture.port.stuck = Port::congested_at;
    peer.send("received");
    fixture.modem.lose_bearers();
    CHECK(fixture.wait(0s).empty());
    CHECK(fixture.modem.ip->state() == IpStack::State::deactivated);
    fixture.port.stuck = 0;
    fixture.channel->drained();
    CHECK(fixture.wait(0s) == (manual ? framed("+CIPRXGET: 1") : "received") + framed("+PDP: DEACT"));
    if (manual) CHECK(fixture.ask("AT+CIPRXGET=2,100") == "\r\n+CIPRXGET: 2,8,0\r\nreceived" + OK);
  }
}

TEST_CASE("ip data: datagrams stay apart after the context has gone") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPRXGET=1");
  fixture.ask("AT+CIPSRIP=1");
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART="UDP","116.228.221.51","9600")");
  peer.send("one", {"10.0.0.8", 1});
  peer.send("two", {"10.0.0.9", 2});
  fixture.modem.lose_bearers();
  fixture.wait(0s);
  CHECK(fixture.ask("AT+CIPRXGET=2,100") == "\r\n+CIPRXGET: 2,3,3,10.0.0.8:1\r\none" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=2,100") == "\r\n+CIPRXGET: 2,3,0,10.0.0.9:2\r\ntwo" + OK);
}

TEST_CASE("ip data: without the network nothing new arrives, but what has arrived can be read") {
  IpFixture fixture;
  fixture.bring_up(true);
  fixture.ask("AT+CIPRXGET=1");
  HeldSockets::Peer& peer = fixture.connect(R"(AT+CIPSTART=0,"TCP","10.1.2.3",80)");
  peer.send("before");
  CHECK(fixture.wait(0s) == framed("+CIPRXGET: 1,0"));
  fixture.modem.network->set_registration(Registration::searching);
  fixture.wait(1s);
  peer.send("after");
  peer.close();
  CHECK(fixture.wait(1s).empty());  // not even the peer's end
  CHECK(fixture.ask("AT+CIPRXGET=2,0,100") == "\r\n+CIPRXGET: 2,0,6,0\r\nbefore" + OK);
  CHECK(fixture.ask("AT+CIPRXGET=4,0") == "\r\n+CIPRXGET: 4,0,0\r\n" + OK);
  fixture.modem.network->set_registration(Registration::home);
  CHECK(fixture.wait(20s).find(framed("+CIPRXGET: 1,0") + framed("0, CLOSED")) != std::string::npos);
  CHECK(fixture.ask("AT+CIPRXGET=2,0,100") == "\r\n+CIPRXGET: 2,0,5,0\r\nafter" + OK);
}

TEST_CASE("ip data: what a peer sent before it was given up can be read") {
  IpFixture fixture;
  fixture.bring_up();
  fixture.ask("AT+CIPRXGET=1");
  HeldSockets::Peer& peer = fixture.connect();
  peer.confirms = false;
  peer.send("last words");
  fixture.wait(0s);
  fixture.ask("AT+CIPSEND=4");
  fixture.say("data");
  CHECK(fixture.wait(645s) == framed("SEND FAIL") + framed("CLOSED"));
  CHECK(fixture.ask("AT+CIPRXGET=2,100") == "\r\n+CIPRXGET: 2,10,0\r\nlast words" + OK);
}
