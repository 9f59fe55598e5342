// The modules' addresses in the packet network, and the loopback addresses that stand for them on this machine.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sim800 {

/// No two modules have the same address, unless a scenario gives it to both.
class AddressPlan {
 public:
  /// 10.x.y.z with z from 1 to 254.
  static constexpr std::uint32_t size = 256 * 256 * 254;
  static std::string text_of(std::uint32_t place);
  /// The place that this seed gives to the first module in an APN (in capitals).
  static std::uint32_t place_of(std::uint64_t seed, const std::string& apn);

  explicit AddressPlan(std::uint64_t seed) : seed_(seed) {}

  /// The address of a module in an APN (in capitals), always the same one: next to that of the module before it.
  std::string assign(unsigned module, const std::string& apn);
  /// The module has this address from now on, or no longer.
  void open(const std::string& address) { ++open_[address]; }
  void close(const std::string& address);
  /// The module is gone.
  void forget(unsigned module);

  /// An address that is, or was, a module's.
  struct Neighbour {
    std::string loopback;
    bool open = false;
  };
  std::optional<Neighbour> find(const std::string& address) const;
  /// Where the module with this address listens, and what its connections come from: 127.x.y.z for 10.x.y.z.
  static std::string loopback_of(const std::string& address);
  /// The other way round; nothing for other addresses.
  std::optional<std::string> address_at(const std::string& loopback) const;

 private:
  std::uint64_t seed_;
  std::map<std::pair<unsigned, std::string>, std::string> assigned_;  ///< by module and APN
  std::map<std::string, unsigned> owners_;                            ///< of what is assigned
  std::map<std::string, unsigned> open_;  ///< by address: how many contexts; 0: it was open once
};

}  // namespace sim800
