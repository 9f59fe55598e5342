// SPDX-License-Identifier: MIT
#include "emulator/module/module_card.hpp"

#include <algorithm>
#include <utility>

#include "emulator/calls/call_service.hpp"
#include "emulator/core/chance.hpp"
#include "emulator/core/world.hpp"
#include "emulator/module/charge_files.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/network/network.hpp"
#include "emulator/network/operator_names.hpp"
#include "emulator/sim/card_algorithm.hpp"
#include "emulator/sim/card_files.hpp"
#include "emulator/sim/phone_book_files.hpp"
#include "emulator/sim/preferred_operators.hpp"
#include "emulator/sms/sms_files.hpp"
#include "emulator/sms/sms_service.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

// --- identities (10.1.1, 10.3.2)

/// Two digits per byte, also hexadecimal ones, as some cards have them.
std::string swapped_digits(std::string_view digits, std::size_t bytes) {
  std::string packed(bytes, '\xff');
  for (std::size_t i = 0; i < std::min(digits.size(), 2 * bytes); ++i) {
    const auto digit = static_cast<unsigned>(std::max(hex_value(digits[i]), 0));
    const auto before = static_cast<unsigned char>(packed[i / 2]);
    packed[i / 2] = static_cast<char>(i % 2 == 0 ? (before & 0xf0U) | digit : (before & 0x0fU) | digit << 4U);
  }
  return packed;
}

/// Length, then the parity of the number of digits in the place of a digit.
std::string imsi_file(std::string_view imsi) {
  const std::string digits = (imsi.size() % 2 == 1 ? "9" : "1") + std::string(imsi);
  return static_cast<char>((digits.size() + 1) / 2) + swapped_digits(digits, 8);
}

std::string three_bytes(std::uint32_t value) {
  return {static_cast<char>(value >> 16U), static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
}
std::uint32_t number_in_bytes(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 3)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

CardContents::Taking taken_if(bool stored) {
  return stored ? CardContents::Taking::taken : CardContents::Taking::failed;
}

}  // namespace

// --- what the files show

std::optional<std::string> ModuleCard::content(const CardFile& file, unsigned record) const {
  if (!memory_of_file(file).empty()) return entry(file, record);
  switch (file.id) {
    case ef::iccid: return swapped_digits(modem_.identity.iccid, file.length);
    case ef::imsi: return imsi_file(modem_.identity.imsi);
    case ef::sms: return message(record);
    case ef::smsp: return encode_parameters_record(modem_.sms->centre(), file.length);
    case ef::plmn_selector: return operators();
    case ef::loci: return location();  // without a network, what was written to it last
    case ef::kc: return modem_.network->registered() ? std::optional(cipher_key(0)) : std::nullopt;
    case ef::kc_gprs: return modem_.network->attached() ? std::optional(cipher_key(1)) : std::nullopt;
    case ef::loci_gprs: return packet_location();
    case ef::smss: return sms_status();
    case ef::cbmi: return broadcasts(file.length);
    case ef::acm: return three_bytes(modem_.calls->meter.kept().total);
    case ef::acm_max: return three_bytes(modem_.calls->meter.kept().maximum);
    case ef::puct: return encode_price(modem_.calls->meter.kept().currency, modem_.calls->meter.kept().price);
    case ef::ext1:
    case ef::ext2:
    case ef::ext3:
    case ef::ext4: {
      std::string rest = extension_record(*modem_.phone_book, file.id, record);
      return rest.empty() ? std::nullopt : std::optional(std::move(rest));
    }
    default: return std::nullopt;
  }
}

std::string ModuleCard::entry(const CardFile& file, unsigned record) const {
  const PhoneBook::Entries& entries = modem_.phone_book->entries(memory_of_file(file));
  if (file.records == 0) return encode_emergency(entries, file.length);
  const auto place = static_cast<int>(record);
  const auto found = entries.find(place);
  return encode_entry(file, found == entries.end() ? nullptr : &found->second,
                      extension_number(*modem_.phone_book, file, place));
}

std::string ModuleCard::message(unsigned record) const {
  const CardFile& file = *find_card_file(ef::telecom, ef::sms);
  return encode_message_record(modem_.sms->memory("SM").find(static_cast<int>(record)), file.length);
}

std::string ModuleCard::operators() const {
  std::string bytes(std::size_t{3} * PreferredOperators::places, '\xff');
  for (const auto& [place, wanted] : modem_.preferred_operators->entries()) {
    const auto plmn = plmn_of(modem_.world.network, wanted.format, wanted.name);
    if (plmn) bytes.replace(std::size_t{3} * (place - 1), 3, encode_plmn(*plmn));
  }
  return bytes;
}

namespace {

/// The last eight digits of the IMSI stand for it.
std::string temporary_identity(std::string_view imsi) {
  return encode_digits(imsi.substr(imsi.size() < 8 ? 0 : imsi.size() - 8), 4);
}

std::string area_of(const Network& network) {
  return encode_plmn(network.serving().plmn) + from_hex(network.area()).value_or("").substr(0, 2);
}

}  // namespace

/// TMSI, location area, TMSI TIME, and that it is up to date, or that the network does not allow it (10.3.17).
std::optional<std::string> ModuleCard::location() const {
  constexpr int denied = 3;
  const Network& network = *modem_.network;
  if (network.registered()) return temporary_identity(modem_.identity.imsi) + area_of(network) + '\xff' + '\0';
  if (network.stat() == denied) return std::string(10, '\xff') + '\x02';
  return std::nullopt;
}

/// P-TMSI, its signature, routing area, and that it is up to date (10.3.33).
std::optional<std::string> ModuleCard::packet_location() const {
  const Network& network = *modem_.network;
  if (!network.attached()) return std::nullopt;
  const std::string signature(3, '\xff'), routing_area = area_of(network) + '\1';
  return temporary_identity(modem_.identity.imsi) + signature + routing_area + '\0';
}

/// The reference of the last message, and that there is room (10.5.7); nothing before the first one.
std::optional<std::string> ModuleCard::sms_status() const {
  const auto last = modem_.sms->last_reference();
  if (!last) return std::nullopt;
  return std::string(1, static_cast<char>(*last)) + '\xff';
}

/// The broadcasts that AT+CSCB accepts one by one (10.3.13).
std::string ModuleCard::broadcasts(std::size_t length) const {
  std::string bytes;
  const BroadcastSelection& selection = modem_.sms->broadcasts();
  if (!selection.refuses) bytes = encode_identifiers(selection.numbers());
  bytes.resize(length, '\xff');
  return bytes;
}

/// That the card has made of the network's challenge, and its sequence number 0 (10.3.3).
std::string ModuleCard::cipher_key(unsigned service) const {
  Chance chance(seed_, service);
  std::string challenge;
  while (challenge.size() < 16) challenge += static_cast<char>(chance.between(0, 255));
  return authenticate(modem_.world.sim.ki, challenge).key + '\0';
}

std::string ModuleCard::read(const CardFile& file, unsigned record) const {
  return modem_.card->content({file.folder, file.id}, record);
}

// --- what is written to them

std::string ModuleCard::meaning(const CardFile& file, unsigned record, const std::string& bytes) const {
  const auto reader = [this](const CardFile& other, unsigned number) { return read(other, number); };
  if (!memory_of_file(file).empty()) {
    if (file.records == 0) return encode_emergency(decode_emergency(bytes), file.length);
    const auto held = decode_entry(file, bytes, reader);
    return encode_entry(file, held ? &*held : nullptr,
                        extension_number(*modem_.phone_book, file, static_cast<int>(record)));
  }
  switch (file.id) {
    case ef::sms: {
      const auto held = decode_message_record(bytes);
      return encode_message_record(held ? &*held : nullptr, file.length);
    }
    case ef::smsp: return encode_parameters_record(decode_parameters_record(bytes), file.length);
    case ef::plmn_selector: {
      std::string again(bytes.size(), '\xff');
      for (const auto& [place, wanted] : PreferredOperators::decode(bytes))
        again.replace(std::size_t{3} * (place - 1), 3, encode_plmn(wanted.name));
      return again;
    }
    case ef::cbmi: {
      std::string again = encode_identifiers(broadcasts_in(bytes).numbers());
      again.resize(file.length, '\xff');
      return again;
    }
    case ef::puct: {
      const UnitPrice price = decode_price(bytes);
      return encode_price(price.currency, price.price);
    }
    default: return bytes;
  }
}

namespace {

bool keep_charges(ChargeMeter& meter, std::uint16_t id, std::string_view bytes) {
  ChargeMeter::Kept changed = meter.kept();
  if (id == ef::puct) {
    UnitPrice price = decode_price(bytes);
    changed.currency = std::move(price.currency);
    changed.price = std::move(price.price);
  } else {
    (id == ef::acm ? changed.total : changed.maximum) = number_in_bytes(bytes);
  }
  return meter.keep(std::move(changed));
}

}  // namespace

void fill_meter(ChargeMeter& meter, const SimConfig& sim) {
  for (const std::uint16_t id : {ef::acm, ef::acm_max, ef::puct}) {
    const auto file = sim.files.find(key_of(ef::gsm, id, id == ef::acm ? 1 : 0));
    if (file != sim.files.end()) keep_charges(meter, id, file->second);
  }
}

CardContents::Taking ModuleCard::take(const CardFile& file, unsigned record, const std::string& bytes) {
  if (const std::string_view memory = memory_of_file(file); !memory.empty()) {
    const auto reader = [this](const CardFile& other, unsigned number) { return read(other, number); };
    auto held = decode_entry(file, bytes, reader);
    if (file.structure == CardFile::Structure::cyclic) {
      return taken_if(modem_.phone_book->put_first(memory, held.value_or(PhoneBook::Entry{})));
    }
    return taken_if(modem_.phone_book->put(memory, static_cast<int>(record), held.value_or(PhoneBook::Entry{})));
  }
  switch (file.id) {
    case ef::sms: return taken_if(modem_.sms->put_on_card(static_cast<int>(record), decode_message_record(bytes)));
    case ef::smsp: {
      const auto centre = decode_parameters_record(bytes);
      return centre ? taken_if(modem_.sms->set_centre(*centre)) : Taking::not_its_own;
    }
    case ef::acm:
    case ef::acm_max:
    case ef::puct: return taken_if(keep_charges(modem_.calls->meter, file.id, bytes));
    case ef::cbmi: return taken_if(modem_.sms->set_broadcasts(broadcasts_in(bytes)));
    case ef::plmn_selector: return taken_if(modem_.preferred_operators->replace(PreferredOperators::decode(bytes)));
    default: return Taking::not_its_own;
  }
}

}  // namespace sim800
