// TCP sockets of the module under faults, and on a link that is slow.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "socket_rig.hpp"

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
using sim800::test::SocketRig;
using sim800::test::truncate_after;

struct FaultRig : SocketRig {
  FaultRig() : SocketRig({}, {}, true) {}
};

}  // namespace

TEST_CASE("socket faults: asked at each phase, with the socket's number and the server's name") {
  FaultRig rig;
  rig.establish();
  CHECK(rig.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect});
  rig.module.write("x");
  rig.until([&] { return rig.peer.received == "x"; });
  CHECK(rig.faults.phases == std::vector<Phase>{Phase::dns, Phase::connect, Phase::data});
  const auto& kind = rig.faults.kinds.front();
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
    FaultRig rig;
    rig.faults.at_phase[row.phase] = row.verdict;
    rig.connect();
    rig.until([&] { return rig.module.connected.has_value(); });
    CHECK(rig.module.connected == row.result);
    rig.settle();
    CHECK_FALSE(rig.accepted);
  }
}

TEST_CASE("socket faults: held up in each phase") {
  for (const Phase phase : {Phase::dns, Phase::connect}) {
    FaultRig rig;
    rig.faults.at_phase[phase] = hold(5s);
    rig.connect();
    rig.settle();
    rig.advance(4999ms);
    CHECK_FALSE(rig.module.connected);
    rig.advance(1ms);
    rig.until([&] { return rig.module.connected.has_value(); });
    CHECK(rig.module.connected == SocketError::none);
  }
  FaultRig rig;
  rig.faults.at_phase[Phase::data] = hold(5s);
  rig.establish();
  const std::string text = "answer";
  rig.module.write("question");
  rig.peer.write(text);
  rig.settle();
  rig.advance(4999ms);
  CHECK(rig.peer.received.empty());
  CHECK(rig.module.received.empty());
  CHECK(rig.module.socket->acknowledged() == 0);
  rig.advance(1ms);
  rig.until([&] { return rig.peer.received == "question" && rig.module.received == "answer"; });
}

TEST_CASE("socket faults: byte for byte") {
  for (const bool up : {true, false}) {
    for (const auto how : {Verdict::Cut::reset, Verdict::Cut::close}) {
      for (const std::uint64_t at : {1, 1460, 5000, 12'345}) {
        CAPTURE(up);
        CAPTURE(at);
        FaultRig rig;
        rig.faults.at_stop[{up ? Direction::up : Direction::down, at}] = cut(how);
        rig.establish();
        const std::string text = every_byte(100'000);
        if (up) {
          rig.module.write(text);
        } else {
          rig.peer.write(text);
        }
        rig.until([&] { return rig.module.closed && rig.peer.error; });
        CHECK(rig.module.closed == (how == Verdict::Cut::reset ? SocketError::reset : SocketError::none));
        if (up) CHECK(rig.peer.was_reset() == (how == Verdict::Cut::reset));
        const std::string& received = up ? rig.peer.received : rig.module.received;
        CHECK((received == text.substr(0, at)));
        CHECK(rig.faults.stops.size() == 1);
      }
    }
  }
}

TEST_CASE("socket faults: held up at a byte, and let go") {
  FaultRig rig;
  rig.faults.at_stop[{Direction::down, 2000}] = hold(10s);
  rig.establish();
  const std::string text = every_byte(50'000);
  rig.peer.write(text);
  rig.until([&] { return rig.module.received.size() == 2000; });
  rig.settle();
  rig.advance(9s);
  CHECK(rig.module.received.size() == 2000);
  rig.advance(1s);
  rig.until([&] { return rig.module.received.size() == text.size(); });
  CHECK((rig.module.received == text));
}

TEST_CASE("socket faults: closed after so many bytes") {
  for (const bool up : {true, false}) {
    CAPTURE(up);
    FaultRig rig;
    rig.faults.at_phase[Phase::connect] = truncate_after(777);
    rig.establish();
    const std::string text = every_byte(3000);
    if (up) {
      rig.module.write(text);
    } else {
      rig.peer.write(text);
    }
    rig.until([&] { return rig.module.closed && rig.peer.error; });
    CHECK(rig.module.closed == SocketError::none);
    CHECK(((up ? rig.peer.received : rig.module.received) == text.substr(0, 777)));
  }
}

TEST_CASE("socket faults: one that strikes as it runs") {
  for (const bool connected : {false, true}) {
    CAPTURE(connected);
    FaultRig rig;
    rig.faults.at_phase[Phase::connect] = connected ? Verdict{} : hold(1h);
    rig.connect();
    rig.settle();
    if (connected) rig.until([&] { return rig.accepted && rig.module.connected; });
    REQUIRE(rig.faults.running != nullptr);
    rig.faults.running->interrupt(cut(Verdict::Cut::reset));
    if (connected) {
      rig.until([&] { return rig.module.closed && rig.peer.error; });
      CHECK(rig.module.closed == SocketError::reset);
      CHECK(rig.peer.was_reset());
    } else {
      rig.until([&] { return rig.module.connected.has_value(); });
      CHECK(rig.module.connected == SocketError::no_connect);
    }
  }
}

TEST_CASE("socket faults: one that takes the socket away while it is asked") {
  for (const Phase phase : {Phase::dns, Phase::connect, Phase::data}) {
    FaultRig rig;
    rig.faults.on_reached = [&](Phase reached) {
      if (reached == phase) rig.module.socket.reset();
    };
    const std::string text = "hello";
    rig.connect();
    rig.until([&] { return rig.accepted || !rig.module.socket; });
    if (rig.module.socket) rig.peer.write(text);
    rig.until([&] { return !rig.module.socket; });
    rig.settle();
    CHECK(rig.module.received.empty());
  }
}

TEST_CASE("socket on a slow link: a round trip and the bandwidth are felt") {
  sim800::LinkModel slow;
  slow.latency = 600ms;
  slow.up_kbps = 8;  // 1000 bytes a second
  slow.down_kbps = 8;
  SocketRig rig({}, slow);
  rig.connect();
  rig.settle();
  rig.advance(300ms);
  rig.until([&] { return rig.accepted; });
  rig.advance(299ms);
  CHECK_FALSE(rig.module.connected);
  rig.advance(1ms);
  rig.until([&] { return rig.module.connected.has_value(); });
  CHECK(rig.module.connected == SocketError::none);

  rig.module.write(every_byte(1000));
  rig.settle();
  for (int i = 0; i < 127; ++i) rig.advance(10ms);
  CHECK(rig.peer.received.size() < 1000);
  rig.advance(50ms);
  rig.until([&] { return rig.peer.received.size() == 1000; });
  // The acknowledgement takes as long back.
  rig.loop.run_for(100ms);
  CHECK(rig.module.socket->acknowledged() < 1000);
  rig.advance(300ms);
  rig.until([&] { return rig.module.socket->acknowledged() == 1000; });

  const std::string down = every_byte(2000);
  rig.peer.write(down);
  rig.settle();
  for (int i = 0; i < 225; ++i) rig.advance(10ms);
  CHECK(rig.module.received.size() < 2000);
  CHECK(rig.module.received.size() > 1800);
  rig.advance(100ms);
  rig.until([&] { return rig.module.received.size() == 2000; });
  CHECK((rig.module.received == down));
}

TEST_CASE("socket in a black hole: nothing passes, nothing is lost") {
  SocketRig rig;
  rig.link.relay_always();
  rig.establish();
  sim800::LinkModel hole;
  hole.blackhole = true;
  rig.link.set_model(hole);
  const std::string text = "are you there?";
  rig.module.write(text);
  rig.peer.write(text);
  rig.settle();
  rig.advance(1h);
  rig.loop.run_for(60ms);
  CHECK(rig.peer.received.empty());
  CHECK(rig.module.received.empty());
  CHECK(rig.module.socket->acknowledged() == 0);
  CHECK_FALSE(rig.module.closed);
  rig.link.set_model({});
  rig.until([&] { return rig.peer.received == text && rig.module.received == text; });
  rig.until([&] { return rig.module.socket->acknowledged() == text.size(); });
}
