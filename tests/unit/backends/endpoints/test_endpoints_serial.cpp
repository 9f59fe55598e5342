// The module on a serial port of the machine, for which a pseudo-terminal stands: it has rates, but no lines.
// SPDX-License-Identifier: MIT
#include <termios.h>

#include "backends/endpoints/terminal_framing.hpp"
#include "tests/support/endpoint_fixture.hpp"

namespace sim800::endpoint_test {
namespace {

struct SerialFixture : Fixture {
  SerialFixture() {
    master = UniqueFd(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
    REQUIRE(grantpt(master.get()) == 0);
    REQUIRE(unlockpt(master.get()) == 0);
    device = ptsname(master.get());
  }
  void open_with(const std::string& rest = "") {
    endpoint = open_serial(loop, device + rest);
    endpoint->attach(user);
  }
  termios settings() const {
    const UniqueFd terminal(::open(device.c_str(), O_RDWR | O_NOCTTY));
    termios found{};
    REQUIRE(tcgetattr(terminal.get(), &found) == 0);
    return found;
  }

  UniqueFd master;
  std::string device;
};

TEST_CASE_FIXTURE(SerialFixture, "serial: every byte passes both ways") {
  open_with();
  CHECK(endpoint->announcement() == "serial " + device);
  CHECK(endpoint->name() == "serial:" + device);
  CHECK(user.log == "+");
  user.log.clear();
  std::string all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<char>(value));
  write(master.get(), all);
  run_until([&] { return user.log.size() >= all.size(); });
  CHECK((user.log == all));
  endpoint->send(all);
  CHECK((read(master.get(), all.size()) == all));
}

TEST_CASE_FIXTURE(SerialFixture, "serial: rate and framing are set, and put back at the end") {
  termios now = settings();
  const speed_t before = cfgetospeed(&now);
  open_with(":9600");
  now = settings();
  CHECK(cfgetospeed(&now) == B9600);
  endpoint->set_framing({.baud = 115'200});  // as the module has it stored
  now = settings();
  CHECK(cfgetospeed(&now) == B9600);
  endpoint->set_framing({.baud = 38'400, .stop_bits = 2});
  now = settings();
  CHECK(cfgetospeed(&now) == B38400);
  CHECK((now.c_cflag & CSTOPB) != 0);
  endpoint.reset();
  now = settings();
  CHECK(cfgetospeed(&now) == before);
}

TEST_CASE("serial: every framing has its settings") {
  using enum Framing::Parity;
  for (const auto parity : {none, odd, even, mark, space}) {
    for (const std::uint8_t bits : {5, 6, 7, 8}) {
      for (const std::uint8_t stop : {1, 2}) {
        const Framing framing{.baud = 9600, .data_bits = bits, .parity = parity, .stop_bits = stop};
        termios made{};
        REQUIRE(set_framing(made, framing));
        CHECK((framing_of(made) == framing));
      }
    }
  }
  termios made{};
  CHECK_FALSE(set_framing(made, {.baud = 12'345}));
}

TEST_CASE_FIXTURE(SerialFixture, "serial: a module that looks for the rate tries one after the other") {
  open_with();
  user.log.clear();
  endpoint->set_framing({.baud = 0});
  const auto rate = [this] {
    const termios now = settings();
    return cfgetospeed(&now);
  };
  CHECK(rate() == B115200);
  write(master.get(), "\x7f\x03");
  run_until([&] { return rate() == B9600; });
  CHECK(user.log.empty());
  CHECK(user.lost == 2);
  write(master.get(),
        "\x7f"
        "AT\r");
  run_until_log("AT\r");
  write(master.get(), "x");
  run_until_log("AT\rx");
  CHECK(rate() == B9600);
}

TEST_CASE_FIXTURE(Fixture, "serial: a break comes where it was among the bytes, and may end the endpoint") {
  auto line = std::make_unique<IdleLine>();
  IdleLine& device = *line;
  endpoint = hear_serial(loop, std::move(line));
  endpoint->attach(user);
  const std::string raw("A\xff\0\0B\xff\0\0C", 9);
  device.module->receive(raw);
  CHECK(user.log == "A#B#C");
  user.on_break = [this](bool /*on*/) { endpoint.reset(); };
  device.module->receive(raw);
  CHECK(user.log == "A#B#CA#");
}

TEST_CASE_FIXTURE(SerialFixture, "serial: a rate waits for what goes at the one before") {
  open_with();
  const auto rate = [this] {
    const termios now = settings();
    return cfgetospeed(&now);
  };
  const std::string much = pattern(100'000);  // more than a terminal holds
  endpoint->send(much);
  endpoint->set_framing({.baud = 1200});
  settle();
  CHECK(rate() == B115200);
  CHECK((read(master.get(), much.size()) == much));
  run_until([&] { return rate() == B1200; });
}

TEST_CASE_FIXTURE(SerialFixture, "serial: what has gone is opened again") {
  TemporaryFolder folder;
  const std::string link = folder.path / "port";
  std::filesystem::create_symlink(device, link);
  endpoint = open_serial(loop, link);
  endpoint->attach(user);
  master = UniqueFd();
  run_until_log("+-");
  endpoint->send("kept");
  UniqueFd again(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK));
  REQUIRE(unlockpt(again.get()) == 0);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(ptsname(again.get()), link);
  run_until_log("+-+");
  CHECK(read(again.get(), 4) == "kept");
  write(again.get(), "AT\r");
  run_until_log("+-+AT\r");
}

TEST_CASE_FIXTURE(SerialFixture, "serial: what cannot be opened is refused") {
  TemporaryFolder folder;
  const std::string missing = folder.path / "none";
  CHECK_THROWS_WITH_AS(open_serial(loop, missing), ("--serial " + missing + ": No such file or directory").c_str(),
                       EndpointError);
  CHECK_THROWS_WITH_AS(open_serial(loop, "/dev/null"),
                       "--serial /dev/null: expected a serial port: Inappropriate ioctl for device", EndpointError);
  open_with();
  CHECK_THROWS_WITH_AS(open_serial(loop, device), ("--serial " + device + ": another program has it").c_str(),
                       EndpointError);
}

}  // namespace
}  // namespace sim800::endpoint_test
