// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/at/com_port.hpp"

using namespace sim800;

namespace {

using namespace std::string_literals;
using enum ModemLine;

std::string sb(const std::string& values) { return "\xff\xfa\x2c" + values + "\xff\xf0"; }

struct Server {
  Server() {
    server.disconnect();
    server.connect();
    sent.clear();
    server.receive("\xff\xfb\x2c");  // WILL COM-PORT-OPTION
    moved.clear();
  }
  std::string say(const std::string& bytes) {
    sent.clear();
    server.receive(bytes);
    return std::exchange(sent, {});
  }
  std::string sent, data;
  std::vector<std::string> moved;
  Framing framing;
  std::vector<bool> breaks;
  int purged = 0;
  bool stopped = false;
  ComPortServer server{
      {.send = [this](std::string_view bytes) { sent += bytes; },
       .data = [this](std::string_view bytes) { data += bytes; },
       .line = [this](ModemLine line, bool on) { moved.push_back(std::string(text_of(line)) + (on ? " on" : " off")); },
       .framing = [this](const Framing& given) { framing = given; },
       .on_break = [this](bool on) { breaks.push_back(on); },
       .purge = [this](bool from, bool to) { purged = (from ? 1 : 0) + (to ? 2 : 0); },
       .stop = [this](bool on) { stopped = on; }}};
};

}  // namespace

TEST_CASE("RFC 2217: one notification right after negotiation") {
  Server fixture;
  CHECK(fixture.sent == sb("\x6b\x30"));  // CTS and DSR
}

TEST_CASE("RFC 2217: a client that does not offer the option but uses it is notified as well, and whoever asks") {
  Server fixture;
  fixture.server.connect();
  CHECK(fixture.say(sb("\5\7")) == sb("\x6b\x30") + sb("\x69\x8"));
  CHECK(fixture.say("\xff\xfb\x2c") == "");
  CHECK(fixture.say(sb("\7")) == sb("\x6b\x30"));
}

TEST_CASE("RFC 2217: what a client is offered, and answers only where something changes") {
  Server fixture;
  fixture.server.disconnect();
  fixture.sent.clear();
  fixture.server.connect();
  CHECK(fixture.sent == "\xff\xfb\0\xff\xfd\0\xff\xfb\3\xff\xfd\3\xff\xfb\1\xff\xfd\x2c"s);
  fixture.sent.clear();
  CHECK(fixture.say("\xff\xfd\0\xff\xfb\0"s).empty());               // as offered
  CHECK(fixture.say("\xff\xfd\x2c\xff\xfd\x2c") == "\xff\xfb\x2c");  // once
  CHECK(fixture.say("\xff\xfb\x18\xff\xfd\x1f") == "\xff\xfe\x18\xff\xfc\x1f");
  CHECK(fixture.say("\xff\xfe\3") == "");  // an offer that is refused
}

TEST_CASE("RFC 2217: data, with 255 doubled") {
  Server fixture;
  fixture.say("A\xff\xffT\r\0"s);
  fixture.say("x\xff");
  fixture.say("\xff");
  CHECK(fixture.data == "A\xffT\r\0x\xff"s);
  CHECK(telnet::escaped("a\xff\xff") == "a\xff\xff\xff\xff");
}

TEST_CASE("RFC 2217: rate and framing, and what they are") {
  Server fixture;
  CHECK(fixture.say(sb("\1\0\0\x25\x80"s)) == sb("\x65\0\0\x25\x80"s));
  CHECK(fixture.framing.baud == 9600);
  CHECK(fixture.say(sb("\1\0\0\0\0"s)) == sb("\x65\0\0\x25\x80"s));
  CHECK(fixture.say(sb("\1\xff\xff\xff\xff\xff\xff\xff\xff")) == sb("\x65\0\0\x25\x80"s));  // too fast
  CHECK(fixture.say(sb("\2\7")) == sb("\x66\7"));
  CHECK(fixture.say(sb("\2\x9")) == sb("\x66\7"));
  CHECK(fixture.say(sb("\3\3")) == sb("\x67\3"));
  CHECK(fixture.say(sb("\4\2")) == sb("\x68\2"));
  CHECK(fixture.say(sb("\4\3")) == sb("\x68\2"));
  CHECK(fixture.framing == Framing{9600, 7, Framing::Parity::even, 2});
  CHECK(fixture.say(sb("\1\0\0"s)).empty());
  CHECK(fixture.say(sb("")).empty());
  CHECK(fixture.say(sb("\0"s)) == sb("\x64sim800"));
}

TEST_CASE("RFC 2217: lines of the host, breaks, flow, purge") {
  Server fixture;
  CHECK(fixture.say(sb("\5\7")) == sb("\x69\x8"));
  CHECK(fixture.say(sb("\5\x9")) == sb("\x69\x9"));
  CHECK(fixture.say(sb("\5\x9")) == sb("\x69\x9"));
  CHECK(fixture.say(sb("\5\xc")) == sb("\x69\xc"));
  CHECK(fixture.say(sb("\5\x8")) == sb("\x69\x8"));
  CHECK(fixture.moved == std::vector<std::string>{"DTR off", "RTS off", "DTR on"});
  CHECK(fixture.say(sb("\5\5")) == sb("\x69\5"));
  fixture.say("\xff\xf3");
  CHECK(fixture.breaks == std::vector<bool>{true});
  CHECK(fixture.say(sb("\5\6")) == sb("\x69\6"));
  fixture.say("\xff\xf3");
  CHECK(fixture.breaks == std::vector<bool>{true, false, true, false});
  CHECK(fixture.say(sb("\5\3")) == sb("\x69\3"));
  CHECK(fixture.say(sb("\5\0"s)) == sb("\x69\3"));
  CHECK(fixture.say(sb("\5\xd")) == sb("\x69\xe"));
  CHECK(fixture.say(sb("\x8")).empty());
  CHECK(fixture.stopped);
  CHECK(fixture.say(sb("\x9")).empty());
  CHECK_FALSE(fixture.stopped);
  CHECK(fixture.say(sb("\xc\1")) == sb("\x70\1"));
  CHECK(fixture.purged == 2);
  CHECK(fixture.say(sb("\xc\2")) == sb("\x70\2"));
  CHECK(fixture.purged == 1);
  fixture.moved.clear();
  fixture.server.disconnect();
  CHECK(fixture.moved == std::vector<std::string>{"DTR off"});
}

TEST_CASE("RFC 2217: the module's lines, with what has changed, as the client's mask lets them") {
  Server fixture;
  fixture.sent.clear();
  fixture.server.set_line(dcd, true);
  CHECK(std::exchange(fixture.sent, {}) == sb("\x6b\xb8"));
  fixture.server.set_line(ri, true);
  CHECK(std::exchange(fixture.sent, {}) == sb("\x6b\xf0"));
  fixture.server.set_line(ri, false);
  CHECK(std::exchange(fixture.sent, {}) == sb("\x6b\xb4"));
  fixture.server.set_line(cts, false);
  CHECK(std::exchange(fixture.sent, {}) == sb("\x6b\xa1"));
  CHECK(fixture.say(sb("\xb\x10")) == sb("\x6f\x10"));
  fixture.server.set_line(dcd, false);
  CHECK(fixture.sent.empty());
  fixture.server.set_line(cts, true);
  CHECK(fixture.sent == sb("\x6b\x11"));
}

TEST_CASE("RFC 2217: a client of a port tells its rate and lines, and hears the host's") {
  std::string sent, data;
  std::vector<std::string> moved;
  ComPortClient client(
      {.send = [&](std::string_view bytes) { sent += bytes; },
       .data = [&](std::string_view bytes) { data += bytes; },
       .line = [&](ModemLine line, bool on) { moved.push_back(std::string(text_of(line)) + (on ? " on" : " off")); }});
  client.set_framing({.baud = 9600});
  client.disconnect();
  CHECK(sent.empty());
  client.connect();
  CHECK(std::exchange(moved, {}) == std::vector<std::string>{"DTR off", "RTS off", "DTR on", "RTS on"});
  CHECK(sent == "\xff\xfb\0\xff\xfd\0\xff\xfb\3\xff\xfd\3\xff\xfb\x2c"s + sb("\xb\xff\xff") + sb("\1\0\0\x25\x80"s) +
                    sb("\2\x8") + sb("\3\1") + sb("\4\1") + sb("\5\x8") + sb("\5\xb"));
  sent.clear();
  client.receive("\xff\xfd\x2c" + sb("\x6b\x10") + "hello");
  CHECK(data == "hello");
  CHECK(moved == std::vector<std::string>{"DTR off"});
  client.set_line(dcd, true);  // the port has no such output
  CHECK(sent.empty());
  client.set_line(cts, false);
  CHECK(sent == sb("\5\xc"));
  client.disconnect();
  CHECK(moved == std::vector<std::string>{"DTR off", "RTS off"});
}

TEST_CASE("RFC 2217: whatever comes, it is taken piece by piece as in one") {
  std::mt19937 chance(1);
  const std::vector<std::string> parts{"\xff",      "\xfa",     "\xf0",     "\x2c",     "\xfb",
                                       "\xfd",      "\xfe",     "\xfc",     "\xff\xff", "\1\0\0\x25\x80"s,
                                       "\5\x9",     "\xb\xff",  "AT\r",     "\xf3",     std::string(300, 'x'),
                                       sb("\5\x9"), sb("\3\5"), sb("\7\1"), "\0"s};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (auto count = chance() % 20; count > 0; --count) bytes += parts[chance() % parts.size()];
    if (chance() % 4 == 0 && !bytes.empty()) bytes[chance() % bytes.size()] = static_cast<char>(chance());
    Server whole, split;
    whole.server.receive(bytes);
    for (const char byte : bytes) split.server.receive({&byte, 1});
    CHECK(whole.data == split.data);
    CHECK(whole.sent == split.sent);
    CHECK(whole.moved == split.moved);
    CHECK(whole.breaks == split.breaks);
    CHECK(whole.framing == split.framing);
    CHECK(whole.data.size() <= bytes.size());
    // Each answer belongs to something that was asked.
    CHECK(whole.sent.size() <= 40 + bytes.size() * 8);
  }
}
