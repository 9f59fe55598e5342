// SPDX-License-Identifier: MIT
#include "scenarios/loader/card_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/sim/card_directory.hpp"
#include "protocol/sim/card_coding.hpp"
#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

/// Digits also from A on, as some cards have them in the ICCID.
std::string nibbles_of(std::string_view bytes) {
  std::string digits;
  for (const char c : to_hex(bytes)) digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) std::swap(digits[i], digits[i + 1]);
  return digits.substr(0, digits.find_last_not_of('F') + 1);
}

void read_record(const Value& record, const std::string& key, unsigned number, const CardFile* known, SimConfig& into) {
  const std::string bytes = from_hex(record.text().value_or("")).value_or("");
  if (bytes.empty()) return;
  if (known != nullptr && bytes.size() > known->length)
    return record.refuse(fmt::format("at most {} bytes", known->length), fmt::format("{}", bytes.size()));
  into.files[fmt::format("{}#{}", key, number)] = bytes;
}

void read_file(const Value& file, SimConfig& into) {
  const auto path = parse_card_path(file.name());
  if (!path) return file.refuse_name("the path of a file, not of a folder");
  const CardFile* known = find_card_file(path->folder, path->id);
  if (known != nullptr && known->length == 0) known = nullptr;  // of any size
  const std::string key = key_of(path->folder, path->id);
  if (known != nullptr && (known->records > 0) != file.is_array())
    return file.refuse(known->records > 0 ? "an array of records" : "bytes in hexadecimal: the file has no records");
  if (!file.is_array()) {
    std::string bytes = from_hex(file.text().value_or("")).value_or("");
    const bool fixed = path->id == ef::iccid || path->id == ef::imsi || path->id == ef::ecc ||
                       path->id == ef::plmn_selector || path->id == ef::loci || path->id == ef::cbmi;
    if (known != nullptr && fixed && bytes.size() > known->length)
      return file.refuse(fmt::format("at most {} bytes", known->length), fmt::format("{}", bytes.size()));
    into.files[key] = std::move(bytes);
    return;
  }
  const auto records = file.items();
  if (known != nullptr && records.size() > known->records)
    return file.refuse(fmt::format("at most {} records", known->records), fmt::format("{}", records.size()));
  unsigned number = 0;
  for (const Value& record : records) read_record(record, key, ++number, known, into);
}

const std::string* find(const SimConfig& sim, const std::string& key) {
  const auto found = sim.files.find(key);
  return found == sim.files.end() ? nullptr : &found->second;
}

}  // namespace

void read_card_files(const Value& sim, SimConfig& into) {
  const Value files = sim["files"];
  for (const Value& file : files.members()) read_file(file, into);
  if (const std::string* bytes = find(into, key_of(ef::mf, ef::iccid))) {
    if (sim["iccid"]) files.refuse("\"2FE2\" or \"iccid\"", "both of them");
    into.iccid = nibbles_of(*bytes);
  }
  if (const std::string* bytes = find(into, key_of(ef::gsm, ef::imsi))) {
    if (sim["imsi"]) files.refuse("\"7F20/6F07\" or \"imsi\"", "both of them");
    const std::string digits = bytes->size() < 2 ? "" : nibbles_of(std::string_view(*bytes).substr(1));
    const std::string imsi = digits.empty() ? "" : digits.substr(1);
    const bool sound =
        imsi.size() >= 6 && imsi.size() <= 15 && std::ranges::all_of(imsi, [](char c) { return c <= '9'; });
    if (!sound) return files.refuse("an IMSI of 6 to 15 digits in \"7F20/6F07\"");
    into.imsi = imsi;
  }
  if (const std::string* bytes = find(into, key_of(ef::telecom, ef::msisdn, 1))) {
    if (sim["number"]) files.refuse("\"7F10/6F40\" or \"number\"", "both of them");
    std::string record = *bytes;
    record.resize(28, '\xff');
    std::uint8_t extension = 0xff;
    const auto number = decode_record(record, extension);
    into.number = number ? ((number->type & 0x70U) == 0x10U ? "+" : "") + number->digits : "";
  }
}

}  // namespace sim800
