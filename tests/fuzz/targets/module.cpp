// A whole module on a virtual clock, with servers that do as they like. An input is a script, a line for each deed:
//   AT…       the line, and a CR
//   =BYTES    the bytes alone
//   ~N        N ms pass
//   #dtBYTES  a frame of the multiplexer: DLC d, type t
//   !  ?      the client leaves; and another one comes
//   ^  v      the peer reads no more; and again
//   %         the power key
//   |         the other wire from here on
// The first line is hashed to what is left to chance: the module's world, and what servers do.
// SPDX-License-Identifier: MIT
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/hostile_session.hpp"
#include "tests/fuzz/target.hpp"

namespace sim800::test {
namespace {

constexpr std::size_t most_deeds = 200;

std::string_view next_line(std::string_view& text) {
  const std::size_t size = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return line;
}

/// The same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

Duration span_of(std::string_view digits) {
  constexpr unsigned longest = 200'000;
  unsigned ms = 0;
  for (const char c : digits.substr(0, 6)) {
    if (c < '0' || c > '9') break;
    ms = ms * 10 + static_cast<unsigned>(c - '0');
  }
  return std::chrono::milliseconds(std::min(ms, longest));
}

std::string frame_of(std::string_view text) {
  using enum MuxType;
  static constexpr MuxType types[] = {sabm, ua, dm, disc, uih, ui};
  const auto dlci = static_cast<std::uint8_t>(take_byte(text) & 0x07);
  const MuxType type = types[take_byte(text) % 6];
  return encode({dlci, true, type, type != uih, text.substr(0, 127)});
}

void play(HostileSession& session, std::string_view script) {
  std::size_t wire = 0;
  for (std::size_t deeds = 0; !script.empty() && deeds < most_deeds; ++deeds) {
    std::string_view rest = next_line(script);
    const std::string_view line = rest;
    switch (take_byte(rest)) {
      case '=': session.feed(wire, rest); break;
      case '~': session.pass_time(span_of(rest)); break;
      case '#': session.feed(wire, frame_of(rest)); break;
      case '!': session.client_leaves(wire, false); break;
      case '?': session.client_leaves(wire, true); break;
      case '^': session.peer_stops(wire, true); break;
      case 'v': session.peer_stops(wire, false); break;
      case '%': session.press_power_key(); break;
      case '|': wire = 1 - wire; break;
      default: session.feed(wire, std::string(line) + "\r");
    }
  }
}

}  // namespace
}  // namespace sim800::test

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  spdlog::set_level(spdlog::level::off);
  std::string_view script = text_of(data, std::min<std::size_t>(size, 65536));
  Chance chance(hash_of(next_line(script)));
  std::uint64_t lines = 0;
  HostileSession session(chance, lines, 0);
  play(session, script);
  session.restore();
  return 0;
}

#ifdef SIM800_LIBFUZZER
// Every other time a line of the command table's grammar is put between two others, or instead of one.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  using namespace sim800::test;
  Chance chance(seed);
  if (chance.percent(50)) return LLVMFuzzerMutate(data, size, most);
  static constexpr std::string_view deeds[] = {"~0", "~100", "~3000", "~130000", "?",     "^",    "v",
                                               "%",  "|",    "=\x1a", "=+++",    "=\x1b", "~1200"};
  std::string script(text_of(data, size));
  std::string line = LineMaker(chance).line();
  if (chance.percent(30)) line = chance.one_of<std::string_view>(deeds);
  std::ranges::replace(line, '\n', ' ');
  const std::size_t end = script.find('\n', script.empty() ? 0 : chance.below(script.size()));
  const std::size_t at = std::min(end, script.size());
  const std::size_t next = std::min(script.find('\n', std::min(at + 1, script.size())), script.size());
  script.replace(at, chance.percent(30) ? next - at : 0, "\n" + line);
  const std::size_t length = std::min(script.size(), most);
  std::memcpy(data, script.data(), length);
  return length;
}
#endif
}
