// The RFC 2217 endpoints, for a host that connects and for a server that has the port: whatever comes over the
// connection, whenever it ends, and whoever takes nothing for a while, the next connection is as good as the first.
// SPDX-License-Identifier: MIT
#include <asio/io_context.hpp>
#include <memory>
#include <string>

#include "backends/endpoints/endpoints.hpp"
#include "protocol/at/telnet.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

/// The connection.
struct Wire final : Endpoint {
  void attach(PortUser& given) override { user = &given; }
  std::string announcement() const override { return "tcp HOST 1"; }
  std::string name() const override { return "tcp:HOST:1"; }
  void send(std::string_view bytes) override { said += bytes; }
  std::size_t unsent() const override { return waits; }
  void input_wanted() override {}

  PortUser* user = nullptr;
  std::string said;
  std::size_t waits = 0;
};

/// The module.
struct Module final : PortUser {
  void receive(std::string_view bytes) override {
    require(!inside, "bytes inside of bytes");
    inside = true;
    heard += bytes;
    if (bytes.find('!') != std::string_view::npos) wanting = false;  // it is busy with what it has got
    inside = false;
  }
  bool wants_input() const override { return wanting; }
  void client_arrived() override {
    require(!here, "a client twice");
    here = true;
  }
  void client_left() override {
    require(here, "a client that was not there");
    require(!dtr && !rts, "lines that nobody holds");
    here = false;
  }
  void drained() override {}
  void output_lost(std::size_t) override {}
  void host_line(ModemLine line, bool on) override { (line == ModemLine::dtr ? dtr : rts) = on; }
  void host_framing(const Framing& framing) override { require(framing.baud > 0, "a rate of 0"); }
  void host_break(bool on) override {
    require(on != broken, "a break that does not change");
    broken = on;
  }

  std::string heard;
  bool here = false, wanting = true, inside = false, broken = false, dtr = true, rts = true;
};

/// What is done, each step by an octet: bytes of the connection, frames that fit, and what happens at either end.
void drive(std::string_view input) {
  asio::io_context loop(1);
  Module module;
  auto owned = std::make_unique<Wire>();
  Wire& wire = *owned;
  const bool serves = take_byte(input) % 2 == 0;
  const auto endpoint = serves ? serve_rfc2217(loop, std::move(owned)) : speak_rfc2217(loop, std::move(owned));
  endpoint->attach(module);
  require(!module.dtr && !module.rts, "lines without a client");
  const auto arrive = [&] {
    wire.user->client_arrived();
    require(module.here && module.dtr && module.rts, "a client without lines");
  };
  const auto leave = [&] {
    wire.user->client_left();
    require(!module.here && !module.broken, "a client that stays");
  };
  arrive();
  std::size_t sent = 0;
  while (!input.empty()) {
    const std::uint8_t step = take_byte(input);
    const std::string_view part = input.substr(0, step % 64);
    input.remove_prefix(part.size());
    const bool on = part.size() % 2 == 0;
    if (step < 128 && module.here && wire.user->wants_input()) {
      wire.user->receive(part);
    } else if (step < 192 && module.here && wire.user->wants_input()) {
      wire.user->receive(telnet::subnegotiation(telnet::option_com_port, part));
    } else if (step < 208) {
      sent += part.size();
      endpoint->send(part);
    } else if (step < 220) {
      endpoint->set_line(modem_lines[2 + step % 4], on);
    } else if (step < 224) {
      endpoint->set_framing({step * 100U, 8, Framing::Parity::even, 1});
    } else if (step < 236) {
      module.wanting = on;
      if (on) endpoint->input_wanted();
    } else if (step < 242) {
      module.here ? leave() : arrive();
    } else if (step < 248) {
      wire.waits = on ? 0 : Port::congested_at;
      if (on) wire.user->drained();
    } else {
      loop.restart();
      loop.poll();
    }
    require(endpoint->unsent() <= wire.waits + sent, "more is unsent than was sent");
  }
  if (module.here) leave();
  module.wanting = true;
  endpoint->input_wanted();
  loop.restart();
  loop.poll();
  arrive();
  module.heard.clear();
  wire.said.clear();
  wire.user->receive("AT\r");
  require(module.heard == "AT\r", "the next client is not heard");
  endpoint->send("OK");
  require(wire.said == "OK", "the next client hears nothing");
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim800::test::drive(sim800::test::text_of(data, size));
  return 0;
}
