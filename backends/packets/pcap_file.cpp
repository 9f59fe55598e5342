// SPDX-License-Identifier: MIT
#include "backends/packets/pcap_file.hpp"

#include <spdlog/spdlog.h>

#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <system_error>

#include "emulator/core/trace_text.hpp"

namespace sim800 {
namespace {

constexpr std::uint32_t magic = 0xa1b2c3d4, version = 0x00040002;  // 2.4; the words are in the machine's order
constexpr std::uint32_t longest = 65535, raw_ip = 101;

Output open_capture(const std::string& file) try { return Output::to(file); } catch (const std::system_error& problem) {
  throw std::runtime_error("--pcap: expected a file that can be written, found \"" + file +
                           "\": " + problem.code().message());
}

std::string bytes_of(std::initializer_list<std::uint32_t> words) {
  std::string bytes(words.size() * sizeof(std::uint32_t), '\0');
  std::memcpy(bytes.data(), words.begin(), bytes.size());
  return bytes;
}

}  // namespace

PcapFile::PcapFile(const std::string& file, const Clock& clock)
    : file_(file), clock_(clock), output_(open_capture(file)) {
  output_.restart();
  output_.write(bytes_of({magic, version, 0, 0, longest, raw_ip}));
}

void PcapFile::record(std::string_view packet) {
  constexpr std::int64_t second = 1'000'000;
  const std::int64_t micros = trace_micros(clock_.now());
  const auto size = static_cast<std::uint32_t>(packet.size());
  std::string text =
      bytes_of({static_cast<std::uint32_t>(micros / second), static_cast<std::uint32_t>(micros % second), size, size});
  if (output_.write(text.append(packet))) return;
  if (missing_++ == 0) spdlog::warn("--pcap: packets are missing from {}", file_);
}

}  // namespace sim800
