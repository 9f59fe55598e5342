// Messages and their parameters as files of the card (51.011 10.5.3, 10.5.6).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

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

}  // namespace sim800
