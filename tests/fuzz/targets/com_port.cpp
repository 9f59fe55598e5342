// RFC 2217: however a stream is divided, the same bytes, lines, rates and answers come of it.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "protocol/at/com_port.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

/// All that comes of a stream that arrives in pieces of this size.
struct Seen {
  std::string data, sent, events;
  friend bool operator==(const Seen&, const Seen&) = default;
};

template <class Side>
void feed(Side& side, std::string_view stream, std::size_t piece) {
  for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) side.receive(stream.substr(0, piece));
}

std::string moved(ModemLine line, bool on) { return std::string(text_of(line)) + (on ? "+" : "-"); }

Seen of_server(std::string_view stream, std::size_t piece) {
  Seen seen;
  ComPortServer server({.send = [&](std::string_view bytes) { seen.sent += bytes; },
                        .data = [&](std::string_view bytes) { seen.data += bytes; },
                        .line = [&](ModemLine line, bool on) { seen.events += moved(line, on); },
                        .framing =
                            [&](const Framing& framing) {
                              require(framing.baud > 0, "a rate of 0");
                              require(framing.data_bits >= 5 && framing.data_bits <= 8, "a size that cannot be");
                              require(framing.stop_bits >= 1 && framing.stop_bits <= 2, "stop bits that cannot be");
                              seen.events += std::to_string(framing.baud);
                            },
                        .on_break = [&](bool on) { seen.events += on ? "B" : "b"; },
                        .purge = [&](bool from, bool to) { seen.events += from && to ? "P" : "p"; },
                        .stop = [&](bool on) { seen.events += on ? "S" : "s"; }});
  server.connect();
  feed(server, stream, piece);
  server.set_line(ModemLine::dcd, true);
  server.disconnect();
  return seen;
}

Seen of_client(std::string_view stream, std::size_t piece) {
  Seen seen;
  ComPortClient client({.send = [&](std::string_view bytes) { seen.sent += bytes; },
                        .data = [&](std::string_view bytes) { seen.data += bytes; },
                        .line = [&](ModemLine line, bool on) { seen.events += moved(line, on); }});
  client.connect();
  feed(client, stream, piece);
  return seen;
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  std::string_view input = text_of(data, size);
  const std::size_t piece = 1 + take_byte(input) % 32, all = std::max<std::size_t>(input.size(), 1);
  const Seen whole = of_server(input, all);
  require(of_server(input, piece) == whole, "what a server does depends on how the stream is divided");
  require(whole.data.size() <= input.size(), "bytes out of nothing");
  require(whole.sent.size() <= 100 + 16 * input.size(), "answers without end");
  require(of_client(input, piece) == of_client(input, all), "what a client does depends on how the stream is divided");
  // Data pass as they are.
  Seen echo;
  sim800::ComPortServer server({.send = [](std::string_view) {},
                                .data = [&](std::string_view bytes) { echo.data += bytes; },
                                .line = [](sim800::ModemLine, bool) {},
                                .framing = [](const sim800::Framing&) {},
                                .on_break = [](bool) {},
                                .purge = [](bool, bool) {},
                                .stop = [](bool) {}});
  server.receive(sim800::telnet::escaped(input));
  require(echo.data == input, "bytes change on the way");
  return 0;
}
