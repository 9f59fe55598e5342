// SPDX-License-Identifier: MIT
// What answers a command later goes to the channel that asked; URCs go to all endpoints, and to the first DLC.
#include <doctest/doctest.h>

#include "emulator/calls/ussd_service.hpp"
#include "emulator/core/world.hpp"
#include "protocol/mux_frame.hpp"
#include "tests/support/ip_fixture.hpp"

namespace sim800::test {
namespace {

/// Two endpoints; the one that asks is the second.
struct TwoEndpoints : IpFixture {
  explicit TwoEndpoints(World given = instant())
      : IpFixture(std::move(given)), second(modem.attach(second_port, "second")) {
    ask("ATE0");
    ask("AT+CIPMUX=1");
    asking("ATE0");
    for (const char* line : {"AT+CSTT", "AT+CIICR", "AT+CIFSR", "AT+SAPBR=1,1"}) asking(line);
    second_port.take();
    port.take();
  }
  /// What the second endpoint gets at once.
  std::string asking(std::string_view line) {
    second.receive(std::string(line) + "\r");
    clock.advance(0s);
    return second_port.take();
  }
  std::string second_hears(Duration span = 0s) {
    clock.advance(span);
    return second_port.take();
  }
  RecordingPort second_port;
  Channel& second;
};

/// DLCI 1 and 2 are open, without echo.
struct TwoLinks : IpFixture {
  TwoLinks() {
    ask("ATE0");
    ask("AT+CMUX=0");
    for (const std::uint8_t dlci : {0, 1, 2}) say(encode({dlci, true, MuxType::sabm, true, {}}));
    for (const std::uint8_t dlci : {1, 2}) on(dlci, "ATE0\r");
    for (const char* line : {"AT+CIPMUX=1\r", "AT+CSTT\r", "AT+CIICR\r", "AT+CIFSR\r", "AT+SAPBR=1,1\r"}) on(2, line);
  }
  static std::string said_on(std::uint8_t dlci, std::string_view bytes) {
    std::string said;
    MuxDecoder decoder(1510);
    decoder.feed(bytes, [&](const MuxFrame& frame) {
      if (frame.dlci == dlci && frame.type == MuxType::uih) said += frame.info;
      return true;
    });
    return said;
  }
  std::string on(std::uint8_t dlci, std::string_view typed) {
    return said_on(dlci, say(encode({dlci, true, MuxType::uih, false, typed})));
  }
  void hears(std::uint8_t dlci, std::string_view text) {
    const std::string bytes = wait(0s);
    CHECK(said_on(dlci, bytes) == text);
    CHECK(said_on(dlci == 1 ? 2 : 1, bytes) == "");
  }
};

}  // namespace

TEST_CASE("asker: sockets") {
  TwoEndpoints fixture;
  CHECK(fixture.asking("AT+CIPSTART=0,\"TCP\",\"10.1.2.3\",80") == OK);
  HeldSockets::Peer& peer = fixture.sockets.last();
  peer.connect();
  CHECK(fixture.second_hears() == framed("0, CONNECT OK"));
  peer.send("abc");
  CHECK(fixture.second_hears() == "\r\n+RECEIVE,0,3:\r\nabc");
  peer.close();
  CHECK(fixture.second_hears() == framed("0, CLOSED"));
  fixture.asking("AT+CIPRXGET=1");
  fixture.asking("AT+CIPSTART=1,\"TCP\",\"10.1.2.3\",80");
  fixture.sockets.last().connect();
  fixture.second_hears();
  fixture.sockets.last().send("abc");
  CHECK(fixture.second_hears() == framed("+CIPRXGET: 1,1"));
  fixture.asking("AT+CIPSTART=2,\"TCP\",\"10.1.2.3\",81");
  fixture.sockets.last().connect(SocketError::no_connect);
  CHECK(fixture.second_hears() == framed("2, CONNECT FAIL"));
  CHECK(fixture.asking("AT+CIPSERVER=1,8000") == OK + framed("SERVER OK"));
  CHECK(fixture.asking("AT+CIPSERVER=0") == OK + framed("SERVER CLOSE"));
  CHECK(fixture.asking("AT+CDNSGIP=\"a.test\"") == OK);
  fixture.sockets.answer({"10.9.8.7"});
  CHECK(fixture.second_hears() == framed("+CDNSGIP: 1,\"a.test\",\"10.9.8.7\""));
  CHECK(fixture.port.take() == "");  // the first endpoint has heard nothing of all this
}

TEST_CASE("asker: HTTP, FTP, time, e-mail") {
  TwoEndpoints fixture;
  fixture.asking("AT+HTTPINIT");
  fixture.asking("AT+HTTPPARA=\"URL\",\"http://a.test/\"");
  CHECK(fixture.asking("AT+HTTPACTION=0") == OK);
  fixture.http.answer({.status = 200, .head = {}, .body = "abc"});
  CHECK(fixture.second_hears() == framed("+HTTPACTION: 0,200,3"));

  for (const char* line :
       {"AT+FTPSERV=\"a.test\"", "AT+FTPUN=\"u\"", "AT+FTPPW=\"p\"", "AT+FTPGETNAME=\"f\"", "AT+FTPPUTNAME=\"f\""})
    CHECK(fixture.asking(line) == OK);
  CHECK(fixture.asking("AT+FTPGET=1") == OK);
  fixture.ftp.data("abc");
  CHECK(fixture.second_hears() == framed("+FTPGET: 1,1"));
  fixture.asking("AT+FTPGET=2,10");
  fixture.ftp.done(0);
  CHECK(fixture.second_hears().ends_with(framed("+FTPGET: 1,0")));
  CHECK(fixture.asking("AT+FTPSIZE") == OK);
  fixture.ftp.done(0, 7);
  CHECK(fixture.second_hears() == framed("+FTPSIZE: 1,0,7"));

  fixture.asking("AT+CNTP=\"a.test\",8");
  CHECK(fixture.asking("AT+CNTP") == OK);
  fixture.sockets.last().connect(SocketError::dns);
  CHECK(fixture.second_hears() == framed("+CNTP: 62"));

  for (const char* line : {"AT+SMTPSRV=\"a.test\"", "AT+SMTPFROM=\"a@a.test\",\"A\"",
                           "AT+SMTPRCPT=0,0,\"b@a.test\",\"B\"", "AT+POP3SRV=\"a.test\",\"u\",\"p\""})
    CHECK(fixture.asking(line) == OK);
  CHECK(fixture.asking("AT+SMTPSEND") == OK);
  fixture.mail.enter(62);
  CHECK(fixture.second_hears() == framed("+SMTPSEND: 62"));
  CHECK(fixture.asking("AT+POP3IN") == OK);
  fixture.mail.enter(62);
  CHECK(fixture.second_hears() == framed("+POP3IN: 62"));
  CHECK(fixture.port.take() == "");
}

TEST_CASE("asker: calls, USSD, sounds") {
  World world = ModuleFixture::instant();
  world.network.ussd = {{"*100#", {"Credit 5.30"}}};
  world.network.numbers["100"] = {.call = Subscriber::Call::busy};
  TwoEndpoints fixture(world);
  fixture.asking("AT+CUSD=1");
  CHECK(fixture.asking("AT+CUSD=1,\"*100#\"").ends_with(framed("+CUSD: 0, \"Credit 5.30\", 15")));
  CHECK(fixture.asking("ATD100;") == OK + framed("BUSY"));
  fixture.asking("AT+STTONE=1,1,1000");
  CHECK(fixture.second_hears(1s) == framed("+STTONE: 0"));
  CHECK(fixture.port.take() == "");
  // What nobody has asked for goes to both.
  fixture.modem.ussd->receive("Top up");
  CHECK(fixture.second_hears() == framed("+CUSD: 0, \"Top up\", 15"));
  CHECK(fixture.port.take() == framed("+CUSD: 0, \"Top up\", 15"));
}

TEST_CASE("asker: the second DLC") {
  TwoLinks fixture;
  CHECK(fixture.on(2, "AT+CIPSTART=0,\"TCP\",\"10.1.2.3\",80\r") == OK);
  fixture.sockets.last().connect();
  fixture.hears(2, framed("0, CONNECT OK"));
  fixture.on(2, "AT+HTTPINIT;+HTTPPARA=\"URL\",\"http://a.test/\"\r");
  CHECK(fixture.on(2, "AT+HTTPACTION=0\r") == OK);
  fixture.http.answer({.status = 200, .head = {}, .body = "abc"});
  fixture.hears(2, framed("+HTTPACTION: 0,200,3"));
  fixture.modem.urc("+TEST: 1");
  fixture.hears(1, framed("+TEST: 1"));
  // The link is gone: nobody but the first is left to be told.
  fixture.say(encode({2, true, MuxType::disc, true, {}}));
  fixture.sockets.last().close();
  fixture.hears(1, framed("0, CLOSED"));
}

TEST_CASE("asker: transparent mode on the second DLC") {
  TwoLinks fixture;
  for (const char* line : {"AT+CIPSHUT\r", "AT+CIPMUX=0\r", "AT+CIPMODE=1\r", "AT+CSTT\r", "AT+CIICR\r", "AT+CIFSR\r"})
    fixture.on(2, line);
  CHECK(fixture.on(2, "AT+CIPSTART=\"TCP\",\"10.1.2.3\",80\r") == OK);
  HeldSockets::Peer& peer = fixture.sockets.last();
  peer.connect();
  fixture.hears(2, framed("CONNECT"));
  // The connection outlives its DLC, as it does an escape.
  const auto reopen = [&] {
    fixture.say(encode({2, true, MuxType::disc, true, {}}));
    fixture.say(encode({2, true, MuxType::sabm, true, {}}));
    fixture.on(2, "ATE0\r");
  };
  reopen();
  CHECK(fixture.on(2, "ATO\r") == framed("CONNECT"));
  peer.send("abc");
  fixture.hears(2, "abc");
  fixture.say(encode({2, true, MuxType::disc, true, {}}));
  peer.close();
  fixture.hears(1, framed("CLOSED"));
}

}  // namespace sim800::test
