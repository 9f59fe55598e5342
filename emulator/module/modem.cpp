// SPDX-License-Identifier: MIT
#include "emulator/module/modem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "emulator/internet/mms_service.hpp"

namespace sim800 {
namespace {

constexpr std::string_view sync_bytes{"\x00IIII\xff\xff\xff\xff", 9};  // manual 1.4, for the vendor's download tool

/// The loader has refused other names.
Model model_of(const World& world) { return find_model(world.module.model).value_or(Model::sim800l); }

}  // namespace

Modem::Modem(const Parts& parts)
    : ChannelOwner(parts.clock, latencies_, parts.commands(model_of(parts.world)), parts.trace),
      world(parts.world),
      files(parts.files),
      model(model_of(parts.world)),
      settings(commands.rows(), model, parts.nvram, parts.world.module.settings),
      latencies_(parts.world.timing),
      nvram_(parts.nvram),
      environment_{world,
                   clock,
                   latency,
                   parts.seed,
                   [this](std::string_view text, Channel* cause) { urc(text, cause); },
                   [this](Code code) { urc(code); },
                   parts.trace},
      sim(environment_, parts.nvram),
      barring(parts.nvram, parts.world.sim.imsi),
      preferred_operators(parts.nvram, parts.world.sim.iccid),
      network(environment_, settings),
      cells(environment_, settings, network),
      network_time(environment_, network),
      pdp(environment_, network),
      gprs(environment_, settings, pdp, parts.nvram),
      bearers(environment_, pdp),
      ip({environment_, settings, network, pdp, parts.nvram, parts.files, parts.sockets, parts.trace}),
      http(environment_, settings, bearers, parts.nvram, parts.http, parts.trace),
      ftp(environment_, settings, bearers, parts.nvram, parts.files, parts.ftp),
      ping(environment_, ip, parts.pinger),
      ip_filters(parts.nvram),
      locator(environment_, bearers),
      phone_book(environment_, parts.nvram),
      calls(environment_, settings, network, phone_book, parts.nvram),
      ussd(environment_, settings),
      tones(environment_),
      rtc(clock),
      ntp(environment_, bearers, rtc, parts.sockets),
      mail(environment_, settings, bearers, parts.mail),
      smtp(environment_, settings, rtc, mail),
      pop3(environment_, settings, mail),
      alarms(clock, parts.nvram, rtc),
      sleep(clock, settings),
      sms(environment_, settings, sim, network, rtc, parts.nvram, parts.trace),
      mms(std::make_unique<MmsService>(environment_, settings, bearers, network, rtc, parts.nvram, sms, parts.http)),
      jamming(environment_, settings),
      media(environment_, parts.files) {
  connect_services();
  if (const Nvram::Section* saved = nvram_.find("clock")) {
    if (const auto zone = saved->find("zone"); zone != saved->end()) rtc.set_zone(std::atoi(zone->second.c_str()));
  }
}

/// Who tells whom.
void Modem::connect_services() {
  calls.sends_message = [this] { return sms.sending(); };
  calls.on_set_up = [this] { media.call_set_up(); };
  calls.on_all_ended = [this] { media.call_ended(); };
  sms.lets_in = [this](std::string_view from) { return calls.lists.lets_sms(from); };
  sms.name_of = [this](std::string_view number) { return phone_book.name_of(number); };
  sim.on_unlocked = [this] {
    announce_sim(nullptr);
    start_ = finish_start();
    start_.start([] {});
  };
  sim.on_blocked = [this] { later([this] { sim_gone(); }); };
  network.on_detached = [this](Channel* cause) {
    bearers.lose_all(cause);
    ip.lose_service(cause);
    gprs.detached(cause, cause != nullptr || !sim.ready());  // without its card the module leaves by itself
  };
  network.on_registration = [this](bool registered, Channel* cause) {
    if (!registered) calls.lose_network();
    if (!registered) ussd.lose_network();
    if (registered) sms.registered();
    tell(registered ? ModuleEvent::registered : ModuleEvent::unregistered);
    if (registered && settings.number("+CLTS") == 1) network_time.announce(rtc, cause);
  };
  bearers.on_opened = [this](unsigned) { tell(ModuleEvent::bearer_open); };
  bearers.on_closed = [this](unsigned cid) {
    http.bearer_closed(cid);
    ftp.bearer_closed(cid);
    ntp.bearer_closed(cid);
    mail.bearer_closed(cid);
    mms->bearer_closed(cid);
    tell(ModuleEvent::bearer_closed);
  };
  pdp.on_closed = [this] { ping.context_changed(); };
  rtc.on_set = [this] {
    nvram_.store("clock", {{"zone", std::to_string(rtc.zone())}});
    alarms.rearm();
  };
  alarms.on_ring = [this](unsigned n) { ring_alarm(n); };
}

Modem::~Modem() = default;

Channel& Modem::attach(Port& port, std::string name) {
  Channel& channel = *channels_.emplace_back(std::make_unique<Channel>(*this, settings, port, std::move(name)));
  channel.on_free = [this, &channel] { ip.channel_free(channel); };
  if (answers()) channel.power_up();
  return channel;
}

Result Modem::multiplex(Channel& channel, std::size_t frame_size) {
  constexpr Result already_running{static_cast<Cme>(768)};
  Multiplexer* chosen = nullptr;
  for (const auto& each : multiplexers_) {
    if (each->has_dlc(channel)) return already_running;
    if (each->is_on(channel)) chosen = each.get();
  }
  if (chosen == nullptr) chosen = multiplexers_.emplace_back(std::make_unique<Multiplexer>(*this, channel)).get();
  chosen->start(frame_size);
  return ok;
}

bool Modem::idle() const {
  return std::ranges::all_of(channels_, [](const auto& channel) { return channel->idle(); });
}

void Modem::urc(std::string_view text, Channel* cause) {
  if (!answers()) return;
  sleep.touch();
  record("urc", {{"text", text}});
  for (const auto& channel : channels_) {
    if (channel.get() == cause) {
      channel->line_inside(text);
    } else {
      channel->urc(text);
    }
  }
  if (faults != nullptr) faults->urc(text);
}

void Modem::urc(Code code) {
  if (!answers()) return;
  sleep.touch();
  record("urc", {{"text", text_of(code)}});
  for (const auto& channel : channels_) channel->urc(code);
  if (faults != nullptr) faults->urc(text_of(code));
}

// --- power and start-up

void Modem::press_power_key() {
  if (power_ == Power::off || power_ == Power::frozen) {
    power_on();
  } else if (power_ != Power::leaving) {
    detach_for_good();
    power_change_ = clock.after(latency[Latency::power_down], [this] {
      urc("NORMAL POWER DOWN");
      power_off();
    });
  }
}

void Modem::power_on() {
  power_ = Power::booting;
  record("power", {{"state", "on"}});
  settings.boot();
  ftp.boot();
  ip.boot();
  mms->boot();
  phone_book.boot();
  sms.boot();
  network.power_on();
  sleep.power_on();
  powered_ = true;
  functionality_ = settings.number("+CFUN");
  files.make_directory(FileSystem::user_folder);
  call_ready_ = synchronised_ = false;
  boot_ = boot();
  boot_.start([] {});
}

/// Everything ends where it is.
void Modem::stop(bool silently) {
  power_change_.cancel();
  boot_.cancel();
  start_.cancel();
  calls.reset();
  ussd.reset();
  tones.reset();
  http.terminate();
  ftp.reset();
  smtp.reset();
  pop3.reset();
  mail.close();
  ip.reset();
  mms->reset();
  bearers.reset();
  gprs.reset();
  pdp.reset();
  locator.reset();
  ntp.reset();
  cells.power_off();
  ringing_.clear();
  network.power_off();
  sms.power_off();
  sim.power_off();
  jamming.power_off();
  media.power_off();
  gpios.reset();
  pins.reset();
  for (const auto& multiplexer : multiplexers_) multiplexer->stop();
  for (const auto& channel : channels_) channel->power_down(silently);
}

void Modem::power_off() {
  stop(false);
  power_ = Power::off;
  record("power", {{"state", "off"}});
  tell(ModuleEvent::power_off);
}

/// Start-up as the host sees it (manual 1.4 and 18.3): times count from power-on.
Task<> Modem::boot() {
  const TimePoint on = clock.now();
  co_await clock.sleep_until(on + latency[Latency::boot_rdy]);
  power_ = Power::on;
  for (const auto& channel : channels_) channel->power_up();
  if (world.module.quirks.sync_bytes) boot_urc(sync_bytes, true);
  boot_urc("RDY", true);
  if (Channel* waiting = std::exchange(ok_after_reset_, nullptr)) waiting->urc(Code::ok);
  if (on_ready) on_ready();
  tell(ModuleEvent::boot);
  co_await clock.sleep_until(on + latency[Latency::boot_cfun]);
  boot_urc(fmt::format("+CFUN: {}", functionality_), true);
  if (supply_ != Supply::normal) later([this] { judge_supply(); });
  for (const unsigned n : std::exchange(ringing_, {})) ring_alarm(n);
  co_await clock.sleep_until(on + latency[Latency::boot_cpin]);
  co_await start_sim();
}

/// The SIM comes up; a locked one waits here for AT+CPIN.
Task<> Modem::start_sim() {
  sim.power_on();
  boot_urc(fmt::format("+CPIN: {}", sim.word()), true);
  if (sim.ready()) tell(ModuleEvent::sim_ready);
  if (sim.locked()) {
    search_network();
  } else {
    co_await finish_start();
  }
}

/// Times of the start-up count from power-on; what follows the SIM keeps its distance to it.
Duration Modem::since_sim(Latency which) const { return latency[which] - latency[Latency::boot_cpin]; }

/// What follows once the SIM is usable, or absent: registration, Call Ready, SMS Ready.
Task<> Modem::finish_start() {
  const TimePoint ready = clock.now();
  search_network();
  co_await clock.sleep_until(ready + since_sim(Latency::boot_call_ready));
  call_ready_ = true;
  if (settings.number("+CIURC") == 1) boot_urc("Call Ready", false);
  co_await clock.sleep_until(ready + since_sim(Latency::boot_sms_ready));
  if (!sim.ready()) co_return;
  boot_urc("SMS Ready", false);
  sms.start();
}

void Modem::search_network() {
  if (functionality_ != 1) return;
  if (!sim.ready()) return network.search_for_emergencies();
  const bool left_on_purpose = settings.number("+COPS") == 2;  // AT+COPS=2, which is kept
  if (!left_on_purpose) network.search();
}

void Modem::announce_sim(Channel* cause) {
  urc(fmt::format("+CPIN: {}", sim.word()), cause);
  if (sim.ready()) tell(ModuleEvent::sim_ready);
}

/// With autobauding, RDY, +CFUN and +CPIN are never sent, the others only once the host's rate is known
/// (manual 2.2.41).
void Modem::boot_urc(std::string_view text, bool needs_fixed_rate) {
  if (fixed_rate() || (!needs_fixed_rate && synchronised_)) urc(text);
}

void Modem::reset_soon(Channel* ok_to) {
  power_ = Power::leaving;
  power_change_ = clock.after(Duration::zero(), [this, ok_to] {
    stop(false);
    record("power", {{"state", "off"}});
    ok_after_reset_ = ok_to;
    power_on();
  });
}

void Modem::power_off_soon() {
  power_ = Power::leaving;
  power_change_ = clock.after(Duration::zero(), [this] { power_off(); });
}

// --- what commands do to the whole module

void Modem::set_functionality(unsigned fun, Channel* cause) {
  if (fun == functionality_) return;
  const unsigned before = functionality_;
  functionality_ = fun;
  if (fun != 0) settings.set("+CFUN", 0, std::to_string(fun));
  if (fun != 1) network.leave(cause);
  if (fun != 1) calls.lose_network();  // also an emergency call, which needs no registration
  if (fun == 0) {
    boot_.cancel();
    start_.cancel();
    sms.power_off();
    sim.power_off();
    urc("+CPIN: NOT READY", cause);
  } else if (before == 0) {
    sim.power_on();
    announce_sim(cause);
  }
  if (fun != 1) return;
  if (sim.locked() || before == 4) return search_network();
  start_ = finish_start();
  start_.start([] {});
}

void Modem::detach_for_good() {
  boot_.cancel();
  start_.cancel();
  network.power_off();
}

void Modem::apply_line_settings() {
  for (const auto& channel : channels_) channel->apply_settings();
}

}  // namespace sim800
