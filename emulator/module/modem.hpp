// The module: its settings, its services, its AT channels, and its life from power-on to power-off.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/at/channel.hpp"
#include "emulator/at/channel_owner.hpp"
#include "emulator/at/fault_hooks.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/at/sleep.hpp"
#include "emulator/core/board_config.hpp"
#include "emulator/core/clock.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/identity.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/model.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/rtc.hpp"
#include "emulator/core/task.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/module/on_demand.hpp"
#include "emulator/plmn/plmn.hpp"

namespace sim800 {

class Alarms;
class Bearers;
class CallBarring;
class CallService;
class CardFiles;
class Cells;
class FileReader;
class FileSystem;
class FtpClient;
class FtpService;
class Gprs;
class HttpClient;
class HttpService;
class IpFilters;
class IpStack;
class Jamming;
class Locator;
class MailClient;
class MailConnection;
class Media;
class MmsService;
class Multiplexer;
class Network;
class NetworkTime;
class NtpService;
class PacketNetwork;
class PdpContexts;
class PhoneBook;
class Pinger;
class PingService;
class Board;
class Pins;
class RingIndicator;
class Pop3Service;
class PppService;
class PreferredOperators;
class Service;
class Sim;
class SmsService;
class SmtpService;
class Sockets;
class TlsClient;
class Tones;
class ToolkitService;
class UssdService;
struct MuxSettings;

/// Events in the life of a module that others may wait for.
enum class ModuleEvent : std::uint8_t {
  boot,  ///< RDY was said, or would have been at a fixed rate
  sim_ready,
  registered,
  unregistered,
  bearer_open,
  bearer_closed,
  power_off,  ///< not before a reset
};

class Modem final : private OwnLatencies, public ChannelOwner, private MobileStation {
 public:
  /// What a modem is built on; all of it outlives the modem.
  struct Parts {
    const World& world;
    const CommandTable& (&commands)(const ModuleConfig&);
    Clock& clock;
    Nvram& nvram;
    FileSystem& files;
    HttpClient& http;
    FtpClient& ftp;
    Sockets& sockets;
    Pinger& pinger;
    MailClient& mail;
    Trace* trace = nullptr;
    std::uint64_t seed = 0;
    const Identity* identity = nullptr;  ///< null: as `world` says; copied
    Plmn* plmn = nullptr;                ///< that it shares with other modules
    unsigned index = 0;                  ///< its number among them, from 0
    PacketNetwork* packets = nullptr;    ///< behind data calls; null: they lead nowhere
  };
  explicit Modem(const Parts& parts);
  ~Modem() override;

  /// Puts an AT channel on a port; both live as long as the modem.
  Channel& attach(Port& port, std::string name) override;

  void power_on();
  /// PWRKEY is pressed long enough: a module that is off boots, a running one says NORMAL POWER DOWN and switches off.
  void press_power_key();
  /// Called each time RDY was said, or would have been at a fixed rate. AT is answered earlier.
  std::function<void()> on_ready;
  /// Called after the URC that reports it, if there is one.
  std::function<void(ModuleEvent)> on_event;

  // What happens to the module. All of these may be called at any time, even in a callback of the module itself: their
  // consequences follow once the caller has returned. See also Network::set_registration and set_signal.

  /// The card is removed: +CPIN: NOT READY, the network and the bearers are lost.
  void remove_sim();
  /// The card is inserted: +CPIN: READY (or what it requires), then as at boot.
  void insert_sim();
  /// The card asks for its PIN (1234 unless the scenario sets one): +CPIN: SIM PIN, the network is lost.
  void lock_sim();
  /// It is reset, by itself (REFRESH): the module starts it again, as at boot.
  void restart_sim();
  /// Warns each time it is called, with AT+CBATCHK=1; the *_off levels switch the module off.
  void set_supply(Supply supply);
  /// Degrees from now on, or the scenario's again. Warns each time it is called beyond -30 and 80 degrees, switches off
  /// beyond -40 and 85, with AT+CMTE=1.
  void set_temperature(std::optional<int> celsius);
  /// AT+CBATCHK, AT+CMTE was written: what is watched from now on may be too low or too high already.
  void supply_watched();
  void temperature_watched();
  /// The network deactivates every PDP context: +SAPBR <cid>: DEACT.
  void lose_bearers();
  /// The RESET pin: what was not saved is lost, the module boots again.
  void reset();
  /// Unresponsive until PWRKEY is pressed or power is lost.
  void freeze();
  /// For this long (CommandVerdict::forever: until power-off) no channel receives or sends anything; what ran on them
  /// is over.
  void fall_silent(Duration span);
  /// Off at once, without a message or saving; the clock starts again. PWRKEY boots it.
  void lose_power();
  /// The host's or the module's, on every line: moved, or left to whoever drives it.
  void hold_line(ModemLine line, std::optional<bool> on);
  /// These bytes leave the UART now, wherever its lines are in an answer.
  void say_raw(std::string_view bytes);

  /// The times of a scenario count from now; without this call, from the first power-on.
  void start_counting();
  /// What the module does is told to it from now on; it outlives the module. Null: to nobody.
  void watch(Observer* by);
  /// Latencies that are ranges get new values; for each command line, and at power-on.
  void draw_latencies() { OwnLatencies::draw(); }

  Supply supply() const { return supply_; }
  double temperature() const;

  bool answers() const override { return power_ == Power::on; }
  bool consumes_wakeup() override {
    return sleep.consumes_wakeup([this] { return dtr_on_lines() > 0; }, [this] { return at_rest(); });
  }
  void dtr_on(const Channel& channel) override;
  void reframe() override;
  void touch() override { sleep.touch(); }
  /// Its AT channels, in the order in which they were attached; those of DLCs, too.
  const std::vector<std::unique_ptr<Channel>>& channels() const { return channels_; }
  /// No command runs on any channel and nothing waits to be sent.
  bool idle() const;
  /// Nor does any service have something in progress.
  bool at_rest() const { return idle() && !working(); }
  /// Some service has something in progress.
  bool working() const;

  // What commands do to the whole module.

  /// AT+CFUN=<fun>: 0 minimum, 1 full, 4 radio off. `cause` sees +CPIN lines before its result, which comes after the
  /// duration returned.
  Duration set_functionality(unsigned fun, Channel* cause);
  unsigned functionality() const { return functionality_; }
  /// Reboots once the running command has answered; `ok_to` gets its OK only then.
  void reset_soon(Channel* ok_to = nullptr);
  /// Off once the running command has answered.
  void power_off_soon();
  /// The module is about to switch off: it leaves the network, and its boot ends if it is still running.
  void detach_for_good();
  /// AT+CMUX on that channel: frames on its port once its line has ended. 768 if there are some already.
  Result multiplex(Channel& channel, const MuxSettings& settings);
  /// Its port is a DLC: no pins of the module.
  bool is_dlc(const Channel& channel) const;
  /// AT+CGSN; AT+SIMEI writes it for good. False: it cannot be saved, and nothing has changed.
  std::string imei() const;
  bool set_imei(const std::string& imei);
  /// S5 or &C changed: channels apply them.
  void apply_line_settings();

  void urc(std::string_view text, Channel* cause = nullptr) override;
  /// A URC that need not wait for the end of data mode; false if every channel that would send it has dropped it.
  bool urc(std::string_view text, WhileOnline policy);
  void urc(Code code);
  void stop_ringing();
  /// See Environment::answer.
  void answer(std::string_view text, Channel* asker);
  void answer(Code code, Channel* asker);

  void synchronised() override { synchronised_ = true; }
  int error_mode() const override { return static_cast<int>(settings.number(key::cmee)); }
  Modem& modem() override { return *this; }
  bool call_ready() const { return call_ready_; }

  const World& world;
  const Identity identity;
  FileSystem& files;
  const Model model;
  Settings settings;

 private:
  enum class Power : std::uint8_t {
    off,
    booting,
    on,
    leaving,  ///< a reset or power-off is decided: input is ignored from now on
    frozen,
  };

  /// Order and distances of the last boot lines depend on what they follow.
  enum class StartedBy : std::uint8_t { boot, cfun };

  static void run(Task<>& slot, Task<> task);
  Task<> boot();
  Task<> start_sim();
  Task<> finish_start(StartedBy cause);
  Task<> minimum_functionality(Channel* cause);
  Task<> full_functionality(Channel* cause);
  void say_call_ready();
  void say_sms_ready();
  Duration since_sim(Latency which) const;
  void search_network();
  void announce_sim(Channel* cause);
  void stop(bool silently);
  void power_off();
  void enter_power(std::string_view state);
  void later(std::function<void()> what);
  void sim_gone();
  void judge_supply();
  void load_changed();
  void judge_temperature();
  void temperature_moved();
  void ring_alarm(unsigned n);
  std::unique_ptr<Sim> connected(std::unique_ptr<Sim> made);
  std::unique_ptr<Network> connected(std::unique_ptr<Network> made);
  std::unique_ptr<PdpContexts> connected(std::unique_ptr<PdpContexts> made);
  std::unique_ptr<Bearers> connected(std::unique_ptr<Bearers> made);
  std::unique_ptr<CallService> connected(std::unique_ptr<CallService> made);
  std::unique_ptr<SmsService> connected(std::unique_ptr<SmsService> made);
  std::unique_ptr<Alarms> connected(std::unique_ptr<Alarms> made);
  std::unique_ptr<Board> connected(std::unique_ptr<Board> made);
  void load_contexts();
  void leave_card();
  void for_each_service(const std::function<void(Service&)>& act);
  void lose_network();
  bool powered_on() const { return power_ != Power::off && power_ != Power::frozen; }
  void tell(ModuleEvent event) {
    if (on_event) on_event(event);
  }
  void boot_urc(std::string_view text, bool needs_fixed_rate);
  bool fixed_rate() const { return settings.number(key::ipr) != 0; }
  void indicate(std::string_view urc);
  std::ptrdiff_t dtr_on_lines() const;
  Framing framing() const;

  friend void adopt(Modem& modem, Service& service);

  // MobileStation
  const std::string& number() const override { return identity.number; }
  CallParty& call_party() override;
  SmsRecipient& sms_recipient() override;

  const Parts parts_;
  Environment environment_;
  std::vector<Service*> services_;  ///< those made so far: who needs others comes after them

 public:
  Rtc rtc;  ///< of its settings, only the zone is kept over power-off
  Sleep sleep;

  // The services.  Each is made by a line in the constructor, from those above it.
  OnDemand<Sim> sim;
  OnDemand<CardFiles> card;  ///< its files
  OnDemand<CallBarring> barring;
  OnDemand<PreferredOperators> preferred_operators;
  OnDemand<Network> network;
  OnDemand<Cells> cells;
  OnDemand<NetworkTime> network_time;
  OnDemand<PdpContexts> pdp;
  OnDemand<Gprs> gprs;
  OnDemand<Bearers> bearers;
  OnDemand<TlsClient> tls;
  OnDemand<IpStack> ip;
  OnDemand<IpFilters> ip_filters;
  OnDemand<PingService> ping;
  OnDemand<NtpService> ntp;
  OnDemand<PppService> ppp;
  OnDemand<HttpService> http;
  OnDemand<FtpService> ftp;
  OnDemand<Locator> locator;
  OnDemand<PhoneBook> phone_book;
  OnDemand<CallService> calls;
  OnDemand<UssdService> ussd;
  OnDemand<MailConnection> mail;
  OnDemand<SmtpService> smtp;
  OnDemand<Pop3Service> pop3;
  OnDemand<SmsService> sms;
  OnDemand<MmsService> mms;
  OnDemand<Alarms> alarms;
  OnDemand<Jamming> jamming;
  OnDemand<FileReader> file_reader;
  OnDemand<Media> media;
  OnDemand<Tones> tones;
  OnDemand<Board> board;
  OnDemand<RingIndicator> ring_indicator;
  OnDemand<ToolkitService> toolkit;
  OnDemand<Pins> gpios;  ///< by AT+SGPIO's numbers
  OnDemand<Pins> pins;   ///< by AT+CGPIO's

 private:
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<std::unique_ptr<Multiplexer>> multiplexers_;
  Power power_ = Power::off;
  unsigned functionality_ = 1;
  bool ready_ = false;  ///< RDY was said, or would have been
  bool call_ready_ = false;
  bool sms_ready_ = false;  ///< messages can be read and sent
  bool synchronised_ = false;
  unsigned rate_ = 0;  ///< of the UART, in bit/s; 0: that of the host
  Task<> boot_, start_;
  Timer power_change_;
  std::vector<std::function<void()>> external_events_;
  Timer external_event_timer_;
  bool powered_ = false;           ///< the supply is there: PWRKEY was pressed since it was lost
  std::vector<unsigned> ringing_;  ///< alarms that go off while the module boots
  Supply supply_ = Supply::normal;
  std::optional<int> temperature_;  ///< set_temperature()
  int severity_ = 0;                ///< of the temperature that was judged last, as +CMTE has it
  bool counting_ = false;           ///< a scenario's times
  Channel* ok_after_reset_ = nullptr;
};

}  // namespace sim800
