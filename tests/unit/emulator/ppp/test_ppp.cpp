// Data calls: how hosts dial, what they get, and how calls end. The host's frames are written out; the network behind
// is the test.
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <random>

#include "backends/ports/packets.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/dial_string.hpp"
#include "emulator/core/world.hpp"
#include "protocol/ppp/peer.hpp"
#include "tests/support/module_fixture.hpp"
#include "tests/support/ppp_host.hpp"

namespace sim800::test {
namespace {

using namespace ppp;

const std::string CONNECT = "\r\nCONNECT\r\n", NO_CARRIER = "\r\nNO CARRIER\r\n";

class HeldNetwork final : public PacketNetwork {
 public:
  std::unique_ptr<PacketPath> open(const PacketHost& given, std::function<void(std::string_view)> on_packet) override {
    host = given;
    answer = std::move(on_packet);
    return std::make_unique<Path>(*this);
  }
  void suspend(bool on) override { suspended = on; }
  PacketHost host;
  bool suspended = false;
  std::vector<std::string> packets;
  std::function<void(std::string_view)> answer;
  int paths = 0;

 private:
  struct Path final : PacketPath {
    explicit Path(HeldNetwork& n) : network(n) { ++network.paths; }
    ~Path() override { --network.paths; }
    void send(std::string_view packet) override { network.packets.emplace_back(packet); }
    HeldNetwork& network;
  };
};

struct PppFixture : ModuleFixture {
  explicit PppFixture(World given = instant())
      : ModuleFixture(std::move(given), false),
        module({world, command_table, clock, own_nvram, files, http, ftp, sockets, pinger, mail, nullptr, 1, nullptr,
                nullptr, 0, &network}) {
    channel = &module.attach(line, "line");
    module.power_on();
    clock.advance(20s);
    line.take();
    ask("ATE0+CMEE=1");
  }

  std::string ask(std::string_view text) {
    channel->receive(std::string(text) + "\r");
    return line.take();
  }
  void say(std::uint16_t protocol, const std::string& info) {
    channel->receive(framed(protocol, info));
    clock.advance(0s);
  }
  /// The next frame of the module.
  std::string next() {
    clock.advance(0s);
    host.receive(line.take());
    return host.next();
  }
  std::string text() {
    clock.advance(0s);
    return line.take();
  }
  void dial(std::string_view how = "ATD*99#") {
    CHECK(ask(how) == CONNECT);
    CHECK(next() == "c0 21: 01 01 00 12 02 06 00 0a 00 00 03 04 c0 23 07 02 08 02");
    say(lcp, packet(2, 1, "02 06 00 0a 00 00 03 04 c0 23 07 02 08 02"));
    say(lcp, packet(1, 1, "02 06 00 0a 00 00"));
    CHECK(next() == "c0 21: 02 01 00 0a 02 06 00 0a 00 00");
  }
  /// `proof`: name and password as PAP has them.
  void prove(std::string_view proof = "00 00") {
    say(pap, packet(1, 1, proof));
    CHECK(next() == "c0 23: 02 01 00 05 00");
  }
  void go_up() {
    dial();
    prove();
    CHECK(next() == "80 21: 01 01 00 0a 03 06 c0 a8 fe fe");
    say(ipcp, packet(2, 1, "03 06 c0 a8 fe fe"));
    const std::string address = to_hex(octets(network_address()));
    say(ipcp, packet(1, 1, "03 06 " + address));
    CHECK(next() == "80 21: 02 01 00 0a 03 06 " + address);
    REQUIRE(network.paths == 1);
  }
  std::uint32_t network_address() const { return 0x0a59c101; }
  static World with_apn() {
    World world = instant();
    world.network.apns = {{"internet", Apn{"me", "secret", "10.89.193.1"}}, {"", Apn{{}, {}, "10.89.193.1"}}};
    return world;
  }

  HeldNetwork network;
  RecordingPort line;
  PppHost host;
  Modem module;
};

}  // namespace

TEST_CASE("the packet service is suspended while there is a call, or a message is sent; attached it stays") {
  World world = PppFixture::with_apn();
  world.timing.overrides["sms.send"] = 5s;
  world.network.numbers["100"] = {.call = Subscriber::Call::answer, .after = 2s};
  PppFixture fixture(world);
  const bool& suspended = fixture.network.suspended;
  fixture.ask("ATD100;");
  CHECK(suspended);
  fixture.clock.advance(3s);
  CHECK(suspended);
  CHECK(fixture.ask("AT+CGREG?;+CGATT?").find("+CGREG: 0,1\r\n\r\n+CGATT: 1") != std::string::npos);
  fixture.ask("ATH");
  CHECK_FALSE(suspended);
  fixture.module.calls->receive("200", 1);
  CHECK(suspended);
  fixture.clock.advance(10s);
  CHECK_FALSE(suspended);
  fixture.ask("AT+CMGF=1");
  fixture.ask("AT+CMGS=\"200\"");
  CHECK_FALSE(suspended);
  fixture.channel->receive("Hello\x1a");
  CHECK(suspended);
  fixture.clock.advance(5s);
  CHECK_FALSE(suspended);
  // Both at once: until neither is there any more.
  const auto send = [&fixture] {
    fixture.ask("AT+CMGS=\"200\"");
    fixture.channel->receive("Hello\x1a");
  };
  fixture.ask("ATD100;");
  fixture.clock.advance(3s);
  send();
  fixture.clock.advance(5s);
  CHECK(suspended);
  send();
  CHECK(fixture.module.calls->far_end(1, FarEnd::hangs_up));
  CHECK(suspended);
  fixture.clock.advance(5s);
  CHECK_FALSE(suspended);
  send();
  CHECK(suspended);
  fixture.module.lose_power();
  fixture.clock.advance(5s);
  CHECK_FALSE(suspended);
  fixture.module.power_on();
  fixture.clock.advance(20s);
  fixture.module.calls->receive("200", 0);
  fixture.ask("AT+CPOWD=0");
  fixture.clock.advance(5s);
  CHECK_FALSE(suspended);
}

TEST_CASE("ppp: every way to dial the network") {
  struct Row {
    const char* typed;
    std::optional<unsigned> cid;
  };
  for (const Row& row : {Row{"*99#", {}},
                         {"T*99#", {}},
                         {"P*99#", {}},
                         {" T *99 #", {}},
                         {"*99##", {}},
                         {"*99***1#", 1U},
                         {"*99***3#", 3U},
                         {"*99**PPP*2#", 2U},
                         {"*99**1*2#", 2U},
                         {"*99*10.0.0.1*PPP*1#", 1U},
                         {"*98#", {}},
                         {"*98*2#", 2U},
                         {"*88#", {}},
                         {"*99***4#", 0U},
                         {"*99***0#", 0U},
                         {"*99**X25*1#", 0U},
                         {"*99***1*2#", 0U}}) {
    CAPTURE(row.typed);
    const auto call = parse_data_call(row.typed);
    REQUIRE(call);
    CHECK(call->cid == row.cid);
  }
  for (const char* other : {"*100#", "*99", "99#", "*#06#", "+420777", "*99#;", "", "*"}) {
    CAPTURE(other);
    CHECK_FALSE(parse_data_call(other));
  }
}

TEST_CASE("ppp: every way to dial connects, after what wvdial and ModemManager say first") {
  PppFixture fixture(PppFixture::with_apn());
  CHECK(fixture.ask("ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0").ends_with(OK));
  fixture.ask("ATE0");
  for (const char* cid : {"1", "2", "3"})
    CHECK(fixture.ask("AT+CGDCONT=" + std::string(cid) + ",\"IP\",\"internet\"") == OK);
  for (const char* line :
       {"ATD*99#", "ATD*99##", "ATDT*99#", "ATDP *99***1#", "ATD *99***2#", "ATD*99***3#", "ATD*99**PPP*1#",
        "ATD*99**1*1#", "ATD*99*10.0.0.1*PPP*1#", "ATD*98#", "ATD*98*1#", "AT+CGDATA=\"PPP\",1", "AT+CGDATA=\"PPP\""}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == CONNECT);
    fixture.clock.advance(2s);
    fixture.channel->receive("+++");
    fixture.clock.advance(2s);
    fixture.line.take();
    CHECK(fixture.ask("AT+CGDCONT=1,\"IP\",\"other\"") == OK);  // for the next activation
    CHECK(fixture.ask("ATH") == OK);
    fixture.clock.advance(1s);
  }
}

TEST_CASE("ppp: +CR comes before CONNECT if the host wants it") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.ask("ATE0;+CGDCONT=1,\"IP\",\"internet\"");
  CHECK(fixture.ask("AT+CR=1") == OK);
  for (const char* line : {"ATD*99#", "AT+CGDATA=\"PPP\",1"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CR: GPRS\r\n" + CONNECT);
    fixture.clock.advance(2s);
    fixture.channel->receive("+++");
    fixture.clock.advance(2s);
    fixture.line.take();
    CHECK(fixture.ask("ATH") == OK);
    fixture.clock.advance(1s);
  }
  CHECK(fixture.ask("ATD*99***2#") == NO_CARRIER);  // nothing has been agreed on
}

TEST_CASE("ppp: a host that begins right behind CONNECT is heard") {
  PppFixture fixture(PppFixture::with_apn());
  CHECK(fixture.ask("ATD*99#") == CONNECT);
  fixture.channel->receive(framed(lcp, packet(1, 1, "02 06 00 0a 00 00")));  // before the module's own request
  CHECK(fixture.next() == "c0 21: 01 01 00 12 02 06 00 0a 00 00 03 04 c0 23 07 02 08 02");
  CHECK(fixture.next() == "c0 21: 02 01 00 0a 02 06 00 0a 00 00");
}

TEST_CASE("ppp: CONNECT comes at once, LCP behind it, and the context with IPCP") {
  PppFixture fixture(PppFixture::with_apn());
  CHECK(fixture.ask("ATD*99***2#") == NO_CARRIER);  // not defined
  fixture.go_up();
  CHECK(fixture.network.host.address == 0x0a59c101);
  CHECK(fixture.network.host.dns[0] == 0x08080808);
  fixture.say(ip, "a packet");
  CHECK(fixture.network.packets == std::vector<std::string>{"a packet"});
  fixture.network.answer("another");
  CHECK(fixture.next() == "00 21: " + to_hex("another"));
}

TEST_CASE("ppp: the host ends the call") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  fixture.say(lcp, packet(5, 9));
  fixture.clock.advance(0s);
  const std::string said = fixture.line.take();
  CHECK(said.ends_with(NO_CARRIER));
  fixture.host.receive(said);
  CHECK(fixture.host.next() == "c0 21: 06 09 00 04");
  CHECK(fixture.network.paths == 0);
  CHECK(fixture.ask("AT+CGACT?").starts_with("\r\n+CGACT: 1,0\r\n"));
  CHECK(fixture.ask("ATO") == ERROR);
  fixture.dial();  // and another one
}

TEST_CASE("ppp: +++, ATO and ATH") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  fixture.clock.advance(1s);
  fixture.channel->receive("+++");
  CHECK(fixture.text() == "");
  fixture.clock.advance(1s);
  CHECK(fixture.text() == OK);
  CHECK(fixture.ask("AT") == OK);
  CHECK(fixture.ask("AT+CGACT?").starts_with("\r\n+CGACT: 1,1\r\n"));
  fixture.network.answer("lost");
  CHECK(fixture.ask("ATO") == CONNECT);
  fixture.say(ip, "on");
  CHECK(fixture.network.packets == std::vector<std::string>{"on"});
  fixture.clock.advance(1s);
  fixture.channel->receive("+++");
  fixture.clock.advance(1s);
  CHECK(fixture.text() == OK);
  CHECK(fixture.ask("ATH") == OK);
  fixture.clock.advance(0s);
  CHECK(fixture.network.paths == 0);
  CHECK(fixture.ask("AT+CGACT?").starts_with("\r\n+CGACT: 1,0\r\n"));
  CHECK(fixture.ask("ATO") == ERROR);
}

TEST_CASE("ppp: DTR falls") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  CHECK(fixture.line.lines.is_on(ModemLine::dcd));
  fixture.channel->host_line(ModemLine::dtr, false);  // AT&D1
  CHECK(fixture.text() == OK);
  CHECK_FALSE(fixture.line.lines.is_on(ModemLine::dcd));
  fixture.channel->host_line(ModemLine::dtr, true);
  CHECK(fixture.ask("AT&D2") == OK);
  CHECK(fixture.ask("ATO") == CONNECT);
  fixture.channel->host_line(ModemLine::dtr, false);
  CHECK(fixture.text() == NO_CARRIER);
  CHECK(fixture.network.paths == 0);
  CHECK(fixture.ask("AT&D0") == OK);
  fixture.dial();
  fixture.channel->host_line(ModemLine::dtr, true);
  fixture.channel->host_line(ModemLine::dtr, false);
  CHECK(fixture.text() == "");
  CHECK(fixture.channel->online());
}

TEST_CASE("ppp: plus signs without silence around them are data") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  fixture.say(ip, "a");
  fixture.channel->receive("+++");
  fixture.clock.advance(2s);
  CHECK(fixture.text() == "");
  fixture.channel->receive("++++");
  fixture.clock.advance(2s);
  fixture.channel->receive("+++");
  fixture.clock.advance(500ms);
  fixture.say(ip, "b");
  fixture.clock.advance(2s);
  CHECK(fixture.text() == "");
  CHECK(fixture.network.packets == std::vector<std::string>{"a", "b"});
}

TEST_CASE("ppp: plus signs that wait for the end of the guard time are data when DTR falls") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  const std::string frame = framed(ip, "+ and more");
  const std::size_t half = frame.find('+');
  fixture.channel->receive(frame.substr(0, half));
  fixture.clock.advance(2s);
  fixture.channel->receive("+");
  fixture.channel->host_line(ModemLine::dtr, false);  // AT&D1
  CHECK(fixture.text() == OK);
  fixture.channel->host_line(ModemLine::dtr, true);
  CHECK(fixture.ask("ATO") == CONNECT);
  fixture.channel->receive(frame.substr(half + 1));
  CHECK(fixture.network.packets == std::vector<std::string>{"+ and more"});
}

TEST_CASE("ppp: nothing is lost or changes places, whatever pauses, plus signs and escapes there are") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 chance(seed);
    const auto one_of = [&chance](auto... values) {
      const std::array all{values...};
      return all[chance() % all.size()];
    };
    PppFixture fixture(PppFixture::with_apn());
    fixture.go_up();
    std::vector<std::string> sent, answered, heard;
    std::string line;  // of the host
    std::size_t pluses = 0;
    for (int i = 0; i < 10; ++i) {
      std::string text;
      while (chance() % 8 != 0) text += one_of('+', '+', '+', '~', '}', 'x');
      sent.push_back(text);
      line += framed(ip, text);
    }
    while (!line.empty()) {
      const bool silent = chance() % 3 == 0;
      fixture.clock.advance(silent ? one_of(1s, 4s) : Duration(one_of(0ms, 300ms, 999ms)));
      std::size_t size = std::min<std::size_t>(line.size(), 1 + chance() % 12);
      const bool escapes = silent && chance() % 2 == 0, falls = !escapes && chance() % 8 == 0;
      if (escapes) {
        fixture.channel->receive("++");
        fixture.clock.advance(one_of(0ms, 999ms));
        fixture.channel->receive("+");
        fixture.clock.advance(1s);
      } else {
        // Three plus signs of the data could be an escape: something follows them.
        const std::size_t other = line.find_first_not_of('+');
        pluses = other < size ? 0 : (silent ? 0 : pluses) + size;
        if (pluses > 2) {
          size = other + 1;
          pluses = 0;
        }
        fixture.channel->receive(line.substr(0, size));
        line.erase(0, size);
        answered.push_back(std::to_string(answered.size()));
        fixture.network.answer(answered.back());
        if (falls) {
          fixture.channel->host_line(ModemLine::dtr, false);
          fixture.channel->host_line(ModemLine::dtr, true);
        }
      }
      std::string said = fixture.text();
      if (escapes || falls) {
        REQUIRE(said.ends_with(OK));
        said.resize(said.size() - OK.size());
        CHECK(fixture.ask("AT") == OK);
        CHECK(fixture.ask("ATO") == CONNECT);
      }
      fixture.host.receive(said);
    }
    fixture.clock.advance(2s);
    fixture.host.receive(fixture.text());
    for (const PppFrame& frame : fixture.host.frames) heard.push_back(frame.info);
    CHECK(fixture.network.packets == sent);
    CHECK(heard == answered);
  }
}

TEST_CASE("ppp: what the network thinks of name and password") {
  SUBCASE("right") {
    PppFixture fixture(PppFixture::with_apn());
    fixture.ask("AT+CGDCONT=1,\"IP\",\"internet\"");
    fixture.dial("ATD*99***1#");
    fixture.prove("02 6d 65 06 73 65 63 72 65 74");
    CHECK(fixture.next() == "80 21: 01 01 00 0a 03 06 c0 a8 fe fe");
  }
  SUBCASE("wrong: the link is terminated, then NO CARRIER") {
    PppFixture fixture(PppFixture::with_apn());
    fixture.ask("AT+CGDCONT=1,\"IP\",\"internet\"");
    fixture.dial("AT+CGDATA=\"PPP\",1");
    fixture.prove("02 6d 65 00");
    CHECK(fixture.next() == "c0 21: 05 02 00 04");
    fixture.say(lcp, packet(6, 2));
    CHECK(fixture.text() == NO_CARRIER);
  }
  SUBCASE("wrong by CHAP") {
    PppFixture fixture(PppFixture::with_apn());
    fixture.ask("AT+CGDCONT=1,\"IP\",\"internet\"");
    fixture.ask("ATD*99#");
    fixture.next();
    fixture.say(lcp, packet(3, 1, "03 05 c2 23 05"));
    fixture.next();
    fixture.say(lcp, packet(2, 2, "02 06 00 0a 00 00 03 05 c2 23 05 07 02 08 02"));
    fixture.say(lcp, packet(1, 1));
    fixture.next();
    CHECK(fixture.next().starts_with("c2 23: 01 01 "));
    fixture.say(chap, packet(2, 1, "10 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 6d 65"));
    CHECK(fixture.next() == "c2 23: 03 01 00 04");
    CHECK(fixture.next() == "c0 21: 05 03 00 04");
  }
}

TEST_CASE("ppp: the network takes the context") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  fixture.module.lose_bearers();
  fixture.clock.advance(0s);
  const std::string said = fixture.line.take();
  CHECK(said.ends_with(NO_CARRIER));
  fixture.host.receive(said);
  CHECK(fixture.host.next() == "c0 21: 05 02 00 04");
  CHECK(fixture.network.paths == 0);
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("ppp: a call that ends as the network activates its context releases it") {
  World world = PppFixture::with_apn();
  world.timing.overrides["pdp.activate"] = 1s;
  PppFixture fixture(world);
  fixture.ask("AT&D2");
  fixture.dial();
  const Timer falls = fixture.clock.after(1s, [&] { fixture.channel->host_line(ModemLine::dtr, false); });
  fixture.prove();
  fixture.clock.advance(2s);
  CHECK(fixture.text().ends_with(NO_CARRIER));
  CHECK(fixture.ask("AT+CGACT?").starts_with("\r\n+CGACT: 1,0\r\n"));
}

TEST_CASE("ppp: where no call is possible") {
  SUBCASE("not registered") {
    World world = ModuleFixture::instant();
    world.network.registration = Registration::denied;
    PppFixture fixture(world);
    CHECK(fixture.ask("ATD*99#") == NO_CARRIER);
    CHECK(fixture.ask("AT+CGDATA=\"PPP\"") == cme(148));
  }
  SUBCASE("no packet service") {
    World world = ModuleFixture::instant();
    world.network.gprs = false;
    PppFixture fixture(world);
    CHECK(fixture.ask("ATDT*99***1#") == NO_CARRIER);
  }
  SUBCASE("the radio is off") {
    PppFixture fixture;
    fixture.ask("AT+CFUN=0");
    fixture.text();
    CHECK(fixture.ask("ATD*99#") == cme(797));
  }
}

TEST_CASE("ppp: a host that is gone is asked for half a minute, then NO CARRIER") {
  PppFixture fixture;
  CHECK(fixture.ask("ATD*99#") == CONNECT);
  fixture.clock.advance(31s);
  const std::string said = fixture.line.take();
  CHECK(said.ends_with(NO_CARRIER));
  fixture.host.receive(said);
  CHECK(fixture.host.frames.size() == 10);
}

TEST_CASE("ppp: defects of the scenario") {
  SUBCASE("LCP never answers") {
    World world = PppFixture::with_apn();
    world.network.ppp.lcp_silent = true;
    PppFixture fixture(world);
    CHECK(fixture.ask("ATD*99#") == CONNECT);
    fixture.say(lcp, packet(1, 1));
    fixture.clock.advance(60s);
    CHECK(fixture.text() == "");
  }
  SUBCASE("silence in the middle") {
    World world = PppFixture::with_apn();
    world.network.ppp.silent_after = 10s;
    PppFixture fixture(world);
    fixture.go_up();
    fixture.say(lcp, packet(9, 1, "00 00 00 00"));
    CHECK(fixture.next() == "c0 21: 0a 01 00 08 00 00 00 00");
    fixture.clock.advance(10s);
    fixture.say(lcp, packet(9, 2, "00 00 00 00"));
    fixture.say(ip, "x");
    fixture.network.answer("y");
    CHECK(fixture.text() == "");
    CHECK(fixture.network.packets.empty());
  }
}

TEST_CASE("ppp: power goes in the middle of a call") {
  PppFixture fixture(PppFixture::with_apn());
  fixture.go_up();
  fixture.module.lose_power();
  fixture.clock.advance(10s);
  CHECK(fixture.network.paths == 0);
  fixture.module.press_power_key();
  fixture.clock.advance(20s);
  fixture.line.take();
  fixture.ask("ATE0");
  fixture.host = PppHost();
  fixture.dial();
}

}  // namespace sim800::test
