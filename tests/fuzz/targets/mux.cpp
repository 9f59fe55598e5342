// The multiplexer's frames: however a stream is divided, the same frames are in it.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "protocol/mux_frame.hpp"
#include "protocol/mux_message.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

constexpr std::size_t longest = 127;

/// What is said on the control channel: each message is written as it was read.
void messages(std::string_view info) {
  while (const auto message = take_mux_message(info)) {
    std::string written = encode(*message);
    std::string_view again = written;
    const auto read = take_mux_message(again);
    require(read && read->type == message->type && read->values == message->values && again.empty(),
            "a message that was written is not understood");
    if (const auto signals = parse_mux_signals(message->values)) {
      const auto same = parse_mux_signals(encode(*signals));
      require(same && same->dlci == signals->dlci && same->break_for == signals->break_for, "signals change");
    }
    if (std::string_view rest = message->values; const auto head = take_mux_head(rest)) {
      const std::string again_written = encode_head(*head);
      std::string_view left = again_written;
      const auto same = take_mux_head(left);
      require(same && left.empty() && same->break_for == head->break_for, "a head changes");
    }
    if (const auto parameters = parse_mux_parameters(message->values))
      require(parse_mux_parameters(encode(*parameters))->n1 == parameters->n1, "parameters change");
  }
}

/// The frames of a stream that arrives in pieces of this size, written again. After each frame the receiver may stop.
std::string frames(std::string_view stream, std::size_t piece, bool stops) {
  MuxDecoder decoder(longest);
  std::string seen;
  while (!stream.empty()) {
    std::string_view part = stream.substr(0, piece);
    stream.remove_prefix(part.size());
    while (!part.empty()) {
      const std::size_t before = part.size();
      part = decoder.feed(part, [&](const MuxFrame& frame) {
        require(frame.info.size() <= longest, "a frame that is too long");
        require(frame.dlci < 64, "a DLC that cannot be");
        seen += encode(frame);
        messages(frame.info);
        return !stops;
      });
      require(part.size() < before, "decoding stands still");
    }
  }
  return seen;
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  std::string_view input = text_of(data, size);
  const std::size_t piece = 1 + take_byte(input) % 32;
  const std::string whole = frames(input, std::max<std::size_t>(input.size(), 1), false);
  require(frames(input, piece, false) == whole, "frames depend on how the stream is divided");
  require(frames(input, piece, true) == whole, "frames are lost when the receiver stops");
  // What was understood is understood again.
  require(frames(whole, piece, false) == whole, "a frame that was written is not understood");
  return 0;
}
