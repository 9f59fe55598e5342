// TCP sockets of the module under faults, and on a link that is slow.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "tests/support/socket_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using sim800::Direction;
using sim800::Phase;
using sim800::SocketError;
using sim800::Verdict;
using sim800::test::cut;
using sim800::test::dns_fails;
using sim800::test::every_byte;
using sim800::test::hold;
using sim800::test::SocketFixture;
using sim800::test::truncate_after;

struct FaultRig : SocketFixture {
  FaultRig() : SocketFixture({}, {}, true) {}
};

}  // namespace

TEST_CASE("socket faults: asked at each phase, with the socket's number and the server's name") {
  FaultRig fixture;
  fixture.establish();
  CHECK(fixture.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect});
  fixture.module.write("x");
  fixture.until([&] { return fixture.peer.received == "x"; });
  CHECK(fixture.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::data});
  const auto& kind = fixture.faults.kinds.front();
  CHECK(kind.user == sim800::TransferKind::User::socket);
  CHECK(kind.target == "127.0.0.1");
  CHECK(kind.socket == 3);
}

TEST_CASE("socket faults: on the way to the server") {
  struct Row {
    Phase phase;
    Verdict verdict;
    SocketError result;
  };
  for (const Row& row :
       {Row{Phase::dns, dns_fails(), SocketError::dns}, Row{Phase::connect, dns_fails(), SocketError::dns},
        Row{Phase::dns, cut(Verdict::Cut::reset), SocketError::no_connect},
        Row{Phase::connect, cut(Verdict::Cut::reset), SocketError::no_connect},
        Row{Phase::connect, cut(Verdict::Cut::close), SocketError::no_connect}}) {
    FaultRig fixture;
    fixture.faults.at_phase[row.phase] = row.verdict;
    fixture.connect();
    fixture.until([&] { return fixture.module.connected.has_value(); });
    CHECK(fixture.module.connected == row.result);
    fixture.settle();
    CHECK_FALSE(fixture.accepted);
  }
}

TEST_CASE("socket faults: held up in each phase") {
  for (const Phase phase : {Phase::dns, Phase::connect}) {
    FaultRig fixture;
    fixture.faults.at_phase[phase] = hold(5s);
    fixture.connect();
    fixture.settle();
    fixture.advance(4999ms);
    CHECK_FALSE(fixture.module.connected);
    fixture.advance(1ms);
    fixture.until([&] { return fixture.module.connected.has_value(); });
    CHECK(fixture.module.connected == SocketError::none);
  }
  FaultRig fixture;
  fixture.faults.at_phase[Phase::data] = hold(5s);
  fixture.establish();
  const std::string text = "answer";
  fixture.module.write("question");
  fixture.peer.write(text);
  fixture.settle();
  fixture.advance(4999ms);
  CHECK(fixture.peer.received.empty());
  CHECK(fixture.module.received.empty());
  CHECK(fixture.module.socket->acknowledged() == 0);
  fixture.advance(1ms);
  fixture.until([&] { return fixture.peer.received == "question" && fixture.module.received == "answer"; });
}

TEST_CASE("socket faults: byte for byte") {
  for (const bool up : {true, false}) {
    for (const auto how : {Verdict::Cut::reset, Verdict::Cut::close}) {
      for (const std::uint64_t at : {1, 1460, 5000, 12'345}) {
        CAPTURE(up);
        CAPTURE(at);
        FaultRig fixture;
        fixture.faults.at_stop[{up ? Direction::up : Direction::down, at}] = cut(how);
        fixture.establish();
        const std::string text = every_byte(100'000);
        if (up) {
          fixture.module.write(text);
        } else {
          fixture.peer.write(text);
        }
        fixture.until([&] { return fixture.module.closed && fixture.peer.error; });
        CHECK(fixture.module.closed == (how == Verdict::Cut::reset ? SocketError::reset : SocketError::none));
        if (up) CHECK(fixture.peer.was_reset() == (how == Verdict::Cut::reset));
        const std::string& received = up ? fixture.peer.received : fixture.module.received;
        CHECK((received == text.substr(0, at)));
        CHECK(fixture.faults.stops.size() == 1);
      }
    }
  }
}

TEST_CASE("socket faults: held up at a byte, and let go") {
  FaultRig fixture;
  fixture.faults.at_stop[{Direction::down, 2000}] = hold(10s);
  fixture.establish();
  const std::string text = every_byte(50'000);
  fixture.peer.write(text);
  fixture.until([&] { return fixture.module.received.size() == 2000; });
  fixture.settle();
  fixture.advance(9s);
  CHECK(fixture.module.received.size() == 2000);
  fixture.advance(1s);
  fixture.until([&] { return fixture.module.received.size() == text.size(); });
  CHECK((fixture.module.received == text));
}

TEST_CASE("socket faults: closed after so many bytes") {
  for (const bool up : {true, false}) {
    CAPTURE(up);
    FaultRig fixture;
    fixture.faults.at_phase[Phase::connect] = truncate_after(777);
    fixture.establish();
    const std::string text = every_byte(3000);
    if (up) {
      fixture.module.write(text);
    } else {
      fixture.peer.write(text);
    }
    fixture.until([&] { return fixture.module.closed && fixture.peer.error; });
    CHECK(fixture.module.closed == SocketError::none);
    CHECK(((up ? fixture.peer.received : fixture.module.received) == text.substr(0, 777)));
  }
}

TEST_CASE("socket faults: one that strikes as it runs") {
  for (const bool connected : {false, true}) {
    CAPTURE(connected);
    FaultRig fixture;
    fixture.faults.at_phase[Phase::connect] = connected ? Verdict{} : hold(1h);
    fixture.connect();
    fixture.settle();
    if (connected) fixture.until([&] { return fixture.accepted && fixture.module.connected; });
    REQUIRE(fixture.faults.running != nullptr);
    fixture.faults.running->interrupt(cut(Verdict::Cut::reset));
    if (connected) {
      fixture.until([&] { return fixture.module.closed && fixture.peer.error; });
      CHECK(fixture.module.closed == SocketError::reset);
      CHECK(fixture.peer.was_reset());
    } else {
      fixture.until([&] { return fixture.module.connected.has_value(); });
      CHECK(fixture.module.connected == SocketError::no_connect);
    }
  }
}

TEST_CASE("socket faults: one that takes the socket away while it is asked") {
  for (const Phase phase : {Phase::dns, Phase::connect, Phase::data}) {
    FaultRig fixture;
    fixture.faults.on_reached = [&](Phase reached) {
      if (reached == phase) fixture.module.socket.reset();
    };
    const std::string text = "hello";
    fixture.connect();
    fixture.until([&] { return fixture.accepted || !fixture.module.socket; });
    if (fixture.module.socket) fixture.peer.write(text);
    fixture.until([&] { return !fixture.module.socket; });
    fixture.settle();
    CHECK(fixture.module.received.empty());
  }
}

TEST_CASE("socket on a slow link: a round trip and the bandwidth are felt") {
  sim800::LinkModel slow;
  slow.latency = 600ms;
  slow.up_kbps = 8;  // 1000 bytes a second
  slow.down_kbps = 8;
  SocketFixture fixture({}, slow);
  fixture.connect();
  fixture.settle();
  fixture.advance(300ms);
  fixture.until([&] { return fixture.accepted; });
  fixture.advance(299ms);
  CHECK_FALSE(fixture.module.connected);
  fixture.advance(1ms);
  fixture.until([&] { return fixture.module.connected.has_value(); });
  CHECK(fixture.module.connected == SocketError::none);

  fixture.module.write(every_byte(1000));
  fixture.settle();
  for (int i = 0; i < 127; ++i) fixture.advance(10ms);
  CHECK(fixture.peer.received.size() < 1000);
  fixture.advance(50ms);
  fixture.until([&] { return fixture.peer.received.size() == 1000; });
  // The acknowledgement takes as long back.
  fixture.loop.run_for(100ms);
  CHECK(fixture.module.socket->acknowledged() < 1000);
  fixture.advance(300ms);
  fixture.until([&] { return fixture.module.socket->acknowledged() == 1000; });

  const std::string down = every_byte(2000);
  fixture.peer.write(down);
  fixture.settle();
  for (int i = 0; i < 225; ++i) fixture.advance(10ms);
  CHECK(fixture.module.received.size() < 2000);
  CHECK(fixture.module.received.size() > 1800);
  fixture.advance(100ms);
  fixture.until([&] { return fixture.module.received.size() == 2000; });
  CHECK((fixture.module.received == down));
}

TEST_CASE("socket on a slow link: an answer never comes before the acknowledgement of what it answers") {
  SocketFixture fixture({}, {.latency = 600ms});
  fixture.establish(300ms);
  std::uint64_t acknowledged = 0;
  fixture.module.socket->events.changed = [&] {
    if (!fixture.module.socket->readable().empty()) acknowledged = fixture.module.socket->acknowledged();
    fixture.module.move();
  };
  const std::string question = "who is there?", answer = "nobody";
  fixture.module.write(question);
  fixture.settle();
  fixture.advance(300ms);
  fixture.until([&] { return fixture.peer.received == question; });
  fixture.peer.write(answer);
  fixture.settle();
  fixture.advance(299ms);
  CHECK(fixture.module.received.empty());
  CHECK(fixture.module.socket->acknowledged() == 0);
  fixture.advance(1ms);
  fixture.until([&] { return fixture.module.received == answer; });
  CHECK(acknowledged == question.size());
}

TEST_CASE("socket faults: at a byte count the host is held back until the fault has been asked") {
  FaultRig fixture;
  fixture.faults.at_stop[{Direction::up, 1000}] = hold(10s);
  fixture.establish();
  fixture.module.write(every_byte(700));
  fixture.settle();
  CHECK(fixture.module.socket->room() > 0);
  fixture.module.socket->send(every_byte(700));
  CHECK(fixture.module.socket->room() == 0);
  fixture.until([&] { return fixture.faults.stops.size() == 1; });
  CHECK(fixture.module.socket->room() == sim800::Socket::window - 400);
  fixture.advance(10s);
  fixture.until([&] { return fixture.peer.received.size() == 1400; });
  CHECK(fixture.module.socket->room() == sim800::Socket::window);
}

TEST_CASE("socket in a black hole: nothing passes, nothing is lost") {
  SocketFixture fixture;
  fixture.link.relay_always();
  fixture.establish();
  sim800::LinkModel hole;
  hole.blackhole = true;
  fixture.link.set_model(hole);
  const std::string text = "are you there?";
  fixture.module.write(text);
  fixture.peer.write(text);
  fixture.settle();
  fixture.advance(1h);
  fixture.loop.run_for(60ms);
  CHECK(fixture.peer.received.empty());
  CHECK(fixture.module.received.empty());
  CHECK(fixture.module.socket->acknowledged() == 0);
  CHECK_FALSE(fixture.module.closed);
  fixture.link.set_model({});
  fixture.until([&] { return fixture.peer.received == text && fixture.module.received == text; });
  fixture.until([&] { return fixture.module.socket->acknowledged() == text.size(); });
}

TEST_CASE("socket while the packet service is suspended: nothing passes, whatever the model, until it goes on") {
  SocketFixture fixture;
  fixture.link.relay_always();
  fixture.establish();
  fixture.link.suspend(true);
  CHECK(fixture.link.relays());
  fixture.link.set_model({});
  const std::string text = "are you there?";
  fixture.module.write(text);
  fixture.peer.write(text);
  fixture.settle();
  fixture.loop.run_for(60ms);
  CHECK(fixture.peer.received.empty());
  CHECK(fixture.module.received.empty());
  fixture.link.set_model({.blackhole = true});
  fixture.link.suspend(false);
  fixture.loop.run_for(60ms);
  CHECK(fixture.peer.received.empty());  // still a black hole
  fixture.link.set_model({});
  fixture.until([&] { return fixture.peer.received == text && fixture.module.received == text; });
}

TEST_CASE("socket without a radio link while the packet service is suspended: an open one goes on, a new one waits") {
  SocketFixture fixture;
  fixture.establish();
  fixture.link.suspend(true);
  fixture.module.write("on and on");
  fixture.until([&] { return fixture.peer.received == "on and on"; });
  SocketFixture other;
  other.link.suspend(true);
  other.connect();
  other.loop.run_for(60ms);
  CHECK_FALSE(other.accepted);
  CHECK_FALSE(other.module.connected);
  other.link.suspend(false);
  other.clock.advance(0s);
  other.until([&] { return other.module.connected == SocketError::none; });
}

TEST_CASE("socket when the packet service goes on: what was on its way arrives in a turn of its own") {
  SocketFixture fixture({}, {.latency = 600ms});
  fixture.establish(300ms);
  fixture.module.write("x");
  fixture.settle();
  fixture.advance(300ms);
  fixture.until([&] { return fixture.peer.received == "x"; });
  fixture.loop.run_for(60ms);  // the acknowledgement has set out
  fixture.link.suspend(true);
  fixture.advance(1s);
  CHECK(fixture.module.socket->acknowledged() == 0);
  fixture.link.suspend(false);
  CHECK(fixture.module.socket->acknowledged() == 0);
  fixture.advance(300ms);
  fixture.until([&] { return fixture.module.socket->acknowledged() == 1; });
}
