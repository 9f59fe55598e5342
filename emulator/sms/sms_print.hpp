// Messages as the host sees them, depending on AT+CMGF, AT+CSCS and AT+CSDH (27.005 3.1; AT manual 4.2.3, 4.2.4,
// 4.2.8).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/at/settings.hpp"
#include "emulator/sms/message_store.hpp"
#include "protocol/sms/cell_broadcast.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "protocol/text/character_set.hpp"

namespace sim800 {

/// A number typed in the host's character set; nothing if it is invalid. `type` is the octet the host gave.
std::optional<SmsAddress> typed_number(CharacterSet set, std::string_view typed, std::optional<std::uint8_t> type);

/// Each function returns everything after "+CMGR: " and similar: the header, and for most a line of data.
class SmsPrint {
 public:
  /// The name for a number, in UTF-8; empty if none.
  using NameOf = std::function<std::string(std::string_view number)>;
  /// `headers`: in text mode, a message with a user data header is shown in hexadecimal, including the header.
  SmsPrint(const Settings& settings, NameOf name_of, bool headers);

  std::string read(const StoredSms& stored) const;               ///< +CMGR
  std::string listed(int index, const StoredSms& stored) const;  ///< +CMGL
  std::string arrived(const SmsPdu& pdu) const;                  ///< +CMT
  std::string report(const SmsPdu& pdu) const;                   ///< +CDS
  std::string broadcast(const BroadcastPage& page) const;        ///< +CBM
  /// An address in quotes, in the host's character set.
  std::string quoted(const SmsAddress& address) const;

 private:
  std::string alpha(const SmsAddress& address) const;
  std::string header(std::string_view status, const SmsPdu& pdu) const;
  std::string details(const SmsPdu& pdu) const;
  std::string report_fields(const Sms& message) const;
  std::string data(const Sms& message) const;
  std::string body(SmsAlphabet alphabet, const std::string& body) const;

  bool with_header(const Sms& message) const;
  std::size_t length(const Sms& message) const;

  const Settings& settings_;
  bool text_mode_, details_, headers_;
  CharacterSet set_;
  NameOf name_of_;
};

}  // namespace sim800
