// The module's power: the key, start-up, functionality levels, and the end.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <ranges>
#include <utility>

#include "backends/ports/packets.hpp"
#include "emulator/at/multiplexer.hpp"
#include "emulator/board/board.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/internet/ftp_settings.hpp"
#include "emulator/internet/mms_settings.hpp"
#include "emulator/ip/ip_settings.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/module/toolkit_service.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_settings.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_service.hpp"

namespace sim800 {
namespace {

constexpr std::string_view sync_bytes{"\x00IIII\xff\xff\xff\xff", 9};  // manual 1.4, for the vendor's download tool

}  // namespace

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

/// A trace and a watcher hear of it.
void Modem::enter_power(std::string_view state) {
  record("power", {{"state", state}});
  if (observer != nullptr) observer->power(state);
}

void Modem::power_on() {
  power_ = Power::booting;
  start_counting();
  draw_latencies();
  enter_power("on");
  settings.boot();
  load_contexts();
  if (settings.number(key::cant_mode) == 1) static_cast<void>(*board);  // which watches the antenna again
  for_each_service([](Service& service) { service.power_on(); });
  sleep.power_on();
  powered_ = true;
  functionality_ = settings.number(key::cfun);
  files.limit(static_cast<std::uint64_t>(world.module.quirks.drive_bytes));
  files.make_directory(FileSystem::user_folder);
  ready_ = call_ready_ = synchronised_ = false;
  run(boot_, boot());
}

/// Once it is over it holds no memory.
void Modem::run(Task<>& slot, Task<> task) {
  slot = std::move(task);
  slot.start([&slot] { slot.cancel(); });
}

/// What services have saved is there before they are: a service is made when it is first used.
void Modem::load_contexts() {
  settings.set(key::ftpmode, static_cast<std::uint32_t>(world.module.quirks.ftp_mode));
  for (const SavedContext* context : {&ip_context, &ftp_context, &mms_context}) settings.load(*context);
  if (parts_.nvram.find(SmsService::section) != nullptr) static_cast<void>(*sms);
}

/// Everything ends where it is.
void Modem::stop(bool silently) {
  power_change_.cancel();
  boot_.cancel();
  start_.cancel();
  ringing_.clear();
  sms_ready_ = false;
  // What waits on a channel ends first, or it would notice the end of its service and report it.
  for (const auto& channel : channels_) channel->abandon_command();
  for (Service* service : std::views::reverse(services_)) service->power_off();
  if (parts_.packets != nullptr) parts_.packets->suspend(false);
  for (const auto& multiplexer : multiplexers_) multiplexer->stop();
  for (const auto& channel : channels_) channel->power_down(silently);
}

void Modem::power_off() {
  stop(false);
  power_ = Power::off;
  enter_power("off");
  tell(ModuleEvent::power_off);
}

/// Boot as the host sees it (field logs; manual 1.4 and 18.3): times count from power-on. AT is answered long before
/// RDY, commands that need the SIM are refused until it has started.
Task<> Modem::boot() {
  const TimePoint on = clock.now();
  co_await clock.sleep_until(on + std::min(latency[Latency::boot_uart], latency[Latency::boot_rdy]));
  power_ = Power::on;
  rate_ = settings.number(key::ipr);
  for (const auto& channel : channels_) channel->power_up();
  reframe();
  if (world.module.quirks.sync_bytes) boot_urc(sync_bytes, true);
  co_await clock.sleep_until(on + latency[Latency::boot_rdy]);
  ready_ = true;
  boot_urc("RDY", true);
  if (Channel* waiting = std::exchange(ok_after_reset_, nullptr)) waiting->urc(Code::ok);
  if (on_ready) on_ready();
  tell(ModuleEvent::boot);
  co_await clock.sleep_until(on + latency[Latency::boot_cfun]);
  boot_urc(fmt::format("+CFUN: {}", functionality_), true);
  if (world.module.quirks.gps_ready) boot_urc("GPS Ready", true);
  later([this] {
    judge_supply();
    judge_temperature();
  });
  for (const unsigned n : std::exchange(ringing_, {})) ring_alarm(n);
  co_await clock.sleep_until(on + latency[Latency::boot_cpin]);
  if (functionality_ == 0) co_return;  // AT+CFUN=0 came before RDY
  co_await start_sim();
}

/// The SIM starts; a locked one waits here for AT+CPIN.
Task<> Modem::start_sim() {
  sim->activate();
  boot_urc(fmt::format("+CPIN: {}", sim->word()), false);
  if (sim->ready()) tell(ModuleEvent::sim_ready);
  if (sim->locked()) {
    search_network();
  } else {
    co_await finish_start(StartedBy::boot);
  }
}

/// Boot times count from power-on; what follows the SIM keeps its distance from it.
Duration Modem::since_sim(Latency which) const { return latency[which] - latency[Latency::boot_cpin]; }

/// What follows once the SIM is usable, or absent: registration, and Call Ready and SMS Ready in the order that logs
/// show: Call Ready first at power-on, SMS Ready first after AT+CFUN=1.
Task<> Modem::finish_start(StartedBy cause) {
  const TimePoint ready = clock.now();
  const bool booted = cause == StartedBy::boot;
  const Duration call = booted ? since_sim(Latency::boot_call_ready) : latency[Latency::cfun_call_ready];
  const Duration sms_time = booted ? since_sim(Latency::boot_sms_ready) : latency[Latency::cfun_sms_ready];
  const Quirks& quirks = world.module.quirks;
  const bool call_first = booted ? !quirks.boot_sms_ready_first : quirks.cfun_call_ready_first;
  call_ready_ = false;
  search_network();
  co_await clock.sleep_until(ready + (call_first ? call : sms_time));
  call_first ? say_call_ready() : say_sms_ready();
  co_await clock.sleep_until(ready + (call_first ? sms_time : call));
  call_first ? say_sms_ready() : say_call_ready();
  if ((world.sim.toolkit != nullptr || toolkit.made()) && sim->ready()) toolkit->start();
  if (!booted || !quirks.second_call_ready) co_return;
  co_await clock.sleep(sms_time > call ? sms_time - call : call - sms_time);
  say_call_ready();
}

void Modem::say_call_ready() {
  call_ready_ = true;
  if (settings.number(key::ciurc) == 1) boot_urc("Call Ready", false);
}

void Modem::say_sms_ready() {
  if (!sim->ready()) return;
  boot_urc("SMS Ready", false);
  sms_ready_ = true;
  if (sms.made()) sms->start();
}

/// The card is gone, has no supply, or is started again.
void Modem::leave_card() {
  sms_ready_ = false;
  if (sms.made()) sms->stop();
  if (toolkit.made()) toolkit->power_off();
}

void Modem::search_network() {
  if (functionality_ != 1) return;
  if (!sim->ready()) return network->search_for_emergencies();
  const bool left_on_purpose = settings.number(key::cops_mode) == 2;  // AT+COPS=2, which is stored
  if (!left_on_purpose) network->search();
}

void Modem::announce_sim(Channel* cause) {
  urc(fmt::format("+CPIN: {}", sim->word()), cause);
  if (sim->ready()) tell(ModuleEvent::sim_ready);
}

/// With autobauding, RDY and +CFUN are never sent (manual 2.2.41), the others only once the host's rate is known. Logs
/// show that +CPIN is one of these, against the manual.
void Modem::boot_urc(std::string_view text, bool needs_fixed_rate) {
  if (fixed_rate() || (!needs_fixed_rate && synchronised_)) urc(text);
}

void Modem::reset_soon(Channel* ok_to) {
  power_ = Power::leaving;
  power_change_ = clock.after(Duration::zero(), [this, ok_to] {
    stop(false);
    enter_power("off");
    ok_after_reset_ = ok_to;
    power_on();
  });
}

void Modem::power_off_soon() {
  power_ = Power::leaving;
  power_change_ = clock.after(Duration::zero(), [this] { power_off(); });
}

// --- what commands do to the whole module

Duration Modem::set_functionality(unsigned fun, Channel* cause) {
  if (fun == functionality_) return Duration::zero();
  const unsigned before = std::exchange(functionality_, fun);
  if (!ready_) return latency[Latency::cfun];  // the boot goes on at the new level
  const bool leaves = fun != 1 && network->registered();
  if (fun != 1) network->leave(cause);
  if (fun != 1) lose_network();  // also an emergency call, which needs no registration
  if (fun == 0 || before == 0) {
    boot_.cancel();
    run(start_, fun == 0 ? minimum_functionality(cause) : full_functionality(cause));
  } else if (fun == 1) {
    search_network();
  }
  return latency[leaves ? Latency::cfun_leave : Latency::cfun];
}

/// AT+CFUN=0: the network is left first, then the SIM goes.
Task<> Modem::minimum_functionality(Channel* cause) {
  call_ready_ = false;
  leave_card();
  co_await clock.sleep(latency[Latency::cfun_sim_off]);
  sim->deactivate();
  urc("+CPIN: NOT READY", cause);
  if (cause != nullptr) cause->flush();
}

/// AT+CFUN=1 after 0: the SIM starts while the command runs.
Task<> Modem::full_functionality(Channel* cause) {
  co_await clock.sleep(latency[Latency::cfun]);
  sim->activate();
  announce_sim(cause);
  if (sim->locked()) {
    search_network();
  } else {
    co_await finish_start(StartedBy::cfun);
  }
}

void Modem::detach_for_good() {
  boot_.cancel();
  start_.cancel();
  if (toolkit.made()) toolkit->power_off();
  network->power_off();
}

}  // namespace sim800
