// The module: its settings, its services, its AT channels, and its life from power-on to power-off.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ftp.hpp"
#include "backends/http.hpp"
#include "emulator/bearer.hpp"
#include "emulator/channel.hpp"
#include "emulator/clock.hpp"
#include "emulator/file_system.hpp"
#include "emulator/ftp_service.hpp"
#include "emulator/http_service.hpp"
#include "emulator/latency.hpp"
#include "emulator/network.hpp"
#include "emulator/nvram.hpp"
#include "emulator/rtc.hpp"
#include "emulator/settings.hpp"
#include "emulator/sim.hpp"
#include "emulator/surroundings.hpp"
#include "emulator/trace.hpp"
#include "emulator/world.hpp"

namespace sim800 {

class Modem {
 public:
  /// What a modem is built on; all of it outlives the modem.
  struct Parts {
    const World& world;
    Clock& clock;
    Nvram& nvram;
    FileSystem& files;
    HttpClient& http;
    FtpClient& ftp;
    Trace* trace = nullptr;
    std::uint64_t seed = 0;
  };
  explicit Modem(const Parts& parts);
  ~Modem();

  /// Puts an AT channel on a wire; both live as long as the modem.
  Channel& attach(Port& port, std::string name);

  void power_on();
  /// PWRKEY is pressed long enough: an idle module boots, a running one says NORMAL POWER DOWN and goes off.
  void press_power_key();
  /// Called each time the UART begins to answer.
  std::function<void()> on_ready;

  bool answers() const { return power_ == Power::on; }
  /// No command runs on any channel and nothing waits to be sent.
  bool idle() const;

  // What commands do to the whole module.

  /// AT+CFUN=<fun>: 0 minimum, 1 full, 4 radio off.  `cause` sees +CPIN lines before its result.
  void set_functionality(unsigned fun, Channel* cause);
  unsigned functionality() const { return functionality_; }
  /// Boots anew once the running command has answered; `ok_to` gets its OK only then.
  void reset_soon(Channel* ok_to = nullptr);
  /// Off once the running command has answered.
  void power_off_soon();
  /// The module is about to go off: it leaves the network, and its start-up, if it still runs, ends.
  void detach_for_good();
  /// AT+CCLK=; only the zone is kept over power-off.
  Result set_clock(std::string_view text);
  /// A voice call that was dialled comes to nothing: NO CARRIER.
  void call_ends_in(Duration delay);
  /// The host hangs up: nothing more is said of the call.
  void hang_up() { call_end_.cancel(); }
  /// S5 or &C changed: channels act on them.
  void apply_line_settings();

  void urc(std::string_view text, Channel* cause = nullptr);
  void urc(Code code);

  /// The first line after power-on: with autobauding, only now is the host's rate known.
  void synchronised() { synchronised_ = true; }
  std::uint32_t error_mode() const { return settings.number("+CMEE"); }
  bool call_ready() const { return call_ready_; }

  Trace* trace() const { return trace_; }
  void record(std::string_view event, std::initializer_list<Trace::Field> fields) const {
    if (trace_ != nullptr) trace_->event(event, fields);
  }

  const World& world;
  Clock& clock;
  FileSystem& files;
  const Latencies latency;
  Settings settings;

 private:
  enum class Power : std::uint8_t {
    off,
    booting,
    on,
    leaving,  ///< a reset or power-off is decided: nothing that comes now is heard
  };

  Task<> boot();
  Task<> start_sim();
  Task<> finish_start();
  Duration since_sim(Latency which) const;
  void power_off();
  void boot_urc(std::string_view text, bool needs_fixed_rate);
  bool fixed_rate() const { return settings.number("+IPR") != 0; }

  Nvram& nvram_;
  Trace* trace_;
  Surroundings surroundings_;

 public:
  Sim sim;
  Network network;
  Bearers bearers;
  HttpService http;
  FtpService ftp;
  Rtc rtc;

 private:
  std::vector<std::unique_ptr<Channel>> channels_;
  Power power_ = Power::off;
  unsigned functionality_ = 1;
  bool call_ready_ = false;
  bool synchronised_ = false;
  Task<> boot_, start_;
  Timer power_change_, call_end_;
  Channel* ok_after_reset_ = nullptr;
};

}  // namespace sim800
