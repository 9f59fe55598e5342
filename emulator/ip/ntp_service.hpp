// Asks a time server, and sets the module's clock by it (NTP application note; TCP/IP manuals of sibling modules).
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
  /// Codes of +CNTP.
  enum class Outcome : std::uint8_t {
    success = 1,
    network_error = 61,  ///< the bearer is not open, or was closed in the meantime
    dns_error = 62,
    connection_error = 63,  ///< nothing listens there
    response_error = 64,    ///< an invalid answer, or one of a server without time
    timeout = 65,
  };

  NtpService(const Environment& environment, const Bearers& bearers, Rtc& rtc, Sockets& sockets);

  unsigned cid = 1;    ///< AT+CNTPCID
  std::string server;  ///< AT+CNTP
  int zone = 0;        ///< of the time to set, in quarters of an hour
  bool busy() const override { return busy_; }

  /// +CNTP reports the outcome; not while busy.
  void start(Channel& asker);
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
  std::mt19937_64 random_;  // for the cookies
  bool busy_ = false;
  bool lost_ = false;  ///< the bearer was lost while waiting for the server
  std::unique_ptr<Socket> socket_;
  Signal event_;
  Task<> run_;
  Channel* asker_ = nullptr;
};

}  // namespace sim800
