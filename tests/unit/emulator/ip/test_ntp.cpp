// SPDX-License-Identifier: MIT
// AT+CNTPCID, AT+CNTP: forms, the packets, each code, the clock that is set.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "protocol/ntp.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// A server's answer: `seconds` of 1900.
std::string reply_to(const std::string& request, std::uint32_t seconds, char first = '\x1c', char stratum = 2) {
  std::string packet(48, '\0');
  packet[0] = first;
  packet[1] = stratum;
  packet.replace(24, 8, request.substr(40, 8));
  for (std::size_t i = 0; i < 4; ++i) packet[40 + i] = static_cast<char>(seconds >> (24 - 8 * i));
  return packet;
}

constexpr std::uint32_t moment = 3'647'553'164;  // 2015-08-03 01:12:44 UTC

struct NtpFixture : ModuleFixture {
  explicit NtpFixture(World given = instant()) : ModuleFixture(std::move(given)) {
    ask("ATE0;+CMEE=1");
    open_bearer();
    ask("AT+CNTP=\"pool.ntp.org\",32");
  }
  /// Up to the request; what it was.
  std::string request() {
    CHECK(ask("AT+CNTP") == OK);
    sockets.last().connect();
    wait(0s);
    return sockets.last().got;
  }
  bool socket_open() { return sockets.last().alive; }
};

std::string outcome(int code) { return "\r\n+CNTP: " + std::to_string(code) + "\r\n"; }

}  // namespace

TEST_CASE("ntp packets: a request, its answer, what is none") {
  const std::string request = ntp_request(0x0123456789ABCDEF);
  CHECK(to_hex(request) == "1B" + std::string(78, '0') + "0123456789ABCDEF");
  constexpr std::uint64_t cookie = 0x0123456789ABCDEF;
  const auto seconds = [&](const std::string& packet) {
    const auto time = parse_ntp_reply(packet, cookie);
    return time ? time->time_since_epoch().count() : -1;
  };
  CHECK(seconds(reply_to(request, moment)) == 1'438'564'364);
  CHECK(seconds(reply_to(request, 0xFFFFFFFF)) == 2'085'978'495);
  CHECK(seconds(reply_to(request, 1)) == 2'085'978'497);  // the second era
  CHECK(seconds(reply_to(request, moment, '\x24', 15)) == 1'438'564'364);
  CHECK(seconds(reply_to(request, moment) + "extension") == 1'438'564'364);
  CHECK(seconds(reply_to(request, 0)) == -1);
  CHECK(seconds(reply_to(request, moment, '\xDC')) == -1);     // not synchronised
  CHECK(seconds(reply_to(request, moment, '\x1C', 0)) == -1);  // a kiss of death
  CHECK(seconds(reply_to(request, moment, '\x1C', 16)) == -1);
  CHECK(seconds(reply_to(request, moment, '\x1B')) == -1);  // a client's
  CHECK(seconds(reply_to(ntp_request(1), moment)) == -1);   // to somebody else
  CHECK(seconds(reply_to(request, moment).substr(0, 47)) == -1);
  CHECK(seconds("") == -1);
}

TEST_CASE("ntp: test and read forms, settings, refusals") {
  ModuleFixture fixture;
  fixture.ask("ATE0;+CMEE=1");
  CHECK(fixture.ask("AT+CNTPCID=?") == "\r\n+CNTPCID: (1-3)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CNTPCID?") == "\r\n+CNTPCID: 1\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CNTP=?") == "\r\n+CNTP: 64,(-47-48)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CNTP") == "\r\n+CME ERROR: 3\r\n");  // no server yet
  CHECK(fixture.ask("AT+CNTPCID=3") == OK);
  CHECK(fixture.ask("AT+CNTP=\"a.test\",-47") == OK);
  CHECK(fixture.ask("AT+CNTP?") == "\r\n+CNTP: a.test,-47\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CNTP=\"b.test\"") == OK);
  CHECK(fixture.ask("AT+CNTP=c.test,+48") == OK);
  CHECK(fixture.ask("AT+CNTP?") == "\r\n+CNTP: c.test,48\r\n\r\nOK\r\n");
  for (const std::string line : {"AT+CNTPCID=0", "AT+CNTPCID=4", "AT+CNTPCID=", "AT+CNTP=\"a\",49", "AT+CNTP=\"a\",-48",
                                 "AT+CNTP=\"a\",x", "AT+CNTP=\"a\",--1", "AT+CNTP=\"\"", "AT+CNTP=\"a\",1,1"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 765\r\n");
  }
  CHECK(fixture.ask("AT+CNTP=\"" + std::string(65, 'x') + "\"") == "\r\n+CME ERROR: 765\r\n");
  CHECK(fixture.ask("AT+CNTPCID") == "\r\n+CME ERROR: 100\r\n");
  fixture.modem.reset();
  fixture.wait(20s);
  CHECK(fixture.ask("AT+CNTPCID?").find("+CNTPCID: 1\r\n") != std::string::npos);
}

TEST_CASE("ntp: 1, and the clock shows the server's time in the zone asked for") {
  NtpFixture fixture;
  const std::string request = fixture.request();
  CHECK(fixture.sockets.last().request.kind == SocketRequest::Kind::udp);
  CHECK(fixture.sockets.last().request.id == -1);  // not connection 0 of the toolkit
  CHECK(fixture.sockets.last().request.host == "pool.ntp.org");
  CHECK(fixture.sockets.last().request.port == 123);
  REQUIRE(request.size() == 48);
  CHECK(fixture.ask("AT+CNTP") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CNTP=\"x\"") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+CNTPCID=2") == "\r\n+CME ERROR: 3\r\n");
  fixture.sockets.last().send(reply_to(request, moment));
  CHECK(fixture.wait(0s) == outcome(1));
  CHECK_FALSE(fixture.socket_open());
  CHECK(fixture.ask("AT+CCLK?") == "\r\n+CCLK: \"15/08/03,09:12:44+32\"\r\n\r\nOK\r\n");
  fixture.ask("AT+CNTP=\"pool.ntp.org\",-14");
  const std::string again = fixture.request();
  CHECK(again != request);
  fixture.sockets.last().send(reply_to(again, moment));
  CHECK(fixture.wait(0s) == outcome(1));
  CHECK(fixture.ask("AT+CCLK?") == "\r\n+CCLK: \"15/08/02,21:42:44-14\"\r\n\r\nOK\r\n");
}

TEST_CASE("ntp: 61 without a bearer, and where it goes meanwhile") {
  NtpFixture fixture;
  fixture.ask("AT+CNTPCID=2");
  CHECK(fixture.ask("AT+CNTP") == OK + outcome(61));
  fixture.ask("AT+CNTPCID=1");
  fixture.request();
  fixture.modem.lose_bearers();
  CHECK(fixture.wait(0s).find(outcome(61)) != std::string::npos);
  CHECK_FALSE(fixture.socket_open());
}

TEST_CASE("ntp: 62 for a name without address, also where no name server answers") {
  NtpFixture fixture;
  CHECK(fixture.ask("AT+CNTP") == OK);
  fixture.sockets.last().connect(SocketError::dns);
  CHECK(fixture.wait(0s) == outcome(62));
  CHECK(fixture.ask("AT+CNTP") == OK);
  CHECK(fixture.wait(10s - 1ms) == "");
  CHECK(fixture.wait(1ms) == outcome(62));
  CHECK_FALSE(fixture.socket_open());
}

TEST_CASE("ntp: 63 where nobody listens") {
  NtpFixture fixture;
  CHECK(fixture.ask("AT+CNTP") == OK);
  fixture.sockets.last().connect(SocketError::no_connect);
  CHECK(fixture.wait(0s) == outcome(63));
  fixture.request();
  fixture.sockets.last().close(SocketError::reset);
  CHECK(fixture.wait(0s) == outcome(63));
}

TEST_CASE("ntp: 64 for an answer that is none; the clock is left alone") {
  NtpFixture fixture;
  const std::string before = fixture.modem.rtc.text();
  const std::string request = fixture.request();
  fixture.sockets.last().send(reply_to(request, moment, '\x1c', 0));
  CHECK(fixture.wait(0s) == outcome(64));
  fixture.request();
  fixture.sockets.last().send("hello");
  CHECK(fixture.wait(0s) == outcome(64));
  CHECK(fixture.modem.rtc.text() == before);
}

TEST_CASE("ntp: 65 after ten seconds of silence") {
  NtpFixture fixture;
  fixture.request();
  CHECK(fixture.wait(10s - 1ms) == "");
  CHECK(fixture.wait(1ms) == outcome(65));
}

TEST_CASE("ntp: some silence between OK and the outcome; a reset ends it without a word") {
  World world = ModuleFixture::instant();
  world.timing.overrides["ntp"] = 1s;
  NtpFixture fixture(world);
  const std::string request = fixture.request();
  fixture.sockets.last().send(reply_to(request, moment));
  CHECK(fixture.wait(1s - 1ms) == "");
  CHECK(fixture.wait(1ms) == outcome(1));
  fixture.request();
  fixture.modem.reset();
  CHECK(fixture.wait(20s).find("+CNTP") == std::string::npos);
  CHECK_FALSE(fixture.socket_open());
}

}  // namespace sim800::test
