// SPDX-License-Identifier: MIT
// Frames of 27.010, basic option: vectors both ways, any split, hostile bytes.
#include <doctest/doctest.h>

#include <vector>

#include "protocol/mux_frame.hpp"
#include "protocol/text/hex.hpp"

namespace sim800::test {
namespace {

struct Vector {
  std::uint8_t dlci;
  bool cr;
  MuxType type;
  bool poll;
  std::string info;
  const char* bytes;
};

const std::vector<Vector>& vectors() {
  using enum MuxType;
  static const std::vector<Vector> all = {
      {0, true, sabm, true, "", "F9033F011CF9"},
      {0, true, ua, true, "", "F9037301D7F9"},
      {0, true, disc, true, "", "F9035301FDF9"},
      {0, true, dm, true, "", "F9031F0136F9"},
      {1, true, sabm, true, "", "F9073F01DEF9"},
      {1, true, ua, true, "", "F907730115F9"},
      {1, true, disc, true, "", "F90753013FF9"},
      {1, true, dm, true, "", "F9071F01F4F9"},
      {2, true, sabm, true, "", "F90B3F0159F9"},
      {3, true, ua, true, "", "F90F730150F9"},
      {4, true, disc, true, "", "F913530177F9"},
      {4, true, dm, true, "", "F9131F01BCF9"},
      {1, true, uih, false, "AT\r", "F907EF0741540DD3F9"},
      {1, false, uih, false, "\r\nOK\r\n", "F905EF0D0D0A4F4B0D0A5FF9"},
      {0, true, uih, false, "\xC3\x01", "F903EF05C301F2F9"},
      {0, false, uih, false, "\xC1\x01", "F901EF05C10193F9"},
      {0, false, uih, false, "\xE3\x05\x07\x0D", "F901EF09E305070D9AF9"},
  };
  return all;
}

std::string bytes_of(const char* hex) { return *from_hex(hex); }

struct Taken {
  MuxFrame frame;
  std::string info;
};

std::vector<Taken> decode(MuxDecoder& decoder, std::string_view bytes) {
  std::vector<Taken> all;
  decoder.feed(bytes, [&all](const MuxFrame& frame) {
    all.push_back({frame, std::string(frame.info)});
    return true;
  });
  return all;
}

}  // namespace

TEST_CASE("mux frames: the vectors, both ways") {
  for (const Vector& v : vectors()) {
    CAPTURE(v.bytes);
    CHECK(to_hex(encode({v.dlci, v.cr, v.type, v.poll, v.info})) == v.bytes);
    MuxDecoder decoder(127);
    const auto all = decode(decoder, bytes_of(v.bytes));
    REQUIRE(all.size() == 1);
    CHECK(all[0].frame.dlci == v.dlci);
    CHECK(all[0].frame.cr == v.cr);
    CHECK(all[0].frame.type == v.type);
    CHECK(all[0].frame.poll == v.poll);
    CHECK(all[0].info == v.info);
  }
}

TEST_CASE("mux frames: byte by byte, one flag between two, flags to fill, lengths of two octets, UI") {
  std::string stream(3, '\xF9');
  const std::string long_info(1500, 'x'), data = "\xF9\x03\xF9 data that looks like frames";
  for (const std::string_view info : {std::string_view(long_info), std::string_view(data)}) {
    stream += encode({2, true, MuxType::uih, false, info}).substr(1);
    stream += encode({2, true, MuxType::ui, false, info}).substr(1);
  }
  MuxDecoder decoder(1510);
  std::vector<Taken> all;
  for (const char c : stream) {
    for (auto& taken : decode(decoder, {&c, 1})) all.push_back(std::move(taken));
  }
  REQUIRE(all.size() == 4);
  CHECK(all[0].info == long_info);
  CHECK(all[1].frame.type == MuxType::ui);
  CHECK(all[1].info == long_info);
  CHECK(all[2].info == data);
  CHECK(all[3].info == data);
}

TEST_CASE("mux frames: what is none is passed over, the next one is found") {
  const std::string good = encode({1, true, MuxType::uih, false, "good"});
  std::string bad_check = good, bad_end = good, bad_type = good, bad_address = good, bad_ui;
  bad_check[bad_check.size() - 2] ^= 1;
  bad_end.back() = 'x';
  bad_type[2] = 0x55;
  bad_address[1] = 0x06;
  bad_ui = encode({1, true, MuxType::ui, false, "good"});
  bad_ui[5] ^= 1;  // only in UI frames is the information checked
  for (const std::string& bad : {bad_check, bad_end, bad_type, bad_address, bad_ui, std::string("AT\r"),
                                 encode({1, true, MuxType::uih, false, std::string(128, 'x')})}) {
    CAPTURE(to_hex(bad));
    MuxDecoder decoder(127);
    const auto all = decode(decoder, bad + good);
    REQUIRE_FALSE(all.empty());
    CHECK(all.back().info == "good");
    CHECK(all.size() == 1);
  }
}

TEST_CASE("mux frames: who takes them may have enough") {
  const std::string two = encode({0, true, MuxType::disc, true, {}}) + encode({1, true, MuxType::disc, true, {}});
  MuxDecoder decoder(127);
  const std::string_view rest = decoder.feed(two, [](const MuxFrame&) { return false; });
  CHECK(rest == std::string_view(two).substr(two.size() / 2));
}

}  // namespace sim800::test
