// The network behind data calls, packet by packet; connections to real servers are acceptance/test_ppp.py's.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <chrono>
#include <random>

#include "backends/packets/dns_message.hpp"
#include "backends/packets/ip_packet.hpp"
#include "backends/packets/packet_link.hpp"
#include "backends/packets/packet_network.hpp"
#include "tests/support/ppp_host.hpp"

namespace sim800::test {
namespace {

constexpr std::uint32_t own = 0x0a000002, server = 0xc6336401;
const std::string question_a = from_hex("12 34 01 00 00 01 00 00 00 00 00 00 01 61 04 74 65 73 74 00 00 01 00 01");

/// A TCP segment without data.
std::string segment(std::uint32_t to, std::uint8_t flags) {
  IpPacket packet = *parse_ip(make_udp({own, 5000}, {to, 80}, std::string(12, '\0')));
  packet.bytes[9] = IpPacket::tcp;
  packet.bytes[32] = 0x50;
  packet.bytes[33] = static_cast<char>(flags);
  packet = *parse_ip(packet.bytes);
  packet.redirect({own, 5000}, {to, 80});
  return packet.bytes;
}

struct Rig {
  explicit Rig(HostMap map, const LinkModel& model = {})
      : hosts(std::move(map)),
        link(loop, hosts, clock, model),
        network(make_packet_network({loop, link, hosts, nullptr, nullptr, 1})),
        path(network->open({own, {1, 2}}, [this](std::string_view packet) { came.emplace_back(packet); })) {}
  /// Until a packet has come, or nothing more can.
  std::optional<IpPacket> send(const std::string& packet) {
    came.clear();
    path->send(packet);
    for (int i = 0; i < 50 && came.empty(); ++i) {
      clock.advance(Duration::zero());
      loop.restart();
      loop.run_one_for(std::chrono::milliseconds(5));
    }
    return came.empty() ? std::nullopt : parse_ip(came.front());
  }

  asio::io_context loop;
  VirtualClock clock;
  HostMap hosts;
  RadioLink link;
  std::vector<std::string> came;
  std::unique_ptr<PacketNetwork> network;
  std::unique_ptr<PacketPath> path;
};

}  // namespace

TEST_CASE("packets: a question to a name server, and the answers") {
  const auto question = parse_question(question_a);
  REQUIRE(question);
  CHECK(question->name == "a.test");
  CHECK(
      to_hex(answer_to(*question, DnsCode::no_error, 0xc6120001)) ==
      "12 34 81 80 00 01 00 01 00 00 00 00 01 61 04 74 65 73 74 00 00 01 00 01 c0 0c 00 01 00 01 00 00 00 3c 00 04 c6 "
      "12 00 01");
  CHECK(to_hex(answer_to(*question, DnsCode::no_such_name, {})).starts_with("12 34 81 83 00 01 00 00 00 00 00 00 01"));
  for (std::size_t size = 0; size < question_a.size(); ++size) CHECK_FALSE(parse_question(question_a.substr(0, size)));
  std::string response = question_a;
  response[2] = '\x81';
  CHECK_FALSE(parse_question(response));
  std::string compressed = question_a;
  compressed[12] = '\xc0';
  CHECK_FALSE(parse_question(compressed));
}

TEST_CASE("packets: what is no whole packet is none") {
  const std::string good = make_udp({own, 1}, {server, 2}, "data");
  REQUIRE(parse_ip(good));
  CHECK(parse_ip(good)->data() == 4);
  CHECK(parse_ip(good + "padding")->bytes == good);
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(parse_ip(good.substr(0, size)));
  std::string other = good;
  other[0] = 0x65;
  CHECK_FALSE(parse_ip(other));
  other = good;
  other[6] = 0x20;  // a fragment
  CHECK_FALSE(parse_ip(other));
  std::mt19937 chance(3);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (std::size_t left = chance() % 60; left > 0; --left) bytes.push_back(static_cast<char>(chance()));
    if (!bytes.empty()) bytes[0] = 0x45;
    if (const auto packet = parse_ip(bytes)) CHECK(packet->bytes.size() <= bytes.size());
  }
}

TEST_CASE("packets: checksums fit after a detour") {
  const std::string good = make_udp({own, 1}, {server, 2}, "data");
  IpPacket packet = *parse_ip(good);
  packet.redirect({1, 9}, {2, 8});
  CHECK(packet.bytes != good);
  packet.redirect({own, 1}, {server, 2});
  CHECK(packet.bytes == good);

  std::mt19937 chance(1);
  for (int i = 0; i < 1000; ++i) {
    const auto end = [&chance] {
      return IpEnd{static_cast<std::uint32_t>(chance()), static_cast<std::uint16_t>(chance())};
    };
    const IpEnd from = end(), to = end(), new_from = end(), new_to = end();
    std::string data(chance() % 20, 'x');
    IpPacket moved = *parse_ip(make_udp(from, to, data));
    moved.redirect(new_from, new_to);
    CHECK(moved.bytes == make_udp(new_from, new_to, data));
  }
}

TEST_CASE("packets: a wrong checksum stays wrong, and none is none") {
  std::string spoilt = make_udp({own, 1}, {server, 2}, "data");
  spoilt.back() = 'e';
  IpPacket packet = *parse_ip(spoilt);
  packet.redirect({1, 9}, {2, 8});
  CHECK(packet.bytes != make_udp({1, 9}, {2, 8}, "date"));
  spoilt.replace(26, 2, 2, '\0');
  packet = *parse_ip(spoilt);
  packet.redirect({1, 9}, {2, 8});
  CHECK(packet.bytes.substr(26, 2) == std::string(2, '\0'));
}

TEST_CASE("packets: both ends of a connection can be made to believe a reset") {
  IpPacket sent = *parse_ip(segment(server, 0x18));
  sent.bytes.replace(24, 8, from_hex("00 00 00 64 00 00 01 f4"));  // 100, and 500 is next from the other end
  const IpPacket reset = *parse_ip(make_reset(sent)), abort = *parse_ip(make_abort(sent));
  CHECK(reset.from == sent.to);
  CHECK(reset.to == sent.from);
  CHECK(reset.sequence() == 500);
  CHECK(reset.bytes[33] == 0x04);
  CHECK(abort.from == sent.from);
  CHECK(abort.to == sent.to);
  CHECK(abort.sequence() == 100);
  CHECK(abort.bytes[33] == 0x14);  // RST, ACK
  CHECK(abort.data() == 0);
}

TEST_CASE("packets: names of the host map exist, and others do not") {
  Rig rig({{"a.test:8080", "127.0.0.1:1"}, {"*", "unresolvable"}});
  const auto answer = rig.send(make_udp({own, 4000}, {0x08080808, 53}, question_a));
  REQUIRE(answer);
  CHECK(answer->from == IpEnd{0x08080808, 53});
  CHECK(answer->to == IpEnd{own, 4000});
  CHECK(to_hex(answer->bytes.substr(answer->bytes.size() - 4)) == "c6 12 00 01");
  std::string other = question_a;
  other[13] = 'b';
  const auto refused = rig.send(make_udp({own, 4000}, {0x08080808, 53}, other));
  REQUIRE(refused);
  CHECK((refused->bytes[31] & 15) == 3);
}

TEST_CASE("packets: unresolvable, refuse and blackhole") {
  Rig rig({{"198.51.100.1", "refuse"}, {"198.51.100.2", "blackhole"}, {"*", "unresolvable"}});
  const auto reset = rig.send(segment(server, 2));
  REQUIRE(reset);
  CHECK(reset->protocol == IpPacket::tcp);
  CHECK(reset->bytes[33] == 0x14);  // RST, ACK
  const auto closed = rig.send(make_udp({own, 7}, {server, 7}, "x"));
  REQUIRE(closed);
  CHECK(to_hex(closed->payload().substr(0, 2)) == "03 03");
  CHECK_FALSE(rig.send(segment(server + 1, 2)));
  const auto nowhere = rig.send(segment(server + 2, 2));
  REQUIRE(nowhere);
  CHECK(to_hex(nowhere->payload().substr(0, 2)) == "03 01");
}

TEST_CASE("packets: others' addresses and groups are not served") {
  Rig rig(HostMap{{"*", "refuse"}});
  CHECK_FALSE(rig.send(make_udp({own + 1, 7}, {server, 7}, "x")));
  CHECK_FALSE(rig.send(make_udp({own, 7}, {0xffffffff, 7}, "x")));
  CHECK_FALSE(rig.send(make_udp({own, 7}, {0xe0000001, 7}, "x")));
  CHECK(rig.send(make_udp({own, 7}, {server, 7}, "x")));
}

TEST_CASE("packets: what arrives may end the link") {
  VirtualClock clock;
  const LinkState state{clock, {}};
  int came = 0;
  std::unique_ptr<PacketLink> link;
  link = std::make_unique<PacketLink>(state, Direction::up, 1, [&](const std::string&) {
    ++came;
    link.reset();
  });
  link->send("a");
  link->send("b");
  CHECK(came == 0);
  clock.advance(0s);
  CHECK(came == 1);
}

TEST_CASE("packets: the link delays, loses and swallows them") {
  VirtualClock clock;
  LinkState state{clock, {.latency = 100ms}};
  std::vector<std::string> came;
  PacketLink link(state, Direction::up, 1, [&](std::string packet) { came.push_back(std::move(packet)); });
  link.send("a");
  clock.advance(49ms);
  CHECK(came.empty());
  clock.advance(1ms);
  CHECK(came == std::vector<std::string>{"a"});

  state.model.latency = {};
  state.model.up_kbps = 8;
  link.send(std::string(1000, 'b'));
  link.send("c");
  clock.advance(1s);
  CHECK(came.size() == 2);
  clock.advance(1ms);
  CHECK(came.size() == 3);

  state.model = {.blackhole = true};
  link.send("d");
  state.model = {.loss = 1};
  link.send("e");
  clock.advance(10s);
  CHECK(came.size() == 3);
  CHECK(link.lost() == 2);

  state.model = {.latency = 1s};
  for (std::size_t i = 0; i < PacketLink::most + 10; ++i) link.send("f");
  clock.advance(1s);
  CHECK(came.size() == 3 + PacketLink::most);
}

}  // namespace sim800::test
