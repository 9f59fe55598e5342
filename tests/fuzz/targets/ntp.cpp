// Time servers' answers.
// SPDX-License-Identifier: MIT
#include <string>

#include "protocol/ntp.hpp"
#include "tests/fuzz/target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  constexpr std::uint64_t cookie = 0x0123456789ABCDEF;
  constexpr std::size_t transmit = 40, originate = 24, octets = 8;
  std::string packet(text_of(data, size));
  (void)sim800::parse_ntp_reply(packet, cookie);
  // The same as the answer to our request, which returns its cookie.
  const std::string request = sim800::ntp_request(cookie);
  require(request.size() == transmit + octets, "a request of another length");
  if (packet.size() < originate + octets) return 0;
  packet.replace(originate, octets, request, transmit, octets);
  const auto time = sim800::parse_ntp_reply(packet, cookie);
  if (time) require(!sim800::parse_ntp_reply(packet, cookie + 1), "an answer to another request is taken");
  return 0;
}
