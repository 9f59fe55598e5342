// SPDX-License-Identifier: MIT
#include "emulator/sms/sms_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/sim/card_directory.hpp"
#include "emulator/sms/sms_files.hpp"
#include "emulator/sms/sms_print.hpp"
#include "emulator/sms/sms_settings.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/sms/sms_ports.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

constexpr std::u16string_view factory_centre = u"+8613800100500";
/// How long the network waits for AT+CNMA (24.011 TR2M is 12 to 20 s).
constexpr Duration acknowledgement_time = 15s;
/// Lines held by AT+CNMI=0; the oldest is lost first.
constexpr std::size_t max_kept_back = 50;

// A message of the scenario: a text that was received, or is to be sent.
StoredSms stored_from(const StoredMessage& given, const SmsAddress& centre) {
  StoredSms stored{find_sms_status(given.status).value_or(SmsStatus::read), {}};
  Sms message;
  const std::u16string text = from_utf8(given.text);
  message.type = is_received(stored.status) ? SmsType::deliver : SmsType::submit;
  message.first_octet = is_received(stored.status) ? 0x04 : 0x01;
  message.address = parse_sender(from_utf8(given.from));
  message.coding = fits_gsm(text) ? 0x00 : 0x08;
  message.centre_time = SmsTime::parse(given.time).value_or(SmsTime{.year = 4});
  const bool gsm = message.alphabet() == SmsAlphabet::gsm;
  message.set_data({}, gsm ? to_gsm(text).substr(0, 160) : to_octets(text).substr(0, max_sms_data));
  stored.pdu = encode_pdu(centre, message);
  return stored;
}

SmsAddress default_centre() { return *parse_number_address(factory_centre); }

MessageStore::Places places_of(const SimConfig& sim) {
  MessageStore::Places places;
  for (const StoredMessage& given : sim.messages) {
    if (given.index <= MessageStore::capacity) places.emplace(given.index, stored_from(given, default_centre()));
  }
  const CardFile& file = *find_card_file(ef::telecom, ef::sms);
  for (int index = 1; index <= MessageStore::capacity; ++index) {
    const auto record = sim.files.find(key_of(file, static_cast<unsigned>(index)));
    if (record == sim.files.end()) continue;
    places.erase(index);
    if (auto stored = decode_message_record(record->second)) places.emplace(index, std::move(*stored));
  }
  return places;
}

/// That of the card when nobody has changed it.
SmsAddress first_centre(const SimConfig& sim) {
  const CardFile& file = *find_card_file(ef::telecom, ef::smsp);
  const auto record = sim.files.find(key_of(file, 1));
  if (record == sim.files.end()) return default_centre();
  std::string bytes = record->second;
  bytes.resize(file.length, '\xff');
  return decode_parameters_record(bytes).value_or(SmsAddress{});
}

constexpr Result cms(std::uint16_t number) { return Result::cms(number); }

// <pid> (23.040 9.2.3.9)
constexpr std::uint8_t type_0 = 0x40;  ///< acknowledged, and nothing else comes of it
constexpr std::uint8_t first_replacing = 0x41, last_replacing = 0x47;

constexpr std::size_t max_pages_known = 100;

// The keys of AT+CSMP's values.
constexpr std::array<std::string_view, 4> parameter_names{"fo", "vp", "pid", "dcs"};

std::optional<SmsAddress> centre_in(const Nvram::Section& saved, const std::string& prefix) {
  const auto type = parse_number(value_in(saved, prefix + "type"));
  if (!type) return std::nullopt;
  return parse_number_address(from_utf8(value_in(saved, prefix + "centre")), static_cast<std::uint8_t>(*type));
}

void put_centre(Nvram::Section& into, const std::string& prefix, const SmsAddress& centre) {
  into[prefix + "centre"] = to_utf8(centre.digits);
  into[prefix + "type"] = std::to_string(centre.type);
}

}  // namespace

SmsService::SmsService(const Environment& environment, Settings& settings, const Sim& sim, const Network& network,
                       const NetworkTime& time, Nvram& nvram, Trace* trace)
    : environment_(environment),
      settings_(settings),
      sim_(sim),
      network_(network),
      nvram_(nvram),
      on_sim_(nvram, "messages:" + environment.identity.iccid, places_of(environment.world.sim)),
      in_module_(nvram, "messages"),
      centre_(environment, time, trace),
      centre_address_(first_centre(environment.world.sim)) {
  centre_.on_arrival = [this](const Sms& message) { return arrived(message); };
  if (const Nvram::Section* saved = nvram_.find(card_section()))
    centre_address_ = centre_in(*saved, "").value_or(*centre_address_);
  const SimConfig& card = environment.world.sim;
  if (const auto file = card.files.find(key_of(ef::gsm, ef::cbmi)); file != card.files.end())
    broadcasts_ = broadcasts_in(file->second);
  if (const Nvram::Section* saved = nvram_.find(section); saved != nullptr && saved->contains("cscb.mode")) {
    broadcasts_ = {};
    broadcasts_.change(0, value_in(*saved, "cscb.mids"), value_in(*saved, "cscb.dcss"));
    broadcasts_.refuses = value_in(*saved, "cscb.mode") == "1";
  }
}

std::string SmsService::card_section() const { return "sms:" + environment_.identity.iccid; }

void SmsService::power_on() {
  if (const Nvram::Section* saved = nvram_.find(section)) restore_parameters(*saved, "", 1);
}

void SmsService::start() {
  started_ = true;
  centre_.try_again();
}

void SmsService::stop() {
  started_ = false;
  kept_back_.clear();
  acknowledgement_.cancel();
  unacknowledged_ = false;
}

std::optional<Result> SmsService::refusal() const {
  switch (sim_.state()) {
    case Sim::State::absent: return cms(310);
    case Sim::State::pin: return cms(311);
    case Sim::State::puk: return cms(316);
    case Sim::State::off:
    case Sim::State::ready: break;
  }
  return started_ ? std::nullopt : std::optional<Result>(Cme::not_allowed);
}

SmsPrint SmsService::print() const { return {settings_, name_of, environment_.world.module.quirks.sms_header_hex}; }

/// "Preferred" means the SIM's or the module's memory itself.
SmsMemory SmsService::memory(std::string_view name) {
  if (name == "MT") return {on_sim_, &in_module_};
  return name.starts_with("ME") ? in_module_ : on_sim_;
}

// --- sending

Task<Result> SmsService::send(std::optional<SmsAddress> centre, Sms message, std::uint8_t& reference) {
  if (!centre) centre = centre_address_;
  if (!centre || centre->digits.empty()) co_return cms(330);
  if (!network_.registered()) co_return cms(331);
  message.reference = reference = reference_++;
  last_reference_ = reference;
  struct Sending {
    SmsService& by;
    explicit Sending(SmsService& service) : by(service) {
      ++by.sending_;
      by.on_sending();
    }
    ~Sending() {
      --by.sending_;
      by.on_sending();
    }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;
  } const on_its_way(*this);
  co_await environment_.clock.sleep(environment_.latency[Latency::sms_send]);
  if (!network_.registered()) co_return cms(331);
  co_return centre_.submit(message) ? ok : cms(38);
}

// --- what is kept

bool SmsService::set_centre(const SmsAddress& address) {
  Nvram::Section values;
  put_centre(values, "", address);
  if (!nvram_.store(card_section(), std::move(values))) return false;
  centre_address_ = address;
  return true;
}

/// Adds `values` to the section, replacing those with the same key.
bool SmsService::save(Nvram::Section values) {
  if (const Nvram::Section* saved = nvram_.find(section)) values.insert(saved->begin(), saved->end());
  return nvram_.store(section, std::move(values));
}

void SmsService::restore_parameters(const Nvram::Section& saved, const std::string& prefix, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string value = value_in(saved, prefix + std::string(parameter_names[i]));
    if (!value.empty()) settings_.set_value_of(key::csmp_fo.command, i, value);
  }
}

bool SmsService::keep_first_octet() { return save({{"fo", settings_.values_of(key::csmp_fo.command)[0]}}); }

bool SmsService::save_profile(std::uint32_t profile) {
  const std::string prefix = fmt::format("profile{}.", profile);
  Nvram::Section values;
  if (centre_address_) put_centre(values, prefix, *centre_address_);
  for (std::size_t i = 0; i < parameter_names.size(); ++i)
    values[prefix + std::string(parameter_names[i])] = settings_.values_of(key::csmp_fo.command)[i];
  return save(std::move(values));
}

bool SmsService::restore_profile(std::uint32_t profile) {
  const Nvram::Section* saved = nvram_.find(section);
  if (saved == nullptr) return true;
  const std::string prefix = fmt::format("profile{}.", profile);
  if (const auto centre = centre_in(*saved, prefix); centre && !set_centre(*centre)) return false;
  restore_parameters(*nvram_.find(section), prefix, parameter_names.size());
  return true;
}

bool SmsService::set_broadcasts(BroadcastSelection selection) {
  const bool stored = save({{"cscb.mode", selection.refuses ? "1" : "0"},
                            {"cscb.mids", selection.identifiers()},
                            {"cscb.dcss", selection.codings()}});
  if (stored) broadcasts_ = std::move(selection);
  return stored;
}

// --- what arrives

SmsCentre::Answer SmsService::arrived(const Sms& message) {
  using enum SmsCentre::Answer;
  if (message.type == SmsType::deliver && is_barred()) return barred;
  if (!started_ || !network_.registered()) return not_now;
  if (message.type == SmsType::deliver && !lets_in(to_utf8(message.address.text()))) return taken;
  if (message.type == SmsType::status_report) return settings_.number(key::cnmi_ds) == 1 ? show(message) : taken;
  if (card_takes(message)) return taken;
  const std::uint32_t mt = settings_.number(key::cnmi_mt);
  const std::optional<int> message_class = sms_coding(message.coding).message_class;
  if (message.type == SmsType::deliver && message.protocol == type_0) return taken;
  // 27.005 3.4.1, <mt>: what only says that something waits is not stored, what is to be stored is never shown.
  if (const auto waiting = says_waiting(message)) {
    if (*waiting) return keep(message, false, mt > 0);
    return mt == 2 ? show(message) : taken;
  }
  if (message_class == 0) {
    if (settings_.number(key::sclass0) == 1) return keep(message, true, mt > 0);
    return mt > 0 ? show(message) : taken;  // a flash message that is not shown is lost
  }
  // AT+CMMSRDPUSH looks for it on the card.
  if (message_class == 2 || is_mms_push(message)) return keep(message, true, mt > 0);
  if (mt == 2 || (mt == 3 && message_class == 3)) return show(message);
  return keep(message, false, mt > 0);
}

/// +CMT, +CDS: the message itself goes to the host.
SmsCentre::Answer SmsService::show(const Sms& message) {
  const SmsPdu pdu{centre_address_, message, encode_sms(message).size()};
  const bool told =
      tell(message.type == SmsType::deliver ? "+CMT: " + print().arrived(pdu) : "+CDS: " + print().report(pdu));
  if (!told) return SmsCentre::Answer::rejected;
  if (settings_.number(key::csms) == 0) return SmsCentre::Answer::taken;
  unacknowledged_ = true;
  acknowledgement_ = environment_.clock.after(acknowledgement_time, [this] { not_acknowledged(); });
  return SmsCentre::Answer::unconfirmed;
}

/// +CMTI gives the memory the message is in, and its location there.
SmsCentre::Answer SmsService::keep(const Sms& message, bool on_sim, bool tell_host) {
  const bool push = is_mms_push(message);
  SmsMemory memory = on_sim ? SmsMemory(on_sim_) : this->memory(Use::receive);
  const StoredSms stored{SmsStatus::unread, encode_pdu(centre_address_, message)};
  auto index = place_to_replace(memory, message);
  if (index && !memory.put(*index, stored)) return SmsCentre::Answer::not_now;
  if (!index) index = memory.add(stored);
  if (!index) return SmsCentre::Answer::not_now;
  const bool in_module = *index > MessageStore::capacity || (!on_sim && memory_name(Use::receive).starts_with("ME"));
  if (tell_host)
    tell(fmt::format("+CMTI: \"{}\",{}{}", in_module ? "ME" : "SM", (*index - 1) % MessageStore::capacity + 1,
                     push ? ",\"MMS PUSH\"" : ""));
  return SmsCentre::Answer::taken;
}

/// 23.040 9.2.3.9: a message of one of the seven types that replace takes the place of the same sender's of that type.
std::optional<int> SmsService::place_to_replace(SmsMemory& memory, const Sms& message) const {
  if (message.protocol < first_replacing || message.protocol > last_replacing) return std::nullopt;
  for (const int index : memory.indexes()) {
    const StoredSms* const stored = memory.find(index);
    if (!is_received(stored->status)) continue;
    const SmsPdu old = stored->decoded();
    if (old.message.protocol == message.protocol && old.message.address == message.address &&
        old.centre == centre_address_)
      return index;
  }
  return std::nullopt;
}

/// False if the host will not hear of it: the line is in data mode, and AT+CNMI says to discard (27.005 3.4.1, <mode>).
bool SmsService::tell(std::string text) {
  enum : std::uint32_t { buffer, discard, hold, embed };
  const std::uint32_t mode = settings_.number(key::cnmi_mode);
  if (mode != buffer) {
    return environment_.urc_while_online(text, mode == discard ? WhileOnline::dropped
                                               : mode == embed ? WhileOnline::embedded
                                                               : WhileOnline::waits);
  }
  if (kept_back_.size() == max_kept_back) {
    environment_.record("note", {{"text", "lost, because too many wait for AT+CNMI: " + kept_back_.front()}});
    kept_back_.pop_front();
  }
  kept_back_.push_back(std::move(text));
  return true;
}

void SmsService::indications_changed() {
  if (settings_.number(key::cnmi_mode) == 0) return;
  const bool forget = settings_.number(key::cnmi_bfr) == 1;
  for (const std::string& text : std::exchange(kept_back_, {})) {
    if (!forget) {
      environment_.urc(text, nullptr);
    } else {
      environment_.record("note", {{"text", "dropped by <bfr> 1 of AT+CNMI: " + text}});
    }
  }
}

bool SmsService::acknowledge(bool taken) {
  if (!std::exchange(unacknowledged_, false)) return false;
  acknowledgement_.cancel();
  if (taken) {
    centre_.confirm();
  } else {
    centre_.refuse();
  }
  return true;
}

/// 27.005 3.4.4: a host that does not acknowledge is shown no more; the network sends the message again.
void SmsService::not_acknowledged() {
  unacknowledged_ = false;
  settings_.set(key::cnmi_mt, 0);
  settings_.set(key::cnmi_ds, 0);
  centre_.try_again();
}

void SmsService::broadcast(const BroadcastPage& page) {
  if (!started_ || !network_.registered() || settings_.number(key::cnmi_bm) != 2) return;
  if (!broadcasts_.wants(page.identifier, page.coding)) return;
  // 23.041 9.4.1.2.1: it is broadcast again and again, with the same serial number until it changes.
  const std::uint64_t known = std::uint64_t{page.serial} << 24U | std::uint64_t{page.identifier} << 8U | page.number;
  if (std::ranges::find(pages_shown_, known) != pages_shown_.end()) return;
  if (!tell("+CBM: " + print().broadcast(page))) return;
  if (pages_shown_.size() == max_pages_known) pages_shown_.pop_front();
  pages_shown_.push_back(known);
}

}  // namespace sim800
