// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "protocol/at/uart.hpp"

using namespace sim800;

namespace {

using enum Framing::Parity;

}  // namespace

TEST_CASE("uart: with the same framing bytes arrive as they are") {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  for (const Framing& framing :
       {Framing{}, Framing{1200, 8, even, 1}, Framing{9600, 8, none, 2}, Framing{460'800, 8, space, 1}})
    CHECK(as_heard(all, framing, framing) == all);
  CHECK(as_heard("AT\r", {9600, 7, odd, 1}, {9600, 7, odd, 1}) == "AT\r");
  CHECK(as_heard("\xc1", {9600, 7, none, 1}, {9600, 7, none, 1}) == "A");
}

TEST_CASE("uart: a small difference of rates does not matter") {
  CHECK(as_heard("AT+CSQ\r", {.baud = 115'200}, {.baud = 117'600}) == "AT+CSQ\r");
  CHECK(as_heard("AT+CSQ\r", {.baud = 115'200}, {.baud = 112'800}) == "AT+CSQ\r");
}

TEST_CASE("uart: half the rate, by hand") {
  // 'U' is 0 10101010 1, which a receiver with twice the rate reads as 0 01100110 0, a framing error, and, from the
  // next falling edge on, as 0 01100111 1.
  CHECK(as_heard("U", {.baud = 9600}, {.baud = 19'200}) == "\x66\xe6");
  // A receiver at half the rate reads every second bit in the middle of two.
  CHECK(as_heard("U", {.baud = 19'200}, {.baud = 9600}).size() <= 1);
}

TEST_CASE("uart: another rate makes garbage, at a slower sender's more of it") {
  const std::string text = "AT+CSQ\r";
  CHECK(as_heard(text, {.baud = 9600}, {.baud = 115'200}).size() > text.size());
  CHECK(as_heard(text, {.baud = 115'200}, {.baud = 9600}).size() < text.size());
  for (const unsigned baud : {1200U, 2400U, 4800U, 19'200U, 38'400U, 57'600U, 230'400U}) {
    CHECK(as_heard(text, {.baud = baud}, {.baud = 115'200}).find("AT") == std::string::npos);
    CHECK(as_heard(text, {.baud = 115'200}, {.baud = baud}).find("AT") == std::string::npos);
  }
}

TEST_CASE("uart: bounds, whatever the rates") {
  std::mt19937 chance(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(chance() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(chance());
    const auto framing = [&] {
      return Framing{static_cast<unsigned>(50 + chance() % 1'000'000), static_cast<std::uint8_t>(5 + chance() % 4),
                     static_cast<Framing::Parity>(chance() % 5), static_cast<std::uint8_t>(1 + chance() % 2)};
    };
    const Framing sender = framing(), receiver = framing();
    const double bits = static_cast<double>(bytes.size()) * sender.bits() / sender.baud;
    CHECK(static_cast<double>(as_heard(bytes, sender, receiver).size()) <= bits * receiver.baud / 5 + 1);
  }
}
