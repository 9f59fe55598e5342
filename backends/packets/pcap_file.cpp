// SPDX-License-Identifier: MIT
#include "backends/packets/pcap_file.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

namespace sim800 {
namespace {

constexpr std::uint32_t magic = 0xa1b2c3d4, version = 0x00040002;  // 2.4; the words are in the machine's order
constexpr std::uint32_t longest = 65535, raw_ip = 101;

}  // namespace

PcapFile::PcapFile(const std::string& file, const Clock& clock)
    : file_(file), clock_(clock), out_(file, std::ios::binary | std::ios::trunc) {
  if (!out_)
    throw std::runtime_error("--pcap: expected a file that can be written, found \"" + file +
                             "\": " + std::generic_category().message(errno));
  for (const std::uint32_t word : {magic, version, 0U, 0U, longest, raw_ip}) put(word);
  out_.flush();
}

void PcapFile::put(std::uint32_t value) { out_.write(reinterpret_cast<const char*>(&value), sizeof value); }

void PcapFile::record(std::string_view packet) {
  if (out_) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now()).count();
    put(static_cast<std::uint32_t>(micros / 1'000'000));
    put(static_cast<std::uint32_t>(micros % 1'000'000));
    put(static_cast<std::uint32_t>(packet.size()));
    put(static_cast<std::uint32_t>(packet.size()));
    out_.write(packet.data(), static_cast<std::streamsize>(packet.size()));
    out_.flush();
    if (out_) return;
    spdlog::warn("--pcap: {} cannot be written any more", file_);
  }
  ++missing_;
}

}  // namespace sim800
