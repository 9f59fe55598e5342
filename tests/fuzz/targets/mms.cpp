// Multimedia messages and WSP headers as octets.
// SPDX-License-Identifier: MIT
#include <string>

#include "protocol/mms/mms_pdu.hpp"
#include "protocol/mms/wsp.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

void read_message(std::string_view octets) {
  const auto message = decode_mms(octets);
  if (!message) return;
  const std::string written = encode_mms(*message);
  const auto again = decode_mms(written);
  require(again.has_value(), "a message that was written cannot be read");
  require(encode_mms(*again) == written, "a message changes when it is written again");
}

/// Values in any order, as the first octets say.
void read_values(std::string_view octets) {
  wsp::Reader reader(octets);
  while (reader.sound() && !reader.empty()) {
    const std::size_t before = reader.rest().size();
    switch (reader.octet() % 8) {
      case 0: (void)reader.uintvar(); break;
      case 1: (void)reader.text(); break;
      case 2: (void)reader.encoded_text(); break;
      case 3: (void)reader.integer(); break;
      case 4: (void)reader.content_type(); break;
      case 5: {
        wsp::Reader inner = reader.counted();
        while (inner.sound() && !inner.empty()) {
          const std::size_t left = inner.rest().size();
          inner.skip();
          require(!inner.sound() || inner.rest().size() < left, "skipping stands still");
        }
        break;
      }
      case 6: (void)reader.take(reader.peek()); break;
      default: reader.skip(); break;
    }
    require(reader.rest().size() < before, "reading stands still");
  }
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  std::string_view input = text_of(data, size);
  switch (take_byte(input) % 3) {
    case 0: read_message(input); break;
    case 1:
      if (const auto message = sim800::mms_in_push(input)) read_message(*message);
      break;
    default: read_values(input); break;
  }
  return 0;
}
