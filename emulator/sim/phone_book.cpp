// SPDX-License-Identifier: MIT
#include "emulator/sim/phone_book.hpp"
#include "emulator/core/world.hpp"
#include "emulator/sim/phone_book_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/at/arguments.hpp"
#include "protocol/at/phone_number.hpp"
#include "protocol/text/gsm_alphabet.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

using enum PhoneBook::Access;

// SM has 250 entries in the manual; the other sizes are those of common cards.
constexpr std::array memories_of_module{
    PhoneBook::Memory{"SM", 250, true, write}, PhoneBook::Memory{"ME", 100, false, write},
    PhoneBook::Memory{"ON", 3, true, write},   PhoneBook::Memory{"FD", 10, true, pin2},
    PhoneBook::Memory{"LD", 10, true, erase},  PhoneBook::Memory{"RC", 10, false, erase},
    PhoneBook::Memory{"MC", 10, false, erase}, PhoneBook::Memory{"EN", 5, true, read},
    PhoneBook::Memory{"VM", 1, true, write},   PhoneBook::Memory{"BN", 10, true, pin2},
    PhoneBook::Memory{"SD", 10, true, read},
};

constexpr std::string_view module_section = "phonebook";

/// A name of EF ADN: 14 septets of the GSM alphabet, or 6 characters if one is not in it (11.11 Annex B).
bool name_fits(std::string_view name) {
  const std::u16string text = from_utf8(name);
  return fits_gsm(text) ? to_gsm(text).size() <= PhoneBook::text_length
                        : text.size() <= (PhoneBook::text_length - 1) / 2;
}

}  // namespace

const PhoneBook::Memory* PhoneBook::find_memory(std::string_view name) {
  const auto found = std::ranges::find(memories_of_module, name == "DC" ? "LD" : name, &Memory::name);
  return found == memories_of_module.end() ? nullptr : &*found;
}

PhoneBook::PhoneBook(const Environment& environment, Nvram& nvram)
    : environment_(environment), nvram_(nvram), selected_(find_memory("SM")) {
  for (const Memory& memory : memories_of_module) kept_.try_emplace(memory.name);
  if (const auto* saved = nvram_.find(section(false))) load(*saved);
  // Data on a card belong to that card; a card nobody has written to has the scenario's entries.
  if (const auto* saved = nvram_.find(section(true))) {
    load(*saved);
  } else {
    fill_from_scenario();
  }
}

void PhoneBook::fill_from_scenario() {
  const SimConfig& sim = environment_.world.sim;
  if (const std::string& own = environment_.identity.number; !own.empty()) entries_of("ON")[1] = {own, ""};
  entries_of("EN")[1] = {"112", ""};
  entries_of("EN")[2] = {"911", ""};
  fill_from_files();
  for (const PhonebookEntry& entry : sim.phonebook) {
    const bool plus = entry.type == 145 && !entry.number.starts_with('+');
    entries_of(find_memory(entry.memory)->name)[entry.index] = {(plus ? "+" : "") + entry.number, entry.name};
  }
}

/// Files of the card that the scenario gives in hexadecimal.
void PhoneBook::fill_from_files() {
  const auto& files = environment_.world.sim.files;
  if (files.empty()) return;
  const auto given = [&files](const CardFile& file, unsigned record) {
    const auto found = files.find(key_of(file, record));
    return found == files.end() ? std::string() : found->second;
  };
  for (const Memory& memory : memories_of_module) {
    const CardFile* file = memory.on_card ? file_of_memory(memory.name) : nullptr;
    if (file == nullptr) continue;
    if (file->records == 0) {  // emergency numbers, three bytes each
      if (!files.contains(key_of(*file))) continue;
      entries_of(memory.name) = decode_emergency(given(*file, 0));
      continue;
    }
    for (unsigned record = 1; record <= file->records; ++record) {
      std::string bytes = given(*file, record);
      if (bytes.empty()) continue;
      bytes.resize(file->length, '\xff');
      const auto entry = decode_entry(*file, bytes, given);
      const auto place = static_cast<int>(record);
      entries_of(memory.name).erase(place);
      if (entry) entries_of(memory.name)[place] = *entry;
    }
  }
}

// "SM 5" → "+4912345 Bob"
void PhoneBook::load(const Nvram::Section& section) {
  for (const auto& [key, text] : section) {
    const Memory* memory = find_memory(std::string_view(key).substr(0, 2));
    const auto index = parse_number(std::string_view(key).substr(std::min<std::size_t>(3, key.size())));
    if (memory == nullptr || !index || *index < 1 || static_cast<int>(*index) > memory->capacity) continue;
    const std::size_t space = std::min(text.find(' '), text.size());
    entries_of(memory->name)[static_cast<int>(*index)] = {text.substr(0, space),
                                                          text.substr(std::min(space + 1, text.size()))};
  }
}

std::string PhoneBook::section(bool on_card) const {
  return on_card ? fmt::format("{}:{}", module_section, environment_.identity.iccid) : std::string(module_section);
}

bool PhoneBook::replace(const Memory& memory, Entries changed) {
  std::swap(entries_of(memory.name), changed);
  Nvram::Section kept;
  for (const Memory& each : memories_of_module) {
    if (each.on_card != memory.on_card) continue;
    for (const auto& [index, entry] : entries(each.name))
      kept.emplace(fmt::format("{} {}", each.name, index), fmt::format("{} {}", entry.number, entry.name));
  }
  if (nvram_.store(section(memory.on_card), std::move(kept))) return true;
  std::swap(entries_of(memory.name), changed);
  return false;
}

PhoneBook::Entries& PhoneBook::entries_of(std::string_view memory) { return kept_.find(memory)->second; }
const PhoneBook::Entries& PhoneBook::entries(std::string_view memory) const { return kept_.find(memory)->second; }

std::optional<Result> PhoneBook::misfit(const Entry& entry) {
  if (entry.number.size() > number_length) return Cme::dial_string_too_long;
  if (!is_phone_number(entry.number)) return Cme::dial_string_characters;
  if (!name_fits(entry.name)) return Cme::text_too_long;
  return std::nullopt;
}

Result PhoneBook::write(std::optional<int> index, Entry entry) {
  if (selected_->access != Access::write && selected_->access != pin2) return Cme::not_allowed;
  if (index && (*index < 1 || *index > selected_->capacity)) return Cme::invalid_index;
  if (const auto refused = misfit(entry)) return *refused;
  Entries changed = entries();
  if (!index) {
    for (index = 1; changed.contains(*index);) ++*index;
    if (*index > selected_->capacity) return Cme::memory_full;
  }
  changed[*index] = std::move(entry);
  return replace(*selected_, std::move(changed)) ? ok : Result{Cme::memory_failure};
}

Result PhoneBook::erase(int index) {
  if (selected_->access == read) return Cme::not_allowed;
  if (index < 1 || index > selected_->capacity) return Cme::invalid_index;
  Entries changed = entries();
  if (changed.erase(index) == 0) return ok;
  return replace(*selected_, std::move(changed)) ? ok : Result{Cme::memory_failure};
}

bool PhoneBook::put(std::string_view memory, int index, Entry entry) {
  Entries changed = entries(memory);
  if (entry.number.empty()) {
    changed.erase(index);
  } else {
    changed[index] = std::move(entry);
  }
  return replace(*find_memory(memory), std::move(changed));
}

std::string PhoneBook::name_of(std::string_view number) const {
  if (number.empty()) return {};
  for (const std::string_view memory : {"SM", "ME", "FD"}) {
    for (const auto& [index, entry] : entries(memory)) {
      if (entry.number == number) return entry.name;
    }
  }
  return {};
}

std::optional<std::string> PhoneBook::number_of(std::string_view name) const {
  for (const Memory& memory : memories_of_module) {
    for (const auto& [index, entry] : entries(memory.name)) {
      if (!name.empty() && entry.name == name && !entry.number.empty()) return entry.number;
    }
  }
  return std::nullopt;
}

void PhoneBook::log(std::string_view list, const std::string& number) {
  if (number.empty() || number.size() > number_length) return;
  const Memory& memory = *find_memory(list);
  Entries changed{{1, {number, ""}}};
  for (const auto& [index, entry] : entries(list)) {
    const int next = static_cast<int>(changed.size()) + 1;
    if (entry.number != number && next <= memory.capacity) changed.emplace(next, entry);
  }
  replace(memory, std::move(changed));
}

bool PhoneBook::put_first(std::string_view list, Entry newest) {
  const Memory& memory = *find_memory(list);
  Entries changed;
  for (const auto& [index, entry] : entries(list)) {
    if (index < memory.capacity) changed[index + 1] = entry;
  }
  if (!newest.number.empty()) changed[1] = std::move(newest);
  return replace(memory, std::move(changed));
}

}  // namespace sim800
