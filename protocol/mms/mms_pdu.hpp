// Multimedia messages as sent over HTTP and received by push (OMA MMS encapsulation 1.2; WAP-230 WSP for their parts).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// X-Mms-Message-Type, minus 128.
enum class MmsType : std::uint8_t {
  send_request = 0,
  send_confirmation = 1,
  notification = 2,
  notify_response = 3,
  retrieve_confirmation = 4,
  acknowledge = 5,
  delivery = 6,
};

struct MmsPart {
  std::string name;
  std::string type;  ///< "image/jpeg"
  std::string data;
  bool operator==(const MmsPart&) const = default;
};

/// A message of any type: each has some of the fields; the others keep their defaults.
struct Mms {
  static constexpr std::uint8_t accepted = 128;  ///< of `response` and `retrieved`

  MmsType type = MmsType::send_request;
  std::string transaction, id, location, subject,
      from;  ///< `from` is empty in a message that is sent: the MMSC fills it in
  std::vector<std::string> to, cc, bcc;
  std::optional<std::uint32_t> date;                                       ///< seconds since 1970
  std::optional<std::uint32_t> size;                                       ///< of a notification
  std::optional<std::uint32_t> validity;                                   ///< seconds
  std::optional<std::uint8_t> priority, sender_visibility, message_class;  ///< from 0, as in AT+CMMSSENDCFG
  std::optional<bool> delivery_report, read_report;
  std::optional<std::uint8_t> response;   ///< X-Mms-Response-Status
  std::optional<std::uint8_t> retrieved;  ///< X-Mms-Retrieve-Status
  std::optional<std::uint8_t> status;  ///< X-Mms-Status, from 0: expired, retrieved, rejected, deferred, unrecognised
  std::vector<MmsPart> parts;
  bool operator==(const Mms&) const = default;
};

std::string encode_mms(const Mms& message);
/// Nothing if the octets are not a message of one of the types above.
std::optional<Mms> decode_mms(std::string_view octets);

/// The message in a WAP push (WSP PDU type 6) of content type application/vnd.wap.mms-message; nothing for any other.
std::optional<std::string> mms_in_push(std::string_view wsp);
std::string push_of_mms(std::string_view octets);

}  // namespace sim800
