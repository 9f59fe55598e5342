// SPDX-License-Identifier: MIT
// Control messages of the multiplexer: lengths, signals, parameters; what is no message.
#include "protocol/mux_message.hpp"

#include <doctest/doctest.h>

using namespace sim800;

TEST_CASE("mux messages: one after the other") {
  const std::string written = encode(MuxMessage{0xe3, "\x07\x0d"}) + encode(MuxMessage{0x21, std::string(200, 'x')});
  CHECK(written.starts_with("\xe3\x05\x07\x0d\x21\x90\x03xx"));
  std::string_view bytes = written;
  const auto first = take_mux_message(bytes);
  REQUIRE(first);
  CHECK(first->is(MuxMessageType::msc));
  CHECK(first->is_command());
  CHECK(first->values == "\x07\x0d");
  const auto second = take_mux_message(bytes);
  REQUIRE(second);
  CHECK(second->is(MuxMessageType::test));
  CHECK_FALSE(second->is_command());
  CHECK(second->values.size() == 200);
  CHECK(bytes.empty());
}

TEST_CASE("mux messages: what is none") {
  using namespace std::string_view_literals;
  for (const std::string_view broken :
       {""sv, "\xe3"sv, "\xe2\x01"sv, "\xe3\x05\x07"sv, "\xe3\x04"sv, "\xe3\x04\x04\x04\x04\x01"sv}) {
    CAPTURE(broken);
    std::string_view bytes = broken;
    CHECK_FALSE(take_mux_message(bytes));
    CHECK(bytes == broken);
  }
}

TEST_CASE("mux messages: signals") {
  CHECK(encode(MuxSignals{.dlci = 1}) == "\x07\x0d");
  CHECK(encode(MuxSignals{.dlci = 2, .stops = true, .ring = true, .valid_data = true}) == "\x0b\xcf");
  CHECK(encode(MuxSignals{.dlci = 4, .ready = false, .ready_to_receive = false, .break_for = 3}) == "\x13\x01\x33");
  const auto read = parse_mux_signals("\x13\x8b\x33");
  REQUIRE(read);
  CHECK(read->dlci == 4);
  CHECK(read->stops);
  CHECK_FALSE(read->ready);
  CHECK(read->ready_to_receive);
  CHECK_FALSE(read->ring);
  CHECK(read->valid_data);
  CHECK(read->break_for == 3);
  CHECK_FALSE(parse_mux_signals("\x13\x8b\x31")->break_for);
  CHECK_FALSE(parse_mux_signals("\x13"));
}

TEST_CASE("mux messages: signals at the head of a frame") {
  CHECK(encode_head(MuxSignals{.dlci = 1}) == "\x0d");
  CHECK(encode_head(MuxSignals{.dlci = 2, .stops = true, .valid_data = true, .break_for = 3}) == "\x8e\x33");
  std::string_view info = "\x8dOK";
  const auto read = take_mux_head(info);
  REQUIRE(read);
  CHECK(read->valid_data);
  CHECK_FALSE(read->stops);
  CHECK_FALSE(read->break_for);
  CHECK(info == "OK");
  info = "\x0c\x33OK";
  CHECK(take_mux_head(info)->break_for == 3);
  CHECK(info == "OK");
  for (const std::string_view broken : {"", "\x0c", "\x0c\x32OK"}) {
    CAPTURE(broken);
    info = broken;
    CHECK_FALSE(take_mux_head(info));
    CHECK(info == broken);
  }
}

TEST_CASE("mux messages: parameters") {
  using namespace std::string_view_literals;
  const auto read = parse_mux_parameters("\x02\x12\x07\x0a\xe6\x05\x03\x02"sv);
  REQUIRE(read);
  CHECK(read->dlci == 2);
  CHECK(read->frames == 2);
  CHECK(read->convergence == 1);
  CHECK(read->priority == 7);
  CHECK(read->n1 == 1510);
  CHECK(encode(*read) == "\x02\x12\x07\x0a\xe6\x05\x03\x02"sv);
  CHECK_FALSE(parse_mux_parameters("\x02\x12\x07\x0a\xe6\x05\x03"sv));
  CHECK_FALSE(parse_mux_parameters(""));
}
