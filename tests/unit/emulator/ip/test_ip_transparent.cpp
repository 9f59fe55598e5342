// Transparent mode (AT manual 8.2.22, 8.2.23; V.250 6.2.9).
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <random>

#include "emulator/calls/call_service.hpp"
#include "tests/support/ip_fixture.hpp"

using namespace sim800;
using namespace sim800::test;

namespace {

struct Online : IpFixture {
  explicit Online(const std::string& setting = "AT") {
    bring_up();
    ask("AT+CIPMODE=1");
    ask(setting);
    CHECK(ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)") == OK);
    peer = &sockets.last();
    peer->connect();
    CHECK(wait(0s) == framed("CONNECT"));
    wait(2s);
  }
  std::string got() { return std::exchange(peer->got, {}); }
  HeldSockets::Peer* peer = nullptr;
};

}  // namespace

TEST_CASE("transparent: bytes go both ways as they are") {
  Online b;
  b.say(std::string("AT\r\n\x00\x1a\x1b\x08+ATH\r", 14));
  b.wait(200ms);
  CHECK(b.got() == std::string("AT\r\n\x00\x1a\x1b\x08+ATH\r", 14));
  b.peer->send("\r\nOK\r\n");
  CHECK(b.wait(0s) == "\r\nOK\r\n");
}

TEST_CASE("transparent: a block is sent when it is full, or when nothing comes for a while") {
  Online b("AT+CIPCCFG=5,3,10,1");
  b.say("123456789");
  CHECK(b.got().empty());
  b.say("0a");
  CHECK(b.got() == "1234567890");
  b.wait(299ms);
  CHECK(b.got().empty());
  b.wait(1ms);
  CHECK(b.got() == "a");
}

TEST_CASE("transparent: the escape, and back") {
  Online b;
  CHECK(b.say("+++").empty());
  CHECK(b.wait(999ms).empty());
  CHECK(b.wait(1ms) == OK);
  CHECK(b.got().empty());
  CHECK(b.ask("AT") == OK);
  CHECK(b.state() == "CONNECT OK");
  CHECK(b.ask("AT+CIPSEND=3") == ERROR);
  b.peer->send("kept");
  CHECK(b.wait(5s).empty());
  CHECK(b.ask("ATO") == framed("CONNECT") + "kept");
  b.say("data");
  b.wait(200ms);
  CHECK(b.got() == "data");
  CHECK(b.wait(1s).empty());
  b.say("+");
  b.wait(900ms);
  b.say("+");
  b.wait(900ms);
  b.say("+");
  CHECK(b.wait(1s) == OK);
  CHECK(b.ask("AT+CIPCLOSE") == "");
  b.peer->close();
  CHECK(b.wait(0s) == framed("CLOSE OK"));
  CHECK(b.ask("ATO") == ERROR);
}

TEST_CASE("transparent: a call that came and went in the meantime does not ring") {
  Online b;
  b.modem.calls->receive("200", 2);
  CHECK(b.wait(30s).empty());
  b.say("+++");
  CHECK(b.wait(1s) == OK + framed("NO CARRIER"));
  CHECK(b.ask("ATO") == framed("CONNECT"));
  b.modem.calls->receive("200", 0);
  CHECK(b.wait(1s).empty());
  b.say("+++");
  CHECK(b.wait(1s) == OK + framed("RING"));
}

TEST_CASE("transparent: pluses that are no escape are data") {
  Online b;
  b.say("a+++");
  b.wait(3s);
  CHECK(b.got() == "a+++");
  b.say("+++a");
  b.wait(3s);
  CHECK(b.got() == "+++a");
  b.say("++++");
  b.wait(3s);
  CHECK(b.got() == "++++");
  b.say("+++");
  b.wait(500ms);
  b.say("b");
  b.wait(3s);
  CHECK(b.got() == "+++b");
  b.say("++");
  b.wait(3s);
  CHECK(b.got() == "++");
  b.say("x");
  b.wait(500ms);
  b.say("+++");  // no silence before
  b.wait(3s);
  CHECK(b.got() == "x+++");
  Online off("AT+CIPCCFG=5,2,1024,0");
  off.say("+++");
  CHECK(off.wait(3s).empty());
  CHECK(off.got() == "+++");
}

TEST_CASE("transparent: what came before the escape is sent as soon as there is room") {
  Online b;
  b.peer->room = 0;
  b.say("data");
  b.wait(1s);
  b.say("+++");
  CHECK(b.wait(1s) == OK);
  CHECK(b.got().empty());
  b.peer->room = Socket::window;
  b.peer->change();
  CHECK(b.got() == "data");
}

TEST_CASE("transparent: plus signs that had to wait behind data are no escape") {
  Online b("AT+CIPCCFG=5,3,10,1");
  b.peer->room = 0;
  b.say("1234567890+++");
  b.wait(5s);
  b.peer->room = Socket::window;
  b.peer->change();
  CHECK(b.wait(2s).empty());
  CHECK(b.got() == "1234567890+++");
}

TEST_CASE("transparent: nothing is lost or changes places, whatever pauses, plus signs, escapes and stops there are") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 chance(seed);
    const auto one_of = [&chance](auto... values) {
      const std::array all{values...};
      return all[chance() % all.size()];
    };
    Online b("AT+CIPCCFG=5,3,10,1");
    std::string line, answered, heard;
    while (line.size() < 300) line += one_of('+', '+', 'x');
    line += 'x';
    const std::string sent = line;
    std::size_t pluses = 0;
    while (!line.empty()) {
      const bool silent = chance() % 3 == 0;
      heard += b.wait(silent ? one_of(1s, 4s) : Duration(one_of(0ms, 300ms, 999ms)));
      std::size_t size = std::min<std::size_t>(line.size(), 1 + chance() % 12);
      // What waits for room cannot be told from commands.
      const bool escapes = silent && b.peer->room > 0 && chance() % 2 == 0;
      const bool falls = !escapes && b.peer->room > 0 && chance() % 8 == 0;
      if (escapes) {
        heard += b.say("++");
        heard += b.wait(one_of(0ms, 999ms));
        heard += b.say("+");
        heard += b.wait(1s);
      } else {
        // Three plus signs of the data could be an escape: something follows them.
        const std::size_t other = line.find_first_not_of('+');
        pluses = other < size ? 0 : (silent ? 0 : pluses) + size;
        if (pluses > 2) {
          size = other + 1;
          pluses = 0;
        }
        heard += b.say(line.substr(0, size));
        line.erase(0, size);
        b.peer->room = one_of(std::size_t{0}, Socket::window, Socket::window);
        b.peer->change();
        if (falls) {
          b.channel->host_line(ModemLine::dtr, false);
          b.channel->host_line(ModemLine::dtr, true);
          heard += b.wait(0s);
        }
      }
      const std::string answer = std::to_string(line.size());
      answered += answer;
      b.peer->send(answer);
      if (escapes || falls) {
        REQUIRE(heard.ends_with(OK));
        heard.resize(heard.size() - OK.size());
        CHECK(b.ask("AT") == OK);
        const std::string resumed = b.ask("ATO");
        REQUIRE(resumed.starts_with(framed("CONNECT")));
        heard += resumed.substr(framed("CONNECT").size());
      }
    }
    b.peer->room = Socket::window;
    b.peer->change();
    heard += b.wait(2s);
    CHECK(heard == answered);
    CHECK(b.got() == sent);
  }
}

TEST_CASE("transparent: the peer's end leads to command mode, after all it sent") {
  Online b;
  b.peer->send("last");
  b.peer->close();
  CHECK(b.wait(0s) == "last" + framed("CLOSED"));
  CHECK(b.ask("AT") == OK);
  CHECK(b.state() == "TCP CLOSED");
}

TEST_CASE("transparent: so do the loss of the context, and a reset") {
  Online b;
  b.modem.lose_bearers();
  CHECK(b.wait(0s) == framed("+PDP: DEACT"));
  CHECK(b.ask("AT") == OK);
  Online c;
  c.modem.reset();
  c.wait(20s);
  CHECK(c.ask("ATE0").ends_with(OK));
}

TEST_CASE("transparent: unsolicited lines wait for command mode") {
  Online b;
  b.modem.urc("RING");
  CHECK(b.wait(1s).empty());
  b.say("+++");
  CHECK(b.wait(1s) == OK + framed("RING"));
}

TEST_CASE("transparent: back-pressure both ways") {
  Online b;
  b.peer->room = 0;
  b.say(std::string(6000, 'u'));
  CHECK_FALSE(b.channel->wants_input());
  b.peer->room = Socket::window;
  for (int i = 0; i < 6; ++i) b.peer->change();
  b.wait(200ms);
  CHECK(b.got().size() == 6000);
  CHECK(b.channel->wants_input());
  b.port.stuck = Port::congested_at;
  b.peer->send("down");
  CHECK(b.wait(0s).empty());
  b.port.stuck = 0;
  b.channel->drained();
  CHECK(b.wait(0s) == "down");
}

TEST_CASE("transparent: a peer that takes nothing is given up") {
  Online b;
  b.peer->room = 0;
  b.say(std::string(3000, 'u'));
  CHECK(b.wait(645s - 1ms).empty());
  CHECK(b.wait(1ms) == framed("CLOSED"));
  CHECK(b.state() == "TCP CLOSED");
}

TEST_CASE("transparent: paced output") {
  Online b("AT+CIPCCFG=5,2,1024,1,1,50,100");
  b.peer->send(std::string(120, 'p'));
  CHECK(b.wait(0s).size() == 50);
  CHECK(b.wait(99ms).empty());
  CHECK(b.wait(1ms).size() == 50);
  CHECK(b.wait(100ms).size() == 20);
}

TEST_CASE("transparent: a refused connection, and a server's client") {
  IpFixture b;
  b.bring_up();
  b.ask("AT+CIPMODE=1");
  b.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)");
  b.sockets.last().connect(SocketError::no_connect);
  CHECK(b.wait(0s) == framed("STATE: TCP CLOSED") + framed("CONNECT FAIL"));
  CHECK(b.ask("AT+CIPSERVER=1,8888") == OK + framed("SERVER OK"));
  HeldSockets::Peer& client = b.sockets.accept("10.0.0.2");
  CHECK(b.wait(0s) == framed("REMOTE IP: 10.0.0.2") + framed("CONNECT"));
  client.send("in");
  CHECK(b.wait(0s) == "in");
}

TEST_CASE("transparent: CONNECT waits for a command that runs") {
  IpFixture b;
  b.bring_up();
  b.ask("AT+CIPMODE=1");
  b.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)");
  b.ask("AT+FSWRITE=C:\\x,0,5,10");
  b.ask("AT+FSCREATE=C:\\x");
  CHECK(b.ask("AT+FSWRITE=C:\\x,0,5,10") == "\r\n> ");
  b.sockets.last().connect();
  CHECK(b.wait(0s).empty());
  CHECK(b.say("12345") == OK + framed("CONNECT"));
}

TEST_CASE("transparent: a client that leaves and another that comes find it as it was") {
  Online b;
  b.say("half");
  b.channel->client_left();
  b.channel->client_arrived();
  b.say("more");
  b.wait(200ms);
  CHECK(b.got() == "halfmore");
}

TEST_CASE("transparent: what arrived after the escape can be fetched with ATO, also after the end") {
  for (const bool by_network : {false, true}) {
    CAPTURE(by_network);
    Online b;
    b.say("+++");
    CHECK(b.wait(1s) == OK);
    b.peer->send("kept");
    if (by_network) {
      b.modem.lose_bearers();
      CHECK(b.wait(0s) == framed("+PDP: DEACT"));
    } else {
      b.peer->close();
      CHECK(b.wait(0s) == framed("CLOSED"));
      CHECK(b.state() == "TCP CLOSED");
    }
    CHECK(b.ask("ATO") == framed("CONNECT") + "kept" + framed("CLOSED"));
    CHECK(b.ask("ATO") == ERROR);
    CHECK(b.ask("AT") == OK);
  }
}

TEST_CASE("transparent: a host that does not read receives everything before the context's end is told") {
  Online b;
  b.port.stuck = Port::congested_at;
  b.peer->send("received");
  b.modem.lose_bearers();
  CHECK(b.wait(1s).empty());
  b.port.stuck = 0;
  b.channel->drained();
  CHECK(b.wait(0s) == "received" + framed("+PDP: DEACT"));
  CHECK(b.ask("AT") == OK);
}

TEST_CASE("transparent: the rest of a connection that is over is discarded by the next one") {
  Online b;
  b.say("+++");
  b.wait(1s);
  b.peer->send("kept");
  b.peer->close();
  b.wait(0s);
  CHECK(b.ask(R"(AT+CIPSTART="TCP","10.1.2.3",80)") == OK);
  b.sockets.last().connect();
  CHECK(b.wait(0s) == framed("CONNECT"));
  b.sockets.last().send("new");
  CHECK(b.wait(0s) == "new");
}
