// Messages, their parameters and broadcasts as files of the card (51.011 10.5.3, 10.5.6, 10.3.13).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/sms/broadcast_selection.hpp"
#include "emulator/sms/message_store.hpp"
#include "protocol/sms/sms_address.hpp"

namespace sim800 {

/// EF SMS: a status, then the message as in PDU mode. Null: a free record.
std::string encode_message_record(const StoredSms* stored, std::size_t length);
/// Nothing: it is free, or holds no message.
std::optional<StoredSms> decode_message_record(std::string_view record);

/// EF SMSP: the service centre.
std::string encode_parameters_record(const std::optional<SmsAddress>& centre, std::size_t length);
std::optional<SmsAddress> decode_parameters_record(std::string_view record);

/// EF CBMI: two bytes for each message identifier, FFFF for none.
std::string encode_identifiers(const std::vector<std::uint32_t>& identifiers);
BroadcastSelection broadcasts_in(std::string_view file);

}  // namespace sim800
