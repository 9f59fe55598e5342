// Asks a time server, and sets the module's clock by it (NTP application note; tcpip reference by sibling modules).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "backends/ports/socket.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/rtc.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/network/bearer.hpp"

namespace sim800 {

class NtpService final : public Service {
 public:
  /// What +CNTP tells.
  enum class Outcome : std::uint8_t {
    success = 1,
    network_error = 61,  ///< the bearer is not open, or closed meanwhile
    dns_error = 62,
    connection_error = 63,  ///< nobody listens there
    response_error = 64,    ///< an answer that is none, or of a server without time
    timeout = 65,
  };

  NtpService(const Environment& environment, const Bearers& bearers, Rtc& rtc, Sockets& sockets);

  unsigned cid = 1;    ///< AT+CNTPCID
  std::string server;  ///< AT+CNTP
  int zone = 0;        ///< of the time to be set, in quarters of an hour
  bool busy() const override { return busy_; }

  /// +CNTP tells the outcome; not while busy.
  void start();
  void bearer_closed(unsigned closed) override;
  /// The settings are forgotten, too.
  void power_off() override;

 private:
  Task<> run();
  Task<Outcome> ask();

  const Environment& around_;
  const Bearers& bearers_;
  Rtc& rtc_;
  Sockets& sockets_;
  std::mt19937_64 random_;  // of the cookies
  bool busy_ = false;
  bool lost_ = false;  ///< the bearer went while the server was asked
  std::unique_ptr<Socket> socket_;
  Signal event_;
  Task<> run_;
};

}  // namespace sim800
