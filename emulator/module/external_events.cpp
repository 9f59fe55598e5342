// What happens to a module from outside: its card, its supply, its temperature, reset and loss of power.
// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <string>
#include <utility>

#include "emulator/board/board.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/network/bearer.hpp"
#include "emulator/network/gprs.hpp"
#include "emulator/network/network.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_service.hpp"

namespace sim800 {

/// The caller may be in the middle of anything, a handler or a transfer: the consequences wait for a fresh stack.
void Modem::later(std::function<void()> what) {
  external_events_.push_back(std::move(what));
  external_event_timer_ = clock.after(Duration::zero(), [this] {
    for (const auto& act : std::exchange(external_events_, {})) act();
  });
}

void Modem::fall_silent(Duration span) {
  later([this, span] {
    for (const auto& channel : channels_) {
      if (channel->has_lines()) channel->fall_silent(span);
    }
  });
}

void Modem::hold_line(ModemLine line, std::optional<bool> on) {
  later([this, line, on] {
    for (const auto& channel : channels_) {
      if (!is_dlc(*channel)) channel->hold(line, on);
    }
  });
}

// --- the card

void Modem::remove_sim() {
  later([this] {
    if (!sim->present()) return;
    sim->remove();
    if (sim->state() == Sim::State::absent) sim_gone();
  });
}

void Modem::insert_sim() {
  later([this] {
    if (sim->present()) return;
    const bool powered = sim->state() == Sim::State::absent;
    sim->insert();
    if (!powered) return;
    boot_.cancel();
    sim->activate();
    announce_sim(nullptr);
    if (settings.number(key::csmins) == 1) urc("+CSMINS: 1,1");
    if (sim->locked()) return;
    run(start_, finish_start(StartedBy::boot));
  });
}

void Modem::lock_sim() {
  later([this] {
    if (!sim->present()) return;
    sim->lock();
    if (sim->locked()) sim_gone();
  });
}

void Modem::restart_sim() {
  later([this] {
    if (!sim->ready()) return;
    start_.cancel();
    leave_card();
    sim->activate();
    announce_sim(nullptr);
    if (sim->locked()) return search_network();
    run(start_, finish_start(StartedBy::cfun));
  });
}

/// Without a card only emergency calls are possible.
void Modem::sim_gone() {
  boot_.cancel();
  start_.cancel();
  leave_card();
  urc(sim->present() ? "+CPIN: " + std::string(sim->word()) : "+CPIN: NOT READY");
  if (!sim->present() && settings.number(key::csmins) == 1) urc("+CSMINS: 1,0");
  search_network();
}

// --- supply and temperature (hardware design guide; spelling as the module has it)

void Modem::set_supply(Supply supply) {
  later([this, supply] {
    supply_ = supply;
    judge_supply();
  });
}

void Modem::supply_watched() {
  later([this] { judge_supply(); });
}

void Modem::judge_supply() {
  if (!answers() || !ready_ || settings.number(key::cbatchk) == 0) return;
  switch (supply_) {
    case Supply::normal: return;
    case Supply::under_voltage: return urc("UNDER-VOLTAGE WARNNING");
    case Supply::over_voltage: return urc("OVER-VOLTAGE WARNNING");
    case Supply::under_voltage_off: urc("UNDER-VOLTAGE POWER DOWN"); break;
    case Supply::over_voltage_off: urc("OVER-VOLTAGE POWER DOWN"); break;
  }
  power_off();
}

namespace {

/// <n> of +CMTE; 0: nothing to say.
int severity_of(double celsius) {
  if (celsius > 85 || celsius < -40) return celsius < 0 ? -2 : 2;
  if (celsius >= 80 || celsius <= -30) return celsius < 0 ? -1 : 1;
  return 0;
}

}  // namespace

void Modem::set_temperature(std::optional<int> celsius) {
  later([this, celsius] {
    temperature_ = celsius;
    judge_temperature();
  });
}

double Modem::temperature() const {
  if (temperature_) return *temperature_;
  return board.made() ? board->celsius() : room_temperature;
}

void Modem::temperature_watched() {
  later([this] { judge_temperature(); });
}

/// By the scenario's course: told once for each class that it comes into.
void Modem::temperature_moved() {
  if (severity_of(temperature()) != severity_) temperature_watched();
}

/// AT+CMTE=1 (hardware design guide): +CMTE: 1 and -1 warn, 2 and -2 precede power-off.
void Modem::judge_temperature() {
  if (!answers() || !ready_ || settings.number(key::cmte) == 0) return;
  severity_ = severity_of(temperature());
  if (severity_ == 0) return;
  urc("+CMTE: " + std::to_string(severity_));
  if (std::abs(severity_) == 2) power_off();
}

// --- network and power

void Modem::lose_bearers() {
  later([this] {
    if (bearers.made()) bearers->lose_all(nullptr);
    if (ip.made()) ip->lose_contexts(nullptr);
    gprs->lose_contexts();
  });
}

void Modem::reset() {
  later([this] {
    if (power_ == Power::off) return;
    stop(true);
    enter_power("reset");
    power_on();
  });
}

void Modem::freeze() {
  later([this] {
    if (power_ == Power::off) return;
    stop(true);
    power_ = Power::frozen;
    enter_power("frozen");
  });
}

void Modem::lose_power() {
  later([this] {
    rtc.lose_power();
    powered_ = false;
    if (power_ == Power::off) return;
    stop(true);
    power_ = Power::off;
    enter_power("off");
    tell(ModuleEvent::power_off);
  });
}

void Modem::say_raw(std::string_view bytes) {
  if (!answers()) return;
  for (const auto& channel : channels_) {
    if (channel->has_lines()) channel->write(bytes);
  }
}

// --- who watches it

void Modem::start_counting() {
  if (!std::exchange(counting_, true)) environment_.origin = clock.now();
}

void Modem::watch(Observer* by) { observer = environment_.observer = by; }

/// An alarm boots a module that is off, if it has its supply; while it boots, it waits for +CFUN.
void Modem::ring_alarm(unsigned n) {
  if (answers() && ready_) {
    urc("ALARM RING");
    urc("+CALV: " + std::to_string(n));
    return;
  }
  if (power_ == Power::frozen || !powered_) return;
  ringing_.push_back(n);
  if (power_ == Power::off) power_on();
}

}  // namespace sim800
