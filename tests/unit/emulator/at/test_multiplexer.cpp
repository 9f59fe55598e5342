// SPDX-License-Identifier: MIT
// AT+CMUX: opening, channels, control messages, flow, the end, hostile hosts.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/world.hpp"
#include "protocol/mux_frame.hpp"
#include "protocol/text/hex.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

/// Bytes of the host and the module in hexadecimal digits.
struct MuxFixture : ModuleFixture {
  explicit MuxFixture(std::string_view opening = "AT+CMUX=0", World given = instant())
      : ModuleFixture(std::move(given), false),
        module({world, command_table, clock, own_nvram, files, http, ftp, sockets, pinger, mail, &trace, 1}) {
    trace.listener = [this](std::string_view name, Trace::Fields fields) {
      ++events[std::string(name)];
      for (const Trace::Field& field : fields) {
        const auto* const number = std::get_if<std::int64_t>(&field.value);
        if (name == "lost" && field.key == "bytes" && number != nullptr) lost += *number;
      }
    };
    channel = &module.attach(port, "test");
    module.power_on();
    clock.advance(20s);
    port.take();
    ask("ATE0");
    REQUIRE(ask(opening) == OK);
  }
  std::string frames(std::string_view hex) { return to_hex(say(*from_hex(hex))); }
  /// With its control link and so many others open, the module's MSC taken away and answered.
  void open(int count) {
    for (std::uint8_t dlci = 0; dlci <= count; ++dlci) {
      say(encode({dlci, true, MuxType::sabm, true, {}}));
      if (dlci > 0) answer_signals(dlci);
    }
  }
  std::string control(std::string_view message) { return say(encode({0, true, MuxType::uih, false, message})); }
  void answer_signals(std::uint8_t dlci) {
    control(std::string{'\xE1', '\x05', static_cast<char>(dlci << 2 | 3), '\x0D'});
  }
  /// The host's MSC.
  std::string signals(std::uint8_t dlci, unsigned bits) {
    return control(std::string{'\xE3', '\x05', static_cast<char>(dlci << 2 | 3), static_cast<char>(bits)});
  }
  /// The module's.
  static std::string told(std::uint8_t dlci, unsigned bits) {
    return encode({0, false, MuxType::uih, false,
                   std::string{'\xE3', '\x05', static_cast<char>(dlci << 2 | 3), static_cast<char>(bits)}});
  }
  /// What the module says on a link within the bytes it has sent; frames of other links are left out.
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

  Trace trace{clock};
  Modem module;
  std::map<std::string, int> events;  ///< of the trace
  std::int64_t lost = 0;              ///< bytes that were not heard
};

}  // namespace

TEST_CASE("mux: test and read form, ranges") {
  ModuleFixture fixture;
  fixture.ask("ATE0;+CMEE=1");
  CHECK(fixture.ask("AT+CMUX=?") ==
        "\r\n+CMUX: (0),(0),(1-6),(16-1510),(1-255),(0-100),(2-255),(1-255),(1-7)\r\n\r\nOK\r\n");
  CHECK(fixture.ask("AT+CMUX?") == "\r\n+CMUX: 0,0,5,127,10,3,30,10,2\r\n\r\nOK\r\n");
  for (const std::string line : {"AT+CMUX=1", "AT+CMUX=0,1", "AT+CMUX=0,0,7", "AT+CMUX=0,0,5,15", "AT+CMUX=0,0,5,1511",
                                 "AT+CMUX=0,0,5,127,0", "AT+CMUX=0,0,5,127,1,101", "AT+CMUX=0,0,5,127,1,1,1",
                                 "AT+CMUX=0,0,5,127,1,1,2,0", "AT+CMUX=0,0,5,127,1,1,2,1,8", "AT+CMUX="}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 765\r\n");
  }
  CHECK(fixture.ask("AT+CMUX") == "\r\n+CME ERROR: 100\r\n");
}

TEST_CASE("mux: opening, byte for byte") {
  World quiet = ModuleFixture::instant();
  quiet.module.settings = {{"E", {"0"}}};
  MuxFixture fixture("AT+CMUX=0", quiet);
  CHECK(fixture.frames("F9033F011CF9") == "F9037301D7F9");
  CHECK(fixture.frames("F9073F01DEF9") == "F907730115F9F901EF09E305070D9AF9");
  CHECK(fixture.frames("F903EF09E105070DFBF9") == "");
  CHECK(fixture.frames("F907EF0741540DD3F9") == "F905EF0D0D0A4F4B0D0A5FF9");
  CHECK(fixture.frames("F903EF05C301F2F9") == "F901EF05C10193F9");
  CHECK(fixture.ask("AT") == OK);  // command mode, as it was before
}

TEST_CASE("mux: four channels, each with an echo of its own, one set of settings") {
  MuxFixture fixture;
  fixture.open(4);
  for (const std::uint8_t dlci : {1, 2, 3, 4}) CHECK(fixture.on(dlci, "AT\r") == "AT\r" + OK);
  CHECK(fixture.on(2, "ATE0\r") == "ATE0\r" + OK);
  CHECK(fixture.on(2, "AT+CMEE=1\r") == OK);
  CHECK(fixture.on(1, "AT+X\r") == "AT+X\r\r\n+CME ERROR: 100\r\n");
  CHECK(fixture.on(3, "A") == "A");
  CHECK(fixture.on(1, "AT+CMUX=0\r") == "AT+CMUX=0\r\r\n+CME ERROR: 768\r\n");
  CHECK(fixture.on(3, "T\r") == "T\r" + OK);
  fixture.module.urc("+CTZV: +4,0");
  CHECK(to_hex(fixture.wait(0s)) == to_hex(encode({1, false, MuxType::uih, false, "\r\n+CTZV: +4,0\r\n"})));
}

TEST_CASE("mux: links that are not there, or open already") {
  MuxFixture fixture;
  CHECK(fixture.frames("F9073F01DEF9") == "F9071F01F4F9");  // before the control link
  CHECK(fixture.frames("F90753013FF9") == "F9071F01F4F9");
  fixture.open(1);
  CHECK(fixture.frames("F9073F01DEF9") == "F907730115F9");  // UA again, no MSC
  CHECK(fixture.frames(to_hex(encode({5, true, MuxType::sabm, true, {}}))) ==
        to_hex(encode({5, true, MuxType::dm, true, {}})));
  CHECK(fixture.on(2, "AT\r") == "");
  CHECK(fixture.frames("F90753013FF9") == "F907730115F9");
  CHECK(fixture.on(1, "AT\r") == "");
  fixture.open(1);
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
}

TEST_CASE("mux: a link that closes takes half a line, a prompt and a running command with it") {
  MuxFixture fixture;
  fixture.open(2);
  fixture.on(1, "ATE0\r");
  fixture.on(1, "AT+CM");
  fixture.say(encode({1, true, MuxType::disc, true, {}}));
  fixture.open(1);
  CHECK(fixture.on(1, "EE?\r") == "EE?\r");
  fixture.on(1, "AT+CMGF=1\r");
  CHECK(fixture.on(1, "AT+CMGS=\"1\"\r").ends_with("\r\n> "));
  fixture.say(encode({1, true, MuxType::disc, true, {}}));
  fixture.open(1);
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
  CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
}

TEST_CASE("mux: control messages") {
  MuxFixture fixture;
  fixture.open(1);
  CHECK(fixture.frames("F903EF0923054142FBF9") == "F901EF09210541429AF9");                          // TEST
  CHECK(fixture.frames("F903EF0953050700FBF9") == "F901EF09510507009AF9");                          // RLS
  CHECK(fixture.frames("F903EF1583110100000A7F000302EEF9") == "F901EF1581110100000A7F0003028FF9");  // PN
  CHECK(fixture.frames("F903EF0793030711F9") ==
        to_hex(encode({0, false, MuxType::uih, false, std::string("\x91\x11\x07\x07\x03\x00\x11\x13\x00\x00", 10)})));
  for (const std::string unknown : {"\xF3\x01", "\xD3\x05\x07\x01", "\x13\x01"}) {  // SNC is one
    CHECK(fixture.control(unknown) == encode({0, false, MuxType::uih, false, std::string{'\x11', '\x03', unknown[0]}}));
  }
  // Two in a frame.
  CHECK(MuxFixture::said_on(0, fixture.control("\x23\x03\x41\x23\x03\x42")) == "\x21\x03\x41\x21\x03\x42");
  // One that takes a length of two octets.
  CHECK(fixture.control(std::string("\x23\xC8\x01", 3) + std::string(100, 'x')) ==
        encode({0, false, MuxType::uih, false, "\x21\xC9" + std::string(100, 'x')}));
  // Cut short, or no message at all.
  for (const std::string message : {"", "\xE3", "\xE3\x05", "\xE3\x09\x07", "\xE3\x04\x04\x04\x04"}) {
    CHECK(fixture.say(encode({0, true, MuxType::uih, false, message})) == "");
  }
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
}

TEST_CASE("mux: a host that takes no data is waited for, on one link or on all") {
  MuxFixture fixture;
  fixture.open(2);
  fixture.on(1, "ATE0\r");
  SUBCASE("FCoff, FCon") {
    CHECK(fixture.frames("F903EF056301F2F9") == "F901EF05610193F9");
    CHECK(fixture.on(1, "AT\r") == "");
    CHECK(MuxFixture::said_on(1, *from_hex(fixture.frames("F903EF05A301F2F9"))) == OK);
  }
  SUBCASE("MSC") {
    fixture.say(encode({0, true, MuxType::uih, false, "\xE3\x05\x07\x0F"}));
    CHECK(fixture.on(1, "AT\r") == "");
    CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
    CHECK(MuxFixture::said_on(1, fixture.say(encode({0, true, MuxType::uih, false, "\xE3\x05\x07\x0D"}))) == OK);
  }
  SUBCASE("for so long: what is too much is lost") {
    fixture.say(encode({0, true, MuxType::uih, false, "\x63\x01"}));
    const std::string text(200, 'x');
    for (int i = 0; i < 6000; ++i) fixture.module.urc(text);
    const std::string late = fixture.say(encode({0, true, MuxType::uih, false, "\xA3\x01"}));
    CHECK(MuxFixture::said_on(1, late).size() == 1024 * 1024);
  }
}

TEST_CASE("mux: a link that is busy does not hold up the others; its host is told to wait") {
  World slow = ModuleFixture::instant();
  slow.timing.overrides["bearer.open"] = 10s;
  MuxFixture fixture("AT+CMUX=0,0,5,1510", slow);
  fixture.open(2);
  fixture.on(1, "ATE0\r");
  fixture.on(1, "AT+SAPBR=1,1\r");
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "AT\r";  // 1500 bytes
  const auto flood = [&] { return fixture.say(encode({1, true, MuxType::uih, false, lines})); };
  CHECK(flood() + flood() == "");
  const std::string wait = "\xE3\x05\x07\x0F", go_on = "\xE3\x05\x07\x0D";
  CHECK(flood() == encode({0, false, MuxType::uih, false, wait}));
  fixture.answer_signals(1);
  CHECK(flood() == "");
  CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
  const std::string later = fixture.wait(10s);
  CHECK(MuxFixture::said_on(0, later).starts_with(go_on));
  fixture.answer_signals(1);
  CHECK(MuxFixture::said_on(1, later).size() == OK.size() * 2001);
  // A host that does not wait loses what is over 64 KiB.
  fixture.on(1, "AT+SAPBR=0,1;+SAPBR=1,1\r");
  for (int i = 0; i < 100; ++i) flood();
  CHECK(MuxFixture::said_on(1, fixture.wait(10s)).size() == OK.size() * (1 + 500 * (64 * 1024 / 1500)));
}

TEST_CASE("mux: long answers come in frames of N1, or shorter where the host asks for that") {
  MuxFixture fixture("AT+CMUX=0,0,5,31");
  const auto longest = [](std::string_view bytes) {
    std::size_t most = 0;
    MuxDecoder decoder(1510);
    decoder.feed(bytes, [&most](const MuxFrame& frame) {
      most = std::max(most, frame.info.size());
      return true;
    });
    return most;
  };
  fixture.open(1);
  const std::string answer = fixture.say(encode({1, true, MuxType::uih, false, "AT+COPS=?;+CPBS=?\r"}));
  CHECK(longest(answer) == 31);
  CHECK(MuxFixture::said_on(1, answer).ends_with(OK));
  fixture.control(std::string("\x83\x11\x02\x00\x00\x0a\x10\x00\x03\x02", 10));
  fixture.open(2);
  CHECK(longest(fixture.say(encode({2, true, MuxType::uih, false, "AT+CPBS=?\r"}))) == 16);
  CHECK(longest(fixture.say(encode({1, true, MuxType::uih, false, "AT+CPBS=?\r"}))) == 31);
}

TEST_CASE("mux: the host's signals are the lines of the DLC") {
  MuxFixture fixture;
  fixture.open(2);
  const Channel& channel = *fixture.module.channels()[1];
  REQUIRE(channel.name() == "test.1");
  CHECK(fixture.signals(1, 0x09) == encode({0, false, MuxType::uih, false, "\xE1\x05\x07\x09"}));  // RTC off
  CHECK_FALSE(channel.is_on(ModemLine::dtr));
  CHECK(channel.is_on(ModemLine::rts));
  fixture.signals(1, 0x05);  // RTR off: nothing comes there
  CHECK(channel.is_on(ModemLine::dtr));
  CHECK_FALSE(channel.is_on(ModemLine::rts));
  CHECK(fixture.on(1, "AT\r") == "");
  CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
  CHECK(MuxFixture::said_on(1, fixture.signals(1, 0x0D)) == "AT\r" + OK);
  // A DLC that is opened again has its lines on.
  fixture.signals(1, 0x01);
  fixture.say(encode({1, true, MuxType::disc, true, {}}));
  fixture.open(1);
  CHECK(channel.is_on(ModemLine::dtr));
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
  // Those of a DLC that is not open, or cannot be, are answered, and that is all.
  CHECK(fixture.signals(3, 0x01) == encode({0, false, MuxType::uih, false, "\xE1\x05\x0F\x01"}));
  CHECK(fixture.signals(40, 0x01) == encode({0, false, MuxType::uih, false, "\xE1\x05\xA3\x01"}));
}

TEST_CASE("mux: a break lasts as long as the host says") {
  MuxFixture fixture;
  fixture.open(1);
  const auto breaks = [&] { return fixture.events["break"]; };
  fixture.control("\xE3\x07\x07\x0D\x33");  // three times 200 ms
  CHECK(breaks() == 1);
  fixture.wait(599ms);
  CHECK(breaks() == 1);
  fixture.wait(1ms);
  CHECK(breaks() == 2);
  // Another one makes it longer, and the end of the DLC ends it.
  fixture.control("\xE3\x07\x07\x0D\x33");
  fixture.control("\xE3\x07\x07\x0D\x33");
  CHECK(breaks() == 3);
  fixture.say(encode({1, true, MuxType::disc, true, {}}));
  CHECK(breaks() == 4);
  fixture.wait(1min);
  CHECK(breaks() == 4);
}

TEST_CASE("mux: the module's lines go out as signals") {
  World world = ModuleFixture::instant();
  world.module.settings = {{"E", {"0"}}};
  SUBCASE("DCD, at the opening") {
    world.module.settings["&C"] = {"0"};
    MuxFixture fixture("AT+CMUX=0", world);
    fixture.open(0);
    CHECK(fixture.say(encode({1, true, MuxType::sabm, true, {}})).ends_with(MuxFixture::told(1, 0x8D)));
  }
  SUBCASE("DCD, with data mode, and its end") {
    MuxFixture fixture("AT+CMUX=0", world);
    fixture.open(2);
    const std::string connected = fixture.say(encode({2, true, MuxType::uih, false, "ATD*99#\r"}));
    CHECK(connected.find(MuxFixture::told(2, 0x8D)) != std::string::npos);
    CHECK(MuxFixture::said_on(2, connected).starts_with("\r\nCONNECT\r\n"));
    fixture.answer_signals(2);
    fixture.wait(2s);
    CHECK(fixture.on(2, "+++") == "");
    const std::string escaped = fixture.wait(2s);
    CHECK(escaped.find(MuxFixture::told(2, 0x0D)) != std::string::npos);
    CHECK(MuxFixture::said_on(2, escaped).ends_with(OK));
  }
  SUBCASE("RI, where calls are announced") {
    MuxFixture fixture("AT+CMUX=0", world);
    fixture.open(2);
    REQUIRE(fixture.module.calls->receive("+420777", 3));
    const std::string ringing = fixture.wait(0s);
    CHECK(ringing.find(MuxFixture::told(1, 0x4D)) != std::string::npos);
    CHECK(ringing.find(MuxFixture::told(2, 0x4D)) == std::string::npos);
    fixture.answer_signals(1);
    CHECK(fixture.on(1, "ATH\r").ends_with(OK));
    CHECK_FALSE(fixture.module.channels()[1]->is_on(ModemLine::ri));
  }
}

TEST_CASE("mux: signals that the host does not answer are repeated, N2 times every T2") {
  MuxFixture fixture("AT+CMUX=0,0,5,127,10,2,50");
  fixture.open(0);
  const std::string told = MuxFixture::told(1, 0x0D);
  CHECK(fixture.say(encode({1, true, MuxType::sabm, true, {}})).ends_with(told));
  CHECK(fixture.wait(499ms) == "");
  CHECK(fixture.wait(1ms) == told);
  SUBCASE("never") {
    CHECK(fixture.wait(500ms) == told);
    CHECK(fixture.wait(1min) == "");
  }
  SUBCASE("until it does") {
    fixture.answer_signals(1);
    CHECK(fixture.wait(1min) == "");
  }
  SUBCASE("until it says that it knows none") {
    fixture.control("\x11\x03\xE3");
    CHECK(fixture.wait(1min) == "");
  }
  SUBCASE("while the DLC is open") {
    fixture.say(encode({1, true, MuxType::disc, true, {}}));
    CHECK(fixture.wait(1min) == "");
  }
  CHECK(fixture.on(2, "AT\r") == "");
}

TEST_CASE("mux: PN is answered with what the module can do") {
  MuxFixture fixture("AT+CMUX=0,0,5,64");
  fixture.open(0);
  const auto negotiate = [&](std::initializer_list<int> values) {
    std::string bytes = "\x83\x11";
    for (const int value : values) bytes += static_cast<char>(value);
    return to_hex(fixture.control(bytes));
  };
  const auto answer = [](std::initializer_list<int> values) {
    std::string bytes = "\x81\x11";
    for (const int value : values) bytes += static_cast<char>(value);
    return to_hex(encode({0, false, MuxType::uih, false, bytes}));
  };
  CHECK(negotiate({1, 0, 7, 10, 32, 0, 3, 2}) == answer({1, 0, 7, 10, 32, 0, 3, 2}));
  CHECK(negotiate({2, 0, 0, 10, 0, 2, 3, 2}) == answer({2, 0, 0, 10, 64, 0, 3, 2}));      // no more than N1 of AT+CMUX
  CHECK(negotiate({3, 0x22, 0, 10, 64, 0, 3, 2}) == answer({3, 0, 0, 10, 64, 0, 3, 2}));  // no type 3, no I frames
  CHECK(negotiate({3, 0x10, 0, 10, 64, 0, 3, 2}) == answer({3, 0x10, 0, 10, 64, 0, 3, 2}));
  CHECK(negotiate({3, 0x10, 0, 10, 1, 0, 3, 2}) == answer({3, 0, 0, 10, 1, 0, 3, 2}));  // no room beside the signals
  CHECK(negotiate({4, 0, 0, 10, 0, 0, 3, 2}) == answer({4, 0, 0, 10, 64, 0, 3, 2}));
  CHECK(negotiate({5, 0, 0, 10, 64, 0, 3, 2}) == to_hex(encode({5, true, MuxType::dm, true, {}})));
  fixture.open(1);
  CHECK(negotiate({1, 0, 7, 10, 64, 0, 3, 2}) == answer({1, 0, 7, 10, 32, 0, 3, 2}));  // it is open
  // Its frames are no longer in either direction.
  CHECK(fixture.on(1, "AT" + std::string(40, ' ') + "\r") == "");
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
  CHECK(fixture.control(std::string("\x83\x0F\x01\x00\x00\x0a\x10\x00\x03", 9)) == "");  // an octet is missing
}

TEST_CASE("mux: with convergence layer type 2 each frame begins with the signals") {
  using namespace std::string_view_literals;
  const std::string head = "\x0d";  // all lines on but DCD and RI
  MuxFixture fixture;
  fixture.open(0);
  const auto frame = [](std::string_view info) { return encode({2, false, MuxType::uih, false, info}); };
  const auto from_host = [&](std::string_view info) {
    return fixture.say(encode({2, true, MuxType::uih, false, info}));
  };
  CHECK(fixture.control("\x83\x11\x02\x10\x00\x0a\x10\x00\x03\x02"sv) ==
        encode({0, false, MuxType::uih, false, "\x81\x11\x02\x10\x00\x0a\x10\x00\x03\x02"sv}));
  const std::string opened = fixture.say(encode({2, true, MuxType::sabm, true, {}}));
  CHECK(opened == encode({2, true, MuxType::ua, true, {}}) + frame(head));
  CHECK(fixture.wait(1min) == "");  // nobody is to answer that
  const Channel& channel = *fixture.module.channels()[2];
  CHECK(from_host(head + "ATE0\r") == frame(head + "ATE0\r" + OK));
  SUBCASE("the module's, in frames no longer than N1") {
    CHECK(from_host(head + "AT+GMM\r") == frame(head + "\r\nSIMCOM_SIM800") + frame(head + "L\r\n" + OK));
    const std::string connected = from_host(head + "ATD*99#\r");
    const std::string with_dcd = "\x8d";
    CHECK(connected.starts_with(frame(with_dcd) + frame(with_dcd + "\r\nCONNECT\r\n")));
  }
  SUBCASE("the host's, with data or without") {
    CHECK(from_host(std::string("\x05") + "AT\r") == "");  // RTR off
    CHECK_FALSE(channel.is_on(ModemLine::rts));
    CHECK(from_host(head) == frame(head + OK));
    CHECK(from_host(std::string("\x0c\x33") + "AT\r") == frame(head + OK));
    CHECK(fixture.events["break"] == 1);
    fixture.wait(600ms);
    CHECK(fixture.events["break"] == 2);
  }
  SUBCASE("none of the host's: lost and counted") {
    CHECK(from_host("AT\r") == "");  // "A" are signals, and no line begins
    CHECK(fixture.lost == 0);
    CHECK(from_host("\x0c\x0c") == "");
    CHECK(fixture.lost == 2);
    CHECK(from_host("") == "");
    CHECK(fixture.lost == 2);
  }
  SUBCASE("until the DLC is closed") {
    fixture.say(encode({2, true, MuxType::disc, true, {}}));
    CHECK(fixture.say(encode({2, true, MuxType::sabm, true, {}})).ends_with(MuxFixture::told(2, 0x0D)));
    CHECK(fixture.on(2, "AT\r").ends_with(OK));
  }
}

TEST_CASE("mux: what is no frame, or too long a one, is lost and counted") {
  MuxFixture fixture;
  fixture.open(1);
  const std::string at = encode({1, true, MuxType::uih, false, "AT\r"});
  const auto loses = [&](std::string_view bytes) {
    const std::int64_t before = fixture.lost;
    CHECK(MuxFixture::said_on(1, fixture.say(std::string(bytes) + at)) == "AT\r" + OK);
    return fixture.lost - before;
  };
  CHECK(loses("") == 0);
  CHECK(loses("\xF9\xF9\xF9\xF9") == 0);  // fill
  std::string bad_check = at;
  bad_check[bad_check.size() - 2] ^= 1;
  CHECK(loses(bad_check) == 7);
  CHECK(loses("\xF9\x06\xEF") == 2);                                                   // an address of two octets
  CHECK(loses("\xF9\x07\x55") == 2);                                                   // no such frame
  CHECK(loses(encode({1, true, MuxType::uih, false, std::string(128, 'x')})) == 128);  // N1 is 127
  CHECK(loses(encode({2, true, MuxType::uih, false, "AT\r"})) == 3);                   // not open
  CHECK(loses("AT\r") == 3);  // commands of a host that knows nothing of the multiplexer
}

TEST_CASE("mux: power saving ends with flags") {
  MuxFixture fixture;
  fixture.open(1);
  fixture.on(1, "ATE0\r");
  const std::string sleep = "F903EF054301F2F9", asleep = "F901EF05410193F9", flags = "\xF9\xF9\xF9\xF9";
  CHECK(fixture.frames(sleep) == asleep);
  CHECK(fixture.say("\xF9\xF9") == flags);
  CHECK(fixture.say("\xF9\xF9") == "");  // awake
  CHECK(fixture.frames(sleep) == asleep);
  CHECK(fixture.say(encode({1, true, MuxType::uih, false, "AT\r"})) ==
        flags + encode({1, false, MuxType::uih, false, OK}));
  CHECK(fixture.frames(sleep) == asleep);
  fixture.module.urc("+CTZV: +4,0");
  CHECK(fixture.wait(0s) == flags + encode({1, false, MuxType::uih, false, "\r\n+CTZV: +4,0\r\n"}));
}

TEST_CASE("mux: a host that has no such DLC says so, and it is closed") {
  MuxFixture fixture;
  fixture.open(2);
  CHECK(fixture.say(encode({1, false, MuxType::dm, true, {}})) == "");
  CHECK(fixture.on(1, "AT\r") == "");
  CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
  CHECK(fixture.say(encode({2, false, MuxType::ua, true, {}})) == "");  // an answer to nothing
  CHECK(fixture.on(2, "AT\r") == "AT\r" + OK);
  CHECK(fixture.say(encode({3, true, MuxType::uih, true, "AT\r"})) == encode({3, true, MuxType::dm, true, {}}));
  CHECK(fixture.say(encode({0, true, MuxType::sabm, true, {}})) == encode({0, true, MuxType::ua, true, {}}));
  fixture.say(encode({0, false, MuxType::dm, true, {}}));
  CHECK(fixture.ask("AT") == OK);
}

TEST_CASE("mux: the DTR of a DLC hangs up there, and does not put the module to sleep") {
  MuxFixture fixture;
  fixture.open(2);
  fixture.on(2, "ATE0&D2;+CSCLK=1\r");
  fixture.on(2, "ATD*99#\r");
  fixture.answer_signals(2);
  const std::string dropped = fixture.signals(2, 0x09);
  CHECK(MuxFixture::said_on(2, dropped) == "\r\nNO CARRIER\r\n");
  fixture.answer_signals(2);
  fixture.wait(1min);
  fixture.signals(2, 0x0D);
  CHECK(fixture.on(2, "AT\r") == OK);
}

TEST_CASE("mux: a data call ends with its DLC, and its context is free again") {
  MuxFixture fixture;
  fixture.open(2);
  for (int round = 0; round < 2; ++round) {
    CHECK(fixture.on(2, "ATE0\r").ends_with(OK));
    CHECK(fixture.on(2, "ATD*99#\r").starts_with("\r\nCONNECT\r\n"));
    fixture.say(encode({2, true, MuxType::disc, true, {}}));
    fixture.wait(1s);
    fixture.open(2);
  }
  CHECK(fixture.on(2, "ATE0\r").ends_with(OK));
  CHECK(fixture.on(2, "ATO\r") == ERROR);
}

TEST_CASE("mux: XON and XOFF are data within frames") {
  MuxFixture fixture;
  fixture.open(1);
  fixture.on(1, "AT+IFC=0,1;E0\r");
  fixture.on(1, "AT+CMGF=1;+CMGW=\"1\"\r");
  CHECK(fixture.on(1, std::string("a\x13\x11 b\x1a")).ends_with(OK));  // nothing of it gets out of step
  CHECK(fixture.on(1, "AT\r") == OK);
}

TEST_CASE("mux: it ends by CLD, by DISC on the control link, by a reset") {
  MuxFixture fixture;
  fixture.open(2);
  SUBCASE("DISC") {
    CHECK(fixture.frames("F9035301FDF9") == "F9037301D7F9");
    CHECK(fixture.ask("AT") == OK);
  }
  SUBCASE("CLD, and a command right behind it") {
    CHECK(fixture.say(*from_hex("F903EF05C301F2F9") + "AT\r") == *from_hex("F901EF05C10193F9") + OK);
  }
  SUBCASE("reset") {
    fixture.module.reset();
    CHECK(fixture.wait(20s).find("\r\nRDY\r\n") != std::string::npos);
    CHECK(fixture.ask("ATE0").ends_with(OK));
  }
  CHECK(fixture.ask("AT+CMUX=0") == OK);  // and once more
  fixture.open(1);
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
  CHECK(fixture.on(2, "AT\r") == "");
}

TEST_CASE("mux: power-down is told on the first link") {
  MuxFixture fixture;
  fixture.open(1);
  fixture.on(1, "ATE0\r");
  CHECK(fixture.on(1, "AT+CPOWD=1\r") == "\r\nNORMAL POWER DOWN\r\n");
  CHECK(fixture.wait(1min) == "");
}

TEST_CASE("mux: a client that leaves takes half lines and half frames with it; the links stay") {
  MuxFixture fixture;
  fixture.open(1);
  fixture.on(1, "ATE0\r");
  fixture.on(1, "AT+X");
  fixture.say("\xF9\x07\xEF");
  fixture.channel->client_left();
  fixture.channel->client_arrived();
  CHECK(fixture.on(1, "AT\r") == OK);
}

TEST_CASE("mux: two wires, each with its own") {
  MuxFixture fixture;
  RecordingPort second_port;
  Channel& second = fixture.module.attach(second_port, "second");
  fixture.open(1);
  second.receive("AT+CMUX=0\r");
  CHECK(second_port.take().ends_with(OK));
  second.receive(encode({0, true, MuxType::sabm, true, {}}) + encode({1, true, MuxType::sabm, true, {}}) +
                 encode({1, true, MuxType::uih, false, "AT\r"}));
  CHECK(MuxFixture::said_on(1, second_port.take()) == "AT\r" + OK);
  CHECK(fixture.on(1, "AT\r") == "AT\r" + OK);
}

TEST_CASE("mux: hostile hosts") {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    MuxFixture fixture;
    fixture.open(static_cast<int>(random() % 5));
    for (int i = 0; i < 50; ++i) {
      std::string bytes(random() % 40, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      if (random() % 2 == 0) {
        static constexpr MuxType types[] = {MuxType::sabm, MuxType::disc, MuxType::uih, MuxType::uih, MuxType::ui};
        bytes = encode({static_cast<std::uint8_t>(random() % 7), true, types[random() % 5], random() % 2 == 0, bytes});
      }
      fixture.say(bytes);
    }
    fixture.say(std::string(2000, '\xF9') +  // the end of any frame
                encode({0, true, MuxType::sabm, true, {}}) + encode({0, true, MuxType::disc, true, {}}) + "\r");
    CHECK(fixture.ask("AT").ends_with("\r\nOK\r\n"));
  }
}

}  // namespace sim800::test
