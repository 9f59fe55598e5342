// Sound files: what they are, how long they last, and how long a recording may be.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include "emulator/board/audio_file.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

/// A recording is as long as it says, and is what it was to be.
void record(AudioForm form, std::uint32_t quality, std::uint64_t bytes) {
  const AudioWriter writer(form, quality);
  const Duration length = writer.longest(bytes);
  require(length >= Duration::zero(), "a recording of negative length");
  if (length > Duration::zero()) require(writer.size(length) <= bytes, "a recording that does not fit");
  const Duration shorter = std::min<Duration>(length, 20s);
  const std::string file = writer.file(shorter);
  require(file.size() == writer.size(shorter), "a recording of another size");
  require(form_of(file) == form, "a recording that is not recognised");
}

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800;
  using namespace sim800::test;
  static constexpr const char* names[] = {"a.amr", "a.wav", "a.mp3", "a.pcm", "C:\\User\\A.AMR", "a", ""};
  std::string_view input = text_of(data, size);
  const std::uint8_t kind = take_byte(input);
  const char* name = names[kind % 7];
  (void)form_of_path(name);
  if (const auto length = play_time(name, input))
    require(*length >= Duration::zero() && *length <= 1h * (1 + input.size()), "a file that lasts for ever");
  if (kind < 224 || input.size() < 4) return 0;
  std::uint64_t bytes = 0;
  for (const char c : input.substr(1, 3)) bytes = bytes << 8 | static_cast<unsigned char>(c);
  record(static_cast<AudioForm>(input[0] & 0x01 ? 0 : 1), static_cast<std::uint8_t>(input[0]) >> 1 & 3, bytes);
  return 0;
}
