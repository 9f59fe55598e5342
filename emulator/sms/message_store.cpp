// SPDX-License-Identifier: MIT
#include "emulator/sms/message_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/at/arguments.hpp"
#include "protocol/text/hex.hpp"

namespace sim800 {
namespace {

constexpr std::array<std::string_view, 4> status_words{"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"};

/// "<stat>,<pdu>"
std::string text_of(const StoredSms& stored) {
  return std::to_string(static_cast<int>(stored.status)) + "," + to_hex(stored.pdu);
}

std::optional<StoredSms> parse(std::string_view text) {
  if (text.size() < 2 || text[0] < '0' || text[0] > '3' || text[1] != ',') return std::nullopt;
  StoredSms stored{static_cast<SmsStatus>(text[0] - '0'), from_hex(text.substr(2)).value_or("")};
  if (!decode_pdu(stored.pdu, !is_received(stored.status))) return std::nullopt;
  return stored;
}

}  // namespace

std::string_view word(SmsStatus status) { return status_words[static_cast<std::size_t>(status)]; }

std::optional<SmsStatus> find_sms_status(std::string_view word) {
  const auto found = std::ranges::find(status_words, word);
  if (found == status_words.end()) return std::nullopt;
  return static_cast<SmsStatus>(found - status_words.begin());
}

MessageStore::MessageStore(Nvram& nvram, std::string section, Places initial)
    : nvram_(nvram), section_(std::move(section)), places_(std::move(initial)) {
  const Nvram::Section* saved = nvram_.find(section_);
  if (saved == nullptr) return;
  places_.clear();
  for (const auto& [key, value] : *saved) {
    // What another version stored and this one cannot read counts as empty.
    const auto index = parse_number(key);
    auto stored = parse(value);
    if (index && *index >= 1 && *index <= capacity && stored) places_.emplace(*index, std::move(*stored));
  }
}

std::optional<int> MessageStore::add(StoredSms message) {
  if (full()) return std::nullopt;
  int index = 1;
  while (places_.contains(index)) ++index;
  remember(index);
  places_.emplace(index, std::move(message));
  return save() ? std::optional(index) : std::nullopt;
}

bool MessageStore::put(int index, std::optional<StoredSms> message) {
  remember(index);
  places_.erase(index);
  if (message) places_.emplace(index, std::move(*message));
  return save();
}

void MessageStore::set_status(int index, SmsStatus status) {
  remember(index);
  places_.at(index).status = status;
}

void MessageStore::erase(int index) {
  remember(index);
  places_.erase(index);
}

void MessageStore::remember(int index) {
  const auto found = places_.find(index);
  before_.try_emplace(index, found == places_.end() ? std::nullopt : std::optional(found->second));
}

void MessageStore::end_changes(bool stored) {
  for (auto& [index, old] : std::exchange(before_, {})) {
    if (stored) continue;
    if (old) {
      places_.insert_or_assign(index, std::move(*old));
    } else {
      places_.erase(index);
    }
  }
}

Nvram::Section MessageStore::section() const {
  Nvram::Section section;
  for (const auto& [index, stored] : places_) section.emplace(std::to_string(index), text_of(stored));
  return section;
}

bool MessageStore::save() {
  MessageStore* const itself = this;
  return save({&itself, 1});
}

bool MessageStore::save(std::span<MessageStore* const> stores) {
  Nvram::Sections changed;
  Nvram* nvram = nullptr;
  for (const MessageStore* store : stores) {
    if (store == nullptr || store->before_.empty()) continue;
    changed.emplace(store->section_, store->section());
    nvram = &store->nvram_;
  }
  const bool stored = nvram == nullptr || nvram->store(std::move(changed));
  for (MessageStore* store : stores) {
    if (store != nullptr) store->end_changes(stored);
  }
  return stored;
}

int SmsMemory::used() const {
  int count = 0;
  for (const MessageStore* store : stores_) {
    if (store != nullptr) count += static_cast<int>(store->places().size());
  }
  return count;
}

const StoredSms* SmsMemory::find(int index) const {
  if (!has(index)) return nullptr;
  const MessageStore::Places& places = store_of(index).places();
  const auto found = places.find(local(index));
  return found == places.end() ? nullptr : &found->second;
}

std::vector<int> SmsMemory::indexes() const {
  std::vector<int> all;
  for (int index = 1; index <= capacity(); ++index) {
    if (find(index) != nullptr) all.push_back(index);
  }
  return all;
}

std::optional<int> SmsMemory::add(const StoredSms& message) {
  if (!stores_[0]->full() || stores_[1] == nullptr) return stores_[0]->add(message);
  const auto index = stores_[1]->add(message);
  return index ? std::optional(*index + MessageStore::capacity) : std::nullopt;
}

}  // namespace sim800
