// The port for sniffers: what they get, and what one that does not read is spared.
// SPDX-License-Identifier: MIT
#include "backends/endpoints/serial_capture.hpp"
#include "backends/endpoints/tap.hpp"
#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct TapFixture : Fixture {
  TapFixture() {
    tap = open_tap(loop, "unix:" + path);
    watched = tap->watch(line);
    watched->attach(user);
    tap->start();
  }
  UniqueFd connect() {
    UniqueFd sniffer = connected_to_path(path);
    settle();
    return sniffer;
  }
  static std::uint32_t word(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    return value;
  }
  /// The next block, without its type and lengths.
  std::string block(int sniffer, std::uint32_t type) {
    const std::string head = read(sniffer, 8);
    REQUIRE(head.size() == 8);
    CHECK(word(head, 0) == type);
    const std::uint32_t size = word(head, 4);
    REQUIRE(size >= 12);
    std::string rest = read(sniffer, size - 8);
    REQUIRE(rest.size() == size - 8);
    CHECK(word(rest, rest.size() - 4) == size);
    rest.resize(rest.size() - 4);
    return rest;
  }
  /// Event, lines and bytes of the next packet; then how many were left out before it.
  std::string packet(int sniffer) {
    const std::string body = block(sniffer, 6);
    const std::uint32_t size = word(body, 12);
    const std::string data = body.substr(20, size);
    const std::size_t options = 20 + (size + 3) / 4 * 4;
    std::string said = std::to_string(data[8]) + " " + std::to_string(data[9]) + " " + data.substr(12);
    if (body.size() > options + 12) said += " lost " + std::to_string(word(body, options + 12));
    return said;
  }

  TemporaryFolder folder;
  std::string path = folder.path / "tap";
  IdleLine line;
  std::unique_ptr<Tap> tap;
  std::unique_ptr<Endpoint> watched;
};

TEST_CASE_FIXTURE(TapFixture, "tap: a sniffer gets both directions, breaks, and the lines with each") {
  CHECK(tap->announcement() == "tap unix:" + path);
  const UniqueFd sniffer = connect(), other = connect();
  line.module->receive("AT\r");
  watched->send("\r\nOK\r\n");
  line.module->host_line(ModemLine::rts, false);
  watched->set_line(ModemLine::dcd, true);
  line.module->host_break(true);
  line.module->host_break(false);
  for (const int one : {sniffer.get(), other.get()}) {
    const std::string section = block(one, 0x0a0d0d0a);
    CHECK(word(section, 0) == 0x1a2b3c4d);
    CHECK((block(one, 1) == std::string("\xfa\0\0\0\0\0\0\0\2\0\6\0idle:1\0\0\0\0\0\0", 24)));
    // CTS 1, DCD 2, DSR 4, RTS 8, DTR 16
    CHECK(packet(one) == "2 29 AT\r");
    CHECK(packet(one) == "1 29 \r\nOK\r\n");
    CHECK(packet(one) == "0 21 ");
    CHECK(packet(one) == "0 23 ");
    CHECK(packet(one) == "9 23 ");
  }
  CHECK(user.log == "AT\r#");
  CHECK(line.sent == "\r\nOK\r\nDCD+");
}

TEST_CASE_FIXTURE(TapFixture, "tap: a sniffer says nothing to the module, and may go") {
  UniqueFd sniffer = connect();
  write(sniffer.get(), "AT+CPOWD=1\r");
  settle();
  line.module->receive("A");
  sniffer = UniqueFd();
  settle();
  line.module->receive("B");
  settle();
  CHECK(user.log == "AB");
}

TEST_CASE_FIXTURE(TapFixture, "tap: packets for a sniffer that does not read are left out and counted") {
  const UniqueFd sniffer = connect();
  block(sniffer.get(), 0x0a0d0d0a);
  block(sniffer.get(), 1);
  const std::string text = pattern(1000);
  constexpr unsigned many = 5000;
  for (unsigned i = 0; i < many; ++i) {
    watched->send(text);
    if (i % 100 == 0) settle();
  }
  unsigned seen = 0;
  const auto before = [&] {
    for (;; ++seen) {
      const std::string said = packet(sniffer.get());
      if (said != "1 29 " + text) return said;
      if (seen == 1000) watched->send("after");
    }
  };
  const std::string lost = before();
  REQUIRE(lost.starts_with("5 29  lost "));
  const unsigned left_out = static_cast<unsigned>(std::stoul(lost.substr(11)));
  CHECK(seen + left_out == many);
  CHECK(seen > 1000);
  CHECK(packet(sniffer.get()) == "1 29 after");
  CHECK(line.sent.size() == std::size_t{many} * text.size() + 5);
}

TEST_CASE_FIXTURE(TapFixture, "tap: more sniffers than there is room for are sent away") {
  std::vector<UniqueFd> sniffers;
  for (std::size_t i = 0; i < Tap::most_sniffers; ++i) sniffers.push_back(connect());
  const UniqueFd one_more = connect();
  CHECK(read(one_more.get(), 1).empty());
  sniffers.pop_back();
  settle();
  const UniqueFd now = connect();
  CHECK(read(now.get(), 4) == "\n\r\r\n");
}

TEST_CASE("tap: addresses that cannot be are refused") {
  asio::io_context loop;
  CHECK_THROWS_AS(open_tap(loop, "nothing"), EndpointError);
  CHECK_THROWS_AS(open_tap(loop, "unix:"), EndpointError);
  CHECK(open_tap(loop, "127.0.0.1:0")->announcement().starts_with("tap 127.0.0.1 "));
}

}  // namespace
}  // namespace sim800::endpoint_test
