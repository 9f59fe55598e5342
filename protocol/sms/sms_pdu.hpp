// Short messages as on the air: TPDUs and their fields (3GPP TS 23.040 9.2.2-9.2.3).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/sms/sms_address.hpp"
#include "protocol/sms/sms_time.hpp"

namespace sim800 {

enum class SmsType : std::uint8_t { deliver, submit, status_report, command };
enum class SmsAlphabet : std::uint8_t { gsm, octets, ucs2 };

/// Meaning of a data coding scheme (3GPP TS 23.038 section 4).
struct SmsCoding {
  SmsAlphabet alphabet = SmsAlphabet::gsm;
  std::optional<int> message_class;  ///< 0-3
};
SmsCoding sms_coding(std::uint8_t dcs);

/// A message. Its type decides which fields it has; the others keep their defaults.
struct Sms {
  // Bits of the first octet.
  static constexpr std::uint8_t report_requested = 0x20, has_header = 0x40;

  SmsType type = SmsType::deliver;
  std::uint8_t first_octet = 0;                       ///< <fo>
  std::uint8_t reference = 0;                         ///< <mr>: of SUBMIT, STATUS-REPORT, COMMAND
  SmsAddress address;                                 ///< originator, destination or recipient
  std::uint8_t protocol = 0;                          ///< <pid>
  std::uint8_t coding = 0;                            ///< <dcs>
  SmsTime centre_time;                                ///< <scts>: of DELIVER, STATUS-REPORT
  SmsTime discharge_time;                             ///< <dt>: of STATUS-REPORT
  std::uint8_t status = 0;                            ///< <st>: of STATUS-REPORT; 0: received
  std::string validity;                               ///< of SUBMIT: none, one octet, or seven
  std::uint8_t command_type = 0, message_number = 0;  ///< <ct>, <mn>: of COMMAND
  std::uint8_t length = 0;                            ///< TP-UDL: septets of the GSM alphabet, otherwise octets
  std::string data;                                   ///< TP-UD as packed, including the header

  bool operator==(const Sms&) const = default;

  SmsAlphabet alphabet() const { return sms_coding(coding).alphabet; }
  /// The user data header with its length octet; empty if there is none.
  std::string_view header() const;
  /// What follows the header: septets, one per char, or octets.
  std::string body() const;
  /// Sets length and data from a header (with its length octet, or empty) and such a body.
  void set_data(std::string_view header, std::string_view body);
  /// The body as text; nothing for 8-bit data.
  std::optional<std::u16string> text() const;
};

/// Largest TP-UD in octets.
inline constexpr std::size_t max_sms_data = 140;

std::string encode_sms(const Sms& message);
/// `from_mobile` distinguishes the types that share a code: SUBMIT and COMMAND go up, DELIVER and STATUS-REPORT come
/// down. Nothing if the octets are not such a message: too short, too long, or of a reserved type.
std::optional<Sms> decode_sms(std::string_view tpdu, bool from_mobile);

/// A message as stored and shown in PDU mode: the service centre before the TPDU.
struct SmsPdu {
  std::optional<SmsAddress> centre;
  Sms message;
  std::size_t tpdu_length = 0;  ///< octets after the service centre: <length>
};

std::optional<SmsPdu> decode_pdu(std::string_view pdu, bool from_mobile);
std::string encode_pdu(const std::optional<SmsAddress>& centre, const Sms& message);

}  // namespace sim800
