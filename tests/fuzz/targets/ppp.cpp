// The module's end of PPP against any host: nothing brings it down, it ends once at most, and what it says is framed.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <string>

#include "protocol/ppp/peer.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

/// What is done to a peer, each step by an octet: bytes of the line, or frames that fit, or time that passes.
void drive(std::string_view input) {
  PppDecoder heard;
  std::size_t ends = 0, proofs = 0;
  ppp::Time now{};
  ppp::Peer peer({.to_host = [&](std::string_view bytes) { heard.feed(bytes, [](const PppFrame&) {}); },
                  .on_proof = [&](const ppp::Proof&) { ++proofs; },
                  .on_network_up = [] {},
                  .on_packet = [](std::string_view) {},
                  .on_end = [&](ppp::Peer::End) { ++ends; }},
                 "0123456789abcdef");
  peer.start(now);
  while (!input.empty()) {
    const std::uint8_t step = take_byte(input);
    const std::string_view part = input.substr(0, step % 64);
    input.remove_prefix(part.size());
    constexpr std::uint16_t protocols[] = {ppp::lcp, ppp::ipcp, ppp::pap, ppp::chap, ppp::ip, 0x80fd};
    if (step < 64) {
      peer.receive(part, now);
    } else if (step < 240) {
      peer.receive(encode(PppFrame{protocols[step % std::size(protocols)], std::string(part)}), now);
    } else {
      now += std::chrono::seconds(step - 239);
      while (peer.deadline() && *peer.deadline() <= now) peer.expire(now);
    }
    if (proofs > 0) peer.network({1, {2, 3}}, now);
    if (step == 255) peer.close(now);
  }
  require(ends <= 1, "a link ended twice");
  require(heard.bad() == 0, "a frame was sent that cannot be read");
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim800::test::drive(sim800::test::text_of(data, size));
  return 0;
}
