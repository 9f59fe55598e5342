// Messages from outside as a scenario or the control interface describes them, before they become PDUs
// (23.040, 23.038). SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/sms/sms_pdu.hpp"

namespace sim800 {

/// What waits for the subscriber elsewhere (23.038 chapter 4, 23.040 9.2.3.24.2).
enum class WaitingKind : std::uint8_t { voicemail, fax, email, other };
struct Waiting {
  WaitingKind kind = WaitingKind::voicemail;
  unsigned count = 1;   ///< 0: nothing any more
  bool stored = false;  ///< the message is kept besides
};

struct IncomingSms {
  std::string from, text;              ///< UTF-8
  std::optional<std::string> octets;   ///< 8-bit data instead of the text
  std::optional<int> message_class;    ///< 0 to 3
  std::optional<std::uint8_t> coding;  ///< not given: by text and class
  std::optional<Waiting> waiting;      ///< what it says besides
  std::uint8_t protocol = 0;           ///< <pid>
  std::string header;                  ///< elements of its user data header besides those of a long message
  std::optional<SmsTime> time;         ///< not given: the service centre's clock
  std::vector<unsigned> parts;         ///< those that arrive, in this order; empty: all
};

/// One message, or the parts of a long one, for which `last_reference` is counted on.
std::vector<Sms> messages_of(const IncomingSms& incoming, std::uint8_t& last_reference, const SmsTime& now);

/// 23.040 9.2.3.24.4: 16-bit ports.
std::string ports_element(std::uint16_t destination, std::uint16_t source);

/// A message says that something waits: whether it is to be kept besides. Nothing for any other.
std::optional<bool> says_waiting(const Sms& message);

/// A service indication (WAP-167) in a push, with the header that WAP pushes have.
std::string service_indication(const std::string& url, const std::string& text);

}  // namespace sim800
