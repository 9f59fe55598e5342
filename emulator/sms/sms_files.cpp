// SPDX-License-Identifier: MIT
#include "emulator/sms/sms_files.hpp"

#include <algorithm>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {
namespace {

char status_of(SmsStatus status) {
  switch (status) {
    case SmsStatus::read: return 1;
    case SmsStatus::unread: return 3;
    case SmsStatus::sent: return 5;
    case SmsStatus::unsent: break;
  }
  return 7;
}

std::optional<SmsStatus> status_in(char byte) {
  switch (static_cast<unsigned char>(byte) & 7U) {
    case 1: return SmsStatus::read;
    case 3: return SmsStatus::unread;
    case 5: return SmsStatus::sent;
    case 7: return SmsStatus::unsent;
    default: return std::nullopt;
  }
}

constexpr std::size_t parameters_tail = 28, address_size = 12;
constexpr unsigned no_centre = 2;

}  // namespace

std::string encode_message_record(const StoredSms* stored, std::size_t length) {
  std::string record(1, stored == nullptr ? '\0' : status_of(stored->status));
  if (stored != nullptr) record += stored->pdu;
  record.resize(length, '\xff');
  return record;
}

/// The end of the message is not told: it is the first at which it is whole.
std::optional<StoredSms> decode_message_record(std::string_view record) {
  const auto status = record.empty() ? std::nullopt : status_in(record[0]);
  if (!status) return std::nullopt;
  const std::string_view rest = record.substr(1);
  for (std::size_t size = rest.find_last_not_of('\xff') + 1; size <= rest.size(); ++size) {
    if (decode_pdu(rest.substr(0, size), !is_received(*status)))
      return StoredSms{*status, std::string(rest.substr(0, size))};
  }
  return std::nullopt;
}

std::string encode_parameters_record(const std::optional<SmsAddress>& centre, std::size_t length) {
  std::string record(length, '\xff');
  const std::size_t start = length - parameters_tail;
  if (!centre) return record;
  record[start] = static_cast<char>(0xffU & ~no_centre);
  const std::string address = encode_centre(centre);
  record.replace(start + 1 + address_size, std::min(address.size(), address_size), address.substr(0, address_size));
  return record;
}

std::optional<SmsAddress> decode_parameters_record(std::string_view record) {
  const std::size_t start = record.size() - parameters_tail;
  if ((static_cast<unsigned char>(record[start]) & no_centre) != 0) return std::nullopt;
  std::string_view bytes = record.substr(start + 1 + address_size, address_size);
  std::optional<SmsAddress> centre;
  return take_centre(bytes, centre) ? centre : std::nullopt;
}

std::string encode_identifiers(const std::vector<std::uint32_t>& identifiers) {
  std::string bytes;
  for (const std::uint32_t each : identifiers)
    bytes += {static_cast<char>(each >> 8U), static_cast<char>(each & 0xffU)};
  return bytes;
}

BroadcastSelection broadcasts_in(std::string_view file) {
  constexpr unsigned none = 0xffff;
  std::string identifiers;
  for (; file.size() >= 2; file.remove_prefix(2)) {
    const unsigned each = static_cast<unsigned char>(file[0]) << 8U | static_cast<unsigned char>(file[1]);
    if (each != none) identifiers += (identifiers.empty() ? "" : ",") + std::to_string(each);
  }
  BroadcastSelection selection;
  selection.change(0, identifiers, {});
  return selection;
}

}  // namespace sim800
