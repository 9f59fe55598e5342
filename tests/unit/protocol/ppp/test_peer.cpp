// The module's end of PPP: negotiation as in logs of SIM800L, and hosts of all sorts.
// SPDX-License-Identifier: MIT
#include "protocol/ppp/peer.hpp"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/ppp_host.hpp"

using namespace sim800;
using namespace sim800::ppp;
using test::framed;
using test::from_hex;
using test::packet;

namespace {

using namespace std::chrono_literals;

struct Link {
  explicit Link(Defects defects = {})
      : peer({.to_host = [this](std::string_view bytes) { host.receive(bytes); },
              .on_proof =
                  [this](const Proof& given) {
                    proof = given;
                    ++proofs;
                  },
              .on_network_up = [this] { ++ups; },
              .on_packet = [this](std::string_view bytes) { packets.emplace_back(bytes); },
              .on_end = [this](Peer::End how) { ends.push_back(how); }},
             "0123456789abcdef", defects) {
    peer.start(now);
  }

  void say(std::uint16_t protocol, const std::string& info) { peer.receive(framed(protocol, info), now); }
  std::string next() { return host.next(); }
  void wait(Time span) {
    const Time until = now + span;
    while (const auto due = peer.deadline()) {
      if (*due > until) break;
      now = std::max(now, *due);
      peer.expire(now);
    }
    now = until;
  }
  /// Up to where the host proves itself; `refused`: it refuses to.
  void open_lcp(bool refused = false) {
    next();
    if (refused) {
      say(lcp, packet(4, 1, "03 04 c0 23"));
      next();
      say(lcp, packet(2, 2, "02 06 00 0a 00 00 07 02 08 02"));
    } else {
      say(lcp, packet(2, 1, "02 06 00 0a 00 00 03 04 c0 23 07 02 08 02"));
    }
    say(lcp, packet(1, 1, "02 06 00 0a 00 00 05 06 11 22 33 44 07 02 08 02"));
    next();
  }
  void open_ip() {
    open_lcp();
    say(pap, packet(1, 1, "01 75 01 70"));
    next();
    peer.network({0x0a000002, {0x08080808, 0x08080404}}, now);
    next();
    say(ipcp, packet(2, 1, "03 06 c0 a8 fe fe"));
    say(ipcp, packet(1, 1, "03 06 0a 00 00 02"));
    next();
  }

  Time now{};
  test::PppHost host;
  Proof proof;
  int proofs = 0, ups = 0;
  std::vector<std::string> packets;
  std::vector<Peer::End> ends;
  Peer peer;
};

}  // namespace

TEST_CASE("ppp: LCP asks as a SIM800L does, and insists on XON and XOFF") {
  Link link;
  CHECK(link.next() == "c0 21: 01 01 00 12 02 06 00 0a 00 00 03 04 c0 23 07 02 08 02");
  link.say(lcp, packet(1, 1, "02 06 00 00 00 00 05 06 11 22 33 44 07 02 08 02"));
  CHECK(link.next() == "c0 21: 03 01 00 0a 02 06 00 0a 00 00");
  link.say(lcp, packet(1, 2, "02 06 00 0a 00 00 05 06 11 22 33 44 07 02 08 02"));
  CHECK(link.next() == "c0 21: 02 02 00 14 02 06 00 0a 00 00 05 06 11 22 33 44 07 02 08 02");
  CHECK(link.peer.phase() == Peer::Phase::establish);
  link.say(lcp, packet(2, 1, "02 06 00 0a 00 00 03 04 c0 23 07 02 08 02"));
  CHECK(link.peer.phase() == Peer::Phase::authenticate);
}

TEST_CASE("ppp: any MRU and magic number will do; callback, multilink and proof by the module will not") {
  Link link;
  link.next();
  link.say(lcp, packet(1, 7, "01 04 05 dc 0d 03 06 11 04 06 40 03 04 c0 23 13 03 00"));
  CHECK(link.next() == "c0 21: 04 07 00 12 0d 03 06 11 04 06 40 03 04 c0 23 13 03 00");
  link.say(lcp, packet(1, 8, "01 04 00 80"));
  CHECK(link.next() == "c0 21: 02 08 00 08 01 04 00 80");
}

TEST_CASE("ppp: PAP lets in whoever asks, and says so again") {
  Link link;
  link.open_lcp();
  link.say(pap, packet(1, 9, "05 61 64 6d 69 6e 03 66 6f 6f"));
  CHECK(link.next() == "c0 23: 02 09 00 05 00");
  CHECK(link.proof.user == "admin");
  CHECK(link.proof.password == "foo");
  CHECK(link.proof.fits("foo"));
  CHECK_FALSE(link.proof.fits("bar"));
  link.say(pap, packet(1, 10, "05 61 64 6d 69 6e 03 66 6f 6f"));
  CHECK(link.next() == "c0 23: 02 0a 00 05 00");
  CHECK(link.proofs == 1);
}

TEST_CASE("ppp: a host that says nothing of itself is let go after half a minute") {
  Link link;
  link.open_lcp();
  link.wait(29s);
  CHECK(link.next() == "");
  link.wait(2s);
  CHECK(link.next() == "c0 21: 05 02 00 04");
  link.say(lcp, packet(6, 2));
  CHECK(link.ends == std::vector{Peer::End::no_answer});
}

TEST_CASE("ppp: CHAP where the host prefers it") {
  Link link;
  link.next();
  link.say(lcp, packet(3, 1, "03 05 c2 23 05"));
  CHECK(link.next() == "c0 21: 01 02 00 13 02 06 00 0a 00 00 03 05 c2 23 05 07 02 08 02");
  link.say(lcp, packet(2, 2, "02 06 00 0a 00 00 03 05 c2 23 05 07 02 08 02"));
  link.say(lcp, packet(1, 1));
  link.next();
  CHECK(link.next() == "c2 23: 01 01 00 1b 10 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 53 49 4d 38 30 30");
  link.wait(3s);
  CHECK(link.next().starts_with("c2 23: 01 01 "));
  // MD5 of 01 "secret" "0123456789abcdef", by md5sum.
  link.say(chap, packet(2, 1, "10 11 66 c5 a4 d6 53 b5 f4 1c c0 43 15 12 a9 1a 1c 75 73 65 72"));
  CHECK(link.next() == "c2 23: 03 01 00 04");
  CHECK(link.proof.user == "user");
  CHECK(link.proof.fits("secret"));
  CHECK_FALSE(link.proof.fits("Secret"));
}

TEST_CASE("ppp: a host that refuses to prove itself is let in without") {
  Link link;
  link.open_lcp(true);
  CHECK(link.proofs == 1);
  CHECK(link.proof.by == Authentication::none);
  CHECK(link.peer.phase() == Peer::Phase::network);
}

TEST_CASE("ppp: IPCP waits for the context, and then gives address and name servers") {
  Link link;
  link.open_lcp();
  link.say(pap, packet(1, 1, "00 00"));
  link.next();
  const std::string asked = packet(1, 1, "03 06 00 00 00 00 81 06 00 00 00 00 83 06 00 00 00 00");
  link.say(ipcp, asked);
  CHECK(link.next() == "");
  link.peer.network({0x0a000002, {0x08080808, 0x08080404}}, link.now);
  CHECK(link.next() == "80 21: 01 01 00 0a 03 06 c0 a8 fe fe");
  link.say(ipcp, packet(1, 2, "02 06 00 2d 0f 01 03 06 00 00 00 00 82 06 00 00 00 00"));
  CHECK(link.next() == "80 21: 04 02 00 10 02 06 00 2d 0f 01 82 06 00 00 00 00");
  link.say(ipcp, packet(1, 3, "03 06 00 00 00 00 81 06 00 00 00 00 83 06 00 00 00 00"));
  CHECK(link.next() == "80 21: 03 03 00 16 03 06 0a 00 00 02 81 06 08 08 08 08 83 06 08 08 04 04");
  link.say(ipcp, packet(1, 4, "03 06 0a 00 00 02 81 06 08 08 08 08 83 06 08 08 04 04"));
  CHECK(link.next() == "80 21: 02 04 00 16 03 06 0a 00 00 02 81 06 08 08 08 08 83 06 08 08 04 04");
  CHECK(link.ups == 0);
  link.say(ipcp, packet(2, 1, "03 06 c0 a8 fe fe"));
  CHECK(link.ups == 1);
}

TEST_CASE("ppp: packets pass in both directions once IP is up, shortened as agreed") {
  Link link;
  CHECK_FALSE(link.peer.send("early"));
  link.open_ip();
  link.say(ip, "from the host");
  CHECK(link.packets == std::vector<std::string>{"from the host"});
  CHECK(link.peer.send("to the host"));
  REQUIRE(link.host.frames.size() == 1);
  CHECK(link.host.frames[0] == PppFrame{ip, "to the host"});
}

TEST_CASE("ppp: echoes are answered, other protocols and codes are rejected") {
  Link link;
  link.open_ip();
  link.say(lcp, packet(9, 3, "11 22 33 44 61"));
  CHECK(link.next() == "c0 21: 0a 03 00 09 00 00 00 00 61");
  link.say(0x80fd, packet(1, 1, "1a 04 78 00"));
  CHECK(link.next() == "c0 21: 08 02 00 0e 80 fd 01 01 00 08 1a 04 78 00");
  link.say(lcp, packet(99, 5, "61"));
  CHECK(link.next() == "c0 21: 07 03 00 09 63 05 00 05 61");
  link.say(lcp, packet(11, 5, "11 22 33 44"));
  CHECK(link.next() == "");
}

TEST_CASE("ppp: each end can terminate the link") {
  SUBCASE("the host") {
    Link link;
    link.open_ip();
    link.say(lcp, packet(5, 8));
    CHECK(link.next() == "c0 21: 06 08 00 04");
    CHECK(link.ends == std::vector{Peer::End::by_host});
    CHECK_FALSE(link.peer.deadline());
    CHECK_FALSE(link.peer.send("late"));
  }
  SUBCASE("the module") {
    Link link;
    link.open_ip();
    link.peer.close(link.now);
    CHECK(link.next() == "c0 21: 05 02 00 04");
    CHECK(link.ends.empty());
    link.say(lcp, packet(6, 2));
    CHECK(link.ends == std::vector{Peer::End::by_module});
  }
  SUBCASE("the module, and nobody answers") {
    Link link;
    link.open_ip();
    link.peer.close(link.now);
    link.wait(3s);
    CHECK(link.ends.empty());
    link.wait(3s);
    CHECK(link.ends == std::vector{Peer::End::by_module});
  }
}

TEST_CASE("ppp: a host that is not there is asked ten times, every three seconds") {
  Link link;
  link.wait(29s);
  CHECK(link.host.frames.size() == 10);
  CHECK(link.ends.empty());
  link.wait(1s);
  CHECK(link.ends == std::vector{Peer::End::no_answer});
}

TEST_CASE("ppp: a host that insists on its escapes is refused them in the end") {
  Link link;
  link.next();
  for (std::uint8_t id = 1; id <= ControlProtocol::max_failure; ++id) {
    link.say(lcp, packet(1, id, "02 06 00 00 00 00"));
    CHECK(link.next().starts_with("c0 21: 03 "));
  }
  link.say(lcp, packet(1, 99, "02 06 00 00 00 00"));
  CHECK(link.next() == "c0 21: 04 63 00 0a 02 06 00 00 00 00");
}

TEST_CASE("ppp: defects") {
  SUBCASE("LCP never answers") {
    Link link({.lcp_silent = true});
    link.say(lcp, packet(1, 1));
    link.wait(60s);
    CHECK(link.next() == "");
    link.peer.close(link.now);
    CHECK(link.ends == std::vector{Peer::End::by_module});
  }
  SUBCASE("PAP is refused") {
    Link link({.refuses_authentication = true});
    link.open_lcp();
    link.say(pap, packet(1, 4, "01 75 01 70"));
    CHECK(link.next() == "c0 23: 03 04 00 05 00");
    CHECK(link.next() == "c0 21: 05 02 00 04");
    link.say(lcp, packet(6, 2));
    CHECK(link.ends == std::vector{Peer::End::not_authenticated});
    CHECK(link.proofs == 0);
  }
  SUBCASE("IPCP is refused") {
    Link link({.refuses_ip = true});
    link.open_lcp(true);
    link.say(ipcp, packet(1, 1));
    CHECK(link.next() == "c0 21: 08 03 00 0a 80 21 01 01 00 04");
  }
}

TEST_CASE("ppp: a host that renegotiates starts anew") {
  Link link;
  link.open_ip();
  link.say(lcp, packet(1, 50, "05 06 11 22 33 44"));
  CHECK(link.next().starts_with("c0 21: 01 02 "));
  CHECK(link.next() == "c0 21: 02 32 00 0a 05 06 11 22 33 44");
  CHECK_FALSE(link.peer.network_up());
  CHECK(link.ends.empty());
}

namespace {

/// A host that asks for random options, does without those that are rejected, and follows every advice.
struct Negotiator {
  std::uint16_t protocol;
  Options options;
  bool agreed = false;

  void take(Link& link, const ControlPacket& got, std::uint8_t& id) {
    if (got.code == 1) return link.say(protocol, encode(ControlPacket{2, got.id, got.data}));
    if (got.id != id) return;
    if (got.code == 2) agreed = true;
    const auto told = parse_options(got.data);
    REQUIRE(told);
    for (const Option& option : *told) {
      std::erase_if(options, [&](const Option& own) { return own.type == option.type; });
      if (got.code == 3) options.push_back(option);
    }
    if (got.code == 3 || got.code == 4) link.say(protocol, encode(ControlPacket{1, ++id, encode(options)}));
  }
};

}  // namespace

TEST_CASE("ppp: every host that follows advice gets its address") {
  std::mt19937 chance(11);
  const auto random_options = [&chance] {
    Options options;
    for (std::size_t left = chance() % 6; left > 0; --left) {
      Option option{static_cast<std::uint8_t>(1 + chance() % 20), {}};
      if (chance() % 3 == 0) option.type = static_cast<std::uint8_t>(128 + chance() % 6);
      for (std::size_t size = chance() % 6; size > 0; --size) option.value.push_back(static_cast<char>(chance()));
      std::erase_if(options, [&](const Option& other) { return other.type == option.type; });
      options.push_back(std::move(option));
    }
    return options;
  };
  for (int round = 0; round < 500; ++round) {
    Link link;
    Negotiator lcp_host{lcp, random_options()}, ip_host{ipcp, random_options()};
    std::uint8_t lcp_id = 1, ip_id = 1;
    link.say(lcp, encode(ControlPacket{1, lcp_id, encode(lcp_host.options)}));
    for (int step = 0; step < 100 && link.ups == 0; ++step) {
      if (link.host.frames.empty()) {
        if (link.peer.phase() == Peer::Phase::authenticate) link.say(pap, packet(1, 1, "00 00"));
        if (link.proofs == 1) {
          link.peer.network({0x0a000002, {1, 2}}, link.now);
          link.say(ipcp, encode(ControlPacket{1, ip_id, encode(ip_host.options)}));
          ++link.proofs;
        }
        if (link.host.frames.empty()) continue;
      }
      const PppFrame frame = link.host.frames.front();
      link.host.frames.pop_front();
      const auto got = parse_packet(frame.info);
      REQUIRE(got);
      if (frame.protocol == lcp) lcp_host.take(link, *got, lcp_id);
      if (frame.protocol == ipcp) ip_host.take(link, *got, ip_id);
    }
    CAPTURE(round);
    CHECK(lcp_host.agreed);
    CHECK(link.ups == 1);
    CHECK_FALSE(link.host.bad());
  }
}

TEST_CASE("ppp: nothing that a host sends brings it down") {
  std::mt19937 chance(5);
  const std::uint16_t protocols[] = {lcp, lcp, lcp, pap, chap, ipcp, ipcp, ip, 0x80fd, 0x8057};
  for (int round = 0; round < 200; ++round) {
    Link link;
    for (int step = 0; step < 100; ++step) {
      std::string info;
      for (std::size_t left = chance() % 40; left > 0; --left) info.push_back(static_cast<char>(chance()));
      if (info.size() >= 4 && chance() % 4 != 0) {
        info[0] = static_cast<char>(1 + chance() % 12);
        info[1] = static_cast<char>(chance() % 4);
        info[2] = 0;
        info[3] = static_cast<char>(info.size() - chance() % 3);
      }
      std::string bytes = framed(protocols[chance() % std::size(protocols)], info);
      if (chance() % 8 == 0) bytes[chance() % bytes.size()] = static_cast<char>(chance());
      link.peer.receive(bytes, link.now);
      if (chance() % 4 == 0) link.wait(std::chrono::seconds(chance() % 5));
      if (link.proofs > 0) link.peer.network({1, {2, 3}}, link.now);
      if (chance() % 64 == 0) link.peer.close(link.now);
      link.host.frames.clear();
    }
    CHECK_FALSE(link.host.bad());
    CHECK(link.ends.size() <= 1);
  }
}
