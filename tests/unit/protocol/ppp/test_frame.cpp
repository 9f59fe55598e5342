// HDLC-like framing: vectors computed apart from this code, and what a line does to frames.
// SPDX-License-Identifier: MIT
#include "protocol/ppp/frame.hpp"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/ppp_host.hpp"

using namespace sim800;
using test::from_hex;
using test::packet;
using test::to_hex;

namespace {

std::vector<PppFrame> decode(std::string_view bytes, std::size_t piece = 1000) {
  PppDecoder decoder;
  std::vector<PppFrame> frames;
  while (!bytes.empty()) {
    decoder.feed(bytes.substr(0, piece), [&](PppFrame frame) { frames.push_back(std::move(frame)); });
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return frames;
}

struct Vector {
  std::uint16_t protocol;
  std::string info;
  std::uint32_t accm;
  const char* line;
};

}  // namespace

TEST_CASE("ppp frames: vectors") {
  const std::vector<Vector> vectors{
      {ppp::lcp, packet(1, 1, "02 06 00 0a 00 00 03 04 c0 23 07 02 08 02"), 0xffffffff,
       "7e ff 7d 23 c0 21 7d 21 7d 21 7d 20 7d 32 7d 22 7d 26 7d 20 7d 2a 7d 20 7d 20 7d 23 7d 24 c0 23 7d 27 7d 22 "
       "7d 28 7d 22 55 83 7e"},
      {ppp::lcp, packet(3, 1, "02 06 00 0a 00 00"), 0xffffffff,
       "7e ff 7d 23 c0 21 7d 23 7d 21 7d 20 7d 2a 7d 22 7d 26 7d 20 7d 2a 7d 20 7d 20 6c 50 7e"},
      {ppp::pap, packet(2, 1, "00"), 0x000a0000, "7e ff 03 c0 23 02 01 00 05 00 8b 3b 7e"},
      {ppp::ipcp, packet(1, 1, "03 06 c0 a8 fe fe"), 0x000a0000,
       "7e ff 03 80 21 01 01 00 0a 03 06 c0 a8 fe fe 36 22 7e"},
      {ppp::ipcp, packet(3, 1, "03 06 0a 00 00 02 81 06 08 08 08 08 83 06 08 08 04 04"), 0x000a0000,
       "7e ff 03 80 21 03 01 00 16 03 06 0a 00 00 02 81 06 08 08 08 08 83 06 08 08 04 04 87 29 7e"},
      {ppp::lcp, packet(5, 2), 0xffffffff, "7e ff 7d 23 c0 21 7d 25 7d 22 7d 20 7d 24 59 28 7e"},
  };
  for (const Vector& v : vectors) {
    CHECK(to_hex(encode(PppFrame{v.protocol, v.info}, {v.accm, false, false})) == v.line);
    CHECK(decode(from_hex(v.line)) == std::vector{PppFrame{v.protocol, v.info}});
  }
}

TEST_CASE("ppp frames: shortened address and protocol are understood, and sent where agreed") {
  CHECK(decode(encode(PppFrame{ppp::ip, "x"}, {0, true, true})) == std::vector{PppFrame{ppp::ip, "x"}});
  CHECK(encode(PppFrame{ppp::ip, "x"}, {0, true, true}).substr(0, 3) == "\x7e\x21x");
  CHECK(encode(PppFrame{ppp::ipcp, "x"}, {0, true, false}).substr(0, 5) == "\x7e\xff\x03\x80\x21");
}

TEST_CASE("ppp frames: a broken one is counted, and the next is read") {
  const std::string good = test::framed(ppp::ip, "good");
  const auto bad_after = [&](const std::string& bytes, std::size_t frames = 1) {
    PppDecoder decoder;
    std::size_t count = 0;
    decoder.feed(bytes + good, [&](const PppFrame& frame) {
      CHECK(frame.info == "good");
      ++count;
    });
    CHECK(count == frames);
    return decoder.bad();
  };
  std::string turned = good;
  turned[6] = 'X';
  CHECK(bad_after(turned) == 1);
  CHECK(bad_after(good.substr(0, good.size() - 3)) == 1);                     // cut short
  CHECK(bad_after("\x7eon the wa\x7d\x7e") == 1);                             // ended in an escape
  CHECK(bad_after("\x7e" + std::string(PppDecoder::longest + 1, 'l')) == 1);  // too long
  CHECK(bad_after("\r\nCONNECT\r\n") == 0);                                   // no frame has begun
  CHECK(bad_after("\x7e\x7e\x7e") == 0);
  CHECK(bad_after(std::string("\x7e\xff\x03\x21\x00\x7e", 6)) == 1);
  std::string stopped = good;
  stopped.insert(5, "\x11\x13");  // flow control on the way
  CHECK(bad_after(stopped, 2) == 0);
}

TEST_CASE("ppp frames: any content survives any line, in any pieces") {
  std::mt19937 chance(7);
  for (int round = 0; round < 300; ++round) {
    PppFrame frame{chance() % 2 == 0 ? ppp::ip : ppp::lcp, {}};
    for (std::size_t left = chance() % 1500; left > 0; --left) frame.info.push_back(static_cast<char>(chance()));
    const PppFraming framing{static_cast<std::uint32_t>(chance()) | 0x000a0000U, chance() % 2 == 0, chance() % 2 == 0};
    REQUIRE(decode(encode(frame, framing), 1 + chance() % 40) == std::vector{frame});
  }
}
