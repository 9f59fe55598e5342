// SPDX-License-Identifier: MIT
#include "emulator/module/modem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ranges>
#include <utility>

#include "backends/ports/packets.hpp"
#include "emulator/at/multiplexer.hpp"
#include "emulator/board/alarms.hpp"
#include "emulator/board/board.hpp"
#include "emulator/board/media.hpp"
#include "emulator/board/pins.hpp"
#include "emulator/board/ring_indicator.hpp"
#include "emulator/board/tones.hpp"
#include "emulator/calls/call_barring.hpp"
#include "emulator/calls/call_service.hpp"
#include "emulator/calls/ussd_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_reader.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/internet/ftp_service.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/internet/mail_connection.hpp"
#include "emulator/internet/mms_service.hpp"
#include "emulator/internet/pop3_service.hpp"
#include "emulator/internet/smtp_service.hpp"
#include "emulator/ip/ip_filters.hpp"
#include "emulator/ip/ip_stack.hpp"
#include "emulator/ip/ntp_service.hpp"
#include "emulator/ip/ping_service.hpp"
#include "emulator/module/module_card.hpp"
#include "emulator/module/module_settings.hpp"
#include "emulator/module/toolkit_service.hpp"
#include "emulator/network/bearer.hpp"
#include "emulator/network/cells.hpp"
#include "emulator/network/gprs.hpp"
#include "emulator/network/jamming.hpp"
#include "emulator/network/locator.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/network_settings.hpp"
#include "emulator/network/network_time.hpp"
#include "emulator/network/operator_names.hpp"
#include "emulator/network/pdp.hpp"
#include "emulator/ppp/ppp_service.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sim/phone_book.hpp"
#include "emulator/sim/preferred_operators.hpp"
#include "emulator/sim/sim.hpp"
#include "emulator/sms/sms_service.hpp"
#include "emulator/tls/tls_client.hpp"

namespace sim800 {
namespace {

/// The loader has refused other names.
Model model_of(const World& world) { return find_model(world.module.model).value_or(Model::sim800l); }

/// That AT+SJDR moves (AT manual, chapter 20); none on the models with SIM800V's pins.
std::optional<std::uint32_t> jamming_pin(Model model) {
  using enum Model;
  switch (model) {
    case sim800h:
    case sim800l: return 5;
    case sim800:
    case sim800m64:
    case sim800a:
    case sim800f: return 67;
    case sim808: return 63;
    case sim800c:
    case sim800c_ds:
    case sim868: return 29;
    default: return std::nullopt;
  }
}

}  // namespace

Modem::Modem(const Parts& parts)
    : OwnLatencies(parts.world.timing, parts.seed),
      ChannelOwner(parts.clock, OwnLatencies::table(), parts.commands(parts.world.module), parts.trace),
      world(parts.world),
      identity(parts.identity != nullptr ? *parts.identity : identity_of(parts.world)),
      files(parts.files),
      model(model_of(parts.world)),
      settings(commands, parts.nvram, parts.world.module.settings),
      parts_(parts),
      environment_{world,
                   clock,
                   latency,
                   parts.seed,
                   [this](std::string_view text, Channel* cause) { urc(text, cause); },
                   [this](Code code) { urc(code); },
                   [this] { stop_ringing(); },
                   [this](std::string_view text, WhileOnline policy) { return urc(text, policy); },
                   [this](std::string_view text, Channel* asker) { answer(text, asker); },
                   [this](Code code, Channel* asker) { answer(code, asker); },
                   parts.trace,
                   identity,
                   parts.plmn,
                   parts.index},
      rtc(clock),
      sleep(clock, settings),
      sim(*this, [](Modem& m) { return m.connected(std::make_unique<Sim>(m.environment_, m.parts_.nvram)); }),
      card(*this,
           [](Modem& m) {
             return std::make_unique<CardFiles>(m.environment_, *m.sim, m.parts_.nvram,
                                                std::make_unique<ModuleCard>(m, m.parts_.seed));
           }),
      barring(*this,
              [](Modem& m) {
                return std::make_unique<CallBarring>(m.parts_.nvram, m.identity.imsi,
                                                     m.world.network.services.barring_password);
              }),
      preferred_operators(
          *this,
          [](Modem& m) { return std::make_unique<PreferredOperators>(m.world, m.parts_.nvram, m.identity.iccid); }),
      network(*this, [](Modem& m) { return m.connected(std::make_unique<Network>(m.environment_, m.settings)); }),
      cells(*this,
            [](Modem& m) {
              auto made = std::make_unique<Cells>(m.environment_, m.settings, *m.network);
              made->in_call = [&m] { return m.calls.made() && m.calls->talking(); };
              return made;
            }),
      network_time(*this, [](Modem& m) { return std::make_unique<NetworkTime>(m.environment_, *m.network); }),
      pdp(*this, [](Modem& m) { return m.connected(std::make_unique<PdpContexts>(m.environment_, *m.network)); }),
      gprs(*this,
           [](Modem& m) {
             auto made = std::make_unique<Gprs>(m.environment_, m.settings, *m.pdp, m.parts_.nvram);
             made->on_ended = [&m](unsigned cid) {
               if (m.ppp.made()) m.ppp->context_ended(cid);
             };
             return made;
           }),
      bearers(*this, [](Modem& m) { return m.connected(std::make_unique<Bearers>(m.environment_, *m.pdp)); }),
      tls(*this,
          [](Modem& m) { return std::make_unique<TlsClient>(m.environment_, m.settings, m.parts_.nvram, m.files); }),
      ip(*this,
         [](Modem& m) {
           auto made = std::make_unique<IpStack>(IpStack::Parts{m.environment_, m.settings, *m.network, *m.pdp, *m.tls,
                                                                m.parts_.nvram, m.parts_.sockets, m.trace()});
           made->on_pushed = [&m] {
             if (RingIndicator::reacts_to_data(m.settings)) m.ring_indicator->pulse();
           };
           return made;
         }),
      ip_filters(*this, [](Modem& m) { return std::make_unique<IpFilters>(m.parts_.nvram); }),
      ping(*this, [](Modem& m) { return std::make_unique<PingService>(m.environment_, *m.ip, m.parts_.pinger); }),
      ntp(*this,
          [](Modem& m) { return std::make_unique<NtpService>(m.environment_, *m.bearers, m.rtc, m.parts_.sockets); }),
      ppp(*this, [](Modem& m) { return std::make_unique<PppService>(m.environment_, *m.gprs, m.parts_.packets); }),
      http(*this,
           [](Modem& m) {
             return std::make_unique<HttpService>(m.environment_, *m.bearers, *m.tls, m.parts_.nvram, m.parts_.http,
                                                  m.trace());
           }),
      ftp(*this,
          [](Modem& m) {
            return std::make_unique<FtpService>(m.environment_, m.settings, *m.bearers, *m.tls, m.parts_.nvram, m.files,
                                                m.parts_.ftp);
          }),
      locator(*this, [](Modem& m) { return std::make_unique<Locator>(m.environment_, *m.bearers); }),
      phone_book(*this, [](Modem& m) { return std::make_unique<PhoneBook>(m.environment_, m.parts_.nvram); }),
      calls(*this,
            [](Modem& m) {
              return m.connected(std::make_unique<CallService>(m.environment_, m.settings, *m.network, *m.phone_book,
                                                               *m.barring, m.parts_.nvram));
            }),
      ussd(*this, [](Modem& m) { return std::make_unique<UssdService>(m.environment_, m.settings); }),
      mail(*this,
           [](Modem& m) {
             return std::make_unique<MailConnection>(m.environment_, m.settings, *m.bearers, *m.tls, m.parts_.mail);
           }),
      smtp(*this, [](Modem& m) { return std::make_unique<SmtpService>(m.environment_, m.settings, m.rtc, *m.mail); }),
      pop3(*this, [](Modem& m) { return std::make_unique<Pop3Service>(m.environment_, m.settings, *m.mail); }),
      sms(*this,
          [](Modem& m) {
            return m.connected(std::make_unique<SmsService>(m.environment_, m.settings, *m.sim, *m.network,
                                                            *m.network_time, m.parts_.nvram, m.trace()));
          }),
      mms(*this,
          [](Modem& m) {
            return std::make_unique<MmsService>(m.environment_, m.settings, *m.bearers, *m.network, m.rtc,
                                                m.parts_.nvram, *m.sms, m.parts_.http);
          }),
      alarms(*this, [](Modem& m) { return m.connected(std::make_unique<Alarms>(m.clock, m.parts_.nvram, m.rtc)); }),
      jamming(*this,
              [](Modem& m) {
                auto made = std::make_unique<Jamming>(m.environment_, m.settings);
                if (const auto pin = jamming_pin(m.model))
                  made->on_pin = [&m, number = *pin](bool high) { m.pins->set_output(number, high); };
                return made;
              }),
      file_reader(*this, [](Modem& m) { return std::make_unique<FileReader>(m.files); }),
      media(*this, [](Modem& m) { return std::make_unique<Media>(m.environment_, m.files); }),
      tones(*this, [](Modem& m) { return std::make_unique<Tones>(m.environment_); }),
      board(*this, [](Modem& m) { return m.connected(std::make_unique<Board>(m.environment_, m.settings)); }),
      ring_indicator(*this,
                     [](Modem& m) {
                       return std::make_unique<RingIndicator>(m.clock, m.settings, [&m](bool on) {
                         for (const auto& channel : m.channels_) {
                           if (channel->takes_urcs) channel->drive(ModemLine::ri, on);
                         }
                       });
                     }),
      toolkit(*this,
              [](Modem& m) {
                static const CardApplication none;
                const CardApplication* application = m.world.sim.toolkit.get();
                auto made =
                    std::make_unique<ToolkitService>(m, m.environment_, application != nullptr ? *application : none);
                if (m.sms_ready_) made->start();
                return made;
              }),
      gpios(*this, [](Modem& m) { return std::make_unique<Pins>(m.environment_, "GPIO"); }),
      pins(*this, [](Modem& m) { return std::make_unique<Pins>(m.environment_, "PIN"); }) {
  rtc.store_zone = [this](int zone) { return parts_.nvram.store("clock", {{"zone", std::to_string(zone)}}); };
  rtc.on_set = [this] {
    if (alarms.made()) alarms->rearm();
  };
  if (parts_.plmn != nullptr) parts_.plmn->add(parts_.index, *this);
  if (const Nvram::Section* saved = parts_.nvram.find("clock")) {
    if (const auto zone = saved->find("zone"); zone != saved->end()) rtc.set_zone(std::atoi(zone->second.c_str()));
  }
  // Two act on their own: the network's clock runs from the start, and an alarm that was set may ring.
  static_cast<void>(*network_time);
  if (parts_.nvram.find(Alarms::section) != nullptr) static_cast<void>(*alarms);
  if (world.board != nullptr) static_cast<void>(*board);
}

void adopt(Modem& modem, Service& service) {
  modem.services_.push_back(&service);
  if (modem.powered_on()) service.power_on();
}

/// By index: a service that is notified may be the first to use another.
void Modem::for_each_service(const std::function<void(Service&)>& act) {
  for (std::size_t i = 0; i < services_.size(); ++i) act(*services_[i]);
}

// --- connections between services, made as soon as there is one

std::unique_ptr<Sim> Modem::connected(std::unique_ptr<Sim> made) {
  made->on_unlocked = [this] {
    announce_sim(nullptr);
    run(start_, finish_start(StartedBy::boot));
  };
  made->on_blocked = [this] { sim_gone(); };  // before the next line that the host has sent
  return made;
}

std::unique_ptr<Network> Modem::connected(std::unique_ptr<Network> made) {
  made->on_detached = [this](Channel* cause) {
    if (bearers.made()) bearers->lose_all(cause);
    if (ip.made()) ip->lose_service(cause);
    gprs->detached(cause, cause != nullptr || !sim->ready());  // without its card the module detaches on its own
  };
  made->preferred = [this] {
    std::vector<std::string> plmns;
    for (const auto& [place, entry] : preferred_operators->entries()) {
      if (auto plmn = plmn_of(world.network, entry.format, entry.name)) plmns.push_back(std::move(*plmn));
    }
    return plmns;
  };
  // A card that nobody has written to lists no network.
  const auto written = [this] {
    return !world.sim.files.empty() || parts_.nvram.find(CardFiles::section(identity)) != nullptr;
  };
  made->forbidden = [this, written](const std::string& plmn) {
    return written() && sim->ready() && card->forbids(plmn);
  };
  made->on_refused = [this](const std::string& plmn) { card->forbid(plmn); };
  made->on_registration = [this, written](bool registered, Channel* cause) {
    if (registered && written()) card->permit(network->serving().plmn);
    if (!registered) lose_network();
    if (registered && sms.made()) sms->registered();
    tell(registered ? ModuleEvent::registered : ModuleEvent::unregistered);
    if (registered && settings.number(key::clts) == 1) network_time->announce(rtc, cause);
  };
  return made;
}

std::unique_ptr<PdpContexts> Modem::connected(std::unique_ptr<PdpContexts> made) {
  made->on_closed = [this] {
    if (ping.made()) ping->context_changed();
  };
  return made;
}

std::unique_ptr<Bearers> Modem::connected(std::unique_ptr<Bearers> made) {
  made->on_opened = [this](unsigned) {
    load_changed();
    tell(ModuleEvent::bearer_open);
  };
  made->on_closed = [this](unsigned cid) {
    for_each_service([cid](Service& service) { service.bearer_closed(cid); });
    tell(ModuleEvent::bearer_closed);
  };
  return made;
}

std::unique_ptr<CallService> Modem::connected(std::unique_ptr<CallService> made) {
  if (!world.sim.files.empty() && parts_.nvram.find("charge:" + identity.imsi) == nullptr)
    fill_meter(made->meter, world.sim);
  made->sends_message = [this] { return sms.made() && sms->sending(); };
  made->on_set_up = [this](Channel* waiter) {
    media->call_set_up(waiter, settings.number(key::cttsring) == 1);
    load_changed();
    if (parts_.packets != nullptr) parts_.packets->suspend(true);
  };
  made->on_all_ended = [this] {
    media->call_ended();
    if (parts_.packets != nullptr) parts_.packets->suspend(sms.made() && sms->sending());
  };
  made->on_asking = [this](bool asks) {
    if (asks || ring_indicator.made()) ring_indicator->ring(asks);
  };
  return made;
}

std::unique_ptr<SmsService> Modem::connected(std::unique_ptr<SmsService> made) {
  made->on_sending = [this] {
    if (sms->sending()) load_changed();
    if (parts_.packets != nullptr) parts_.packets->suspend(sms->sending() || (calls.made() && calls->busy()));
  };
  made->is_barred = [this] { return !barring->bars_incoming(CallBarring::messages, calls->place()).empty(); };
  made->lets_in = [this](std::string_view from) { return calls->lists.lets_sms(from); };
  made->name_of = [this](std::string_view number) { return phone_book->name_of(number); };
  made->card_takes = [this](const Sms& message) { return toolkit.made() && toolkit->take_sms(message); };
  if (sms_ready_) made->start();
  return made;
}

std::unique_ptr<Alarms> Modem::connected(std::unique_ptr<Alarms> made) {
  made->on_ring = [this](unsigned n) { ring_alarm(n); };
  return made;
}

std::unique_ptr<Board> Modem::connected(std::unique_ptr<Board> made) {
  made->on_temperature = [this] { temperature_moved(); };
  if (!made->battery) return made;
  made->battery->works = [this] { return working(); };
  made->battery->may_charge = [this] {
    return commands.find(key::echarge.command) == nullptr || settings.number(key::echarge) == 1;
  };
  made->battery->on_supply = [this](Supply supply) { set_supply(supply); };
  made->battery->on_empty = [this] { lose_power(); };
  return made;
}

Modem::~Modem() {
  if (parts_.plmn != nullptr) parts_.plmn->remove(parts_.index);
}

CallParty& Modem::call_party() { return *calls; }

SmsRecipient& Modem::sms_recipient() { return sms->mailbox(); }

Channel& Modem::attach(Port& port, std::string name) {
  Channel& channel = *channels_.emplace_back(std::make_unique<Channel>(*this, settings, port, std::move(name)));
  channel.on_free = [this, &channel] {
    if (ip.made()) ip->channel_free(channel);
  };
  if (answers()) channel.power_up();
  return channel;
}

Result Modem::multiplex(Channel& channel, const MuxSettings& settings_of_it) {
  constexpr Result already_running{static_cast<Cme>(768)};
  Multiplexer* chosen = nullptr;
  for (const auto& each : multiplexers_) {
    if (each->has_dlc(channel)) return already_running;
    if (each->is_on(channel)) chosen = each.get();
  }
  if (chosen == nullptr) chosen = multiplexers_.emplace_back(std::make_unique<Multiplexer>(*this, channel)).get();
  chosen->start(settings_of_it);
  return ok;
}

bool Modem::is_dlc(const Channel& channel) const {
  return std::ranges::any_of(multiplexers_, [&](const auto& each) { return each->has_dlc(channel); });
}

void Modem::lose_network() {
  for_each_service([](Service& service) { service.network_lost(); });
}

bool Modem::working() const {
  return std::ranges::any_of(services_, [](const Service* service) { return service->busy(); });
}

/// A transmission begins: the battery feels it, once its service counts as busy.
void Modem::load_changed() {
  if (board.made() && board->battery) later([this] { board->battery->look(); });
}

bool Modem::idle() const {
  return std::ranges::all_of(channels_, [](const auto& channel) { return channel->idle(); });
}

void Modem::urc(std::string_view text, Channel* cause) {
  if (!answers()) return;
  sleep.touch();
  indicate(text);
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

bool Modem::urc(std::string_view text, WhileOnline policy) {
  if (!answers()) return true;
  const auto listens = [](const auto& channel) { return channel->listens(); };
  const auto drops = [policy](const auto& channel) { return channel->online() && policy == WhileOnline::dropped; };
  auto listeners = channels_ | std::views::filter(listens);
  if (!listeners.empty() && std::ranges::all_of(listeners, drops)) return false;
  sleep.touch();
  indicate(text);
  record("urc", {{"text", text}});
  for (const auto& channel : channels_) channel->urc(text, policy);
  if (faults != nullptr) faults->urc(text);
  return true;
}

void Modem::urc(Code code) {
  if (!answers()) return;
  sleep.touch();
  indicate(text_of(code));
  record("urc", {{"text", text_of(code)}});
  for (const auto& channel : channels_) channel->urc(code);
  if (faults != nullptr) faults->urc(text_of(code));
}

void Modem::stop_ringing() {
  for (const auto& channel : channels_) channel->stop_ringing();
}

void Modem::answer(std::string_view text, Channel* asker) {
  if (asker == nullptr || !asker->has_lines()) return urc(text);
  if (!answers()) return;
  sleep.touch();
  indicate(text);
  record("urc", {{"channel", asker->name()}, {"text", text}});
  asker->answer(text);
  if (faults != nullptr) faults->urc(text);
}

void Modem::answer(Code code, Channel* asker) {
  if (asker == nullptr || !asker->has_lines()) return urc(code);
  if (!answers()) return;
  sleep.touch();
  indicate(text_of(code));
  record("urc", {{"channel", asker->name()}, {"text", text_of(code)}});
  asker->answer(code);
  if (faults != nullptr) faults->urc(text_of(code));
}

// --- what commands do to the whole module

std::string Modem::imei() const {
  const Nvram::Section* const written = parts_.nvram.find("imei");
  return written != nullptr ? value_in(*written, "imei") : identity.imei;
}

bool Modem::set_imei(const std::string& imei) { return parts_.nvram.store("imei", {{"imei", imei}}); }

void Modem::apply_line_settings() {
  for (const auto& channel : channels_) channel->apply_settings();
}

// --- its UART

/// RI, with a URC.
void Modem::indicate(std::string_view urc) {
  if (RingIndicator::reacts_to(urc, settings)) ring_indicator->pulse();
}

/// DLCs have the DTR of the line that they are on.
std::ptrdiff_t Modem::dtr_on_lines() const {
  return std::ranges::count_if(
      channels_, [this](const auto& channel) { return !is_dlc(*channel) && channel->is_on(ModemLine::dtr); });
}

void Modem::dtr_on(const Channel& channel) {
  if (!is_dlc(channel) && dtr_on_lines() == 1) sleep.dtr_on([this] { return at_rest(); });
}

Framing Modem::framing() const {
  using enum Framing::Parity;
  const std::uint32_t format = settings.number(key::icf_format);
  Framing framing{.baud = rate_};
  framing.data_bits = format <= 3 ? 8 : 7;
  framing.stop_bits = format == 1 || format == 4 ? 2 : 1;
  if (format == 2 || format == 5) {
    const std::uint32_t parity = settings.number(key::icf_parity);
    framing.parity = parity == 0 ? odd : parity == 1 ? even : space;
  }
  return framing;
}

/// AT+IPR=0 waits for a reset (manual 2.2.41).
void Modem::reframe() {
  if (fixed_rate()) rate_ = settings.number(key::ipr);
  for (const auto& channel : channels_) channel->frame(framing());
}

}  // namespace sim800
