// Registration with the GSM network and attachment to its packet service (27.007 7.2, 10.1.20; AT
// manual 3.2.32, 7.2.1). SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/settings.hpp"
#include "emulator/surroundings.hpp"

namespace sim800 {

class Network {
 public:
  Network(const Surroundings& surroundings, Settings& settings);

  /// Looks for the network; it registers `registering` and attaches `attaching` from now.
  void search(Duration registering, Duration attaching);
  /// Without a usable SIM it only looks for a cell that takes emergency calls.
  void search_for_emergencies();
  /// Leaves the network at once: radio off, AT+COPS=2.
  void leave(Channel* cause);
  /// Power is gone: nobody is told.
  void power_off();

  /// AT+CGATT: attaches or detaches; detaching ends what runs on the packet service.
  void attach();
  void detach(Channel* cause);

  bool registered() const { return stat_ == 1 || stat_ == 5; }
  bool attached() const { return attached_; }
  /// A cell has been found, so its signal is known.
  bool camped() const { return camped_; }

  static constexpr std::string_view area = "1816";  ///< location area code and cell, as +CREG shows them
  static constexpr std::string_view cell = "F9A1";

  /// What stands behind "+CREG: " or "+CGREG: ": the read form with <n>, a URC without.
  std::string creg(std::uint32_t n, bool read) const { return describe(stat_, n, read); }
  std::string cgreg(std::uint32_t n, bool read) const { return describe(packet_stat(), n, read); }

  /// The packet service went away under everybody who used it.
  std::function<void(Channel* cause)> on_detached;

 private:
  int packet_stat() const { return attached_ || !registered() ? stat_ : 0; }
  static std::string describe(int stat, std::uint32_t n, bool read);
  void change(int stat, bool attached, Channel* cause);

  const Surroundings& surroundings_;
  Settings& settings_;
  int stat_ = 0;  ///< 27.007: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming
  bool attached_ = false;
  bool camped_ = false;
  Timer registering_, attaching_;
};

}  // namespace sim800
