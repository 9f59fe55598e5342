// Where messages are stored: the SIM's memory, the module's own, and both as one (27.005 3.2.2; AT manual 4.2.9).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/nvram.hpp"
#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// Values are those of <stat> in PDU mode.
enum class SmsStatus : std::uint8_t { unread, read, unsent, sent };
constexpr bool is_received(SmsStatus status) { return status <= SmsStatus::read; }
std::string_view word(SmsStatus status);  ///< "REC UNREAD"
std::optional<SmsStatus> find_sms_status(std::string_view word);

/// A message as stored.
struct StoredSms {
  SmsStatus status = SmsStatus::unread;
  std::string pdu;  ///< valid, of the direction implied by the status

  SmsPdu decoded() const { return decode_pdu(pdu, !is_received(status)).value_or(SmsPdu{}); }
};

/// Numbered locations, from 1.
class MessageStore {
 public:
  static constexpr int capacity = 50;
  using Places = std::map<int, StoredSms>;

  /// Stored in `section` of `nvram`, which overrides `initial`.
  MessageStore(Nvram& nvram, std::string section, Places initial = {});

  const Places& places() const { return places_; }
  bool full() const { return static_cast<int>(places_.size()) >= capacity; }
  /// Stores a message in the lowest free location; nothing if there is none, or if the state directory refuses.
  std::optional<int> add(StoredSms message);
  /// Likewise at this location, whatever is there; nothing empties it. False if the state directory refuses.
  bool put(int index, std::optional<StoredSms> message);
  /// Changes are stored by save(), so that a command that makes many costs one write.
  void set_status(int index, SmsStatus status);
  void erase(int index);
  /// The changes of all these stores (null: none) in one write. If the state directory refuses they are undone.
  static bool save(std::span<MessageStore* const> stores);

 private:
  bool save();
  Nvram::Section section() const;
  void remember(int index);
  void end_changes(bool stored);

  Nvram& nvram_;
  std::string section_;
  Places places_;
  std::map<int, std::optional<StoredSms>> before_;  ///< what was at the locations changed since save()
};

/// A memory as in AT+CPMS: one store, or the SIM's and the module's one after the other ("MT").
class SmsMemory {
 public:
  SmsMemory(MessageStore& store, MessageStore* second = nullptr) : stores_{&store, second} {}

  int capacity() const { return stores_[1] != nullptr ? 2 * MessageStore::capacity : MessageStore::capacity; }
  int used() const;
  bool has(int index) const { return index >= 1 && index <= capacity(); }
  /// Null for an empty location.
  const StoredSms* find(int index) const;
  std::vector<int> indexes() const;
  /// The location in this memory.
  std::optional<int> add(const StoredSms& message);
  void set_status(int index, SmsStatus status) { store_of(index).set_status(local(index), status); }
  void erase(int index) { store_of(index).erase(local(index)); }
  bool put(int index, const StoredSms& message) { return store_of(index).put(local(index), message); }
  bool save() { return MessageStore::save(stores_); }

 private:
  static constexpr int local(int index) { return (index - 1) % MessageStore::capacity + 1; }
  MessageStore& store_of(int index) const { return *stores_[index > MessageStore::capacity ? 1 : 0]; }
  MessageStore* stores_[2];
};

}  // namespace sim800
