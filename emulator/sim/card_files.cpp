// SPDX-License-Identifier: MIT
#include "emulator/sim/card_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/core/world.hpp"
#include "emulator/sim/card_status.hpp"
#include "protocol/at/arguments.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using Structure = CardFile::Structure;

/// Of the card's own network, which the IMSI begins with: those of the `serving` one if it is the same, else by the
/// country's numbering plan (E.212: three digits in North America and some other countries).
std::size_t mnc_digits(std::string_view imsi, std::string_view serving) {
  if (imsi.starts_with(serving)) return serving.size() - 3;
  constexpr std::string_view three_digits[] = {"302", "310", "311", "312", "313", "314", "315", "316", "334", "338",
                                               "342", "344", "346", "348", "350", "352", "354", "356", "358", "360",
                                               "365", "366", "376", "405", "708", "722", "732", "750"};
  return std::ranges::find(three_digits, imsi.substr(0, 3)) != std::end(three_digits) ? 3 : 2;
}

/// The name of the card's network: as the scenario says it, else of the network with its code.
std::string provider_of(const World& world, std::string_view imsi) {
  if (world.sim.provider) return *world.sim.provider;
  const NetworkConfig& network = world.network;
  if (imsi.starts_with(network.plmn)) return network.operator_name;
  const auto home =
      std::ranges::find_if(network.operators, [imsi](const Operator& each) { return imsi.starts_with(each.plmn); });
  return home == network.operators.end() ? std::string() : home->long_name;
}

/// Every card has this file, or the scenario's has it or a record of it.
bool has(const SimConfig& sim, const CardFile& file) {
  const std::string key = key_of(file);
  const auto given = sim.files.lower_bound(key);
  return file.length > 0 || (given != sim.files.end() && (given->first == key || given->first.starts_with(key + "#")));
}

/// Two bits for each service: allocated and activated (10.3.7).
std::string service_table(const World& world, std::size_t length) {
  constexpr unsigned chv1_can_be_disabled = 1, sms_download = 26, menu = 27, proactive = 29, barred_dialling = 31;
  std::string table(length, '\0');
  const auto add = [&table](unsigned service) {
    if (service == 0 || (service - 1) / 4 >= table.size()) return;
    char& byte = table[(service - 1) / 4];
    const unsigned bits = service >= barred_dialling && service <= barred_dialling + 1 ? 1U : 3U;  // nothing is barred
    byte = static_cast<char>(static_cast<unsigned char>(byte) | bits << (service - 1) % 4 * 2);
  };
  add(chv1_can_be_disabled);
  for (const CardFile& file : card_files()) {
    if (has(world.sim, file)) add(file.service);
  }
  if (world.sim.toolkit != nullptr) {
    for (const unsigned service : {sms_download, menu, proactive}) add(service);
  }
  return table;
}

std::string access_classes(std::string_view imsi) {
  const unsigned last = imsi.empty() ? 0U : static_cast<unsigned>(imsi.back() - '0') % 10;
  const unsigned bit = 1U << last;
  return {static_cast<char>(bit >> 8U), static_cast<char>(bit & 0xffU)};
}

const std::string no_key = std::string(8, '\xff') + '\x07';

}  // namespace

CardFiles::CardFiles(const Environment& environment, Sim& sim, Nvram& nvram, std::unique_ptr<CardContents> contents)
    : environment_(environment), sim_(sim), nvram_(nvram), contents_(std::move(contents)) {}

// --- which files there are

/// A scenario may add files, and set the size of those that only the host looks at.
std::optional<CardFile> CardFiles::find(std::uint16_t folder, std::uint16_t id) const {
  if (folder == ef::dcs) folder = ef::gsm;
  const CardFile* known = find_card_file(folder, id);
  if (known != nullptr && contents_->content(*known, known->records == 0 ? 0 : 1)) return *known;
  std::optional<CardFile> file;
  if (known != nullptr && known->length > 0) file = *known;
  const CardFile absent = known != nullptr ? *known : CardFile{.folder = folder, .id = id};
  const auto& given = environment_.world.sim.files;
  const std::string key = key_of(folder, id);
  if (const auto whole = given.find(key); whole != given.end()) {
    if (!file) file = absent;
    if (file->records == 0) file->length = static_cast<std::uint16_t>(whole->second.size());
  }
  for (auto record = given.lower_bound(key + "#"); record != given.end() && record->first.starts_with(key + "#");
       ++record) {
    if (!file) {
      file = absent;
      file->structure = Structure::linear;
    }
    const unsigned number = parse_number(record->first.substr(key.size() + 1)).value_or(0);
    file->length = std::max(file->length, static_cast<std::uint16_t>(record->second.size()));
    file->records = std::max(file->records, static_cast<std::uint16_t>(number));
  }
  return file;
}

std::optional<CardFile> CardFiles::find_anywhere(std::uint16_t id) const {
  for (const std::uint16_t folder : {ef::gsm, ef::telecom, ef::mf}) {
    if (auto file = find(folder, id)) return file;
  }
  return std::nullopt;
}

// --- what they hold

std::string CardFiles::initial(const CardFile& file) const {
  const std::string& imsi = environment_.identity.imsi;
  switch (file.id) {
    case 0x2f05: return "en";
    case ef::lp: return "\x01";
    case ef::kc:
    case ef::kc_gprs: return no_key;
    case ef::hplmn: return "\x05";
    case ef::loci: return std::string(10, '\xff') + '\x01';
    case ef::sst: return service_table(environment_.world, file.length);
    case ef::spn:
      return '\0' +
             encode_alpha(from_utf8(provider_of(environment_.world, imsi)), std::max<std::size_t>(file.length, 1) - 1);
    case ef::loci_gprs: return std::string(13, '\xff') + '\x01';
    case ef::acc: return access_classes(imsi);
    case ef::ad: return std::string(3, '\0') + static_cast<char>(mnc_digits(imsi, environment_.world.network.plmn));
    case ef::phase: return environment_.world.sim.toolkit != nullptr ? "\x03" : "\x02";
    default: return {};
  }
}

/// As it was last written, else as the scenario has it.
const std::string* CardFiles::stored(const std::string& key) const {
  if (const Nvram::Section* kept = nvram_.find(section(environment_.identity))) {
    if (const auto found = kept->find(key); found != kept->end()) return &found->second;
  }
  return nullptr;
}

std::string CardFiles::bytes(const CardFile& file, unsigned record) const {
  std::optional<std::string> written;
  const std::string key = key_of(file, record);
  if (const std::string* kept = stored(key)) {
    written = from_hex(*kept);
  } else if (const auto given = environment_.world.sim.files.find(key); given != environment_.world.sim.files.end()) {
    written = given->second;
  }
  if (written) written->resize(file.length, '\xff');
  auto own = contents_->content(file, record);
  if (own && written && contents_->meaning(file, record, *written) != *own) written.reset();
  if (!own) own = initial(file);
  std::string all = written ? std::move(*written) : std::move(*own);
  all.resize(file.length, '\xff');
  return all;
}

std::string CardFiles::content(CardPath path, unsigned record) const {
  const auto file = find(path.folder, path.id);
  return file ? bytes(*file, record) : std::string();
}

bool CardFiles::keep(const std::string& key, const std::string& value) {
  const std::string name = section(environment_.identity);
  Nvram::Section changed;
  if (const Nvram::Section* before = nvram_.find(name)) changed = *before;
  if (value.empty()) {
    if (changed.erase(key) == 0) return true;
  } else {
    changed[key] = value;
  }
  return nvram_.store(name, std::move(changed));
}

/// What a service keeps is stored by it; here only what it cannot say in its own words.
CardAnswer CardFiles::write(const CardFile& file, unsigned record, const std::string& written) {
  const bool cycles = file.structure == Structure::cyclic && file.records > 1;
  if (!cycles && written == bytes(file, record)) return {};
  if (contents_->take(file, record, written) == CardContents::Taking::failed) return {.status = memory_problem};
  if (cycles) return {};
  const std::string key = key_of(file, record);
  const bool said = contents_->content(file, record) == written && !environment_.world.sim.files.contains(key);
  return {.status = keep(key, said ? "" : to_hex(written)) ? success : memory_problem};
}

bool CardFiles::forbids(std::string_view plmn) const {
  const std::string all = content({ef::gsm, ef::fplmn}), code = encode_plmn(plmn);
  for (std::size_t i = 0; i + 3 <= all.size(); i += 3) {
    if (all.compare(i, 3, code) == 0) return true;
  }
  return false;
}

/// The four that have refused last, the latest at the end.
void CardFiles::list_as_forbidden(std::string_view plmn, bool forbidden) {
  const auto file = find(ef::gsm, ef::fplmn);
  const std::string before = bytes(*file, 0), code = encode_plmn(plmn);
  std::string after;
  for (std::size_t i = 0; i + 3 <= before.size(); i += 3) {
    const std::string each = before.substr(i, 3);
    if (each != code && each != "\xff\xff\xff") after += each;
  }
  if (forbidden) after += code;
  if (after.size() > before.size()) after.erase(0, 3);
  after.resize(before.size(), '\xff');
  write(*file, 0, after);
}

// --- who may do what

bool CardFiles::allowed(CardAccess access) const {
  switch (access) {
    case CardAccess::always: return true;
    case CardAccess::chv1: return sim_.ready();
    case CardAccess::chv2: return sim_.ready() && sim_.knows_pin2();
    default: return false;
  }
}

/// A card that dials fixed numbers only has its phone book invalidated (11.5.1).
bool CardFiles::valid(const CardFile& file) const {
  if (file.id == ef::adn) return !sim_.fixed_dialling();
  return stored(key_of(file) + "!") == nullptr;
}

CardAnswer CardFiles::set_valid(const CardFile& file, bool on) {
  if (!allowed(on ? file.rehabilitate : file.invalidate)) return {.status = access_denied};
  if (valid(file) == on) return {.status = contradicts_validity};
  if (file.id == ef::adn) return {.status = sim_.fix_dialling(!on, std::nullopt).is_ok() ? success : memory_problem};
  return {.status = keep(key_of(file) + "!", on ? "" : "1") ? success : memory_problem};
}

// --- what they are like (9.2.1)

namespace {

std::string big_endian(unsigned value) { return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)}; }

char nibbles(CardAccess high, CardAccess low) {
  return static_cast<char>(static_cast<unsigned>(high) << 4U | static_cast<unsigned>(low));
}

char code_status(int left) { return static_cast<char>(0x80 | left); }

}  // namespace

std::string CardFiles::describe(const Session& session) const {
  const auto file = current(session);
  return file ? describe_file(*file) : describe_folder(session.folder);
}

std::string CardFiles::describe_folder(std::uint16_t folder) const {
  const bool root = folder == ef::mf;
  const std::uint16_t shown = folder == ef::dcs ? ef::gsm : folder;
  const auto files = std::ranges::count_if(card_files(), [this, shown](const CardFile& file) {
    return file.folder == shown && has(environment_.world.sim, file);
  });
  const Sim::Attempts first = sim_.attempts(Sim::Guard::pin1), second = sim_.attempts(Sim::Guard::pin2);
  std::string text = std::string(4, '\0') + big_endian(folder);
  text += root ? '\x01' : '\x02';
  text += std::string(5, '\0');
  text += '\x09';                             // that follow
  text += sim_.asks_pin() ? '\x00' : '\x80';  // CHV1 disabled
  text += root ? '\x02' : '\x00';             // folders in it
  text += static_cast<char>(files);
  text += '\x04';  // codes
  text += '\0';
  for (const int left : {first.pin, first.puk, second.pin, second.puk}) text += code_status(left);
  return text;
}

std::string CardFiles::describe_file(const CardFile& file) const {
  constexpr unsigned may_be_read_invalid = 4;
  std::string text = std::string(2, '\0') + big_endian(file.records == 0U ? file.length : file.length * file.records);
  text += big_endian(file.id);
  text += '\x04';
  text += file.increase != CardAccess::never ? '\x40' : '\x00';
  text += nibbles(file.read, file.update);
  text += nibbles(file.increase, CardAccess::always);
  text += nibbles(file.rehabilitate, file.invalidate);
  text += static_cast<char>(valid(file) ? 1U : file.id == ef::adn ? may_be_read_invalid : 0U);
  text += '\x02';
  text += static_cast<char>(file.structure);
  text += static_cast<char>(file.records == 0 ? 0 : file.length);
  return text;
}

}  // namespace sim800
